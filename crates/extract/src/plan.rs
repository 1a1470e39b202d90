//! What an instruction asks for, looked up name by name before a row is read.
//!
//! Whatever does not fit is refused, all of it at once and by its name. After this, nothing is decided any more: the
//! rest of the extract carries out what stands here.

mod look;
mod refusal;

use std::path::Path;

use arrow::datatypes::DataType;
use package::Instruction;
use package::document::{DocumentError, Signed};
use package::specification::{People, PostcodeTo, Treatment};
use register::{Class, Digest, Moment, PartialDate};
use tlog::VerifierKey;

use look::Looking;
pub use refusal::Refusal;

use crate::aside::Aside;
use crate::measure::{Place, Written};
use crate::select::Window;
use crate::source::{Condition, Opened, Rows};
use crate::sources::{Dataset, Sources};

/// Why an instruction is not carried out.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// It is malformed, or not signed by the custodian.
    #[error("{0}")]
    Document(#[from] DocumentError),
    /// Its last day has passed.
    #[error("the instruction was valid until {}, and today is {}", .until.in_words(), .today.in_words())]
    Expired {
        /// Its last day.
        until: PartialDate,
        /// Today.
        today: PartialDate,
    },
    /// The custodian's key is none.
    #[error("the instruction's key: {0}")]
    Key(package::sealed::NotAKey),
    /// What does not fit the zone's records, all of it.
    #[error("the instruction does not fit the records of this zone:{}", list(.0))]
    Refused(Vec<Refusal>),
}

fn list(refusals: &[Refusal]) -> String {
    refusals.iter().map(|refusal| format!("\n- {refusal}")).collect()
}

/// An instruction that may be carried out as far as it and the day say: the records are not looked at yet.
#[derive(Debug, Clone)]
pub struct Approved {
    /// What it says.
    pub instruction: Instruction,
    /// The digest of its JSON.
    pub digest: Digest,
}

/// What is carried out.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The instruction.
    pub approved: Approved,
    /// What is read of each dataset, in the specification's order.
    pub datasets: Vec<PlannedDataset>,
    /// The dataset in whose rows everybody has to be, as its place in `datasets`.
    pub found_in: Option<usize>,
}

/// What is read of one dataset.
#[derive(Debug, Clone)]
pub struct PlannedDataset {
    /// Its name.
    pub name: String,
    /// The name of the file that leaves.
    pub file: String,
    /// The column that identifies a person.
    pub person: String,
    /// Where years and cohorts stand.
    pub rows: Rows,
    /// The windows of its items, each once: a row leaves if it lies in one of them.
    pub windows: Vec<Window>,
    /// Which rows are kept.
    pub conditions: Vec<Condition>,
    /// What leaves; nothing where the dataset only says who.
    pub columns: Vec<PlannedColumn>,
}

/// A column that leaves.
#[derive(Debug, Clone)]
pub struct PlannedColumn {
    /// Its name, in the source and in the file.
    pub name: String,
    /// The item's address.
    pub item: String,
    /// How it is classified.
    pub classes: Vec<Class>,
    /// What is done to it.
    pub treatment: Treatment,
    /// Its type in the source.
    pub data_type: DataType,
    /// Its window, as a place in the dataset's.
    pub window: usize,
}

/// Reads an instruction, and says whether it may be carried out today.
///
/// # Errors
/// If it is malformed, not signed with this key, or out of date.
pub fn approved(bytes: &[u8], custodian: &VerifierKey, today: Moment) -> Result<Approved, PlanError> {
    let signed = Signed::<Instruction>::parse(bytes)?;
    let instruction = signed.verified_by(custodian)?.clone();
    let today = today.date();
    if instruction.valid_until.days_until(today) > 0 {
        return Err(PlanError::Expired { until: instruction.valid_until, today });
    }
    package::sealed::recipient(&instruction.key).map_err(PlanError::Key)?;
    Ok(Approved { instruction, digest: signed.digest() })
}

