//! `rollcall open` and `rollcall keygen`, the real binary, with receipts from a real log; and every reason not to open.

#![allow(clippy::unwrap_used)] // a helper of a test may fail it

#[path = "../../../../tests/support/sample.rs"]
mod sample;

mod faults;
mod keys;
mod opens;
mod refusals;
mod registered;
