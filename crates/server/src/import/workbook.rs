//! A file's sheets as rows of texts, whatever program wrote it, within fixed limits.
//!
//! The file is taken for what its bytes say, not for what its name says. Every limit is checked while reading, because
//! the sizes that a file declares may lie. A cell becomes the text that its publisher would read in it; a formula, an
//! error value and a merged header are kept as such, so that the mapping's reader can name them as problems.

mod archive;
mod csv;
mod ods;
mod xlsx;

use std::collections::HashSet;
use std::ops::Range;

use super::mapping::Mapping;
use super::value::header_key;

/// How much of a file is read. The sums: the largest real register that we know has 2.8 MB, 12 MB inflated, 66,000
/// cells. Ten times that is let through, and what is let through stays well under 512 MB and 2 s: at worst 96 MB of
/// inflated XML, 96 MB of text and 56 bytes for each of two million cells.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of the file.
    pub file: u64,
    /// Files inside a zip archive.
    pub members: usize,
    /// Bytes of all files inside a zip archive together, once inflated.
    pub inflated: u64,
    /// Cells that are not empty, in all sheets that are read.
    pub cells: usize,
    /// Columns of a sheet.
    pub columns: u32,
    /// Rows of a sheet.
    pub rows: u32,
    /// Bytes of text in all cells together.
    pub text: usize,
}

impl Limits {
    /// The limits that every import keeps.
    pub const STANDARD: Self = Self {
        file: 64 << 20,
        members: 1_000,
        inflated: 96 << 20,
        cells: 2_000_000,
        columns: 1_024,
        rows: 1_048_576,
        text: 96 << 20,
    };
}

/// The longest text that a cell of a spreadsheet holds, in UTF-16 units; a text of just this length was cut off.
pub(super) const FULL_CELL: usize = 32_767;

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file is not there or may not be read.
    #[error("{file}: {error}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        error: std::io::Error,
    },
    /// The file has no bytes, or no rows.
    #[error("{file}: the file is empty; expected a spreadsheet with a row of headers")]
    Empty {
        /// The file.
        file: String,
    },
    /// It is something else.
    #[error("{file}: this is {found}; expected a spreadsheet as XLSX, ODS or CSV")]
    WrongType {
        /// The file.
        file: String,
        /// What it is.
        found: &'static str,
    },
    /// It is protected by a password.
    #[error("{file}: the file is protected with a password; expected one without, save it again unprotected")]
    Password {
        /// The file.
        file: String,
    },
    /// It breaks off, or its parts do not fit together.
    #[error("{file}: the file is damaged or cut off ({detail}); expected a whole {kind} file")]
    Damaged {
        /// The file.
        file: String,
        /// The format that it begins as.
        kind: &'static str,
        /// What does not fit.
        detail: String,
    },
    /// It is larger than a register can be.
    #[error("{file}: {what}; expected at most {limit}")]
    TooLarge {
        /// The file.
        file: String,
        /// What is too large.
        what: String,
        /// How large it may be.
        limit: String,
    },
    /// Bytes that are no letters.
    #[error(
        "{file}, line {line}: byte {byte:#04X} at position {position} is not UTF-8; expected UTF-8 throughout, or \
         encoding = \"windows-1252\" under [csv] in the mapping if an older Windows program wrote the file"
    )]
    NotUtf8 {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The byte.
        byte: u8,
        /// Its position in the file, from 0.
        position: u64,
    },
}

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
    /// A formula: what it computes is not what its publisher wrote.
    Formula,
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
        }
    }
}

/// Collects a sheet's cells and keeps count of what they cost.
struct Collector<'a> {
    file: &'a str,
    limits: &'a Limits,
    cells: usize,
    text: usize,
}

impl<'a> Collector<'a> {
    fn new(file: &'a str, limits: &'a Limits) -> Self {
        Self { file, limits, cells: 0, text: 0 }
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
        if row > self.limits.rows {
            return Err(self.too_large(format!("{} has a row {row}", named()), format!("{} rows", self.limits.rows)));
        }
        self.cells += 1;
        if self.cells > self.limits.cells {
            let what = format!("the sheets have more than {} cells", self.limits.cells);
            return Err(self.too_large(what, format!("{} cells", self.limits.cells)));
        }
        if let Cell::Text(text) | Cell::Error(text) = &cell {
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
            _ => sheet.rows.push(Row { number: row, cells: vec![(column, cell)] }),
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
    if bytes.len() as u64 > limits.file {
        return Err(too_long(file, limits));
    }
    let wanted = Wanted::by(mapping);
    let mut workbook = match sniff(bytes) {
        Found::Nothing => return Err(FileError::Empty { file: file.to_owned() }),
        Found::Other(found) => return Err(FileError::WrongType { file: file.to_owned(), found }),
        Found::Password => return Err(FileError::Password { file: file.to_owned() }),
        Found::Zip => archive::open(file, bytes, &wanted, limits)?,
        Found::Text => csv::open(file, bytes, mapping.csv, limits)?,
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

enum Found {
    Nothing,
    Zip,
    Text,
    Password,
    Other(&'static str),
}

/// What the first bytes of well-known kinds of file are.
const KINDS: &[(&[u8], &str)] = &[
    (b"%PDF", "a PDF"),
    (b"\x1F\x8B", "a gzip archive"),
    (b"7z\xBC\xAF\x27\x1C", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xFF\xD8\xFF", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"{\\rtf", "an RTF document"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"\x7FELF", "a program"),
    (b"\xFF\xFE", "UTF-16 text"),
    (b"\xFE\xFF", "UTF-16 text"),
];

fn sniff(bytes: &[u8]) -> Found {
    const OLE: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1";
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Found::Zip;
    }
    if bytes.starts_with(OLE) {
        // A workbook with a password is an OLE container with a stream of this name (MS-OFFCRYPTO section 2.3.4.4).
        let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let protected = bytes.windows(name.len()).any(|window| window == name);
        return if protected { Found::Password } else { Found::Other("a document of Office 97 to 2003, such as XLS") };
    }
    if let Some((_, kind)) = KINDS.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Found::Other(kind);
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    let begins = |word: &[u8]| text.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word));
    if text.is_empty() {
        Found::Nothing
    } else if begins(b"<!doctype html") || begins(b"<html") {
        Found::Other("a web page")
    } else if begins(b"<?xml") {
        Found::Other("an XML document")
    } else if bytes.iter().take(4_096).any(|byte| *byte == 0) {
        Found::Other("a binary file of a kind that is not known here")
    } else {
        Found::Text
    }
}
