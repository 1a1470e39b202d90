//! An item dictionary: the variables of one dataset, each with its classes, as one file that anybody can read.
//!
//! Format: JSON lines. One item a line, members in canonical order (RFC 8785), each line ended by a line feed; what a
//! source does not say is left out. There is one form only: a file is read by parsing, writing again and comparing
//! bytes, so the digest in the statement that publishes it stands for what it says and for nothing else.
//!
//! Rows stand in the order of their source, and a name that the source gives twice stands twice. Classes are kept as
//! given and never converted, and a file holds nothing about any person.

mod address;
mod published;
mod years;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

pub use address::{dataset_address, item_addresses};
pub use published::{Mismatch, Published, check_file, published};
pub use years::{Years, read_years};

use crate::classification::Class;
use crate::disclosure::Digest;
use crate::statement::{MAX_CLEAR, check_code};

/// The folder of dictionary files in the public folder.
pub const FOLDER: &str = "dictionaries";

/// The most items of one dictionary: an item's number in the tables holds its row in 20 bits.
pub const MAX_ITEMS: usize = (1 << 20) - 1;

/// The longest line. The longest of the reference case has 1.4 KB; a spreadsheet's cell holds 32,767 characters.
pub const MAX_LINE: usize = 1 << 18;

/// The variables of one dataset, in the order of their source.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dictionary {
    /// The items.
    pub items: Vec<Item>,
}

/// One variable. Members stand in alphabetical order, which is their canonical order.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// What the publisher calls it, such as `KS4_UPN`. Sources repeat names, so it identifies no row.
    pub alias: String,
    /// How it is classified, at most once in each scheme, sorted by scheme.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<Class>,
    /// What it means, in the publisher's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Coded facts of the source, by their codes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
    /// The field of the source system.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The year in which the first of its years begins, where the years can be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_year: Option<u16>,
    /// What it was called before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former_names: Vec<String>,
    /// The year in which the last of its years begins; none while it is still collected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_year: Option<u16>,
    /// The part of the dataset that it stands in, such as a table's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub section: Option<String>,
    /// Which values it takes, in the publisher's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<String>,
    /// The years for which it was collected, in the publisher's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<String>,
}

/// Why a text is not an item dictionary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected {expected}")]
pub struct DictionaryError {
    /// The line, from 1.
    pub line: usize,
    /// What should stand there.
    pub expected: String,
}

impl Dictionary {
    /// The file's bytes.
    ///
    /// # Errors
    /// The first item that has no form in a file, such as one without a name, by its line.
    pub fn to_bytes(&self) -> Result<Vec<u8>, DictionaryError> {
        let mut bytes = Vec::new();
        for (place, item) in self.items.iter().enumerate() {
            item.check().map_err(|expected| DictionaryError { line: place + 1, expected })?;
            let line = item.line();
            if line.len() > MAX_LINE {
                return Err(DictionaryError { line: place + 1, expected: format!("at most {MAX_LINE} bytes") });
            }
            bytes.extend(line);
            bytes.push(b'\n');
        }
        check_count(self.items.len())?;
        Ok(bytes)
    }

    /// Reads a file.
    ///
    /// # Errors
    /// The first line that is not in form, and what was expected of it.
    pub fn parse(bytes: &[u8]) -> Result<Self, DictionaryError> {
        let mut items = Vec::new();
        for (place, line) in bytes.split_inclusive(|byte| *byte == b'\n').enumerate() {
            let wrong = |expected: String| DictionaryError { line: place + 1, expected };
            let content = line.strip_suffix(b"\n").ok_or_else(|| wrong("a line feed at the end".to_owned()))?;
            if content.len() > MAX_LINE {
                return Err(wrong(format!("at most {MAX_LINE} bytes")));
            }
            let item: Item = serde_json::from_slice(content)
                .map_err(|error| wrong(format!("one item as a JSON object ({error})").replace(" at line 1", "")))?;
            item.check().map_err(wrong)?;
            if item.line() != content {
                return Err(wrong(
                    "canonical JSON: members sorted, no spaces, nothing escaped that need not be".into(),
                ));
            }
            items.push(item);
            check_count(items.len())?;
        }
        check_count(items.len())?;
        Ok(Self { items })
    }

