//! `rollcall-extract extract`: carries out a signed instruction.

use std::path::PathBuf;

use anyhow::Context;
use register::Moment;

use crate::extract::{Task, extract};
use crate::interrupt::Interrupt;
use crate::{Sources, Zone};

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The signed instruction, as casework gave it
    instruction: PathBuf,
    /// The zone's folder
    #[arg(long, value_name = "FOLDER")]
    zone: PathBuf,
    /// The file that says what the zone holds
    #[arg(long, value_name = "FILE")]
    sources: PathBuf,
    /// Where package, manifest and key come to stand
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// The recipient's list of people, one identifier a line, where the instruction asks for one
    #[arg(long, value_name = "FILE")]
    people: Option<PathBuf>,
    /// How much memory sorting and joining may use, in megabytes; beyond it they use the disk
    #[arg(long, value_name = "MB", default_value_t = 512, value_parser = clap::value_parser!(u32).range(64..))]
    memory_limit: u32,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
}

/// Carries it out, and says what came of it.
///
/// # Errors
/// Whatever stops it; then nothing has left.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let zone = Zone::open(&arguments.zone)?;
    let sources = Sources::read(&arguments.sources)?;
    let path = &arguments.instruction;
    let instruction = std::fs::read(path).with_context(|| path.display().to_string())?;
    let mut token_key = [0; 16];
    getrandom::fill(&mut token_key).map_err(|error| anyhow::anyhow!("the system gives no random bytes: {error}"))?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let task = Task {
        instruction: &instruction,
        zone: &zone,
        sources: &sources,
        out: arguments.out.clone(),
        people: arguments.people.clone(),
        memory: arguments.memory_limit as usize * 1_000_000,
        threads,
        now: Moment::from_seconds(jiff::Timestamp::now().as_second())?,
        token_key,
        quiet: arguments.quiet,
        interrupt: Interrupt::default(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(threads).enable_all().build()?;
    let done = runtime.block_on(async {
        task.interrupt.on_signals()?;
        anyhow::Ok(extract(&task).await?)
    })?;
    if done.before {
        eprintln!("The release was sealed at {} and had not reached its place; now it has.", done.record.made);
    }
    let left = done.record.rows_without_person;
    if left > 0 {
        eprintln!("{left} rows name no person, and did not leave.");
    }
    for file in &done.files {
        println!("{}", file.display());
    }
    Ok(())
}
