//! Browsers in which a person has signed in before. Guesses from elsewhere are slowed for an account, and not those from
//! its owner's own browsers: so nobody can shut somebody out by guessing (OWASP calls the token a device cookie).

use casework::PersonId;
use register::Moment;
use rusqlite::{OptionalExtension, Transaction, params};

use super::failed;
use super::token::Token;
use crate::error::Result;

/// How long a browser is known after a sign-in, in seconds: half a year.
pub const KNOWN: i64 = 183 * 24 * 60 * 60;

/// Browsers of one person that are kept; the oldest goes.
const AT_MOST: u32 = 20;

/// Makes a browser known.
///
/// # Errors
/// A fault of the database, or a system without random bytes.
pub fn make_known(transaction: &Transaction<'_>, person: PersonId, now: Moment) -> Result<Token> {
    let failed = failed(transaction);
    let token = Token::random()?;
    let seconds = now.seconds();
    let add = "INSERT INTO device (token, person, made_at, expires_at) VALUES (?1, ?2, ?3, ?4)";
    transaction.execute(add, params![token.digest(), person.0, seconds, seconds + KNOWN]).map_err(&failed)?;
    let forget = "DELETE FROM device WHERE person = ?1 AND (expires_at <= ?2 OR token NOT IN
                  (SELECT token FROM device WHERE person = ?1 ORDER BY made_at DESC, rowid DESC LIMIT ?3))";
    transaction.execute(forget, params![person.0, seconds, AT_MOST]).map_err(&failed)?;
    Ok(token)
}

/// Whose browser this is.
///
/// # Errors
/// A fault of the database.
pub fn owner(transaction: &Transaction<'_>, token: &Token, now: Moment) -> Result<Option<PersonId>> {
    let ask = "SELECT person FROM device WHERE token = ?1 AND expires_at > ?2";
    transaction
        .query_row(ask, params![token.digest(), now.seconds()], |row| row.get(0).map(PersonId))
        .optional()
        .map_err(failed(transaction))
}

/// Forgets every browser of a person.
///
/// # Errors
/// A fault of the database.
pub fn forget_all(transaction: &Transaction<'_>, person: PersonId) -> Result<()> {
    transaction.execute("DELETE FROM device WHERE person = ?1", [person.0]).map_err(failed(transaction))?;
    Ok(())
}
