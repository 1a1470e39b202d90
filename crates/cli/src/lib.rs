//! What `rollcall` is made of.

pub mod keygen;
pub mod open;
pub mod source;
pub mod verify;
