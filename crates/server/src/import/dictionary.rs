//! Reads tables of variables that others publish as spreadsheets into item dictionaries.
//!
//! Everything in a file is read before anything is published, and every problem is collected with its cell. Each sheet
//! that has the mapping's headers is the dictionary of one dataset. What the source repeats is kept as often as it
//! stands there, and reported; classes are kept as given, and values that their scheme does not know are reported too.

mod mapping;
mod read;
mod sheet;

pub use mapping::{DatasetFrom, Formulas, ItemColumn, ItemMapping, ItemTarget, OtherSheets};
pub use read::{DictionaryFile, SheetDictionary, read_dictionaries, read_dictionary_file};
