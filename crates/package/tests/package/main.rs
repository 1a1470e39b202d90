//! The files that pass between the zones, from what was approved to what opens a package.

#![allow(clippy::unwrap_used)] // helpers of tests are outside the functions that clippy takes for tests

mod assessment;
mod beyond;
mod documents;
#[cfg(feature = "sealed")]
mod receipt;
mod released;
mod samples;
mod schema;
#[cfg(feature = "sealed")]
mod sealed;
mod specification;
