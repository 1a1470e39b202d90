//! One dataset, from the engine to its file: several threads read and treat, one writes, and little waits between them.

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

use crate::aside::{PeopleWriter, Row, RowsWriter};
use crate::interrupt::{Interrupt, Interrupted};
use crate::progress::Progress;
use crate::rows::{ColumnFault, Piece, Worker};
use crate::sink::{Sink, close, create};
use crate::source::{SourceError, engine};

/// Batches that may wait for the writer, for each thread.
const WAITING: usize = 2;

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
    let (sender, receiver) = mpsc::channel::<Piece>(WAITING * streams.len().max(1));
    let writing = {
        let (schema, interrupt) = (Arc::clone(worker.schema()), interrupt.clone());
        let progress = progress.clone();
        tokio::task::spawn_blocking(move || {
            Writing::begin(output, &schema)?.all(receiver, &interrupt, || progress.read(read_rows(&planned)))
        })
    };
    let worker = Arc::new(worker);
    let mut readers = JoinSet::new();
    for stream in streams {
        readers.spawn(read(dataset.to_owned(), stream, Arc::clone(&worker), sender.clone(), interrupt.clone()));
    }
    drop(sender);
    let mut failed = None;
    loop {
        tokio::select! {
            read = readers.join_next() => match read {
                None => break,
                Some(Ok(Ok(()))) => {}
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
        (None, written) => written,
    }
}

async fn read(
    dataset: String,
    mut stream: SendableRecordBatchStream,
    worker: Arc<Worker>,
    sender: mpsc::Sender<Piece>,
    interrupt: Interrupt,
) -> Result<(), WriteError> {
    while let Some(batch) = stream.next().await {
        interrupt.check()?;
        let batch = batch.map_err(|error| engine(&dataset, &error))?;
        let piece = worker.piece(&batch).map_err(WriteError::Cells)?;
        if sender.send(piece).await.is_err() {
            // The writer has stopped, and says why.
            return Err(Interrupted.into());
        }
    }
    Ok(())
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
    path: PathBuf,
    sink: Sink<BufWriter<File>>,
    beside: Option<(PathBuf, RowsWriter)>,
    people: PeopleWriter,
    without_person: u64,
}

impl Writing {
    fn begin(output: Output, schema: &arrow::datatypes::SchemaRef) -> Result<Self, WriteError> {
        let sink = create(&output.file).and_then(|file| Sink::begin(file, output.format, schema));
        let beside = match output.beside {
            Some(path) => Some((path.clone(), RowsWriter::create(&path).map_err(at(&path))?)),
            None => None,
        };
        Ok(Self {
            sink: sink.map_err(at(&output.file))?,
            path: output.file,
            beside,
            people: output.people,
            without_person: 0,
        })
    }

    fn all(
        mut self,
        mut pieces: mpsc::Receiver<Piece>,
        interrupt: &Interrupt,
        progress: impl Fn(),
    ) -> Result<Done, WriteError> {
        while let Some(piece) = pieces.blocking_recv() {
            interrupt.check()?;
            self.sink.write(&piece.batch).map_err(at(&self.path))?;
            for (person, token) in piece.people.iter().zip(&piece.tokens) {
                self.people.add(person.unwrap_or_default(), *token).map_err(at(&self.path))?;
            }
            if let Some((path, beside)) = &mut self.beside {
                for (row, person) in piece.tokens.iter().enumerate() {
                    let year = piece.times.years[row].unwrap_or_default();
                    let cohort = piece.times.cohorts.get(row).copied().flatten();
                    beside.add(Row { person: *person, year, cohort }).map_err(at(path))?;
                }
            }
            self.without_person += piece.without_person;
            progress();
        }
        let written = self.sink.finish().and_then(close);
        written.map_err(at(&self.path))?;
        if let Some((path, beside)) = self.beside {
            beside.finish().map_err(at(&path))?;
        }
        Ok(Done { people: self.people, without_person: self.without_person })
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> WriteError {
    let path = path.to_owned();
    move |source| WriteError::File { path, source }
}
