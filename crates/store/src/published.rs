//! The files that are computed from the log: `register.sqlite`, the downloads, and the signed list that names them.
//!
//! They follow the checkpoint by a moment. Each is put in place by rename and the list last, so whoever reads between two
//! of them sees files of which the list says that they stand at an earlier checkpoint, or do not match yet.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use register::Register;
use register::download::Download;
use register::listing::{self, ListedFile, Listing};
use register::tables::Snapshot;
use sha2::{Digest as _, Sha256};
use tlog::{Note, SigningKey};

use crate::data_folder::hex;
use crate::durable::{Replacement, make_folder, sync_folder};
use crate::error::{Result, file};
use crate::register_database::{self, Changes, Logged};

/// What to make of the register database.
pub enum Database<'a> {
    /// All of it anew.
    Build,
    /// The one that stands, with these changes.
    Update(&'a Changes),
}

/// Whether the files stand at this checkpoint, by the signed list and by their sizes. Their content is not read.
pub fn stands_at(public: &Path, key: &SigningKey, snapshot: &Snapshot) -> bool {
    let list = || -> Option<Listing> {
        let note = Note::parse(&fs::read(public.join(listing::PATH)).ok()?).ok()?;
        note.verify(std::slice::from_ref(key.verifier())).ok()?;
        note.text().parse().ok()
    };
    let whole =
        |listed: &ListedFile| fs::metadata(public.join(&listed.path)).is_ok_and(|held| held.len() == listed.bytes);
    list().is_some_and(|list| list.snapshot == *snapshot && list.files.iter().all(whole))
}

/// Writes every file and puts them in place.
///
/// # Errors
/// If a file cannot be written; then those in place stay, or are replaced by the next attempt.
pub fn write<'a>(
    public: &Path,
    key: &SigningKey,
    register: &Register,
    snapshot: &Snapshot,
    database: &Database<'_>,
    statements: impl Iterator<Item = Logged<'a>> + Send,
) -> Result<()> {
    make_folder(&public.join("downloads"))?;
    let target = public.join(listing::DATABASE);
    let replacement = Replacement::of(&target)?;
    let (tables, downloads) = std::thread::scope(|scope| {
        let downloads = scope.spawn(|| {
            Download::ALL.iter().map(|download| write_download(public, *download, register)).collect::<Result<Vec<_>>>()
        });
        let tables = match database {
            Database::Build => register_database::build(public, replacement.path(), register, snapshot, statements),
            Database::Update(changes) => {
                register_database::update(public, &target, replacement.path(), register, snapshot, changes, statements)
            }
        };
        let tables = tables.and_then(|()| digest_of(replacement.path(), listing::DATABASE));
        (tables, downloads.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
    });
    let mut files = vec![tables?];
    let mut replacements = vec![replacement];
    for (listed, replacement) in downloads? {
        files.push(listed);
        replacements.push(replacement);
    }
    files.sort();
    let list = write_list(public, key, Listing { snapshot: snapshot.clone(), files })?;
    for replacement in replacements {
        replacement.publish()?;
    }
    list.publish()?;
    sync_folder(&public.join("downloads"))?;
    sync_folder(public)
}

fn write_list(public: &Path, key: &SigningKey, list: Listing) -> Result<Replacement> {
    let mut note = Note::new(list.to_string()).map_err(tlog::Error::from)?;
    note.sign(key).map_err(tlog::Error::from)?;
    let replacement = Replacement::of(&public.join(listing::PATH))?;
    replacement.write(|out| out.write_all(note.to_string().as_bytes()))?;
    Ok(replacement)
}

fn write_download(public: &Path, download: Download, register: &Register) -> Result<(ListedFile, Replacement)> {
    let replacement = Replacement::of(&public.join(download.path()))?;
    let mut hashed = None;
    replacement.write(|out| {
        let mut hashing = Hashing { out, hasher: Sha256::new(), bytes: 0 };
        // Rows are written in small pieces; the digest wants large ones.
        let mut buffered = BufWriter::with_capacity(1 << 16, &mut hashing);
        download.write(register, &mut buffered)?;
        buffered.flush()?;
        drop(buffered);
        hashed = Some(hashing.listed(download.path()));
        Ok(())
    })?;
    let listed =
        hashed.ok_or_else(|| file("write", &PathBuf::from(download.path()))(io::Error::other("not written")))?;
    Ok((listed, replacement))
}

fn digest_of(path: &Path, listed_as: &str) -> Result<ListedFile> {
    let mut hashing = Hashing { out: &mut io::sink(), hasher: Sha256::new(), bytes: 0 };
    let mut written = File::open(path).map_err(file("read", path))?;
    let mut buffer = vec![0_u8; 1 << 20];
    loop {
        let length = io::Read::read(&mut written, &mut buffer).map_err(file("read", path))?;
        if length == 0 {
            return Ok(hashing.listed(listed_as));
        }
        hashing.write_all(&buffer[..length]).map_err(file("read", path))?;
    }
}

struct Hashing<'a, W: Write> {
    out: &'a mut W,
    hasher: Sha256,
    bytes: u64,
}

impl<W: Write> Hashing<'_, W> {
    fn listed(self, path: &str) -> ListedFile {
        ListedFile { path: path.to_owned(), bytes: self.bytes, sha256: hex(&self.hasher.finalize()) }
    }
}

impl<W: Write> Write for Hashing<'_, W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.out.write(bytes)?;
        self.hasher.update(&bytes[..length]);
        self.bytes += length as u64;
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
