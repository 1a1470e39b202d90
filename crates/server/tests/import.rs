//! The import, through its public interface: mappings, cells, hostile files, later editions, the real register.

#![allow(clippy::unwrap_used)] // helpers of tests are outside the functions that clippy takes for tests

#[path = "import/anything.rs"]
mod anything;
#[path = "import/cells.rs"]
mod cells;
#[path = "import/dictionaries.rs"]
mod dictionaries;
#[path = "import/editions.rs"]
mod editions;
#[path = "import/hostile.rs"]
mod hostile;
#[path = "import/mappings.rs"]
mod mappings;
#[path = "import/real.rs"]
mod real;
#[path = "import/round_trip.rs"]
mod round_trip;
#[path = "import/support.rs"]
mod support;
