//! People and sign-in, by requests to the real router over the real database.

#![allow(clippy::unwrap_used)] // clippy knows test functions, and not what they call

#[path = "desk_support/desk.rs"]
mod desk;

#[path = "desk_accounts/administration.rs"]
mod administration;
#[path = "desk_accounts/codes.rs"]
mod codes;
#[path = "desk_accounts/frame.rs"]
mod frame;
#[path = "desk_accounts/guessing.rs"]
mod guessing;
#[path = "desk_accounts/links.rs"]
mod links;
#[path = "desk_accounts/openid.rs"]
mod openid;
#[path = "desk_accounts/sign_in.rs"]
mod sign_in;

/// A password that is long enough.
const PASSWORD: &str = "three words together";
