//! From a signed instruction and real files to a package that opens, and everything that stops on the way.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on stops")]

mod assessed;
mod beyond;
mod chem97;
mod given;
mod identifiers;
mod journey;
mod refused;
mod stopped;
