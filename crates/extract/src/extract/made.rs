//! From the files that were written to a package that is whole, and has not reached its place.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

use package::document::Signed;
use package::manifest::{Excess, Manifest};
use package::sealed::{PackageKey, Sealer};
use package::specification::{Cohort, People as Whose};
use register::{Count, Digest};
use sha2::{Digest as _, Sha256};

use super::run::Run;
use super::{ExtractError, at};
use crate::aside::{Aside, People};
use crate::measure::distinct::Distinct;
use crate::measure::token::Tokens;
use crate::measure::{Measured, Measuring, Written, cohorts};
use crate::population::Population;
use crate::record::{Record, Records};
use crate::sink::{close, create};

/// Tokens of people that are held in memory: 18 MB.
const IN_MEMORY: usize = 900_000;

/// Measures what was written, and holds its people against the sources' by `tokens` of the population.
///
/// # Errors
/// If it cannot be read.
pub(super) fn measured(
    measuring: &Measuring<'_>,
    files: &[Written],
    population: &Population,
    tokens: &Tokens,
    aside: &Aside,
) -> Result<Measured, ExtractError> {
    let (files, people) = measuring.files(files)?;
    let mut released = Distinct::new(IN_MEMORY, measuring.spill);
    let path = aside.people();
    let mut leaving = People::open(&path).map_err(at(&path))?;
    leaving.try_for_each(|person| released.insert(tokens.person(&person?.1)).map(drop)).map_err(at(&path))?;
    measuring.interrupt.check()?;
    let cohorts = cohorts::held(population, released).map_err(at(measuring.spill))?;
    Ok(Measured { files, people, cohorts })
}

/// Makes the manifest, compares it with what was approved, and seals it with the files, beside the package's place.
///
/// # Errors
/// If it is more than what was approved, or cannot be sealed.
pub(super) fn sealed(
    run: &Run<'_>,
    records: &Records,
    measured: Measured,
    files: &[Written],
    rows_without_person: u64,
) -> Result<Record, ExtractError> {
    let approved = &run.plan.approved;
    let instruction = &approved.instruction;
    let (mut published, number) = records.published(&instruction.share)?;
    let mut manifest = manifest(run, &measured);
    let mut beyond = manifest.beyond(instruction);
    beyond.extend(too_many(run, &measured));
    if !beyond.is_empty() {
        return Err(ExtractError::Beyond(beyond));
    }
    published.show_all(&measured, &mut manifest);
    let signed = Signed::sign(manifest, run.task.zone.engine()).map_err(ExtractError::Manifest)?;
    let key = PackageKey::generate();
    let custodian = package::sealed::recipient(&instruction.key).map_err(crate::plan::PlanError::Key)?;
    let [package, manifest_path, key_path] = run.partial.place().partials();
    let mut sealer = Sealer::begin(create(&package).map_err(at(&package))?, &key, &signed).map_err(at(&package))?;
    for file in &signed.unverified().files {
        run.task.interrupt.check()?;
        let Some(written) = files.iter().find(|written| written.name == file.name) else { continue };
        let input = BufReader::new(File::open(&written.path).map_err(at(&written.path))?);
        let mut hashing = Hashing { inner: input, hash: Sha256::new() };
        sealer.add(&file.name, file.bytes, &mut hashing).map_err(at(&package))?;
        if Digest(hashing.hash.finalize().into()) != file.sha256 {
            let changed = io::Error::other("it is not what was measured");
            return Err(at(&written.path)(changed));
        }
    }
    sealer.finish().and_then(close).map_err(at(&package))?;
    let text = |path: &Path, text: &str| {
        let mut output: BufWriter<File> = create(path)?;
        output.write_all(text.as_bytes())?;
        close(output)
    };
    text(&manifest_path, &signed.to_string()).map_err(at(&manifest_path))?;
    let wrapped = key.sealed_to(&custodian).map_err(at(&key_path))?;
    text(&key_path, &wrapped).map_err(at(&key_path))?;
    // The record must not outlive what it says was sealed.
    let folder = &run.partial.place().folder;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
    Ok(Record {
        share: instruction.share.clone(),
        sequence: instruction.sequence,
        release: instruction.release.clone(),
        instruction: approved.digest,
        made: run.task.now,
        number,
        rows_without_person,
        measured,
        published,
        sealed: [digest(&package)?, digest(&manifest_path)?, digest(&key_path)?],
        placed: false,
    })
}

