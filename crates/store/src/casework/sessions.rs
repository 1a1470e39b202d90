//! Sessions of people who have signed in. Each ends when it has been idle, when it is old, and when what the person may
//! do changes; a new one begins at every sign-in, so that a token known before is worth nothing after.

use std::collections::BTreeMap;

use casework::{Actor, OrganisationId, PersonId};
use register::Moment;
use rusqlite::{OptionalExtension, Transaction, params};

use super::failed;
use super::people::{self, moment};
use super::token::Token;
use crate::error::Result;

/// How long a session may be idle, in seconds.
pub const IDLE: i64 = 60 * 60;

/// How long a session may last, in seconds.
pub const LONGEST: i64 = 12 * 60 * 60;

/// How long whoever has given a password may take to give the second factor, in seconds.
pub const HALF_WAY: i64 = 10 * 60;

/// Use is noted this often, in seconds: a page must not cost a write.
const NOTED: i64 = 60;

/// Wrong codes after which a sign-in that is half way ends.
pub const WRONG_CODES: u32 = 5;

/// How far a sign-in has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The password was right, and the second factor is missing.
    Password,
    /// Signed in.
    Whole,
}

/// A session that holds, with whose it is.
#[derive(Debug, Clone)]
pub struct Session {
    /// Its number; no secret.
    pub id: i64,
    /// How far the sign-in has come.
    pub stage: Stage,
    /// Whether a second factor was given.
    pub second_factor: bool,
    /// A secret that is being enrolled.
    pub enrolling: Option<Vec<u8>>,
    /// What the person is trusted with now.
    pub actor: Actor,
    /// What they are called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The names of the organisations that they act for.
    pub organisations: BTreeMap<OrganisationId, String>,
    /// Whether its use has not been noted for a while: [`note`] is due.
    pub is_due_a_note: bool,
}

/// A session as its owner sees it in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its number.
    pub id: i64,
    /// When it began.
    pub began: Moment,
    /// When it was last used, to the minute.
    pub seen: Moment,
}

/// Begins a session. Whoever calls has checked password and second factor.
///
/// # Errors
/// A fault of the database, or a system without random bytes.
pub fn begin(
    transaction: &Transaction<'_>,
    person: PersonId,
    stage: Stage,
    second_factor: bool,
    now: Moment,
) -> Result<(Token, i64)> {
    let failed = failed(transaction);
    let token = Token::random()?;
    let (code, lasts) = match stage {
        Stage::Password => ("password", HALF_WAY),
        Stage::Whole => ("whole", LONGEST),
    };
    let seconds = now.seconds();
    transaction
        .execute("DELETE FROM session WHERE expires_at <= ?1 OR seen_at <= ?2", [seconds, seconds - IDLE])
        .map_err(&failed)?;
    let begin = "INSERT INTO session (token, person, stage, second_factor, began_at, seen_at, expires_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6) RETURNING id";
    let values = params![token.digest(), person.0, code, second_factor, seconds, seconds + lasts];
    let id = transaction.query_row(begin, values, |row| row.get(0)).map_err(&failed)?;
    Ok((token, id))
}

/// The session of this token, if it holds: not idle for too long, not too old, and its person not disabled.
///
/// # Errors
/// A fault of the database.
pub fn find(transaction: &Transaction<'_>, token: &Token, now: Moment) -> Result<Option<Session>> {
    let failed = failed(transaction);
    let ask = "SELECT session.id, stage, session.second_factor, enrolling, person.id, name, email, seen_at
               FROM session JOIN person ON person.id = session.person
               WHERE token = ?1 AND expires_at > ?2 AND seen_at > ?3 AND state = 'active'";
    let seconds = now.seconds();
    let mut statement = transaction.prepare_cached(ask).map_err(&failed)?;
    let found = statement
        .query_row(params![token.digest(), seconds, seconds - IDLE], |row| {
            let stage: String = row.get(1)?;
            let person = PersonId(row.get(4)?);
            let session = Session {
                id: row.get(0)?,
                stage: if stage == "whole" { Stage::Whole } else { Stage::Password },
                second_factor: row.get(2)?,
                enrolling: row.get(3)?,
                actor: Actor { person, staff: Default::default(), member: BTreeMap::new() },
                name: row.get(5)?,
                email: row.get(6)?,
                organisations: BTreeMap::new(),
                is_due_a_note: row.get::<_, i64>(7)? <= seconds - NOTED,
            };
            Ok((person, session))
        })
        .optional()
        .map_err(&failed)?;
    let Some((person, mut session)) = found else { return Ok(None) };
    session.actor = people::actor(transaction, person)?;
    let mut named = transaction.prepare_cached("SELECT name FROM organisation WHERE id = ?1").map_err(&failed)?;
    for id in session.actor.member.keys() {
        let name = named.query_row([id.0], |row| row.get(0)).map_err(&failed)?;
        session.organisations.insert(*id, name);
    }
    Ok(Some(session))
}

