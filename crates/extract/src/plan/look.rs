//! One dataset of an instruction, name by name, beside what the zone has of it.

use arrow::datatypes::{DataType, SchemaRef};
use package::specification::{DatasetPart, PostcodeTo, SpecifiedItem, Treatment};
use register::Class;
use register::dictionary::dataset_address;

use super::{Approved, PlannedColumn, PlannedDataset, Refusal};
use crate::select::Window;
use crate::source::{Condition, Rows};
use crate::sources::{Dataset, Sources};
use crate::treat::{Kind, fits};

/// One dataset of an instruction beside what the zone has of it.
pub(super) struct Looking<'a> {
    pub(super) approved: &'a Approved,
    pub(super) part: &'a DatasetPart,
    pub(super) dataset: &'a Dataset,
    pub(super) schema: &'a SchemaRef,
    pub(super) sources: &'a Sources,
}

impl Looking<'_> {
    pub(super) fn up(&self, refused: &mut Vec<Refusal>) -> PlannedDataset {
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
