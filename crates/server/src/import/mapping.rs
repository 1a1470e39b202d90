//! A mapping: which column of somebody's register means what, as a TOML file that a custodian can write.
//!
//! The mapping is checked before any spreadsheet is opened, so that a slip in it is reported as such and never as a
//! problem of the data. `docs/how-to/write-a-mapping.md` explains every key.

mod check;

use std::collections::BTreeMap;
use std::path::Path;

use register::PartialDate;
use register::vocabulary::{Channel, Ground, Outcome, Route};
use serde::Deserialize;

/// Mappings that come with the program, by name.
const SHIPPED: &[(&str, &str)] = &[
    ("nhs-digital", include_str!("../../mappings/nhs-digital.toml")),
    ("hdr-uk", include_str!("../../mappings/hdr-uk.toml")),
    ("plain-csv", include_str!("../../mappings/plain-csv.toml")),
];

/// The largest mapping file that is read; the largest that we ship has 4 KB.
pub(super) const MAX_MAPPING: u64 = 1 << 20;

/// How one publisher's register is read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mapping {
    /// The source's code, which its shares carry; it tells its editions from those of other registers.
    pub source: String,
    /// What the register is called.
    pub title: String,
    /// Where the edition's date comes from, unless the command gives it.
    #[serde(default)]
    pub edition: EditionFrom,
    /// How a CSV file is written.
    #[serde(default)]
    pub csv: CsvOptions,
    /// What holds for every share and stands in no column.
    #[serde(default)]
    pub constants: Constants,
    /// The tables that are read.
    #[serde(rename = "table")]
    pub tables: Vec<Table>,
}

/// Where an edition's date comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EditionFrom {
    /// From the command that imports it.
    #[default]
    Command,
    /// From the first date in the file's name, such as `register-2021-02.xlsx`.
    FileName,
    /// This one.
    Date(PartialDate),
}

impl<'de> Deserialize<'de> for EditionFrom {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        match text.as_str() {
            "command" => Ok(Self::Command),
            "file-name" => Ok(Self::FileName),
            date => date.parse().map(Self::Date).map_err(|_| {
                serde::de::Error::custom("expected \"command\", \"file-name\" or a date such as \"2021-02\"")
            }),
        }
    }
}

/// How a CSV file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CsvOptions {
    /// The character between two fields.
    pub delimiter: char,
    /// How letters are written as bytes.
    pub encoding: Encoding,
    /// Whether an apostrophe in front of a text that begins as a formula does only keeps programs from running it.
    pub guarded: bool,
}

impl Default for CsvOptions {
    fn default() -> Self {
        Self { delimiter: ',', encoding: Encoding::Utf8, guarded: false }
    }
}

/// How letters are written as bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// What older Windows programs write in western Europe.
    #[serde(rename = "windows-1252")]
    Windows1252,
}

/// What holds for every share and stands in no column.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Constants {
    /// How shares came; `imported` where neither this nor a column says it.
    pub channel: Option<Channel>,
    /// How the data is used.
    pub route: Option<Route>,
    /// The decision.
    pub outcome: Option<Outcome>,
    /// Legal bases.
    pub bases: Vec<String>,
}

/// What the rows of a table are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gives {
    /// Each row belongs to a share, which exists because the row does.
    Shares,
    /// Each row says more about a share of another table; a row that no share claims is left out with a warning.
    Details,
    /// Each row is a release of a share of another table; a row whose share is missing is a problem.
    Releases,
}

/// A table of the register: one sheet, or a CSV file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Table {
    /// The sheet's name; left out where the file has one sheet only.
    pub sheet: Option<String>,
    /// What its rows are.
    pub gives: Gives,
    /// The row that holds the headers, from 1.
    #[serde(default = "one")]
    pub header_row: u32,
    /// For details: whether every share must have a row here.
    #[serde(default = "yes")]
    pub needed: bool,
    /// Headers that are left out on purpose; any other header that no column names is reported.
    #[serde(default)]
    pub ignore: Vec<String>,
    /// The columns that are read.
    #[serde(rename = "column")]
    pub columns: Vec<Column>,
}

/// One column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Column {
    /// The header, or several that editions have used; white space and case do not matter.
    pub header: Headers,
    /// What it gives.
    pub to: Target,
    /// For texts and facts: which one, by its code.
    pub name: Option<String>,
    /// For classes and identifiers: the scheme's code.
    pub scheme: Option<String>,
    /// Whether an empty cell is a problem.
    #[serde(default)]
    pub required: bool,
    /// Whether the whole column may be missing.
    #[serde(default)]
    pub may_be_missing: bool,
    /// What the source's values mean here; white space and case do not matter.
    #[serde(default)]
    pub values: BTreeMap<String, String>,
    /// What happens to a value that `values` does not list.
    pub other_values: Option<OtherValues>,
    /// Values that mean the same as an empty cell.
    #[serde(default)]
    pub empty: Vec<String>,
    /// What separates the entries of a list.
    pub separator: Option<String>,
    /// Whether an entry of a list may stand in quotation marks, and then hold the separator.
    #[serde(default)]
    pub quoted: bool,
    /// For a release's reference: whether rows of one share that give the same are numbered, instead of being a problem.
    #[serde(default)]
    pub number_repeats: bool,
    /// How dates are written, besides `2021-02-28`, `2021-02` and `2021`.
    #[serde(default)]
    pub dates: Vec<DateForm>,
    /// Whether a date means its whole month, whatever day the cell holds.
    #[serde(default)]
    pub month_only: bool,
    /// For texts: they are not public, on this ground.
    pub withhold: Option<Ground>,
    /// For withheld texts: when they open.
    pub opens: Option<PartialDate>,
    /// Whether the value counts for a share only where all its rows have the same; else different values are a problem.
    #[serde(default)]
    pub where_all_agree: bool,
}

