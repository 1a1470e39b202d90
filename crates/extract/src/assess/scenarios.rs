//! Who might look for a person, as a file says it: what each is taken to know, how exactly, what to break down by, and what
//! the path towards less may try. `scenarios.toml` is what is used where no other file is given.

use std::path::Path;

use package::specification::Treatment;
use serde::Deserialize;

use super::AssessError;
use crate::sources::Column;

/// The longest text in plain words, in bytes.
const MOST_WORDS: usize = 2_000;

/// The scenarios that come with the program.
pub const BUILT_IN: &str = include_str!("scenarios.toml");

/// The file.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Scenarios {
    /// The format version, 1.
    pub v: u8,
    /// Items to break down by.
    #[serde(default)]
    pub groups: Vec<String>,
    /// How many groups of each item are named.
    #[serde(default = "ten")]
    pub largest_groups: usize,
    /// Who might look, sorted by code.
    #[serde(rename = "scenario", default)]
    pub scenarios: Vec<Scenario>,
    /// The path towards less, where one is wanted.
    pub minimisation: Option<Towards>,
}

/// Somebody who might look for a person.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// A short code.
    pub code: String,
    /// What a page calls them.
    pub name: String,
    /// What they want, in plain words.
    pub wants: String,
    /// How exactly they know, in plain words.
    pub exactness: String,
    /// What they know.
    pub knows: Vec<Known>,
    /// What they know less exactly than it would leave. The first that names an item is its own.
    #[serde(default)]
    pub recalls: Vec<Recalled>,
}

/// Columns that somebody knows.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Known {
    /// Of one dataset; of each where nothing is said.
    pub dataset: Option<String>,
    /// Addresses of items.
    #[serde(default)]
    pub items: Vec<String>,
    /// All that the sources call a quasi-identifier.
    #[serde(default)]
    pub all_quasi_identifiers: bool,
}

/// How somebody remembers a column.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recalled {
    /// Addresses of items.
    pub items: Vec<String>,
    /// As if this had been done to it.
    #[serde(rename = "as")]
    pub to: Treatment,
}

/// What the path may try.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Towards {
    /// The share of uniques that is wanted, for each million people.
    pub target_per_million: u64,
    /// Making a column coarser by a step.
    pub cost_of_coarsening: u64,
    /// Leaving a column out.
    pub cost_of_dropping: u64,
    /// What is taken to be known.
    pub knows: Vec<Known>,
    /// What columns can become.
    #[serde(default, rename = "ladder")]
    pub ladders: Vec<Ladder>,
}

/// What columns can become, finest first.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ladder {
    /// Addresses of items. The first ladder that names an item is its own.
    pub items: Vec<String>,
    /// One treatment after another, each of the values as they are in the sources.
    pub steps: Vec<Treatment>,
}

fn ten() -> usize {
    10
}

impl Scenarios {
    /// Those of a file, or the built-in ones.
    ///
    /// # Errors
    /// If it cannot be read, or is not in form.
    pub fn read(path: Option<&Path>) -> Result<Self, AssessError> {
        let Some(path) = path else { return Self::parse(BUILT_IN).map_err(AssessError::Scenarios) };
        let text =
            std::fs::read_to_string(path).map_err(|source| AssessError::File { path: path.to_owned(), source })?;
        Self::parse(&text).map_err(|message| AssessError::Scenarios(format!("{}: {message}", path.display())))
    }

    /// Reads the text of such a file.
    ///
    /// # Errors
    /// Where, and what was expected there.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut read: Self = toml::from_str(text).map_err(|error| error.to_string().trim().to_owned())?;
        if read.v != 1 {
            return Err(format!("v: version {} is not known to this program", read.v));
        }
        read.scenarios.sort_by(|a, b| a.code.cmp(&b.code));
        if let Some(pair) = read.scenarios.windows(2).find(|pair| pair[0].code == pair[1].code) {
            return Err(format!("scenario: the code {:?} stands twice", pair[0].code));
        }
        for scenario in &read.scenarios {
            let place = format!("scenario {:?}", scenario.code);
            let texts = [&scenario.code, &scenario.name, &scenario.wants, &scenario.exactness];
            let fits =
                |text: &&String| !text.is_empty() && text.len() <= MOST_WORDS && !text.chars().any(char::is_control);
            if !texts.iter().all(fits) || [&scenario.code, &scenario.name].iter().any(|text| text.len() > 100) {
                return Err(format!(
                    "{place}: expected a code and a name of at most 100 bytes, and what they want and how exactly they know \
                     of at most {MOST_WORDS}, each on one line"
                ));
            }
            if scenario.knows.is_empty() || scenario.knows.iter().any(Known::is_empty) {
                return Err(format!("{place}, knows: expected items, or all-quasi-identifiers = true"));
            }
            let fine = |recalled: &Recalled| !matches!(recalled.to, Treatment::Drop {} | Treatment::Pseudonymise {});
            if !scenario.recalls.iter().all(fine) {
                return Err(format!("{place}, recalls: expected a treatment that makes values coarser"));
            }
        }
        if read.largest_groups > 1_000 {
            return Err("largest-groups: expected at most 1000".to_owned());
        }
        if let Some(towards) = &read.minimisation {
            if towards.target_per_million > 1_000_000 {
                return Err("minimisation, target-per-million: expected at most 1000000".to_owned());
            }
            let costs = [towards.cost_of_coarsening, towards.cost_of_dropping];
            if costs.iter().any(|cost| !(1..=1_000_000).contains(cost)) {
                return Err("minimisation: expected costs from 1 to 1000000".to_owned());
            }
            if towards.knows.is_empty() || towards.knows.iter().any(Known::is_empty) {
                return Err("minimisation, knows: expected items, or all-quasi-identifiers = true".to_owned());
            }
        }
        Ok(read)
    }

    /// Every treatment that somebody may remember a column by, or that the path may try.
    pub fn treatments(&self) -> impl Iterator<Item = &Treatment> {
        let recalled = self.scenarios.iter().flat_map(|scenario| &scenario.recalls).map(|recalled| &recalled.to);
        let ladders = self.minimisation.iter().flat_map(|towards| &towards.ladders);
        recalled.chain(ladders.flat_map(|ladder| &ladder.steps))
    }
}

impl Known {
    fn is_empty(&self) -> bool {
        self.items.is_empty() && !self.all_quasi_identifiers
    }

    /// Whether a column of a dataset is among these.
    pub fn names(&self, dataset: &str, column: &Column) -> bool {
        let here = self.dataset.as_ref().is_none_or(|only| only == dataset);
        here && ((self.all_quasi_identifiers && column.quasi_identifier) || names(&self.items, column))
    }
}

/// Whether a list of addresses names a column: a whole address any, one with a `*` only quasi-identifiers.
pub fn names(items: &[String], column: &Column) -> bool {
    items.iter().any(|item| *item == column.item || (column.quasi_identifier && is_like(&column.item, item)))
}

/// Whether an address is like a pattern, in which a `*` stands for any letters or none.
pub fn is_like(address: &str, pattern: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return address == pattern };
    let Some(mut left) = address.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let last = parts.pop().unwrap_or("");
    for part in parts {
        // The first place where it stands leaves most for what follows.
        let Some((_, after)) = left.split_once(part) else { return false };
        left = after;
    }
    left.ends_with(last)
}
