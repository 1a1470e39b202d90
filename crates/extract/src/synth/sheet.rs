//! Parquet files, written row group by row group.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::rows::Row;
use super::{Population, SynthError};

/// Rows of one batch: enough that its fixed costs do not count, few enough that it stays in the processor's cache.
const BATCH: usize = 8_192;

/// One file, opened when it has rows to write.
pub struct Sheet<R> {
    path: PathBuf,
    rows: Vec<R>,
    written: u64,
    writer: Option<ArrowWriter<File>>,
}

impl<R: Row> Sheet<R> {
    /// A block's rows of a year.
    pub fn new(folder: &Path, year: i32, block: u64) -> Self {
        let path = folder.join(R::TABLE.folder).join(format!("{year}-{block:05}.parquet"));
        Self { path, rows: Vec::new(), written: 0, writer: None }
    }

    /// Adds a row.
    pub fn push(&mut self, population: &Population, row: R) -> Result<(), SynthError> {
        self.rows.push(row);
        if self.rows.len() == BATCH { self.flush(population) } else { Ok(()) }
    }

    fn flush(&mut self, population: &Population) -> Result<(), SynthError> {
        let columns = R::columns(population, &self.rows);
        self.written += self.rows.len() as u64;
        self.rows.clear();
        let names = R::TABLE.columns.iter().map(|column| (column.name, column.optional));
        append(&self.path, &mut self.writer, names, columns)
    }

    /// Writes what is left; gives the number of rows.
    pub fn finish(mut self, population: &Population) -> Result<u64, SynthError> {
        if !self.rows.is_empty() {
            self.flush(population)?;
        }
        close(&self.path, self.writer)?;
        Ok(self.written)
    }
}

/// Adds columns to a file, which is opened with the first.
pub fn append<'a>(
    path: &Path,
    writer: &mut Option<ArrowWriter<File>>,
    names: impl Iterator<Item = (&'a str, bool)>,
    columns: Vec<ArrayRef>,
) -> Result<(), SynthError> {
    let fields =
        names.zip(&columns).map(|((name, optional), values)| Field::new(name, values.data_type().clone(), optional));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let table = |source: ParquetError| SynthError::Table { path: path.to_owned(), source };
    let batch = RecordBatch::try_new(Arc::clone(&schema), columns).map_err(|error| table(error.into()))?;
    let open = match writer {
        Some(open) => open,
        None => {
            let file = File::create(path).map_err(|source| SynthError::File { path: path.to_owned(), source })?;
            // Snappy: after dictionaries little is left to gain, and every reader has it.
            let properties = WriterProperties::builder()
                .set_compression(Compression::SNAPPY)
                .set_created_by("rollcall-extract synth: invented data".to_owned());
            // Readers see plain text columns, not how they were gathered.
            let options = ArrowWriterOptions::new().with_properties(properties.build()).with_skip_arrow_metadata(true);
            writer.insert(ArrowWriter::try_new_with_options(file, schema, options).map_err(table)?)
        }
    };
    open.write(&batch).map_err(table)
}

/// Ends a file.
pub fn close(path: &Path, writer: Option<ArrowWriter<File>>) -> Result<(), SynthError> {
    let closed = writer.map_or(Ok(()), |writer| writer.close().map(drop));
    closed.map_err(|source| SynthError::Table { path: path.to_owned(), source })
}
