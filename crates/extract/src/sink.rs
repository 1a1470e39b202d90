//! Where treated rows go: one Parquet or CSV file a dataset, compressed with zstd.
//!
//! Whoever reads packs rows into groups ([`Packer`]), several at once; the file takes the groups as they come ([`Sink`]), so
//! that the one who writes has nearly nothing to do.

mod packer;

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::{Arc, Mutex};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use package::instruction::Format;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, ArrowWriterOptions};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

pub use packer::Packer;

/// The level of compression: the higher ones of zstd cost more time than they save.
const LEVEL: i32 = 1;

/// Rows that are packed together, and their bytes: what each packer holds in memory.
const GROUP_ROWS: usize = 1 << 17;
const GROUP_BYTES: usize = 12 << 20;

/// A file that is being written.
pub struct Sink<W: Write + Send> {
    written: Written<W>,
    output: Lent<W>,
    packing: Packing,
}

enum Written<W: Write + Send> {
    Parquet(SerializedFileWriter<Lent<W>>),
    Csv(zstd::Encoder<'static, Lent<W>>),
}

/// How the rows of a file are packed.
#[derive(Clone)]
enum Packing {
    Parquet(SchemaRef, Arc<ArrowRowGroupWriterFactory>),
    Csv,
}

/// Rows that were packed together.
pub enum Packed {
    /// A row group of Parquet, column by column.
    Parquet(Vec<ArrowColumnChunk>),
    /// Lines of CSV, not compressed yet: a stream in several frames is one that not every reader reads to its end.
    Csv(Vec<u8>),
}

impl<W: Write + Send> Sink<W> {
    /// Begins a file. Its columns of pseudonyms are written without a dictionary, since hardly two are the same, and without
    /// the least and the greatest, which say nothing.
    ///
    /// # Errors
    /// If it cannot be written, or a column is of a type that the format does not have.
    pub fn begin(output: W, format: Format, schema: &SchemaRef, pseudonyms: &[String]) -> io::Result<Self> {
        let output = Lent(Arc::new(Mutex::new((output, None))));
        let lent = output.clone();
        let (written, packing) = match format {
            Format::Parquet => {
                let level = ZstdLevel::try_new(LEVEL).map_err(io::Error::other)?;
                let mut properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(level))
                    .set_statistics_enabled(EnabledStatistics::Chunk)
                    .set_created_by("rollcall-extract".to_owned());
                for name in pseudonyms {
                    let column = ColumnPath::new(vec![name.clone()]);
                    properties = properties
                        .set_column_dictionary_enabled(column.clone(), false)
                        .set_column_statistics_enabled(column, EnabledStatistics::None);
                }
                let options =
                    ArrowWriterOptions::new().with_properties(properties.build()).with_skip_arrow_metadata(true);
                let writer = ArrowWriter::try_new_with_options(lent, schema.clone(), options);
                let parts = writer.and_then(ArrowWriter::into_serialized_writer);
                let (writer, factory) = parts.map_err(|error| output.reason(error))?;
                (Written::Parquet(writer), Packing::Parquet(schema.clone(), Arc::new(factory)))
            }
            Format::Csv => {
                let mut packing = zstd::Encoder::new(lent, LEVEL)?;
                // The header stands also where no row follows.
                let mut header = arrow::csv::WriterBuilder::new().with_header(true).build(Vec::new());
                header.write(&RecordBatch::new_empty(schema.clone())).map_err(io::Error::other)?;
                packing.write_all(&header.into_inner())?;
                (Written::Csv(packing), Packing::Csv)
            }
        };
        Ok(Self { written, output, packing })
    }

    /// Who packs rows for this file.
    pub fn packer(&self) -> Packer {
        Packer::new(self.packing.clone())
    }

    /// Writes rows that were packed for this file.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn write(&mut self, packed: Packed) -> io::Result<()> {
        match (&mut self.written, packed) {
            (Written::Parquet(writer), Packed::Parquet(columns)) => {
                let write = || {
                    let mut group = writer.next_row_group()?;
                    columns.into_iter().try_for_each(|column| column.append_to_row_group(&mut group))?;
                    group.close().map(drop)
                };
                write().map_err(|error: parquet::errors::ParquetError| self.output.reason(error))
            }
            (Written::Csv(writer), Packed::Csv(lines)) => writer.write_all(&lines),
            (Written::Parquet(_), Packed::Csv(_)) | (Written::Csv(_), Packed::Parquet(_)) => {
                Err(io::Error::other("the rows were packed for another file"))
            }
        }
    }

    /// Ends the file.
    ///
    /// # Errors
    /// If its end cannot be written.
    pub fn finish(self) -> io::Result<W> {
        // The factory has no part in the output.
        let Self { written, output, .. } = self;
        match written {
            Written::Parquet(writer) => {
                let mut lent = writer.into_inner().map_err(|error| output.reason(error))?;
                lent.flush()?;
            }
            Written::Csv(writer) => drop(writer.finish()?),
        }
        output.back()
    }
}

