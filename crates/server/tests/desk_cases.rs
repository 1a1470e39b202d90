//! Cases at the desk, from the queue to the public register: the real router, the real databases, the real log.

#![allow(clippy::unwrap_used)] // clippy knows test functions, and not what they call

#[path = "desk_support/desk.rs"]
mod desk;

#[path = "desk_cases/published.rs"]
mod published;
#[path = "desk_cases/queues.rs"]
mod queues;
#[path = "desk_cases/screened.rs"]
mod screened;
#[path = "desk_cases/staff.rs"]
mod staff;
