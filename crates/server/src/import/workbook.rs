//! A file's sheets as rows of texts, whatever program wrote it, within fixed limits.
//!
//! The file is taken for what its bytes say, not for what its name says. Every limit is checked while reading, because
//! the sizes that a file declares may lie. A cell becomes the text that its publisher would read in it; a formula, an
//! error value and a merged header are kept as such, so that the mapping's reader can name them as problems.

mod archive;
mod csv;
mod error;
mod ods;
mod sniff;
mod xlsx;

use std::collections::HashSet;
use std::ops::Range;

use self::sniff::{Found, sniff};
use super::mapping::{CsvOptions, Mapping};
use super::value::header_key;

pub use error::FileError;

/// How much of a file is read. The sums: the largest real register that we know has 2.8 MB, 12 MB inflated, half a million
/// tags, 5,700 rows and 66,000 cells. Five times its XML, twelve times its tags and fifteen times its cells are let
/// through. At worst that costs 2 s, 40 MB for a million and a half shared strings and 64 MB for what they say, 65 MB for
/// cells, and 250 MB for a hundred and fifty thousand rows taken together, not all at once.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the file.
    pub file: u64,
    /// Files inside a zip archive.
    pub members: usize,
    /// Bytes of all files inside a zip archive together, once inflated.
    pub inflated: u64,
    /// Tags in all files inside a zip archive together.
    pub tags: usize,
    /// Cells that are not empty, in all sheets that are read.
    pub cells: usize,
    /// Columns of a sheet.
    pub columns: u32,
    /// The last row of a sheet.
    pub last_row: u32,
    /// Rows that are not empty, in all sheets that are read.
    pub rows: usize,
    /// Bytes of text in all cells together.
    pub text: usize,
}

impl Limits {
    /// The limits that every import keeps.
    pub const STANDARD: Self = Self {
        file: 64 << 20,
        members: 1_000,
        inflated: 64 << 20,
        tags: 6_000_000,
        cells: 1_000_000,
        columns: 1_024,
        last_row: 1_048_576,
        rows: 150_000,
        text: 64 << 20,
    };
}

/// The longest text that a cell of a spreadsheet holds, in UTF-16 units; a text of just this length was cut off.
pub(super) const FULL_CELL: usize = 32_767;

/// A file's sheets.
#[derive(Debug)]
pub(super) struct Workbook {
    /// The names of all its sheets; a CSV file has one without a name.
    pub names: Vec<String>,
    /// The sheets that were asked for.
    pub sheets: Vec<Sheet>,
}

/// One sheet.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Its name, or nothing for a CSV file.
    pub name: Option<String>,
    /// Its rows that are not empty, in order.
    pub rows: Vec<Row>,
    /// Merged cells: their rows as the spreadsheet numbers them, and their columns from 0.
    pub merged: Vec<(Range<u32>, Range<u32>)>,
}

/// One row.
#[derive(Debug)]
pub(super) struct Row {
    /// Its number as the spreadsheet shows it, from 1.
    pub number: u32,
    /// Its cells that are not empty, by column from 0, in order.
    pub cells: Vec<(u32, Cell)>,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cell {
    /// A text, a number or a date as it would be read.
    Text(Box<str>),
    /// A formula, with what it showed when the file was saved: that is not what its publisher wrote.
    Formula(Option<Box<str>>),
    /// An error such as `#REF!`.
    Error(Box<str>),
}

impl Row {
    /// The cell of a column.
    pub fn cell(&self, column: u32) -> Option<&Cell> {
        let place = self.cells.binary_search_by_key(&column, |(column, _)| *column).ok()?;
        Some(&self.cells[place].1)
    }
}

/// Which sheets a mapping reads.
pub(super) enum Wanted {
    /// The only one, or the first.
    First,
    /// Those of these names, white space and case apart.
    Named(HashSet<String>),
    /// All of them.
    All,
}

impl Wanted {
    fn by(mapping: &Mapping) -> Self {
        let named: Option<HashSet<String>> =
            mapping.tables.iter().map(|table| table.sheet.as_deref().map(header_key)).collect();
        named.map_or(Self::First, Self::Named)
    }

    fn takes(&self, number: usize, name: &str) -> bool {
        match self {
            Self::First => number == 0,
            Self::Named(names) => names.contains(&header_key(name)),
            Self::All => true,
        }
    }
}

/// Collects a sheet's cells and keeps count of what they cost.
struct Collector<'a> {
    file: &'a str,
    limits: &'a Limits,
    rows: usize,
    cells: usize,
    text: usize,
}

impl<'a> Collector<'a> {
    fn new(file: &'a str, limits: &'a Limits) -> Self {
        Self { file, limits, rows: 0, cells: 0, text: 0 }
    }

