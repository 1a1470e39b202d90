//! `rollcall-extract`: the program of the data zone.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use extract::commands;

/// Extracts what was approved, measures it, seals it; assesses risk before a decision
#[derive(Debug, Parser)]
#[command(name = "rollcall-extract", version, max_term_width = 100)]
struct Program {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Count how easily people could be found in what a specification asks for
    Assess(commands::assess::Arguments),
    /// Measure it beside DuckDB, Polars and suda
    Bench(commands::bench::Arguments),
    #[command(hide = true)]
    BenchJob(commands::bench::Job),
    /// Carry out a signed instruction: extract, measure, seal
    Extract(commands::extract::Arguments),
    /// Make the folder with the zone's keys and records
    Init(commands::init::Arguments),
    /// Write an invented population, for tests and measurements
    Synth(commands::synth::Arguments),
    /// List every release that held a person, for the answer to a subject access request
    Subject(commands::subject::Arguments),
    /// Name the share that a leaked file came from, by the pseudonyms in it
    Trace(commands::trace::Arguments),
}

fn main() -> ExitCode {
    let done = match Program::parse().command {
        Command::Assess(arguments) => commands::assess::run(&arguments),
        Command::Bench(arguments) => commands::bench::run(&arguments),
        Command::BenchJob(arguments) => commands::bench::job(&arguments),
        Command::Extract(arguments) => commands::extract::run(&arguments),
        Command::Init(arguments) => commands::init::run(&arguments),
        Command::Synth(arguments) => commands::synth::run(&arguments),
        Command::Subject(arguments) => commands::subject::run(&arguments),
        Command::Trace(arguments) => commands::trace::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", in_words(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error and its causes. Most errors say their cause themselves, and nothing is said twice.
fn in_words(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |said, cause| match said.as_str() {
        "" => cause,
        said if said.contains(&cause) => said.to_owned(),
        said => format!("{said}: {cause}"),
    })
}

#[cfg(test)]
mod tests {
    use anyhow::Context;

    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("a.csv: {source}")]
    struct Unreadable {
        source: std::io::Error,
    }

    #[test]
    fn a_cause_is_said_once_and_none_is_left_out() {
        let source = std::io::Error::other("the disk is gone");
        let error = Err::<(), _>(Unreadable { source }).context("the sources").unwrap_err();
        assert_eq!(in_words(&error), "the sources: a.csv: the disk is gone");
    }
}
