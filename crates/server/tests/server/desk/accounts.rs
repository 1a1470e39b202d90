//! People and sign-in, by requests to the real router over the real database.

mod administration;
mod codes;
mod frame;
mod guessing;
mod links;
mod openid;
mod sign_in;

/// A password that is long enough.
const PASSWORD: &str = "three words together";
