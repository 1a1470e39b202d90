//! From a batch of the source to a batch that leaves: which rows, which values of them, treated.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch, RecordBatchOptions, StringArray};
use arrow::compute::{filter, filter_record_batch, not, nullif, or};
use arrow::datatypes::{Field, Schema, SchemaRef};

use crate::measure::token::Tokens;
use crate::plan::PlannedDataset;
use crate::select::{Times, Window, cohorts, years};
use crate::treat::{Fault, Treater, texts};

/// Rows that leave, and what is known of each beside.
pub struct Piece {
    /// What leaves.
    pub batch: RecordBatch,
    /// The person of each row, as the source has it.
    pub people: StringArray,
    /// A token of each.
    pub tokens: Vec<u128>,
    /// When, and of which cohort.
    pub times: Times,
    /// Rows that do not leave because they name nobody.
    pub without_person: u64,
}

/// Cells that cannot be read, with their column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnFault {
    /// The column's name.
    pub column: String,
    /// Which cells, and what was expected. The place is one among the rows of the batch that were looked at.
    pub fault: Fault,
}

/// Treats the batches of one dataset.
pub struct Worker {
    person: usize,
    year: Option<(usize, String)>,
    of_year: Option<i32>,
    born: Option<(usize, String)>,
    windows: Vec<Window>,
    columns: Vec<(usize, usize, Treater)>,
    schema: SchemaRef,
    tokens: Tokens,
}

impl Worker {
    /// For a dataset, whose batches have the columns [`Worker::reads`] in that order.
    pub fn new(planned: &PlannedDataset, treaters: Vec<Treater>, tokens: Tokens) -> Self {
        let reads = Self::reads(planned);
        let place = |name: &str| reads.iter().position(|read| read == name).unwrap_or_default();
        let named = |name: &String| (place(name), name.clone());
        let fields = planned
            .columns
            .iter()
            .zip(&treaters)
            .map(|(column, treater)| Field::new(&column.name, treater.leaves(&column.data_type), true));
        Self {
            person: place(&planned.person),
            year: planned.rows.year.as_ref().map(|(name, _)| named(name)),
            of_year: planned.rows.of_year,
            born: planned.rows.born.as_ref().map(|(name, _)| named(name)),
            windows: planned.windows.clone(),
            schema: Arc::new(Schema::new(fields.collect::<Vec<_>>())),
            columns: planned
                .columns
                .iter()
                .zip(treaters)
                .map(|(column, treater)| (place(&column.name), column.window, treater))
                .collect(),
            tokens,
        }
    }

    /// The columns that a dataset is read with, each once.
    pub fn reads(planned: &PlannedDataset) -> Vec<String> {
        let mut names = vec![planned.person.clone()];
        names.extend(planned.rows.year.iter().chain(&planned.rows.born).map(|(name, _)| name.clone()));
        names.extend(planned.columns.iter().map(|column| column.name.clone()));
        let mut seen = std::collections::BTreeSet::new();
        names.retain(|name| seen.insert(name.clone()));
        names
    }

    /// The columns that leave.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The columns of pseudonyms among them.
    pub fn pseudonyms(&self) -> Vec<String> {
        let columns = self.columns.iter().zip(self.schema.fields());
        let pseudonyms = columns.filter(|((_, _, treater), _)| matches!(treater, Treater::Pseudonymise(_)));
        pseudonyms.map(|(_, field)| field.name().clone()).collect()
    }

    /// Treats a batch.
    ///
    /// # Errors
    /// The first column with cells that cannot be read.
    pub fn piece(&self, batch: &RecordBatch) -> Result<Piece, ColumnFault> {
        let times = self.times(batch)?;
        let people = texts(batch.column(self.person));
        let within: Vec<BooleanArray> = self.windows.iter().map(|window| window.rows(&times)).collect();
        let any = within.iter().cloned().reduce(|a, b| both(or(&a, &b)));
        let any = any.unwrap_or_else(|| BooleanArray::from(vec![false; batch.num_rows()]));
        let named = people.iter().map(|person| Some(person.is_some_and(|person| !person.is_empty())));
        let named: BooleanArray = named.collect();
        let stays = both(arrow::compute::and(&any, &named));
        let without_person = (any.true_count() - stays.true_count()) as u64;
        if stays.true_count() == batch.num_rows() {
            return self.treated(batch, people, times, within, without_person);
        }
        let rows = both(filter_record_batch(batch, &stays));
        let chosen = |array: &BooleanArray| {
            let chosen = both(filter(array, &stays));
            BooleanArray::from(arrow::array::AsArray::as_boolean(&chosen).values().clone())
        };
        let kept = |values: &Vec<Option<i32>>| {
            values.iter().zip(stays.values().iter()).filter(|(_, stays)| *stays).map(|(value, _)| *value).collect()
        };
        let times = Times { years: kept(&times.years), cohorts: kept(&times.cohorts) };
        let within = within.iter().map(chosen).collect();
        self.treated(&rows, texts(rows.column(self.person)), times, within, without_person)
    }

    fn times(&self, batch: &RecordBatch) -> Result<Times, ColumnFault> {
        let years = match &self.year {
            Some((place, name)) => years(batch.column(*place)).map_err(in_column(name))?,
            None => vec![self.of_year; batch.num_rows()],
        };
        let cohorts = match &self.born {
            Some((place, name)) => cohorts(batch.column(*place)).map_err(in_column(name))?,
            None => Vec::new(),
        };
        Ok(Times { years, cohorts })
    }

    fn treated(
        &self,
        rows: &RecordBatch,
        people: StringArray,
        times: Times,
        within: Vec<BooleanArray>,
        without_person: u64,
    ) -> Result<Piece, ColumnFault> {
        let mut columns = Vec::with_capacity(self.columns.len());
        for ((place, window, treater), field) in self.columns.iter().zip(self.schema.fields()) {
            let mut array = Arc::clone(rows.column(*place));
            let own = &within[*window];
            if own.true_count() < own.len() {
                // What was not approved for this row is gone before anything looks at it.
                array = both(nullif(&array, &both(not(own))));
            }
            let treated: ArrayRef = treater.treat(&array, &times.years).map_err(in_column(field.name()))?;
            columns.push(treated);
        }
        let options = RecordBatchOptions::new().with_row_count(Some(rows.num_rows()));
        let batch = both(RecordBatch::try_new_with_options(Arc::clone(&self.schema), columns, &options));
        let tokens = people.iter().map(|person| self.tokens.person(person.unwrap_or_default())).collect();
        Ok(Piece { batch, people, tokens, times, without_person })
    }
}

fn in_column(name: &str) -> impl FnOnce(Fault) -> ColumnFault {
    let column = name.to_owned();
    move |fault| ColumnFault { column, fault }
}

/// Arrays of one batch have one length and the types that [`Treater::leaves`] says.
fn both<T>(done: Result<T, arrow::error::ArrowError>) -> T {
    match done {
        Ok(done) => done,
        Err(error) => unreachable!("arrays of one batch fit together: {error}"),
    }
}
