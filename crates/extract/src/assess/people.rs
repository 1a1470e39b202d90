//! One record for each person: of all rows that a specification would release, that of the latest year.

use std::collections::HashSet;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use package::specification::{Cohort, DatasetPart, Keep, Specification, SpecifiedItem, Treatment};

use super::AssessError;
use super::encode::{Encoder, Uncountable};
use super::quick::{Quick, QuickMap};
use super::scan::each_batch;
use super::value::Value;
use crate::sources::{Column, Dataset};

/// People, numbered in the order in which they are first seen. Identifiers of up to 15 bytes are numbers themselves.
#[derive(Debug, Default)]
pub struct People {
    short: QuickMap<u128, u32>,
    long: QuickMap<Box<str>, u32>,
}

/// A set of people, by what stands for them in every dataset.
pub type Listed = HashSet<Box<str>, std::hash::BuildHasherDefault<Quick>>;

/// The records of a dataset.
#[derive(Debug, Default)]
pub struct Records {
    /// For each column that was asked for, the code of each person's value.
    pub codes: Vec<Vec<u32>>,
    /// For each column, its distinct values.
    pub values: Vec<Vec<Value>>,
    /// The year of each person's record, where the dataset has years.
    pub years: Vec<Option<i32>>,
    /// Rows that the specification would release.
    pub rows: u64,
    /// Rows among those that name nobody.
    pub rows_of_nobody: u64,
}

/// Rows that leave: the years and cohorts of an item, or of the whole part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Window {
    first: i32,
    last: i32,
    cohorts: Vec<Cohort>,
}

impl People {
    /// The number of a person, and whether it is new.
    fn number(&mut self, identifier: &str) -> (usize, bool) {
        let next = (self.short.len() + self.long.len()) as u32;
        let bytes = identifier.as_bytes();
        let number = if bytes.len() < 16 {
            let mut packed = [0; 16];
            packed[..bytes.len()].copy_from_slice(bytes);
            packed[15] = bytes.len() as u8;
            *self.short.entry(u128::from_le_bytes(packed)).or_insert(next)
        } else if let Some(number) = self.long.get(identifier) {
            *number
        } else {
            self.long.insert(identifier.into(), next);
            next
        };
        (number as usize, number == next)
    }
}

impl Window {
    fn holds(&self, year: Option<i32>, cohort: Option<Cohort>, has_years: bool) -> bool {
        let year = !has_years || year.is_some_and(|year| self.first <= year && year <= self.last);
        year && (self.cohorts.is_empty() || cohort.is_some_and(|cohort| self.cohorts.contains(&cohort)))
    }
}

/// Which rows a specification would release of a dataset: what its filters, years and cohorts leave.
struct Selection<'a> {
    part: &'a DatasetPart,
    dataset: &'a Dataset,
    /// The columns that decide, as they are read: the person first, then year and birth where they are needed, then filters.
    columns: Vec<String>,
    windows: Vec<Window>,
    year: Option<Encoder>,
    born: Option<Encoder>,
    filters: Vec<Filtered<'a>>,
}

/// A filter, and which of the distinct values so far it keeps.
struct Filtered<'a> {
    keep: &'a Keep,
    column: &'a str,
    encoder: Encoder,
    kept: Vec<bool>,
}

/// What is known of each row of a batch.
#[derive(Default)]
struct Rows {
    years: Vec<Option<i32>>,
    cohorts: Vec<Option<Cohort>>,
    kept: Vec<bool>,
}

impl<'a> Selection<'a> {
    fn new(part: &'a DatasetPart, dataset: &'a Dataset, specification: &Specification) -> Result<Self, AssessError> {
        let mut columns = vec![dataset.person.clone()];
        // A dataset of which nothing leaves may still say who does: then every item of it says when.
        let nothing_leaves = !part.items.iter().any(leaves);
        let mut windows: Vec<Window> = part
            .items
            .iter()
            .filter(|item| nothing_leaves || leaves(item))
            .map(|item| Window {
                first: item.first_year.into(),
                last: item.last_year.into(),
                cohorts: if item.cohorts.is_empty() { specification.cohorts.clone() } else { item.cohorts.clone() },
            })
            .collect();
        // Nearly all items have the same.
        windows.sort();
        windows.dedup();
        columns.extend(dataset.year.clone());
        let by_cohort = windows.iter().any(|window| !window.cohorts.is_empty());
        if by_cohort {
            let born = dataset.born.clone();
            columns.push(born.ok_or_else(|| AssessError::NoBirth { dataset: dataset.name.clone() })?);
        }
        let mut filters = Vec::new();
        for filter in &part.filters {
            let column = dataset
                .column_of(&filter.item)
                .ok_or_else(|| AssessError::NoColumn { dataset: dataset.name.clone(), item: filter.item.clone() })?;
            columns.push(column.name.clone());
            filters.push(Filtered {
                keep: &filter.keep,
                column: &column.name,
                encoder: Encoder::default(),
                kept: Vec::new(),
            });
        }
        let year = dataset.year.is_some().then(Encoder::default);
        let born = by_cohort.then(Encoder::default);
        Ok(Self { part, dataset, columns, windows, year, born, filters })
    }

