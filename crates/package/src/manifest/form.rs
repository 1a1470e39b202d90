//! What the types cannot say of a manifest's form: sorted lists, rounded counts, and names that lead out of no folder.

use register::Count;

use super::{Manifest, MeasuredColumn, MeasuredFile};
use crate::document::{Document, DocumentError, MAX_NUMBER};
use crate::instruction::short;
use crate::specification::{self, Cohort, SpecificationError};

/// The name of the manifest within a package; no file has it.
pub const MANIFEST: &str = "manifest";

/// The longest name of a file: what the header of a tar archive holds without extensions.
const MAX_NAME: usize = 100;

/// The years that a specification can ask for.
const YEARS: std::ops::RangeInclusive<u16> = 1900..=2100;

impl Document for Manifest {
    const KIND: &'static str = "rollcall/manifest/v1";
    const NAME: &'static str = "manifest";
    const MAX_BYTES: usize = 16 << 20;

    fn check(&self) -> Result<(), DocumentError> {
        if self.v != Self::VERSION {
            return Err(form("v", format!("version {} is not known to this program", self.v)));
        }
        short::<Self>("engine", &self.engine)?;
        short::<Self>("release", &self.release)?;
        short::<Self>("share", &self.share)?;
        if self.sequence == 0 {
            return Err(form("sequence", "expected a number from 1"));
        }
        let sorted = self.cohorts.is_sorted_by(|a, b| a.cohort < b.cohort);
        if !sorted || self.cohorts.iter().any(|part| part.cohort.parse::<Cohort>().is_err()) {
            return Err(form("cohorts", "expected school years of birth such as 2009-2010, sorted, each once"));
        }
        banded("people", self.people)?;
        if !self.files.is_sorted_by(|a, b| a.name < b.name) {
            return Err(form("files", "expected files sorted by name, each once"));
        }
        // On some machines a name is the same in capitals, and one file would take the other's place.
        let mut names: Vec<String> = self.files.iter().map(|file| file.name.to_ascii_lowercase()).collect();
        names.sort();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(form("files", "expected names that differ in more than capital letters"));
        }
        self.files.iter().enumerate().try_for_each(|(number, file)| check_file(&format!("files[{number}]"), file))
    }
}

fn check_file(place: &str, file: &MeasuredFile) -> Result<(), DocumentError> {
    let member = |name: &str| format!("{place}.{name}");
    if !is_plain_name(&file.name) || file.name.eq_ignore_ascii_case(MANIFEST) {
        return Err(form(
            &member("name"),
            format!("expected 1 to {MAX_NAME} letters, digits, dots, hyphens and underscores, and not {MANIFEST:?}"),
        ));
    }
    short::<Manifest>(&member("dataset"), &file.dataset)?;
    if file.bytes >= MAX_NUMBER {
        return Err(form(&member("bytes"), "expected a number below 2^53"));
    }
    banded(&member("people"), file.people)?;
    banded(&member("rows"), file.rows)?;
    if !file.years.is_sorted_by(|a, b| a < b) || file.years.iter().any(|year| !YEARS.contains(year)) {
        return Err(form(&member("years"), "expected years from 1900 to 2100, sorted, each once"));
    }
    if !file.cohorts.is_sorted_by(|a, b| a < b) {
        return Err(form(&member("cohorts"), "expected cohorts sorted, each once"));
    }
    for (number, column) in file.columns.iter().enumerate() {
        check_column(&member(&format!("columns[{number}]")), column, file)?;
    }
    Ok(())
}

fn check_column(place: &str, column: &MeasuredColumn, file: &MeasuredFile) -> Result<(), DocumentError> {
    let member = |name: &str| format!("{place}.{name}");
    short::<Manifest>(&member("name"), &column.name)?;
    short::<Manifest>(&member("item"), &column.item)?;
    banded(&member("distinct"), column.distinct)?;
    banded(&member("nulls"), column.nulls)?;
    // Both lists of the file are sorted, so each is looked up in it.
    let years = column.years.iter().all(|year| file.years.binary_search(year).is_ok());
    if !years || !column.years.is_sorted_by(|a, b| a < b) {
        return Err(form(&member("years"), "expected some of the file's years, sorted, each once"));
    }
    let cohorts = column.cohorts.iter().all(|cohort| file.cohorts.binary_search(cohort).is_ok());
    if !cohorts || !column.cohorts.is_sorted_by(|a, b| a < b) {
        return Err(form(&member("cohorts"), "expected some of the file's cohorts, sorted, each once"));
    }
    specification::check_classes(&column.classes, &member("classes")).map_err(as_here)?;
    specification::check_treatment(&column.treatment, &member("treatment")).map_err(as_here)
}

fn banded(place: &str, count: Count) -> Result<(), DocumentError> {
    let exact = !matches!(count, Count::Exactly(number) if number >= MAX_NUMBER);
    if count.is_banded() && exact {
        return Ok(());
    }
    Err(form(place, "expected a count below 2^53, rounded to 10, or \"<10\""))
}

/// A name that is a file's in any folder, and leads out of none.
pub fn is_plain_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    !name.is_empty() && name.len() <= MAX_NAME && !name.starts_with('.') && name.bytes().all(plain)
}

fn form(place: &str, expected: impl Into<String>) -> DocumentError {
    DocumentError::Form { name: Manifest::NAME, place: place.to_owned(), expected: expected.into() }
}

/// What classes and treatments look like is said where they are approved.
fn as_here(error: SpecificationError) -> DocumentError {
    match error {
        SpecificationError::Form { place, expected } => form(&place, expected),
        other => form("its beginning", other.to_string()),
    }
}
