//! Applications and baskets, through the real pages over the real database: from the first question to the signature.

mod basket;
mod journey;
mod questions;
mod support;
