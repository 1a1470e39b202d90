//! Replaces files so that a reader sees the old or the new one whole, and a crash leaves one of them.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::error::{Result, file};

/// Suffix of a file that is not yet what it will be; readers ignore it.
pub(crate) const TEMPORARY: &str = ".tmp";

/// A file that is written beside the one that it will replace.
pub(crate) struct Replacement {
    target: PathBuf,
    temporary: PathBuf,
}

impl Replacement {
    /// A replacement for `target`; whatever an earlier crash left in its place is removed.
    pub(crate) fn of(target: &Path) -> Result<Self> {
        let mut name = target.as_os_str().to_owned();
        name.push(TEMPORARY);
        let temporary = PathBuf::from(name);
        match fs::remove_file(&temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(file("remove", &temporary)(error)),
            _ => Ok(Self { target: target.to_owned(), temporary }),
        }
    }

    /// Where to write it.
    pub(crate) fn path(&self) -> &Path {
        &self.temporary
    }

    /// Writes it through a buffer and makes its content durable.
    pub(crate) fn write(&self, write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>) -> Result<()> {
        let created = File::create(&self.temporary).map_err(file("create", &self.temporary))?;
        let mut out = BufWriter::with_capacity(1 << 18, created);
        write(&mut out).and_then(|()| out.flush()).map_err(file("write", &self.temporary))?;
        out.get_ref().sync_all().map_err(file("sync", &self.temporary))
    }

    /// Puts it in place. Its name is durable once the folder is synced.
    pub(crate) fn publish(self) -> Result<()> {
        fs::rename(&self.temporary, &self.target).map_err(file("rename", &self.temporary))
    }
}

/// Writes a file that only its owner may read, whole or not at all. Its name is durable once the folder is synced.
pub(crate) fn keep_secret(path: &Path, write: impl FnOnce(&mut File) -> io::Result<()>) -> Result<()> {
    let replacement = Replacement::of(path)?;
    let mut created = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(replacement.path())
        .map_err(file("create", replacement.path()))?;
    write(&mut created).and_then(|()| created.sync_all()).map_err(file("write", replacement.path()))?;
    replacement.publish()
}

/// Makes the names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<()> {
    File::open(folder).and_then(|opened| opened.sync_all()).map_err(file("sync", folder))
}

/// Makes a folder durable, with every folder above it that is missing.
pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(parent) = folder.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        make_folder(parent)?;
    }
    match fs::create_dir(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(file("make", folder)(error)),
        _ => {}
    }
    match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => sync_folder(parent),
        _ => sync_folder(Path::new(".")),
    }
}
