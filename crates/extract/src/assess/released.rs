//! A column as it would be released: the codes of its treated values, and what coarser forms make of them.

use std::collections::HashMap;
use std::sync::Arc;

use package::specification::Treatment;

use super::classes::classes;
use super::coded::{Coded, Table};
use super::minimise::Rung;
use super::value::{Unfit, Value, treated};
use crate::treat::Regions;

/// A column of one record for each person.
#[derive(Debug)]
pub struct Released {
    /// The codes of the values as they would be released.
    pub coded: Coded,
    /// What each code stands for; nothing where the value is missing.
    pub labels: Vec<Option<String>>,
    /// The distinct values in the sources that these people have, and the year of their rows where it matters.
    sources: Vec<(Value, Option<i32>)>,
    /// The released code of each of those.
    of_source: Vec<u32>,
    regions: Option<Arc<Regions>>,
}

/// Codes that a treatment gives to distinct values, and their labels.
type Labelled = (Vec<u32>, Vec<Option<String>>);

impl Released {
    /// The column under its treatment. `others` are treatments that will be asked for later, `regions` the sources' table.
    ///
    /// # Errors
    /// If the treatment cannot be done to its values, or they cannot be counted after it.
    pub fn new<'a>(
        codes: Vec<u32>,
        values: &[Value],
        years: &[Option<i32>],
        treatment: &'a Treatment,
        mut others: impl Iterator<Item = &'a Treatment>,
        regions: Option<&Arc<Regions>>,
    ) -> Result<Self, Unfit> {
        let (codes, values) = used(codes, values);
        let of_age = |treatment: &Treatment| matches!(treatment, Treatment::AgeBand { .. });
        let by_year = (of_age(treatment) || others.any(of_age)) && values.iter().any(|value| value.day().is_some());
        let (codes, sources) = if by_year {
            with_years(codes, values, years)
        } else {
            (codes, values.into_iter().map(|value| (value, None)).collect())
        };
        let kept = matches!(treatment, Treatment::Keep {} | Treatment::TopCode { .. });
        if kept && sources.iter().any(|(value, _)| value.is_fraction()) && all_numbers(&sources) {
            return Err(Unfit::Fraction);
        }
        let (of_source, labels) = labelled(&sources, treatment, regions)?;
        let coded = Coded { codes, values: sources.len() as u32 }.mapped(&of_source, labels.len() as u32);
        Ok(Self { coded, labels, sources, of_source, regions: regions.cloned() })
    }

    /// How many people have no value.
    pub fn nulls(&self) -> u64 {
        let missing = self.labels.iter().position(Option::is_none);
        missing.map_or(0, |missing| self.coded.codes.iter().filter(|code| **code == missing as u32).count() as u64)
    }

    /// The column as somebody has it in mind who knows it as if a treatment had been done to it. Where that is not coarser
    /// than what is released they are taken to know what is released: risk is rather over- than understated.
    ///
    /// # Errors
    /// If the treatment cannot be done to its values.
    pub fn recalled(&self, treatment: &Treatment) -> Result<Coded, Unfit> {
        let (theirs, labels) = labelled(&self.sources, treatment, self.regions.as_ref())?;
        Ok(match coarser(&self.of_source, self.labels.len(), &theirs) {
            Some(map) => self.coded.mapped(&map, labels.len() as u32),
            None => self.coded.clone(),
        })
    }

    /// The rungs of a ladder that are coarser than what precedes them, from what is released on, with their treatments.
    ///
    /// # Errors
    /// If a treatment cannot be done to its values.
    pub fn ladder(&self, steps: &[Treatment]) -> Result<Vec<(Rung, Treatment)>, Unfit> {
        let mut ladder = Vec::new();
        let (mut before, mut values) = (self.of_source.clone(), self.labels.len());
        for step in steps {
            let (after, labels) = labelled(&self.sources, step, self.regions.as_ref())?;
            if let Some(map) = coarser(&before, values, &after).filter(|_| labels.len() < values) {
                ladder.push((Rung { map, values: labels.len() as u32 }, step.clone()));
                (before, values) = (after, labels.len());
            }
        }
        Ok(ladder)
    }
}

/// What each code before becomes, if each becomes one.
fn coarser(before: &[u32], values: usize, after: &[u32]) -> Option<Vec<u32>> {
    let mut map = vec![None; values];
    for (from, to) in before.iter().zip(after) {
        if *map[*from as usize].get_or_insert(*to) != *to {
            return None;
        }
    }
    map.into_iter().collect()
}

fn labelled(
    sources: &[(Value, Option<i32>)],
    treatment: &Treatment,
    regions: Option<&Arc<Regions>>,
) -> Result<Labelled, Unfit> {
    let mut codes: HashMap<Option<String>, u32> = HashMap::new();
    let mut labels = Vec::new();
    let of_source = treated(sources, treatment, regions)?.into_iter().map(|label| match codes.get(&label) {
        Some(code) => *code,
        None => {
            labels.push(label.clone());
            codes.insert(label, labels.len() as u32 - 1);
            labels.len() as u32 - 1
        }
    });
    Ok((of_source.collect(), labels))
}

/// Whether every value is a number or missing: a text with a point among others is a text.
fn all_numbers(sources: &[(Value, Option<i32>)]) -> bool {
    sources.iter().all(|(value, _)| *value == Value::Missing || value.is_fraction() || value.whole().is_some())
}

/// Only the values that some person has: others were in rows that do not leave, or that a later one replaced.
fn used(mut codes: Vec<u32>, values: &[Value]) -> (Vec<u32>, Vec<Value>) {
    let mut numbers = vec![None; values.len()];
    let mut left = Vec::new();
    for code in &mut codes {
        let place = *code as usize;
        *code = *numbers[place].get_or_insert_with(|| {
            left.push(values[place].clone());
            left.len() as u32 - 1
        });
    }
    (codes, left)
}

/// Values together with the year of their row.
fn with_years(codes: Vec<u32>, values: Vec<Value>, years: &[Option<i32>]) -> (Vec<u32>, Vec<(Value, Option<i32>)>) {
    let mut numbers: HashMap<Option<i32>, u32> = HashMap::new();
    let year_codes = years.iter().map(|year| {
        let next = numbers.len() as u32;
        *numbers.entry(*year).or_insert(next)
    });
    let year_codes: Vec<u32> = year_codes.collect();
    let by_value = Coded { codes, values: values.len() as u32 };
    let by_year = Coded { codes: year_codes, values: numbers.len() as u32 };
    let pairs = classes(&Table::of_people(years.len(), vec![&by_value, &by_year]), 1);
    let mut sources = vec![None; pairs.sizes.len()];
    for (record, pair) in pairs.of_record.iter().enumerate() {
        sources[*pair as usize].get_or_insert_with(|| (values[by_value.codes[record] as usize].clone(), years[record]));
    }
    (pairs.of_record, sources.into_iter().flatten().collect())
}
