//! `rollcall-server`: imports registers, and serves the public site and the desk.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use server::commands::{admin, demo, dictionary, import, publish, serve};

/// A data-access register that answers for every copy.
#[derive(Debug, Parser)]
#[command(version, about, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  rollcall-server demo --data demo-data
  rollcall-server import register-2021-02.xlsx --mapping nhs-digital --data data --dry-run
  rollcall-server dictionary ks4-variables.xlsx --mapping npd-variables --data data --edition 2018-10 --dry-run
  rollcall-server admin create --data data --email ada@example.org --name 'Ada Example'
  rollcall-server serve --data data --listen 127.0.0.1:8080
  rollcall-server serve --only public --folder copy-of-public --listen 127.0.0.1:8080

Exit codes: 0 done, 1 failed (nothing is half done), 2 the command line is wrong.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Fill a data folder with an invented register, to look at
    Demo(demo::Arguments),
    /// Publish what an edition of somebody's register changes
    Import(import::Arguments),
    /// Publish the items of datasets, as a table of variables lists them
    #[command(after_help = dictionary::EXAMPLES)]
    Dictionary(dictionary::Arguments),
    /// Publish what cases owe the public, where no server runs that would
    Publish(publish::Arguments),
    /// Make the account with which everything begins
    Admin(admin::Arguments),
    /// Serve the site
    Serve(serve::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Demo(arguments) => demo::run(&arguments),
        Command::Import(arguments) => import::run(&arguments),
        Command::Dictionary(arguments) => dictionary::run(&arguments),
        Command::Publish(arguments) => publish::run(&arguments),
        Command::Admin(arguments) => admin::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", told(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes, each said once: most of ours name their cause in their own words already.
fn told(error: &anyhow::Error) -> String {
    error.chain().map(ToString::to_string).fold(String::new(), |told, cause| match told.is_empty() {
        true => cause,
        false if told.contains(&cause) => told,
        false => format!("{told}: {cause}"),
    })
}
