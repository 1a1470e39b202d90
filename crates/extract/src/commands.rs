//! What the program can be asked to do.

pub mod assess;
pub mod bench;
pub mod extract;
pub mod init;
pub mod subject;
pub mod synth;
pub mod trace;
