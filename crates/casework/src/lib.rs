//! Casework: who may do what, when, and what comes of it.
//!
//! Pure: no file, no network, no clock, no randomness. Time, salts and facts from outside are arguments. Two functions are
//! its heart: one decides which events a command brings about, or why none, and one folds events into the case as it
//! stands.

pub mod agreement;
pub mod answer;
pub mod assessment;
pub mod calendar;
pub mod case;
pub mod clock;
pub mod command;
mod decide;
pub mod event;
pub mod evidence;
mod evolve;
pub mod form;
pub mod owed;
pub mod paper;
pub mod permission;
pub mod person;
pub mod publication;
pub mod refusal;
pub mod release;
pub mod stage;
pub mod standing;

pub use answer::{Answer, Answers};
pub use calendar::Calendar;
pub use case::Case;
pub use command::{Command, CommandKind};
pub use decide::decide;
pub use event::{Event, Recorded};
pub use evolve::{CorruptHistory, evolve, fold};
pub use form::Form;
pub use package::specification::{self, Specification};
pub use person::{Actor, OrganisationId, PersonId, Role};
pub use refusal::{Refusal, Rule};
pub use stage::{Party, Stage};
pub use standing::Standing;
