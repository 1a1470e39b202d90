//! The rows of a dataset's files, in the order of the files' names and of their rows, so that what is counted is the same each
//! time. Files are decoded on a thread of their own while rows are counted; four batches wait at most.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};

use arrow::array::RecordBatch;
use arrow::csv::reader::Format;
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};

use super::AssessError;

/// Rows of a batch.
const BATCH: usize = 1 << 15;

/// Calls `see` with every batch of these columns, in their order. The first is read as plain text: of identifiers no two are
/// the same, and a dictionary of them would be as long as they are.
///
/// # Errors
/// If a file cannot be read or lacks a column, or what `see` gives.
pub fn each_batch(
    path: &Path,
    columns: &[String],
    mut see: impl FnMut(&RecordBatch) -> Result<(), AssessError>,
) -> Result<(), AssessError> {
    let files = files(path)?;
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(4);
        scope.spawn(move || {
            for file in &files {
                if let Err(error) = send(file, columns, &sender) {
                    // Nobody waits for it where the other side has stopped.
                    let _ = sender.send(Err(error));
                    return;
                }
            }
        });
        receiver.into_iter().try_for_each(|batch| see(&batch?))
    })
}

type Sent = Result<RecordBatch, AssessError>;

fn send(path: &Path, columns: &[String], sender: &SyncSender<Sent>) -> Result<(), AssessError> {
    let form = |message: String| AssessError::Data { path: path.to_owned(), message };
    let places = |schema: &Schema| -> Result<Vec<usize>, AssessError> {
        let place = |name: &String| {
            schema.index_of(name).map_err(|_| form(format!("expected a column {name:?}, as the sources say")))
        };
        columns.iter().map(place).collect()
    };
    // Readers give columns in the order of the file.
    let pass = |batch: RecordBatch| -> Result<bool, AssessError> {
        let wanted = places(&batch.schema())?;
        let batch = batch.project(&wanted).map_err(|error| form(error.to_string()))?;
        Ok(sender.send(Ok(batch)).is_ok())
    };
    if is_parquet(path) {
        let unread = |error: &dyn std::fmt::Display| form(format!("expected a Parquet file: {error}"));
        let opened = Opened::new(path, columns, columns.get(1..).unwrap_or_default())?;
        let reader = opened.rows_of((0..opened.groups()).collect())?;
        for batch in reader {
            if !pass(batch.map_err(|error| unread(&error))?)? {
                return Ok(());
            }
        }
    } else {
        let unread = |error: &dyn std::fmt::Display| form(format!("expected CSV in UTF-8 with a header: {error}"));
        let open = || File::open(path).map_err(|source| AssessError::File { path: path.to_owned(), source });
        let (found, _) =
            Format::default().with_header(true).infer_schema(open()?, Some(0)).map_err(|error| unread(&error))?;
        // Texts, as they stand: a code with a zero in front is no number.
        let texts = found.fields().iter().map(|field| Field::new(field.name(), DataType::Utf8, true));
        let schema: SchemaRef = Arc::new(Schema::new(texts.collect::<Vec<_>>()));
        let mut wanted = places(&schema)?;
        wanted.sort_unstable();
        wanted.dedup();
        let reader = arrow::csv::ReaderBuilder::new(schema)
            .with_header(true)
            .with_batch_size(BATCH)
            .with_projection(wanted)
            .build(open()?)
            .map_err(|error| unread(&error))?;
        for batch in reader {
            if !pass(batch.map_err(|error| unread(&error))?)? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// A Parquet file whose metadata is read.
pub struct Opened {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    wanted: Vec<usize>,
}

impl Opened {
    /// Reads what a file says of itself. Of its texts, those of the columns `repeated` are read as dictionaries.
    ///
    /// # Errors
    /// If it is no Parquet file, or lacks a column.
    pub fn new(path: &Path, columns: &[String], repeated: &[String]) -> Result<Self, AssessError> {
        let file = File::open(path).map_err(|source| AssessError::File { path: path.to_owned(), source })?;
        let form = |message: String| AssessError::Data { path: path.to_owned(), message };
        let unread = |error: &dyn std::fmt::Display| form(format!("expected a Parquet file: {error}"));
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let found = ArrowReaderMetadata::load(&file, options.clone()).map_err(|error| unread(&error))?;
        let place = |name: &String| {
            let place = found.schema().index_of(name);
            place.map_err(|_| form(format!("expected a column {name:?}, as the sources say")))
        };
        let wanted = columns.iter().map(place).collect::<Result<Vec<_>, _>>()?;
        let options = options.with_schema(with_dictionaries(found.schema(), repeated));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(found.metadata()), options);
        let metadata = metadata.map_err(|error| unread(&error))?;
        Ok(Self { path: path.to_owned(), metadata, wanted })
    }

    /// How many row groups it has.
    pub fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// The rows of some row groups; columns stand in the order of the file.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn rows_of(&self, groups: Vec<usize>) -> Result<ParquetRecordBatchReader, AssessError> {
        // Opened anew: clones of a file share one place in it, and threads would read each other's.
        let file = File::open(&self.path).map_err(|source| AssessError::File { path: self.path.clone(), source })?;
        let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone());
        let mask = ProjectionMask::roots(builder.parquet_schema(), self.wanted.iter().copied());
        let reader = builder.with_projection(mask).with_batch_size(BATCH).with_row_groups(groups).build();
        reader.map_err(|error| AssessError::Data {
            path: self.path.clone(),
            message: format!("expected a Parquet file: {error}"),
        })
    }
}

/// Texts are read as the dictionaries in which Parquet keeps them, so that each value of a page is looked up once.
fn with_dictionaries(schema: &Schema, repeated: &[String]) -> SchemaRef {
    let field = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8 if repeated.contains(field.name()) => {
            let keyed = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            Arc::new(field.as_ref().clone().with_data_type(keyed))
        }
        _ => Arc::clone(field),
    };
    Arc::new(Schema::new(schema.fields().iter().map(field).collect::<Vec<_>>()))
}

/// The file, or all files of the folder, sorted by name.
///
/// # Errors
/// If there is none, or one that is neither Parquet nor CSV.
pub fn files(path: &Path) -> Result<Vec<PathBuf>, AssessError> {
    let at = |source| AssessError::File { path: path.to_owned(), source };
    let form = |path: &Path, message: &str| AssessError::Data { path: path.to_owned(), message: message.to_owned() };
    let mut files = Vec::new();
    if std::fs::metadata(path).map_err(at)?.is_dir() {
        for entry in std::fs::read_dir(path).map_err(at)? {
            let entry = entry.map_err(at)?;
            if !entry.file_name().to_string_lossy().starts_with(['.', '_']) {
                files.push(entry.path());
            }
        }
        files.sort();
    } else {
        files.push(path.to_owned());
    }
    if files.is_empty() {
        return Err(form(path, "expected at least one Parquet or CSV file"));
    }
    let known = |file: &PathBuf| is_parquet(file) || has_ending(file, "csv");
    match files.iter().find(|file| !known(file)) {
        Some(other) => Err(form(other, "expected Parquet or CSV files only, whose names end in .parquet or .csv")),
        None => Ok(files),
    }
}

/// Whether a file's name says that it is Parquet.
pub fn is_parquet(path: &Path) -> bool {
    has_ending(path, "parquet")
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending))
}
