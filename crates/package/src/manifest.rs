//! The manifest: what left, measured on the written bytes by a reader that did not write them, and signed by the extract
//! engine.
//!
//! Every count in it that could tell something about few people is rounded to 10, and 1 to 9 say "under 10"
//! ([`register::Count::banded`]). Exact counts never leave the data zone but inside the package, whose recipient could count.

mod beyond;
mod form;

use register::statement::{Cohort, ItemCount};
use register::{Class, Count, Digest, Moment};
use serde::{Deserialize, Serialize};

pub use beyond::Excess;
pub use form::{MANIFEST, is_plain_name};

use crate::specification::Treatment;

/// What one release holds. Members stand in alphabetical order, which is their canonical order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// How much of each school-year cohort of the sources it holds; sorted. Cohorts of which it holds nothing are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cohorts: Vec<Cohort>,
    /// Which program measured it, and its version.
    pub engine: String,
    /// The files, sorted by name.
    pub files: Vec<MeasuredFile>,
    /// The digest of the instruction's JSON.
    pub instruction: Digest,
    /// When it was measured.
    pub made: Moment,
    /// Distinct people over all files.
    pub people: Count,
    /// The release's reference.
    pub release: String,
    /// Which release of the share it is, from 1.
    pub sequence: u32,
    /// The share.
    pub share: String,
    /// The digest of the specification that was carried out.
    pub specification: Digest,
    /// The format version.
    pub v: u8,
}

/// One file of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredFile {
    /// Its length.
    pub bytes: u64,
    /// The cohorts of people in it, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cohorts: Vec<crate::specification::Cohort>,
    /// Its columns, in their order.
    pub columns: Vec<MeasuredColumn>,
    /// The dataset.
    pub dataset: String,
    /// Its name within the package.
    pub name: String,
    /// Distinct people.
    pub people: Count,
    /// Rows.
    pub rows: Count,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// The years, by the calendar year in which each begins, sorted.
    pub years: Vec<u16>,
}

/// One column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MeasuredColumn {
    /// How the dictionary classifies the item, side by side.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<Class>,
    /// Those of the file's cohorts of whose people it has a value, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cohorts: Vec<crate::specification::Cohort>,
    /// Distinct values, nulls left out.
    pub distinct: Count,
    /// The item's address in the dictionary.
    pub item: String,
    /// The column's name in the file.
    pub name: String,
    /// Values that are missing.
    pub nulls: Count,
    /// What was done to its values.
    pub treatment: Treatment,
    /// Those of the file's years in which it has a value, sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub years: Vec<u16>,
}

impl Manifest {
    /// The format version that this crate writes.
    pub const VERSION: u8 = 1;

    /// How many items of each combination of classes left, sorted: an item that stands in several files counts once.
    pub fn items(&self) -> Vec<ItemCount> {
        let mut seen = std::collections::BTreeSet::new();
        let mut counts = std::collections::BTreeMap::<&[Class], u64>::new();
        for file in &self.files {
            for column in &file.columns {
                if seen.insert((&file.dataset, &column.item)) {
                    *counts.entry(&column.classes).or_default() += 1;
                }
            }
        }
        counts.into_iter().map(|(classes, count)| ItemCount { classes: classes.to_vec(), count }).collect()
    }

    /// The datasets, sorted, each once.
    pub fn datasets(&self) -> Vec<String> {
        let names: std::collections::BTreeSet<&str> = self.files.iter().map(|file| file.dataset.as_str()).collect();
        names.into_iter().map(str::to_owned).collect()
    }
}
