//! Statements that are owed to the public: written with the events that owe them, and kept until they stand in the log.

use casework::Case;
use register::{Draft, Moment, Statement};
use rusqlite::{OptionalExtension, Transaction, params};

use super::failed;
use crate::error::{Result, StoreError};

/// A statement that waits for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// Its place among all that are owed.
    pub number: i64,
    /// The case that owes it, which need not be the share that it is about.
    pub reference: String,
    /// The statement with its texts.
    pub draft: Draft,
}

/// One that the register refuses, which somebody must look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stuck {
    /// The case that owes it.
    pub reference: String,
    /// The statement's id.
    pub id: String,
    /// The rule that it breaks.
    pub why: String,
}

/// Adds a statement.
///
/// # Errors
/// A fault of the database, or a statement that is not in form.
pub fn add(transaction: &Transaction<'_>, case: &Case, seq: u64, draft: &Draft) -> Result<()> {
    let leaf = draft.statement.to_leaf().map_err(|source| StoreError::Statement { index: 0, source })?;
    let encoded = |texts: &[register::Disclosure]| {
        let texts: Vec<&str> = texts.iter().map(register::Disclosure::encoded).collect();
        texts.join("\n")
    };
    let sql = "INSERT INTO owed (id, reference, seq, leaf, public, withheld) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let (public, withheld) = (encoded(&draft.public), encoded(&draft.withheld));
    let values = params![draft.statement.id, case.reference, seq, leaf, public, withheld];
    transaction.execute(sql, values).map_err(failed(transaction))?;
    Ok(())
}

/// The statement that has waited longest. One that is refused holds up its own case only.
///
/// # Errors
/// A fault of the database, or a row that cannot be read.
pub fn next(transaction: &Transaction<'_>) -> Result<Option<Owed>> {
    let failed = failed(transaction);
    let sql = "SELECT number, reference, leaf, public, withheld FROM owed WHERE reference NOT IN
               (SELECT reference FROM owed WHERE refused IS NOT NULL) ORDER BY number LIMIT 1";
    let read = |row: &rusqlite::Row<'_>| {
        Ok((row.get(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?, row.get::<_, String>(3)?, row.get::<_, String>(4)?))
    };
    let Some((number, reference, leaf, public, withheld)) =
        transaction.query_row(sql, [], read).optional().map_err(&failed)?
    else {
        return Ok(None);
    };
    let statement = Statement::from_leaf(&leaf).map_err(|source| StoreError::Statement { index: 0, source })?;
    let texts = |lines: &str| lines.lines().filter_map(|line| line.parse().ok()).collect();
    let draft = Draft { public: texts(&public), withheld: texts(&withheld), ..Draft::new(statement) };
    Ok(Some(Owed { number, reference, draft }))
}

/// Lets go of a statement that stands in the log.
///
/// # Errors
/// A fault of the database.
pub fn done(transaction: &Transaction<'_>, number: i64) -> Result<()> {
    transaction.execute("DELETE FROM owed WHERE number = ?1", [number]).map_err(failed(transaction))?;
    Ok(())
}

/// Notes that the register refuses a statement, and by what rule.
///
/// # Errors
/// A fault of the database.
pub fn refuse(transaction: &Transaction<'_>, number: i64, why: &str) -> Result<()> {
    let sql = "UPDATE owed SET refused = ?2 WHERE number = ?1";
    transaction.execute(sql, params![number, why]).map_err(failed(transaction))?;
    Ok(())
}

/// How many statements of a case wait for the log, and the rules by which the register refuses some of them.
///
/// # Errors
/// A fault of the database.
pub fn of(transaction: &Transaction<'_>, reference: &str) -> Result<(u64, Vec<String>)> {
    let failed = failed(transaction);
    let sql = "SELECT refused FROM owed WHERE reference = ?1 ORDER BY number";
    let mut statement = transaction.prepare_cached(sql).map_err(&failed)?;
    let rows = statement.query_map([reference], |row| row.get(0)).and_then(Iterator::collect);
    let rows: Vec<Option<String>> = rows.map_err(&failed)?;
    Ok((rows.len() as u64, rows.into_iter().flatten().collect()))
}

/// Statements that the register refuses.
///
/// # Errors
/// A fault of the database.
pub fn stuck(transaction: &Transaction<'_>) -> Result<Vec<Stuck>> {
    let failed = failed(transaction);
    let sql = "SELECT reference, id, refused FROM owed WHERE refused IS NOT NULL ORDER BY number";
    let mut statement = transaction.prepare_cached(sql).map_err(&failed)?;
    let rows = statement.query_map([], |row| Ok(Stuck { reference: row.get(0)?, id: row.get(1)?, why: row.get(2)? }));
    rows.and_then(Iterator::collect).map_err(&failed)
}

/// How many statements wait for the log, those that are refused included, and since when the oldest has.
///
/// # Errors
/// A fault of the database.
pub fn waiting(transaction: &Transaction<'_>) -> Result<(u64, Option<Moment>)> {
    let sql =
        "SELECT count(*), (SELECT at FROM event JOIN owed USING (reference, seq) ORDER BY number LIMIT 1) FROM owed";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?));
    let (count, since) = transaction.query_row(sql, [], read).map_err(failed(transaction))?;
    Ok((count, since.and_then(|seconds| Moment::from_seconds(seconds).ok())))
}
