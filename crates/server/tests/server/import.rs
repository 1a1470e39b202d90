//! The import, through its public interface: mappings, cells, hostile files, later editions, the real register.

mod anything;
mod cells;
mod dictionaries;
mod editions;
mod hostile;
mod mappings;
mod real;
mod round_trip;
mod support;
