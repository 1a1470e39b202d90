//! The register, held to its own rules: one program, so that it links once.

mod corrections;
mod downloads;
mod given;
mod golden;
mod properties;
mod rules;
mod samples;
mod words;
