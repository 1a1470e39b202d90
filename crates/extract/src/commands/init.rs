//! `rollcall-extract init`: the folder with the zone's keys and records.

use std::path::PathBuf;

use anyhow::Context;
use tlog::VerifierKey;

use crate::zone::Zone;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder to make, beside the records and backed up with them
    #[arg(long, value_name = "FOLDER")]
    zone: PathBuf,
    /// What the engine's key is called, such as example.department/extract
    #[arg(long, value_name = "NAME")]
    name: String,
    /// The key with which the custodian signs instructions, as the desk shows it
    #[arg(long, value_name = "VKEY")]
    custodian: String,
}

/// Makes the zone and prints the engine's key, which casework has to know.
///
/// # Errors
/// If a key is malformed, or the folder is there already or cannot be made.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let custodian: VerifierKey = arguments.custodian.parse().context("--custodian")?;
    let zone = Zone::create(&arguments.zone, &arguments.name, &custodian)?;
    println!("{}", zone.engine().verifier());
    eprintln!("Give the line above to the custodian: manifests are signed with this key.");
    Ok(())
}
