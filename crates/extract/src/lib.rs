//! The data zone: what is approved is extracted, measured and sealed beside the records, and nothing else leaves.
//!
//! A query engine reads, filters, joins and spills; treatments, pseudonyms, counts and risk are ours. The zone has no
//! access to the casework or the public zone, and they have none to it: signed files pass by hand.

pub mod aside;
pub mod assess;
pub mod bench;
pub mod calendar;
pub mod commands;
pub mod extract;
pub mod interrupt;
pub mod measure;
pub mod membership;
pub mod partial;
pub mod plan;
pub mod population;
pub mod progress;
pub mod pseudonym;
pub mod published;
pub mod record;
pub mod rows;
pub mod select;
pub mod sink;
pub mod source;
pub mod sources;
pub mod synth;
pub mod trace;
pub mod treat;
pub mod write;
pub mod zone;

pub use sources::{Sources, SourcesError};
pub use zone::{Zone, ZoneError};
