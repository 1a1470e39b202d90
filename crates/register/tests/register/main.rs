//! The register, held to its own rules: one program, so that it links once.

// `allow-unwrap-in-tests` knows the tests themselves, and not what they are told with.
#![allow(clippy::unwrap_used)]

mod corrections;
mod dictionaries;
mod downloads;
mod given;
mod golden;
mod properties;
mod rules;
mod samples;
mod words;
