//! The assessment: how easily people could be found in what a specification asks for, counted over everybody in it before the
//! decision. The data zone writes it, the desk reads it.
//!
//! Counts are exact, so the file stays in the custodian's hands. It holds no identifier and no value of any person: names of
//! columns, and labels of groups of ten people and more. `docs/reference/assessment.md` gives units, formulas and sources.

mod check;

use register::Digest;
use serde::{Deserialize, Serialize};

use crate::specification::Treatment;

/// What was counted. Members stand in alphabetical order, which is their canonical order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// What was counted of each dataset, sorted by name.
    pub datasets: Vec<AssessedDataset>,
    /// Which program counted, and its version.
    pub engine: String,
    /// Who might look for somebody, sorted by code.
    pub intruders: Vec<Intruder>,
    /// The digest of the specification.
    pub specification: Digest,
    /// The format version.
    pub v: u8,
}

/// Somebody who might look for a person, in plain words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intruder {
    /// A short code, by which counts name it.
    pub code: String,
    /// How exactly they know what they know.
    pub exactness: String,
    /// What a page calls them.
    pub name: String,
    /// What they want.
    pub wants: String,
}

/// One dataset, one record for each person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessedDataset {
    /// The columns that were counted, sorted by item.
    pub columns: Vec<AssessedColumn>,
    /// How to ask for less; left out where nobody is taken to know anything, or where it was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimisation: Option<Minimisation>,
    /// The dataset's name.
    pub name: String,
    /// People: everybody in the rows that the specification would release.
    pub people: u64,
    /// Which row stands for a person who has several.
    pub record: PersonRecord,
    /// Rows that the specification would release.
    pub rows: u64,
    /// Rows among those that name no person, and are in no count.
    pub rows_of_nobody: u64,
    /// What each intruder could do, sorted by intruder; those who know no column of this dataset are left out.
    pub scenarios: Vec<ScenarioCounts>,
}

/// Which row stands for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PersonRecord {
    /// Nobody has more than one.
    OnlyRow,
    /// That of the latest year; of several in it the last, in the order of the files' names and of their rows.
    LatestYear,
    /// The dataset has no years: the last, in the order of the files' names and of their rows.
    LastRow,
}

/// One column that was counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssessedColumn {
    /// Its name in the data.
    pub column: String,
    /// Distinct values as they would be released, a missing one among them.
    pub distinct: u64,
    /// The item's address.
    pub item: String,
    /// People whose value is missing.
    pub nulls: u64,
    /// Whether the dictionary calls it a quasi-identifier.
    pub quasi_identifier: bool,
    /// Whether it is requested: what is not is used to break down by, and by nothing else.
    pub requested: bool,
    /// Whether the dictionary calls it sensitive.
    pub sensitive: bool,
    /// What is done to its values before they leave.
    pub treatment: Treatment,
}

/// What one intruder could do in one dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScenarioCounts {
    /// Classes by their size, ascending; sizes that do not occur are left out.
    pub histogram: Vec<SizeBand>,
    /// Classes that are the same in a sensitive column, sorted by item.
    pub homogeneous: Vec<HomogeneousCounts>,
    /// The intruder's code.
    pub intruder: String,
    /// What they know: items, sorted.
    pub known: Vec<String>,
    /// How many people could be found.
    pub risk: Risk,
    /// The same for groups of people, sorted by item.
    pub small_groups: Vec<GroupCounts>,
    /// Who is alone by few columns; left out where the intruder knows too many to try.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub special_uniques: Option<SpecialUniques>,
}

/// How many people could be found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Risk {
    /// Equivalence classes, which is also the number of correct matches to expect: of each class one. Of a part of the
    /// people it is the sum of one over the size of each person's class, rounded half up.
    pub expected_matches: u64,
    /// The same for each million people.
    pub expected_matches_per_million: u64,
    /// People.
    pub people: u64,
    /// People in classes of fewer than ten.
    pub under_10: u64,
    /// The same for each million people.
    pub under_10_per_million: u64,
    /// People in classes of fewer than five.
    pub under_5: u64,
    /// The same for each million people.
    pub under_5_per_million: u64,
    /// People who are alone in their class.
    pub unique: u64,
    /// The same for each million people.
    pub unique_per_million: u64,
}