    /// The codes of the classification schemes that its items use, sorted.
    pub fn schemes(&self) -> Vec<String> {
        let classes = self.items.iter().flat_map(|item| &item.classes);
        classes.map(|class| class.scheme.as_str()).collect::<BTreeSet<_>>().into_iter().map(str::to_owned).collect()
    }

    /// Names that stand in more than one row, each with its rows counted from 0, in the order of their first.
    pub fn repeated(&self) -> Vec<(&str, Vec<usize>)> {
        let mut rows: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (row, item) in self.items.iter().enumerate() {
            rows.entry(&item.alias).or_default().push(row);
        }
        let mut repeated: Vec<_> = rows.into_iter().filter(|(_, rows)| rows.len() > 1).collect();
        repeated.sort_by_key(|(_, rows)| rows[0]);
        repeated
    }
}

impl Item {
    /// Its class in a scheme, as given.
    pub fn class(&self, scheme: &str) -> Option<&str> {
        self.classes.iter().find(|class| class.scheme == scheme).map(|class| class.value.as_str())
    }

    fn line(&self) -> Vec<u8> {
        match serde_json::to_vec(self) {
            Ok(line) => line,
            Err(error) => unreachable!("texts, numbers and maps of texts are always JSON: {error}"),
        }
    }

    /// Whether the item has a form in a file; if not, what was expected.
    fn check(&self) -> Result<(), String> {
        short("alias", &self.alias)?;
        for (name, text) in [("field", &self.field), ("section", &self.section)] {
            text.as_ref().map_or(Ok(()), |text| short(name, text))?;
        }
        self.former_names.iter().try_for_each(|name| short("former_names", name))?;
        for (name, text) in [("description", &self.description), ("values", &self.values), ("years", &self.years)] {
            text.as_ref().map_or(Ok(()), |text| long(name, text))?;
        }
        for (code, value) in &self.facts {
            check_code(code).map_err(|error| format!("in \"facts\" codes as names: {error}"))?;
            short("facts", value)?;
        }
        for class in &self.classes {
            check_code(&class.scheme).map_err(|error| format!("in \"classes\" codes as schemes: {error}"))?;
            short("classes", &class.value)?;
        }
        if !self.classes.is_sorted_by(|a, b| a.scheme < b.scheme) {
            return Err("at most one class of each scheme, sorted by scheme".to_owned());
        }
        match (self.first_year, self.last_year) {
            (None, Some(_)) => Err("a first year where there is a last one".to_owned()),
            (Some(first), last) if first < 1000 || last.unwrap_or(first) < first || last.unwrap_or(first) > 9999 => {
                Err("years from 1000 to 9999, the first not after the last".to_owned())
            }
            _ => Ok(()),
        }
    }
}

fn check_count(items: usize) -> Result<(), DictionaryError> {
    match items {
        0 => Err(DictionaryError { line: 1, expected: "an item; a dictionary has at least one".to_owned() }),
        _ if items > MAX_ITEMS => {
            Err(DictionaryError { line: items, expected: format!("at most {MAX_ITEMS} items, one a line") })
        }
        _ => Ok(()),
    }
}

/// A text that may stand in a table's cell or an address: one line, as short as a text in a leaf.
fn short(member: &str, text: &str) -> Result<(), String> {
    if text.is_empty() || text.len() > MAX_CLEAR || text.chars().any(char::is_control) {
        return Err(format!("in \"{member}\" 1 to {MAX_CLEAR} bytes on one line, without control characters"));
    }
    Ok(())
}

fn long(member: &str, text: &str) -> Result<(), String> {
    if text.trim().is_empty() || text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t')) {
        return Err(format!("in \"{member}\" a text, without control characters other than line feeds and tabs"));
    }
    Ok(())
}

/// The path in the public folder of the dictionary of this digest.
pub fn path(digest: Digest) -> String {
    let hex: String = digest.0.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{FOLDER}/{hex}.jsonl")
}
