//! Dates as month (`2009-04`), school term (`2008/09 summer`) or calendar year (`2009`, a number).

use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int32Builder, StringBuilder};
use arrow::datatypes::{DataType, Date32Type};
use package::specification::DateTo;

use super::cell::as_type;
use super::{Fault, Faults};
use crate::calendar::Day;

pub(super) fn treat(array: &ArrayRef, to: DateTo) -> Result<ArrayRef, Fault> {
    let (days, faults) = days(array);
    let expected = || "expected a date such as 2009-04-30".to_owned();
    if to == DateTo::Year {
        let mut years = Int32Builder::with_capacity(array.len());
        days.iter().for_each(|day| years.append_option(day.map(|day| day.year)));
        return faults.or(Arc::new(years.finish()), expected);
    }
    let mut texts = StringBuilder::with_capacity(array.len(), array.len() * 16);
    let mut text = String::new();
    for day in days {
        let Some(day) = day else {
            texts.append_null();
            continue;
        };
        text.clear();
        // Writing to a text does not fail.
        let _ = if to == DateTo::Month {
            write!(text, "{:04}-{:02}", day.year, day.month)
        } else {
            let begins = day.school_year();
            write!(text, "{begins:04}/{:02} {}", (begins + 1).rem_euclid(100), day.term().name())
        };
        texts.append_value(&text);
    }
    faults.or(Arc::new(texts.finish()), expected)
}

/// Each cell's day; cells that are none of a date are among the faults.
pub(super) fn days(array: &ArrayRef) -> (Vec<Option<Day>>, Faults) {
    let mut faults = Faults::default();
    if array.data_type() == &DataType::Utf8 {
        let texts = array.as_string::<i32>();
        let read = texts.iter().enumerate().map(|(row, text)| {
            let day = Day::parse(text?);
            if day.is_none() {
                faults.at(row);
            }
            day
        });
        return (read.collect(), faults);
    }
    let numbers = as_type(array, &DataType::Date32);
    let read = numbers.as_primitive::<Date32Type>().iter().enumerate().map(|(row, number)| {
        let day = Day::from_number(number?);
        if !(1000..=9999).contains(&day.year) {
            faults.at(row);
        }
        Some(day)
    });
    (read.collect(), faults)
}

#[cfg(test)]
mod tests {
    use arrow::array::{Date32Array, StringArray};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn dates_become_coarser_whether_they_are_days_or_texts(
            numbers in proptest::collection::vec(proptest::option::of(-10_000_i32..30_000), 0..40),
        ) {
            let civil = |number: i32| jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(number));
            let as_days: ArrayRef = Arc::new(Date32Array::from(numbers.clone()));
            let as_texts: ArrayRef =
                Arc::new(StringArray::from_iter(numbers.iter().map(|number| number.map(|n| civil(n).to_string()))));
            for array in [as_days, as_texts] {
                let months = treat(&array, DateTo::Month).unwrap();
                let terms = treat(&array, DateTo::Term).unwrap();
                let years = treat(&array, DateTo::Year).unwrap();
                for (row, number) in numbers.iter().enumerate() {
                    let Some(day) = number.map(civil) else {
                        prop_assert!(months.is_null(row) && terms.is_null(row) && years.is_null(row));
                        continue;
                    };
                    let month = months.as_string::<i32>().value(row).to_owned();
                    prop_assert_eq!(month, day.to_string()[..7].to_owned());
                    let year = years.as_primitive::<arrow::datatypes::Int32Type>().value(row);
                    prop_assert_eq!(year, i32::from(day.year()));
                    let (begins, term) = match day.month() {
                        9.. => (day.year(), "autumn"),
                        4.. => (day.year() - 1, "summer"),
                        _ => (day.year() - 1, "spring"),
                    };
                    let plain = format!("{begins}/{} {term}", &(begins + 1).to_string()[2..]);
                    prop_assert_eq!(terms.as_string::<i32>().value(row), plain);
                }
            }
        }
    }

    #[test]
    fn what_is_no_date_is_a_fault_with_its_row_and_without_its_value() {
        let array: ArrayRef =
            Arc::new(StringArray::from(vec![Some("2009-04-30"), None, Some("30/04/2009"), Some("x")]));
        let fault = treat(&array, DateTo::Month).unwrap_err();
        assert_eq!(fault, Fault { row: 2, rows: 2, expected: "expected a date such as 2009-04-30".to_owned() });
    }
}
