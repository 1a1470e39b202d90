//! Numbers above a limit as the limit; the others leave as they stand, texts with their zeroes in front.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, PrimitiveArray, StringBuilder};
use arrow::datatypes::{
    DataType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};

use super::cell::{Number, number};
use super::{Fault, Faults};

pub(super) fn treat(array: &ArrayRef, limit: u32) -> Result<ArrayRef, Fault> {
    match array.data_type() {
        DataType::Int8 => Ok(whole::<Int8Type>(array, limit.try_into().ok())),
        DataType::Int16 => Ok(whole::<Int16Type>(array, limit.try_into().ok())),
        DataType::Int32 => Ok(whole::<Int32Type>(array, limit.try_into().ok())),
        DataType::Int64 => Ok(whole::<Int64Type>(array, Some(limit.into()))),
        DataType::UInt8 => Ok(whole::<UInt8Type>(array, limit.try_into().ok())),
        DataType::UInt16 => Ok(whole::<UInt16Type>(array, limit.try_into().ok())),
        DataType::UInt32 => Ok(whole::<UInt32Type>(array, Some(limit))),
        DataType::UInt64 => Ok(whole::<UInt64Type>(array, Some(limit.into()))),
        // The largest number of 32 bits that is not above the limit: 24 bits of it are exact.
        DataType::Float32 => fraction::<Float32Type>(array, |value| {
            let above = f64::from(value) > f64::from(limit);
            if above { round_down(limit) } else { value }
        }),
        DataType::Float64 => fraction::<Float64Type>(array, |value| value.min(limit.into())),
        _ => text(array, limit),
    }
}

/// A limit that the type does not reach is none.
fn whole<T: ArrowPrimitiveType>(array: &ArrayRef, limit: Option<T::Native>) -> ArrayRef
where
    T::Native: Ord,
{
    match limit {
        None => Arc::clone(array),
        Some(limit) => {
            let capped: PrimitiveArray<T> = array.as_primitive::<T>().unary(|value| value.min(limit));
            Arc::new(capped)
        }
    }
}

fn fraction<T: ArrowPrimitiveType>(array: &ArrayRef, cap: impl Fn(T::Native) -> T::Native) -> Result<ArrayRef, Fault>
where
    f64: From<T::Native>,
{
    let mut faults = Faults::default();
    let values = array.as_primitive::<T>();
    for (row, value) in values.iter().enumerate() {
        if value.is_some_and(|value| f64::from(value).is_nan()) {
            faults.at(row);
        }
    }
    let capped: PrimitiveArray<T> = values.unary(cap);
    faults.or(Arc::new(capped), || "expected a number".to_owned())
}

fn round_down(limit: u32) -> f32 {
    let near = limit as f32;
    if f64::from(near) > f64::from(limit) { near.next_down() } else { near }
}

fn text(array: &ArrayRef, limit: u32) -> Result<ArrayRef, Fault> {
    let mut faults = Faults::default();
    let most = limit.to_string();
    let mut capped = StringBuilder::with_capacity(array.len(), array.len() * 4);
    for (row, text) in array.as_string::<i32>().iter().enumerate() {
        let above = match text.map(number) {
            None => {
                capped.append_null();
                continue;
            }
            Some(None) => {
                faults.at(row);
                true
            }
            Some(Some(Number::Whole(value))) => value > i64::from(limit),
            Some(Some(Number::Fraction(value))) => value > f64::from(limit),
        };
        capped.append_value(if above { &most } else { text.unwrap_or_default() });
    }
    faults.or(Arc::new(capped.finish()), || "expected a number of at most 18 digits before its point".to_owned())
}

#[cfg(test)]
mod tests {
    use arrow::array::{Float32Array, Float64Array, Int8Array, Int64Array, StringArray};
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nothing_above_the_limit_leaves(values in proptest::collection::vec(-200_i64..200, 0..30), limit in 0_u32..150) {
            let plain: Vec<i64> = values.iter().map(|value| (*value).min(limit.into())).collect();
            let as_whole: ArrayRef = Arc::new(Int64Array::from(values.clone()));
            let found = treat(&as_whole, limit).unwrap();
            prop_assert_eq!(found.as_primitive::<Int64Type>().values().to_vec(), plain.clone());
            let as_texts: ArrayRef = Arc::new(StringArray::from_iter_values(values.iter().map(i64::to_string)));
            let found = treat(&as_texts, limit).unwrap();
            let found: Vec<i64> = found.as_string::<i32>().iter().map(|text| text.unwrap().parse().unwrap()).collect();
            prop_assert_eq!(&found, &plain);
            let as_fractions: ArrayRef = Arc::new(Float64Array::from_iter_values(values.iter().map(|value| *value as f64)));
            let found = treat(&as_fractions, limit).unwrap();
            prop_assert!(found.as_primitive::<Float64Type>().values().iter().zip(&plain).all(|(a, b)| *a == *b as f64));
        }

        #[test]
        fn nothing_above_the_limit_leaves_in_32_bits(value in 0.0_f32..1e10, limit in any::<u32>()) {
            let array: ArrayRef = Arc::new(Float32Array::from(vec![value]));
            let found = treat(&array, limit).unwrap().as_primitive::<Float32Type>().value(0);
            prop_assert!(f64::from(found) <= f64::from(limit) && found <= value);
        }
    }

    #[test]
    fn a_limit_that_a_type_does_not_reach_changes_nothing_and_zeroes_in_front_stay() {
        let array: ArrayRef = Arc::new(Int8Array::from(vec![Some(127), None]));
        assert_eq!(&treat(&array, 200).unwrap(), &array);
        let array: ArrayRef = Arc::new(StringArray::from(vec!["007", "41.5", "40.0"]));
        let found = treat(&array, 40).unwrap();
        assert_eq!(found.as_string::<i32>().iter().flatten().collect::<Vec<_>>(), ["007", "40", "40.0"]);
        let array: ArrayRef = Arc::new(StringArray::from(vec!["1", "many"]));
        assert_eq!(treat(&array, 40).unwrap_err().row, 1);
    }
}
