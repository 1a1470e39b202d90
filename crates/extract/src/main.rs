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
    /// Carry out a signed instruction: extract, measure, seal
    Extract(commands::extract::Arguments),
    /// Make the folder with the zone's keys and records
    Init(commands::init::Arguments),
}

fn main() -> ExitCode {
    let done = match Program::parse().command {
        Command::Extract(arguments) => commands::extract::run(&arguments),
        Command::Init(arguments) => commands::init::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
