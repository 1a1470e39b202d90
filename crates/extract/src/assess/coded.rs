//! Columns as codes: what every kernel counts. A column's distinct values are numbered from 0, a missing value among them.

/// One column, a code for each record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coded {
    /// A code for each record, each under `values`.
    pub codes: Vec<u32>,
    /// How many codes there may be.
    pub values: u32,
}

/// Columns side by side, with how many people each record stands for.
#[derive(Debug, Clone)]
pub struct Table<'a> {
    /// How many records; every column has as many codes.
    pub records: usize,
    /// The columns.
    pub columns: Vec<&'a Coded>,
    /// How many people each record stands for; one each where nothing is said. Together under 2^32.
    pub weights: Option<&'a [u32]>,
}

impl Coded {
    /// The column with each code replaced by what a map gives for it.
    pub fn mapped(&self, map: &[u32], values: u32) -> Self {
        Self { codes: self.codes.iter().map(|code| map[*code as usize]).collect(), values }
    }
}

impl<'a> Table<'a> {
    /// Columns of records that stand for one person each.
    pub fn of_people(records: usize, columns: Vec<&'a Coded>) -> Self {
        Self { records, columns, weights: None }
    }

    /// How many combinations of values there may be; nothing where that is 2^128 or more.
    pub fn cells(&self) -> Option<u128> {
        self.columns.iter().try_fold(1_u128, |cells, column| cells.checked_mul(u128::from(column.values.max(1))))
    }

    /// How many people a record stands for.
    pub fn weight(&self, record: usize) -> u32 {
        self.weights.map_or(1, |weights| weights[record])
    }
}
