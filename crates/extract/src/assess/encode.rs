//! Columns of Arrow arrays as codes: each distinct value has a number, in the order in which values are first seen.

use arrow::array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, GenericStringArray, OffsetSizeTrait, UInt32Array};
use arrow::compute::{cast, take};
use arrow::datatypes::{
    DataType, Date32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
};

use super::quick::QuickMap;
use super::value::Value;

/// Whole numbers from here on, so many of them, have a place each; others are looked up.
const NEAR: std::ops::Range<i64> = -(1 << 16)..1 << 20;

/// The most distinct values of a column: a code is less, and one number stays free.
const MOST: usize = u32::MAX as usize - 2;

/// Why an array cannot be encoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Uncountable {
    /// Its type.
    Type(DataType),
    /// It has too many distinct values.
    TooMany,
}

/// The distinct values of a column so far.
#[derive(Debug, Default)]
pub struct Encoder {
    values: Vec<Value>,
    /// The code of each near number and one, 0 where it was not seen.
    near: Vec<u32>,
    far: QuickMap<i64, u32>,
    fractions: QuickMap<u64, u32>,
    texts: QuickMap<Box<str>, u32>,
    missing: Option<u32>,
}

impl Encoder {
    /// The distinct values, by code.
    pub fn values(&self) -> &[Value] {
        &self.values
    }

    /// The distinct values, by code.
    pub fn into_values(self) -> Vec<Value> {
        self.values
    }

    /// The code of a missing value.
    pub fn missing(&mut self) -> u32 {
        match self.missing {
            Some(code) => code,
            None => *self.missing.insert(push(&mut self.values, Value::Missing)),
        }
    }

    fn none(&mut self, rows: usize, codes: &mut Vec<u32>) {
        if rows > 0 {
            codes.resize(codes.len() + rows, self.missing());
        }
    }

    /// Adds the codes of an array.
    ///
    /// # Errors
    /// If values of its type cannot be counted.
    pub fn encode(&mut self, array: &ArrayRef, codes: &mut Vec<u32>) -> Result<(), Uncountable> {
        if self.values.len() + array.len() > MOST {
            return Err(Uncountable::TooMany);
        }
        match array.data_type() {
            DataType::Int8 => self.whole::<Int8Type>(array, codes, |number| number.into(), Value::Whole),
            DataType::Int16 => self.whole::<Int16Type>(array, codes, |number| number.into(), Value::Whole),
            DataType::Int32 => self.whole::<Int32Type>(array, codes, |number| number.into(), Value::Whole),
            DataType::Int64 => self.whole::<Int64Type>(array, codes, |number| number, Value::Whole),
            DataType::UInt8 => self.whole::<UInt8Type>(array, codes, |number| number.into(), Value::Whole),
            DataType::UInt16 => self.whole::<UInt16Type>(array, codes, |number| number.into(), Value::Whole),
            DataType::UInt32 => self.whole::<UInt32Type>(array, codes, |number| number.into(), Value::Whole),
            DataType::Date32 => {
                self.whole::<Date32Type>(array, codes, |day| day.into(), |day| Value::Day(day as i32));
            }
            DataType::Float64 => {
                for number in array.as_primitive::<Float64Type>() {
                    let code = match number {
                        Some(number) => self.fraction(number),
                        None => self.missing(),
                    };
                    codes.push(code);
                }
            }
            DataType::Utf8 => self.strings(array.as_string::<i32>(), codes),
            DataType::LargeUtf8 => self.strings(array.as_string::<i64>(), codes),
            DataType::Dictionary(_, _) => {
                let array = array.as_any_dictionary();
                // Keys can be had only where there is something that they lead to.
                if array.values().is_empty() {
                    self.none(array.len(), codes);
                    return Ok(());
                }
                let keys = array.normalized_keys();
                // Only values that a row has get a code.
                let mut used = vec![false; array.values().len()];
                let all_valid = array.null_count() == 0;
                keys.iter().enumerate().for_each(|(row, key)| used[*key] |= all_valid || array.is_valid(row));
                let places = (0_u32..).zip(&used).filter(|(_, used)| **used).map(|(place, _)| place);
                let places = UInt32Array::from_iter_values(places);
                let values = take(array.values(), &places, None);
                let values = values.map_err(|_| Uncountable::Type(array.data_type().clone()))?;
                let mut of_used = Vec::with_capacity(values.len());
                self.encode(&values, &mut of_used)?;
                let mut of_value = vec![0; used.len()];
                places.values().iter().zip(&of_used).for_each(|(place, code)| of_value[*place as usize] = *code);
                if all_valid {
                    codes.extend(keys.iter().map(|key| of_value[*key]));
                    return Ok(());
                }
                for (row, key) in keys.into_iter().enumerate() {
                    codes.push(if array.is_valid(row) { of_value[key] } else { self.missing() });
                }
            }
            other => {
                let plain = match other {
                    DataType::Utf8View | DataType::Boolean => DataType::Utf8,
                    DataType::Float16 | DataType::Float32 => DataType::Float64,
                    DataType::Date64 => DataType::Date32,
                    // What 64 bits with a sign do not hold is a text.
                    DataType::UInt64 => DataType::Utf8,
                    DataType::Null => {
                        self.none(array.len(), codes);
                        return Ok(());
                    }
                    _ => return Err(Uncountable::Type(other.clone())),
                };
                let plain = cast(array, &plain).map_err(|_| Uncountable::Type(other.clone()))?;
                return self.encode(&plain, codes);
            }
        }
        Ok(())
    }

