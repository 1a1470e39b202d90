//! Reviews, decisions and agreements, by requests to the real router over the real database.

mod agreement;
mod decision;
mod review;
pub mod story;
