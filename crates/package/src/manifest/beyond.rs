//! What a manifest holds beyond what was approved. Whoever releases compares the two; nothing beyond leaves.

use std::fmt;

use register::vocabulary::Cover;
use register::{Class, Count, Digest, PartialDate};

use super::{Manifest, MeasuredColumn, MeasuredFile};
use crate::document;
use crate::instruction::Instruction;
use crate::specification::{Cohort, DatasetPart, People, Specification, SpecifiedItem, Treatment};

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
    /// An item that is classified otherwise than it was approved.
    Classes {
        /// The dataset.
        dataset: String,
        /// The item's address.
        item: String,
        /// What was approved, in words.
        approved: String,
        /// What it says, in words.
        found: String,
    },
    /// An item that has values in a year for which others of its dataset were approved, and it was not.
    ItemYear {
        /// The dataset.
        dataset: String,
        /// The item's address.
        item: String,
        /// The calendar year in which it begins.
        year: u16,
    },
    /// An item that has values of people of a cohort for which others were approved, and it was not.
    ItemCohort {
        /// The dataset.
        dataset: String,
        /// The item's address.
        item: String,
        /// Which.
        cohort: String,
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
            match specification.dataset(&file.dataset) {
                Some(part) => beyond_part(file, part, specification, &mut found),
                None => found.push(Excess::Dataset(file.dataset.clone())),
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

/// What one file holds beyond what was approved of its dataset. What the whole file has is not said of each column again.
fn beyond_part(file: &MeasuredFile, part: &DatasetPart, specification: &Specification, found: &mut Vec<Excess>) {
    let dataset = || file.dataset.clone();
    let covers = |item: &SpecifiedItem, year: u16| item.first_year <= year && year <= item.last_year;
    let in_part =
        |year: u16| file.columns.iter().filter_map(|column| part.item(&column.item)).any(|item| covers(item, year));
    let named = |cohort: &Cohort| specification.cohorts.is_empty() || specification.cohorts.contains(cohort);
    for column in &file.columns {
        let item = || column.item.clone();
        let Some(approved) = part.item(&column.item).filter(|item| item.treatment != (Treatment::Drop {})) else {
            found.push(Excess::Item { dataset: dataset(), item: item() });
            continue;
        };
        found.extend(otherwise(file, column, approved));
        let years = column.years.iter().filter(|year| in_part(**year) && !covers(approved, **year));
        found.extend(years.map(|year| Excess::ItemYear { dataset: dataset(), item: item(), year: *year }));
        let own = |cohort: &Cohort| approved.cohorts.is_empty() || approved.cohorts.contains(cohort);
        let cohorts = column.cohorts.iter().filter(|cohort| named(cohort) && !own(cohort));
        let cohorts = cohorts.map(ToString::to_string);
        found.extend(cohorts.map(|cohort| Excess::ItemCohort { dataset: dataset(), item: item(), cohort }));
    }
    let years = file.years.iter().filter(|year| !in_part(**year));
    found.extend(years.map(|year| Excess::Year { dataset: dataset(), year: *year }));
    let cohorts = file.cohorts.iter().filter(|cohort| !named(cohort));
    found.extend(cohorts.map(|cohort| Excess::Cohort { dataset: dataset(), cohort: cohort.to_string() }));
}

/// Treatment and classes of a column that are not those of its item.
fn otherwise(file: &MeasuredFile, column: &MeasuredColumn, approved: &SpecifiedItem) -> Vec<Excess> {
    let (dataset, item) = (|| file.dataset.clone(), || column.item.clone());
    let treatment = (approved.treatment != column.treatment).then(|| Excess::Treatment {
        dataset: dataset(),
        item: item(),
        approved: approved.treatment.to_string(),
        found: column.treatment.to_string(),
    });
    let classes = (approved.classes != column.classes).then(|| Excess::Classes {
        dataset: dataset(),
        item: item(),
        approved: in_words(&approved.classes),
        found: in_words(&column.classes),
    });
    treatment.into_iter().chain(classes).collect()
}

fn in_words(classes: &[Class]) -> String {
    if classes.is_empty() {
        return "no class".to_owned();
    }
    let each: Vec<String> = classes.iter().map(|class| format!("{} {}", class.scheme, class.value)).collect();
    each.join(", ")
}

struct SchoolYear(u16);

impl fmt::Display for SchoolYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{:02}", self.0, (self.0 + 1) % 100)
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
            Self::Classes { dataset, item, approved, found } => {
                write!(f, "{item} of {dataset} left as {found}, and was approved as {approved}")
            }
            Self::ItemYear { dataset, item, year } => {
                write!(f, "{item} of {dataset} has values of {}, for which it was not approved", SchoolYear(*year))
            }
            Self::ItemCohort { dataset, item, cohort } => {
                write!(f, "{item} of {dataset} has values of people born in {cohort}, for whom it was not approved")
            }
            Self::Year { dataset, year } => {
                write!(f, "{dataset} has rows of {}, which was not approved", SchoolYear(*year))
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
