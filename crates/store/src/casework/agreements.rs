//! Agreements as they were laid ready to be signed: the very bytes whose digest both sides sign and the register shows.

use register::{Digest, Moment};
use rusqlite::{OptionalExtension, Transaction, params};

use super::failed;
use crate::error::Result;

/// An agreement.
#[derive(Clone, PartialEq, Eq)]
pub struct Agreement {
    /// What kind of file it is, such as `application/pdf`.
    pub media_type: String,
    /// The file.
    pub bytes: Vec<u8>,
    /// What it was set from, as JSON.
    pub paper: String,
}

impl Agreement {
    /// What is signed.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.bytes)
    }
}

/// Keeps an agreement of a case. One that is kept already stays as it is.
///
/// # Errors
/// A fault of the database.
pub fn keep(transaction: &Transaction<'_>, reference: &str, agreement: &Agreement, now: Moment) -> Result<()> {
    let sql = "INSERT INTO agreement (reference, digest, media_type, bytes, paper, kept_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING";
    let Agreement { media_type, bytes, paper } = agreement;
    let digest = agreement.digest();
    let values = params![reference, digest.0.as_slice(), media_type, bytes, paper, now.seconds()];
    transaction.prepare_cached(sql).and_then(|mut add| add.execute(values)).map_err(failed(transaction))?;
    Ok(())
}

/// The agreement of a case with this digest.
///
/// # Errors
/// A fault of the database.
pub fn find(transaction: &Transaction<'_>, reference: &str, digest: Digest) -> Result<Option<Agreement>> {
    let sql = "SELECT media_type, bytes, paper FROM agreement WHERE reference = ?1 AND digest = ?2";
    let read =
        |row: &rusqlite::Row<'_>| Ok(Agreement { media_type: row.get(0)?, bytes: row.get(1)?, paper: row.get(2)? });
    transaction
        .prepare_cached(sql)
        .and_then(|mut ask| ask.query_row(params![reference, digest.0.as_slice()], read).optional())
        .map_err(failed(transaction))
}
