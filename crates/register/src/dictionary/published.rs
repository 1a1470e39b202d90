//! Which dictionaries the register has published, and whether a file is the one that a statement names.

use std::collections::HashMap;

use super::{Dictionary, DictionaryError, dataset_address};
use crate::date::PartialDate;
use crate::disclosure::Digest;
use crate::fold::Register;
use crate::statement::{Body, ItemDictionaryPublished};

/// A dictionary that a statement published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Published<'a> {
    /// The statement's index.
    pub index: u64,
    /// When it was published.
    pub at: PartialDate,
    /// What the statement says, after corrections.
    pub says: &'a ItemDictionaryPublished,
    /// Whether no later statement publishes one for the same dataset.
    pub current: bool,
}

/// Every dictionary that was published, in the log's order. A later one replaces an earlier one of the same dataset, and
/// both stay.
pub fn published(register: &Register) -> Vec<Published<'_>> {
    let mut newest: HashMap<String, usize> = HashMap::new();
    let mut all: Vec<Published<'_>> = Vec::new();
    for fact in register.general() {
        let Body::ItemDictionaryPublished(says) = &fact.body else { continue };
        if let Some(before) = newest.insert(dataset_address(&says.dataset), all.len()) {
            all[before].current = false;
        }
        all.push(Published { index: fact.index, at: fact.at, says, current: true });
    }
    all
}

/// Why a file is not the one that a statement names.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Mismatch {
    /// Its digest is another.
    #[error("it does not have the digest that its statement gives; a byte of it was changed")]
    Digest,
    /// It is not in form.
    #[error(transparent)]
    Form(#[from] DictionaryError),
    /// It lists more items or fewer.
    #[error("it lists {found} items, its statement says {expected}")]
    Items {
        /// How many it lists.
        found: u64,
        /// How many the statement says.
        expected: u64,
    },
    /// Its items are classified in other schemes.
    #[error("its items use the schemes [{found}], its statement says [{expected}]")]
    Schemes {
        /// Those of the file.
        found: String,
        /// Those of the statement.
        expected: String,
    },
}

/// Reads a dictionary's file and holds it against its statement.
///
/// # Errors
/// What does not fit.
pub fn check_file(says: &ItemDictionaryPublished, bytes: &[u8]) -> Result<Dictionary, Mismatch> {
    if Digest::of(bytes) != says.digest {
        return Err(Mismatch::Digest);
    }
    let dictionary = Dictionary::parse(bytes)?;
    let found = dictionary.items.len() as u64;
    if found != says.items {
        return Err(Mismatch::Items { found, expected: says.items });
    }
    let schemes = dictionary.schemes();
    if schemes != says.schemes {
        return Err(Mismatch::Schemes { found: schemes.join(", "), expected: says.schemes.join(", ") });
    }
    Ok(dictionary)
}
