//! Risk before a decision: how easily intruders of several kinds could find people in what a specification asks for.
//!
//! Everybody in the rows that would be released is counted, as one record each and with the treatments done; nothing is
//! estimated. A column that cannot be counted is refused by its name. What comes out is the file of
//! [`package::assessment`], which stays in the custodian's hands.

pub mod classes;
pub mod coded;
mod count;
mod dataset;
mod encode;
mod homogeneous;
mod keys;
pub mod minimise;
mod partition;
mod people;
mod quick;
mod released;
mod rows;
mod scan;
mod scenarios;
pub mod special;
mod value;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::Arc;

use package::assessment::{Assessment, Intruder};
use package::specification::{People, PostcodeTo, Specification, Treatment};

pub use rows::{row_class_sizes, row_columns};
pub use scenarios::Scenarios;

use crate::sources::Sources;
use crate::treat::{Regions, RegionsError};

/// Why nothing was counted.
#[derive(Debug, thiserror::Error)]
pub enum AssessError {
    /// A file cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file of a dataset is not what it should be.
    #[error("{path}: {message}")]
    Data {
        /// Which.
        path: PathBuf,
        /// What was expected.
        message: String,
    },
    /// The scenarios are not in form.
    #[error("scenarios: {0}")]
    Scenarios(String),
    /// The specification names a dataset that the sources do not have.
    #[error("the sources have no dataset {0:?}, which the specification asks for")]
    NoDataset(String),
    /// The specification names an item that the sources do not have.
    #[error("the sources have no column with the item {item:?} in {dataset}, which the specification asks for")]
    NoColumn {
        /// The dataset.
        dataset: String,
        /// The item's address.
        item: String,
    },
    /// Cohorts are asked for, and nobody knows who is in which.
    #[error("the sources name no column with the date of birth in {dataset}, and the specification asks for cohorts")]
    NoBirth {
        /// The dataset.
        dataset: String,
    },
    /// Values that cannot be read as they must. None of them stands here.
    #[error("the column {column:?} of {dataset}: expected {expected}")]
    Values {
        /// The dataset.
        dataset: String,
        /// The column.
        column: String,
        /// What was expected.
        expected: String,
    },
    /// Columns that cannot be counted exactly.
    #[error("cannot be counted, and is not taken to be without risk: {}; round, recode or drop it", columns.join("; "))]
    Uncountable {
        /// Which, and why not.
        columns: Vec<String>,
    },
    /// More people than the kernels count.
    #[error("{dataset} has more than 2,147,483,647 people")]
    TooMany {
        /// The dataset.
        dataset: String,
    },
    /// The table of regions cannot be used.
    #[error("the region-table: {0}")]
    Regions(#[from] RegionsError),
    /// The specification has no form.
    #[error("the specification: {0}")]
    Specification(#[from] package::specification::SpecificationError),
}

/// Assesses a specification. The work is shared among so many threads, and its result does not depend on them.
///
/// # Errors
/// The first thing that cannot be counted, by its name.
pub fn assess(
    specification: &Specification,
    sources: &Sources,
    scenarios: &Scenarios,
    threads: usize,
) -> Result<Assessment, AssessError> {
    let digest = specification.digest()?;
    let of = |name: &str| sources.dataset(name).ok_or_else(|| AssessError::NoDataset(name.to_owned()));
    // Every name is looked up before a row is read.
    let parts = specification.datasets.iter().map(|part| Ok((part, of(&part.name)?)));
    let parts: Vec<_> = parts.collect::<Result<_, AssessError>>()?;
    let within = match &specification.people {
        People::FoundIn { within } => Some(within),
        // Nobody knows yet whom a list will name: everybody might be on it.
        People::Everyone {} | People::Listed { .. } => None,
    };
    let only = match within.map(|within| parts.iter().find(|(part, _)| part.name == *within).ok_or(within)) {
        None => None,
        Some(Ok((part, dataset))) => Some(people::listed(part, dataset, specification)?),
        Some(Err(within)) => return Err(AssessError::NoDataset(within.clone())),
    };
    let region = Treatment::Postcode { to: PostcodeTo::Region };
    let asks = specification.items().map(|(_, item)| &item.treatment).chain(scenarios.treatments());
    let regions = match &sources.region_table {
        Some(path) if asks.into_iter().any(|treatment| *treatment == region) => Some(Arc::new(Regions::read(path)?)),
        _ => None,
    };
    let mut datasets = Vec::new();
    for (part, dataset) in parts {
        let only = only.as_ref().filter(|_| within != Some(&part.name));
        datasets.push(dataset::assess_dataset(
            part,
            dataset,
            specification,
            scenarios,
            only,
            regions.as_ref(),
            threads,
        )?);
    }
    datasets.sort_by(|a, b| a.name.cmp(&b.name));
    let intruder = |scenario: &scenarios::Scenario| Intruder {
        code: scenario.code.clone(),
        exactness: scenario.exactness.clone(),
        name: scenario.name.clone(),
        wants: scenario.wants.clone(),
    };
    Ok(Assessment {
        datasets,
        engine: format!("rollcall-extract {}", env!("CARGO_PKG_VERSION")),
        intruders: scenarios.scenarios.iter().map(intruder).collect(),
        specification: digest,
        v: Assessment::VERSION,
    })
}
