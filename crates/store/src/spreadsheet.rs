//! Tables as files for a spreadsheet program: CSV, ODS and XLSX, written row by row in the order in which rows come.
//!
//! Memory does not grow with the rows, and the same rows give the same bytes: no clock is read. A text is typed as text, so
//! that nothing runs as a formula; a whole day is typed as a date, and less than a day stays a text. What a program's sheet
//! or cell cannot hold goes to a further sheet, or is cut and listed in a sheet of notes.

mod archive;
mod ods;
mod text;
mod xlsx;

use std::borrow::Cow;
use std::io::{self, Seek, Write};

use register::download::write_record;
use register::tables::Cell;
use register::{Moment, PartialDate};

pub use register::hdr_uk::{Column, Holds};

/// What a file is written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Text, after RFC 4180.
    Csv,
    /// LibreOffice and its relatives (OpenDocument 1.3).
    Ods,
    /// Excel (ECMA-376).
    Xlsx,
}

impl Form {
    /// Every form.
    pub const ALL: &'static [Self] = &[Self::Csv, Self::Ods, Self::Xlsx];

    /// How the names of such files end, without a dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ods => "ods",
            Self::Xlsx => "xlsx",
        }
    }

    /// Its content type.
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ods => "application/vnd.oasis.opendocument.spreadsheet",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

/// What a table is called and which columns it has.
#[derive(Debug, Clone, Copy)]
pub struct Sheet<'a> {
    /// The name of the sheet: 1 to 25 letters, digits and spaces, so that a number can follow it.
    pub name: &'a str,
    /// The columns, at most 16,384.
    pub columns: &'a [Column],
    /// When the register last changed, which the file gives as the time of its making.
    pub as_at: Option<Moment>,
}

impl Sheet<'_> {
    /// The first row.
    fn headers(&self) -> Vec<Typed<'_>> {
        self.columns.iter().map(|column| Typed::Text(column.name.into())).collect()
    }

    /// A row in a file that knows types.
    fn typed<'c>(&self, row: &'c [Cell]) -> Vec<Typed<'c>> {
        row.iter().zip(self.columns).map(|(cell, column)| Typed::of(cell, column.holds)).collect()
    }
}

/// Writes a table. Each row has a cell for each column.
///
/// # Errors
/// Those of the rows and of the writer.
pub fn write(
    form: Form,
    sheet: &Sheet<'_>,
    rows: impl Iterator<Item = io::Result<Vec<Cell>>>,
    out: impl Write + Seek,
) -> io::Result<()> {
    write_within(Limits::STANDARD, form, sheet, rows, out)
}

fn write_within(
    limits: Limits,
    form: Form,
    sheet: &Sheet<'_>,
    rows: impl Iterator<Item = io::Result<Vec<Cell>>>,
    out: impl Write + Seek,
) -> io::Result<()> {
    match form {
        Form::Csv => write_csv(sheet, rows, out),
        Form::Ods => archive::write(out, |archive| ods::fill(archive, sheet, rows, limits)),
        Form::Xlsx => archive::write(out, |archive| xlsx::fill(archive, sheet, rows, limits)),
    }
}

fn write_csv(sheet: &Sheet<'_>, rows: impl Iterator<Item = io::Result<Vec<Cell>>>, out: impl Write) -> io::Result<()> {
    let mut out = io::BufWriter::with_capacity(1 << 16, out);
    write_record(sheet.columns.iter().map(|column| Cell::Text(column.name.to_owned())), &mut out)?;
    for row in rows {
        write_record(row?.into_iter(), &mut out)?;
    }
    out.flush()
}

/// What a sheet holds.
#[derive(Debug, Clone, Copy)]
struct Limits {
    /// Rows, the headers among them.
    rows: u32,
    /// UTF-16 units of one cell.
    letters: usize,
    /// Bytes of XML after which no further row goes into a member of the archive.
    bytes: u64,
}

impl Limits {
    /// Rows and letters are those of Excel, and rows also LibreOffice's. A zip entry that both open holds 4 GB; a quarter of
    /// that is left for the row that comes last.
    const STANDARD: Self = Self { rows: 1_048_576, letters: 32_767, bytes: 3 << 30 };
}

/// What becomes of a cell in a file that knows types.
enum Typed<'c> {
    Empty,
    Text(Cow<'c, str>),
    Day(PartialDate),
    Number(i64),
}

/// The whole numbers that an IEEE 754 double, which is what a spreadsheet's number is, keeps exactly.
const EXACT: i64 = 1 << 53;

impl<'c> Typed<'c> {
    fn of(cell: &'c Cell, holds: Holds) -> Self {
        match cell {
            Cell::Null => Self::Empty,
            Cell::Integer(number) if number.abs() <= EXACT => Self::Number(*number),
            Cell::Integer(number) => Self::Text(number.to_string().into()),
            Cell::List(items) if items.is_empty() => Self::Empty,
            Cell::List(items) => Self::Text(items.join("; ").into()),
            Cell::Text(text) if text.is_empty() => Self::Empty,
            Cell::Text(text) => match text.parse::<PartialDate>() {
                // Excel takes 1900 for a leap year, and knows no earlier one.
                Ok(day) if holds == Holds::Date && text.len() == 10 && day.year_number() > 1900 => Self::Day(day),
                _ => Self::Text(text.into()),
            },
        }
    }
}

/// The name of a sheet, by how many there are before it.
fn sheet_name(sheet: &Sheet<'_>, before: usize) -> String {
    if before == 0 { sheet.name.to_owned() } else { format!("{} {}", sheet.name, before + 1) }
}

/// How wide a column is, in letters.
fn width(holds: Holds) -> u32 {
    match holds {
        Holds::Words => 24,
        Holds::Sentences => 48,
        Holds::Date => 12,
    }
}

#[cfg(test)]
mod tests;
