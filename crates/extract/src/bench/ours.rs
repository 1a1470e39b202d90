//! What we do for each work, one job in a process of its own, so that its cost can be measured.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context, bail};

use super::process::measured;
use super::release::Release;
use crate::assess::coded::Table;
use crate::assess::special::special_uniques;
use crate::assess::{Scenarios, assess, row_class_sizes, row_columns};
use crate::membership::{Generated, generate};
use crate::{Sources, Zone};

/// Threads that each of us has, and each peer.
pub const THREADS: usize = 2;

/// Does one job.
///
/// # Errors
/// If it does not know the job, or the job fails.
pub fn run(arguments: &[OsString]) -> anyhow::Result<()> {
    let Some((job, rest)) = arguments.split_first() else { bail!("expected a job") };
    let job = job.to_str().unwrap_or_default();
    if job == "measured" {
        return measured(rest);
    }
    let text = |place: usize| rest.get(place).and_then(|text| text.to_str()).context("expected another argument");
    let columns = |place: usize| anyhow::Ok(text(place)?.split(',').map(str::to_owned).collect::<Vec<_>>());
    match job {
        "written" => println!("{}", Release::of(text(0)?, text(1)?, text(2)?)?.written()?),
        "released" => println!("{}", Release::of(text(0)?, text(1)?, text(2)?)?.released()?),
        "classes" => {
            let sizes = row_class_sizes(&Path::new(text(0)?).join("census"), &columns(1)?, THREADS)?;
            println!("{} {} {} {}", sizes.classes(), sizes.uniques(), sizes.people_under(5), sizes.people_under(10));
        }
        "uniques" => {
            let columns = row_columns(Path::new(text(0)?), &columns(1)?, THREADS)?;
            let records = columns.first().map_or(0, |column| column.codes.len());
            let begun = Instant::now();
            let found = special_uniques(&Table::of_people(records, columns.iter().collect()), 3, THREADS);
            let people: BTreeSet<u32> = found.iter().flat_map(|set| set.records.iter().copied()).collect();
            println!("{} {}", begun.elapsed().as_secs_f64(), people.len());
        }
        "path" => {
            let sources = Sources::read(&Path::new(text(0)?).join("sources.toml"))?;
            let scenarios = Scenarios::read(Some(Path::new(text(1)?)))?;
            let found = assess(&super::release::quasi_identifiers(&sources)?, &sources, &scenarios, THREADS)?;
            let steps = found.datasets.iter().filter_map(|dataset| dataset.minimisation.as_ref());
            println!("{}", steps.map(|path| path.steps.len()).sum::<usize>());
        }
        "index" => {
            let zone = Zone::open(Path::new(text(0)?))?;
            let _lock = zone.lock()?;
            let (people, releases): (u64, u32) = (text(1)?.parse()?, text(2)?.parse()?);
            let made = generate(&zone, people, releases, "2026-11".parse()?, identifier)?;
            let Generated { person_releases, set_bytes, people_bytes } = made;
            println!("{person_releases} {set_bytes} {people_bytes}");
        }
        _ => bail!("there is no job {job:?}"),
    }
    Ok(())
}

/// The identifier of a person in the index that is generated.
pub fn identifier(number: u64) -> String {
    format!("A{number:012}")
}
