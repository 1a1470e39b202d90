//! What the sequencer needs of a file system, as single operations, so that a test can stop at each of them; and the
//! durable ways of writing that are made of them.
//!
//! Nothing here decides what is written or in which order batches go; that is the sequencer's.

use std::{collections::BTreeSet, io};

use super::SequencerError;

/// How many temporary files are held open at once before they are synced.
const OPEN_FILES: usize = 128;

/// Suffix of a file that is not yet what it will be.
pub const TEMPORARY: &str = ".tmp";

/// Which of the two folders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Zone {
    /// The sequencer's own: lock, commit, staged batches.
    Private,
    /// What is served.
    Public,
}

/// A file system with a private and a public folder. Paths are relative to the zone, with `/` between parts; the
/// empty path is the zone itself. No operation is durable but the two that say so.
pub trait Storage {
    /// A file that was written and may still have to be synced.
    type File;

    /// Takes the lock for as long as the storage lives; taking it again is no error. Returns false if another has it.
    fn lock(&mut self) -> io::Result<bool>;

    /// The file's bytes, or `None` if there is none.
    fn read(&self, zone: Zone, path: &str) -> io::Result<Option<Vec<u8>>>;

    /// The names in a folder; none if there is no such folder.
    fn list(&self, zone: Zone, folder: &str) -> io::Result<Vec<String>>;

    /// Whether there is a folder of that name.
    fn is_folder(&self, zone: Zone, path: &str) -> io::Result<bool>;

    /// Makes one folder in an existing one. Returns false if it was there.
    fn make_folder(&mut self, zone: Zone, path: &str) -> io::Result<bool>;

    /// Creates or overwrites a file with these parts, one after the other.
    fn write(&mut self, zone: Zone, path: &str, parts: &[&[u8]]) -> io::Result<Self::File>;

    /// Makes a file's content durable. Its name is durable only after [`Storage::sync_folder`].
    fn sync(&mut self, file: Self::File) -> io::Result<()>;

    /// Makes the names in a folder durable: what was created, renamed and removed in it.
    fn sync_folder(&mut self, zone: Zone, folder: &str) -> io::Result<()>;

    /// Renames a file over another or to a new name, all at once for readers.
    fn rename(&mut self, zone: Zone, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file; none is no error.
    fn remove_file(&mut self, zone: Zone, path: &str) -> io::Result<()>;

    /// Removes an empty folder; none is no error.
    fn remove_folder(&mut self, zone: Zone, path: &str) -> io::Result<()>;

    /// How to call a file in an error: its full path.
    fn describe(&self, zone: Zone, path: &str) -> String;
}

/// Turns an I/O error into one that says what was tried on which file.
pub(super) fn failed<S: Storage>(
    storage: &S,
    action: &'static str,
    zone: Zone,
    path: &str,
) -> impl FnOnce(io::Error) -> SequencerError {
    let path = storage.describe(zone, path);
    move |source| SequencerError::Storage { action, path, source }
}

/// The folder of a path; the empty one for a name without folder.
pub(super) fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Makes every folder above these paths that is missing, and returns the ones in which a folder was made: their names
/// are to be synced. With `all`, every folder above is returned: after a crash nobody knows which names are durable.
pub(super) fn make_folders<'p, S: Storage>(
    storage: &mut S,
    zone: Zone,
    paths: impl IntoIterator<Item = &'p str>,
    all: bool,
) -> Result<BTreeSet<String>, SequencerError> {
    let mut seen = BTreeSet::new();
    let mut to_sync = BTreeSet::new();
    for path in paths {
        for (end, _) in path.match_indices('/') {
            let folder = &path[..end];
            if !seen.insert(folder) {
                continue;
            }
            let made = storage.make_folder(zone, folder);
            if made.map_err(failed(storage, "make the folder", zone, folder))? || all {
                to_sync.insert(parent(folder).to_owned());
            }
        }
    }
    Ok(to_sync)
}

/// Writes or replaces files in existing folders so that each is wholly old or wholly new, and all are durable on
/// return: all temporary files first, then their contents synced, then renamed, then each folder synced once,
/// `folders` among them.
pub(super) fn place<S: Storage>(
    storage: &mut S,
    zone: Zone,
    files: &[(&str, &[u8])],
    mut folders: BTreeSet<String>,
) -> Result<(), SequencerError> {
    for some in files.chunks(OPEN_FILES) {
        let mut open = Vec::with_capacity(some.len());
        for (path, bytes) in some {
            let temporary = format!("{path}{TEMPORARY}");
            let file = storage.write(zone, &temporary, &[bytes]);
            open.push((file.map_err(failed(storage, "write", zone, &temporary))?, temporary));
        }
        for (file, temporary) in open {
            storage.sync(file).map_err(failed(storage, "sync", zone, &temporary))?;
        }
    }
    for (path, _) in files {
        let temporary = format!("{path}{TEMPORARY}");
        storage.rename(zone, &temporary, path).map_err(failed(storage, "rename a temporary file to", zone, path))?;
        folders.insert(parent(path).to_owned());
    }
    for folder in folders {
        storage.sync_folder(zone, &folder).map_err(failed(storage, "sync the folder", zone, &folder))?;
    }
    Ok(())
}

/// [`place`] for one file.
pub(super) fn replace<S: Storage>(storage: &mut S, zone: Zone, path: &str, text: &str) -> Result<(), SequencerError> {
    place(storage, zone, &[(path, text.as_bytes())], BTreeSet::new())
}
