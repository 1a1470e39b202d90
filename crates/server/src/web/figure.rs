//! A figure: a finding for a headline, a drawing of it, the same numbers as a table and as CSV, and beside it what is not
//! counted. This is the drawing kernel; it knows shapes and nothing of the register (`figures` does), reads no clock and
//! loads nothing.

pub mod bars;
pub mod lanes;
pub mod matrix;
mod measure;
mod scale;
pub mod spread;
pub mod strip;
pub mod svg;
#[cfg(test)]
mod tests;
pub mod timeline;

use std::borrow::Cow;

use register::download::safe_cell;

pub use measure::grouped;
use svg::{Size, Svg};

/// One figure.
#[derive(Debug, Clone)]
pub struct Figure {
    /// Its name in addresses and identifiers.
    pub name: Cow<'static, str>,
    /// What it is about.
    pub subject: Cow<'static, str>,
    /// What it shows, in a sentence.
    pub finding: String,
    /// The drawing; nothing where there is nothing to draw.
    pub drawing: Option<Drawing>,
    /// The numbers.
    pub table: Table,
    /// The address of the same numbers as CSV.
    pub csv: String,
    /// What is not counted, and how what is counted is counted.
    pub notes: Vec<String>,
}

/// A drawing in both of its sizes; a page shows the one that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawing {
    /// For a desk and for paper, as SVG.
    pub wide: String,
    /// For a phone and a zoom of 400 %, as SVG.
    pub narrow: String,
}

impl Drawing {
    /// Draws both sizes. A reader who does not see it hears `title` and `words`.
    pub fn of(title: &str, words: &str, draw: impl Fn(Size) -> Svg) -> Self {
        let drawn = |size| draw(size).finish(title, words);
        Self { wide: drawn(Size::Wide), narrow: drawn(Size::Narrow) }
    }
}

/// Numbers in rows. The first column says what a row is about.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// What a page calls each column; what the CSV calls it.
    pub columns: Vec<(&'static str, &'static str)>,
    /// The rows, each as long as `columns`.
    pub rows: Vec<Vec<Cell>>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// A text.
    Text(String),
    /// A text that a page writes in other words than the CSV.
    Said {
        /// On the page.
        shown: String,
        /// In the CSV.
        plain: String,
    },
    /// A text that leads somewhere.
    Link {
        /// The text.
        text: String,
        /// Where to.
        address: String,
    },
    /// A number.
    Number(u128),
    /// Not known.
    Nothing,
}

impl Cell {
    /// A count.
    pub fn number(count: u64) -> Self {
        Self::Number(count.into())
    }

    /// Whether it is a number, which stands at the right of its column.
    pub fn is_number(&self) -> bool {
        matches!(self, Self::Number(_))
    }

    /// Where it leads, if anywhere.
    pub fn address(&self) -> Option<&str> {
        match self {
            Self::Link { address, .. } => Some(address),
            _ => None,
        }
    }

    /// As a page writes it.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) | Self::Said { shown: text, .. } | Self::Link { text, .. } => text.clone(),
            Self::Number(number) => grouped(*number),
            Self::Nothing => "Not known".to_owned(),
        }
    }

    /// As the CSV writes it.
    fn plain(&self) -> String {
        match self {
            Self::Text(text) | Self::Said { plain: text, .. } | Self::Link { text, .. } => safe_cell(text).into_owned(),
            Self::Number(number) => number.to_string(),
            Self::Nothing => String::new(),
        }
    }
}

impl Table {
    /// As CSV (RFC 4180).
    ///
    /// # Errors
    /// Those of the writer, which writes to memory.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut table = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
        table.write_record(self.columns.iter().map(|(_, code)| code))?;
        for row in &self.rows {
            table.write_record(row.iter().map(Cell::plain))?;
        }
        table.into_inner().map_err(|error| error.into_error().into())
    }
}
