//! What keeps a specification from being submitted, and what does not fit the dictionary that it names.

use std::collections::HashMap;
use std::fmt;

use register::Class;
use register::dictionary::{Dictionary, Item, dataset_address, item_addresses};

use super::{DatasetPart, Specification, class_of};

/// The scheme of the department's scale of identification risk.
pub(super) const RISK: &str = "dfe-identification-risk";

/// The scheme of the department's scale of sensitivity.
pub(super) const SENSITIVITY: &str = "dfe-sensitivity";

/// Why an item needs a justification of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// Its class is one of those that do.
    Class(Class),
    /// The dictionary gives it no class in this scheme, so nobody can say that it needs none.
    Unclassified(&'static str),
}

/// One thing that keeps a specification from being submitted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecificationProblem {
    /// Nothing is asked for.
    #[error("Choose at least one item of data")]
    Empty,
    /// A dataset without items.
    #[error("Choose at least one item of {dataset}, or take it out of the list")]
    NoItems {
        /// Which.
        dataset: String,
    },
    /// A filter on a dataset whose item has no justification is missing one.
    #[error("Say why you need {name} of {dataset}: {why}")]
    Unjustified {
        /// The dataset.
        dataset: String,
        /// The item's address.
        item: String,
        /// The item's name.
        name: String,
        /// Why it needs a justification, in words.
        why: String,
    },
    /// Nothing is left of an item that may leave.
    #[error("Every item is left out; choose at least one that is not")]
    NothingLeft,
    /// The dictionary does not have the item, or calls it something else.
    #[error("{name} of {dataset} is not in the dictionary that is named; take it out and choose it again")]
    UnknownItem {
        /// The dataset.
        dataset: String,
        /// The item's name.
        name: String,
    },
    /// The dictionary classifies the item otherwise.
    #[error("{name} of {dataset} is classified otherwise in the dictionary; take it out and choose it again")]
    OtherClasses {
        /// The dataset.
        dataset: String,
        /// The item's name.
        name: String,
    },
    /// The item was not collected in all the years asked for.
    #[error("{name} of {dataset} was collected {collected}; choose years within")]
    OtherYears {
        /// The dataset.
        dataset: String,
        /// The item's name.
        name: String,
        /// When it was collected, in words.
        collected: String,
    },
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Class(class) => write!(f, "{} {}", class.scheme_label(), class.value),
            Self::Unclassified(scheme) => {
                let class = Class { scheme: (*scheme).to_owned(), value: String::new() };
                write!(f, "not classified in {}", class.scheme_label())
            }
        }
    }
}

/// Why items of these classes need a justification: identification risk 1 or 2, sensitivity A to C, or not classified.
pub(super) fn why(classes: &[Class]) -> Vec<Why> {
    let asked = |scheme: &'static str, values: &[&str]| match class_of(classes, scheme) {
        None => Some(Why::Unclassified(scheme)),
        Some(value) if values.contains(&value) => {
            Some(Why::Class(Class { scheme: scheme.to_owned(), value: value.to_owned() }))
        }
        // A value that the scheme does not know says nothing that could excuse an item.
        Some(value) if !known(scheme, value) => {
            Some(Why::Class(Class { scheme: scheme.to_owned(), value: value.to_owned() }))
        }
        Some(_) => None,
    };
    [asked(RISK, &["1", "2"]), asked(SENSITIVITY, &["A", "B", "C"])].into_iter().flatten().collect()
}

fn known(scheme: &str, value: &str) -> bool {
    Class { scheme: scheme.to_owned(), value: value.to_owned() }.meaning().is_some()
}

impl Specification {
    /// What keeps it from being submitted; nothing where it may be.
    pub fn problems(&self) -> Vec<SpecificationProblem> {
        if self.is_empty() {
            return vec![SpecificationProblem::Empty];
        }
        let mut problems = Vec::new();
        for part in self.datasets.iter().filter(|part| part.items.is_empty()) {
            problems.push(SpecificationProblem::NoItems { dataset: part.name.clone() });
        }
        if self.delivered().next().is_none() {
            problems.push(SpecificationProblem::NothingLeft);
        }
        for (part, item) in self.items().filter(|(_, item)| item.justification.is_none()) {
            let why = item.needs_justification();
            if !why.is_empty() {
                problems.push(SpecificationProblem::Unjustified {
                    dataset: part.name.clone(),
                    item: item.item.clone(),
                    name: item.name.clone(),
                    why: why.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
                });
            }
        }
        problems
    }
}

impl DatasetPart {
    /// What of it does not fit the dictionary that it names, which the caller has found by its digest.
    pub fn misfits(&self, dictionary: &Dictionary) -> Vec<SpecificationProblem> {
        let addresses = item_addresses(dictionary);
        let rows: HashMap<&str, &Item> = addresses.iter().map(String::as_str).zip(&dictionary.items).collect();
        let dataset = || self.name.clone();
        let mut problems = Vec::new();
        let named = |address: &str, name: &str| rows.get(address).copied().filter(|row| row.alias == name);
        for item in &self.items {
            let name = item.name.clone();
            let Some(row) = named(&item.item, &name) else {
                problems.push(SpecificationProblem::UnknownItem { dataset: dataset(), name });
                continue;
            };
            if row.classes != item.classes {
                problems.push(SpecificationProblem::OtherClasses { dataset: dataset(), name: name.clone() });
            }
            if !covers(row, item.first_year, item.last_year) {
                problems.push(SpecificationProblem::OtherYears { dataset: dataset(), name, collected: collected(row) });
            }
        }
        for filter in &self.filters {
            let name = filter.name.clone();
            match named(&filter.item, &name) {
                None => problems.push(SpecificationProblem::UnknownItem { dataset: dataset(), name }),
                Some(row) if row.classes != filter.classes => {
                    problems.push(SpecificationProblem::OtherClasses { dataset: dataset(), name });
                }
                Some(_) => {}
            }
        }
        problems
    }

    /// Whether a dictionary's statement is about this dataset, however its name is spelt.
    pub fn is_of(&self, dataset: &str) -> bool {
        dataset_address(&self.name) == dataset_address(dataset)
    }
}

/// Whether an item was collected in all these years; one whose years nobody could read is taken to be.
pub(super) fn covers(item: &Item, first: u16, last: u16) -> bool {
    let Some(from) = item.first_year else { return true };
    from <= first && item.last_year.is_none_or(|to| last <= to)
}

/// When an item was collected, in words: years by the calendar year in which they begin.
pub(super) fn collected(item: &Item) -> String {
    match (item.first_year, item.last_year) {
        (None, _) => "in years that are not known".to_owned(),
        (Some(first), None) => format!("from {} on", school_year(first)),
        (Some(first), Some(last)) if first == last => format!("in {} only", school_year(first)),
        (Some(first), Some(last)) => format!("from {} to {}", school_year(first), school_year(last)),
    }
}

/// A school year by the calendar year in which it begins: `2001/02`.
fn school_year(first: u16) -> String {
    format!("{first}/{:02}", (first + 1) % 100)
}
