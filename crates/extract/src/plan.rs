//! What an instruction asks for, looked up name by name before a row is read.
//!
//! Whatever does not fit is refused, all of it at once and by its name. After this, nothing is decided any more: the rest of the
//! extract carries out what stands here.

mod refusal;

use std::path::Path;

use arrow::datatypes::{DataType, SchemaRef};
use package::Instruction;
use package::document::{DocumentError, Signed};
use package::specification::{DatasetPart, People, PostcodeTo, SpecifiedItem, Treatment};
use register::dictionary::dataset_address;
use register::{Class, Digest, Moment, PartialDate};
use tlog::VerifierKey;

pub use refusal::Refusal;

use crate::aside::Aside;
use crate::measure::{Place, Written};
use crate::select::Window;
use crate::source::{Condition, Opened, Rows};
use crate::sources::{Dataset, Sources};
use crate::treat::{Kind, fits};

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
        // People of several files are counted together, which they can be only where all files name them in the same way.
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

/// One dataset of an instruction beside what the zone has of it.
struct Looking<'a> {
    approved: &'a Approved,
    part: &'a DatasetPart,
    dataset: &'a Dataset,
    schema: &'a SchemaRef,
    sources: &'a Sources,
}

impl Looking<'_> {
    fn up(&self, refused: &mut Vec<Refusal>) -> PlannedDataset {
        let specification = &self.approved.instruction.specification;
        if self.part.items.is_empty() {
            refused.push(Refusal::NoItems(self.part.name.clone()));
        }
        self.role(&self.dataset.person, "person", &[Kind::Text, Kind::Whole], refused);
        let rows = self.rows(refused);
        if rows.year.is_none() && rows.of_year.is_none() && self.dataset.year.is_none() {
            refused.push(Refusal::NoYear(self.part.name.clone()));
        }
        let delivered: Vec<&SpecifiedItem> =
            self.part.items.iter().filter(|item| item.treatment != Treatment::Drop {}).collect();
        // A dataset of which nothing leaves may still say who does: then every item of it says when.
        let timed: Vec<&SpecifiedItem> =
            if delivered.is_empty() { self.part.items.iter().collect() } else { delivered.clone() };
        let mut windows: Vec<Window> = timed.iter().map(|item| Window::of(item, specification)).collect();
        windows.sort();
        windows.dedup();
        if windows.iter().any(|window| window.cohorts.is_some()) && self.dataset.born.is_none() {
            refused.push(Refusal::NoBorn(self.part.name.clone()));
        }
        // Dropped items are looked up as well: a name that nobody knows is a sign of another dictionary.
        let looked_up: Vec<(&SpecifiedItem, Option<DataType>)> =
            self.part.items.iter().map(|item| (item, self.item(item, refused))).collect();
        let columns = looked_up.into_iter().filter(|(item, _)| item.treatment != Treatment::Drop {});
        let columns = columns.filter_map(|(item, data_type)| {
            let column = self.dataset.column_of(&item.item)?;
            let own = Window::of(item, specification);
            Some(PlannedColumn {
                name: column.name.clone(),
                item: item.item.clone(),
                classes: item.classes.clone(),
                treatment: item.treatment.clone(),
                data_type: data_type?,
                window: windows.iter().position(|window| *window == own)?,
            })
        });
        PlannedDataset {
            name: self.part.name.clone(),
            file: format!("{}.{}", dataset_address(&self.part.name), self.approved.instruction.format.extension()),
            person: self.dataset.person.clone(),
            columns: columns.collect(),
            conditions: self.conditions(refused),
            rows,
            windows,
        }
    }

    /// The columns that say when.
    fn rows(&self, refused: &mut Vec<Refusal>) -> Rows {
        let year = self.dataset.year.as_ref().and_then(|name| {
            let data_type = self.role(name, "year", &[Kind::Text, Kind::Whole], refused)?;
            Some((name.clone(), data_type))
        });
        let born = self.dataset.born.as_ref().and_then(|name| {
            let data_type = self.role(name, "date of birth", &[Kind::Text, Kind::Date, Kind::Moment], refused)?;
            Some((name.clone(), data_type))
        });
        Rows { year, of_year: self.dataset.of_year.map(i32::from), born }
    }

    /// The type of a column that the sources name for what it says of a row.
    fn role(&self, name: &str, role: &'static str, kinds: &[Kind], refused: &mut Vec<Refusal>) -> Option<DataType> {
        let data_type = self.column(name, refused)?;
        if kinds.contains(&Kind::of(&data_type)) {
            return Some(data_type);
        }
        refused.push(Refusal::Role {
            dataset: self.part.name.clone(),
            column: name.to_owned(),
            role,
            found: data_type.to_string(),
        });
        None
    }

    fn column(&self, name: &str, refused: &mut Vec<Refusal>) -> Option<DataType> {
        match self.schema.field_with_name(name) {
            Ok(field) => Some(field.data_type().clone()),
            Err(_) => {
                refused.push(Refusal::Column { dataset: self.part.name.clone(), column: name.to_owned() });
                None
            }
        }
    }

    /// The type of an item's column, where it is as the specification says.
    fn classified(&self, item: &str, classes: &[Class], refused: &mut Vec<Refusal>) -> Option<DataType> {
        let (dataset, item_name) = (self.part.name.clone(), item.to_owned());
        let Some(column) = self.dataset.column_of(item) else {
            refused.push(Refusal::Item { dataset, item: item_name });
            return None;
        };
        if column.classes.is_empty() {
            refused.push(Refusal::Unclassified { dataset, item: item_name, column: column.name.clone() });
            return None;
        }
        if column.classes != classes {
            refused.push(Refusal::Classes {
                dataset,
                item: item_name,
                approved: in_words(classes),
                found: in_words(&column.classes),
            });
            return None;
        }
        self.column(&column.name, refused)
    }

    fn item(&self, item: &SpecifiedItem, refused: &mut Vec<Refusal>) -> Option<DataType> {
        let data_type = self.classified(&item.item, &item.classes, refused)?;
        let refusal = |takes: &'static str| Refusal::Treatment {
            dataset: self.part.name.clone(),
            item: item.item.clone(),
            treatment: item.treatment.to_string(),
            takes,
            found: data_type.to_string(),
        };
        if let Err(takes) = fits(&item.treatment, &data_type) {
            refused.push(refusal(takes));
        }
        let identifies = self.dataset.column_of(&item.item).is_some_and(|column| column.name == self.dataset.person);
        let whole = matches!(item.treatment, Treatment::Keep {} | Treatment::Drop {} | Treatment::Pseudonymise {});
        if identifies && !whole {
            // Any other treatment lets some identifiers through, and seems not to.
            refused.push(Refusal::Identifier {
                dataset: self.part.name.clone(),
                item: item.item.clone(),
                treatment: item.treatment.to_string(),
            });
        }
        let region = item.treatment == (Treatment::Postcode { to: PostcodeTo::Region });
        if region && self.sources.region_table.is_none() {
            refused.push(Refusal::NoRegions { dataset: self.part.name.clone(), item: item.item.clone() });
        }
        Some(data_type)
    }

    fn conditions(&self, refused: &mut Vec<Refusal>) -> Vec<Condition> {
        let mut conditions = Vec::new();
        for filter in &self.part.filters {
            let Some(data_type) = self.classified(&filter.item, &filter.classes, refused) else { continue };
            let Some(column) = self.dataset.column_of(&filter.item) else { continue };
            let condition = Condition { column: column.name.clone(), data_type, keep: filter.keep.clone() };
            match condition.misfit() {
                None => conditions.push(condition),
                Some(takes) => refused.push(Refusal::Filter {
                    dataset: self.part.name.clone(),
                    item: filter.item.clone(),
                    takes,
                    found: condition.data_type.to_string(),
                }),
            }
        }
        conditions
    }
}

fn in_words(classes: &[Class]) -> String {
    if classes.is_empty() {
        return "no class".to_owned();
    }
    let each: Vec<String> = classes.iter().map(|class| format!("{} {}", class.scheme, class.value)).collect();
    each.join(", ")
}
