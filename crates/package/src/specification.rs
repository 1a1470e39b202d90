//! The specification: the exact items, cohorts, years, filters and treatments of a share, as one JSON file that the
//! application, the extract, the register and the notices all read.
//!
//! There is one form only: members sorted, lists sorted and without repeats, no spaces, what is not said left out (RFC
//! 8785). A file is read by parsing, writing again and comparing bytes, so that its digest stands for what it asks for and
//! for nothing else. `docs/reference/specification.md` describes it, `specification.schema.json` as a schema.
//!
//! Classes are copied from the item dictionary that the part names, side by side, and never converted. A specification
//! that can be read may still be unfinished: [`Specification::problems`] says what keeps it from being submitted.

mod basket;
mod cohort;
mod count;
mod file;
mod problem;
mod treatment;

use register::{Class, Digest};
use serde::{Deserialize, Serialize};

pub use basket::{BasketError, DictionarySource};
pub use cohort::{Cohort, NotACohort};
pub use file::SpecificationError;
pub(crate) use file::{check_classes, check_treatment};
pub use problem::{SpecificationProblem, Why};
pub use treatment::{Coarser, DateTo, PostcodeTo, Treatment};

/// The format version that this crate writes.
pub const VERSION: u8 = 1;

/// The largest file. All 24 dictionaries of the reference case, every item with a justification of 300 bytes, have 6 MB.
pub const MAX_FILE: usize = 16 << 20;

/// The most items, over all datasets.
pub const MAX_ITEMS: usize = 20_000;

/// The most datasets.
pub const MAX_DATASETS: usize = 200;

/// The longest justification, in characters: about 300 words.
pub const MAX_JUSTIFICATION: usize = 2_000;

/// The most entries of one list inside an item or a filter, such as the codes that a table makes coarser.
pub const MAX_ENTRIES: usize = 5_000;

/// What is asked for, or was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Specification {
    /// The school-year cohorts whose data is asked for, sorted; none where the years alone say it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cohorts: Vec<Cohort>,
    /// The datasets, sorted by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub datasets: Vec<DatasetPart>,
    /// Whose records.
    pub people: People,
    /// The format version.
    pub v: u8,
}

/// Whose records are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "are", rename_all = "kebab-case", deny_unknown_fields)]
pub enum People {
    /// Everybody in the rows that filters, years and cohorts leave.
    Everyone {},
    /// Those only who are in the rows that are left of this dataset.
    FoundIn {
        /// The dataset's name; it is one of the specification's.
        within: String,
    },
    /// Those only whom the recipient names in a list of its own, to be matched.
    Listed {
        /// How many at most.
        up_to: u32,
    },
}

/// What is asked for of one dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetPart {
    /// The item dictionary by which its items are known.
    pub dictionary: DictionaryReference,
    /// Which rows, sorted by item; none where all are asked for. All must hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub filters: Vec<Filter>,
    /// The items, sorted by address.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<SpecifiedItem>,
    /// The dataset's name, as the dictionary's statement gives it.
    pub name: String,
}

/// Which item dictionary.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DictionaryReference {
    /// SHA-256 of its file.
    pub digest: Digest,
    /// The edition, in its publisher's words.
    pub edition: String,
}

/// One item for a range of years.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecifiedItem {
    /// How the dictionary classifies it, at most once in each scheme, sorted by scheme.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<Class>,
    /// Of which of the specification's cohorts, sorted; none where of all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cohorts: Vec<Cohort>,
    /// The first year, by the calendar year in which it begins: a school year 2001/02 begins in 2001.
    pub first_year: u16,
    /// Its address in the dictionary (`register::dictionary::item_addresses`): names may repeat, addresses do not.
    pub item: String,
    /// Why it is needed, where its classes ask for that or the applicant says it anyway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub justification: Option<String>,
    /// The last year, with it.
    pub last_year: u16,
    /// What the publisher calls it, such as `KS4_UPN`.
    pub name: String,
    /// What is done to its values before they leave.
    pub treatment: Treatment,
}

/// Which rows of a dataset are kept, by the values of one item. The item itself need not leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// How the dictionary classifies the item: a filter tells something about everybody whom it keeps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<Class>,
    /// The item's address in the dictionary.
    pub item: String,
    /// Which values are kept.
    pub keep: Keep,
    /// What the publisher calls the item.
    pub name: String,
}

/// Which values a filter keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// Whole numbers from the first to the second, both with them.
    Between(i64, i64),
    /// One of these, sorted.
    OneOf(Vec<String>),
}

impl Default for Specification {
    fn default() -> Self {
        Self { cohorts: Vec::new(), datasets: Vec::new(), people: People::Everyone {}, v: VERSION }
    }
}

impl Specification {
    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.items().next().is_none()
    }

    /// Every item with its dataset, also those that the specification leaves out of what is delivered.
    pub fn items(&self) -> impl Iterator<Item = (&DatasetPart, &SpecifiedItem)> {
        self.datasets.iter().flat_map(|part| part.items.iter().map(move |item| (part, item)))
    }

    /// Every item that leaves the data zone, in whatever form.
    pub fn delivered(&self) -> impl Iterator<Item = (&DatasetPart, &SpecifiedItem)> {
        self.items().filter(|(_, item)| item.treatment != Treatment::Drop {})
    }

    /// The part that asks for a dataset, by its name.
    pub fn dataset(&self, name: &str) -> Option<&DatasetPart> {
        self.datasets.iter().find(|part| part.name == name)
    }

    /// The first and the last year of anything in it.
    pub fn years(&self) -> Option<(u16, u16)> {
        let first = self.items().map(|(_, item)| item.first_year).min()?;
        let last = self.items().map(|(_, item)| item.last_year).max()?;
        Some((first, last))
    }
}

impl DatasetPart {
    /// An item of it, by its address.
    pub fn item(&self, address: &str) -> Option<&SpecifiedItem> {
        self.items.iter().find(|item| item.item == address)
    }
}

impl SpecifiedItem {
    /// Its class in a scheme, as the dictionary gives it.
    pub fn class(&self, scheme: &str) -> Option<&str> {
        class_of(&self.classes, scheme)
    }

    /// Why it needs a justification of its own; nothing where it needs none.
    pub fn needs_justification(&self) -> Vec<Why> {
        if self.treatment == (Treatment::Drop {}) { Vec::new() } else { problem::why(&self.classes) }
    }
}

fn class_of<'a>(classes: &'a [Class], scheme: &str) -> Option<&'a str> {
    classes.iter().find(|class| class.scheme == scheme).map(|class| class.value.as_str())
}