    fn whole<T: ArrowPrimitiveType>(
        &mut self,
        array: &ArrayRef,
        codes: &mut Vec<u32>,
        wide: fn(T::Native) -> i64,
        value: fn(i64) -> Value,
    ) {
        let numbers = array.as_primitive::<T>();
        if numbers.null_count() == 0 {
            codes.extend(numbers.values().iter().map(|number| self.number(wide(*number), value)));
            return;
        }
        for number in numbers {
            let code = match number {
                Some(number) => self.number(wide(number), value),
                None => self.missing(),
            };
            codes.push(code);
        }
    }

    /// Takes over the values of another, and gives the code that each of its codes has here.
    pub fn absorb(&mut self, other: Self) -> Vec<u32> {
        let number = |here: &mut Self, value: Value| match value {
            Value::Missing => here.missing(),
            Value::Whole(number) => here.number(number, Value::Whole),
            Value::Day(day) => here.number(day.into(), |day| Value::Day(day as i32)),
            Value::Fraction(number) => here.fraction(number),
            Value::Text(text) => here.text(&text),
        };
        other.values.into_iter().map(|value| number(self, value)).collect()
    }

    fn fraction(&mut self, number: f64) -> u32 {
        let values = &mut self.values;
        *self.fractions.entry(number.to_bits()).or_insert_with(|| push(values, Value::Fraction(number)))
    }

    fn text(&mut self, text: &str) -> u32 {
        if let Some(code) = self.texts.get(text) {
            return *code;
        }
        let code = push(&mut self.values, Value::Text(text.into()));
        self.texts.insert(text.into(), code);
        code
    }

    fn strings<O: OffsetSizeTrait>(&mut self, array: &GenericStringArray<O>, codes: &mut Vec<u32>) {
        for text in array {
            let code = match text {
                Some(text) => self.text(text),
                None => self.missing(),
            };
            codes.push(code);
        }
    }

    fn number(&mut self, number: i64, value: fn(i64) -> Value) -> u32 {
        if NEAR.contains(&number) {
            if self.near.is_empty() {
                self.near = vec![0; (NEAR.end - NEAR.start) as usize];
            }
            let place = &mut self.near[(number - NEAR.start) as usize];
            if *place == 0 {
                *place = push(&mut self.values, value(number)) + 1;
            }
            *place - 1
        } else {
            let values = &mut self.values;
            *self.far.entry(number).or_insert_with(|| push(values, value(number)))
        }
    }
}

fn push(values: &mut Vec<Value>, value: Value) -> u32 {
    values.push(value);
    (values.len() - 1) as u32
}
