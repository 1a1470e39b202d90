//! Tests of what is counted.

mod chem97;
mod kernels;
mod rows;
mod small;
