//! Identifiers as pseudonyms of the share.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, StringBuilder};

use super::{Fault, Faults, texts};
use crate::pseudonym::Pseudonymiser;

/// The length of the pseudonym of an identifier that one block holds.
const LENGTH: usize = 26;

pub(super) fn treat(array: &ArrayRef, pseudonymiser: &Pseudonymiser) -> Result<ArrayRef, Fault> {
    let mut faults = Faults::default();
    let mut pseudonyms = StringBuilder::with_capacity(array.len(), array.len() * LENGTH);
    for (row, identifier) in texts(array).iter().enumerate() {
        // An empty text identifies nobody: it is missing.
        let identifier = identifier.filter(|identifier| !identifier.is_empty());
        match identifier.map(|identifier| pseudonymiser.pseudonymise(identifier)) {
            None => pseudonyms.append_null(),
            Some(Ok(pseudonym)) => pseudonyms.append_value(pseudonym),
            Some(Err(_)) => {
                faults.at(row);
                pseudonyms.append_null();
            }
        }
    }
    faults.or(Arc::new(pseudonyms.finish()), || "expected an identifier that can have a pseudonym".to_owned())
}
