//! The register as tables: the one definition behind `register.sqlite`, the CSV files, and the verifier's comparison.
//!
//! Every cell is computed from the fold. Lateness is not among them: it depends on the day on which somebody asks.

mod dictionaries;
mod rows;

use std::borrow::Cow;

pub use dictionaries::{dictionary_rows, item_rows};
pub use rows::{
    Snapshot, general_fact_rows, general_rows, meta_rows, recipient_row, share_rows, statement_row, total_rows,
};

/// One value.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cell {
    /// Not known, or does not apply.
    Null,
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(String),
    /// A list of texts: a JSON array in the database, joined by "; " in CSV.
    List(Vec<String>),
}

impl Cell {
    /// The text that the database holds for this cell, where it holds one.
    pub fn stored(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Null | Self::Integer(_) => None,
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::List(items) => Some(Cow::Owned(serde_json::json!(items).to_string())),
        }
    }
}

/// What kind of value a column holds, and whether it identifies the row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// A whole number that identifies the row.
    Key,
    /// A whole number.
    Integer,
    /// A text.
    Text,
}

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
}

/// One table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// What the register is, and which checkpoint it was computed at.
    Meta,
    /// Counts over the whole register.
    Total,
    /// Organisations that got access, or asked for it.
    Recipient,
    /// Shares.
    Share,
    /// Releases.
    Release,
    /// Texts, with what is withheld or erased.
    Text,
    /// Which share has which dataset, and how many of its releases hold it.
    DatasetUse,
    /// Which share has data of which class.
    ClassUse,
    /// Copies of which destruction was claimed.
    Copy,
    /// Statements, each with its leaf as it stands in the log.
    Statement,
    /// Item dictionaries, by the statements that published them.
    Dictionary,
    /// Items of all dictionaries, read from their files.
    Item,
}

/// A row and the table that it belongs to.
pub type Row = (Table, Vec<Cell>);

macro_rules! columns {
    ($($name:ident $kind:ident,)+) => { &[$(Column { name: stringify!($name), kind: ColumnKind::$kind },)+] };
}

impl Table {
    /// Every table.
    pub const ALL: &'static [Self] = &[
        Self::Meta,
        Self::Total,
        Self::Recipient,
        Self::Share,
        Self::Release,
        Self::Text,
        Self::DatasetUse,
        Self::ClassUse,
        Self::Copy,
        Self::Statement,
        Self::Dictionary,
        Self::Item,
    ];

    /// Its name in the database.
    pub fn name(self) -> &'static str {
        match self {
            Self::Meta => "meta",
            Self::Total => "total",
            Self::Recipient => "recipient",
            Self::Share => "share",
            Self::Release => "release",
            Self::Text => "text",
            Self::DatasetUse => "dataset_use",
            Self::ClassUse => "class_use",
            Self::Copy => "copy",
            Self::Statement => "statement",
            Self::Dictionary => "dictionary",
            Self::Item => "item",
        }
    }

    /// Whether a column holds a list of texts ([`Cell::List`]), which the database holds as a JSON array.
    pub fn is_list(self, column: &str) -> bool {
        match self {
            Self::Share => matches!(column, "bases" | "reasons" | "processors"),
            Self::Release => matches!(column, "datasets" | "bases"),
            _ => false,
        }
    }

    /// Its columns. An identifier is the index of the statement that made the row.
    pub fn columns(self) -> &'static [Column] {
        match self {
            Self::Meta => columns! { name Text, value Text, },
            Self::Total => columns! { name Text, value Integer, },
            Self::Recipient => columns! {
                id Key, slug Text, name Text, sector Text, ids Text, shares Integer, releases Integer, changed Integer,
            },
            Self::Share => columns! {
                id Key, reference Text, recipient_id Integer, channel Text, route Text, status Text, outcome Text,
                source Text, applied Text, decided Text, decided_by Text, start Text, end Text, ended Text,
                end_ground Text, destruction Text, destruction_due Text, listed Integer, title Text, summary Text,
                bases Text, datasets Text, facts Text, reasons Text, conditions Text, decided_datasets Text, territory Text,
                processors Text, releases Integer, changed Integer, changed_at Text,
            },
            Self::Release => columns! {
                id Key, share_id Integer, reference Text, released Text, datasets Text, classes Text, bases Text,
                frequency Text, facts Text, cohorts Text, items Text, people Integer, people_under Integer,
                rows Integer, requests Integer, supplied Integer, basis Text, manifest Text, listed Integer,
                corrections Integer,
            },
            Self::Text => columns! {
                statement Integer, share_id Integer, name Text, value Text, state Text, ground Text, opens Text,
                digest Text, replaced_by Integer,
            },
            Self::DatasetUse => columns! { share_id Integer, dataset Text, slug Text, releases Integer, },
            Self::ClassUse => columns! { share_id Integer, scheme Text, value Text, },
            Self::Copy => columns! {
                share_id Integer, copy Text, place Text, state Text, method Text, claimed Text, claimed_by Text,
                evidenced Text, confirmed Text, confirmed_by Text, disputed Text, disputed_by Text,
            },
            Self::Statement => columns! {
                idx Key, share_id Integer, recipient_id Integer, kind Text, at Text, logged Text, corrects Integer,
                leaf Text,
            },
            Self::Dictionary => columns! {
                id Key, dataset Text, slug Text, edition Text, at Text, items Integer, schemes Text, digest Text,
                file Text, current Integer,
            },
            Self::Item => columns! {
                id Key, dictionary Integer, line Integer, dataset Text, alias Text, slug Text, section Text,
                description Text, values Text, years Text, first_year Integer, last_year Integer, former_names Text,
                field Text, tier Text, identification_risk Text, sensitivity Text, classes Text, facts Text,
            },
        }
    }
}
