//! How much of each school-year cohort of the sources a release holds.

use std::collections::BTreeMap;
use std::io;

use register::statement::Cohort;
use register::vocabulary::Cover;
use serde::{Deserialize, Serialize};

use super::distinct::{Distinct, PARTS};
use super::token::of_cohort;
use crate::population::Population;

/// One cohort: how many people the sources have of it, and how many of them are in a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// By the calendar year in which its school year of birth begins.
    pub cohort: u16,
    /// How many are in the release.
    pub held: u64,
    /// How many the sources have.
    pub all: u64,
}

/// Counts people of each cohort: `people` are those who are in the release, by tokens of the population.
///
/// # Errors
/// If one of the two cannot be read.
pub fn held(population: &Population, people: Distinct) -> io::Result<Vec<Held>> {
    let mut people = people.parts();
    let mut counts: BTreeMap<u16, (u64, u64)> = BTreeMap::new();
    // A token and its cohort are in the part of the token alone.
    for number in 0..PARTS {
        let held = people.part(number)?;
        for pair in population.part(number)? {
            let (person, cohort) = of_cohort(pair);
            let count = counts.entry(cohort).or_default();
            count.0 += u64::from(held.binary_search(&person).is_ok());
            count.1 += 1;
        }
    }
    Ok(counts.into_iter().map(|(cohort, (held, all))| Held { cohort, held, all }).collect())
}

impl Held {
    /// How many the release does not have.
    pub fn missing(&self) -> u64 {
        self.all - self.held
    }

    /// As a statement says it; nothing where the release holds nobody of it. `whole` is whether it is published as
    /// whole.
    pub fn cover(&self, whole: bool) -> Option<Cohort> {
        let cover = if whole { Cover::All } else { Cover::Some };
        let cohort = format!("{}-{}", self.cohort, self.cohort + 1);
        (self.held > 0).then_some(Cohort { cohort, cover })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::token::{Tokens, in_cohort};
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn cohorts_are_counted_as_plain_sets_count_them(
            born in proptest::collection::vec((0_u16..300, 1990_i32..1994), 0..400),
            chosen in proptest::collection::btree_set(0_u16..300, 0..300),
            limit in 1_usize..500,
        ) {
            let place = tempfile::tempdir().unwrap();
            let tokens = Tokens::new(&[9; 16]);
            let person = |number: u16| tokens.person(&number.to_string());
            let (mut population, mut people) = (Distinct::new(limit, place.path()), Distinct::new(limit, place.path()));
            let mut plain: BTreeMap<u16, std::collections::BTreeSet<u16>> = BTreeMap::new();
            for (number, cohort) in born {
                population.insert(in_cohort(person(number), cohort).unwrap()).unwrap();
                plain.entry(cohort as u16).or_default().insert(number);
            }
            let path = place.path().join("population");
            Population::write(&path, population).unwrap();
            let population = Population::open(&path).unwrap().unwrap();
            chosen.iter().for_each(|number| assert!(people.insert(person(*number)).unwrap()));
            let wanted: Vec<Held> = plain.into_iter().map(|(cohort, all)| Held {
                cohort,
                held: all.intersection(&chosen).count() as u64,
                all: all.len() as u64,
            }).collect();
            prop_assert_eq!(held(&population, people).unwrap(), wanted);
        }
    }
}
