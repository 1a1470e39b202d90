//! The files that pass between the zones: the specification that was approved, the instruction to release it, the manifest
//! of what was measured, the sealed package, and the receipt that opens it.
//!
//! Pure but for `sealed`, which reads and writes streams and lets `age` draw its own randomness: no clock, no network, no
//! file is named here. Every document has one form only, canonical JSON (RFC 8785); it is read by parsing, writing again and
//! comparing bytes, so that its digest stands for what it says and for nothing else.

pub mod assessment;
pub mod document;
pub mod instruction;
pub mod manifest;
pub mod receipt;
#[cfg(feature = "sealed")]
pub mod sealed;
pub mod specification;

pub use assessment::Assessment;
pub use document::{Document, DocumentError, Signed};
pub use instruction::Instruction;
pub use manifest::Manifest;
pub use receipt::{Receipt, Unopened};
pub use specification::Specification;
