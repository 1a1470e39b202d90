//! Values, each once, and what a treatment makes of each. Treatments are those of the extract, done to the distinct values of a
//! column and not to its rows; what is a fault there is one here, and names the column without its value.

use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Float64Array, Int64Array, StringArray};
use package::specification::Treatment;

use crate::calendar::Day;
use crate::treat::{NoTreater, Regions, Treater, fits, texts};

/// A distinct value of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// None. It is a value of its own.
    Missing,
    /// A whole number.
    Whole(i64),
    /// A number with a fraction. It cannot be counted unless it is rounded.
    Fraction(f64),
    /// A day, in days since 1970.
    Day(i32),
    /// A text.
    Text(Box<str>),
}

/// Why a treatment cannot be done to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// The value is not of the kind that the treatment takes.
    Expected(String),
    /// It can be treated, and could not be counted then: numbers with a fraction are the same by accident only.
    Fraction,
}

impl Value {
    /// As a file of text would have it; nothing where it is missing.
    pub fn label(&self) -> Option<String> {
        match self {
            Self::Missing => None,
            Self::Whole(number) => Some(number.to_string()),
            Self::Fraction(number) => Some(number.to_string()),
            Self::Day(day) => {
                let Day { year, month, day } = Day::from_number(*day);
                Some(format!("{year:04}-{month:02}-{day:02}"))
            }
            Self::Text(text) => Some(text.to_string()),
        }
    }

    /// Its whole number.
    pub fn whole(&self) -> Option<i64> {
        match self {
            Self::Whole(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Its day.
    pub fn day(&self) -> Option<Day> {
        match self {
            Self::Day(day) => Some(Day::from_number(*day)),
            Self::Text(text) => Day::parse(text),
            _ => None,
        }
    }

    /// Whether it is a number with a fraction, in whatever form.
    pub fn is_fraction(&self) -> bool {
        match self {
            Self::Fraction(_) => true,
            Self::Text(text) => {
                let plain = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+');
                text.contains('.')
                    && text.bytes().all(plain)
                    && text.parse().is_ok_and(|number: f64| number.is_finite())
            }
            _ => false,
        }
    }

    fn kind(&self) -> usize {
        match self {
            Self::Missing | Self::Text(_) => 0,
            Self::Whole(_) => 1,
            Self::Fraction(_) => 2,
            Self::Day(_) => 3,
        }
    }
}

/// What a treatment makes of values: a label for each, or nothing where the value is missing. Beside each value stands the
/// calendar year in which its rows' school year begins, where that matters.
///
/// # Errors
/// What the treatment takes, where a value is something else.
pub fn treated(
    values: &[(Value, Option<i32>)],
    treatment: &Treatment,
    regions: Option<&Arc<Regions>>,
) -> Result<Vec<Option<String>>, Unfit> {
    let treater = Treater::new(treatment, None, regions).map_err(|none| {
        Unfit::Expected(match none {
            NoTreater::Dropped | NoTreater::NoKey => "a value that leaves".to_owned(),
            NoTreater::NoRegions => "a region-table in the sources, which says the region of each postcode".to_owned(),
        })
    })?;
    if matches!(treatment, Treatment::TopCode { .. }) && values.iter().any(|(value, _)| value.is_fraction()) {
        return Err(Unfit::Fraction);
    }
    let mut labels = vec![None; values.len()];
    // A column has values of one kind, unless its files differ.
    for kind in 0..4 {
        let of_kind =
            |(_, (value, _)): &(usize, &(Value, Option<i32>))| *value != Value::Missing && value.kind() == kind;
        let of_kind: Vec<(usize, &(Value, Option<i32>))> = values.iter().enumerate().filter(of_kind).collect();
        if of_kind.is_empty() {
            continue;
        }
        let array = array(kind, of_kind.iter().map(|(_, (value, _))| value));
        fits(treatment, array.data_type()).map_err(|takes| Unfit::Expected(takes.to_owned()))?;
        let years: Vec<Option<i32>> = of_kind.iter().map(|(_, (_, year))| *year).collect();
        let done = treater.treat(&array, &years).map_err(|fault| {
            let expected = fault.expected.strip_prefix("expected ").unwrap_or(&fault.expected);
            Unfit::Expected(expected.to_owned())
        })?;
        for ((place, _), label) in of_kind.iter().zip(&texts(&done)) {
            labels[*place] = label.map(str::to_owned);
        }
    }
    Ok(labels)
}

/// Values of one kind as the column that they come from.
fn array<'a>(kind: usize, values: impl Iterator<Item = &'a Value>) -> ArrayRef {
    let whole = |value: &Value| if let Value::Whole(number) = value { Some(*number) } else { None };
    let fraction = |value: &Value| if let Value::Fraction(number) = value { Some(*number) } else { None };
    let day = |value: &Value| if let Value::Day(day) = value { Some(*day) } else { None };
    let text = |value: &'a Value| if let Value::Text(text) = value { Some(text) } else { None };
    match kind {
        1 => Arc::new(Int64Array::from_iter(values.map(whole))),
        2 => Arc::new(Float64Array::from_iter(values.map(fraction))),
        3 => Arc::new(Date32Array::from_iter(values.map(day))),
        _ => Arc::new(StringArray::from_iter(values.map(text))),
    }
}
