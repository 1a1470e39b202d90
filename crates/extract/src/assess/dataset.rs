//! One dataset: which columns are looked at, and what is counted of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use package::assessment::{AssessedColumn, AssessedDataset, Minimisation, MinimisationStep, PathEnd, PersonRecord};
use package::specification::{DatasetPart, Specification, Treatment};

use super::AssessError;
use super::coded::{Coded, Table};
use super::count::{Question, count, risk};
use super::minimise::{Bounds, Move, Rung, path};
use super::people::{Listed, records};
use super::released::Released;
use super::scenarios::{Scenario, Scenarios, Towards, names};
use super::value::Unfit;
use crate::sources::{Column, Dataset};
use crate::treat::Regions;

/// A column that is looked at.
struct Seen<'a> {
    column: &'a Column,
    /// Its treatment, where somebody gets to see it.
    requested: Option<&'a Treatment>,
    released: Released,
}

/// Counts one dataset of a specification.
///
/// # Errors
/// If it cannot be read, or a column cannot be counted or treated.
pub fn assess_dataset(
    part: &DatasetPart,
    dataset: &Dataset,
    specification: &Specification,
    scenarios: &Scenarios,
    only: Option<&Listed>,
    regions: Option<&Arc<Regions>>,
    threads: usize,
) -> Result<AssessedDataset, AssessError> {
    for item in part.items.iter().filter(|item| item.treatment != Treatment::Drop {}) {
        if dataset.column_of(&item.item).is_none() {
            return Err(AssessError::NoColumn { dataset: dataset.name.clone(), item: item.item.clone() });
        }
    }
    let mut wanted: Vec<&Column> =
        dataset.columns.iter().filter(|column| is_wanted(part, dataset, column, scenarios)).collect();
    wanted.sort_by(|a, b| a.item.cmp(&b.item));
    let read = records(part, dataset, specification, &wanted, only)?;
    let people = read.years.len();
    let mut seen = Vec::new();
    let mut refused = Vec::new();
    for ((column, codes), values) in wanted.into_iter().zip(read.codes).zip(read.values) {
        let requested = requested(part, column);
        let treatment = requested.unwrap_or(&Treatment::Keep {});
        let recalls = scenarios.scenarios.iter().flat_map(|scenario| recalls_of(scenario, column));
        let others = recalls.chain(ladder_of(scenarios.minimisation.as_ref(), column));
        match Released::new(codes, &values, &read.years, treatment, others, regions) {
            Ok(released) => seen.push(Seen { column, requested, released }),
            Err(Unfit::Fraction) => {
                refused.push(format!("{:?} of {} has fractions, and is not rounded", column.name, dataset.name));
            }
            Err(unfit) => return Err(unfit_at(dataset, column, unfit)),
        }
    }
    if !refused.is_empty() {
        return Err(AssessError::Uncountable { columns: refused });
    }
    let mut counted = Vec::new();
    for scenario in &scenarios.scenarios {
        let known = |column: &Column| scenario.knows.iter().any(|known| known.names(&dataset.name, column));
        let known = seen.iter().filter(|one| one.requested.is_some() && known(one.column)).collect::<Vec<_>>();
        if known.is_empty() {
            continue;
        }
        let mut recalled: BTreeMap<&str, Coded> = BTreeMap::new();
        for one in &known {
            if let Some(to) = recalls_of(scenario, one.column).next() {
                let coded = one.released.recalled(to).map_err(|unfit| unfit_at(dataset, one.column, unfit))?;
                recalled.insert(&one.column.item, coded);
            }
        }
        let is_known = |column: &Column| known.iter().any(|one| one.column.item == column.item);
        let sensitive =
            seen.iter().filter(|one| one.requested.is_some() && one.column.sensitive && !is_known(one.column));
        let groups = seen.iter().filter(|one| names(&scenarios.groups, one.column));
        let question = Question {
            intruder: &scenario.code,
            people,
            known: known
                .iter()
                .map(|one| {
                    let item = one.column.item.as_str();
                    (item, recalled.get(item).unwrap_or(&one.released.coded))
                })
                .collect(),
            sensitive: sensitive.map(|one| (one.column.item.as_str(), &one.released.coded)).collect(),
            groups: groups
                .map(|one| (one.column.item.as_str(), &one.released.coded, one.released.labels.as_slice()))
                .collect(),
            largest_groups: scenarios.largest_groups,
        };
        counted.push(count(&question, threads));
    }
    let minimisation = match &scenarios.minimisation {
        Some(towards) => towards_less(dataset, towards, &seen, people, threads)?,
        None => None,
    };
    let record = match (read.rows - read.rows_of_nobody == people as u64, &dataset.year) {
        (true, _) => PersonRecord::OnlyRow,
        (false, Some(_)) => PersonRecord::LatestYear,
        (false, None) => PersonRecord::LastRow,
    };
    Ok(AssessedDataset {
        columns: seen.iter().map(assessed_column).collect(),
        minimisation,
        name: dataset.name.clone(),
        people: people as u64,
        record,
        rows: read.rows,
        rows_of_nobody: read.rows_of_nobody,
        scenarios: counted,
    })
}

