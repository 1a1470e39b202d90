//! The demonstration's item dictionaries: small tables of invented items, read as a custodian's own tables are.

use register::Dictionary;

use super::DemoError;
use crate::import::{ItemMapping, read_dictionaries};

const TABLES: &[(&str, &str)] = &[
    ("school-census", include_str!("dictionaries/school-census.csv")),
    ("key-stage-4", include_str!("dictionaries/key-stage-4.csv")),
    ("key-stage-2", include_str!("dictionaries/key-stage-2.csv")),
    ("children-in-need", include_str!("dictionaries/children-in-need.csv")),
    ("absence", include_str!("dictionaries/absence.csv")),
];

/// The items of a table, as an edition classifies them that knows these schemes: without the others, and without items
/// that none of these classifies, which came later.
pub(super) fn dictionary(table: &str, schemes: &[String], place: &str) -> Result<Dictionary, DemoError> {
    let wrong = |error: String| DemoError::Dictionary { place: place.to_owned(), error };
    let text = TABLES.iter().find(|(name, _)| *name == table).ok_or_else(|| wrong(format!("no table {table:?}")))?.1;
    let mapping = ItemMapping::named("plain-items").map_err(|error| wrong(error.to_string()))?;
    let read = read_dictionaries(table, text.as_bytes(), &mapping, Some(table));
    let mut read = read.map_err(|error| wrong(error.to_string()))?;
    let mut dictionary = read.dictionaries.swap_remove(0).dictionary;
    for item in &mut dictionary.items {
        item.classes.retain(|class| schemes.contains(&class.scheme));
    }
    dictionary.items.retain(|item| !item.classes.is_empty());
    Ok(dictionary)
}
