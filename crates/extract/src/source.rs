//! The records, through the query engine: it reads, filters, joins by person, and spills; it decides nothing.
//!
//! CSV files are read as text, so that a code such as `007` leaves as it stands. Memory is bounded: what sorts or joins
//! beyond it is spilt to the zone's own folder.

mod files;
mod rows;

use std::path::Path;
use std::sync::Arc;

use arrow::array::{RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use datafusion::common::JoinType;
use datafusion::datasource::TableProvider;
use datafusion::error::DataFusionError;
use datafusion::execution::memory_pool::FairSpillPool;
use datafusion::execution::runtime_env::RuntimeEnvBuilder;
use datafusion::prelude::{DataFrame, Expr, SessionConfig, SessionContext, cast, ident};

pub use files::{Files, Format};
pub use rows::{Condition, Rows, within};

use crate::sources::Dataset;

/// What the engine calls the people who are joined; no column of a source begins with a space.
const FOUND: &str = " found";

/// Rows that go through the engine at once.
const BATCH: usize = 8_192;

/// Why records cannot be read. No value of them is in it.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// A file or folder cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: std::path::PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file or folder is not what sources may be.
    #[error("{path}: {message}")]
    Form {
        /// Which.
        path: std::path::PathBuf,
        /// What was expected.
        message: String,
    },
    /// The engine stops.
    #[error("{dataset}: {message}")]
    Engine {
        /// Which dataset was read.
        dataset: String,
        /// Why, without any value.
        message: String,
    },
}

/// The query engine.
pub struct Engine {
    context: SessionContext,
}

/// A dataset that was opened: its columns are known, its rows are not read.
#[derive(Clone)]
pub struct Opened {
    /// Its name.
    pub name: String,
    /// Its files.
    pub files: Files,
    /// Its columns.
    pub schema: SchemaRef,
    provider: Arc<dyn TableProvider>,
}

impl Opened {
    /// Opens a dataset.
    ///
    /// # Errors
    /// If a file cannot be opened, or is not like the others.
    pub fn open(dataset: &Dataset) -> Result<Self, SourceError> {
        Self::of(&dataset.name, Files::find(&dataset.path)?)
    }

    /// Its files, each opened by itself: with them a place in a file is found again.
    ///
    /// # Errors
    /// As [`Opened::open`].
    pub fn each_file(&self) -> Result<Vec<Self>, SourceError> {
        self.files.each().map(|files| Self::of(&self.name, files)).collect()
    }

    fn of(name: &str, files: Files) -> Result<Self, SourceError> {
        let (provider, schema) = files.table()?;
        Ok(Self { name: name.to_owned(), files, schema, provider })
    }
}

impl Engine {
    /// An engine that uses so many bytes and threads, and spills to a folder.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub fn new(memory: usize, threads: usize, spill: &Path) -> Result<Self, SourceError> {
        let runtime = RuntimeEnvBuilder::new()
            .with_memory_pool(Arc::new(FairSpillPool::new(memory)))
            .with_temp_file_path(spill)
            .build_arc()
            .map_err(|error| engine("the engine", &error))?;
        let config = SessionConfig::new()
            .with_target_partitions(threads.max(1))
            .with_batch_size(BATCH)
            // A hash join holds one side in memory; sorted runs can be spilt.
            .set_bool("datafusion.optimizer.prefer_hash_join", false)
            // What every sort sets aside for merging; the engine's own 10 MB would leave none where there is little.
            .set_usize(
                "datafusion.execution.sort_spill_reservation_bytes",
                (memory / (32 * threads.max(1))).min(10 << 20),
            )
            .set_bool("datafusion.execution.parquet.schema_force_view_types", false);
        Ok(Self { context: SessionContext::new_with_config_rt(config, runtime) })
    }

    /// The rows of a dataset that fulfil all conditions.
    ///
    /// # Errors
    /// If the engine cannot plan it.
    pub fn rows(&self, opened: &Opened, conditions: Vec<Expr>) -> Result<DataFrame, SourceError> {
        let error = |error: DataFusionError| engine(&opened.name, &error);
        let mut frame = self.context.read_table(Arc::clone(&opened.provider)).map_err(error)?;
        for condition in conditions {
            frame = frame.filter(condition).map_err(error)?;
        }
        Ok(frame)
    }

    /// Some columns of rows, in this order.
    ///
    /// # Errors
    /// If the engine cannot plan it.
    pub fn columns(&self, name: &str, rows: DataFrame, columns: Vec<Expr>) -> Result<DataFrame, SourceError> {
        rows.select(columns).map_err(|error| engine(name, &error))
    }

    /// Only those rows whose person is in the other rows, by its column there.
    ///
    /// # Errors
    /// If the engine cannot plan it.
    pub fn found_in(
        &self,
        name: &str,
        rows: DataFrame,
        person: &str,
        others: (DataFrame, &str),
    ) -> Result<DataFrame, SourceError> {
        let error = |error: DataFusionError| engine(name, &error);
        let (others, column) = others;
        let found = others.select(vec![cast(ident(column), DataType::Utf8).alias(FOUND)]).map_err(error)?;
        let same = cast(ident(person), DataType::Utf8).eq(ident(FOUND));
        rows.join_on(found, JoinType::LeftSemi, [same]).map_err(error)
    }

    /// A table of people, by the column [`Engine::LISTED`].
    ///
    /// # Errors
    /// If the engine cannot hold it.
    pub fn people(&self, people: &[String]) -> Result<DataFrame, SourceError> {
        let schema = Arc::new(Schema::new(vec![Field::new(Self::LISTED, DataType::Utf8, false)]));
        let failed = |error: DataFusionError| engine("the list of people", &error);
        let batch = |people: &[String]| {
            let column = Arc::new(StringArray::from_iter_values(people));
            RecordBatch::try_new(Arc::clone(&schema), vec![column]).map_err(|error| failed(error.into()))
        };
        let mut batches = people.chunks(BATCH).map(batch).collect::<Result<Vec<_>, _>>()?;
        if batches.is_empty() {
            batches.push(RecordBatch::new_empty(Arc::clone(&schema)));
        }
        self.context.read_batches(batches).map_err(failed)
    }

    /// The column of [`Engine::people`].
    pub const LISTED: &'static str = " listed";
}

