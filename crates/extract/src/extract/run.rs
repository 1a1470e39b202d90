//! The steps, in their order.

use std::sync::Arc;

use datafusion::prelude::{DataFrame, ident};

use super::{ExtractError, Extracted, Task, at, everybody, finish, listed, locate, made};
use crate::aside::PeopleWriter;
use crate::measure::token::Tokens;
use crate::measure::{Measuring, Place as Found, Written};
use crate::partial::{self, Partial, Place};
use crate::plan::{self, Approved, Plan, PlannedDataset};
use crate::population::Population;
use crate::progress::Progress;
use crate::pseudonym::Pseudonymiser;
use crate::record::Records;
use crate::rows::Worker;
use crate::source::{Engine, Files, Opened, within};
use crate::treat::{Regions, Treater};
use crate::write::{Output, WriteError, write};

/// A release on its way.
pub(super) struct Run<'a> {
    pub task: &'a Task<'a>,
    pub engine: Engine,
    pub plan: Plan,
    /// The datasets of the plan, in its order.
    pub opened: Vec<Opened>,
    pub tokens: Tokens,
    pub partial: Partial,
    pub progress: Progress,
}

/// Carries out an instruction.
///
/// # Errors
/// The first thing that stops it; then nothing has left.
pub async fn extract(task: &Task<'_>) -> Result<Extracted, ExtractError> {
    let progress = Progress::new(task.quiet);
    let done = carried_out(task, progress.clone()).await;
    progress.end();
    done
}

async fn carried_out(task: &Task<'_>, progress: Progress) -> Result<Extracted, ExtractError> {
    if !task.out.is_dir() {
        return Err(ExtractError::NoFolder(task.out.clone()));
    }
    let _lock = task.zone.lock()?;
    let records = Records::open(task.zone)?;
    let waits = |share: &str, sequence| Ok(records.of(share, sequence)?.is_some_and(|record| !record.placed));
    partial::clear(task.zone, waits)?;
    let approved = plan::approved(task.instruction, task.zone.custodian(), task.now)?;
    let instruction = &approved.instruction;
    let place = Place::new(&task.out, &instruction.share, instruction.sequence);
    if let Some(record) = records.of(&instruction.share, instruction.sequence)? {
        return finish::recorded(task, &records, &approved, record, place);
    }
    if let Some(other) = records.named(&instruction.share, &instruction.release)? {
        let (share, release, sequence, made) = (other.share, other.release, other.sequence, other.made);
        return Err(ExtractError::ReferenceUsed { share, release, sequence, made });
    }
    if let Some(taken) = place.finals().into_iter().find(|path| path.exists()) {
        return Err(ExtractError::Taken(taken));
    }
    let (mut run, files, without_person) = Run::written(task, approved, place, progress).await?;
    let of_population = Population::tokens(task.zone);
    let population = everybody::population(&run, of_population).await?;
    let measured = tokio::task::block_in_place(|| {
        run.progress.begin("measuring", 0);
        let spill = run.partial.spill();
        let measuring = Measuring {
            format: run.plan.approved.instruction.format,
            tokens: &run.tokens,
            spill: &spill,
            threads: task.threads,
            interrupt: &task.interrupt,
        };
        made::measured(&measuring, &files, &population, &of_population, &run.partial.aside())
    })?;
    let record = tokio::task::block_in_place(|| {
        run.progress.begin("sealing", 0);
        made::sealed(&run, &records, measured, &files, without_person)
    })?;
    // The last moment at which stopping leaves nothing.
    task.interrupt.check()?;
    records.write(&record)?;
    run.partial.keep();
    finish::place(task, &records, &run.plan.approved, record, run.partial, false)
}

/// Carries out an instruction as far as the files that would be measured, removes them, and says how many rows they had: to
/// measure what reading, treating and writing cost by themselves.
///
/// # Errors
/// As [`extract`].
pub async fn written_rows(task: &Task<'_>) -> Result<u64, ExtractError> {
    let _lock = task.zone.lock()?;
    let approved = plan::approved(task.instruction, task.zone.custodian(), task.now)?;
    let place = Place::new(&task.out, &approved.instruction.share, approved.instruction.sequence);
    let (run, files, _) = Run::written(task, approved, place, Progress::new(true)).await?;
    let rows = files.iter().map(|file| Ok(Files::find(&file.path)?.rows())).sum::<Result<u64, ExtractError>>();
    drop(run);
    rows
}

