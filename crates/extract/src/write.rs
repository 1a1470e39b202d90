//! One dataset, from the engine to its file: several threads read, treat and pack, one writes, and little waits between them.

use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::physical_plan::{ExecutionPlan, SendableRecordBatchStream, execute_stream_partitioned};
use datafusion::prelude::DataFrame;
use futures::StreamExt;
use package::instruction::Format;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::aside::{Identifiers, Met, PeopleWriter, Row, RowsWriter};
use crate::interrupt::{Interrupt, Interrupted};
use crate::progress::Progress;
use crate::rows::{ColumnFault, Worker};
use crate::sink::{Packed, Packer, Sink, close, create};
use crate::source::{SourceError, engine};

/// Groups of rows that may wait for the writer.
const WAITING: usize = 1;

/// Batches after which the engine is asked how much it has read.
const ASKED_EVERY: u32 = 16;

/// Why a dataset was not written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// It cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Cells of it cannot be read.
    #[error("{}: {}", .0.column, .0.fault.expected)]
    Cells(ColumnFault),
    /// A file cannot be written, as on a full disk.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Somebody interrupts.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

/// What is written for a dataset, and where.
pub struct Output {
    /// The format.
    pub format: Format,
    /// The file.
    pub file: PathBuf,
    /// The rows beside it, where they are needed.
    pub beside: Option<PathBuf>,
    /// The people of the whole release.
    pub people: PeopleWriter,
    /// The place of the dataset among those of which something leaves.
    pub number: usize,
}

/// What was written of a dataset.
pub struct Done {
    /// The people of the release, for the next dataset.
    pub people: PeopleWriter,
    /// Rows that name nobody, and stayed.
    pub without_person: u64,
}

/// Writes a dataset.
///
/// # Errors
/// The first thing that stops it. What was written until then is the caller's to remove.
pub async fn write(
    dataset: &str,
    rows: DataFrame,
    worker: Worker,
    output: Output,
    interrupt: &Interrupt,
    progress: &Progress,
) -> Result<Done, WriteError> {
    let context = Arc::new(rows.task_ctx());
    let planned = rows.create_physical_plan().await.map_err(|error| engine(dataset, &error))?;
    let streams = execute_stream_partitioned(Arc::clone(&planned), context).map_err(|error| engine(dataset, &error))?;
    let writing = Writing::begin(&output, &worker)?;
    let reader = Reader {
        dataset: dataset.to_owned(),
        path: output.file.clone(),
        number: output.number,
        beside: output.beside.is_some(),
        worker,
        interrupt: interrupt.clone(),
        progress: progress.clone(),
        planned,
    };
    let reader = Arc::new(reader);
    let (sender, receiver) = mpsc::channel::<Group>(WAITING);
    let mut readers = JoinSet::new();
    for stream in streams {
        readers.spawn(Arc::clone(&reader).read(stream, writing.sink.packer(), sender.clone()));
    }
    let interrupted = interrupt.clone();
    let writing = tokio::task::spawn_blocking(move || writing.all(receiver, output, &interrupted));
    drop(sender);
    let (mut failed, mut without_person) = (None, 0);
    loop {
        tokio::select! {
            read = readers.join_next() => match read {
                None => break,
                Some(Ok(Ok(nobody))) => without_person += nobody,
                Some(Ok(Err(error))) => {
                    failed.get_or_insert(error);
                    readers.abort_all();
                }
                // Aborted, after another has failed.
                Some(Err(error)) if error.is_cancelled() => {}
                Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
            },
            () = interrupt.asked(), if failed.is_none() => {
                failed = Some(Interrupted.into());
                readers.abort_all();
            }
        }
    }
    let written = match writing.await {
        Ok(written) => written,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    };
    match (failed, written) {
        // Readers stop when the writer has, and then its reason is the first.
        (_, Err(error @ WriteError::File { .. })) => Err(error),
        (Some(error), _) => Err(error),
        (None, written) => written.map(|people| Done { people, without_person }),
    }
}

/// Rows that were packed, and what is known of them beside.
struct Group {
    packed: Packed,
    people: Identifiers,
    beside: Vec<u8>,
}

