//! The files that pass between casework and the data zone: instructions as they were signed, manifests as they were measured,
//! and the keys of packages, sealed to the custodian. Who may see which is not said here.

use register::{Digest, Moment};
use rusqlite::{OptionalExtension, Transaction, params};

use super::failed;
use crate::error::Result;

/// A manifest with the sealed key of its package.
#[derive(Clone, PartialEq, Eq)]
pub struct KeptManifest {
    /// SHA-256 of its line of JSON.
    pub digest: Digest,
    /// The file as the engine signed it.
    pub file: Vec<u8>,
    /// The package's key, sealed to the custodian's release key: an armored age file.
    pub sealed_key: String,
}

/// Keeps an instruction of a case. One that is kept already stays as it is.
///
/// # Errors
/// A fault of the database.
pub fn keep_instruction(
    transaction: &Transaction<'_>,
    reference: &str,
    digest: Digest,
    file: &[u8],
    now: Moment,
) -> Result<()> {
    let sql =
        "INSERT INTO instruction (reference, digest, file, kept_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING";
    let values = params![reference, digest.0.as_slice(), file, now.seconds()];
    transaction.prepare_cached(sql).and_then(|mut add| add.execute(values)).map_err(failed(transaction))?;
    Ok(())
}

/// The file of an instruction; nothing where the case has none of this digest.
///
/// # Errors
/// A fault of the database.
pub fn instruction(transaction: &Transaction<'_>, reference: &str, digest: Digest) -> Result<Option<Vec<u8>>> {
    let sql = "SELECT file FROM instruction WHERE reference = ?1 AND digest = ?2";
    transaction
        .prepare_cached(sql)
        .and_then(|mut ask| ask.query_row(params![reference, digest.0.as_slice()], |row| row.get(0)).optional())
        .map_err(failed(transaction))
}

/// Keeps a manifest under the event that handed it in.
///
/// # Errors
/// A fault of the database.
pub fn keep_manifest(
    transaction: &Transaction<'_>,
    reference: &str,
    seq: u64,
    kept: &KeptManifest,
    now: Moment,
) -> Result<()> {
    let sql =
        "INSERT INTO manifest (reference, seq, digest, file, sealed_key, kept_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let values = params![reference, seq, kept.digest.0.as_slice(), kept.file, kept.sealed_key, now.seconds()];
    transaction.prepare_cached(sql).and_then(|mut add| add.execute(values)).map_err(failed(transaction))?;
    Ok(())
}

/// The manifest that an event handed in.
///
/// # Errors
/// A fault of the database.
pub fn manifest(transaction: &Transaction<'_>, reference: &str, seq: u64) -> Result<Option<KeptManifest>> {
    let sql = "SELECT digest, file, sealed_key FROM manifest WHERE reference = ?1 AND seq = ?2";
    let read = |row: &rusqlite::Row<'_>| {
        Ok(KeptManifest { digest: Digest(row.get(0)?), file: row.get(1)?, sealed_key: row.get(2)? })
    };
    transaction
        .prepare_cached(sql)
        .and_then(|mut ask| ask.query_row(params![reference, seq], read).optional())
        .map_err(failed(transaction))
}
