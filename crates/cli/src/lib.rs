//! What `rollcall` is made of.

pub mod source;
pub mod verify;