    fn too_large(&self, what: String, limit: String) -> FileError {
        FileError::TooLarge { file: self.file.to_owned(), what, limit }
    }

    /// Adds a cell to the last row; rows come in order, and cells in order within a row.
    fn add(&mut self, sheet: &mut Sheet, row: u32, column: u32, cell: Cell) -> Result<(), FileError> {
        if let Cell::Text(text) = &cell
            && text.trim().is_empty()
        {
            return Ok(());
        }
        let named = || sheet.name.as_ref().map_or("the file".to_owned(), |name| format!("sheet {name:?}"));
        if column >= self.limits.columns {
            let what = format!("{} has a cell in column {}", named(), super::problem::letters(column));
            return Err(self.too_large(what, format!("{} columns", self.limits.columns)));
        }
        if row > self.limits.last_row {
            let limit = format!("{} rows", self.limits.last_row);
            return Err(self.too_large(format!("{} has a row {row}", named()), limit));
        }
        self.cells += 1;
        if self.cells > self.limits.cells {
            let what = format!("the sheets have more than {} cells", self.limits.cells);
            return Err(self.too_large(what, format!("{} cells", self.limits.cells)));
        }
        if let Cell::Text(text) | Cell::Error(text) | Cell::Formula(Some(text)) = &cell {
            self.text += text.len();
            if self.text > self.limits.text {
                let limit = self.limits.text >> 20;
                return Err(
                    self.too_large(format!("the cells hold more than {limit} MB of text"), format!("{limit} MB"))
                );
            }
        }
        match sheet.rows.last_mut() {
            Some(last) if last.number == row => last.cells.push((column, cell)),
            _ => {
                self.rows += 1;
                if self.rows > self.limits.rows {
                    let limit = format!("{} rows", self.limits.rows);
                    return Err(self.too_large(format!("the sheets have more than {limit}"), limit));
                }
                sheet.rows.push(Row { number: row, cells: vec![(column, cell)] });
            }
        }
        Ok(())
    }
}

impl Sheet {
    fn new(name: Option<String>) -> Self {
        Self { name, rows: Vec::new(), merged: Vec::new() }
    }

    /// Puts rows and cells in order. Programs write them so, but nothing makes them; of a cell given twice the first
    /// counts.
    fn sort(&mut self) {
        if !self.rows.is_sorted_by(|a, b| a.number < b.number) {
            self.rows.sort_by_key(|row| row.number);
            let rows = std::mem::take(&mut self.rows);
            for mut row in rows {
                match self.rows.last_mut() {
                    Some(last) if last.number == row.number => last.cells.append(&mut row.cells),
                    _ => self.rows.push(row),
                }
            }
        }
        for row in &mut self.rows {
            if !row.cells.is_sorted_by(|a, b| a.0 < b.0) {
                row.cells.sort_by_key(|(column, _)| *column);
                row.cells.dedup_by_key(|(column, _)| *column);
            }
        }
    }
}

/// Reads the sheets that a mapping names.
///
/// # Errors
/// A [`FileError`] for anything that is not a whole, open spreadsheet within the limits.
pub(super) fn open(file: &str, bytes: &[u8], mapping: &Mapping, limits: &Limits) -> Result<Workbook, FileError> {
    open_sheets(file, bytes, &Wanted::by(mapping), mapping.csv, limits)
}

/// Reads these sheets.
///
/// # Errors
/// The same.
pub(super) fn open_sheets(
    file: &str,
    bytes: &[u8],
    wanted: &Wanted,
    csv: CsvOptions,
    limits: &Limits,
) -> Result<Workbook, FileError> {
    if bytes.len() as u64 > limits.file {
        return Err(too_long(file, limits));
    }
    let mut workbook = match sniff(bytes) {
        Found::Nothing => return Err(FileError::Empty { file: file.to_owned() }),
        Found::Other(found) => return Err(FileError::WrongType { file: file.to_owned(), found }),
        Found::Password => return Err(FileError::Password { file: file.to_owned() }),
        Found::Zip => archive::open(file, bytes, wanted, limits)?,
        Found::Text => self::csv::open(file, bytes, csv, limits)?,
    };
    for sheet in &mut workbook.sheets {
        sheet.sort();
    }
    Ok(workbook)
}

/// The error for a file that is longer than any that is read.
pub(super) fn too_long(file: &str, limits: &Limits) -> FileError {
    let limit = limits.file >> 20;
    FileError::TooLarge {
        file: file.to_owned(),
        what: format!("the file is larger than {limit} MB"),
        limit: format!("{limit} MB"),
    }
}
