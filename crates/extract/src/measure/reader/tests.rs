use std::io::Write;
use std::sync::Arc;

use arrow::array::{Date32Array, Float64Array, Int64Array, StringArray};
use proptest::prelude::*;

use super::super::{MeasuredFile, Measuring, Place, Written};
use super::*;
use crate::sink::{Sink, close, create};

/// A text, a number and the place of a fraction.
type Cells = (Option<String>, Option<i64>, Option<u8>);

fn written(folder: &Path, format: Format, batches: &[RecordBatch], treatments: &[(&str, Treatment)]) -> Written {
    let path = folder.join(format!("a.{}", format.extension()));
    let _ = std::fs::remove_file(&path);
    let mut sink = Sink::begin(create(&path).unwrap(), format, &batches[0].schema(), &[]).unwrap();
    sink.write_batches(batches).unwrap();
    close(sink.finish().unwrap()).unwrap();
    Written {
        name: "a".to_owned(),
        beside: folder.join("none"),
        path,
        dataset: "A".to_owned(),
        person: Place::Column("text".to_owned()),
        year: Place::OfYear(2010),
        cohort: Place::Nowhere,
        treatments: treatments.iter().map(|(name, treatment)| ((*name).to_owned(), treatment.clone())).collect(),
    }
}

fn measured(folder: &Path, format: Format, file: Written) -> Result<MeasuredFile, MeasureError> {
    let measuring = Measuring {
        format,
        tokens: &Tokens::new(&[1; 16]),
        spill: folder,
        threads: 2,
        interrupt: &Interrupt::default(),
    };
    measuring.files(&[file]).map(|(mut files, _)| files.remove(0))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn columns_are_counted_as_plain_sets_count_them(
        rows in proptest::collection::vec(
            (proptest::option::of("[a-zé, \"\n]{1,20}"), proptest::option::of(-3_i64..9), proptest::option::of(0_u8..6)), 0..60,
        ),
        csv in any::<bool>(),
    ) {
        let place = tempfile::tempdir().unwrap();
        let fraction = |part: &Option<u8>| part.map(|part| [0.0, -0.0, 0.5, 1e300, -7.25, 3.0][usize::from(part)]);
        let texts: ArrayRef = Arc::new(StringArray::from_iter(rows.iter().map(|row| row.0.clone())));
        let numbers: ArrayRef = Arc::new(Int64Array::from_iter(rows.iter().map(|row| row.1)));
        let days: ArrayRef = Arc::new(Date32Array::from_iter(rows.iter().map(|row| row.1.map(|day| day as i32))));
        let fractions: ArrayRef = Arc::new(Float64Array::from_iter(rows.iter().map(|row| fraction(&row.2))));
        let columns = [("text", texts), ("number", numbers), ("day", days), ("fraction", fractions)];
        let batch = RecordBatch::try_from_iter(columns).unwrap();
        let format = if csv { Format::Csv } else { Format::Parquet };
        let found = measured(place.path(), format, written(place.path(), format, &[batch.clone(), batch], &[])).unwrap();
        prop_assert_eq!(found.rows, 2 * rows.len() as u64);
        let distinct = |of: &dyn Fn(&Cells) -> Option<String>| {
            rows.iter().filter_map(of).collect::<std::collections::HashSet<_>>().len() as u64
        };
        // Text keeps the sign of a zero; as numbers the two are one.
        let of_fraction = |row: &Cells| {
            fraction(&row.2).map(|value| if csv { format!("{value:?}") } else { format!("{:?}", value + 0.0) })
        };
        let wanted = [
            (distinct(&|row| row.0.clone()), rows.iter().filter(|row| row.0.is_none()).count()),
            (distinct(&|row| row.1.map(|n| n.to_string())), rows.iter().filter(|row| row.1.is_none()).count()),
            (distinct(&|row| row.1.map(|n| n.to_string())), rows.iter().filter(|row| row.1.is_none()).count()),
            (distinct(&of_fraction), rows.iter().filter(|row| row.2.is_none()).count()),
        ];
        let counts = found.columns.iter().map(|column| (column.distinct, column.nulls)).collect::<Vec<_>>();
        prop_assert_eq!(counts, wanted.map(|(distinct, nulls)| (distinct, 2 * nulls as u64)));
        prop_assert_eq!((found.people, found.sha256), (wanted[0].0, register::Digest::of(
            &std::fs::read(place.path().join(format!("a.{}", format.extension()))).unwrap(),
        )));
    }
}

#[test]
fn a_value_that_was_not_treated_stops_the_measurement() {
    let place = tempfile::tempdir().unwrap();
    let texts: ArrayRef = Arc::new(StringArray::from(vec!["abcdefghijklmnopqrstuvwxyz", "A123456789012"]));
    let batch = RecordBatch::try_from_iter([("text", texts)]).unwrap();
    for format in [Format::Parquet, Format::Csv] {
        let file = written(place.path(), format, std::slice::from_ref(&batch), &[("text", Treatment::Pseudonymise {})]);
        let said = measured(place.path(), format, file).unwrap_err().to_string();
        assert!(said.ends_with("column \"text\": a value is not as its treatment leaves it"), "{said}");
    }
}

#[test]
fn a_file_that_is_cut_short_is_an_error() {
    let place = tempfile::tempdir().unwrap();
    let texts: ArrayRef = Arc::new(StringArray::from_iter_values((0..5_000).map(|row| format!("{row:030}"))));
    let batch = RecordBatch::try_from_iter([("text", texts)]).unwrap();
    for format in [Format::Parquet, Format::Csv] {
        let file = written(place.path(), format, std::slice::from_ref(&batch), &[]);
        let bytes = std::fs::read(&file.path).unwrap();
        let mut cut = std::fs::File::create(&file.path).unwrap();
        cut.write_all(&bytes[..bytes.len() - 9]).unwrap();
        assert!(measured(place.path(), format, file).is_err(), "{format:?}");
    }
}