impl<'a> Run<'a> {
    /// Plans, and writes what is to be measured.
    async fn written(
        task: &'a Task<'a>,
        approved: Approved,
        place: Place,
        progress: Progress,
    ) -> Result<(Self, Vec<Written>, u64), ExtractError> {
        let instruction = &approved.instruction;
        let partial = Partial::begin(task.zone, &instruction.share, instruction.sequence, place)?;
        let engine = Engine::new(task.memory, task.threads, &partial.spill())?;
        let mut opened = Vec::new();
        for dataset in approved.datasets(task.sources) {
            opened.push(Opened::open(dataset)?);
        }
        let plan = approved.plan(task.sources, &opened, task.people.is_some())?;
        let tokens = Tokens::new(&task.token_key);
        let run = Self { task, engine, plan, opened, tokens, partial, progress };
        let files = run.plan.files(&run.partial.files(), &run.partial.aside());
        let without_person = run.write(&files).await?;
        Ok((run, files, without_person))
    }

    /// Writes every dataset of which something leaves, and says how many rows stayed because they name nobody.
    async fn write(&self, files: &[Written]) -> Result<u64, ExtractError> {
        let listed = match &self.task.people {
            Some(path) => Some(listed::read(path, &self.plan.approved.instruction.specification.people)?),
            None => None,
        };
        let treaters = self.treaters()?;
        let path = self.partial.aside().people();
        let mut people = PeopleWriter::create(&path).map_err(at(&path))?;
        let (mut without_person, mut leaving) = (0, 0);
        for (number, treaters) in treaters.into_iter().enumerate() {
            let planned = &self.plan.datasets[number];
            let Some(file) = files.iter().find(|file| file.dataset == planned.name) else { continue };
            self.progress.begin(&planned.name, self.opened[number].files.rows());
            let rows = self.rows(number, listed.as_deref())?;
            let needed = [&file.person, &file.year, &file.cohort].contains(&&Found::Beside);
            let output = Output {
                format: self.plan.approved.instruction.format,
                file: file.path.clone(),
                beside: needed.then(|| file.beside.clone()),
                people,
                number: leaving,
            };
            leaving += 1;
            let worker = Worker::new(planned, treaters.clone(), self.tokens);
            let done = write(&planned.name, rows, worker, output, &self.task.interrupt, &self.progress).await;
            match done {
                Ok(done) => {
                    people = done.people;
                    without_person += done.without_person;
                }
                Err(WriteError::Cells(found)) => {
                    self.progress.begin("looking for the row", 0);
                    return Err(locate::cells(self, number, treaters, found).await);
                }
                Err(error) => return Err(error.into()),
            }
        }
        people.finish().map_err(at(&path))?;
        Ok(without_person)
    }

    /// The treatments of each dataset's columns. The share has a key from here on.
    fn treaters(&self) -> Result<Vec<Vec<Treater>>, ExtractError> {
        let key = self.task.zone.share_key_or_new(&self.plan.approved.instruction.share)?;
        let pseudonymiser = Arc::new(Pseudonymiser::new(&key));
        let regions = match &self.task.sources.region_table {
            Some(path) if self.plan.asks_for_regions() => Some(Arc::new(Regions::read(path)?)),
            _ => None,
        };
        let of_dataset = |dataset: &PlannedDataset| {
            let treaters = dataset.columns.iter().map(|column| {
                match Treater::new(&column.treatment, Some(&pseudonymiser), regions.as_ref()) {
                    Ok(treater) => treater,
                    Err(error) => unreachable!("a plan has no such column: {error:?}"),
                }
            });
            treaters.collect()
        };
        Ok(self.plan.datasets.iter().map(of_dataset).collect())
    }

    /// The rows of a dataset that may leave, with the columns that its worker reads.
    fn rows(&self, number: usize, listed: Option<&[String]>) -> Result<DataFrame, ExtractError> {
        let planned = &self.plan.datasets[number];
        let mut rows = self.filtered(number, true)?;
        if let Some(within) = self.plan.found_in.filter(|within| *within != number) {
            let others = (self.filtered(within, false)?, self.plan.datasets[within].person.as_str());
            rows = self.engine.found_in(&planned.name, rows, &planned.person, others)?;
        }
        if let Some(listed) = listed {
            let others = (self.engine.people(listed)?, Engine::LISTED);
            rows = self.engine.found_in(&planned.name, rows, &planned.person, others)?;
        }
        let columns: Vec<_> = Worker::reads(planned).iter().map(ident).collect();
        self.engine.columns(&planned.name, rows, columns).map_err(Into::into)
    }

    fn filtered(&self, number: usize, unread: bool) -> Result<DataFrame, ExtractError> {
        let planned = &self.plan.datasets[number];
        let mut conditions: Vec<_> = planned.conditions.iter().map(|condition| condition.expression()).collect();
        conditions.push(within(&planned.rows, &planned.windows, unread));
        self.engine.rows(&self.opened[number], conditions).map_err(Into::into)
    }
}
