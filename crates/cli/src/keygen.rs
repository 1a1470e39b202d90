//! Makes an identity: the key to which receipts are made out. It never overwrites one, and nobody but its owner can read it.

use std::fs::{self, OpenOptions};
use std::io;
use std::path::Path;

use anyhow::{Context, bail};

/// Writes a new identity and returns its public part.
///
/// # Errors
/// If the file exists already or cannot be written; nothing is left then.
pub fn keygen(path: &Path) -> anyhow::Result<String> {
    let mut new = OpenOptions::new();
    new.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
    let mut file = match new.open(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            bail!("{} exists already, and an identity is never overwritten", path.display())
        }
        opened => opened.with_context(|| path.display().to_string())?,
    };
    let written = package::sealed::new_identity(&mut file).and_then(|public| file.sync_all().map(|()| public));
    match written {
        Ok(public) => Ok(public.to_string()),
        Err(error) => {
            // Half an identity opens nothing.
            let _ = fs::remove_file(path);
            Err(error).with_context(|| path.display().to_string())
        }
    }
}
