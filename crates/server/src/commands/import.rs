//! `rollcall-server import`: publishes what an edition of somebody's register changes.

use std::path::PathBuf;

use register::statement::RegisterOpened;
use register::{Digest, Draft, Moment, Organisation, PartialDate, Register, Statement};
use store::{DataFolder, Publisher, publisher};

use super::next_moment;
use crate::import::{self, Edition, Mapping, Plan};
use crate::web::words::number;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The register: an XLSX, ODS or CSV file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A mapping that is shipped (nhs-digital, hdr-uk, plain-csv) or the path of one
    #[arg(long, value_name = "NAME|FILE")]
    mapping: String,
    /// The data folder; it is made if it is not there
    #[arg(long, value_name = "FOLDER")]
    data: PathBuf,
    /// The edition's date, such as 2021-02, where the mapping does not say where to find it
    #[arg(long, value_name = "DATE")]
    edition: Option<PartialDate>,
    /// Check everything and say what would be published; write nothing
    #[arg(long)]
    dry_run: bool,
    /// The log's name in a new data folder: an address without `https://`, such as register.example/log
    #[arg(long, value_name = "NAME")]
    origin: Option<String>,
    /// What a new register is called
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    /// The public body that holds the data, for a new register
    #[arg(long, value_name = "TEXT")]
    custodian: Option<String>,
    /// Whose records the data is about, for a new register
    #[arg(long, value_name = "TEXT")]
    population: Option<String>,
}

/// Imports the file: all of it, or nothing.
///
/// # Errors
/// Everything that is wrong with the mapping, the file or the register.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mapping = Mapping::named(&arguments.mapping)?;
    let edition = import::read_file(&arguments.file, &mapping, arguments.edition)?;
    for warning in &edition.warnings {
        eprintln!("warning: {warning}");
    }
    let folder = DataFolder::at(&arguments.data);
    if arguments.dry_run && !folder.exists() {
        let (_, plan) = plan(arguments, &mapping, &edition, &Register::new(), &|_| None)?;
        println!("{}", summary(&edition, &plan, "Would publish"));
        return Ok(());
    }
    if !folder.exists() {
        // What the register would refuse is found before a folder is made.
        plan(arguments, &mapping, &edition, &Register::new(), &|_| None)?;
        folder.create(arguments.origin.as_deref())?;
    }
    let mut publisher = Publisher::open(folder)?;
    let kept = |digest: Digest| publisher.withheld(digest).ok().flatten();
    let (drafts, plan) = plan(arguments, &mapping, &edition, publisher.register(), &kept)?;
    if arguments.dry_run {
        println!("{}", summary(&edition, &plan, "Would publish"));
        return Ok(());
    }
    publisher.publish(&drafts)?;
    publisher.write_files()?;
    println!("{}", summary(&edition, &plan, "Published"));
    println!(
        "The log holds {} statements; its key is in {}.",
        number(publisher.register().size()),
        key_place(arguments)
    );
    Ok(())
}

/// The drafts to publish, with the one that opens the register where it is new.
fn plan(
    arguments: &Arguments,
    mapping: &Mapping,
    edition: &Edition,
    register: &Register,
    kept: &dyn Fn(Digest) -> Option<register::Disclosure>,
) -> anyhow::Result<(Vec<Draft>, Plan)> {
    let now = next_moment(register)?;
    let mut salt = publisher::salts()?;
    let mut plan = import::plan(edition, register, kept, now, &mut salt)?;
    for held in &plan.held_back {
        eprintln!(
            "warning: share {}: the text {} is not published, because a text of the same statement was erased",
            held.share, held.name
        );
    }
    let mut drafts = std::mem::take(&mut plan.drafts);
    if register.size() == 0 {
        drafts.insert(0, opening(arguments, mapping, now));
    }
    Ok((drafts, plan))
}

fn opening(arguments: &Arguments, mapping: &Mapping, now: Moment) -> Draft {
    let text = |given: &Option<String>, else_: &str| given.clone().unwrap_or_else(|| else_.to_owned());
    let body = RegisterOpened {
        custodian: Organisation::named(&text(&arguments.custodian, "custodian not stated")),
        demonstration: false,
        name: text(&arguments.name, &mapping.title),
        population: text(&arguments.population, "people"),
    };
    Draft::new(Statement::new("register-opened", now.date(), now, body.into()))
}

fn summary(edition: &Edition, plan: &Plan, verb: &str) -> String {
    let file = format!(
        "The edition of {} lists {} releases to {} recipients under {} shares.",
        edition.edition,
        number(edition.releases() as u64),
        number(edition.recipients() as u64),
        number(edition.shares.len() as u64),
    );
    let changed = plan.added + plan.altered + plan.unlisted + plan.relisted;
    if changed == 0 {
        return format!("{file}\nNothing in it has changed since it was last imported.");
    }
    format!(
        "{file}\n{verb} {} added, {} altered, {} no longer listed, {} listed again.",
        number(plan.added),
        number(plan.altered),
        number(plan.unlisted),
        number(plan.relisted),
    )
}

fn key_place(arguments: &Arguments) -> String {
    arguments.data.join("public").join("vkey").display().to_string()
}