/// What the engine says, where it can have no value in it.
pub(crate) fn engine(dataset: &str, error: &DataFusionError) -> SourceError {
    let message = match error.find_root() {
        DataFusionError::ResourcesExhausted(_) => {
            "the query engine has too little memory; give it more with --memory-limit".to_owned()
        }
        DataFusionError::IoError(error) => error.to_string(),
        DataFusionError::ObjectStore(error) => error.to_string(),
        DataFusionError::ParquetError(error) => format!("a Parquet file cannot be read: {error}"),
        DataFusionError::ArrowError(error, _) => match error.as_ref() {
            arrow::error::ArrowError::IoError(said, _) => said.clone(),
            // It names the line, and what it found is a number of fields or a place.
            arrow::error::ArrowError::CsvError(said) if !said.contains("parse") => format!("a CSV file: {said}"),
            arrow::error::ArrowError::ParquetError(said) => format!("a Parquet file cannot be read: {said}"),
            _ => "a column cannot be read in the type that its file says".to_owned(),
        },
        DataFusionError::Plan(_) | DataFusionError::SchemaError(..) => {
            "the query engine cannot plan this: the columns are not what they were when it began".to_owned()
        }
        _ => "the query engine cannot go on".to_owned(),
    };
    SourceError::Engine { dataset: dataset.to_owned(), message }
}

#[cfg(test)]
mod tests {
    use datafusion::physical_plan::{ExecutionPlan, collect};

    use super::*;

    fn spills(planned: &Arc<dyn ExecutionPlan>) -> usize {
        let own = planned.metrics().and_then(|metrics| metrics.spill_count()).unwrap_or(0);
        own + planned.children().into_iter().map(spills).sum::<usize>()
    }

    #[tokio::test]
    async fn a_join_by_person_that_memory_does_not_hold_is_spilt_and_comes_to_the_same() {
        let people: Vec<String> =
            (0_u64..1_000_000).map(|number| format!("{:013}", number * 7_919 % 1_000_003)).collect();
        let place = tempfile::tempdir().unwrap();
        for (memory, spilt) in [(512 << 20, false), (32 << 20, true)] {
            let engine = Engine::new(memory, 2, place.path()).unwrap();
            let rows = engine.people(&people).unwrap();
            let others = engine.people(&people[600_000..]).unwrap();
            let joined = engine.found_in("people", rows, Engine::LISTED, (others, Engine::LISTED)).unwrap();
            let context = Arc::new(joined.task_ctx());
            let planned = joined.create_physical_plan().await.unwrap();
            let found = collect(Arc::clone(&planned), context).await.unwrap();
            assert_eq!(found.iter().map(RecordBatch::num_rows).sum::<usize>(), 400_000);
            assert_eq!(spills(&planned) > 0, spilt, "with {memory} bytes");
        }
    }
}
