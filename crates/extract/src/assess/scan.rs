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
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReaderBuilder};

use super::AssessError;

/// Rows of a batch.
const BATCH: usize = 1 << 15;

/// Calls `see` with every batch of these columns, in their order.
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
    let file = File::open(path).map_err(|source| AssessError::File { path: path.to_owned(), source })?;
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
        let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
        let found = ParquetRecordBatchReaderBuilder::try_new_with_options(
            file.try_clone().map_err(|source| AssessError::File { path: path.to_owned(), source })?,
            options.clone(),
        );
        let found = found.map_err(|error| unread(&error))?;
        let wanted = places(found.schema())?;
        let schema = with_dictionaries(found.schema(), &wanted[..]);
        let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options.with_schema(schema));
        let builder = builder.map_err(|error| unread(&error))?;
        let mask = ProjectionMask::roots(builder.parquet_schema(), wanted);
        let reader = builder.with_projection(mask).with_batch_size(BATCH).build().map_err(|error| unread(&error))?;
        for batch in reader {
            if !pass(batch.map_err(|error| unread(&error))?)? {
                return Ok(());
            }
        }
    } else {
        let unread = |error: &dyn std::fmt::Display| form(format!("expected CSV in UTF-8 with a header: {error}"));
        let header = File::open(path).map_err(|source| AssessError::File { path: path.to_owned(), source })?;
        let (found, _) =
            Format::default().with_header(true).infer_schema(header, Some(0)).map_err(|error| unread(&error))?;
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
            .build(file)
            .map_err(|error| unread(&error))?;
        for batch in reader {
            if !pass(batch.map_err(|error| unread(&error))?)? {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Texts are read as the dictionaries in which Parquet keeps them, so that each value of a page is looked up once.
fn with_dictionaries(schema: &Schema, wanted: &[usize]) -> SchemaRef {
    let field = |(place, field): (usize, &Arc<Field>)| match field.data_type() {
        DataType::Utf8 if wanted.contains(&place) => {
            let keyed = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            Arc::new(field.as_ref().clone().with_data_type(keyed))
        }
        _ => Arc::clone(field),
    };
    Arc::new(Schema::new(schema.fields().iter().enumerate().map(field).collect::<Vec<_>>()))
}

/// The file, or all files of the folder, sorted by name.
fn files(path: &Path) -> Result<Vec<PathBuf>, AssessError> {
    let at = |source| AssessError::File { path: path.to_owned(), source };
    let form = |path: &Path, message: &str| AssessError::Data { path: path.to_owned(), message: message.to_owned() };
    let mut files = Vec::new();
    if path.is_dir() {
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

fn is_parquet(path: &Path) -> bool {
    has_ending(path, "parquet")
}

fn has_ending(path: &Path, ending: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending))
}
