//! `rollcall-extract synth`: an invented population.

use std::num::NonZero;
use std::path::PathBuf;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};

use crate::synth::{Population, TABLES, write};

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How many people; each is at school in some of the years
    #[arg(long, value_name = "N")]
    people: u64,
    /// How many school years, from 2015/16 on
    #[arg(long, value_name = "Y")]
    years: u16,
    /// The same seed gives the same bytes
    #[arg(long, value_name = "S")]
    seed: u64,
    /// The folder to write, which is empty or not there yet
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// How many threads; the bytes do not depend on it. All processors if left out
    #[arg(long, value_name = "N")]
    threads: Option<NonZero<usize>>,
}

/// Writes the population and prints how many rows each dataset has.
///
/// # Errors
/// If an argument is out of its range, or the folder is in use or cannot be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let population = Population::new(arguments.people, arguments.years, arguments.seed)?;
    let threads = match arguments.threads {
        Some(threads) => threads,
        None => std::thread::available_parallelism().context("how many processors there are; say --threads")?,
    };
    let bar = ProgressBar::new(arguments.people);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len} people, {eta} left")?);
    let written = write(&population, &arguments.out, threads.get(), &|people| bar.inc(people));
    bar.finish_and_clear();
    let written = written?;
    for (table, rows) in TABLES.iter().zip(written.rows) {
        println!("{:<18}{rows:>12} rows", table.name);
    }
    println!("{:<18}{:>12}", "Schools", written.schools);
    eprintln!("All of it is invented: {}", arguments.out.join("README.txt").display());
    Ok(())
}
