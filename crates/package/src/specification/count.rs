//! Counts of a specification's items by their classes, as pages and statements need them.

use std::collections::{BTreeMap, BTreeSet};

use register::Class;
use register::statement::{DatasetUse, ItemCount};

use super::Specification;
use super::problem::{RISK, SENSITIVITY};

impl Specification {
    /// How many delivered items have each combination of classes, sorted.
    pub fn item_counts(&self) -> Vec<ItemCount> {
        let mut counts: BTreeMap<&[Class], u64> = BTreeMap::new();
        for (_, item) in self.delivered() {
            *counts.entry(&item.classes).or_default() += 1;
        }
        counts.into_iter().map(|(classes, count)| ItemCount { classes: classes.to_vec(), count }).collect()
    }

    /// How many delivered items have each value of one scheme; those that it does not classify are under nothing.
    pub fn counts_by(&self, scheme: &str) -> BTreeMap<Option<&str>, u64> {
        let mut counts = BTreeMap::new();
        for (_, item) in self.delivered() {
            *counts.entry(item.class(scheme)).or_default() += 1;
        }
        counts
    }

    /// How many delivered items have each identification risk and sensitivity, the two side by side.
    pub fn matrix(&self) -> BTreeMap<(Option<&str>, Option<&str>), u64> {
        let mut counts = BTreeMap::new();
        for (_, item) in self.delivered() {
            *counts.entry((item.class(RISK), item.class(SENSITIVITY))).or_default() += 1;
        }
        counts
    }

    /// The datasets as a statement lists them, each with every class that an item of it has.
    pub fn dataset_uses(&self) -> Vec<DatasetUse> {
        let uses = self.datasets.iter().map(|part| {
            let of_part = self.delivered().filter(|(of, _)| of.name == part.name);
            let classes: BTreeSet<&Class> = of_part.flat_map(|(_, item)| &item.classes).collect();
            DatasetUse { classes: classes.into_iter().cloned().collect(), frequency: None, name: part.name.clone() }
        });
        uses.collect()
    }
}
