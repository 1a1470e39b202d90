//! Conditions on rows, as the engine's expressions.

use std::collections::BTreeSet;

use arrow::datatypes::DataType;
use datafusion::prelude::{Expr, ident, lit, try_cast};
use datafusion::scalar::ScalarValue;
use package::specification::Keep;

use crate::calendar::Day;
use crate::select::Window;
use crate::treat::Kind;

/// A filter whose column was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// The column.
    pub column: String,
    /// Its type.
    pub data_type: DataType,
    /// Which values are kept.
    pub keep: Keep,
}

/// The columns that say to which year and cohort a row belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// The column with the year, and its type; none where all rows are of one year.
    pub year: Option<(String, DataType)>,
    /// The year of all rows, where there is no column.
    pub of_year: Option<i32>,
    /// The column with the date of birth, and its type.
    pub born: Option<(String, DataType)>,
}

impl Condition {
    /// What it takes, if it does not fit the column.
    pub fn misfit(&self) -> Option<&'static str> {
        let kind = Kind::of(&self.data_type);
        match &self.keep {
            Keep::Between(..) if matches!(kind, Kind::Text | Kind::Whole | Kind::Fraction) => None,
            Keep::Between(..) => Some("numbers"),
            Keep::OneOf(values) if kind == Kind::Whole => {
                // Another spelling of the same number would keep nothing, and nobody would know.
                let plain = |text: &String| text.parse::<i64>().is_ok_and(|number| number.to_string() == *text);
                if values.iter().all(plain) { None } else { Some("whole numbers, as that column has them") }
            }
            Keep::OneOf(values) if kind == Kind::Truth => {
                if values.iter().all(|value| value == "true" || value == "false") {
                    None
                } else {
                    Some("true and false")
                }
            }
            Keep::OneOf(_) if matches!(kind, Kind::Text | Kind::Date) => None,
            Keep::OneOf(_) => Some("texts, whole numbers, days and truth values"),
        }
    }

    /// The expression. A missing value, and one that is no number where numbers are kept, is not kept.
    pub fn expression(&self) -> Expr {
        let column = ident(&self.column);
        match (&self.keep, Kind::of(&self.data_type)) {
            (Keep::Between(from, to), Kind::Whole) => {
                let number =
                    if self.data_type.is_signed_integer() { column } else { try_cast(column, DataType::Int64) };
                number.between(lit(*from), lit(*to))
            }
            (Keep::Between(from, to), _) => {
                try_cast(column, DataType::Float64).between(lit(*from as f64), lit(*to as f64))
            }
            (Keep::OneOf(values), Kind::Whole) => {
                let numbers = values.iter().filter_map(|value| value.parse::<i64>().ok());
                try_cast(column, DataType::Int64).in_list(numbers.map(lit).collect(), false)
            }
            (Keep::OneOf(values), Kind::Text) => {
                column.in_list(values.iter().map(|value| lit(value.as_str())).collect(), false)
            }
            (Keep::OneOf(values), _) => try_cast(column, DataType::Utf8)
                .in_list(values.iter().map(|value| lit(value.as_str())).collect(), false),
        }
    }
}

/// Rows that lie within one of the windows. With `unread`, also those whose year or date of birth is a text that is
/// none, so that whoever reads them can stop there.
pub fn within(rows: &Rows, windows: &[Window], unread: bool) -> Expr {
    let any = windows.iter().map(|window| {
        let year = match (&rows.year, rows.of_year) {
            (Some((column, data_type)), _) => {
                let year = if data_type.is_signed_integer() {
                    ident(column)
                } else {
                    try_cast(ident(column), DataType::Int64)
                };
                year.between(lit(i64::from(window.first)), lit(i64::from(window.last)))
            }
            (None, of_year) => lit(of_year.is_some_and(|year| window.first <= year && year <= window.last)),
        };
        match (&window.cohorts, &rows.born) {
            (None, _) => year,
            (Some(_), None) => lit(false),
            (Some(cohorts), Some((column, _))) => year.and(born_in(column, cohorts)),
        }
    });
    let mut kept = any.reduce(Expr::or).unwrap_or_else(|| lit(false));
    if unread {
        if let Some((column, data_type)) = rows.year.as_ref().filter(|(_, data_type)| Kind::of(data_type) == Kind::Text)
        {
            let _ = data_type;
            kept = kept.or(no(column, DataType::Int64));
        }
        let asked = windows.iter().any(|window| window.cohorts.is_some());
        if let Some((column, _)) = rows.born.as_ref().filter(|(_, of)| asked && Kind::of(of) == Kind::Text) {
            kept = kept.or(no(column, DataType::Date32));
        }
    }
    kept
}

/// A text that cannot be read as this type.
fn no(column: &str, data_type: DataType) -> Expr {
    ident(column).is_not_null().and(try_cast(ident(column), data_type).is_null())
}

/// Born in one of these cohorts; runs of them are one condition.
fn born_in(column: &str, cohorts: &BTreeSet<i32>) -> Expr {
    let mut runs: Vec<(i32, i32)> = Vec::new();
    for cohort in cohorts {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *cohort => *last = *cohort,
            _ => runs.push((*cohort, *cohort)),
        }
    }
    let day = |year: i32, month: u8, day: u8| lit(ScalarValue::Date32(Some(Day { year, month, day }.number())));
    let born = || try_cast(ident(column), DataType::Date32);
    let any = runs.into_iter().map(|(first, last)| born().between(day(first, 9, 1), day(last + 1, 8, 31)));
    any.reduce(Expr::or).unwrap_or_else(|| lit(false))
}
