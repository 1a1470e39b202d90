//! Casework: what a command brings about, given what has happened.

#![allow(clippy::unwrap_used)] // clippy knows test functions, and not what they call

mod agreement;
mod assessments;
mod given;
mod journeys;
mod permissions;
mod properties;
mod reference;
mod releases;
mod rules;
mod stored;
