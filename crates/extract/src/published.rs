//! What was published of a share, so that one release can be subtracted from another only where ten people or more have
//! changed.
//!
//! A count leaves rounded to 10. That alone is not enough: where 14 people became 15, "10" would become "20", and
//! whoever knew the 14 would know the one. So a count that has been published stays as it is until the exact one has
//! moved by 10 or more from the one that it was made of (decision 18).

use std::collections::BTreeMap;

use package::Manifest;
use register::Count;
use register::statement::Cohort;
use serde::{Deserialize, Serialize};

use crate::measure::Measured;

/// What was published last of each count of a share, by its name. It never leaves the zone.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Published(BTreeMap<String, Entry>);

/// One count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    /// The exact count when `shown` was first published.
    exact: u64,
    /// What was published.
    shown: Count,
}

impl Published {
    /// What is published for an exact count, and remembers it.
    pub fn show(&mut self, name: &str, exact: u64) -> Count {
        match self.0.get(name) {
            Some(entry) if entry.exact.abs_diff(exact) < Count::BAND => entry.shown,
            _ => {
                let shown = Count::banded(exact);
                self.0.insert(name.to_owned(), Entry { exact, shown });
                shown
            }
        }
    }

    /// Puts the counts of a measurement into its manifest, as they are published.
    pub fn show_all(&mut self, measured: &Measured, manifest: &mut Manifest) {
        manifest.people = self.show("people", measured.people);
        for (exact, file) in measured.files.iter().zip(&mut manifest.files) {
            let name = |what: &str| format!("{}/{what}", exact.name);
            file.rows = self.show(&name("rows"), exact.rows);
            file.people = self.show(&name("people"), exact.people);
            for (exact, column) in exact.columns.iter().zip(&mut file.columns) {
                column.nulls = self.show(&name(&format!("{}/nulls", column.item)), exact.nulls);
                column.distinct = self.show(&name(&format!("{}/distinct", column.item)), exact.distinct);
            }
        }
        manifest.cohorts = self.cohorts(measured);
    }

    /// Which cohorts it holds. That somebody of a cohort is there is always said; whether all of it is, stays as it was
    /// said until ten more or fewer are missing.
    fn cohorts(&mut self, measured: &Measured) -> Vec<Cohort> {
        let covers = measured.cohorts.iter().filter(|cohort| cohort.held > 0).filter_map(|cohort| {
            let missing = self.show(&format!("cohort/{}", cohort.cohort), cohort.missing());
            cohort.cover(missing == Count::Exactly(0))
        });
        covers.collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn nobody_learns_of_fewer_than_ten_by_subtracting_one_release_from_the_next(
            steps in proptest::collection::vec(-25_i64..25, 1..60), first in 0_u64..200,
        ) {
            let mut published = Published::default();
            let mut exact = first;
            let mut shown = published.show("rows", exact);
            let mut made_of = exact;
            for step in steps {
                exact = exact.saturating_add_signed(step);
                let next = published.show("rows", exact);
                prop_assert!(next.is_banded());
                if next != shown {
                    // The two published numbers stand for counts that are ten apart or more.
                    prop_assert!(made_of.abs_diff(exact) >= 10, "{made_of} was shown as {shown}, {exact} as {next}");
                }
                if made_of.abs_diff(exact) >= 10 {
                    prop_assert_eq!(next, Count::banded(exact));
                    made_of = exact;
                }
                prop_assert!(made_of.abs_diff(exact) < 10);
                shown = next;
            }
        }

        #[test]
        fn what_was_published_survives_its_file(counts in proptest::collection::vec(0_u64..100, 0..20)) {
            let mut published = Published::default();
            for (number, count) in counts.iter().enumerate() {
                published.show(&format!("column {}", number % 3), *count);
            }
            let text = serde_json::to_string(&published).unwrap();
            prop_assert_eq!(serde_json::from_str::<Published>(&text).unwrap(), published);
        }
    }

    #[test]
    fn nothing_is_learnt_of_the_next_count_by_one_who_knows_the_first() {
        // Every pair of counts up to 100: among the counts that would be shown as the second is, either the first
        // itself is one (so it may be that nothing changed), or none of them is within ten of it.
        for first in 0..100_u64 {
            let mut by_shown: BTreeMap<Count, Vec<u64>> = BTreeMap::new();
            for second in 0..100_u64 {
                let mut published = Published::default();
                published.show("rows", first);
                by_shown.entry(published.show("rows", second)).or_default().push(second);
            }
            for (shown, seconds) in by_shown {
                let nothing = seconds.contains(&first);
                assert!(nothing || seconds.iter().all(|second| second.abs_diff(first) >= 10), "{first}, then {shown}");
            }
        }
    }
}
