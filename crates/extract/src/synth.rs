//! An invented population of pupils, for tests and measurements: linked datasets whose values depend on each other as they do
//! in life, so that nobody looks rarer than a real child would.
//!
//! Every fact of a child is a function of the arguments and the child's number (`dice`). So any number of threads writes the
//! same bytes, memory does not grow with the population, and nothing has to be looked up. What is invented and how is in
//! `docs/reference/synthetic-population.md`.

mod calendar;
mod child;
mod codes;
mod describe;
mod dice;
mod enrolment;
mod episode;
mod family;
mod places;
mod results;
mod rows;
mod sheet;
mod tables;
mod write;

use std::path::PathBuf;

pub use child::{Child, Need, Upn};
pub use describe::columns_page;
pub use enrolment::{Enrolment, Surroundings};
pub use family::{Address, Family};
pub use tables::{Column, TABLES, Table};
pub use write::{Written, write};

use dice::Dice;
use places::Places;

/// The first school year: 2015/16.
pub const FIRST_YEAR: i32 = 2015;

/// Year groups: reception, and 1 to 11.
pub const GRADES: i32 = 12;

/// The fewest and the most people, and the most years.
pub const FEWEST_PEOPLE: u64 = 1_000;
/// Half of all pupil numbers.
pub const MOST_PEOPLE: u64 = 500_000_000;
/// The last dates stay inside this century.
pub const MOST_YEARS: u16 = 40;

/// Why a population cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum SynthError {
    /// An argument out of its range.
    #[error("{name} is {given}: expected {expected}")]
    Argument {
        /// As the command calls it.
        name: &'static str,
        /// What was given.
        given: u64,
        /// What was expected.
        expected: String,
    },
    /// Something is there already.
    #[error("{0}: expected a folder that is empty or not there yet")]
    NotEmpty(PathBuf),
    /// A file or folder cannot be written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A table cannot be written.
    #[error("{path}: {source}")]
    Table {
        /// Which file.
        path: PathBuf,
        /// Why not.
        source: parquet::errors::ParquetError,
    },
    /// A thread has ended before its work.
    #[error("a thread that writes tables has stopped")]
    Thread,
}

/// The population of these arguments.
#[derive(Debug)]
pub struct Population {
    people: u64,
    years: u16,
    seed: u64,
    dice: Dice,
    /// Where it lives and learns.
    pub places: Places,
}

impl Population {
    /// So many people who are at school in some of so many years.
    ///
    /// # Errors
    /// [`SynthError::Argument`].
    pub fn new(people: u64, years: u16, seed: u64) -> Result<Self, SynthError> {
        let within = |name, given, fewest: u64, most: u64| {
            let expected = format!("{fewest} to {most}");
            if (fewest..=most).contains(&given) { Ok(()) } else { Err(SynthError::Argument { name, given, expected }) }
        };
        within("--people", people, FEWEST_PEOPLE, MOST_PEOPLE)?;
        within("--years", u64::from(years), 1, u64::from(MOST_YEARS))?;
        let dice = Dice::new(seed);
        let places = Places::new(dice, people, u64::from(years) + GRADES as u64 - 1);
        Ok(Self { people, years, seed, dice, places })
    }

    /// How many people.
    pub fn people(&self) -> u64 {
        self.people
    }

    /// How many school years, from [`FIRST_YEAR`] on.
    pub fn years(&self) -> u16 {
        self.years
    }

    /// The number of a child's household, which is the number of its first child, and which child of it this is.
    pub fn household(&self, child: u64) -> (u64, u64) {
        family::household(self.dice, child)
    }

    /// School years of birth.
    fn cohorts(&self) -> u32 {
        u32::from(self.years) + GRADES as u32 - 1
    }

    fn terms(&self) -> u32 {
        u32::from(self.years) * 3
    }
}
