//! The application: the form and its answers.

#![allow(clippy::unwrap_used)]

mod answers;
mod form;
#[allow(dead_code)] // of these, the form needs a dictionary only
#[path = "../../../package/tests/package/samples.rs"]
mod samples;