    /// Which rows of a batch are kept. The batch has the selection's columns first.
    fn rows(&mut self, batch: &RecordBatch) -> Result<Rows, AssessError> {
        let dataset = &self.dataset.name;
        let mut rows = Rows { years: vec![self.dataset.of_year.map(i32::from); batch.num_rows()], ..Rows::default() };
        rows.cohorts = vec![None; batch.num_rows()];
        rows.kept = vec![true; batch.num_rows()];
        let mut place = 1;
        let mut codes = Vec::with_capacity(batch.num_rows());
        let named = |column: &str, error| uncountable(dataset, column, error);
        if let (Some(encoder), Some(column)) = (&mut self.year, &self.dataset.year) {
            encoder.encode(batch.column(place), &mut codes).map_err(|error| named(column, error))?;
            let year = |value: &Value| match value {
                Value::Missing => Ok(None),
                value => match value.whole().and_then(|year| i32::try_from(year).ok()) {
                    Some(year) => Ok(Some(year)),
                    None => Err(AssessError::Values {
                        dataset: dataset.clone(),
                        column: column.clone(),
                        expected: "calendar years such as 2009".to_owned(),
                    }),
                },
            };
            let years: Vec<_> = encoder.values().iter().map(year).collect::<Result<_, _>>()?;
            rows.years = codes.iter().map(|code| years[*code as usize]).collect();
            place += 1;
        }
        if let (Some(encoder), Some(column)) = (&mut self.born, &self.dataset.born) {
            codes.clear();
            encoder.encode(batch.column(place), &mut codes).map_err(|error| named(column, error))?;
            let cohort = |value: &Value| Cohort::beginning(value.day()?.school_year().try_into().ok()?).ok();
            let cohorts: Vec<_> = encoder.values().iter().map(cohort).collect();
            rows.cohorts = codes.iter().map(|code| cohorts[*code as usize]).collect();
            place += 1;
        }
        for Filtered { keep, column, encoder, kept: keeps } in &mut self.filters {
            codes.clear();
            encoder.encode(batch.column(place), &mut codes).map_err(|error| named(column, error))?;
            keeps.extend(encoder.values()[keeps.len()..].iter().map(|value| is_kept(keep, value)));
            rows.kept.iter_mut().zip(&codes).for_each(|(kept, code)| *kept &= keeps[*code as usize]);
            place += 1;
        }
        let has_years = has_years(self.dataset);
        for (row, kept) in rows.kept.iter_mut().enumerate() {
            let (year, cohort) = (rows.years[row], rows.cohorts[row]);
            *kept = *kept && self.windows.iter().any(|window| window.holds(year, cohort, has_years));
        }
        Ok(rows)
    }
}

fn leaves(item: &SpecifiedItem) -> bool {
    item.treatment != Treatment::Drop {}
}

fn has_years(dataset: &Dataset) -> bool {
    dataset.year.is_some() || dataset.of_year.is_some()
}

fn is_kept(keep: &Keep, value: &Value) -> bool {
    match keep {
        Keep::OneOf(values) => value.label().is_some_and(|label| values.binary_search(&label).is_ok()),
        Keep::Between(from, to) => value.whole().is_some_and(|number| (*from..=*to).contains(&number)),
    }
}

/// Everybody in the rows that are left of a dataset.
///
/// # Errors
/// If the dataset cannot be read.
pub fn listed(part: &DatasetPart, dataset: &Dataset, specification: &Specification) -> Result<Listed, AssessError> {
    let mut selection = Selection::new(part, dataset, specification)?;
    let mut found = Listed::default();
    let columns = selection.columns.clone();
    each_batch(&dataset.path, &columns, |batch| {
        let rows = selection.rows(batch)?;
        let identifiers = identifiers(dataset, batch.column(0))?;
        for (identifier, kept) in identifiers.as_string::<i64>().iter().zip(rows.kept) {
            match identifier {
                Some(identifier) if kept && !identifier.is_empty() && !found.contains(identifier) => {
                    found.insert(identifier.into());
                }
                _ => {}
            }
        }
        Ok(())
    })?;
    Ok(found)
}

