//! What the program can be asked to do.

pub mod extract;
pub mod init;