/// Reads, treats and packs rows of a dataset; as many do as there are threads.
struct Reader {
    dataset: String,
    path: PathBuf,
    number: usize,
    beside: bool,
    worker: Worker,
    interrupt: Interrupt,
    progress: Progress,
    planned: Arc<dyn ExecutionPlan>,
}

impl Reader {
    /// Gives how many rows stayed because they name nobody.
    async fn read(
        self: Arc<Self>,
        mut stream: SendableRecordBatchStream,
        mut packer: Packer,
        sender: mpsc::Sender<Group>,
    ) -> Result<u64, WriteError> {
        let mut met = Met::in_dataset(self.number).map_err(at(&self.path))?;
        let (mut beside, mut without_person, mut batches) = (Vec::new(), 0, 0_u32);
        while let Some(batch) = stream.next().await {
            self.interrupt.check()?;
            let batch = batch.map_err(|error| engine(&self.dataset, &error))?;
            let piece = self.worker.piece(&batch).map_err(WriteError::Cells)?;
            let mut people = piece.people.iter().zip(&piece.tokens);
            let added = people.try_for_each(|(person, token)| met.add(person.unwrap_or_default(), *token));
            added.map_err(at(&self.path))?;
            if self.beside {
                for (row, person) in piece.tokens.iter().enumerate() {
                    let year = piece.times.years[row].unwrap_or_default();
                    let cohort = piece.times.cohorts.get(row).copied().flatten();
                    Row { person: *person, year, cohort }.put(&mut beside);
                }
            }
            without_person += piece.without_person;
            if let Some(packed) = packer.add(&piece.batch).map_err(at(&self.path))? {
                send(&sender, Group { packed, people: met.take(), beside: std::mem::take(&mut beside) }).await?;
            }
            // The engine draws up all that it counts when it is asked.
            batches += 1;
            if batches % ASKED_EVERY == 0 {
                self.progress.read(read_rows(&self.planned));
            }
        }
        if let Some(packed) = packer.finish().map_err(at(&self.path))? {
            send(&sender, Group { packed, people: met.take(), beside }).await?;
        }
        Ok(without_person)
    }
}

async fn send(sender: &mpsc::Sender<Group>, group: Group) -> Result<(), WriteError> {
    // Where the writer has stopped, it says why.
    sender.send(group).await.map_err(|_| Interrupted.into())
}

/// How many rows the engine has read of the source so far.
fn read_rows(planned: &Arc<dyn ExecutionPlan>) -> u64 {
    let inner = planned.children();
    if inner.is_empty() {
        return planned.metrics().and_then(|metrics| metrics.output_rows()).unwrap_or(0) as u64;
    }
    inner.into_iter().map(read_rows).sum()
}

struct Writing {
    sink: Sink<BufWriter<File>>,
    beside: Option<RowsWriter>,
}

impl Writing {
    fn begin(output: &Output, worker: &Worker) -> Result<Self, WriteError> {
        let begin = |file| Sink::begin(file, output.format, worker.schema(), &worker.pseudonyms());
        let sink = create(&output.file).and_then(begin);
        let beside = output.beside.as_ref().map(|path| RowsWriter::create(path).map_err(at(path))).transpose()?;
        Ok(Self { sink: sink.map_err(at(&output.file))?, beside })
    }

    /// Writes all groups, and gives back the people of the release.
    fn all(
        mut self,
        mut groups: mpsc::Receiver<Group>,
        output: Output,
        interrupt: &Interrupt,
    ) -> Result<PeopleWriter, WriteError> {
        let Output { file, beside, mut people, .. } = output;
        let beside = beside.unwrap_or_default();
        while let Some(group) = groups.blocking_recv() {
            interrupt.check()?;
            self.sink.write(group.packed).map_err(at(&file))?;
            people.add(&group.people).map_err(at(&file))?;
            if let Some(rows) = &mut self.beside {
                rows.add(&group.beside).map_err(at(&beside))?;
            }
        }
        self.sink.finish().and_then(close).map_err(at(&file))?;
        self.beside.map_or(Ok(()), |rows| rows.finish().map_err(at(&beside)))?;
        Ok(people)
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |source| WriteError::File { path, source }
}
