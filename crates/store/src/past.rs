//! The register as it was: its database after the first so many statements, computed from the public files alone, as
//! anybody can compute it.
//!
//! A text that was erased since is gone from the files, and so from every past state as well.

use std::fs;
use std::path::Path;

use register::disclosure::BUNDLE_WIDTH;
use register::statement::{Body, Statement};
use register::tables::Snapshot;
use register::{Digest, Disclosure, Register};
use rusqlite::Connection;
use tlog::tree::root;
use tlog::{Checkpoint, Note, Tile, bundle, leaf_hash};

use crate::disclosures;
use crate::error::{Result, StoreError, database, file};
use crate::site_database::build;

/// How often files that are replaced while they are read are read again.
const ATTEMPTS: usize = 3;

/// Writes the register database as it was after the first `size` statements of the log in this public folder, to a path
/// where nothing is. Costs work in proportion to the log.
///
/// # Errors
/// If the log has fewer statements, or its files cannot be read.
pub fn write(public: &Path, size: u64, path: &Path) -> Result<()> {
    let mut attempt = 1;
    let log = loop {
        match read(public, size) {
            // A statement that is published meanwhile replaces the last, partial files.
            Err(StoreError::File { .. } | StoreError::ShortBundle { .. }) if attempt < ATTEMPTS => attempt += 1,
            other => break other?,
        }
    };
    let mut register = Register::new();
    for (index, (statement, texts)) in (0..).zip(log.statements.iter().zip(&log.texts)) {
        register.apply(statement, texts).map_err(|refusal| StoreError::Refused { index, refusal })?;
    }
    let hashes: Vec<_> = log.leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
    let snapshot = Snapshot { origin: log.origin, size, root: root(&hashes).to_string() };
    let statements = (0..).zip(&log.statements).zip(&log.leaves);
    let statements = statements.map(|((index, statement), leaf)| (index, statement, leaf.as_slice()));
    build(public, path, &register, &snapshot, statements)?;
    mark_erased(path, &log.erased_since)
}

/// The files of the log, as far as a past state needs them.
struct Log {
    origin: String,
    leaves: Vec<Vec<u8>>,
    statements: Vec<Statement>,
    texts: Vec<Vec<Disclosure>>,
    /// Texts that later statements erased.
    erased_since: Vec<Digest>,
}

fn read(public: &Path, size: u64) -> Result<Log> {
    let path = public.join("checkpoint");
    let note = Note::parse(&fs::read(&path).map_err(file("read", &path))?).map_err(tlog::Error::from)?;
    let now: Checkpoint = note.text().parse()?;
    if size > now.size {
        return Err(StoreError::NotYet { size, held: now.size });
    }
    let mut log = Log { origin: now.origin, leaves: vec![], statements: vec![], texts: vec![], erased_since: vec![] };
    for number in 0..now.size.div_ceil(BUNDLE_WIDTH) {
        let Some(tile) = Tile::in_tree(0, number, now.size) else { break };
        let path = public.join(tile.entries_path());
        let bytes = fs::read(&path).map_err(file("read", &path))?;
        let entries = bundle::parse(&bytes).map_err(tlog::Error::from)?;
        let first = number * BUNDLE_WIDTH;
        if first < size {
            log.texts.extend(disclosures::read(public, number, now.size)?);
        }
        for (index, leaf) in (first..).zip(entries) {
            let read = || Statement::from_leaf(leaf).map_err(|source| StoreError::Statement { index, source });
            if index < size {
                log.statements.push(read()?);
                log.leaves.push(leaf.to_vec());
            } else if says_redaction(leaf)
                && let Body::Redaction(redaction) = read()?.body
            {
                log.erased_since.extend(redaction.digests);
            }
        }
    }
    log.texts.truncate(log.statements.len());
    Ok(log)
}

/// Whether a leaf may be a redaction; most are not, and reading each would take as long as the fold.
fn says_redaction(leaf: &[u8]) -> bool {
    let kind: &[u8] = b"\"kind\":\"redaction\"";
    leaf.windows(kind.len()).any(|part| part == kind)
}

/// What was erased since is not missing.
fn mark_erased(path: &Path, digests: &[Digest]) -> Result<()> {
    let attempt = || -> rusqlite::Result<()> {
        let connection = Connection::open(path)?;
        connection.execute_batch("PRAGMA journal_mode = OFF; BEGIN;")?;
        for digest in digests {
            let sql = "UPDATE text SET state = 'erased' WHERE digest = ?1 AND state = 'missing'";
            connection.prepare_cached(sql)?.execute([digest.to_string()])?;
        }
        connection.execute_batch("COMMIT;")
    };
    attempt().map_err(database(path))
}
