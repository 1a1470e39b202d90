//! A dataset that was written, read back with the Parquet reader.

use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use extract::synth::{Population, write};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

pub const PEOPLE: u64 = 3_000;
pub const YEARS: u16 = 6;
pub const SEED: u64 = 20;

/// A population that several tests read.
pub static WRITTEN: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
    let place = tempfile::tempdir().unwrap();
    let out = place.path().join("synthetic");
    write(&population(), &out, 2, &|_| {}).unwrap();
    (place, out)
});

pub fn population() -> Population {
    Population::new(PEOPLE, YEARS, SEED).unwrap()
}

/// Columns by name, every value as text.
pub struct Table(HashMap<String, Vec<Option<String>>>);

impl Table {
    /// One dataset of [`WRITTEN`].
    pub fn of(dataset: &str) -> Self {
        let mut columns: HashMap<String, Vec<Option<String>>> = HashMap::new();
        for path in files(&WRITTEN.1.join(dataset)) {
            let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(path).unwrap()).unwrap();
            for batch in reader.build().unwrap() {
                let batch = batch.unwrap();
                for (field, values) in batch.schema().fields().iter().zip(batch.columns()) {
                    let texts = cast(values, &DataType::Utf8).unwrap();
                    let texts = texts.as_string::<i32>().iter().map(|value| value.map(str::to_owned));
                    columns.entry(field.name().clone()).or_default().extend(texts);
                    assert!(field.is_nullable() || values.null_count() == 0);
                }
            }
        }
        Self(columns)
    }

    pub fn rows(&self) -> usize {
        self.0["upn"].len()
    }

    pub fn optional(&self, column: &str) -> &[Option<String>] {
        &self.0[column]
    }

    /// The values of a column that has one in each row.
    pub fn column(&self, column: &str) -> Vec<&str> {
        self.0[column].iter().map(|value| value.as_deref().unwrap()).collect()
    }

    pub fn numbers(&self, column: &str) -> Vec<i32> {
        self.column(column).into_iter().map(|value| value.parse().unwrap()).collect()
    }

    /// The rows for which something holds.
    pub fn filter(&self, keep: impl Fn(usize) -> bool) -> Self {
        let kept = |values: &Vec<Option<String>>| {
            values.iter().enumerate().filter(|(row, _)| keep(*row)).map(|(_, value)| value.clone()).collect()
        };
        Self(self.0.iter().map(|(name, values)| (name.clone(), kept(values))).collect())
    }
}

/// All files under a folder, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}