/// The treatment of a column that somebody gets to see: one that is dropped nobody does, and a pseudonym tells nothing.
fn requested<'a>(part: &'a DatasetPart, column: &Column) -> Option<&'a Treatment> {
    let treatment = &part.item(&column.item)?.treatment;
    (!matches!(treatment, Treatment::Drop {} | Treatment::Pseudonymise {})).then_some(treatment)
}

fn is_wanted(part: &DatasetPart, dataset: &Dataset, column: &Column, scenarios: &Scenarios) -> bool {
    let known = || {
        let of_scenarios = scenarios.scenarios.iter().flat_map(|scenario| &scenario.knows);
        let of_path = scenarios.minimisation.iter().flat_map(|towards| &towards.knows);
        of_scenarios.chain(of_path).any(|known| known.names(&dataset.name, column))
    };
    names(&scenarios.groups, column) || (requested(part, column).is_some() && (column.sensitive || known()))
}

fn recalls_of<'a>(scenario: &'a Scenario, column: &'a Column) -> impl Iterator<Item = &'a Treatment> {
    scenario.recalls.iter().filter(|recalled| names(&recalled.items, column)).map(|recalled| &recalled.to)
}

fn ladder_of<'a>(towards: Option<&'a Towards>, column: &Column) -> &'a [Treatment] {
    let ladders = towards.map(|towards| towards.ladders.as_slice()).unwrap_or_default();
    let ladder = ladders.iter().find(|ladder| names(&ladder.items, column));
    ladder.map(|ladder| ladder.steps.as_slice()).unwrap_or_default()
}

fn unfit_at(dataset: &Dataset, column: &Column, unfit: Unfit) -> AssessError {
    let expected = match unfit {
        Unfit::Expected(expected) => expected,
        Unfit::Fraction => "whole numbers, or a treatment that rounds".to_owned(),
    };
    AssessError::Values { dataset: dataset.name.clone(), column: column.name.clone(), expected }
}

fn assessed_column(one: &Seen<'_>) -> AssessedColumn {
    AssessedColumn {
        column: one.column.name.clone(),
        distinct: one.released.labels.len() as u64,
        item: one.column.item.clone(),
        nulls: one.released.nulls(),
        quasi_identifier: one.column.quasi_identifier,
        requested: one.requested.is_some(),
        sensitive: one.column.sensitive,
        treatment: one.requested.cloned().unwrap_or(Treatment::Keep {}),
    }
}

fn towards_less(
    dataset: &Dataset,
    towards: &Towards,
    seen: &[Seen<'_>],
    people: usize,
    threads: usize,
) -> Result<Option<Minimisation>, AssessError> {
    let known = |column: &Column| towards.knows.iter().any(|known| known.names(&dataset.name, column));
    let known: Vec<&Seen<'_>> = seen.iter().filter(|one| one.requested.is_some() && known(one.column)).collect();
    if known.is_empty() || people == 0 {
        return Ok(None);
    }
    let mut ladders: Vec<Vec<Rung>> = Vec::new();
    let mut treatments: Vec<Vec<Treatment>> = Vec::new();
    for one in &known {
        let steps = ladder_of(Some(towards), one.column);
        let ladder = one.released.ladder(steps).map_err(|unfit| unfit_at(dataset, one.column, unfit))?;
        let (rungs, names) = ladder.into_iter().unzip();
        ladders.push(rungs);
        treatments.push(names);
    }
    let columns = known.iter().map(|one| &one.released.coded).collect();
    let bounds = Bounds {
        coarsen: towards.cost_of_coarsening,
        leave_out: towards.cost_of_dropping,
        enough: (people as u128 * u128::from(towards.target_per_million) / 1_000_000) as u64,
    };
    let (at_first, steps) = path(&Table::of_people(people, columns), &ladders, bounds, threads);
    let last = steps.last().map_or(&at_first, |step| &step.sizes);
    let ended = if last.uniques() <= bounds.enough { PathEnd::Reached } else { PathEnd::NothingHelps };
    let mut cost_so_far = 0;
    let steps = steps.iter().map(|step| {
        let (column, treatment, cost) = match step.done {
            Move::Coarsen { column, rung } => (column, treatments[column][rung].clone(), bounds.coarsen),
            Move::LeaveOut { column } => (column, Treatment::Drop {}, bounds.leave_out),
        };
        cost_so_far += cost;
        MinimisationStep { cost_so_far, item: known[column].column.item.clone(), risk: risk(&step.sizes), treatment }
    });
    Ok(Some(Minimisation {
        steps: steps.collect(),
        at_first: risk(&at_first),
        cost_of_coarsening: bounds.coarsen,
        cost_of_dropping: bounds.leave_out,
        ended,
        known: known.iter().map(|one| one.column.item.clone()).collect(),
        target_per_million: towards.target_per_million,
    }))
}
