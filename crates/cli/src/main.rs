//! `rollcall`: what anybody can do outside the custodian's systems. It links no database, web server or query engine, so
//! that outsiders can read and build it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use cli::source::Source;
use cli::verify::{self, Question};

/// Check a Rollcall register without trusting whoever runs it.
#[derive(Debug, Parser)]
#[command(version, about, after_help = "Run `rollcall verify --help` for examples and exit codes.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a register: its log, its statements, and the files computed from them.
    #[command(before_help = EXAMPLES, after_help = EXIT_CODES)]
    Verify(VerifyArguments),
}

const EXAMPLES: &str = "\
Examples:
  rollcall verify https://register.example/ --key 'register.example+1b2c3d4e+AXY...'
  rollcall verify ./public --key \"$(cat vkey-from-elsewhere)\"
  rollcall verify ./public --key KEY --since checkpoint-of-last-month --json";

const EXIT_CODES: &str = "\
Exit codes:
  0  everything verifies
  2  the command line is wrong
  3  something could not be read
  4  the log does not verify
  5  the log verifies, but the published files are not what it says";

#[derive(Debug, clap::Args)]
struct VerifyArguments {
    /// The public folder, or the address of the site that serves it
    #[arg(value_name = "FOLDER|URL")]
    place: String,
    /// The log's public key (vkey); take it from somewhere other than the site itself
    #[arg(long, value_name = "VKEY")]
    key: String,
    /// A file that says which witnesses must have cosigned the checkpoint (C2SP tlog-policy)
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// An earlier checkpoint, kept from last time: the log must still contain it
    #[arg(long, value_name = "CHECKPOINT")]
    since: Option<PathBuf>,
    /// Print the result as JSON
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let Arguments { command: Command::Verify(arguments) } = Arguments::parse();
    let question = match question(&arguments) {
        Ok(question) => question,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::from(2);
        }
    };
    let report = verify::verify(&Source::at(&arguments.place), &question);
    let written = if arguments.json { report.to_json() } else { report.to_string() };
    // Whoever stopped reading has seen what they wanted; the exit code still says what was found.
    let _ = std::io::Write::write_all(&mut std::io::stdout(), written.as_bytes());
    ExitCode::from(report.verdict().exit_code())
}

fn question(arguments: &VerifyArguments) -> anyhow::Result<Question> {
    use anyhow::Context;
    let key = arguments.key.trim().parse().context("--key: expected the log's vkey, such as name+1b2c3d4e+AXY...")?;
    let read = |path: &PathBuf| std::fs::read(path).with_context(|| path.display().to_string());
    let policy = arguments
        .policy
        .as_ref()
        .map(|path| tlog::Policy::parse(&read(path)?).with_context(|| format!("--policy {}", path.display())));
    let since = arguments.since.as_ref().map(read);
    Ok(Question { key, policy: policy.transpose()?, since: since.transpose()? })
}
