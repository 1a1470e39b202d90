//! The application: the form, its answers, and the specification that the basket is.

#![allow(clippy::unwrap_used)]

mod answers;
mod form;
mod samples;
mod schema;
mod specification;
