//! Rows packed into groups: each reader packs its own, so that packing, which costs more than reading, is done by all.

use std::io;

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use parquet::arrow::arrow_writer::{ArrowColumnWriter, compute_leaves};

use super::{GROUP_BYTES, GROUP_ROWS, Packed, Packing};

/// Packs rows for one file.
pub struct Packer {
    packing: Packing,
    open: Option<Open>,
    rows: usize,
}

/// A group that is not full.
enum Open {
    Parquet(SchemaRef, Vec<ArrowColumnWriter>),
    Csv(Vec<u8>),
}

impl Packer {
    pub(super) fn new(packing: Packing) -> Self {
        Self { packing, open: None, rows: 0 }
    }

    /// Adds rows, and gives a group where they have filled it.
    ///
    /// # Errors
    /// If they are not of the file's columns.
    pub fn add(&mut self, batch: &RecordBatch) -> io::Result<Option<Packed>> {
        if batch.num_rows() == 0 {
            return Ok(None);
        }
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(Open::new(&self.packing)?),
        };
        let bytes = open.add(batch)?;
        self.rows += batch.num_rows();
        if self.rows < GROUP_ROWS && bytes < GROUP_BYTES { Ok(None) } else { self.finish() }
    }

    /// Gives the rows that are left, if there are any.
    ///
    /// # Errors
    /// If they cannot be packed.
    pub fn finish(&mut self) -> io::Result<Option<Packed>> {
        self.rows = 0;
        match self.open.take() {
            None => Ok(None),
            Some(Open::Csv(lines)) => Ok(Some(Packed::Csv(lines))),
            Some(Open::Parquet(_, writers)) => {
                let chunks = writers.into_iter().map(ArrowColumnWriter::close).collect::<Result<_, _>>();
                Ok(Some(Packed::Parquet(chunks.map_err(io::Error::other)?)))
            }
        }
    }
}

impl Open {
    fn new(packing: &Packing) -> io::Result<Self> {
        Ok(match packing {
            // Which group it will be matters to encrypted files only.
            Packing::Parquet(schema, factory) => {
                let writers = factory.create_column_writers(0).map_err(io::Error::other)?;
                Self::Parquet(schema.clone(), writers)
            }
            Packing::Csv => Self::Csv(Vec::new()),
        })
    }

    /// Adds rows, and says how many bytes the group has by now.
    fn add(&mut self, batch: &RecordBatch) -> io::Result<usize> {
        match self {
            Self::Parquet(schema, writers) => {
                let mut places = writers.iter_mut();
                for (field, array) in schema.fields().iter().zip(batch.columns()) {
                    for leaf in compute_leaves(field, array).map_err(io::Error::other)? {
                        places.next().map_or(Ok(()), |writer| writer.write(&leaf)).map_err(io::Error::other)?;
                    }
                }
                Ok(writers.iter().map(ArrowColumnWriter::memory_size).sum())
            }
            Self::Csv(lines) => {
                let mut writer = arrow::csv::WriterBuilder::new().with_header(false).build(&mut *lines);
                writer.write(batch).map_err(io::Error::other)?;
                drop(writer);
                Ok(lines.len())
            }
        }
    }
}
