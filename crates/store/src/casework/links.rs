//! Links that are sent by mail: invitations and password resets. Each works once and until a time; a newer one of the same
//! person makes the older worthless.

use casework::PersonId;
use register::Moment;
use rusqlite::{OptionalExtension, Transaction, params};

use super::failed;
use super::token::Token;
use crate::error::Result;

/// How long an invitation can be accepted, in seconds: a week.
pub const INVITATION: i64 = 7 * 24 * 60 * 60;

/// How long a reset can be used, in seconds: an hour.
pub const RESET: i64 = 60 * 60;

/// What a link is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// To set the first password.
    Invitation,
    /// To set another.
    Reset,
}

impl Purpose {
    fn code(self) -> &'static str {
        match self {
            Self::Invitation => "invitation",
            Self::Reset => "reset",
        }
    }

    /// How long a link of this kind works, in seconds.
    pub fn lasts(self) -> i64 {
        match self {
            Self::Invitation => INVITATION,
            Self::Reset => RESET,
        }
    }
}

/// What a link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// Whose account.
    pub person: PersonId,
    /// What for.
    pub purpose: Purpose,
}

/// Makes a link, and makes earlier ones of this person worthless.
///
/// # Errors
/// A fault of the database, or a system without random bytes.
pub fn make(transaction: &Transaction<'_>, person: PersonId, purpose: Purpose, now: Moment) -> Result<Token> {
    let failed = failed(transaction);
    let token = Token::random()?;
    let seconds = now.seconds();
    transaction
        .execute("DELETE FROM person_link WHERE person = ?1 AND used_at IS NULL", [person.0])
        .map_err(&failed)?;
    let add = "INSERT INTO person_link (token, person, purpose, made_at, expires_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let values = params![token.digest(), person.0, purpose.code(), seconds, seconds + purpose.lasts()];
    transaction.execute(add, values).map_err(&failed)?;
    Ok(token)
}

/// When the newest link of a person was made, used or not.
///
/// # Errors
/// A fault of the database.
pub fn last_made(transaction: &Transaction<'_>, person: PersonId) -> Result<Option<Moment>> {
    let ask = "SELECT max(made_at) FROM person_link WHERE person = ?1";
    let made: Option<i64> = transaction.query_row(ask, [person.0], |row| row.get(0)).map_err(failed(transaction))?;
    Ok(made.and_then(|seconds| Moment::from_seconds(seconds).ok()))
}

/// What a link opens, without using it; nothing where it was used, has expired, or is nobody's.
///
/// # Errors
/// A fault of the database.
pub fn look(transaction: &Transaction<'_>, token: &Token, now: Moment) -> Result<Option<Opened>> {
    let ask = "SELECT person_link.person, purpose FROM person_link JOIN person ON person.id = person_link.person
               WHERE token = ?1 AND used_at IS NULL AND expires_at > ?2 AND state <> 'disabled'";
    transaction
        .query_row(ask, params![token.digest(), now.seconds()], |row| {
            let purpose: String = row.get(1)?;
            let purpose = if purpose == Purpose::Invitation.code() { Purpose::Invitation } else { Purpose::Reset };
            Ok(Opened { person: PersonId(row.get(0)?), purpose })
        })
        .optional()
        .map_err(failed(transaction))
}

/// Uses a link; nothing where it opens nothing. In the transaction of what it was used for.
///
/// # Errors
/// A fault of the database.
pub fn use_up(transaction: &Transaction<'_>, token: &Token, now: Moment) -> Result<Option<Opened>> {
    let opened = look(transaction, token, now)?;
    if opened.is_some() {
        let used = "UPDATE person_link SET used_at = ?2 WHERE token = ?1 AND used_at IS NULL";
        transaction.execute(used, params![token.digest(), now.seconds()]).map_err(failed(transaction))?;
    }
    Ok(opened)
}
