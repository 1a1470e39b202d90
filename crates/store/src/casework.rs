//! The private zone's database: events, accounts, documents, mail. One file of SQLite, one writer at a time, and every
//! write that belongs together in one transaction.
//!
//! It is the file in which the publisher keeps withheld texts as well; each makes its own tables.

pub mod account_events;
pub mod agreements;
pub mod assessments;
pub mod cases;
pub mod devices;
pub mod documents;
pub mod evidence;
pub mod links;
pub mod mail;
pub mod openid;
pub mod organisations;
pub mod owed;
pub mod people;
pub mod queue;
pub mod releases;
pub mod sessions;
pub mod token;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use crate::error::{Result, StoreError, database};

/// How long a writer waits for another process.
const PATIENCE: Duration = Duration::from_secs(10);

/// Connections for reading that are kept open.
const READERS: usize = 8;

/// Queries that a connection keeps ready.
const STATEMENTS: usize = 128;

/// What brings the tables from each version to the next; the version is the number of those that have been run. One that
/// has been released never changes.
const MIGRATIONS: &[&str] = &[
    include_str!("casework/migrations/mail.sql"),
    include_str!("casework/migrations/documents.sql"),
    include_str!("casework/migrations/accounts.sql"),
    include_str!("casework/migrations/cases.sql"),
    include_str!("casework/migrations/decisions.sql"),
    include_str!("casework/migrations/releases.sql"),
];

/// The private zone's database.
#[derive(Debug)]
pub struct Casework {
    path: PathBuf,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
}

impl Casework {
    /// Opens or makes the database, and brings its tables to this program's version.
    ///
    /// # Errors
    /// If SQLite cannot open it, or it was made by a later version of this program.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = database(path);
        let mut connection = Connection::open(path).map_err(&failed)?;
        connection.busy_timeout(PATIENCE).map_err(&failed)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
                 PRAGMA foreign_keys = ON;",
            )
            .map_err(&failed)?;
        migrate(&mut connection, path)?;
        Ok(Self { path: path.to_owned(), writer: Mutex::new(connection), readers: Mutex::default() })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Runs one write: all of it is kept, durably, or none.
    ///
    /// # Errors
    /// What `work` refuses, or a fault of the database; nothing has been written then.
    pub fn write<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let failed = |source| StoreError::Database { path: self.path.clone(), source };
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        // Immediate, or two that read before they write would end in a refusal that waiting cannot mend.
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let done = work(&transaction)?;
        transaction.commit().map_err(failed)?;
        Ok(done)
    }

    /// Runs one question; all that it reads is of one moment.
    ///
    /// # Errors
    /// What `work` refuses, or a fault of the database.
    pub fn read<T, E: From<StoreError>>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> std::result::Result<T, E>,
    ) -> std::result::Result<T, E> {
        let failed = |source| StoreError::Database { path: self.path.clone(), source };
        let waiting = self.readers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut connection = match waiting {
            Some(connection) => connection,
            None => self.reader()?,
        };
        let answer = {
            let transaction = connection.transaction().map_err(failed)?;
            work(&transaction)
        };
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        if readers.len() < READERS {
            readers.push(connection);
        }
        answer
    }

    /// Takes what was erased out of the write-ahead log, which would keep it until it is written over.
    ///
    /// # Errors
    /// If a reader holds an old state for longer than a writer waits, or the database cannot be written.
    pub fn forget(&self) -> Result<()> {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let busy: i64 =
            writer.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0)).map_err(database(&self.path))?;
        if busy == 0 { Ok(()) } else { Err(StoreError::Busy(self.path.clone())) }
    }

    fn reader(&self) -> Result<Connection> {
        let failed = database(&self.path);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.path, flags).map_err(&failed)?;
        connection.busy_timeout(PATIENCE).map_err(&failed)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(connection)
    }
}

/// Turns a database error of a transaction into one that names the database.
pub(crate) fn failed(connection: &Connection) -> impl Fn(rusqlite::Error) -> StoreError {
    database(Path::new(connection.path().unwrap_or("casework.sqlite")))
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<()> {
    let failed = database(path);
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(&failed)?;
    let version: usize = transaction.query_row("PRAGMA user_version", [], |row| row.get(0)).map_err(&failed)?;
    let Some(missing) = MIGRATIONS.get(version..) else {
        return Err(StoreError::Newer { path: path.to_owned(), version, known: MIGRATIONS.len() });
    };
    for migration in missing {
        transaction.execute_batch(migration).map_err(&failed)?;
    }
    transaction.pragma_update(None, "user_version", MIGRATIONS.len()).map_err(&failed)?;
    transaction.commit().map_err(&failed)
}
