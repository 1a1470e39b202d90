//! The one form of a specification's file: what may stand in it, how it is written, and how it is read.

use std::fmt::Display;

use register::dictionary::dataset_address;
use register::statement::{MAX_CLEAR, check_code};
use register::{Class, Digest};

use super::{
    DatasetPart, Filter, Keep, MAX_DATASETS, MAX_ENTRIES, MAX_FILE, MAX_ITEMS, MAX_JUSTIFICATION, People,
    Specification, SpecifiedItem, Treatment, VERSION,
};

/// Why bytes are not a specification, or one cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecificationError {
    /// The file is too large.
    #[error("the specification has {0} bytes, expected at most {MAX_FILE}")]
    TooLarge(usize),
    /// A format version that this program does not know.
    #[error("version {0} of the specification is not known to this program; a newer one may read it")]
    Version(u64),
    /// Something in it is not what should stand there.
    #[error("{place}: {expected}")]
    Form {
        /// Where, such as `datasets[0].items[3].treatment`.
        place: String,
        /// What was expected, or what the reader of JSON says.
        expected: String,
    },
    /// It says something, in another form than the one that its digest would stand for.
    #[error(
        "at byte {0}: expected canonical JSON (RFC 8785): members sorted, no spaces, nothing escaped that need not be"
    )]
    NotCanonical(usize),
}

impl Specification {
    /// The file's bytes.
    ///
    /// # Errors
    /// The first place that has no form in a file.
    pub fn to_bytes(&self) -> Result<Vec<u8>, SpecificationError> {
        self.check()?;
        let bytes = match serde_json::to_vec(self) {
            Ok(bytes) => bytes,
            Err(error) => unreachable!("texts, whole numbers and lists of them are always JSON: {error}"),
        };
        if bytes.len() > MAX_FILE { Err(SpecificationError::TooLarge(bytes.len())) } else { Ok(bytes) }
    }

    /// Reads a file.
    ///
    /// # Errors
    /// The first place that is not in form, and what was expected there.
    pub fn parse(bytes: &[u8]) -> Result<Self, SpecificationError> {
        if bytes.len() > MAX_FILE {
            return Err(SpecificationError::TooLarge(bytes.len()));
        }
        let mut reader = serde_json::Deserializer::from_slice(bytes);
        let read: Self = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let place = error.path().to_string();
            version_or(bytes, form(if place == "." { "the file" } else { &place }, error.inner()))
        })?;
        reader.end().map_err(|error| form("the file", error))?;
        let written = read.to_bytes()?;
        if written != bytes {
            let same = written.iter().zip(bytes).take_while(|(a, b)| a == b).count();
            return Err(SpecificationError::NotCanonical(same));
        }
        Ok(read)
    }

    /// The digest of the file.
    ///
    /// # Errors
    /// As [`Specification::to_bytes`].
    pub fn digest(&self) -> Result<Digest, SpecificationError> {
        self.to_bytes().map(|bytes| Digest::of(&bytes))
    }

    fn check(&self) -> Result<(), SpecificationError> {
        if self.v != VERSION {
            return Err(SpecificationError::Version(self.v.into()));
        }
        sorted("cohorts", &self.cohorts, |cohort| *cohort)?;
        at_most("datasets", self.datasets.len(), MAX_DATASETS)?;
        at_most("datasets", self.items().count(), MAX_ITEMS)?;
        sorted("datasets", &self.datasets, |part| part.name.as_str())?;
        let mut addresses: Vec<String> = self.datasets.iter().map(|part| dataset_address(&part.name)).collect();
        addresses.sort();
        if addresses.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(form("datasets", "expected each dataset once; two names differ in case or punctuation only"));
        }
        for (number, part) in self.datasets.iter().enumerate() {
            self.check_part(part, &format!("datasets[{number}]"))?;
        }
        match &self.people {
            People::Everyone {} => Ok(()),
            People::FoundIn { within } if self.dataset(within).is_some() => Ok(()),
            People::FoundIn { .. } => Err(form("people.within", "expected the name of one of the datasets")),
            People::Listed { up_to } if *up_to > 0 => Ok(()),
            People::Listed { .. } => Err(form("people.up_to", "expected at least 1")),
        }
    }

    fn check_part(&self, part: &DatasetPart, place: &str) -> Result<(), SpecificationError> {
        short(&format!("{place}.name"), &part.name)?;
        short(&format!("{place}.dictionary.edition"), &part.dictionary.edition)?;
        sorted(&format!("{place}.items"), &part.items, |item| item.item.as_str())?;
        for (number, item) in part.items.iter().enumerate() {
            self.check_item(item, &format!("{place}.items[{number}]"))?;
        }
        at_most(&format!("{place}.filters"), part.filters.len(), MAX_ENTRIES)?;
        sorted(&format!("{place}.filters"), &part.filters, |filter| filter.item.as_str())?;
        for (number, filter) in part.filters.iter().enumerate() {
            check_filter(filter, &format!("{place}.filters[{number}]"))?;
        }
        Ok(())
    }

    fn check_item(&self, item: &SpecifiedItem, place: &str) -> Result<(), SpecificationError> {
        check_classes(&item.classes, &format!("{place}.classes"))?;
        sorted(&format!("{place}.cohorts"), &item.cohorts, |cohort| *cohort)?;
        if item.cohorts.iter().any(|cohort| self.cohorts.binary_search(cohort).is_err()) {
            return Err(form(&format!("{place}.cohorts"), "expected cohorts that the specification lists"));
        }
        if item.first_year < 1900 || item.first_year > item.last_year || item.last_year > 2100 {
            return Err(form(
                &format!("{place}.first_year"),
                "expected years from 1900 to 2100, the first not after the last",
            ));
        }
        check_address(&item.item, &format!("{place}.item"))?;
        short(&format!("{place}.name"), &item.name)?;
        if let Some(text) = &item.justification {
            let place = format!("{place}.justification");
            let letters = text.chars().count();
            if letters > MAX_JUSTIFICATION || text.trim() != text || text.is_empty() || text.chars().any(is_odd) {
                return Err(form(
                    &place,
                    format!(
                        "expected a text of 1 to {MAX_JUSTIFICATION} characters, trimmed, without control characters"
                    ),
                ));
            }
        }
        check_treatment(&item.treatment, &format!("{place}.treatment"))
    }
}

