//! The documents that decisions rest on, with the salts of the digests by which statements commit to them: so that whoever
//! may see one can be shown that it is what was decided upon.

use register::{Digest, Moment, Salt};
use rusqlite::{Row, Transaction, params};

use super::failed;
use crate::error::Result;

/// One document.
pub struct Kept {
    /// The digest of salt and document.
    pub digest: Digest,
    /// What kind of document, as the statement calls it.
    pub kind: String,
    /// What it is called.
    pub name: String,
    /// The salt.
    pub salt: Salt,
    /// The document.
    pub content: Content,
}

/// Where a document is.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// Here.
    Bytes(Vec<u8>),
    /// Among the files of the case, by the SHA-256 of its bytes.
    File(Digest),
}

/// Keeps documents of a case.
///
/// # Errors
/// A fault of the database.
pub fn keep(transaction: &Transaction<'_>, reference: &str, all: &[Kept], now: Moment) -> Result<()> {
    let sql = "INSERT INTO evidence (digest, reference, kind, name, salt, content, file, kept_at)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    for one in all {
        let (content, file) = match &one.content {
            Content::Bytes(bytes) => (Some(bytes.as_slice()), None),
            Content::File(digest) => (None, Some(digest.0.as_slice())),
        };
        let (digest, salt) = (one.digest.0.as_slice(), one.salt.0.as_slice());
        let values = params![digest, reference, one.kind, one.name, salt, content, file, now.seconds()];
        transaction.prepare_cached(sql).and_then(|mut add| add.execute(values)).map_err(failed(transaction))?;
    }
    Ok(())
}

/// The documents of a case, those of its first decision first.
///
/// # Errors
/// A fault of the database.
pub fn of(transaction: &Transaction<'_>, reference: &str) -> Result<Vec<Kept>> {
    let sql = "SELECT digest, kind, name, salt, content, file FROM evidence WHERE reference = ?1
               ORDER BY kept_at, kind, name, digest";
    let mut statement = transaction.prepare_cached(sql).map_err(failed(transaction))?;
    statement.query_map([reference], kept).and_then(Iterator::collect).map_err(failed(transaction))
}

fn kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let content = match (row.get::<_, Option<Vec<u8>>>(4)?, row.get::<_, Option<[u8; 32]>>(5)?) {
        (Some(bytes), _) => Content::Bytes(bytes),
        (None, file) => Content::File(Digest(file.unwrap_or_default())),
    };
    Ok(Kept { digest: Digest(row.get(0)?), kind: row.get(1)?, name: row.get(2)?, salt: Salt(row.get(3)?), content })
}
