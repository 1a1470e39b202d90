//! `rollcall-server publish`: what cases owe the public, brought into the log. A server that runs does it by itself; this is
//! for when none runs, and for whoever wants it done now. It writes no mail, since it does not know where people find the desk.

use std::path::PathBuf;

use store::{Casework, DataFolder};

use crate::publishing::{publish_all, quietly};
use crate::web::system_clock;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The data folder of a register
    #[arg(long, value_name = "FOLDER")]
    data: PathBuf,
}

/// Publishes all that is owed.
///
/// # Errors
/// If there is no register, somebody else has it open, or a statement could not be published.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let data = DataFolder::at(&arguments.data);
    data.key()?;
    let casework = Casework::open(&data.private().join("casework.sqlite"))?;
    let published = publish_all(&casework, &data, &system_clock, &quietly)?;
    let stuck = casework.read(store::casework::owed::stuck)?;
    println!("{published} published");
    match stuck.first() {
        None => Ok(()),
        Some(first) => anyhow::bail!(
            "{} could not be published; the first is {} of case {}: {}",
            crate::web::words::count(stuck.len() as u64, "statement", "statements"),
            first.id,
            first.reference,
            first.why
        ),
    }
}
