//! People and sign-in, by requests to the real router over the real database.

#[path = "desk_support/desk.rs"]
mod desk;
#[path = "desk_accounts/frame.rs"]
mod frame;
