//! Codes as coarser codes, by a table.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringBuilder};
use package::specification::Coarser;

use super::{Fault, Faults, texts};

/// A table of codes, ready to be looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    codes: HashMap<String, String>,
    other: Option<String>,
}

impl Table {
    /// The table of a treatment; a code outside of it becomes `other`, or is a fault where that is not said.
    pub fn new(table: &[Coarser], other: Option<&str>) -> Self {
        let codes = table.iter().map(|row| (row.code.clone(), row.to.clone())).collect();
        Self { codes, other: other.map(str::to_owned) }
    }

    pub(super) fn treat(&self, array: &ArrayRef) -> Result<ArrayRef, Fault> {
        let mut faults = Faults::default();
        let texts = texts(array);
        let mut coarse = StringBuilder::with_capacity(texts.len(), texts.len() * 4);
        for (row, code) in texts.iter().enumerate() {
            let value = code.and_then(|code| self.codes.get(code).or(self.other.as_ref()));
            if code.is_some() && value.is_none() {
                faults.at(row);
            }
            coarse.append_option(value);
        }
        faults.or(Arc::new(coarse.finish()), || {
            format!("expected one of the {} codes in the table of the specification", self.codes.len())
        })
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{AsArray, Int32Array, StringArray};
    use proptest::prelude::*;

    use super::*;

    fn table(other: Option<&str>) -> Table {
        let row = |code: &str, to: &str| Coarser { code: code.to_owned(), to: to.to_owned() };
        Table::new(&[row("1", "low"), row("2", "low"), row("3", "high")], other)
    }

    proptest! {
        #[test]
        fn only_codes_of_the_table_come_out(codes in proptest::collection::vec(proptest::option::of(0_i32..6), 0..40)) {
            let as_numbers: ArrayRef = Arc::new(Int32Array::from(codes.clone()));
            let as_texts: ArrayRef =
                Arc::new(StringArray::from_iter(codes.iter().map(|code| code.map(|code| code.to_string()))));
            let plain = |code: i32| match code { 1 | 2 => "low", 3 => "high", _ => "else" };
            let outside = |code: &Option<i32>| code.is_some_and(|code| plain(code) == "else");
            for array in [as_numbers, as_texts] {
                let wanted: Vec<Option<&str>> = codes.iter().map(|code| code.map(plain)).collect();
                let found = table(Some("else")).treat(&array).unwrap();
                prop_assert_eq!(found.as_string::<i32>().iter().collect::<Vec<_>>(), wanted);
                match table(None).treat(&array) {
                    Ok(_) => prop_assert!(!codes.iter().any(outside)),
                    Err(fault) => {
                        prop_assert_eq!(fault.rows, codes.iter().filter(|code| outside(code)).count());
                        prop_assert_eq!(Some(fault.row), codes.iter().position(outside));
                    }
                }
            }
        }
    }
}
