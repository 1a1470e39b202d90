//! Who another provider says that somebody is: by its own address and the number under which it knows them, which never
//! change hands, and not by an e-mail address, which may. And sign-ins that are under way there.

use casework::PersonId;
use register::Moment;
use rusqlite::{OptionalExtension, Transaction, params};

use super::account_events::{AccountEvent, Kind, record};
use super::failed;
use super::token::Token;
use crate::error::Result;

/// How long a sign-in may take at the provider, in seconds.
pub const PATIENCE: i64 = 10 * 60;

/// Sign-ins under way that are kept at once; the oldest go.
const AT_MOST: u32 = 10_000;

/// A sign-in that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// What the provider puts into its answer.
    pub nonce: String,
    /// What proves to the provider that the one who comes back is the one who went.
    pub verifier: String,
    /// Where to lead them then.
    pub next: String,
}

/// Keeps a sign-in that begins in this browser; gives the token that comes back with the answer.
///
/// # Errors
/// A fault of the database, or a system without random bytes.
pub fn begin(transaction: &Transaction<'_>, browser: &Token, attempt: &Attempt, now: Moment) -> Result<Token> {
    let failed = failed(transaction);
    let state = Token::random()?;
    let seconds = now.seconds();
    let clean =
        "DELETE FROM openid_attempt WHERE expires_at <= ?1 OR rowid <= (SELECT max(rowid) - ?2 FROM openid_attempt)";
    transaction.execute(clean, params![seconds, AT_MOST]).map_err(&failed)?;
    let keep = "INSERT INTO openid_attempt (state, browser, nonce, verifier, next, expires_at)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let values =
        params![state.digest(), browser.digest(), attempt.nonce, attempt.verifier, attempt.next, seconds + PATIENCE];
    transaction.execute(keep, values).map_err(&failed)?;
    Ok(state)
}

/// Takes the sign-in that this token is of, if it began in this browser; it cannot be taken twice.
///
/// # Errors
/// A fault of the database.
pub fn take(transaction: &Transaction<'_>, state: &Token, browser: &Token, now: Moment) -> Result<Option<Attempt>> {
    let take = "DELETE FROM openid_attempt WHERE state = ?1 AND browser = ?2 AND expires_at > ?3
                RETURNING nonce, verifier, next";
    transaction
        .query_row(take, params![state.digest(), browser.digest(), now.seconds()], |row| {
            Ok(Attempt { nonce: row.get(0)?, verifier: row.get(1)?, next: row.get(2)? })
        })
        .optional()
        .map_err(failed(transaction))
}

/// Who this is.
///
/// # Errors
/// A fault of the database.
pub fn person(transaction: &Transaction<'_>, issuer: &str, subject: &str) -> Result<Option<PersonId>> {
    let ask = "SELECT person FROM openid_identity WHERE issuer = ?1 AND subject = ?2";
    transaction
        .query_row(ask, [issuer, subject], |row| row.get(0).map(PersonId))
        .optional()
        .map_err(failed(transaction))
}

/// Links an identity to a person; false where the person has one of this provider already. Whoever calls knows that the
/// provider has verified the address under which the person was invited.
///
/// # Errors
/// A fault of the database.
pub fn link(transaction: &Transaction<'_>, issuer: &str, subject: &str, person: PersonId, now: Moment) -> Result<bool> {
    let link = "INSERT INTO openid_identity (issuer, subject, person, linked_at)
                SELECT ?1, ?2, ?3, ?4 WHERE NOT EXISTS
                (SELECT 1 FROM openid_identity WHERE issuer = ?1 AND person = ?3) ON CONFLICT DO NOTHING";
    let values = params![issuer, subject, person.0, now.seconds()];
    let linked = transaction.execute(link, values).map_err(failed(transaction))? > 0;
    if linked {
        record(transaction, &AccountEvent::of(Kind::IdentityLinked, person, Some(person), now))?;
    }
    Ok(linked)
}
