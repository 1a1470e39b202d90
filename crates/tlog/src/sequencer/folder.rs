//! The storage on two folders of a local file system.
//!
//! `PRIVATE/log/` holds `lock`, `committed` and `staged/`; `PUBLIC/` holds `checkpoint`, `tile/` and what lies beside.
//! The lock is an flock on `PRIVATE/log/lock`, held until the storage is dropped or the process ends.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    path::{Path, PathBuf},
};

use super::storage::{Storage, Zone};
use crate::error::Result;
use crate::sequencer::SequencerError;

const LOCK: &str = "lock";

/// A private and a public folder.
#[derive(Debug)]
pub struct Folder {
    private: PathBuf,
    public: PathBuf,
    lock: Option<File>,
}

impl Folder {
    /// Uses `private/log/` and `public/`, and makes them, durably, if they are missing. Locks nothing yet.
    pub fn new(private: impl AsRef<Path>, public: impl AsRef<Path>) -> Result<Folder> {
        let folder =
            Folder { private: private.as_ref().join("log"), public: public.as_ref().to_path_buf(), lock: None };
        for path in [&folder.private, &folder.public] {
            make_durably(path).map_err(|source| SequencerError::Storage {
                action: "make the folder",
                path: path.display().to_string(),
                source,
            })?;
        }
        Ok(folder)
    }

    /// The public folder.
    pub fn public(&self) -> &Path {
        &self.public
    }

    fn at(&self, zone: Zone, path: &str) -> PathBuf {
        let root = match zone {
            Zone::Private => &self.private,
            Zone::Public => &self.public,
        };
        if path.is_empty() { root.clone() } else { root.join(path) }
    }
}

impl Storage for Folder {
    type File = File;

    fn lock(&mut self) -> io::Result<bool> {
        if self.lock.is_some() {
            return Ok(true);
        }
        let path = self.at(Zone::Private, LOCK);
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => {
                self.lock = Some(file);
                Ok(true)
            }
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn read(&self, zone: Zone, path: &str) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.at(zone, path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn list(&self, zone: Zone, folder: &str) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(self.at(zone, folder)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            // A name that is not UTF-8 is none that was written here, and is left alone.
            names.extend(entry?.file_name().into_string());
        }
        Ok(names)
    }

    fn is_folder(&self, zone: Zone, path: &str) -> io::Result<bool> {
        match fs::metadata(self.at(zone, path)) {
            Ok(metadata) => Ok(metadata.is_dir()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn make_folder(&mut self, zone: Zone, path: &str) -> io::Result<bool> {
        let path = self.at(zone, path);
        match fs::create_dir(&path) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn write(&mut self, zone: Zone, path: &str, parts: &[&[u8]]) -> io::Result<File> {
        let file = File::create(self.at(zone, path))?;
        let mut writer = io::BufWriter::with_capacity(64 * 1024, file);
        parts.iter().try_for_each(|part| writer.write_all(part))?;
        writer.into_inner().map_err(io::IntoInnerError::into_error)
    }

    fn sync(&mut self, file: File) -> io::Result<()> {
        file.sync_all()
    }

    fn sync_folder(&mut self, zone: Zone, folder: &str) -> io::Result<()> {
        sync(&self.at(zone, folder))
    }

    fn rename(&mut self, zone: Zone, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.at(zone, from), self.at(zone, to))
    }

    fn remove_file(&mut self, zone: Zone, path: &str) -> io::Result<()> {
        absent_is_fine(fs::remove_file(self.at(zone, path)))
    }

    fn remove_folder(&mut self, zone: Zone, path: &str) -> io::Result<()> {
        absent_is_fine(fs::remove_dir(self.at(zone, path)))
    }

    fn describe(&self, zone: Zone, path: &str) -> String {
        self.at(zone, path).display().to_string()
    }
}

/// Makes a folder and those above it; the names of the new ones are durable on return.
fn make_durably(path: &Path) -> io::Result<()> {
    let mut missing = Vec::new();
    for folder in path.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()) {
        missing.push(folder);
    }
    fs::create_dir_all(path)?;
    for folder in missing {
        match folder.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => sync(parent)?,
            _ => sync(Path::new("."))?,
        }
    }
    Ok(())
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn absent_is_fine(result: io::Result<()>) -> io::Result<()> {
    match result {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
