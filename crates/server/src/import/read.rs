//! Pass one: a whole file under a mapping becomes an edition, or every problem in it.

mod columns;
mod finish;
mod gather;
mod notes;
mod row;

use std::path::Path;

use register::statement::{ReleaseRegistered, ShareImported};
use register::vocabulary::Ground;
use register::{Digest, PartialDate};

use self::columns::Columns;
use self::finish::finish;
use self::gather::Gathered;
use super::mapping::{EditionFrom, Gives, Mapping, MappingError};
use super::problem::{Problems, Warning};
use super::workbook::{self, FileError, Limits};

/// A register as it was published on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edition {
    /// The source's code.
    pub source: String,
    /// The edition's date.
    pub edition: PartialDate,
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Its shares, in the file's order.
    pub shares: Vec<ImportedShare>,
    /// What its publisher should look at.
    pub warnings: Vec<Warning>,
}

impl Edition {
    /// How many releases its shares have.
    pub fn releases(&self) -> usize {
        self.shares.iter().map(|share| share.releases.len()).sum()
    }

    /// How many organisations its shares name.
    pub fn recipients(&self) -> usize {
        let names = self.shares.iter().map(|share| share.body.access.recipient.name.as_str());
        names.collect::<std::collections::HashSet<_>>().len()
    }
}

/// One share of an edition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedShare {
    /// Its reference.
    pub reference: String,
    /// What stands in the leaf in clear.
    pub body: ShareImported,
    /// Its texts, by name.
    pub texts: Vec<ImportedText>,
    /// Its releases, in the file's order.
    pub releases: Vec<ImportedRelease>,
}

/// One text.
#[derive(Clone, PartialEq, Eq)]
pub struct ImportedText {
    /// The field's name.
    pub name: String,
    /// The text.
    pub value: String,
    /// Whether it is withheld: on which ground, and until when.
    pub withheld: Option<(Ground, Option<PartialDate>)>,
}

impl std::fmt::Debug for ImportedText {
    /// Leaves the text out: a withheld one must not reach a log line by way of an error.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImportedText").field("name", &self.name).finish_non_exhaustive()
    }
}

/// One release of a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRelease {
    /// What stands in the leaf in clear.
    pub body: ReleaseRegistered,
    /// When it happened, as exactly as the file says; else the edition's date.
    pub at: PartialDate,
    /// Its texts, by name.
    pub texts: Vec<ImportedText>,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The mapping cannot be used.
    #[error(transparent)]
    Mapping(#[from] MappingError),
    /// The file cannot be read at all.
    #[error(transparent)]
    File(#[from] FileError),
    /// Nothing says which edition the file is.
    #[error("{file}: the edition's date is not known; expected {expected}")]
    NoEdition {
        /// The file.
        file: String,
        /// Where a date can be given.
        expected: &'static str,
    },
    /// The file can be read and cells in it are wrong.
    #[error(transparent)]
    Problems(#[from] Problems),
}

/// Reads a file from the disk, whatever its size, without taking more of it into memory than is ever read.
///
/// # Errors
/// An [`ImportError`] that says everything that is wrong.
pub fn read_file(path: &Path, mapping: &Mapping, edition: Option<PartialDate>) -> Result<Edition, ImportError> {
    let (file, bytes) = read_bytes(path)?;
    read(&file, &bytes, mapping, edition)
}

/// A file's name and bytes, at most one byte more than is ever read.
pub(super) fn read_bytes(path: &Path) -> Result<(String, Vec<u8>), FileError> {
    use std::io::Read;
    let file = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    let limits = Limits::STANDARD;
    let unreadable = |error| FileError::Unreadable { file: path.display().to_string(), error };
    let opened = std::fs::File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    opened.take(limits.file + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok((file, bytes))
}

/// Reads a file of this name and these bytes. `edition` is the date that the command gives; it goes before the
/// mapping's.
///
/// # Errors
/// An [`ImportError`] that says everything that is wrong.
pub fn read(file: &str, bytes: &[u8], mapping: &Mapping, edition: Option<PartialDate>) -> Result<Edition, ImportError> {
    let edition = edition_date(file, mapping, edition)?;
    let workbook = workbook::open(file, bytes, mapping, &Limits::STANDARD)?;
    if workbook.sheets.len() == 1 && workbook.sheets[0].rows.is_empty() {
        return Err(FileError::Empty { file: file.to_owned() }.into());
    }
    let digest = Digest::of(bytes);
    let mut gathered = Gathered::new(file, mapping);
    // Shares come first, whatever the order of the tables, so that details and releases find theirs.
    for gives in [Gives::Shares, Gives::Details, Gives::Releases] {
        for (number, table) in mapping.tables.iter().enumerate().filter(|(_, table)| table.gives == gives) {
            if let Some((sheet, columns)) = Columns::find(table, &workbook, &mut gathered.notes) {
                gathered.take(number, sheet, &columns);
            }
        }
    }
    drop(workbook);
    finish(gathered, mapping, edition, digest)
}

fn edition_date(file: &str, mapping: &Mapping, given: Option<PartialDate>) -> Result<PartialDate, ImportError> {
    let (date, expected) = match (given, mapping.edition) {
        (Some(date), _) | (None, EditionFrom::Date(date)) => (Some(date), ""),
        (None, EditionFrom::FileName) => {
            (date_in(file), "a date in the file's name such as register-2021-02.xlsx, or --edition 2021-02")
        }
        (None, EditionFrom::Command) => (None, "--edition 2021-02, or edition = \"2021-02\" in the mapping"),
    };
    date.ok_or_else(|| ImportError::NoEdition { file: file.to_owned(), expected })
}

/// The first day or month in a text that is not part of a longer number.
pub(crate) fn date_in(text: &str) -> Option<PartialDate> {
    let digits = |from: usize| text.as_bytes().get(from).is_some_and(u8::is_ascii_digit);
    for start in 0..text.len() {
        if start > 0 && digits(start - 1) {
            continue;
        }
        for length in [10, 7] {
            let found = text.get(start..start + length).and_then(|part| part.parse().ok());
            if found.is_some() && !digits(start + length) {
                return found;
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_edition_date_is_found_in_a_file_name() {
        let found = |name| date_in(name).map(|date| date.to_string());
        assert_eq!(found("nhs-digital-release-register-2021-02.xlsx").as_deref(), Some("2021-02"));
        assert_eq!(found("2023-09-07 shares.ods").as_deref(), Some("2023-09-07"));
        assert_eq!(found("überblick_2020-13_2020-12.csv").as_deref(), Some("2020-12"));
        for name in ["register.xlsx", "12021-02.csv", "2021-021.csv", "2021.csv", "é"] {
            assert_eq!(found(name), None, "{name}");
        }
    }
}
