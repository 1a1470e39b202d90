//! Carries out one release on a synthetic population, to be measured: three tenths of the census, eight columns, a
//! pseudonym.
//!
//! `cargo run --release --example release -- SYNTH-FOLDER [csv]`

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;
use extract::extract::{Task, extract};
use extract::{Sources, Zone};
use package::Instruction;
use package::document::Signed;
use package::instruction::Format;
use package::specification::{
    DatasetPart, DictionaryReference, Filter, Keep, People, Specification, SpecifiedItem, Treatment,
};
use register::Digest;
use tlog::SigningKey;

fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = PathBuf::from(arguments.next().context("expected the folder that synth wrote")?);
    let format = if arguments.next().is_some_and(|format| format == "csv") { Format::Csv } else { Format::Parquet };
    let place = tempfile::tempdir_in(folder.parent().unwrap_or(&folder))?;
    let custodian = SigningKey::new("desk.example/instructions", &[7; 32])?;
    let zone = Zone::create(&place.path().join("zone"), "zone.example/extract", custodian.verifier())?;
    let sources = Sources::read(&folder.join("sources.toml")).map_err(anyhow::Error::from)?;
    let census = sources.dataset("School Census").context("expected the dataset School Census")?;
    let wanted = ["upn", "year", "term", "urn", "la", "gender", "ethnicity", "fsm", "nc-year", "language", "sen"];
    let columns = wanted.iter().filter_map(|item| census.column_of(item)).take(8);
    let mut items: Vec<SpecifiedItem> = columns
        .map(|column| SpecifiedItem {
            classes: column.classes.clone(),
            cohorts: Vec::new(),
            first_year: 1900,
            item: column.item.clone(),
            justification: None,
            last_year: 2100,
            name: column.name.clone(),
            treatment: if column.name == census.person { Treatment::Pseudonymise {} } else { Treatment::Keep {} },
        })
        .collect();
    items.sort_by(|a, b| a.item.cmp(&b.item));
    let quarter = census.column_of("deprivation-decile").map(|column| Filter {
        classes: column.classes.clone(),
        item: column.item.clone(),
        keep: Keep::Between(1, 3),
        name: column.name.clone(),
    });
    let part = DatasetPart {
        dictionary: DictionaryReference { digest: Digest::of(b""), edition: "synthetic".to_owned() },
        filters: quarter.into_iter().collect(),
        items,
        name: census.name.clone(),
    };
    let key = age::x25519::Identity::generate().to_public().to_string();
    let instruction = Instruction {
        format,
        issued: "2026-11-20T09:00:00Z".parse()?,
        key: key.clone(),
        people_at_most: None,
        recipient: key,
        release: "R1".to_owned(),
        sequence: 1,
        share: "DS-1".to_owned(),
        specification: Specification { cohorts: Vec::new(), datasets: vec![part], people: People::Everyone {}, v: 1 },
        v: 1,
        valid_until: "9999".parse()?,
    };
    let signed = Signed::sign(instruction, &custodian)?.to_string();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let task = Task {
        instruction: signed.as_bytes(),
        zone: &zone,
        sources: &sources,
        out: place.path().to_owned(),
        people: None,
        memory: 128 << 20,
        threads,
        now: "2026-11-23T09:30:00Z".parse()?,
        token_key: [5; 16],
        quiet: false,
        interrupt: Default::default(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let begun = Instant::now();
    let done = runtime.block_on(extract(&task))?;
    let measured = &done.record.measured;
    for file in &measured.files {
        println!(
            "{}: {} rows, {} columns, {} people, {} bytes",
            file.name,
            file.rows,
            file.columns.len(),
            file.people,
            file.bytes
        );
    }
    println!("{:.2} seconds", begun.elapsed().as_secs_f64());
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("peak memory unknown"));
    Ok(())
}
