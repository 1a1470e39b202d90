//! Ages as bands such as `10-14`, the first of which begins at 0.
//!
//! A date of birth gives the age on 31 August before the row's school year, as schools count it. An age with a fraction
//! is taken in whole years.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringBuilder};
use arrow::datatypes::{DataType, Float64Type, Int64Type};

use super::cell::{Kind, Number, as_type, number};
use super::{Fault, Faults};
use crate::calendar::Day;

/// Nobody is older.
const OLDEST: i64 = 130;

pub(super) fn treat(array: &ArrayRef, width: u8, years: &[Option<i32>]) -> Result<ArrayRef, Fault> {
    let mut faults = Faults::default();
    let mut bands = StringBuilder::with_capacity(array.len(), array.len() * 6);
    let mut text = String::new();
    let width = i64::from(width.max(1));
    let ages = ages(array, years);
    for (row, age) in ages.into_iter().enumerate() {
        match age {
            _ if array.is_null(row) => bands.append_null(),
            Some(age) if (0..=OLDEST).contains(&age) => {
                let from = age / width * width;
                text.clear();
                // Writing to a text does not fail.
                let _ = write!(text, "{from}-{}", from + width - 1);
                bands.append_value(&text);
            }
            _ => {
                faults.at(row);
                bands.append_null();
            }
        }
    }
    faults.or(Arc::new(bands.finish()), || {
        format!(
            "expected an age from 0 to {OLDEST} or a date of birth such as 2009-04-30, and the row's year with a date"
        )
    })
}

/// Each cell's age in whole years, where it has one.
fn ages(array: &ArrayRef, years: &[Option<i32>]) -> Vec<Option<i64>> {
    let year = |row: usize| years.get(row).copied().flatten();
    let of_birth = |row: usize, day: Day| year(row).map(|year| i64::from(day.age_before_school_year(year)));
    let whole = |age: f64| (age.is_finite() && age.abs() <= 1e6).then(|| age.floor() as i64);
    match Kind::of(array.data_type()) {
        Kind::Text => {
            let texts = array.as_string::<i32>();
            let age = |(row, text): (usize, Option<&str>)| match number(text?) {
                Some(Number::Whole(age)) => Some(age),
                Some(Number::Fraction(age)) => whole(age),
                None => of_birth(row, Day::parse(text?)?),
            };
            texts.iter().enumerate().map(age).collect()
        }
        // A number that 64 bits with a sign do not hold is no age; the cast makes it missing.
        Kind::Whole => as_type(array, &DataType::Int64).as_primitive::<Int64Type>().iter().collect(),
        Kind::Fraction => {
            let ages = as_type(array, &DataType::Float64);
            ages.as_primitive::<Float64Type>().iter().map(|age| whole(age?)).collect()
        }
        _ => {
            let (days, _) = super::date::days(array);
            days.into_iter().enumerate().map(|(row, day)| of_birth(row, day?)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Date32Array, Int16Array, StringArray};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_age_lies_in_its_band(age in 0_i16..=130, width in 2_u8..=50) {
            let as_number: ArrayRef = Arc::new(Int16Array::from(vec![Some(age), None]));
            let as_text: ArrayRef = Arc::new(StringArray::from(vec![Some(format!("{age}")), None]));
            for array in [as_number, as_text] {
                let bands = treat(&array, width, &[None, None]).unwrap();
                prop_assert!(bands.is_null(1));
                let band = bands.as_string::<i32>().value(0).to_owned();
                let (from, to) = band.split_once('-').unwrap();
                let (from, to): (i16, i16) = (from.parse().unwrap(), to.parse().unwrap());
                prop_assert!(from <= age && age <= to && to - from + 1 == i16::from(width));
                prop_assert_eq!(from % i16::from(width), 0);
            }
        }

        #[test]
        fn birthdays_give_the_age_that_counting_gives(born in 7_000_i32..16_000, year in 2014_i32..2030) {
            let array: ArrayRef = Arc::new(Date32Array::from(vec![born]));
            let bands = treat(&array, 2, &[Some(year)]).unwrap();
            let end = jiff::civil::date(year as i16, 8, 31);
            let day = jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(born));
            let age = day.until((jiff::Unit::Year, end)).unwrap().get_years();
            // 29 February comes once in four years; nobody's day is 31 August for want of another.
            let from = age / 2 * 2;
            prop_assert_eq!(bands.as_string::<i32>().value(0), format!("{from}-{}", from + 1));
        }
    }

    #[test]
    fn what_is_no_age_is_a_fault() {
        let array: ArrayRef = Arc::new(StringArray::from(vec!["12", "-1", "131", "about 7", "2009-04-30"]));
        let fault = treat(&array, 5, &[None; 5]).unwrap_err();
        assert_eq!((fault.row, fault.rows), (1, 4));
    }
}
