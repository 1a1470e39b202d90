//! Applications and baskets, through the real pages over the real database: from the first question to the signature.

#![allow(clippy::unwrap_used)] // clippy knows test functions, and not what they call

#[path = "desk_support/desk.rs"]
mod desk;

#[path = "desk_application/basket.rs"]
mod basket;
#[path = "desk_application/journey.rs"]
mod journey;
#[path = "desk_application/questions.rs"]
mod questions;
#[path = "desk_application/support.rs"]
mod support;
