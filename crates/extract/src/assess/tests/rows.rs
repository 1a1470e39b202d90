//! Rows of files as they stand, against a map of what is in them.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray, StringViewArray};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use proptest::prelude::*;

use crate::assess::{AssessError, row_class_sizes, row_columns};

type Row = (Option<String>, Option<i64>, Option<i32>, Option<String>);

fn write(path: &Path, batch: &RecordBatch, rows: usize) {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(rows)).build();
    let mut writer = ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn parquet(path: &Path, rows: &[Row], group: usize) {
    let columns: [(&str, ArrayRef); 4] = [
        ("a", Arc::new(StringArray::from_iter(rows.iter().map(|row| row.0.as_deref())))),
        ("b", Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.1)))),
        ("c", Arc::new(Date32Array::from_iter(rows.iter().map(|row| row.2)))),
        ("d", Arc::new(StringViewArray::from_iter(rows.iter().map(|row| row.3.as_deref())))),
    ];
    write(
        path,
        &RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap(),
        group,
    );
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn rows_of_several_files_are_classed_as_a_map_classes_them_missing_values_too(
        rows in prop::collection::vec(
            (
                prop::option::of("[ab]?"),
                prop::option::of(prop_oneof![0_i64..3, Just(i64::MIN), Just(1 << 21), Just(-70_000)]),
                prop::option::of(-2_i32..2),
                prop::option::of("long text that no view holds [a-c]"),
            ),
            1..150,
        ),
        group in 1_usize..60, split in 0_usize..150, threads in 1_usize..4,
    ) {
        let place = tempfile::tempdir().unwrap();
        let split = split.min(rows.len());
        parquet(&place.path().join("a.parquet"), &rows[..split], group);
        parquet(&place.path().join("b.parquet"), &rows[split..], group);
        let found = row_class_sizes(place.path(), &names(&["d", "a", "c", "b"]), threads).unwrap();
        let mut classes: HashMap<&Row, u32> = HashMap::new();
        rows.iter().for_each(|row| *classes.entry(row).or_default() += 1);
        let mut sizes: BTreeMap<u32, u64> = BTreeMap::new();
        classes.values().for_each(|size| *sizes.entry(*size).or_default() += 1);
        prop_assert_eq!(found.of_size().collect::<Vec<_>>(), sizes.into_iter().collect::<Vec<_>>());
        prop_assert!(row_columns(place.path(), &names(&["a"]), threads).unwrap()[0].codes.len() == rows.len());
    }
}

#[test]
fn combinations_of_more_than_64_bits_are_counted_too() {
    let place = tempfile::tempdir().unwrap();
    let rows = 3_000_i64;
    // Each pair of neighbours is the same in ten columns of 1,500 values: 106 bits.
    let column = |number: i64| Int64Array::from_iter_values((0..rows).map(|row| row / 2 * (number * 2 + 1) % 1_500));
    let columns = (0..10).map(|number| (format!("c{number}"), Arc::new(column(number)) as ArrayRef));
    let path = place.path().join("wide.parquet");
    write(&path, &RecordBatch::try_from_iter(columns).unwrap(), 700);
    let wide: Vec<String> = (0..10).map(|number| format!("c{number}")).collect();
    let found = row_class_sizes(&path, &wide, 2).unwrap();
    assert_eq!(found.of_size().collect::<Vec<_>>(), [(2, 1_500)]);
}

#[test]
fn a_missing_column_and_a_file_of_another_kind_are_named() {
    let place = tempfile::tempdir().unwrap();
    parquet(&place.path().join("a.parquet"), &[(None, None, None, None)], 1);
    let said = row_class_sizes(place.path(), &names(&["shoes"]), 2).unwrap_err().to_string();
    assert!(said.ends_with("a.parquet: expected a column \"shoes\", as the sources say"), "{said}");
    std::fs::write(place.path().join("notes.txt"), "x").unwrap();
    assert!(matches!(row_class_sizes(place.path(), &names(&["a"]), 2), Err(AssessError::Data { .. })));
    let other = tempfile::tempdir().unwrap();
    std::fs::write(other.path().join("a.parquet"), "x").unwrap();
    let said = row_class_sizes(other.path(), &names(&["a"]), 2).unwrap_err().to_string();
    assert!(said.contains("expected a Parquet file"), "{said}");
    let numbers: ArrayRef = Arc::new(Float64Array::from(vec![0.5]));
    let fractions = other.path().join("a.parquet");
    write(&fractions, &RecordBatch::try_from_iter([("a", numbers)]).unwrap(), 1);
    assert_eq!(row_class_sizes(&fractions, &names(&["a"]), 2).unwrap().uniques(), 1);
}
