//! Processes that have ended, with what they cost.
//!
//! What a child has cost the system tells its parent only, summed over all children. So every process that is measured is the
//! only child of one that does nothing else.

use std::ffi::OsString;
use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, bail};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// What a process cost, and what it said.
#[derive(Debug, Clone)]
pub struct Done {
    /// From its start to its end, in seconds.
    pub wall: f64,
    /// Of all its threads, in seconds.
    pub cpu: f64,
    /// The most memory that it had, in megabytes.
    pub peak: f64,
    /// Its standard output.
    pub said: String,
}

impl Done {
    /// Runs a program to its end.
    ///
    /// # Errors
    /// If it cannot be started, or does not end well.
    pub fn run(program: &Path, arguments: &[OsString]) -> anyhow::Result<Self> {
        let ours = std::env::current_exe().context("where this program lies")?;
        let output = Command::new(ours)
            .args(["bench-job", "measured"])
            .arg(program)
            .args(arguments)
            .output()
            .with_context(|| program.display().to_string())?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        if !output.status.success() {
            bail!("{} ended with {}: {said}{}", program.display(), output.status, errors(&output.stderr));
        }
        let (said, cost) = said.trim_end().rsplit_once('\n').map_or(("", said.trim_end()), |parts| parts);
        let numbers: Vec<f64> = cost.split(' ').filter_map(|number| number.parse().ok()).collect();
        let &[wall, cpu, peak] = numbers.as_slice() else {
            bail!("{}: expected what it cost, found {cost:?}", program.display());
        };
        Ok(Self { wall, cpu, peak, said: said.to_owned() })
    }
}

fn errors(stderr: &[u8]) -> String {
    String::from_utf8_lossy(stderr).into_owned()
}

/// Runs a program as the only child of this process, and prints what it cost as the last line.
///
/// # Errors
/// If it cannot be started, or does not end well.
pub fn measured(command: &[OsString]) -> anyhow::Result<()> {
    let [program, arguments @ ..] = command else { bail!("expected a program") };
    let begun = Instant::now();
    let status = Command::new(program).args(arguments).status().context("the program that is measured")?;
    let wall = begun.elapsed().as_secs_f64();
    if !status.success() {
        bail!("it ended with {status}");
    }
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let cpu = (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1e6;
    println!("\n{wall} {cpu} {}", usage.max_rss() as f64 / 1024.0);
    Ok(())
}

/// The middle one of several numbers.
pub fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    match numbers.len() {
        0 => f64::NAN,
        count if count % 2 == 1 => numbers[count / 2],
        count => f64::midpoint(numbers[count / 2 - 1], numbers[count / 2]),
    }
}
