//! The invented population: the same bytes from any number of threads, rows that fit together, values that depend on each other.

#![allow(clippy::unwrap_used)] // clippy knows test functions, and not what they call

mod association;
mod files;
mod lives;
mod table;
