//! What may be done to an item's values before they leave: a closed list, so that the extract, the panel and the public
//! mean the same by each.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is done to an item's values. Members of each stand in alphabetical order after `do`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Treatment {
    /// They leave as they are.
    Keep {},
    /// They do not leave: asked for once and given up since, and the item stays listed.
    Drop {},
    /// Each is replaced by a pseudonym that is the same within this share and tells nothing outside of it.
    Pseudonymise {},
    /// A date is made coarser.
    Date {
        /// How coarse.
        to: DateTo,
    },
    /// An age, or a date of birth, becomes a band of ages.
    AgeBand {
        /// How many years a band spans, from 2 to 50; the first begins at 0.
        years: u8,
    },
    /// A postcode is made coarser.
    Postcode {
        /// How coarse.
        to: PostcodeTo,
    },
    /// Each code becomes a coarser one.
    Recode {
        /// What a code becomes that is not in the table; without it such a code stops the extract.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        other: Option<String>,
        /// The table, sorted by code.
        table: Vec<Coarser>,
    },
    /// A number is rounded to the nearest multiple, half away from zero.
    Round {
        /// Of what, from 2 on.
        nearest: u32,
    },
    /// A number above the limit becomes the limit.
    TopCode {
        /// The largest that leaves.
        limit: u32,
    },
}

/// One row of a table of coarser codes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coarser {
    /// The code in the data.
    pub code: String,
    /// The code that leaves.
    pub to: String,
}

/// How coarse a date becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateTo {
    /// The month.
    Month,
    /// The school term.
    Term,
    /// The calendar year.
    Year,
}

/// How coarse a postcode becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PostcodeTo {
    /// The sector, such as `AB1 2`.
    Sector,
    /// The district, such as `AB1`.
    District,
    /// The region of England.
    Region,
}

impl DateTo {
    /// Each of them.
    pub const ALL: &'static [Self] = &[Self::Month, Self::Term, Self::Year];

    /// The code in the file.
    pub fn code(self) -> &'static str {
        match self {
            Self::Month => "month",
            Self::Term => "term",
            Self::Year => "year",
        }
    }
}

impl PostcodeTo {
    /// Each of them.
    pub const ALL: &'static [Self] = &[Self::Sector, Self::District, Self::Region];

    /// The code in the file.
    pub fn code(self) -> &'static str {
        match self {
            Self::Sector => "sector",
            Self::District => "district",
            Self::Region => "region",
        }
    }
}

impl Treatment {
    /// The codes of all treatments, as the file has them.
    pub const CODES: &'static [&'static str] =
        &["keep", "drop", "pseudonymise", "date", "age-band", "postcode", "recode", "round", "top-code"];

    /// The code in the file.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Keep {} => "keep",
            Self::Drop {} => "drop",
            Self::Pseudonymise {} => "pseudonymise",
            Self::Date { .. } => "date",
            Self::AgeBand { .. } => "age-band",
            Self::Postcode { .. } => "postcode",
            Self::Recode { .. } => "recode",
            Self::Round { .. } => "round",
            Self::TopCode { .. } => "top-code",
        }
    }
}

/// What a page calls it.
impl fmt::Display for Treatment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Keep {} => f.write_str("as it is"),
            Self::Drop {} => f.write_str("left out"),
            Self::Pseudonymise {} => f.write_str("replaced by a pseudonym"),
            Self::Date { to } => write!(f, "date as {} only", to.code()),
            Self::AgeBand { years } => write!(f, "age in bands of {years} years"),
            Self::Postcode { to } => write!(f, "postcode as {} only", to.code()),
            Self::Recode { table, .. } => write!(f, "made coarser by a table of {} codes", table.len()),
            Self::Round { nearest } => write!(f, "rounded to {nearest}"),
            Self::TopCode { limit } => write!(f, "{limit} where it is more"),
        }
    }
}
