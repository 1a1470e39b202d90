//! The register database that the site reads: the publisher changes it in place, in one transaction for each batch, while
//! the site reads it. SQLite's write-ahead log lets a reader keep its state meanwhile, and after a crash leaves the state
//! of the last whole batch.
//!
//! Item dictionaries lie as files in the public folder; their rows are read from there.
//!
//! It is not published: a copy taken while it changes could be torn. [`SiteDatabase::write_copy`] makes one that is whole.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use register::Register;
use register::tables::Snapshot;
use rusqlite::{Connection, OpenFlags, OptionalExtension};

use crate::dictionaries;
use crate::durable::{Replacement, make_folder, sync_folder};
use crate::error::{Result, StoreError, database, file};
use crate::register_database::{self, Changes, Logged};

/// How long to wait for readers; a page's queries take milliseconds, and are stopped after five seconds.
const PATIENCE: Duration = Duration::from_secs(10);

/// Statements that the connection keeps ready: an insertion and a removal for each table, and the search index's.
const STATEMENTS: usize = 64;

/// The site's database.
#[derive(Debug)]
pub(crate) struct SiteDatabase {
    connection: Connection,
    path: PathBuf,
}

/// What a database on disk stands at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    /// How many statements it was computed from.
    pub(crate) size: u64,
    /// The leaf of the last of them.
    pub(crate) last_leaf: Vec<u8>,
}

impl SiteDatabase {
    /// What the database at this path stands at; nothing where there is none that this program can go on with.
    pub(crate) fn standing(path: &Path) -> Option<Standing> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE).ok()?;
        let version: i32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0)).ok()?;
        (version == register_database::schema_version()).then_some(())?;
        let size: String =
            connection.query_row("SELECT value FROM meta WHERE name = 'size'", [], |row| row.get(0)).ok()?;
        let size: u64 = size.parse().ok()?;
        let last = size.checked_sub(1)? as i64;
        let leaf: Option<String> = connection
            .query_row("SELECT leaf FROM statement WHERE idx = ?", [last], |row| row.get(0))
            .optional()
            .ok()?;
        Some(Standing { size, last_leaf: leaf?.into_bytes() })
    }

    /// Opens the database at this path, which must have a [`standing`](Self::standing).
    ///
    /// # Errors
    /// If SQLite cannot open it.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let failed = database(path);
        let connection = Connection::open(path).map_err(&failed)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.busy_timeout(PATIENCE).map_err(&failed)?;
        // What a crash takes from it is written again from the log, so it need not be durable at once.
        connection
            .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;")
            .map_err(&failed)?;
        Ok(Self { connection, path: path.to_owned() })
    }

    /// Makes a new one in the place of whatever is there.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn create<'a>(
        public: &Path,
        path: &Path,
        register: &Register,
        snapshot: &Snapshot,
        statements: impl Iterator<Item = Logged<'a>>,
    ) -> Result<Self> {
        let folder = path.parent().unwrap_or(Path::new("."));
        make_folder(folder)?;
        let replacement = Replacement::of(path)?;
        build(public, replacement.path(), register, snapshot, statements)?;
        for beside in ["-wal", "-shm"] {
            let mut name = path.as_os_str().to_owned();
            name.push(beside);
            match fs::remove_file(&name) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(file("remove", Path::new(&name))(error));
                }
                _ => {}
            }
        }
        replacement.publish()?;
        sync_folder(folder)?;
        Self::open(path)
    }

    /// Brings it to a later state, by these statements and what they changed.
    ///
    /// # Errors
    /// If it cannot be written; then it is as it was.
    pub(crate) fn change<'a>(
        &mut self,
        public: &Path,
        register: &Register,
        snapshot: &Snapshot,
        changes: &Changes,
        statements: impl Iterator<Item = Logged<'a>>,
    ) -> Result<()> {
        let items = changes.dictionaries().map(|first| dictionaries::rows(public, register, first)).transpose()?;
        self.in_transaction(|connection| {
            register_database::change(connection, register, snapshot, changes, items.unwrap_or_default(), statements)
        })
    }

    /// Computes it anew, and leaves nothing of what it held: neither in free pages nor in the write-ahead log.
    ///
    /// # Errors
    /// If it cannot be written; then it is as it was.
    pub(crate) fn rebuild<'a>(
        &mut self,
        public: &Path,
        register: &Register,
        snapshot: &Snapshot,
        statements: impl Iterator<Item = Logged<'a>>,
    ) -> Result<()> {
        let items = dictionaries::rows(public, register, 0)?;
        self.in_transaction(|connection| {
            register_database::empty(connection)?;
            register_database::fill(connection, register, snapshot, items, statements)
        })?;
        let failed = database(&self.path);
        self.connection.execute_batch("VACUUM").map_err(&failed)?;
        let busy: bool =
            self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(&failed)?;
        if busy { Err(StoreError::Busy(self.path.clone())) } else { Ok(()) }
    }

    /// Writes a copy that any SQLite reads, without a write-ahead log beside it, to a path where nothing is.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn write_copy(&self, path: &Path) -> Result<()> {
        let target = path.to_string_lossy();
        self.connection.execute("VACUUM INTO ?1", [target]).map_err(database(path))?;
        fs::File::open(path).and_then(|written| written.sync_all()).map_err(file("sync", path))
    }

    fn in_transaction(&mut self, write: impl FnOnce(&Connection) -> rusqlite::Result<()>) -> Result<()> {
        let attempt = || -> rusqlite::Result<()> {
            let transaction = self.connection.transaction()?;
            write(&transaction)?;
            transaction.commit()
        };
        attempt().map_err(database(&self.path))
    }
}

/// Writes a new database file. Until it is put in its place nobody reads it, so SQLite's own journal would protect
/// nothing.
///
/// # Errors
/// If it cannot be written.
pub(crate) fn build<'a>(
    public: &Path,
    path: &Path,
    register: &Register,
    snapshot: &Snapshot,
    statements: impl Iterator<Item = Logged<'a>>,
) -> Result<()> {
    let items = dictionaries::rows(public, register, 0)?;
    let attempt = || -> rusqlite::Result<()> {
        let connection = Connection::open(path)?;
        connection.execute_batch(
            "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;
             PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY; BEGIN;",
        )?;
        register_database::fill(&connection, register, snapshot, items, statements)?;
        connection.execute_batch("COMMIT;")?;
        connection.close().map_err(|(_, error)| error)
    };
    attempt().map_err(database(path))?;
    fs::File::open(path).and_then(|written| written.sync_all()).map_err(file("sync", path))
}
