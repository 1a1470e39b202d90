//! The population of the sources, counted where that was not done before for the same files.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::physical_plan::{SendableRecordBatchStream, execute_stream_partitioned};
use datafusion::prelude::ident;
use futures::StreamExt;
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::run::Run;
use super::{ExtractError, at};
use crate::measure::distinct::Distinct;
use crate::measure::token::{Tokens, in_cohort};
use crate::population::Population;
use crate::record::make_private;
use crate::select;
use crate::source::{Opened, engine};
use crate::treat::{Kind, texts};
use crate::zone::hex;

/// Tokens of the sources' people that are held in memory: 36 MB.
const IN_MEMORY: usize = 1_800_000;

/// Bytes of a file's end that tell it from another: Parquet says there what it holds.
const END: u64 = 1 << 16;

/// The population of all datasets that have dates of birth.
///
/// # Errors
/// If the sources cannot be read, or the population cannot be kept.
pub(super) async fn population(run: &Run<'_>, tokens: Tokens) -> Result<Population, ExtractError> {
    let mut datasets = Vec::new();
    for dataset in &run.task.sources.datasets {
        let Some(born) = &dataset.born else { continue };
        let opened = match run.opened.iter().find(|opened| opened.name == dataset.name) {
            Some(opened) => opened.clone(),
            None => Opened::open(dataset)?,
        };
        datasets.push((opened, dataset.person.as_str(), born.as_str()));
    }
    let folder = run.task.zone.folder().join("population");
    make_private(&folder)?;
    let path = folder.join(fingerprint(&datasets)?);
    if let Some(population) = Population::open(&path).map_err(at(&path))? {
        return Ok(population);
    }
    let spill = run.partial.spill();
    let mut everybody = Distinct::new(IN_MEMORY, &spill);
    for (opened, person, born) in &datasets {
        add(run, opened, [person, born], tokens, &mut everybody).await?;
    }
    tokio::task::block_in_place(|| {
        Population::write(&path, everybody).map_err(at(&path))?;
        clear(&folder, &path).map_err(at(&folder))
    })?;
    let vanished = || at(&path)(io::Error::other("it is not as it was just written"));
    Population::open(&path).map_err(at(&path))?.ok_or_else(vanished)
}

/// What the population depends on: the columns, and the files as the system and their ends tell them apart.
fn fingerprint(datasets: &[(Opened, &str, &str)]) -> Result<String, ExtractError> {
    let mut hash = Sha256::new();
    let mut put = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    for (opened, person, born) in datasets {
        put(person.as_bytes());
        put(born.as_bytes());
        put(&(opened.files.paths.len() as u64).to_le_bytes());
        for path in &opened.files.paths {
            let look = || {
                let file = File::open(path)?;
                let about = file.metadata()?;
                let length = about.len().min(END);
                let mut end = vec![0; length as usize];
                file.read_exact_at(&mut end, about.len() - length)?;
                Ok((about, end))
            };
            let (about, end) = look().map_err(at(path))?;
            put(path.as_os_str().as_encoded_bytes());
            for number in [about.len(), about.ino(), about.dev()] {
                put(&number.to_le_bytes());
            }
            for number in [about.mtime(), about.mtime_nsec(), about.ctime(), about.ctime_nsec()] {
                put(&number.to_le_bytes());
            }
            put(&end);
        }
    }
    Ok(hex(&hash.finalize()))
}

/// Adds the people of a dataset: all threads read, and one gathers.
async fn add(
    run: &Run<'_>,
    opened: &Opened,
    [person, born]: [&str; 2],
    tokens: Tokens,
    everybody: &mut Distinct,
) -> Result<(), ExtractError> {
    let spill: PathBuf = run.partial.spill();
    run.progress.begin(&format!("cohorts of {}", opened.name), opened.files.rows());
    let rows = run.engine.rows(opened, Vec::new())?;
    let rows = run.engine.columns(&opened.name, rows, vec![ident(person), ident(born)])?;
    let context = Arc::new(rows.task_ctx());
    let planned = rows.create_physical_plan().await.map_err(|error| engine(&opened.name, &error))?;
    let streams = execute_stream_partitioned(planned, context).map_err(|error| engine(&opened.name, &error))?;
    let (sender, mut received) = mpsc::channel::<(u64, Vec<u128>)>(4 * streams.len().max(1));
    let mut readers = JoinSet::new();
    for stream in streams {
        readers.spawn(read(opened.name.clone(), stream, tokens, sender.clone()));
    }
    drop(sender);
    let mut read = 0;
    while let Some((rows, pairs)) = received.recv().await {
        run.task.interrupt.check()?;
        pairs.into_iter().try_for_each(|pair| everybody.insert(pair).map(drop)).map_err(at(&spill))?;
        read += rows;
        run.progress.read(read);
    }
    while let Some(reader) = readers.join_next().await {
        match reader {
            Ok(done) => done?,
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
    Ok(())
}

async fn read(
    dataset: String,
    mut stream: SendableRecordBatchStream,
    tokens: Tokens,
    sender: mpsc::Sender<(u64, Vec<u128>)>,
) -> Result<(), ExtractError> {
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(|error| engine(&dataset, &error))?;
        let Some(pairs) = pairs(&batch, tokens) else { break };
        if sender.send((batch.num_rows() as u64, pairs)).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// Who is of which cohort; nothing where the second column is none of dates.
fn pairs(batch: &RecordBatch, tokens: Tokens) -> Option<Vec<u128>> {
    if !matches!(Kind::of(batch.column(1).data_type()), Kind::Text | Kind::Date | Kind::Moment) {
        return None;
    }
    let cohorts = select::cohorts_that_can_be_read(batch.column(1));
    let people = texts(batch.column(0));
    let pair = |(person, cohort): (Option<&str>, Option<i32>)| {
        in_cohort(tokens.person(person.filter(|person| !person.is_empty())?), cohort?)
    };
    Some(people.iter().zip(cohorts).filter_map(pair).collect())
}

/// Removes what was counted from other files.
fn clear(folder: &Path, kept: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path != kept {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}
