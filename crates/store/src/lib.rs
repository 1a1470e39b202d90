//! What the custodian keeps: the data folder, the log's one writer, withheld texts, and the files that are computed from
//! the log for the public.
//!
//! Nothing here decides what may be published; that is `register`'s. Nothing here reads a clock; time is an argument.

pub mod casework;
pub mod data_folder;
mod dictionaries;
mod disclosures;
mod durable;
mod error;
pub mod past;
mod published;
pub mod publisher;
mod register_database;
pub mod release_keys;
mod site_database;
pub mod spreadsheet;
pub mod withheld;

pub use casework::Casework;
pub use data_folder::DataFolder;
pub use error::{Result, StoreError};
pub use publisher::Publisher;
pub use release_keys::ReleaseKeys;