/// One header, or several that editions have used.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, expecting = "expected a header, or a list of headers")]
pub enum Headers {
    /// Always this one.
    One(String),
    /// Any of these.
    Any(Vec<String>),
}

impl Headers {
    /// Every form of the header.
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(header) => std::slice::from_ref(header),
            Self::Any(headers) => headers,
        }
    }

    /// The form that messages show.
    pub fn shown(&self) -> &str {
        self.all().first().map_or("", String::as_str)
    }
}

/// What becomes of a value that a column's `values` does not list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OtherValues {
    /// It is a problem.
    Refuse,
    /// It stays as it is.
    Keep,
    /// It counts as an empty cell.
    LeaveOut,
}

/// A way to write dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DateForm {
    /// `28/02/2021`, `28.2.2021`, `28-Feb-2021` or `28 February 2021`.
    DayMonthYear,
    /// `02/28/2021` or `February 28, 2021`.
    MonthDayYear,
    /// `February 2021`, `Feb-2021` or `02/2021`.
    MonthYear,
}

impl DateForm {
    /// An example, for messages.
    pub fn example(self) -> &'static str {
        match self {
            Self::DayMonthYear => "28/02/2021",
            Self::MonthDayYear => "02/28/2021",
            Self::MonthYear => "February 2021",
        }
    }
}

/// What a column gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Target {
    /// The share's reference.
    Share,
    /// The organisation that gets access.
    Recipient,
    /// Its sector.
    Sector,
    /// One of its identifiers.
    RecipientId,
    /// How the share came.
    Channel,
    /// How the data is used.
    Route,
    /// The decision.
    Outcome,
    /// When it was applied for.
    Applied,
    /// When it was decided.
    Decided,
    /// When access begins.
    Start,
    /// When access ends.
    End,
    /// Legal bases, of the share and of the release if the row is one.
    Basis,
    /// Datasets, of the share and of the release if the row is one.
    Dataset,
    /// How the row's datasets are classified.
    Class,
    /// How often the row's datasets are supplied.
    Frequency,
    /// A coded fact of the share.
    Fact,
    /// A coded fact of the release if the row is one, and else of the share.
    RowFact,
    /// A text of the share.
    Text,
    /// The release's reference, unique in its share; a row where it is empty is no release.
    Release,
    /// When it was released.
    Released,
    /// A coded fact of the release.
    ReleaseFact,
    /// A text of the release.
    ReleaseText,
    /// How many people the release is about, as declared.
    People,
    /// How many rows it has, as declared.
    Rows,
    /// How many requests it sums up.
    Requests,
    /// How many of these were supplied.
    Supplied,
}

/// Why a mapping cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum MappingError {
    /// No mapping of this name comes with the program, and there is no such file.
    #[error("there is no mapping {0:?}: expected {names} or a mapping file", names = shipped_names())]
    Unknown(String),
    /// No mapping of items of this name comes with the program, and there is no such file.
    #[error("there is no mapping of items {0:?}: expected {1} or a mapping file")]
    UnknownItems(String, String),
    /// The file cannot be read.
    #[error("mapping {path}: {error}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// The file is larger than a mapping can be.
    #[error("mapping {path}: the file is larger than 1 MB; expected a mapping in TOML")]
    TooLarge {
        /// The file.
        path: String,
    },
    /// Not TOML, or not the keys that a mapping has.
    #[error("mapping {name}: {error}")]
    Toml {
        /// The mapping's name or file.
        name: String,
        /// What is wrong and where.
        error: Box<toml::de::Error>,
    },
    /// The keys are right and do not make sense together.
    #[error("mapping {name}: {place}: {detail}")]
    Nonsense {
        /// The mapping's name or file.
        name: String,
        /// The table and column.
        place: String,
        /// What is wrong, and what was expected.
        detail: String,
    },
}

impl Mapping {
    /// The mapping of this name that comes with the program, or the one in the file of this path.
    ///
    /// # Errors
    /// A [`MappingError`] that names the key and what was expected.
    pub fn named(name: &str) -> Result<Self, MappingError> {
        if let Some((_, text)) = SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
            return Self::parse(name, text);
        }
        let path = Path::new(name);
        let unreadable = |error| MappingError::Unreadable { path: name.to_owned(), error };
        match std::fs::metadata(path) {
            Ok(file) if file.len() > MAX_MAPPING => Err(MappingError::TooLarge { path: name.to_owned() }),
            Ok(_) => Self::parse(name, &std::fs::read_to_string(path).map_err(unreadable)?),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Err(MappingError::Unknown(name.to_owned())),
            Err(error) => Err(unreadable(error)),
        }
    }

    /// Reads a mapping from the text of its file.
    ///
    /// # Errors
    /// A [`MappingError`] that names the key and what was expected.
    pub fn parse(name: &str, text: &str) -> Result<Self, MappingError> {
        let toml = |error| MappingError::Toml { name: name.to_owned(), error: Box::new(error) };
        let mapping: Self = toml::from_str(text).map_err(toml)?;
        match mapping.check() {
            Ok(()) => Ok(mapping),
            Err((place, detail)) => Err(MappingError::Nonsense { name: name.to_owned(), place, detail }),
        }
    }

    /// The names of the mappings that come with the program.
    pub fn shipped() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }
}

fn shipped_names() -> String {
    Mapping::shipped().collect::<Vec<_>>().join(", ")
}

fn one() -> u32 {
    1
}

fn yes() -> bool {
    true
}
