//! The output folder: made under another name beside its place, and moved there when all of it holds. Whatever goes wrong
//! before, it is removed.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use package::manifest::MANIFEST;
use package::{Manifest, Signed, Unopened};

use super::OpenError;

/// A folder that is not whole yet. It is removed when this is dropped, unless it was kept.
pub(super) struct Partial {
    path: PathBuf,
    kept: bool,
}

/// A file in it; it refuses to go on when somebody wants to stop.
pub(super) struct Unstopped<'a> {
    file: File,
    stop: &'a AtomicBool,
}

impl Partial {
    /// Makes one beside the place where it is to stand.
    pub(super) fn begin(output: &Path) -> Result<Self, OpenError> {
        let Some(name) = output.file_name() else {
            return Err(OpenError::unusable(output, "expected the name of a folder to make"));
        };
        free(output)?;
        let mut folder = DirBuilder::new();
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        let process = std::process::id();
        let mut number = 0_u32;
        loop {
            let mut partial = name.to_owned();
            partial.push(format!(".partial-{process}-{number}"));
            let path = output.with_file_name(partial);
            match folder.create(&path) {
                Ok(()) => return Ok(Self { path, kept: false }),
                // Of a program that was killed, or of another machine that shares this folder.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1_000 => number += 1,
                Err(error) => return Err(OpenError::unusable(output, format!("cannot be made: {error}"))),
            }
        }
    }

    /// Makes a file of this name, which only the owner can read.
    pub(super) fn file<'a>(&self, name: &str, stop: &'a AtomicBool) -> io::Result<Unstopped<'a>> {
        let mut new = OpenOptions::new();
        new.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut new, 0o600);
        Ok(Unstopped { file: new.open(self.path.join(name))?, stop })
    }

    /// Puts the manifest beside the files.
    pub(super) fn add_manifest(&self, manifest: &Signed<Manifest>) -> io::Result<()> {
        let never = AtomicBool::new(false);
        let mut file = self.file(MANIFEST, &never)?;
        file.write_all(manifest.to_string().as_bytes())?;
        file.flush()
    }

    /// Moves it to its place, durably.
    pub(super) fn keep(mut self, output: &Path) -> Result<(), OpenError> {
        let unwritten = |error: io::Error| OpenError::Unopened(Unopened::Write(error));
        sync(&self.path).map_err(unwritten)?;
        // Somebody else may have been faster; a folder that holds anything is never replaced.
        free(output)?;
        match fs::rename(&self.path, output) {
            Ok(()) => self.kept = true,
            Err(_) if output.symlink_metadata().is_ok() => return Err(OpenError::Exists(output.to_owned())),
            Err(error) => return Err(unwritten(error)),
        }
        // It stands there, whole; at worst a power cut makes it necessary to open the package again.
        let parent = output.parent().filter(|parent| !parent.as_os_str().is_empty());
        let _ = sync(parent.unwrap_or(Path::new(".")));
        Ok(())
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if self.kept {
            return;
        }
        if let Err(error) = fs::remove_dir_all(&self.path) {
            eprintln!("warning: {} cannot be removed ({error}); it is not whole, delete it", self.path.display());
        }
    }
}

impl Write for Unstopped<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.stop.load(Ordering::Relaxed) {
            return Err(io::Error::other("stopped"));
        }
        self.file.write(bytes)
    }

    /// Some systems say only now that there is no room.
    fn flush(&mut self) -> io::Result<()> {
        self.file.sync_all()
    }
}

fn free(output: &Path) -> Result<(), OpenError> {
    match output.symlink_metadata() {
        Ok(_) => Err(OpenError::Exists(output.to_owned())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(OpenError::unusable(output, error)),
    }
}

/// What a folder lists is durable only when the folder itself is; on other systems a folder cannot be opened.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}
