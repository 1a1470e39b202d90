//! What a release writes before it is one: a folder within the zone, and files beside the place of the package. Neither
//! stays when the release fails, and what a killed process has left is removed by the next one.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::aside::Aside;
use crate::record::make_private;
use crate::zone::{Zone, ZoneError, hex, unhex, write_new};

/// The three files of a package, by what their names end with.
pub const PACKAGE: [&str; 3] = ["rollcall", "manifest", "key"];

/// A release that is not finished. Dropped, it is removed; see [`Partial::keep`].
pub struct Partial {
    folder: PathBuf,
    place: Place,
    keep: bool,
}

/// Where the files of a package come to stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The folder.
    pub folder: PathBuf,
    /// The names, without what they end with: share and sequence.
    pub name: String,
}

impl Place {
    /// That of a release. A share whose reference is no plain name goes by its hexadecimal digits.
    pub fn new(folder: &Path, share: &str, sequence: u32) -> Self {
        let plain = package::manifest::is_plain_name(share) && share.len() <= 100;
        let share = if plain { share.to_owned() } else { hex(share.as_bytes()) };
        Self { folder: folder.to_owned(), name: format!("{share}-{sequence}") }
    }

    /// The files, in the order of [`PACKAGE`].
    pub fn finals(&self) -> [PathBuf; 3] {
        PACKAGE.map(|end| self.folder.join(format!("{}.{end}", self.name)))
    }

    /// What they are called until all of them are whole.
    pub fn partials(&self) -> [PathBuf; 3] {
        PACKAGE.map(|end| self.folder.join(format!(".{}.{end}.partial", self.name)))
    }

    fn clear(&self) -> io::Result<()> {
        self.partials().iter().try_for_each(|path| unless_gone(fs::remove_file(path)))
    }
}

impl Partial {
    /// Begins. The caller holds the zone's lock.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn begin(zone: &Zone, share: &str, sequence: u32, place: Place) -> Result<Self, ZoneError> {
        let folder = folder_of(zone, share, sequence);
        let partial = Self { folder, place, keep: false };
        for part in [partial.folder.clone(), partial.files(), partial.aside().0, partial.spill()] {
            make_private(&part)?;
        }
        // With it, the next process finds what a killed one has left beside the package.
        let path = partial.folder.join("place");
        let place = partial.place.folder.canonicalize().map_err(at(&partial.place.folder))?;
        write_new(&path, place.as_os_str().as_encoded_bytes())?;
        Ok(partial)
    }

    /// The folder of a release that was sealed and recorded, and did not reach its place.
    pub fn sealed(zone: &Zone, share: &str, sequence: u32, place: Place) -> Self {
        Self { folder: folder_of(zone, share, sequence), place, keep: true }
    }

    /// Where the files lie that will be sealed.
    pub fn files(&self) -> PathBuf {
        self.folder.join("files")
    }

    /// What is written beside them.
    pub fn aside(&self) -> Aside {
        Aside(self.folder.join("aside"))
    }

    /// Where to spill.
    pub fn spill(&self) -> PathBuf {
        self.folder.join("spill")
    }

    /// Where the package comes to stand.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// From here on it stays when the process fails: the release is recorded, and only its last step is missing.
    pub fn keep(&mut self) {
        self.keep = true;
    }

    /// Ends: the package is in its place.
    ///
    /// # Errors
    /// If what is left cannot be removed.
    pub fn finish(mut self) -> Result<(), ZoneError> {
        self.keep = true;
        unless_gone(fs::remove_dir_all(&self.folder)).map_err(at(&self.folder))
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.keep {
            // Whatever cannot be removed now is removed by the next process.
            let _ = self.place.clear();
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

/// Removes what killed processes have left, but for releases that are `recorded`, by share and sequence. The caller
/// holds the zone's lock.
///
/// # Errors
/// If it cannot be removed.
pub fn clear(zone: &Zone, recorded: impl Fn(&str, u32) -> Result<bool, ZoneError>) -> Result<(), ZoneError> {
    let all = zone.folder().join("partial");
    make_private(&all)?;
    for entry in fs::read_dir(&all).map_err(at(&all))? {
        let folder = entry.map_err(at(&all))?.path();
        let name = folder.file_name().and_then(|name| name.to_str()).and_then(release);
        if let Some((share, sequence)) = name {
            if recorded(&share, sequence)? {
                continue;
            }
            if let Ok(place) = fs::read_to_string(folder.join("place")) {
                Place::new(Path::new(&place), &share, sequence).clear().map_err(at(Path::new(&place)))?;
            }
        }
        unless_gone(fs::remove_dir_all(&folder)).map_err(at(&folder))?;
    }
    Ok(())
}

fn folder_of(zone: &Zone, share: &str, sequence: u32) -> PathBuf {
    zone.folder().join("partial").join(format!("{}-{sequence}", hex(share.as_bytes())))
}

fn release(name: &str) -> Option<(String, u32)> {
    let (share, sequence) = name.split_once('-')?;
    Some((String::from_utf8(unhex(share)?).ok()?, sequence.parse().ok()?))
}

fn unless_gone(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ZoneError {
    let path = path.to_owned();
    move |source| ZoneError::File { path, source }
}
