//! Which rows may leave, and which values of them: years and school-year cohorts, row by row.
//!
//! The engine leaves out most rows by the same rule before they come here, where a column's type lets it. This is where
//! the rule is held: a year or a date of birth that cannot be read stops the extract.

use std::collections::BTreeSet;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray};
use arrow::datatypes::{DataType, Int64Type};
use package::specification::{Cohort, Specification, SpecifiedItem};

use crate::calendar::Day;
use crate::treat::{Fault, Kind, plain};

/// Years and cohorts for which an item was approved.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Window {
    /// The first year, by the calendar year in which it begins.
    pub first: i32,
    /// The last, with it.
    pub last: i32,
    /// The cohorts, by the calendar year in which each begins; none where all.
    pub cohorts: Option<BTreeSet<i32>>,
}

/// The year and the cohort of each row of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Times {
    /// The calendar year in which the row's school year begins.
    pub years: Vec<Option<i32>>,
    /// The calendar year in which the person's school year of birth begins; empty where no date of birth is known.
    pub cohorts: Vec<Option<i32>>,
}

impl Window {
    /// That of an item within its specification.
    pub fn of(item: &SpecifiedItem, specification: &Specification) -> Self {
        let listed = if item.cohorts.is_empty() { &specification.cohorts } else { &item.cohorts };
        let begins = |cohort: &Cohort| i32::from(cohort.first_year());
        Self {
            first: item.first_year.into(),
            last: item.last_year.into(),
            cohorts: (!listed.is_empty()).then(|| listed.iter().map(begins).collect()),
        }
    }

    /// Whether a row lies within.
    pub fn holds(&self, year: Option<i32>, cohort: Option<i32>) -> bool {
        let year = year.is_some_and(|year| self.first <= year && year <= self.last);
        year && self.cohorts.as_ref().is_none_or(|cohorts| cohort.is_some_and(|cohort| cohorts.contains(&cohort)))
    }

    /// Which rows of a batch lie within.
    pub fn rows(&self, times: &Times) -> BooleanArray {
        let cohort = |row: usize| times.cohorts.get(row).copied().flatten();
        let holds = times.years.iter().enumerate().map(|(row, year)| Some(self.holds(*year, cohort(row))));
        holds.collect()
    }
}

/// Reads the years of a column of whole numbers or texts.
///
/// # Errors
/// The cells that are no years.
pub fn years(array: &ArrayRef) -> Result<Vec<Option<i32>>, Fault> {
    let array = plain(array);
    let read: Vec<Option<i32>> = if Kind::of(array.data_type()) == Kind::Text {
        let year = |text: &str| {
            let plain = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
            text.parse().ok().filter(|_| plain)
        };
        array.as_string::<i32>().iter().map(|text| year(text?)).collect()
    } else {
        let Ok(numbers) = arrow::compute::cast(&array, &DataType::Int64) else {
            return Err(Fault { row: 0, rows: array.len(), expected: EXPECTED_YEAR.to_owned() });
        };
        numbers.as_primitive::<Int64Type>().iter().map(|year| year?.try_into().ok()).collect()
    };
    unread(&array, read, EXPECTED_YEAR)
}

/// Reads the cohorts of a column of dates, as days or texts.
///
/// # Errors
/// The cells that are no dates.
pub fn cohorts(array: &ArrayRef) -> Result<Vec<Option<i32>>, Fault> {
    unread(array, cohorts_that_can_be_read(array), EXPECTED_DATE)
}

/// The same, where cells that are no dates say nothing.
pub fn cohorts_that_can_be_read(array: &ArrayRef) -> Vec<Option<i32>> {
    let array = plain(array);
    if Kind::of(array.data_type()) == Kind::Text {
        return array.as_string::<i32>().iter().map(|text| Day::parse(text?).map(Day::school_year)).collect();
    }
    let Ok(days) = arrow::compute::cast(&array, &DataType::Date32) else { return vec![None; array.len()] };
    let days = days.as_primitive::<arrow::datatypes::Date32Type>();
    days.iter().map(|day| Some(Day::from_number(day?).school_year())).collect()
}

const EXPECTED_YEAR: &str = "expected the calendar year in which the school year begins, such as 2009";
const EXPECTED_DATE: &str = "expected a date such as 2009-04-30";

fn unread(array: &ArrayRef, read: Vec<Option<i32>>, expected: &str) -> Result<Vec<Option<i32>>, Fault> {
    let bad = |row: &usize| read[*row].is_none() && array.is_valid(*row);
    match (0..read.len()).find(bad) {
        None => Ok(read),
        Some(row) => Err(Fault { row, rows: (0..read.len()).filter(bad).count(), expected: expected.to_owned() }),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Int16Array, StringArray};

    use super::*;

    #[test]
    fn a_row_lies_within_where_year_and_cohort_do() {
        let window = Window { first: 2010, last: 2012, cohorts: Some(BTreeSet::from([2000])) };
        let times = Times {
            years: vec![Some(2010), Some(2013), Some(2012), None, Some(2011)],
            cohorts: vec![Some(2000), Some(2000), Some(2001), Some(2000), None],
        };
        let held: Vec<bool> = window.rows(&times).iter().flatten().collect();
        assert_eq!(held, [true, false, false, false, false]);
    }

    #[test]
    fn years_and_dates_that_cannot_be_read_are_faults() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("2009"), None, Some("09"), Some("2009/10")]));
        assert_eq!((years(&texts).unwrap_err().row, years(&texts).unwrap_err().rows), (2, 2));
        let numbers: ArrayRef = Arc::new(Int16Array::from(vec![Some(2009), None]));
        assert_eq!(years(&numbers), Ok(vec![Some(2009), None]));
        let texts: ArrayRef = Arc::new(StringArray::from(vec!["2009-08-31", "2009-09-01"]));
        assert_eq!(cohorts(&texts), Ok(vec![Some(2008), Some(2009)]));
    }
}