fn check_filter(filter: &Filter, place: &str) -> Result<(), SpecificationError> {
    check_classes(&filter.classes, &format!("{place}.classes"))?;
    check_address(&filter.item, &format!("{place}.item"))?;
    short(&format!("{place}.name"), &filter.name)?;
    let place = format!("{place}.keep");
    match &filter.keep {
        // Whole numbers that every reader of JSON keeps exactly (RFC 8785 section 3.2.2.3).
        Keep::Between(from, to) if from > to || from.unsigned_abs().max(to.unsigned_abs()) >= 1 << 53 => {
            Err(form(&place, "expected two whole numbers below 2^53, the first not more than the second"))
        }
        Keep::Between(..) => Ok(()),
        Keep::OneOf(values) if values.is_empty() => Err(form(&place, "expected at least one value")),
        Keep::OneOf(values) => {
            at_most(&place, values.len(), MAX_ENTRIES)?;
            sorted(&place, values, |value| value.as_str())?;
            values.iter().try_for_each(|value| short(&place, value))
        }
    }
}

pub(crate) fn check_treatment(treatment: &Treatment, place: &str) -> Result<(), SpecificationError> {
    match treatment {
        Treatment::AgeBand { years } if !(2..=50).contains(years) => {
            Err(form(&format!("{place}.years"), "expected bands of 2 to 50 years"))
        }
        Treatment::Round { nearest } if *nearest < 2 => Err(form(&format!("{place}.nearest"), "expected 2 or more")),
        Treatment::Recode { other, table } => {
            let place = format!("{place}.table");
            if table.is_empty() {
                return Err(form(&place, "expected at least one code"));
            }
            at_most(&place, table.len(), MAX_ENTRIES)?;
            sorted(&place, table, |row| row.code.as_str())?;
            for row in table {
                short(&place, &row.code)?;
                short(&place, &row.to)?;
            }
            other.as_ref().map_or(Ok(()), |other| short(&place, other))
        }
        _ => Ok(()),
    }
}

pub(crate) fn check_classes(classes: &[Class], place: &str) -> Result<(), SpecificationError> {
    sorted(place, classes, |class| class.scheme.as_str())?;
    for class in classes {
        check_code(&class.scheme).map_err(|error| form(place, format!("codes as schemes: {error}")))?;
        short(place, &class.value)?;
    }
    Ok(())
}

fn check_address(address: &str, place: &str) -> Result<(), SpecificationError> {
    let plain = |letter: u8| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-';
    if address.is_empty() || address.len() > MAX_CLEAR || !address.bytes().all(plain) {
        return Err(form(place, "expected an item's address: small letters, digits and hyphens"));
    }
    Ok(())
}

fn short(place: &str, text: &str) -> Result<(), SpecificationError> {
    if text.is_empty() || text.len() > MAX_CLEAR || text.chars().any(char::is_control) {
        return Err(form(place, format!("expected 1 to {MAX_CLEAR} bytes on one line, without control characters")));
    }
    Ok(())
}

fn is_odd(letter: char) -> bool {
    letter.is_control() && letter != '\n'
}

fn at_most(place: &str, found: usize, most: usize) -> Result<(), SpecificationError> {
    if found > most { Err(form(place, format!("expected at most {most}, found {found}"))) } else { Ok(()) }
}

fn sorted<'a, T, K: Ord>(place: &str, list: &'a [T], key: impl Fn(&'a T) -> K) -> Result<(), SpecificationError> {
    let unordered = list.iter().zip(list.iter().skip(1)).position(|(a, b)| key(a) >= key(b));
    match unordered {
        None => Ok(()),
        Some(before) => Err(form(&format!("{place}[{}]", before + 1), "expected them sorted, without repeats")),
    }
}

fn form(place: &str, expected: impl Display) -> SpecificationError {
    SpecificationError::Form { place: place.to_owned(), expected: expected.to_string() }
}

/// A newer version may have members that this one does not know: the version is the better reason.
fn version_or(bytes: &[u8], error: SpecificationError) -> SpecificationError {
    #[derive(serde::Deserialize)]
    struct Versioned {
        v: u64,
    }
    match serde_json::from_slice(bytes) {
        Ok(Versioned { v }) if v != u64::from(VERSION) => SpecificationError::Version(v),
        _ => error,
    }
}
