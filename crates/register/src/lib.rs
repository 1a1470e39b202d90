//! The public register: what a statement is, and what all statements together say.
//!
//! Pure: no file, no network, no clock, no randomness. Time and random bytes are arguments. Whoever holds the log's
//! files and this crate can compute every page, total and download, and must come to the same result as the publisher.

pub mod classification;
pub mod date;
pub mod dictionary;
pub mod disclosure;
pub mod download;
pub mod draft;
pub mod fold;
pub mod hdr_uk;
pub mod listing;
pub mod organisation;
pub mod statement;
pub mod tables;
pub mod vocabulary;
pub mod volume;

pub use classification::Class;
pub use date::{Moment, PartialDate};
pub use dictionary::Dictionary;
pub use disclosure::{Digest, Disclosure, Salt};
pub use draft::Draft;
pub use fold::{Refusal, Register, Rule};

pub use organisation::Organisation;
pub use statement::{Body, Kind, Statement};
pub use volume::{Count, Volume};