/// One record for each person. `only` leaves out everybody else.
///
/// A value of a year or cohort for which its item is not requested is missing.
///
/// # Errors
/// If the dataset cannot be read, or a column cannot be counted.
pub fn records(
    part: &DatasetPart,
    dataset: &Dataset,
    specification: &Specification,
    wanted: &[&Column],
    only: Option<&Listed>,
) -> Result<Records, AssessError> {
    if !part.items.iter().any(leaves) {
        let (codes, values) = (vec![Vec::new(); wanted.len()], vec![Vec::new(); wanted.len()]);
        return Ok(Records { codes, values, ..Records::default() });
    }
    let mut selection = Selection::new(part, dataset, specification)?;
    let first = selection.columns.len();
    let mut columns = selection.columns.clone();
    columns.extend(wanted.iter().map(|column| column.name.clone()));
    let windows: Vec<Option<Window>> =
        wanted.iter().map(|column| window_of(&selection, specification, column)).collect();
    let has_years = has_years(dataset);
    let mut encoders: Vec<Encoder> = wanted.iter().map(|_| Encoder::default()).collect();
    let mut codes: Vec<Vec<u32>> = vec![Vec::new(); wanted.len()];
    let mut people = People::default();
    let mut found = Records { codes: vec![Vec::new(); wanted.len()], ..Records::default() };
    each_batch(&dataset.path, &columns, |batch| {
        let rows = selection.rows(batch)?;
        let mut refused = Vec::new();
        for (place, column) in wanted.iter().enumerate() {
            codes[place].clear();
            if let Err(error) = encoders[place].encode(batch.column(first + place), &mut codes[place]) {
                refused.push(refusal(&dataset.name, &column.name, &error));
                continue;
            }
            if let Some(window) = &windows[place] {
                let missing = encoders[place].missing();
                for (row, code) in codes[place].iter_mut().enumerate() {
                    if !window.holds(rows.years[row], rows.cohorts[row], has_years) {
                        *code = missing;
                    }
                }
            }
        }
        if !refused.is_empty() {
            return Err(AssessError::Uncountable { columns: refused });
        }
        let identifiers = identifiers(dataset, batch.column(0))?;
        for (row, identifier) in identifiers.as_string::<i64>().iter().enumerate() {
            if !rows.kept[row] {
                continue;
            }
            // An empty text identifies nobody.
            let Some(identifier) = identifier.filter(|identifier| !identifier.is_empty()) else {
                // Where only some people leave, nobody is not among them.
                found.rows += u64::from(only.is_none());
                found.rows_of_nobody += u64::from(only.is_none());
                continue;
            };
            if only.is_some_and(|only| !only.contains(identifier)) {
                continue;
            }
            found.rows += 1;
            let (person, is_new) = people.number(identifier);
            if is_new {
                found.years.push(rows.years[row]);
                found.codes.iter_mut().zip(&codes).for_each(|(of_people, codes)| of_people.push(codes[row]));
            } else if found.years[person] <= rows.years[row] {
                found.years[person] = rows.years[row];
                found.codes.iter_mut().zip(&codes).for_each(|(of_people, codes)| of_people[person] = codes[row]);
            }
        }
        if found.years.len() >= u32::MAX as usize / 2 {
            return Err(AssessError::TooMany { dataset: dataset.name.clone() });
        }
        Ok(())
    })?;
    found.values = encoders.into_iter().map(Encoder::into_values).collect();
    Ok(found)
}

/// The window of a column's item, where rows are released in which the item is not.
fn window_of(selection: &Selection<'_>, specification: &Specification, column: &Column) -> Option<Window> {
    let item = selection.part.item(&column.item)?;
    let cohorts = if item.cohorts.is_empty() { &specification.cohorts } else { &item.cohorts };
    let mine = Window { first: item.first_year.into(), last: item.last_year.into(), cohorts: cohorts.clone() };
    selection.windows.iter().any(|window| *window != mine).then_some(mine)
}

fn identifiers(dataset: &Dataset, array: &ArrayRef) -> Result<ArrayRef, AssessError> {
    let plain = match array.data_type() {
        DataType::Dictionary(_, value) => value.as_ref(),
        other => other,
    };
    let error = || uncountable(&dataset.name, &dataset.person, Uncountable::Type(array.data_type().clone()));
    let fits = plain.is_integer() || matches!(plain, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View);
    if !fits && !array.is_empty() {
        return Err(error());
    }
    cast(array, &DataType::LargeUtf8).map_err(|_| error())
}

fn uncountable(dataset: &str, column: &str, error: Uncountable) -> AssessError {
    AssessError::Uncountable { columns: vec![refusal(dataset, column, &error)] }
}

/// Which column cannot be counted, and why.
fn refusal(dataset: &str, column: &str, error: &Uncountable) -> String {
    match error {
        Uncountable::Type(found) => format!("{column:?} of {dataset} has values of the type {found}"),
        Uncountable::TooMany => format!("{column:?} of {dataset} has more distinct values than 32 bits can number"),
    }
}
