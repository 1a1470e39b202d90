//! What of an instruction does not fit the zone's records.

/// One thing that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A dataset that the sources do not have.
    #[error("the sources have no dataset {0:?}")]
    Dataset(String),
    /// A dataset of which no item is asked for.
    #[error("{0}: no item of it is asked for")]
    NoItems(String),
    /// Nothing leaves.
    #[error("every item is left out")]
    Nothing,
    /// An item that no column of the sources holds.
    #[error("{dataset}: the sources have no column for the item {item:?}")]
    Item {
        /// The dataset.
        dataset: String,
        /// The item's address.
        item: String,
    },
    /// A column that the sources name and no file has.
    #[error("{dataset}: its files have no column {column:?}")]
    Column {
        /// The dataset.
        dataset: String,
        /// The column.
        column: String,
    },
    /// A column without a class: it never leaves.
    #[error("{dataset}: the column {column:?} of the item {item:?} has no class, and such a column is never released")]
    Unclassified {
        /// The dataset.
        dataset: String,
        /// The item's address.
        item: String,
        /// The column.
        column: String,
    },
    /// A column that is classified otherwise than what was approved.
    #[error("{dataset}: the item {item:?} was approved with {approved}, and the sources give it {found}")]
    Classes {
        /// The dataset.
        dataset: String,
        /// The item's address.
        item: String,
        /// The classes in the specification.
        approved: String,
        /// Those in the sources.
        found: String,
    },
    /// A treatment that the column's type does not allow.
    #[error("{dataset}: the item {item:?} was approved {treatment:?}, which takes {takes}, and its column is {found}")]
    Treatment {
        /// The dataset.
        dataset: String,
        /// The item's address.
        item: String,
        /// The treatment, in words.
        treatment: String,
        /// What it takes.
        takes: &'static str,
        /// The column's type.
        found: String,
    },
    /// The column that identifies people, treated so that some of them could still be told.
    #[error(
        "{dataset}: the item {item:?} identifies people; it can be kept, dropped or replaced by a \
         pseudonym, and was approved {treatment:?}"
    )]
    Identifier {
        /// The dataset.
        dataset: String,
        /// The item's address.
        item: String,
        /// The treatment, in words.
        treatment: String,
    },
    /// Regions are asked for, and there is no table of them.
    #[error("{dataset}: the item {item:?} is to leave as region, and the sources name no region-table")]
    NoRegions {
        /// The dataset.
        dataset: String,
        /// The item's address.
        item: String,
    },
    /// A filter that the column's type does not allow.
    #[error("{dataset}: the filter on {item:?} keeps {takes}, and its column is {found}")]
    Filter {
        /// The dataset.
        dataset: String,
        /// The item's address.
        item: String,
        /// What such a filter can keep.
        takes: &'static str,
        /// The column's type.
        found: String,
    },
    /// A column that says when or who, of a type that cannot.
    #[error("{dataset}: the column {column:?} cannot be its {role}: it is {found}")]
    Role {
        /// The dataset.
        dataset: String,
        /// The column.
        column: String,
        /// What it should say.
        role: &'static str,
        /// The column's type.
        found: String,
    },
    /// Years are asked for of a dataset that has none.
    #[error("{0}: items are asked for by year, and the sources name neither a year column nor the year of all rows")]
    NoYear(String),
    /// Cohorts are asked for of a dataset without dates of birth.
    #[error("{0}: cohorts are asked for, and the sources name no column with the date of birth")]
    NoBorn(String),
    /// The people are to be listed, and no list was given.
    #[error("the people are those of a list; give it with --people")]
    NoList,
    /// A list of people was given for an instruction that asks for none.
    #[error("a list of people was given, and the instruction does not ask for one")]
    ListNotAsked,
}
