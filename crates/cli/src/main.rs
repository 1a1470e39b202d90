//! `rollcall`: what anybody can do outside the custodian's systems. It links no database, web server or query engine, so
//! that outsiders can read and build it.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use cli::source::Source;
use cli::verify::{self, Question};
use cli::{keygen, open};

/// Check a Rollcall register without trusting whoever runs it, and open the packages that it has registered.
#[derive(Debug, Parser)]
#[command(version, about, after_help = "Run `rollcall COMMAND --help` for examples and exit codes.")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a register: its log, its statements, and the files computed from them.
    #[command(before_help = EXAMPLES, after_help = EXIT_CODES)]
    Verify(VerifyArguments),
    /// Open a package with the receipt that shows that its release stands in the log.
    #[command(before_help = OPEN_EXAMPLES, after_help = open::exit_codes())]
    Open(OpenArguments),
    /// Make an identity: the key to which receipts are made out. Prints its public part, which the custodian needs.
    Keygen(KeygenArguments),
}

const EXAMPLES: &str = "\
Examples:
  rollcall verify https://register.example/ --key 'register.example+1b2c3d4e+AXY...'
  rollcall verify ./public --key \"$(cat vkey-from-elsewhere)\"
  rollcall verify ./public --key KEY --since checkpoint-of-last-month --json";

const OPEN_EXAMPLES: &str = "\
Examples:
  rollcall open package receipt.json --identity identity.txt --policy policy --output data
  rollcall open package receipt.json --identity identity.txt --policy policy --share DS/0042 --output data";

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

#[derive(Debug, clap::Args)]
struct OpenArguments {
    /// The package
    package: PathBuf,
    /// The receipt for it; without one no package opens
    receipt: Option<PathBuf>,
    /// Your identity, as `rollcall keygen` or `age-keygen` made it; nobody but you may be able to read it
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    /// Which logs and witnesses you trust (C2SP tlog-policy); take it from somewhere other than the package
    #[arg(long, value_name = "FILE")]
    policy: PathBuf,
    /// The share that you expect; a receipt for another one is refused
    #[arg(long, value_name = "REFERENCE")]
    share: Option<String>,
    /// A folder that does not exist yet, for what the package holds
    #[arg(long, value_name = "FOLDER")]
    output: PathBuf,
}

#[derive(Debug, clap::Args)]
struct KeygenArguments {
    /// A file that does not exist yet, for the identity
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

fn main() -> ExitCode {
    match Arguments::parse().command {
        Command::Verify(arguments) => run_verify(&arguments),
        Command::Open(arguments) => run_open(arguments),
        Command::Keygen(arguments) => match keygen::keygen(&arguments.output) {
            Ok(public) => printed(&format!("{public}\n"), 0),
            Err(error) => failed(&error, 3),
        },
    }
}

/// Whoever stopped reading has seen what they wanted; the exit code still says what was found.
fn printed(text: &str, code: u8) -> ExitCode {
    let _ = std::io::Write::write_all(&mut std::io::stdout(), text.as_bytes());
    ExitCode::from(code)
}

fn failed(error: &anyhow::Error, code: u8) -> ExitCode {
    eprintln!("error: {error:#}");
    ExitCode::from(code)
}

fn run_open(arguments: OpenArguments) -> ExitCode {
    let OpenArguments { package, receipt, identity, policy, share, output } = arguments;
    let request = open::Request { package, receipt, identity, policy, share, output };
    match open::until_stopped(&request) {
        Ok(opened) => printed(&opened.to_string(), 0),
        Err(error) => {
            let code = error.exit_code();
            failed(&error.into(), code)
        }
    }
}

fn run_verify(arguments: &VerifyArguments) -> ExitCode {
    let question = match question(arguments) {
        Ok(question) => question,
        Err(error) => return failed(&error, 2),
    };
    let report = verify::verify(&Source::at(&arguments.place), &question);
    let written = if arguments.json { report.to_json() } else { report.to_string() };
    printed(&written, report.verdict().exit_code())
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