/// Notes that a session was used.
///
/// # Errors
/// A fault of the database.
pub fn note(transaction: &Transaction<'_>, session: i64, now: Moment) -> Result<()> {
    let note = "UPDATE session SET seen_at = max(seen_at, ?2) WHERE id = ?1";
    transaction.execute(note, params![session, now.seconds()]).map_err(failed(transaction))?;
    Ok(())
}

/// Counts a wrong code, and ends the session at the fifth; true where it goes on.
///
/// # Errors
/// A fault of the database.
pub fn wrong_code(transaction: &Transaction<'_>, session: i64) -> Result<bool> {
    let failed = failed(transaction);
    let count = "UPDATE session SET wrong_codes = wrong_codes + 1 WHERE id = ?1 RETURNING wrong_codes";
    let counted: Option<u32> = transaction.query_row(count, [session], |row| row.get(0)).optional().map_err(&failed)?;
    let goes_on = counted.is_some_and(|counted| counted < WRONG_CODES);
    if !goes_on {
        end(transaction, session)?;
    }
    Ok(goes_on)
}

/// Keeps a secret that is being enrolled until it is proved.
///
/// # Errors
/// A fault of the database.
pub fn keep_enrolling(transaction: &Transaction<'_>, session: i64, secret: &[u8]) -> Result<()> {
    let keep = "UPDATE session SET enrolling = ?2 WHERE id = ?1";
    transaction.execute(keep, params![session, secret]).map_err(failed(transaction))?;
    Ok(())
}

/// A person's sessions, the last used first.
///
/// # Errors
/// A fault of the database.
pub fn of_person(transaction: &Transaction<'_>, person: PersonId, now: Moment) -> Result<Vec<Listed>> {
    let failed = failed(transaction);
    let ask = "SELECT id, began_at, seen_at FROM session WHERE person = ?1 AND stage = 'whole' AND expires_at > ?2
               AND seen_at > ?3 ORDER BY seen_at DESC, id DESC";
    let mut statement = transaction.prepare_cached(ask).map_err(&failed)?;
    let rows = statement
        .query_map(params![person.0, now.seconds(), now.seconds() - IDLE], |row| {
            Ok(Listed { id: row.get(0)?, began: moment(row.get(1)?, 1)?, seen: moment(row.get(2)?, 2)? })
        })
        .map_err(&failed)?;
    rows.collect::<rusqlite::Result<_>>().map_err(&failed)
}

/// Ends a session.
///
/// # Errors
/// A fault of the database.
pub fn end(transaction: &Transaction<'_>, session: i64) -> Result<()> {
    transaction.execute("DELETE FROM session WHERE id = ?1", [session]).map_err(failed(transaction))?;
    Ok(())
}

/// Ends every session of a person, but perhaps one.
///
/// # Errors
/// A fault of the database.
pub fn end_all(transaction: &Transaction<'_>, person: PersonId, but: Option<i64>) -> Result<()> {
    let end = "DELETE FROM session WHERE person = ?1 AND id IS NOT ?2";
    transaction.execute(end, params![person.0, but]).map_err(failed(transaction))?;
    Ok(())
}
