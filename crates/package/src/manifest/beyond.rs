//! What a manifest holds beyond what was approved. Whoever releases compares the two; nothing beyond leaves.

use std::fmt;

use register::vocabulary::Cover;
use register::{Count, Digest, PartialDate};

use super::Manifest;
use crate::document;
use crate::instruction::Instruction;
use crate::specification::{Cohort, People, Treatment};

/// One thing that is in a manifest and was not approved, or was approved otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Excess {
    /// It is of another share, release, specification or instruction.
    Other {
        /// What differs, such as "share".
        what: &'static str,
        /// What was approved.
        approved: String,
        /// What it says.
        found: String,
    },
    /// A dataset that was not approved.
    Dataset(String),
    /// An item that was not approved, or was to be left out.
    Item {
        /// The dataset.
        dataset: String,
        /// The item's address.
        item: String,
    },
    /// An item that was treated otherwise than it was approved.
    Treatment {
        /// The dataset.
        dataset: String,
        /// The item's address.
        item: String,
        /// What was approved, in words.
        approved: String,
        /// What was done, in words.
        found: String,
    },
    /// A year for which no item of the dataset was approved.
    Year {
        /// The dataset.
        dataset: String,
        /// The calendar year in which it begins.
        year: u16,
    },
    /// A cohort that was not approved.
    Cohort {
        /// The dataset.
        dataset: String,
        /// Which.
        cohort: String,
    },
    /// More people than were approved.
    People {
        /// How many were approved at most.
        approved: u64,
        /// How many there are.
        found: Count,
    },
    /// It was made when the approval had ended.
    Dates {
        /// The last day.
        until: PartialDate,
        /// When it was made.
        made: PartialDate,
    },
}

impl Manifest {
    /// What it holds beyond the instruction; nothing where it may leave.
    pub fn beyond(&self, instruction: &Instruction) -> Vec<Excess> {
        let mut found = Vec::new();
        let mut other = |what, approved: String, said: String| {
            if approved != said {
                found.push(Excess::Other { what, approved, found: said });
            }
        };
        other("share", instruction.share.clone(), self.share.clone());
        other("release", instruction.release.clone(), self.release.clone());
        other("sequence", instruction.sequence.to_string(), self.sequence.to_string());
        other("specification", instruction.specification_digest().to_string(), self.specification.to_string());
        // Whatever else the instruction says, such as to whom: where it differs above, its digest does too.
        if found.is_empty() {
            let digest = document::to_json(instruction).map(|json| Digest::of(json.as_bytes()));
            if digest.as_ref() != Ok(&self.instruction) {
                let approved = digest.map_or_else(|error| error.to_string(), |digest| digest.to_string());
                found.push(Excess::Other { what: "instruction", approved, found: self.instruction.to_string() });
            }
        }
        let specification = &instruction.specification;
        for file in &self.files {
            let dataset = || file.dataset.clone();
            let Some(part) = specification.dataset(&file.dataset) else {
                found.push(Excess::Dataset(dataset()));
                continue;
            };
            for column in &file.columns {
                let item = column.item.clone();
                match part.item(&item) {
                    None => found.push(Excess::Item { dataset: dataset(), item }),
                    Some(approved) if approved.treatment == (Treatment::Drop {}) => {
                        found.push(Excess::Item { dataset: dataset(), item });
                    }
                    Some(approved) if approved.treatment != column.treatment => found.push(Excess::Treatment {
                        dataset: dataset(),
                        item,
                        approved: approved.treatment.to_string(),
                        found: column.treatment.to_string(),
                    }),
                    Some(_) => {}
                }
            }
            for year in &file.years {
                let covered = |column: &super::MeasuredColumn| {
                    part.item(&column.item).is_some_and(|item| item.first_year <= *year && *year <= item.last_year)
                };
                if !file.columns.iter().any(covered) {
                    found.push(Excess::Year { dataset: dataset(), year: *year });
                }
            }
            if !specification.cohorts.is_empty() {
                let beyond = file.cohorts.iter().filter(|cohort| !specification.cohorts.contains(cohort));
                found.extend(beyond.map(|cohort| Excess::Cohort { dataset: dataset(), cohort: cohort.to_string() }));
            }
        }
        // Those of the whole release, where no file of it names them.
        let held = |part: &&register::statement::Cohort| part.cover != Cover::None && !specification.cohorts.is_empty();
        for part in self.cohorts.iter().filter(held) {
            let is_it = |cohort: &Cohort| cohort.to_string() == part.cohort;
            let named = self.files.iter().any(|file| file.cohorts.iter().any(is_it));
            if !named && !specification.cohorts.iter().any(is_it) {
                found.push(Excess::Cohort { dataset: "The release".to_owned(), cohort: part.cohort.clone() });
            }
        }
        let listed = match &specification.people {
            People::Listed { up_to } => Some(u64::from(*up_to)),
            People::Everyone {} | People::FoundIn { .. } => None,
        };
        if let Some(approved) = [instruction.people_at_most, listed].into_iter().flatten().min() {
            // The count is rounded, so what is compared is the rounded limit: 1,204 people of 1,204 are 1,200 of 1,200.
            if self.people > Count::banded(approved) {
                found.push(Excess::People { approved, found: self.people });
            }
        }
        let made = self.made.date();
        if made.last_day() > instruction.valid_until.last_day() {
            found.push(Excess::Dates { until: instruction.valid_until, made });
        }
        found
    }
}

/// As a page and an error say it.
impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Other { what, approved, found } => {
                write!(f, "The {what} is {found}, and {approved} was approved")
            }
            Self::Dataset(dataset) => write!(f, "{dataset} was not approved"),
            Self::Item { dataset, item } => write!(f, "{item} of {dataset} was not approved"),
            Self::Treatment { dataset, item, approved, found } => {
                write!(f, "{item} of {dataset} left {found}, and was approved {approved}")
            }
            Self::Year { dataset, year } => {
                write!(f, "{dataset} has rows of {year}/{:02}, which was not approved", (year + 1) % 100)
            }
            Self::Cohort { dataset, cohort } => {
                write!(f, "{dataset} has people born in {cohort}, who were not approved")
            }
            Self::People { approved, found } => {
                write!(f, "It holds {found} people, and at most {approved} were approved")
            }
            Self::Dates { until, made } => {
                write!(f, "It was made on {}, and the approval ended on {}", made.in_words(), until.in_words())
            }
        }
    }
}
