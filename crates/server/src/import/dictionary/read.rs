//! A whole file becomes the dictionaries of its sheets, or every problem in it.

use std::collections::BTreeMap;
use std::path::Path;

use register::Dictionary;
use register::dictionary::dataset_address;
use register::statement::MAX_CLEAR;

use super::mapping::{ItemMapping, OtherSheets};
use super::sheet::{Found, SheetReader};
use crate::import::problem::{Place, Problem, Problems, Warning};
use crate::import::read::{ImportError, read_bytes};
use crate::import::workbook::{self, FileError, Limits, Wanted};

/// What a file lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DictionaryFile {
    /// Its dictionaries, in the order of its sheets.
    pub dictionaries: Vec<SheetDictionary>,
    /// Sheets that have no row with the headers, by name.
    pub left_out: Vec<String>,
    /// What its publisher should look at.
    pub warnings: Vec<Warning>,
}

/// The dictionary of one sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetDictionary {
    /// The sheet's name; a CSV file has none.
    pub sheet: Option<String>,
    /// The dataset.
    pub dataset: String,
    /// What it lists.
    pub dictionary: Dictionary,
    /// The row of the sheet for each item.
    pub rows: Vec<u32>,
    /// Rows in which the headers stand again.
    pub recurring_headers: Vec<u32>,
    /// How many rows hold nothing but the name of a part of the dataset.
    pub headings: usize,
}

impl SheetDictionary {
    /// Names that stand in more than one row, each with its rows as the sheet numbers them.
    pub fn repeated(&self) -> Vec<(&str, Vec<u32>)> {
        let numbered = |rows: Vec<usize>| rows.into_iter().filter_map(|row| self.rows.get(row).copied()).collect();
        self.dictionary.repeated().into_iter().map(|(alias, rows)| (alias, numbered(rows))).collect()
    }
}

/// Reads a file from the disk. `dataset` is the name that the command gives; it goes before the mapping's.
///
/// # Errors
/// An [`ImportError`] that says everything that is wrong.
pub fn read_dictionary_file(
    path: &Path,
    mapping: &ItemMapping,
    dataset: Option<&str>,
) -> Result<DictionaryFile, ImportError> {
    let (file, bytes) = read_bytes(path)?;
    read_dictionaries(&file, &bytes, mapping, dataset)
}

/// Reads a file of this name and these bytes.
///
/// # Errors
/// An [`ImportError`] that says everything that is wrong.
pub fn read_dictionaries(
    file: &str,
    bytes: &[u8],
    mapping: &ItemMapping,
    dataset: Option<&str>,
) -> Result<DictionaryFile, ImportError> {
    let workbook = workbook::open_sheets(file, bytes, &Wanted::All, mapping.csv, &Limits::STANDARD)?;
    if workbook.sheets.iter().all(|sheet| sheet.rows.is_empty()) {
        return Err(FileError::Empty { file: file.to_owned() }.into());
    }
    let mut problems = Problems::in_file(file);
    let mut read = DictionaryFile { dictionaries: Vec::new(), left_out: Vec::new(), warnings: Vec::new() };
    for sheet in &workbook.sheets {
        match SheetReader::new(mapping, sheet, dataset, &mut problems, &mut read.warnings).read() {
            Found::Dictionary(found) => read.dictionaries.push(found),
            Found::NoHeaders(expected) => {
                let name = sheet.name.as_deref();
                match mapping.other_sheets {
                    OtherSheets::LeaveOut => read.left_out.push(name.unwrap_or(file).to_owned()),
                    OtherSheets::Refuse => problems.add(Problem::new(Place::sheet(name), expected)),
                }
            }
            Found::Problems => {}
        }
    }
    check_datasets(&read.dictionaries, &mut problems);
    if read.dictionaries.is_empty() && problems.count == 0 {
        let expected = format!("a sheet with the header \"{}\" and its others", mapping.alias().header.shown());
        problems.add(Problem::new(Place::default(), expected));
    }
    if problems.count > 0 { Err(problems.into()) } else { Ok(read) }
}

/// Two sheets do not describe one dataset: the second would replace the first.
fn check_datasets(dictionaries: &[SheetDictionary], problems: &mut Problems) {
    let mut taken: BTreeMap<String, Option<&str>> = BTreeMap::new();
    for found in dictionaries {
        let place = || Place::sheet(found.sheet.as_deref());
        if found.dataset.len() > MAX_CLEAR {
            let expected = format!("a dataset's name of at most {MAX_CLEAR} bytes, under [names] in the mapping");
            problems.add(Problem::new(place(), expected).finding(&found.dataset));
        }
        if let Some(other) = taken.insert(dataset_address(&found.dataset), found.sheet.as_deref()) {
            let other = other.unwrap_or("another");
            let expected =
                format!("a dataset of its own; sheet \"{other}\" is of the same, give one a name under [names]");
            problems.add(Problem::new(place(), expected).finding(&found.dataset));
        }
    }
}
