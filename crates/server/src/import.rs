//! Reads registers that others publish as spreadsheets into statements of this one.
//!
//! Two passes. [`read()`] checks the whole file under a [`Mapping`] and gives an [`Edition`], or every problem that it
//! found; [`plan()`] compares the edition with the register and gives the drafts that say what changed. Neither writes
//! anything, so nothing is ever half-imported.
//!
//! What a publisher wrote is never guessed at: an unknown value, a formula, a merged header or a row that belongs to no
//! share is a problem that names its cell, and what the file does not say stays unsaid.

mod dictionary;
mod edition;
mod mapping;
mod problem;
mod read;
mod value;
mod workbook;

pub use dictionary::{
    DatasetFrom, DictionaryFile, Formulas, ItemColumn, ItemMapping, ItemTarget, OtherSheets, SheetDictionary,
    read_dictionaries, read_dictionary_file,
};
pub use edition::{Conflict, Conflicts, HeldBack, Plan, plan};
pub use mapping::{
    Column, Constants, CsvOptions, DateForm, EditionFrom, Encoding, Gives, Mapping, MappingError, OtherValues, Table,
    Target,
};
pub use problem::{Place, Problem, Problems, SHOWN, Warning};
pub(crate) use read::date_in;
pub use read::{Edition, ImportError, ImportedRelease, ImportedShare, ImportedText, read, read_file};
pub use workbook::{FileError, Limits};
