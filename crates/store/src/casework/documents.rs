//! Files that people give: taken as a stream up to a size, known by their content, sealed under a key of their own and
//! durable before the row that names them. Nothing here says who may see one, and nothing in a file is ever run or
//! believed.
//!
//! The content's hash is the document's name to everybody else (statements commit to it); on the disk a file has a random
//! name and a random key, so that equal files of two cases do not show. The key lies in the row, wrapped under a master
//! key and bound to the row's values: with the row goes every copy of the file, backups included.

mod key;
mod kind;
mod name;
mod office;
mod refusal;
mod sealed;

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, BufWriter, Seek, SeekFrom};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use register::Moment;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use sha2::{Digest as _, Sha256};

pub use kind::Kind;
pub use refusal::Refusal;
pub use sealed::Opened;

use self::key::{FileKey, KeyRing};
use self::sealed::Seal;
use super::Casework;
use crate::data_folder::hex;
use crate::durable::{TEMPORARY, make_folder, sync_folder};
use crate::error::{Result, StoreError, database, file};

/// The most bytes of a document.
pub const LARGEST: u64 = 25_000_000;

/// The file that says that somebody uses the folder.
const LOCK: &str = "lock";

/// The folder of documents, and what opens them.
#[derive(Debug)]
pub struct Documents {
    folder: PathBuf,
    keys: KeyRing,
    /// Held as long as the folder is used: files without a row may belong to somebody who is about to write it.
    _lock: File,
}

/// A document's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DocumentId(pub i64);

/// A document that is kept.
#[derive(Clone, PartialEq, Eq)]
pub struct Document {
    /// Its number.
    pub id: DocumentId,
    /// The case that it belongs to.
    pub holder: String,
    /// SHA-256 of its content, in hexadecimal.
    pub digest: String,
    /// The name that it was given with, cleaned.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Bytes of its content.
    pub size: u64,
    /// When it was given.
    pub given: Moment,
    file: String,
    key: String,
    wrapped: Vec<u8>,
}

/// A document that is being received. Dropped before its end, it leaves nothing behind.
pub struct Incoming {
    seal: Option<Seal<BufWriter<File>>>,
    digest: Sha256,
    size: u64,
    most: u64,
    key: FileKey,
    left: Remains,
}

/// A document that is durable and known, and has no row yet. Dropped, it leaves nothing behind.
pub struct Received {
    /// What it is.
    pub kind: Kind,
    /// Its name, cleaned.
    pub name: String,
    /// SHA-256 of its content, in hexadecimal.
    pub digest: String,
    /// Bytes of its content.
    pub size: u64,
    key: FileKey,
    left: Remains,
}

/// A document whose row is gone; its file follows with [`Documents::remove`], once the transaction is committed.
#[derive(Debug)]
#[must_use]
pub struct Erased(PathBuf);

/// A file that goes when it is not wanted.
#[derive(Debug)]
struct Remains(Option<PathBuf>);

impl Drop for Remains {
    fn drop(&mut self) {
        // If this fails the file has no row, and goes when the folder is opened.
        let _ = self.0.as_deref().map(fs::remove_file);
    }
}

impl Documents {
    /// Opens or makes the folder beside a casework database, `private/documents`, and its key file. Files that a crash
    /// left without a row are removed, if no other process uses the folder.
    ///
    /// # Errors
    /// If files or database cannot be read or written, or the key file is damaged.
    pub fn open(private: &Path, casework: &Casework) -> Result<Self> {
        let folder = private.join("documents");
        make_folder(&folder)?;
        let keys = KeyRing::open(&key_file(private))?;
        let path = folder.join(LOCK);
        let lock = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let lock = lock.map_err(file("open", &path))?;
        match lock.try_lock() {
            Ok(()) => sweep(&folder, casework)?,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(file("lock", &path)(error)),
        }
        lock.lock_shared().map_err(file("lock", &path))?;
        Ok(Self { folder, keys, _lock: lock })
    }

    /// Begins to receive a document of at most this many bytes.
    ///
    /// # Errors
    /// If its file cannot be made.
    pub fn receive(&self, most: u64) -> Result<Incoming> {
        let mut random = [0_u8; 48];
        getrandom::fill(&mut random).map_err(StoreError::Random)?;
        let mut key = [0_u8; 32];
        key.copy_from_slice(&random[..32]);
        let path = self.folder.join(format!("{}{TEMPORARY}", hex(&random[32..])));
        let created = OpenOptions::new().create_new(true).read(true).write(true).mode(0o600).open(&path);
        let out = BufWriter::with_capacity(1 << 17, created.map_err(file("create", &path))?);
        let seal = Some(Seal::new(out, &key));
        Ok(Incoming { seal, digest: Sha256::new(), size: 0, most, key, left: Remains(Some(path)) })
    }

