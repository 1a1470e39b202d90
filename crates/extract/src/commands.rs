//! What the program can be asked to do.

pub mod init;
pub mod subject;
pub mod trace;
