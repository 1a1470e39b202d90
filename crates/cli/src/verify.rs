//! Checks a register from its public files alone, in the order in which trust grows: the checkpoint's signatures, every
//! entry and tile under its root, consistency with an earlier checkpoint, every statement and disclosure, the rules of
//! the register, and last the files that were computed from it.
//!
//! What it cannot tell: whether what a statement says is true, and whether the log shows other people another tree. For
//! the second, witnesses cosign (`--policy`), and checkpoints are kept and compared (`--since`).

mod database;
mod dictionaries;
mod files;
mod log;
mod report;
mod rows;
mod statements;

pub use report::{Checked, Finding, Report, Verdict};

use tlog::{Policy, VerifierKey};

use crate::source::{Source, Unreadable};

/// What is asked of a register.
#[derive(Debug)]
pub struct Question {
    /// The log's key.
    pub key: VerifierKey,
    /// Which witnesses must have cosigned.
    pub policy: Option<Policy>,
    /// An earlier checkpoint.
    pub since: Option<Vec<u8>>,
}

/// Why checking stopped.
#[derive(Debug)]
enum Stop {
    /// Something could not be read.
    Unreadable(Unreadable),
    /// What was found makes everything after it meaningless.
    Broken,
}

impl From<Unreadable> for Stop {
    fn from(unreadable: Unreadable) -> Self {
        Self::Unreadable(unreadable)
    }
}

/// How often a register that changes under our eyes is read again.
const ATTEMPTS: usize = 3;

/// Checks a register and reports what was checked and what was found.
///
/// A statement that is published meanwhile replaces files between two reads, so a register with findings is read again if
/// its checkpoint has changed.
pub fn verify(source: &Source, question: &Question) -> Report {
    let checkpoint = || source.read("checkpoint").ok().flatten();
    let mut before = checkpoint();
    for _ in 1..ATTEMPTS {
        let report = attempt(source, question);
        let after = checkpoint();
        if report.verdict() == Verdict::Verified || after == before {
            return report;
        }
        before = after;
    }
    attempt(source, question)
}

fn attempt(source: &Source, question: &Question) -> Report {
    let mut report = Report::default();
    match check(source, question, &mut report) {
        Ok(()) | Err(Stop::Broken) => {}
        Err(Stop::Unreadable(unreadable)) => report.unreadable(unreadable),
    }
    report
}

fn check(source: &Source, question: &Question, report: &mut Report) -> Result<(), Stop> {
    let checkpoint = log::checkpoint(source, question, report)?;
    let log = log::read(source, &checkpoint, report)?;
    log::since(question, &log, report)?;
    let list = files::list(source, question, &log, report)?;
    let pause = list.as_ref().map(|list| list.snapshot.size);
    let folded = statements::fold(source, &log, report, pause, |folded, report| {
        let dictionaries = dictionaries::read(source, folded, report)?;
        list.as_ref().map_or(Ok(()), |list| files::compare(source, list, &log, folded, &dictionaries, report))
    })?;
    let strays = files::stray_files(source, &log, &folded, report);
    // Taking a large register apart again, piece by piece, takes as long as a tenth of the whole check.
    std::mem::forget(folded);
    strays
}

/// Does a piece of work for each number below `count` on every core, and keeps the order.
fn in_parallel<T: Send, E: Send>(count: u64, work: impl Fn(u64) -> Result<T, E> + Sync) -> Result<Vec<T>, E> {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(8) as u64;
    let next = std::sync::atomic::AtomicU64::new(0);
    let mut done: Vec<(u64, T)> = Vec::new();
    let mut failed = None;
    std::thread::scope(|scope| {
        let run = || {
            let mut mine = Vec::new();
            loop {
                let number = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
                if number >= count {
                    return Ok(mine);
                }
                match work(number) {
                    Ok(value) => mine.push((number, value)),
                    Err(error) => {
                        next.store(count, std::sync::atomic::Ordering::Relaxed);
                        return Err(error);
                    }
                }
            }
        };
        let threads: Vec<_> = (0..workers.min(count)).map(|_| scope.spawn(run)).collect();
        for thread in threads {
            match thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)) {
                Ok(mine) => done.extend(mine),
                Err(error) => failed = Some(error),
            }
        }
    });
    if let Some(error) = failed {
        return Err(error);
    }
    done.sort_by_key(|(number, _)| *number);
    Ok(done.into_iter().map(|(_, value)| value).collect())
}