/// Classes of some sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SizeBand {
    /// How many classes.
    pub classes: u64,
    /// The smallest size.
    pub from: u32,
    /// People in them.
    pub people: u64,
    /// The largest size; left out where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<u32>,
}

/// Classes of two people and more who all have the same value of a sensitive column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HomogeneousCounts {
    /// How many classes.
    pub classes: u64,
    /// The sensitive item.
    pub item: String,
    /// People in them.
    pub people: u64,
    /// The same for each million people.
    pub people_per_million: u64,
}

/// The sets of up to three columns by which people are alone, and by no smaller part of the set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpecialUniques {
    /// How many pairs of a person and a set of one, two and three columns.
    pub by_size: [u64; 3],
    /// What each known column has to do with it: those with most sets first, then by item.
    pub drivers: Vec<Driver>,
    /// People who are alone by at least one set.
    pub people: u64,
    /// The same for each million people.
    pub people_per_million: u64,
    /// The sets by which most people are alone, ten at most.
    pub sets: Vec<UniqueSet>,
}

/// One column's part in who is alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Driver {
    /// The item.
    pub item: String,
    /// People who are alone by at least one set with it.
    pub people: u64,
    /// Pairs of a person and a set with it.
    pub sets: u64,
    /// The same for each million of all pairs.
    pub sets_per_million: u64,
}

/// One set of columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UniqueSet {
    /// The items, sorted.
    pub items: Vec<String>,
    /// People who are alone by it, and by no part of it.
    pub people: u64,
}

/// The counts for groups of people, by the value of one item. Classes are those of everybody, not of the group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupCounts {
    /// How many groups there are.
    pub groups: u64,
    /// How many of them have fewer than ten people. They are not named.
    pub groups_under_10: u64,
    /// The item.
    pub item: String,
    /// The groups with the largest shares of people who are alone, the largest share first, then by label.
    pub largest: Vec<Group>,
    /// All people of groups of fewer than ten together; left out where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under_10: Option<Risk>,
}

/// One group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// People of it in homogeneous classes, for each sensitive item, sorted.
    pub homogeneous: Vec<GroupHomogeneous>,
    /// The value that its people have in common; left out where it is missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// How many of its people could be found.
    pub risk: Risk,
    /// Its people who are alone by up to three columns; left out where that was not counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub special_uniques: Option<u64>,
}

/// A group's people in homogeneous classes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupHomogeneous {
    /// The sensitive item.
    pub item: String,
    /// People of the group in classes that all have the same value of it.
    pub people: u64,
}

/// The greedy path towards less.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Minimisation {
    /// As it is asked for.
    pub at_first: Risk,
    /// What each step costs: making a column coarser.
    pub cost_of_coarsening: u64,
    /// What each step costs: leaving a column out.
    pub cost_of_dropping: u64,
    /// Why the path ends.
    pub ended: PathEnd,
    /// The items that are taken to be known, sorted.
    pub known: Vec<String>,
    /// The steps, in order.
    pub steps: Vec<MinimisationStep>,
    /// The share of uniques that is wanted, for each million people.
    pub target_per_million: u64,
}

/// Why a path ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathEnd {
    /// No more people are alone than were wanted.
    Reached,
    /// No single step makes fewer people alone.
    NothingHelps,
}

/// One step of the path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinimisationStep {
    /// What this step and all before it cost.
    pub cost_so_far: u64,
    /// The item.
    pub item: String,
    /// How many people could be found after it.
    pub risk: Risk,
    /// How the item would be treated from here on.
    pub treatment: Treatment,
}

impl Assessment {
    /// The format version that this crate writes.
    pub const VERSION: u8 = 1;
}

/// How many of `people` these are for each million, rounded half up; nothing of nobody.
pub fn per_million(these: u64, people: u64) -> u64 {
    let people = u128::from(people);
    (u128::from(these) * 2_000_000 + people).checked_div(people * 2).map_or(0, |share| share as u64)
}
