//! What is done to a column's values before they leave: the closed list of treatments, one file each, as pure functions
//! over Arrow arrays.
//!
//! A missing value stays missing under every treatment. A cell that a treatment cannot read stops the extract: it is
//! neither passed on nor silently dropped, and its value is in no error.

mod age_band;
mod cell;
mod date;
mod postcode;
mod pseudonymise;
mod recode;
mod round;
mod top_code;

use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use package::specification::{DateTo, PostcodeTo, Treatment};

pub use cell::{Kind, plain, texts};
pub use postcode::{Regions, RegionsError};
pub use recode::Table;

use crate::pseudonym::Pseudonymiser;

/// Cells that a treatment cannot read. Their values are not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The first of them, as a place in the array.
    pub row: usize,
    /// How many there are in the array.
    pub rows: usize,
    /// What was expected.
    pub expected: String,
}

/// A treatment with all that it needs.
#[derive(Clone)]
pub enum Treater {
    /// Values leave as they are.
    Keep,
    /// Each becomes a pseudonym.
    Pseudonymise(Arc<Pseudonymiser>),
    /// Dates become coarser.
    Date(DateTo),
    /// Ages become bands of so many years.
    AgeBand(u8),
    /// Postcodes become sectors or districts.
    Postcode(PostcodeTo),
    /// Postcodes become regions.
    Region(Arc<Regions>),
    /// Codes become coarser codes.
    Recode(Arc<Table>),
    /// Numbers are rounded.
    Round(u32),
    /// Numbers above a limit become the limit.
    TopCode(u32),
}

/// Why there is no treater.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTreater {
    /// The item does not leave.
    Dropped,
    /// Postcodes are to become regions, and there is no table of them.
    NoRegions,
    /// There is no key for pseudonyms.
    NoKey,
}

impl Treater {
    /// Makes ready for a treatment.
    ///
    /// # Errors
    /// If there is nothing to treat, or nothing to treat it with.
    pub fn new(
        treatment: &Treatment,
        pseudonymiser: Option<&Arc<Pseudonymiser>>,
        regions: Option<&Arc<Regions>>,
    ) -> Result<Self, NoTreater> {
        Ok(match treatment {
            Treatment::Drop {} => return Err(NoTreater::Dropped),
            Treatment::Keep {} => Self::Keep,
            Treatment::Pseudonymise {} => Self::Pseudonymise(Arc::clone(pseudonymiser.ok_or(NoTreater::NoKey)?)),
            Treatment::Date { to } => Self::Date(*to),
            Treatment::AgeBand { years } => Self::AgeBand(*years),
            Treatment::Postcode { to: PostcodeTo::Region } => {
                Self::Region(Arc::clone(regions.ok_or(NoTreater::NoRegions)?))
            }
            Treatment::Postcode { to } => Self::Postcode(*to),
            Treatment::Recode { other, table } => Self::Recode(Arc::new(Table::new(table, other.as_deref()))),
            Treatment::Round { nearest } => Self::Round(*nearest),
            Treatment::TopCode { limit } => Self::TopCode(*limit),
        })
    }

    /// The type of the column that leaves, for a column of a type that the treatment fits ([`fits`]).
    pub fn leaves(&self, input: &DataType) -> DataType {
        match self {
            Self::Keep | Self::TopCode(_) => cell::plain_type(input),
            Self::Round(_) => DataType::Int64,
            Self::Date(DateTo::Year) => DataType::Int32,
            _ => DataType::Utf8,
        }
    }

    /// Treats an array. `years` has the calendar year in which each row's school year begins; ages are counted by it.
    ///
    /// # Errors
    /// The cells that it cannot read.
    pub fn treat(&self, array: &ArrayRef, years: &[Option<i32>]) -> Result<ArrayRef, Fault> {
        let array = plain(array);
        match self {
            Self::Keep => Ok(array),
            Self::Pseudonymise(pseudonymiser) => pseudonymise::treat(&array, pseudonymiser),
            Self::Date(to) => date::treat(&array, *to),
            Self::AgeBand(width) => age_band::treat(&array, *width, years),
            Self::Postcode(to) => postcode::treat(&array, *to),
            Self::Region(regions) => postcode::to_region(&array, regions),
            Self::Recode(table) => table.treat(&array),
            Self::Round(nearest) => round::treat(&array, *nearest),
            Self::TopCode(limit) => top_code::treat(&array, *limit),
        }
    }
}

/// Whether a treatment can be carried out on a column of this type; if not, what it takes.
pub fn fits(treatment: &Treatment, input: &DataType) -> Result<(), &'static str> {
    let kind = Kind::of(input);
    let (fits, takes) = match treatment {
        Treatment::Drop {} => (true, "anything"),
        Treatment::Keep {} => (kind != Kind::Other, "texts, numbers, dates and truth values"),
        Treatment::Pseudonymise {} => (matches!(kind, Kind::Text | Kind::Whole), "texts and whole numbers"),
        Treatment::Date { .. } => (matches!(kind, Kind::Text | Kind::Date | Kind::Moment), "dates"),
        Treatment::AgeBand { .. } => (
            matches!(kind, Kind::Text | Kind::Whole | Kind::Fraction | Kind::Date | Kind::Moment),
            "ages and dates of birth",
        ),
        Treatment::Postcode { .. } => (kind == Kind::Text, "texts"),
        Treatment::Recode { .. } => (matches!(kind, Kind::Text | Kind::Whole | Kind::Truth), "texts and whole numbers"),
        Treatment::Round { .. } | Treatment::TopCode { .. } => {
            (matches!(kind, Kind::Text | Kind::Whole | Kind::Fraction), "numbers")
        }
    };
    if fits { Ok(()) } else { Err(takes) }
}

/// Gathers the cells that cannot be read while an array is treated.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    first: Option<usize>,
    rows: usize,
}

impl Faults {
    pub(crate) fn at(&mut self, row: usize) {
        self.first.get_or_insert(row);
        self.rows += 1;
    }

    pub(crate) fn or<T>(self, value: T, expected: impl FnOnce() -> String) -> Result<T, Fault> {
        match self.first {
            None => Ok(value),
            Some(row) => Err(Fault { row, rows: self.rows, expected: expected() }),
        }
    }
}
