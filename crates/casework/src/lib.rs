//! Casework: who may do what, when, and what comes of it.
//!
//! Pure: no file, no network, no clock, no randomness. Time, salts and facts from outside are arguments. Two functions are
//! its heart: one decides which events a command brings about, or why none, and one folds events into the case as it
//! stands.

pub mod answer;
pub mod form;
pub mod person;
pub mod specification;

pub use answer::{Answer, Answers};
pub use form::Form;
pub use person::{Actor, OrganisationId, PersonId, Role};
pub use specification::Specification;