impl Approved {
    /// The datasets that it asks for, as the sources have them; those that they do not have are refused later.
    pub fn datasets<'a>(&self, sources: &'a Sources) -> Vec<&'a Dataset> {
        let parts = self.instruction.specification.datasets.iter();
        parts.filter_map(|part| sources.dataset(&part.name)).collect()
    }

    /// Looks everything up. `opened` are the datasets that both have; `listed` says whether a list of people was given.
    ///
    /// # Errors
    /// Everything that does not fit.
    pub fn plan(self, sources: &Sources, opened: &[Opened], listed: bool) -> Result<Plan, PlanError> {
        let specification = &self.instruction.specification;
        let mut refused = Vec::new();
        match (&specification.people, listed) {
            (People::Listed { .. }, false) => refused.push(Refusal::NoList),
            (People::Everyone {} | People::FoundIn { .. }, true) => refused.push(Refusal::ListNotAsked),
            _ => {}
        }
        if specification.delivered().next().is_none() {
            refused.push(Refusal::Nothing);
        }
        let mut datasets = Vec::new();
        for part in &specification.datasets {
            let found = sources.dataset(&part.name).zip(opened.iter().find(|opened| opened.name == part.name));
            match found {
                None => refused.push(Refusal::Dataset(part.name.clone())),
                Some((dataset, opened)) => {
                    let looking = Looking { approved: &self, part, dataset, schema: &opened.schema, sources };
                    datasets.push(looking.up(&mut refused));
                }
            }
        }
        let found_in = match &specification.people {
            People::FoundIn { within } => datasets.iter().position(|dataset| dataset.name == *within),
            People::Everyone {} | People::Listed { .. } => None,
        };
        if refused.is_empty() {
            Ok(Plan { approved: self, datasets, found_in })
        } else {
            Err(PlanError::Refused(refused))
        }
    }
}

impl Plan {
    /// Whether postcodes are to become regions.
    pub fn asks_for_regions(&self) -> bool {
        let region = Treatment::Postcode { to: PostcodeTo::Region };
        self.datasets.iter().flat_map(|dataset| &dataset.columns).any(|column| column.treatment == region)
    }

    /// The files that leave, in which folder they lie, and where each says to whom and when its rows belong.
    pub fn files(&self, folder: &Path, aside: &Aside) -> Vec<Written> {
        let leaving: Vec<&PlannedDataset> =
            self.datasets.iter().filter(|dataset| !dataset.columns.is_empty()).collect();
        // People of several files are counted together, which they can be only where all files name them in the same
        // way.
        let by: Vec<Option<&PlannedColumn>> = leaving.iter().map(|dataset| dataset.whole(&dataset.person)).collect();
        let same = by
            .windows(2)
            .all(|pair| pair[0].map(|column| &column.treatment) == pair[1].map(|column| &column.treatment));
        let files = leaving.iter().zip(by).map(|(dataset, person)| {
            let kept = |name: &str| dataset.whole(name).filter(|column| column.treatment == (Treatment::Keep {}));
            let or_beside = |column: Option<&PlannedColumn>| {
                column.map_or(Place::Beside, |column| Place::Column(column.name.clone()))
            };
            Written {
                name: dataset.file.clone(),
                path: folder.join(&dataset.file),
                beside: aside.rows(&dataset.file),
                dataset: dataset.name.clone(),
                person: or_beside(person.filter(|_| same)),
                year: match (&dataset.rows.year, dataset.rows.of_year) {
                    (Some((name, _)), _) => or_beside(kept(name)),
                    (None, Some(year)) => u16::try_from(year).map_or(Place::Nowhere, Place::OfYear),
                    (None, None) => Place::Nowhere,
                },
                cohort: dataset.rows.born.as_ref().map_or(Place::Nowhere, |(name, _)| or_beside(kept(name))),
                treatments: dataset
                    .columns
                    .iter()
                    .map(|column| (column.name.clone(), column.treatment.clone()))
                    .collect(),
            }
        });
        files.collect()
    }
}

impl PlannedDataset {
    /// A column that leaves with a value in every row: its window is the only one.
    fn whole(&self, name: &str) -> Option<&PlannedColumn> {
        self.columns.iter().find(|column| column.name == name).filter(|_| self.windows.len() == 1)
    }
}
