//! The release that is measured: a quarter of the census, eight columns, one of them the pseudonym.

use std::path::{Path, PathBuf};

use anyhow::Context;
use package::Instruction;
use package::document::Signed;
use package::instruction::Format;
use package::specification::{
    DatasetPart, DictionaryReference, Filter, Keep, People, Specification, SpecifiedItem, Treatment,
};
use register::Digest;
use tlog::SigningKey;

use super::ours::THREADS;
use crate::extract::{Task, extract, written_rows};
use crate::sources::{Column, Dataset};
use crate::{Sources, Zone};

/// The dataset of the synthetic population that has most rows.
const CENSUS: &str = "School Census";

/// The eight columns; peers write the same.
const COLUMNS: [&str; 8] = ["upn", "year", "term", "urn", "year_group", "gender", "ethnicity", "fsm"];

/// A quarter of twelve year groups.
const QUARTER: Keep = Keep::Between(3, 5);

/// Memory for the query engine.
const MEMORY: usize = 64 << 20;

/// One release, ready to be carried out.
pub struct Release {
    zone: Zone,
    sources: Sources,
    instruction: String,
    out: PathBuf,
}

impl Release {
    /// The first release of a share, from a folder that `synth` wrote, in a zone that is made where it is not there.
    ///
    /// # Errors
    /// If the zone or the sources cannot be read.
    pub fn of(data: &str, zone: &str, share: &str) -> anyhow::Result<Self> {
        let desk = SigningKey::new("desk.example/instructions", &[7; 32])?;
        let folder = Path::new(zone);
        let zone = if folder.join("zone.toml").exists() {
            Zone::open(folder)?
        } else {
            Zone::create(folder, "zone.example/extract", desk.verifier())?
        };
        let sources = Sources::read(&Path::new(data).join("sources.toml"))?;
        let census = sources.dataset(CENSUS).with_context(|| format!("expected the dataset {CENSUS}"))?;
        let instruction = instruction(census, share)?;
        let instruction = Signed::sign(instruction, &desk)?.to_string();
        let out = folder.parent().unwrap_or(Path::new(".")).to_owned();
        Ok(Self { zone, sources, instruction, out })
    }

    fn task(&self) -> anyhow::Result<Task<'_>> {
        Ok(Task {
            instruction: self.instruction.as_bytes(),
            zone: &self.zone,
            sources: &self.sources,
            out: self.out.clone(),
            people: None,
            memory: MEMORY,
            threads: THREADS,
            now: "2026-11-23T09:30:00Z".parse()?,
            token_key: [5; 16],
            quiet: true,
            interrupt: Default::default(),
        })
    }

    /// Reads, treats and writes, and gives the number of rows.
    ///
    /// # Errors
    /// Those of the extract.
    pub fn written(&self) -> anyhow::Result<u64> {
        let task = self.task()?;
        Ok(runtime()?.block_on(written_rows(&task))?)
    }

    /// Carries it out whole, and gives the number of rows.
    ///
    /// # Errors
    /// Those of the extract.
    pub fn released(&self) -> anyhow::Result<u64> {
        let task = self.task()?;
        let done = runtime()?.block_on(extract(&task))?;
        Ok(done.record.measured.files.iter().map(|file| file.rows).sum())
    }
}

fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().worker_threads(THREADS).enable_all().build()
}

fn column<'a>(census: &'a Dataset, name: &str) -> anyhow::Result<&'a Column> {
    let found = census.columns.iter().find(|column| column.name == name);
    found.with_context(|| {
        format!("expected a column {name} in {CENSUS}; write the folder with `rollcall-extract synth`")
    })
}

fn item(census: &Dataset, column: &Column) -> SpecifiedItem {
    SpecifiedItem {
        classes: column.classes.clone(),
        cohorts: Vec::new(),
        first_year: 1900,
        item: column.item.clone(),
        justification: None,
        last_year: 2100,
        name: column.name.clone(),
        treatment: if column.name == census.person { Treatment::Pseudonymise {} } else { Treatment::Keep {} },
    }
}

fn specification(mut items: Vec<SpecifiedItem>, filters: Vec<Filter>) -> Specification {
    items.sort_by(|a, b| a.item.cmp(&b.item));
    let dictionary = DictionaryReference { digest: Digest::of(b""), edition: "synthetic".to_owned() };
    let part = DatasetPart { dictionary, filters, items, name: CENSUS.to_owned() };
    Specification { cohorts: Vec::new(), datasets: vec![part], people: People::Everyone {}, v: 1 }
}

fn instruction(census: &Dataset, share: &str) -> anyhow::Result<Instruction> {
    let items = COLUMNS.iter().map(|name| Ok(item(census, column(census, name)?))).collect::<anyhow::Result<_>>()?;
    let group = column(census, "year_group")?;
    let (classes, name) = (group.classes.clone(), group.name.clone());
    let filter = Filter { classes, item: group.item.clone(), keep: QUARTER, name };
    let key = age::x25519::Identity::generate().to_public().to_string();
    Ok(Instruction {
        format: Format::Parquet,
        issued: "2026-11-20T09:00:00Z".parse()?,
        key: key.clone(),
        people_at_most: None,
        recipient: key,
        release: format!("{share}-R1"),
        sequence: 1,
        share: share.to_owned(),
        specification: specification(items, vec![filter]),
        v: 1,
        valid_until: "9999".parse()?,
    })
}

/// Every column of the census that somebody could know, as it stands: what a greedy path has most to do with.
///
/// # Errors
/// If the sources have no census.
pub fn quasi_identifiers(sources: &Sources) -> anyhow::Result<Specification> {
    let census = sources.dataset(CENSUS).with_context(|| format!("expected the dataset {CENSUS}"))?;
    let known = census.columns.iter().filter(|column| column.quasi_identifier);
    Ok(specification(known.map(|column| item(census, column)).collect(), Vec::new()))
}