/// An output that a writer is lent, and that remembers why it failed: what the writers say of it is not always the
/// reason.
struct Lent<W>(Arc<Mutex<(W, Option<io::Error>)>>);

impl<W> Clone for Lent<W> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<W> Lent<W> {
    /// Why it failed, or what the writer says where the output itself has not.
    fn reason(&self, said: impl Into<Box<dyn Error + Send + Sync>>) -> io::Error {
        let remembered = self.0.lock().ok().and_then(|mut lent| lent.1.take());
        remembered.unwrap_or_else(|| io::Error::other(said))
    }

    fn back(self) -> io::Result<W> {
        let output = Arc::try_unwrap(self.0).map_err(|_| io::Error::other("the writer still has its output"))?;
        output.into_inner().map(|(output, _)| output).map_err(|_| stopped())
    }
}

impl<W: Write> Lent<W> {
    fn with<T>(&self, work: impl FnOnce(&mut W) -> io::Result<T>) -> io::Result<T> {
        let mut lent = self.0.lock().map_err(|_| stopped())?;
        let done = work(&mut lent.0);
        if let Err(error) = &done {
            let again =
                error.raw_os_error().map_or_else(|| io::Error::from(error.kind()), io::Error::from_raw_os_error);
            lent.1.get_or_insert(again);
        }
        done
    }
}

impl<W: Write> Write for Lent<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.with(|output| output.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.with(Write::flush)
    }
}

fn stopped() -> io::Error {
    io::Error::other("the thread that wrote has stopped")
}

/// A file that its owner alone may read, for a sink.
///
/// # Errors
/// If it cannot be made, or is there already.
pub fn create(path: &Path) -> io::Result<BufWriter<File>> {
    let file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(path)?;
    Ok(BufWriter::with_capacity(1 << 17, file))
}

/// Makes what was written durable.
///
/// # Errors
/// If it cannot be written.
pub fn close(output: BufWriter<File>) -> io::Result<()> {
    output.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

#[cfg(test)]
impl<W: Write + Send> Sink<W> {
    /// Packs batches and writes what was packed.
    pub(crate) fn write_batches(&mut self, batches: &[RecordBatch]) -> io::Result<()> {
        let mut packer = self.packer();
        for batch in batches {
            packer.add(batch)?.map_or(Ok(()), |packed| self.write(packed))?;
        }
        packer.finish()?.map_or(Ok(()), |packed| self.write(packed))
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{ArrayRef, Int64Array, StringArray};

    use super::*;

    /// A disk that is full after so many bytes.
    struct Full(usize);

    impl Write for Full {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.0.checked_sub(bytes.len()) {
                Some(left) => {
                    self.0 = left;
                    Ok(bytes.len())
                }
                None => Err(io::Error::from(io::ErrorKind::StorageFull)),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn batch() -> RecordBatch {
        let mixed = |row: i64| row.wrapping_mul(0x5851_F42D_4C95_7F2D) ^ (row << 7);
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values((0..5_000).map(mixed)));
        let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..5_000).map(|row| mixed(row).to_string())));
        RecordBatch::try_from_iter([("number", numbers), ("text", texts)]).unwrap()
    }

    #[test]
    fn a_disk_that_is_full_is_an_error_wherever_it_becomes_full() {
        let written = |format, room| {
            let mut sink = Sink::begin(Full(room), format, &batch().schema(), &[])?;
            for _ in 0..4 {
                sink.write_batches(&[batch()])?;
            }
            sink.finish()
        };
        for format in [Format::Parquet, Format::Csv] {
            let room = 64 << 20;
            let needed = room - written(format, room).unwrap().0;
            for room in [0, 3, needed / 2, needed - 1] {
                let error = written(format, room).map(|_| ()).unwrap_err();
                assert_eq!(
                    error.kind(),
                    io::ErrorKind::StorageFull,
                    "{format:?} with {room} of {needed} bytes: {error}"
                );
            }
        }
    }
}
