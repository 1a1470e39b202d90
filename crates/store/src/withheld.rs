//! Withheld texts: the disclosures that are not public. They never leave the private zone.

use std::path::Path;

use register::{Digest, Disclosure};
use rusqlite::{Connection, OptionalExtension, params};

use crate::error::{Result, database};

/// The withheld texts of a register.
#[derive(Debug)]
pub struct Withheld {
    connection: Connection,
    path: std::path::PathBuf,
}

impl Withheld {
    /// Opens or makes the database.
    ///
    /// # Errors
    /// If SQLite cannot open it.
    pub fn open(path: &Path) -> Result<Self> {
        let failed = database(path);
        let connection = Connection::open(path).map_err(&failed)?;
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL;
                 PRAGMA synchronous = FULL;
                 PRAGMA secure_delete = ON;
                 CREATE TABLE IF NOT EXISTS withheld (
                     digest TEXT PRIMARY KEY,
                     disclosure TEXT NOT NULL
                 ) STRICT, WITHOUT ROWID;",
            )
            .map_err(&failed)?;
        Ok(Self { connection, path: path.to_owned() })
    }

    /// Keeps these texts, durably. Keeping one again is no error, so that a batch can be tried again after a crash.
    ///
    /// # Errors
    /// If the database cannot be written; then none of them is kept.
    pub fn keep<'a>(&mut self, disclosures: impl IntoIterator<Item = &'a Disclosure>) -> Result<()> {
        let failed = database(&self.path);
        let transaction = self.connection.transaction().map_err(&failed)?;
        for disclosure in disclosures {
            let values = params![disclosure.digest().to_string(), disclosure.encoded()];
            transaction.execute("INSERT OR IGNORE INTO withheld VALUES (?1, ?2)", values).map_err(&failed)?;
        }
        transaction.commit().map_err(&failed)
    }

    /// The withheld text of this digest.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn find(&self, digest: Digest) -> Result<Option<Disclosure>> {
        let encoded: Option<String> = self
            .connection
            .query_row("SELECT disclosure FROM withheld WHERE digest = ?1", [digest.to_string()], |row| row.get(0))
            .optional()
            .map_err(database(&self.path))?;
        Ok(encoded.and_then(|encoded| encoded.parse().ok()))
    }

    /// Erases these texts, and the space that they took.
    ///
    /// # Errors
    /// If the database cannot be written; then none of them is erased.
    pub fn erase(&mut self, digests: &[Digest]) -> Result<()> {
        let failed = database(&self.path);
        let transaction = self.connection.transaction().map_err(&failed)?;
        for digest in digests {
            transaction.execute("DELETE FROM withheld WHERE digest = ?1", [digest.to_string()]).map_err(&failed)?;
        }
        transaction.commit().map_err(&failed)?;
        // The write-ahead log would keep the erased text until it is written over.
        self.connection.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").map_err(&failed)
    }
}
