//! The files that anybody may download, each computed from the fold alone.

mod share_lines;

use std::borrow::Cow;
use std::io::{self, Write};

use serde::Serialize;

pub use share_lines::{TablesOfShare, write_share_line};

use crate::date::{Moment, PartialDate};
use crate::fold::{Fact, Register, Share, TextState};
use crate::hdr_uk;
use crate::statement::Body;
use crate::tables::{Cell, Table, recipient_row, share_rows};

/// One download.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Download {
    /// One line a share.
    Shares,
    /// One line a release.
    Releases,
    /// One line a statement, as it stands after corrections and redactions.
    Statements,
    /// One JSON object a share, with everything that belongs to it.
    ShareLines,
    /// One line a release, in the columns of the HDR UK standard.
    HdrUk,
}

impl Download {
    /// Every download.
    pub const ALL: &'static [Self] = &[Self::Shares, Self::Releases, Self::Statements, Self::ShareLines, Self::HdrUk];

    /// Its path in the public folder.
    pub fn path(self) -> &'static str {
        match self {
            Self::Shares => "downloads/shares.csv",
            Self::Releases => "downloads/releases.csv",
            Self::Statements => "downloads/statements.jsonl",
            Self::ShareLines => "downloads/shares.jsonl",
            Self::HdrUk => "downloads/hdr-uk.csv",
        }
    }

    /// Writes it.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(self, register: &Register, out: &mut impl Write) -> io::Result<()> {
        match self {
            Self::Shares => write_table(register, Table::Share, out),
            Self::Releases => write_table(register, Table::Release, out),
            Self::Statements => write_statements(register, out),
            Self::ShareLines => share_lines::write(register, out),
            Self::HdrUk => write_hdr_uk(register, out),
        }
    }
}

/// A CSV file (RFC 4180): the columns of the table, with the share's reference and the recipient's name in front.
fn write_table(register: &Register, table: Table, out: &mut impl Write) -> io::Result<()> {
    let lead = ["share", "recipient", "recipient_sector"];
    let names = lead.into_iter().chain(table.columns().iter().map(|column| column.name));
    write_record(names.map(|name| Cell::Text(name.to_owned())), out)?;
    for share in register.shares() {
        let recipient = recipient_row(register, share.recipient).1;
        for (_, cells) in share_rows(register, share).into_iter().filter(|(of, _)| *of == table) {
            let lead = [Cell::Text(share.reference.clone()), recipient[2].clone(), recipient[3].clone()];
            write_record(lead.into_iter().chain(cells), out)?;
        }
    }
    Ok(())
}

fn write_hdr_uk(register: &Register, out: &mut impl Write) -> io::Result<()> {
    write_record(hdr_uk::COLUMNS.iter().map(|column| Cell::Text(column.name.to_owned())), out)?;
    for share in register.shares() {
        for row in hdr_uk::rows_of(register, share) {
            write_record(row.into_iter(), out)?;
        }
    }
    Ok(())
}

/// Writes one record of a CSV file (RFC 4180).
///
/// # Errors
/// Those of the writer.
pub fn write_record(cells: impl Iterator<Item = Cell>, out: &mut impl Write) -> io::Result<()> {
    for (place, cell) in cells.enumerate() {
        if place > 0 {
            out.write_all(b",")?;
        }
        match cell {
            Cell::Null => {}
            Cell::Integer(number) => write!(out, "{number}")?,
            Cell::Text(text) => write_text(&text, out)?,
            Cell::List(items) => write_text(&items.join("; "), out)?,
        }
    }
    out.write_all(b"\r\n")
}

fn write_text(text: &str, out: &mut impl Write) -> io::Result<()> {
    let text = safe_cell(text);
    if text.contains([',', '"', '\r', '\n']) {
        write!(out, "\"{}\"", text.replace('"', "\"\""))
    } else {
        out.write_all(text.as_bytes())
    }
}

/// Keeps a spreadsheet from running a text as a formula: one that begins with `=`, `+`, `-`, `@`, a tab or a carriage
/// return gets an apostrophe in front, which spreadsheets show as text. So does one that has such an apostrophe already, so
/// that [`unguarded`] knows which to take away.
pub fn safe_cell(text: &str) -> Cow<'_, str> {
    if runs(text.trim_start_matches('\'')) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Takes away the apostrophe that [`safe_cell`] put in front of a text.
pub fn unguarded(text: &str) -> &str {
    let guarded = runs(text.trim_start_matches('\''));
    text.strip_prefix('\'').filter(|_| guarded).unwrap_or(text)
}

/// Whether a spreadsheet would run the text as a formula.
fn runs(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

#[derive(Serialize)]
struct Line<'a> {
    index: u64,
    kind: &'static str,
    at: PartialDate,
    logged: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<&'a str>,
    body: &'a Body,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    texts: Vec<LineText<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    corrected_by: &'a [u64],
}

#[derive(Serialize)]
struct LineText<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    state: &'static str,
}

fn write_statements(register: &Register, out: &mut impl Write) -> io::Result<()> {
    for index in 0..register.size() {
        let Some(fact) = register.fact(index) else { continue };
        let share = register.share_at(index).map(|place| &register.shares()[place]);
        serde_json::to_writer(&mut *out, &line(fact, share))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn line<'a>(fact: &'a Fact, share: Option<&'a Share>) -> Line<'a> {
    let texts = fact.texts.iter().map(|held| {
        let (value, state) = match &held.state {
            TextState::Public { value, .. } => (Some(value.as_str()), "public"),
            TextState::Withheld { .. } => (None, "withheld"),
            TextState::Missing => (None, "missing"),
            TextState::Erased { .. } => (None, "erased"),
        };
        LineText { name: held.name(), value, state }
    });
    Line {
        index: fact.index,
        kind: fact.body.kind().code(),
        at: fact.at,
        logged: fact.logged,
        share: share.map(|share| share.reference.as_str()),
        body: &fact.body,
        texts: texts.collect(),
        corrected_by: &fact.corrected_by,
    }
}
