//! From a signed instruction and real files to a package that opens, and everything that stops on the way.

mod beyond;
mod chem97;
mod given;
mod journey;
mod refused;
mod stopped;