    /// Keeps a received document as one of this holder's. A holder that has one of the same content keeps that one.
    ///
    /// # Errors
    /// If the database cannot be read or written.
    pub fn put(
        &self,
        transaction: &Transaction<'_>,
        mut received: Received,
        holder: &str,
        now: Moment,
    ) -> Result<DocumentId> {
        let failed = failed(transaction);
        let held: Option<i64> = transaction
            .prepare_cached("SELECT id FROM document WHERE holder = ?1 AND digest = ?2")
            .and_then(|mut ask| ask.query_row([holder, &received.digest], |row| row.get(0)).optional())
            .map_err(&failed)?;
        if let Some(held) = held {
            return Ok(DocumentId(held));
        }
        let path = received.left.0.take().unwrap_or_default();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let wrapped = self.keys.wrap(&received.key, &label(holder, &received.digest, received.size, &name))?;
        transaction
            .prepare_cached(
                "INSERT INTO document (holder, digest, name, kind, size, file, key, wrapped, given)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) RETURNING id",
            )
            .and_then(|mut insert| {
                let (kind, size) = (received.kind.code(), received.size);
                let digest = &received.digest;
                let key = self.keys.current();
                insert.query_row(
                    params![holder, digest, received.name, kind, size, name, key, wrapped, now.seconds()],
                    |row| row.get(0),
                )
            })
            .map(DocumentId)
            .map_err(&failed)
    }

    /// The document of this number.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn get(&self, transaction: &Transaction<'_>, id: DocumentId) -> Result<Option<Document>> {
        transaction
            .prepare_cached(&format!("{SELECT} WHERE id = ?1"))
            .and_then(|mut ask| ask.query_row([id.0], document).optional())
            .map_err(failed(transaction))
    }

    /// The documents of a holder, in the order in which they were given.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn of(&self, transaction: &Transaction<'_>, holder: &str) -> Result<Vec<Document>> {
        transaction
            .prepare_cached(&format!("{SELECT} WHERE holder = ?1 ORDER BY id"))
            .and_then(|mut ask| ask.query_map([holder], document)?.collect())
            .map_err(failed(transaction))
    }

    /// Opens a document's content for reading.
    ///
    /// # Errors
    /// If its file is gone, was changed or exchanged, or its key is not held. Reading it finds what was changed further in.
    pub fn content(&self, document: &Document) -> Result<Opened> {
        let sealed = || StoreError::Sealed { id: document.id.0, source: None };
        let label = label(&document.holder, &document.digest, document.size, &document.file);
        let key = self.keys.unwrap(&document.key, &document.wrapped, &label).ok_or_else(sealed)?;
        let path = self.folder.join(&document.file);
        let opened = match File::open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(sealed()),
            opened => opened.map_err(file("open", &path))?,
        };
        match Opened::new(opened, &key, document.size) {
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(sealed()),
            opened => opened.map_err(file("read", &path)),
        }
    }

    /// Erases a document's row, and with it the key that opens its file; nothing where there is none. The file follows:
    /// once the transaction is committed, give what this gives to [`Documents::remove`].
    ///
    /// # Errors
    /// If the database cannot be written.
    pub fn erase(&self, transaction: &Transaction<'_>, id: DocumentId) -> Result<Option<Erased>> {
        let name: Option<String> = transaction
            .prepare_cached("DELETE FROM document WHERE id = ?1 RETURNING file")
            .and_then(|mut erase| erase.query_row([id.0], |row| row.get(0)).optional())
            .map_err(failed(transaction))?;
        Ok(name.map(|name| Erased(self.folder.join(name))))
    }

    /// Removes the file of an erased document. If the process ends before, it goes when the folder is opened again.
    ///
    /// # Errors
    /// If it cannot be removed.
    pub fn remove(&self, erased: Erased) -> Result<()> {
        match fs::remove_file(&erased.0) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(file("remove", &erased.0)(error)),
            _ => {}
        }
        sync_folder(&self.folder)
    }

    /// Puts a new master key in use. Documents that are there stay readable; [`Documents::rewrap`] brings them under it.
    ///
    /// # Errors
    /// If the key file cannot be written.
    pub fn rotate(private: &Path) -> Result<()> {
        KeyRing::rotate(&key_file(private))
    }

    /// Wraps the keys of all documents under the master key in use; gives how many there were under older ones.
    ///
    /// # Errors
    /// If a key does not open, or the database cannot be written; then none is changed.
    pub fn rewrap(&self, transaction: &Transaction<'_>) -> Result<usize> {
        let old: Vec<Document> = transaction
            .prepare(&format!("{SELECT} WHERE key <> ?1"))
            .and_then(|mut ask| ask.query_map([self.keys.current()], document)?.collect())
            .map_err(failed(transaction))?;
        for document in &old {
            let label = label(&document.holder, &document.digest, document.size, &document.file);
            let key = self.keys.unwrap(&document.key, &document.wrapped, &label);
            let key = key.ok_or(StoreError::Sealed { id: document.id.0, source: None })?;
            let wrapped = self.keys.wrap(&key, &label)?;
            transaction
                .prepare_cached("UPDATE document SET key = ?2, wrapped = ?3 WHERE id = ?1")
                .and_then(|mut change| change.execute(params![document.id.0, self.keys.current(), wrapped]))
                .map_err(failed(transaction))?;
        }
        Ok(old.len())
    }
}

