//! Numbers rounded to the nearest multiple, half away from zero. What comes out is whole.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Builder};
use arrow::datatypes::{DataType, Float64Type, Int64Type};

use super::cell::{Kind, Number, as_type, number};
use super::{Fault, Faults};

pub(super) fn treat(array: &ArrayRef, nearest: u32) -> Result<ArrayRef, Fault> {
    let nearest = nearest.max(1);
    let rounded: Vec<Option<i64>> = match Kind::of(array.data_type()) {
        Kind::Text => {
            let round = |text: Option<&str>| match number(text?)? {
                Number::Whole(value) => whole(value, nearest),
                Number::Fraction(value) => fraction(value, nearest),
            };
            array.as_string::<i32>().iter().map(round).collect()
        }
        Kind::Fraction => {
            let values = as_type(array, &DataType::Float64);
            values.as_primitive::<Float64Type>().iter().map(|value| fraction(value?, nearest)).collect()
        }
        // A number that 64 bits with a sign do not hold becomes missing in the cast, and is a fault.
        _ => {
            let values = as_type(array, &DataType::Int64);
            values.as_primitive::<Int64Type>().iter().map(|value| whole(value?, nearest)).collect()
        }
    };
    let mut faults = Faults::default();
    let mut numbers = Int64Builder::with_capacity(array.len());
    for (row, value) in rounded.into_iter().enumerate() {
        if value.is_none() && array.is_valid(row) {
            faults.at(row);
        }
        numbers.append_option(value);
    }
    faults.or(Arc::new(numbers.finish()), || "expected a number of at most 18 digits before its point".to_owned())
}

fn whole(value: i64, nearest: u32) -> Option<i64> {
    let (value, nearest) = (i128::from(value), i128::from(nearest));
    let rest = value.abs() % nearest;
    let down = value.abs() - rest;
    let rounded = if rest * 2 >= nearest { down + nearest } else { down };
    (rounded * value.signum()).try_into().ok()
}

fn fraction(value: f64, nearest: u32) -> Option<i64> {
    // The remainder of a floating-point division is exact, and so is the number of multiples below 2^53.
    let size = f64::from(nearest);
    let rest = value.abs() % size;
    let down = value.abs() - rest;
    let rounded = if rest * 2.0 >= size { down + size } else { down };
    (rounded < 1e18).then_some((rounded * value.signum()) as i64)
}

#[cfg(test)]
mod tests {
    use arrow::array::{Float64Array, Int64Array, StringArray, UInt64Array};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_multiple_is_the_nearest_and_halves_go_away_from_zero(
            value in -1_000_000_i64..1_000_000, nearest in 2_u32..1_000, quarters in 0_u8..4,
        ) {
            let as_whole: ArrayRef = Arc::new(Int64Array::from(vec![Some(value), None]));
            let as_text: ArrayRef = Arc::new(StringArray::from(vec![Some(value.to_string()), None]));
            let plain = |value: f64| {
                let candidates = (0..2).map(|more| ((value.abs() / f64::from(nearest)) as i64 + more) * i64::from(nearest));
                let best = candidates.max_by(|a, b| {
                    let distance = |multiple: &i64| (*multiple as f64 - value.abs()).abs();
                    distance(b).total_cmp(&distance(a)).then(a.cmp(b))
                });
                best.unwrap() * value.signum() as i64
            };
            let values = |array: &ArrayRef| treat(array, nearest).unwrap().as_primitive::<Int64Type>().iter().collect::<Vec<_>>();
            prop_assert_eq!(values(&as_whole), vec![Some(plain(value as f64)), None]);
            prop_assert_eq!(values(&as_text), values(&as_whole));
            let between = value as f64 + f64::from(quarters) / 4.0;
            let as_fraction: ArrayRef = Arc::new(Float64Array::from(vec![between]));
            prop_assert_eq!(values(&as_fraction), vec![Some(plain(between))]);
            let as_text: ArrayRef = Arc::new(StringArray::from(vec![format!("{between:.2}")]));
            prop_assert_eq!(values(&as_text), vec![Some(plain(between))]);
        }
    }

    #[test]
    fn what_is_no_number_is_a_fault() {
        let array: ArrayRef = Arc::new(StringArray::from(vec!["12", "X", "1e3"]));
        assert_eq!((treat(&array, 5).unwrap_err().row, treat(&array, 5).unwrap_err().rows), (1, 2));
        let array: ArrayRef = Arc::new(Float64Array::from(vec![1.0, f64::NAN]));
        assert_eq!(treat(&array, 5).unwrap_err().row, 1);
        let array: ArrayRef = Arc::new(UInt64Array::from(vec![1, u64::MAX]));
        assert_eq!(treat(&array, 5).unwrap_err().row, 1);
    }
}
