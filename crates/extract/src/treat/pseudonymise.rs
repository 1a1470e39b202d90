//! Identifiers as pseudonyms of the share.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray};
use arrow::compute::nullif;

use super::{Fault, texts};
use crate::pseudonym::Pseudonymiser;

pub(super) fn treat(array: &ArrayRef, pseudonymiser: &Pseudonymiser) -> Result<ArrayRef, Fault> {
    let mut identifiers = texts(array);
    let empty = |row: usize| identifiers.is_valid(row) && identifiers.value_length(row) == 0;
    if (0..identifiers.len()).any(empty) {
        // An empty text identifies nobody: it is missing.
        let empty = BooleanArray::from_iter((0..identifiers.len()).map(|row| Some(empty(row))));
        identifiers = match nullif(&identifiers, &empty) {
            Ok(named) => texts(&named),
            Err(error) => unreachable!("both are of one length: {error}"),
        };
    }
    let pseudonyms = pseudonymiser.pseudonymise_array(&identifiers).map_err(|_| {
        // Only identifiers of many gigabytes have none.
        Fault { row: 0, rows: array.len(), expected: "expected identifiers that can have pseudonyms".to_owned() }
    })?;
    Ok(Arc::new(pseudonyms))
}