impl Incoming {
    /// Takes more of the content.
    ///
    /// # Errors
    /// [`Refusal::TooLarge`] as soon as there is too much of it, or a fault of the disk.
    pub fn write(&mut self, content: &[u8]) -> Result<()> {
        self.size += content.len() as u64;
        if self.size > self.most {
            return Err(Refusal::TooLarge { most: self.most }.into());
        }
        self.digest.update(content);
        let path = self.left.0.clone().unwrap_or_default();
        self.seal.as_mut().map_or(Ok(()), |seal| seal.write(content)).map_err(file("write", &path))
    }

    /// Ends the document, which was given with this name: makes it durable and finds out what it is.
    ///
    /// # Errors
    /// The [`Refusal`] of a file that is not taken, or a fault of the disk; nothing is left behind then.
    pub fn finish(self, given: &str) -> Result<Received> {
        self.end(given, None)
    }

    /// Ends a document of which is known already what it is, since somebody has read all of it.
    ///
    /// # Errors
    /// A fault of the disk; nothing is left behind then.
    pub fn finish_as(self, given: &str, kind: Kind) -> Result<Received> {
        self.end(given, Some(kind))
    }

    fn end(mut self, given: &str, known: Option<Kind>) -> Result<Received> {
        let path = self.left.0.clone().unwrap_or_default();
        let target = path.with_extension("");
        let Some(seal) = self.seal.take() else { return Err(Refusal::Empty.into()) };
        let written = seal.finish().and_then(|out| out.into_inner().map_err(io::IntoInnerError::into_error));
        let written = written.map_err(file("write", &path))?;
        let name = name::clean(given);
        let mut content = Opened::new(written, &self.key, self.size).map_err(file("read", &path))?;
        content.seek(SeekFrom::Start(0)).map_err(file("read", &path))?;
        let kind = match known {
            Some(kind) => kind,
            None => kind::sniff(&mut content, &name).map_err(file("read", &path))??,
        };
        content.sync().map_err(file("sync", &path))?;
        fs::rename(&path, &target).map_err(file("rename", &path))?;
        self.left.0 = Some(target.clone());
        target.parent().map_or(Ok(()), sync_folder)?;
        let digest = hex(&std::mem::take(&mut self.digest).finalize());
        let left = Remains(self.left.0.take());
        Ok(Received { kind, name, digest, size: self.size, key: self.key, left })
    }
}

/// Shows nothing that somebody gave.
impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document").field("id", &self.id.0).field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Received {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Received").field("kind", &self.kind).field("size", &self.size).finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming").field("size", &self.size).finish_non_exhaustive()
    }
}

const SELECT: &str = "SELECT id, holder, digest, name, kind, size, given, file, key, wrapped FROM document";

fn document(row: &Row<'_>) -> rusqlite::Result<Document> {
    let code: String = row.get(4)?;
    let unknown = || rusqlite::Error::InvalidColumnType(4, "kind".to_owned(), rusqlite::types::Type::Text);
    let given: i64 = row.get(6)?;
    Ok(Document {
        id: DocumentId(row.get(0)?),
        holder: row.get(1)?,
        digest: row.get(2)?,
        name: row.get(3)?,
        kind: Kind::of_code(&code).ok_or_else(unknown)?,
        size: row.get(5)?,
        given: Moment::from_seconds(given).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(6, given))?,
        file: row.get(7)?,
        key: row.get(8)?,
        wrapped: row.get(9)?,
    })
}

/// What a wrapped key is bound to: with any of these changed, it does not open.
fn label(holder: &str, digest: &str, size: u64, file: &str) -> Vec<u8> {
    format!("rollcall document 1\n{file}\n{digest}\n{size}\n{holder}").into_bytes()
}

fn key_file(private: &Path) -> PathBuf {
    private.join("documents.key")
}

/// Removes files that no row names.
fn sweep(folder: &Path, casework: &Casework) -> Result<()> {
    let named: std::collections::HashSet<String> = casework.read(|transaction| {
        transaction
            .prepare("SELECT file FROM document")
            .and_then(|mut ask| ask.query_map([], |row| row.get(0))?.collect())
            .map_err(failed(transaction))
    })?;
    for entry in fs::read_dir(folder).map_err(file("list", folder))? {
        let entry = entry.map_err(file("list", folder))?;
        let name = entry.file_name();
        if name != LOCK && !name.to_str().is_some_and(|name| named.contains(name)) {
            fs::remove_file(entry.path()).map_err(file("remove", &entry.path()))?;
        }
    }
    sync_folder(folder)
}

fn failed(transaction: &Transaction<'_>) -> impl Fn(rusqlite::Error) -> StoreError {
    database(Path::new(transaction.path().unwrap_or_default()))
}
