//! What kinds of cells there are, whatever the type in which a file holds them.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;

/// What a column's cells are, as treatments see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number.
    Whole,
    /// A number in binary floating point.
    Fraction,
    /// A day.
    Date,
    /// A moment.
    Moment,
    /// True or false.
    Truth,
    /// Anything else, such as lists or bytes. No such column leaves.
    Other,
}

impl Kind {
    /// The kind of a type.
    pub fn of(data_type: &DataType) -> Self {
        match plain_type(data_type) {
            DataType::Utf8 => Self::Text,
            plain if plain.is_integer() => Self::Whole,
            DataType::Float32 | DataType::Float64 => Self::Fraction,
            DataType::Date32 => Self::Date,
            DataType::Timestamp(..) => Self::Moment,
            DataType::Boolean => Self::Truth,
            _ => Self::Other,
        }
    }
}

/// The one type in which cells of several types are worked on: dictionaries unpacked, texts and days in one form.
pub fn plain_type(data_type: &DataType) -> DataType {
    match data_type {
        DataType::Dictionary(_, value) => plain_type(value),
        DataType::LargeUtf8 | DataType::Utf8View | DataType::Utf8 => DataType::Utf8,
        DataType::Date64 => DataType::Date32,
        DataType::Float16 => DataType::Float32,
        other => other.clone(),
    }
}

/// The array in its plain type.
pub fn plain(array: &ArrayRef) -> ArrayRef {
    let wanted = plain_type(array.data_type());
    if &wanted == array.data_type() {
        return Arc::clone(array);
    }
    as_type(array, &wanted)
}

/// Each cell as text: whole numbers in decimal, as a CSV file would have them.
pub fn texts(array: &ArrayRef) -> StringArray {
    as_type(&plain(array), &DataType::Utf8).as_string::<i32>().clone()
}

/// The array in another type that holds every value of its own.
pub(super) fn as_type(array: &ArrayRef, wanted: &DataType) -> ArrayRef {
    match cast(array, wanted) {
        Ok(array) => array,
        // `Kind::of` and `fits` let only such pairs pass, and a batch of texts has fewer bytes than an offset can
        // count.
        Err(_) => unreachable!("{} cannot become {wanted}", array.data_type()),
    }
}

/// A number that stands in a text: digits, with a sign and a fraction where it has them. No exponents, no infinity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// Without a fraction.
    Whole(i64),
    /// With one.
    Fraction(f64),
}

/// Reads a number in a text.
pub(super) fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match fraction {
        None if plain(whole) => text.parse().ok().map(Number::Whole),
        Some(part) if plain(whole) && plain(part) => {
            text.parse().ok().filter(|number: &f64| number.is_finite()).map(Number::Fraction)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_texts_have_digits_and_nothing_else() {
        assert_eq!(number("-007"), Some(Number::Whole(-7)));
        assert_eq!(number("6.625"), Some(Number::Fraction(6.625)));
        for text in ["", "-", "1e3", "inf", "NaN", " 1", "1.", ".5", "1,000", "9223372036854775808"] {
            assert_eq!(number(text), None, "{text}");
        }
    }
}
