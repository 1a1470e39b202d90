//! Sets a paper as PDF: tagged, with its fonts inside, and the same bytes for the same paper, so that the file's digest
//! can stand in a statement.
//!
//! The texts of a paper reach typst as values and never as markup. There is no file, package, network or clock that the
//! typesetter could ask for.

mod letters;
mod set;
mod world;

pub use set::{Fault, pdf};
