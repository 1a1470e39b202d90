//! Reviews, decisions and agreements, by requests to the real router over the real database.

#[path = "desk_decisions/agreement.rs"]
mod agreement;
#[path = "desk_decisions/decision.rs"]
mod decision;
#[path = "desk_support/desk.rs"]
mod desk;
#[path = "desk_decisions/review.rs"]
mod review;
#[path = "desk_decisions/story.rs"]
mod story;
