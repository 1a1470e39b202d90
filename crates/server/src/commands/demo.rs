//! `rollcall-server demo`: fills a data folder with the demonstration register.

use std::path::PathBuf;

use anyhow::bail;
use store::{DataFolder, Publisher, publisher};

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The data folder; it is made if it is not there
    #[arg(long, value_name = "FOLDER")]
    data: PathBuf,
}

/// Fills the folder, unless the demonstration is in it.
///
/// # Errors
/// If the folder holds another register, or cannot be written.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let folder = DataFolder::at(&arguments.data);
    folder.create(Some("demonstration.invalid/register"))?;
    let mut publisher = Publisher::open(folder)?;
    match publisher.register().opened() {
        Some(opened) if opened.demonstration => return Ok(()),
        Some(opened) => bail!("{}: this folder holds a real register, {}", arguments.data.display(), opened.name),
        None => {}
    }
    let mut salt = publisher::salts()?;
    publisher.publish(&crate::demo::drafts(&mut salt))?;
    publisher.write_files()?;
    let totals = publisher.register().totals();
    println!("Filled {} with a demonstration register of {} shares.", arguments.data.display(), totals.shares);
    Ok(())
}