/// The manifest, its counts rounded as if nothing had been published before.
fn manifest(run: &Run<'_>, measured: &Measured) -> Manifest {
    let approved = &run.plan.approved;
    let beginning =
        |years: &[u16]| years.iter().filter_map(|year| Cohort::beginning(*year).ok()).collect::<Vec<Cohort>>();
    let files = measured.files.iter().map(|file| {
        let planned = run.plan.datasets.iter().find(|dataset| dataset.name == file.dataset);
        let columns = file.columns.iter().map(|column| {
            let known = planned.and_then(|planned| planned.columns.iter().find(|known| known.name == column.name));
            package::manifest::MeasuredColumn {
                classes: known.map(|known| known.classes.clone()).unwrap_or_default(),
                cohorts: beginning(&column.cohorts),
                distinct: Count::banded(column.distinct),
                // A column that nobody planned goes by its name, and is beyond what was approved.
                item: known.map_or_else(|| format!("column {}", column.name), |known| known.item.clone()),
                name: column.name.clone(),
                nulls: Count::banded(column.nulls),
                treatment: known.map_or(package::specification::Treatment::Keep {}, |known| known.treatment.clone()),
                years: column.years.clone(),
            }
        });
        package::manifest::MeasuredFile {
            bytes: file.bytes,
            columns: columns.collect(),
            dataset: file.dataset.clone(),
            cohorts: beginning(&file.cohorts),
            name: file.name.clone(),
            people: Count::banded(file.people),
            rows: Count::banded(file.rows),
            sha256: file.sha256,
            years: file.years.clone(),
        }
    });
    Manifest {
        cohorts: measured.cohorts.iter().filter_map(|cohort| cohort.cover(cohort.missing() == 0)).collect(),
        engine: concat!("rollcall-extract ", env!("CARGO_PKG_VERSION")).to_owned(),
        files: files.collect(),
        instruction: approved.digest,
        made: run.task.now,
        people: Count::banded(measured.people),
        release: approved.instruction.release.clone(),
        sequence: approved.instruction.sequence,
        share: approved.instruction.share.clone(),
        specification: approved.instruction.specification_digest(),
        v: Manifest::VERSION,
    }
}

/// Within the zone the exact count is known, and is held against the exact limit.
fn too_many(run: &Run<'_>, measured: &Measured) -> Option<Excess> {
    let instruction = &run.plan.approved.instruction;
    let listed = match instruction.specification.people {
        Whose::Listed { up_to } => Some(u64::from(up_to)),
        Whose::Everyone {} | Whose::FoundIn { .. } => None,
    };
    let approved = [instruction.people_at_most, listed].into_iter().flatten().min()?;
    (measured.people > approved).then_some(Excess::People { approved, found: Count::Exactly(measured.people) })
}

/// SHA-256 of a file.
///
/// # Errors
/// If it cannot be read.
pub(super) fn digest(path: &Path) -> Result<Digest, ExtractError> {
    let mut hashing = Hashing { inner: File::open(path).map_err(at(path))?, hash: Sha256::new() };
    io::copy(&mut hashing, &mut io::sink()).map_err(at(path))?;
    Ok(Digest(hashing.hash.finalize().into()))
}

struct Hashing<R> {
    inner: R,
    hash: Sha256,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.hash.update(&buffer[..read]);
        Ok(read)
    }
}
