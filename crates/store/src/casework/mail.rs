//! The mail outbox: what is owed to people by mail, written in the transaction of the event that caused it, so that
//! neither exists without the other. It says what is due and remembers how it went; it sends nothing.
//!
//! A mail is taken before it is sent, which puts it off by [`LEASE`]: a process that is killed at the wrong moment, or
//! two processes over one folder, send it late or twice, and never not at all. What is sent twice has the same key, from
//! which its Message-ID is made.

use std::path::Path;

use register::Moment;
use rusqlite::{OptionalExtension, Row, Transaction, params};

use crate::error::{Result, StoreError, database};

/// How long a mail that was taken is left to whoever took it, in seconds: longer than any attempt may last.
pub const LEASE: i64 = 10 * 60;

/// How long a mail is tried for, in seconds, before it is given up: four days, as long as mail servers themselves do.
pub const PATIENCE: i64 = 4 * 86_400;

/// How long the content of a mail is kept after it was sent or given up, in seconds.
pub const KEPT: i64 = 7 * 86_400;

/// What the keys of mails begin with that bring a link to an account: their content goes when they have gone.
pub const ACCOUNT: &str = "account/";

/// The pause after the first failure, in seconds; each further one doubles it.
const FIRST_PAUSE: i64 = 60;

/// The longest pause between two attempts, in seconds.
const LONGEST_PAUSE: i64 = 4 * 3_600;

/// A mail to be sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// What caused it, such as `decided/DR200914.01/7`: the same key twice is one mail. No person's name or address.
    pub key: String,
    /// The address of whoever gets it.
    pub to: String,
    /// The subject line, composed of coded values.
    pub subject: String,
    /// The whole message as text.
    pub text: String,
    /// The same message as HTML.
    pub html: String,
}

/// Shows which mail it is, and nothing that stands in it.
impl std::fmt::Debug for Mail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mail").field("key", &self.key).finish_non_exhaustive()
    }
}

/// A mail that was taken in order to send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Its number in the outbox.
    pub id: i64,
    /// How often it has been tried, this time included.
    pub attempt: u32,
    /// Since when it is owed.
    pub queued: Moment,
    /// The mail.
    pub mail: Mail,
}

/// Why an attempt failed, as a code: what a mail server says may hold an address or a text, and is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The server could not be reached, or the connection broke.
    Connection,
    /// The server's certificate is not the one that it should have, or TLS could not be agreed.
    Tls,
    /// The server did not take the user and password.
    SignIn,
    /// The server does not take it for now (an SMTP reply of 4yz).
    Later,
    /// The server will never take it (an SMTP reply of 5yz).
    Refused,
    /// The address or a header cannot be written in a mail.
    Form,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 6] = [Self::Connection, Self::Tls, Self::SignIn, Self::Later, Self::Refused, Self::Form];

    /// The code that is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Tls => "tls",
            Self::SignIn => "sign-in",
            Self::Later => "later",
            Self::Refused => "refused",
            Self::Form => "form",
        }
    }

    /// What a page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Connection => "the mail server could not be reached",
            Self::Tls => "the mail server's certificate was not accepted",
            Self::SignIn => "the mail server did not accept our user and password",
            Self::Later => "the mail server asked to try again later",
            Self::Refused => "the mail server refused it",
            Self::Form => "the address is not one that mail can be sent to",
        }
    }

    /// Whether another attempt could end otherwise.
    pub fn may_pass(self) -> bool {
        !matches!(self, Self::Refused | Self::Form)
    }
}

/// A mail that has not gone out although it was tried, without what stands in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotGone {
    /// Its number in the outbox.
    pub id: i64,
    /// What caused it.
    pub key: String,
    /// Its subject line.
    pub subject: String,
    /// Since when it is owed.
    pub queued: Moment,
    /// How often it was tried.
    pub attempts: u32,
    /// Why the last attempt failed; nothing where it is not known, as when the process was stopped.
    pub fault: Option<Fault>,
    /// When it is tried again; nothing where it was given up.
    pub next: Option<Moment>,
}

/// Puts a mail into the outbox; false where there is one of this key already, which stays as it is.
///
/// # Errors
/// If the database cannot be written.
pub fn enqueue(transaction: &Transaction<'_>, mail: &Mail, now: Moment) -> Result<bool> {
    let added = transaction
        .prepare_cached(
            "INSERT INTO mail (key, recipient, subject, text, html, state, queued, next)
             VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6, ?6) ON CONFLICT (key) DO NOTHING",
        )
        .and_then(|mut insert| {
            insert.execute(params![mail.key, mail.to, mail.subject, mail.text, mail.html, now.seconds()])
        })
        .map_err(failed(transaction))?;
    Ok(added > 0)
}

/// Takes at most this many of the mails that are due, those that have waited longest first.
///
/// # Errors
/// If the database cannot be read or written.
pub fn take(transaction: &Transaction<'_>, now: Moment, most: usize) -> Result<Vec<Taken>> {
    let work = || {
        let mut due = transaction.prepare_cached(
            "SELECT id, attempts + 1, queued, key, recipient, subject, text, html FROM mail
             WHERE state = 'waiting' AND next <= ?1 ORDER BY next, id LIMIT ?2",
        )?;
        let taken: Vec<Taken> = due.query_map(params![now.seconds(), most], taken)?.collect::<rusqlite::Result<_>>()?;
        let mut lease = transaction.prepare_cached("UPDATE mail SET attempts = ?2, next = ?3 WHERE id = ?1")?;
        for mail in &taken {
            lease.execute(params![mail.id, mail.attempt, now.seconds() + LEASE])?;
        }
        Ok(taken)
    };
    work().map_err(failed(transaction))
}

/// When the next mail is due, where any waits.
///
/// # Errors
/// If the database cannot be read.
pub fn next_due(transaction: &Transaction<'_>) -> Result<Option<Moment>> {
    transaction
        .prepare_cached("SELECT min(next) FROM mail WHERE state = 'waiting'")
        .and_then(|mut ask| ask.query_row([], |row| row.get::<_, Option<i64>>(0)))
        .map(|next| next.and_then(|seconds| Moment::from_seconds(seconds).ok()))
        .map_err(failed(transaction))
}

/// Keeps that a mail was taken by a mail server. One that brought a link to an account loses its content at once.
///
/// # Errors
/// If the database cannot be written.
pub fn sent(transaction: &Transaction<'_>, id: i64, now: Moment) -> Result<()> {
    settle(transaction, id, "sent", None, now)?;
    // A link that opens an account stays here no longer than it must.
    transaction
        .prepare_cached(
            "UPDATE mail SET recipient = NULL, text = NULL, html = NULL WHERE id = ?1 AND substr(key, 1, 8) = ?2",
        )
        .and_then(|mut erase| erase.execute(params![id, ACCOUNT]))
        .map(drop)
        .map_err(failed(transaction))
}

/// Keeps why an attempt failed, and decides whether and when there is another: gives the moment, or nothing where the
/// mail is given up.
///
/// # Errors
/// If the database cannot be read or written.
pub fn failure(transaction: &Transaction<'_>, id: i64, fault: Fault, now: Moment) -> Result<Option<Moment>> {
    if !fault.may_pass() {
        settle(transaction, id, "refused", Some(fault), now)?;
        return Ok(None);
    }
    let waiting: Option<(i64, u32)> = transaction
        .prepare_cached("SELECT queued, attempts FROM mail WHERE id = ?1 AND state = 'waiting'")
        .and_then(|mut ask| ask.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional())
        .map_err(failed(transaction))?;
    let Some((queued, attempts)) = waiting else { return Ok(None) };
    let next = now.seconds() + pause(attempts);
    let Some(next) = Moment::from_seconds(next).ok().filter(|next| next.seconds() - queued <= PATIENCE) else {
        settle(transaction, id, "given-up", Some(fault), now)?;
        return Ok(None);
    };
    transaction
        .prepare_cached("UPDATE mail SET next = ?2, fault = ?3 WHERE id = ?1 AND state = 'waiting'")
        .and_then(|mut put_off| put_off.execute(params![id, next.seconds(), fault.code()]))
        .map_err(failed(transaction))?;
    Ok(Some(next))
}

/// The mails that were tried and have not gone out, the newest first.
///
/// # Errors
/// If the database cannot be read.
pub fn not_gone(transaction: &Transaction<'_>, most: usize) -> Result<Vec<NotGone>> {
    transaction
        .prepare_cached(
            "SELECT id, key, subject, queued, attempts, fault, CASE state WHEN 'waiting' THEN next END FROM mail
             WHERE state <> 'sent' AND attempts > 0 ORDER BY queued DESC, id DESC LIMIT ?1",
        )
        .and_then(|mut ask| ask.query_map([most], row_not_gone)?.collect())
        .map_err(failed(transaction))
}

/// Puts a mail that was given up back into the outbox, for as long as its content is kept; false where it is not.
///
/// # Errors
/// If the database cannot be written.
pub fn try_again(transaction: &Transaction<'_>, id: i64, now: Moment) -> Result<bool> {
    transaction
        .prepare_cached(
            "UPDATE mail SET state = 'waiting', settled = NULL, queued = ?2, next = ?2
             WHERE id = ?1 AND state IN ('refused', 'given-up') AND text IS NOT NULL",
        )
        .and_then(|mut again| again.execute(params![id, now.seconds()]))
        .map(|changed| changed > 0)
        .map_err(failed(transaction))
}

/// Whether [`erase`] would erase anything: asking costs no write.
///
/// # Errors
/// If the database cannot be read.
pub fn has_to_erase(transaction: &Transaction<'_>, now: Moment) -> Result<bool> {
    transaction
        .prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM mail WHERE settled <= ?1 AND settled IS NOT NULL AND text IS NOT NULL)",
        )
        .and_then(|mut ask| ask.query_row([now.seconds() - KEPT], |row| row.get(0)))
        .map_err(failed(transaction))
}

/// Erases address and content of what was settled more than [`KEPT`] ago; gives how many. That they were sent, and when,
/// stays. What was erased leaves the write-ahead log when [`super::Casework::forget`] is called after.
///
/// # Errors
/// If the database cannot be written.
pub fn erase(transaction: &Transaction<'_>, now: Moment) -> Result<usize> {
    transaction
        .prepare_cached(
            "UPDATE mail SET recipient = NULL, text = NULL, html = NULL
             WHERE settled IS NOT NULL AND text IS NOT NULL AND settled <= ?1",
        )
        .and_then(|mut erase| erase.execute([now.seconds() - KEPT]))
        .map_err(failed(transaction))
}

/// The pause after this many attempts, in seconds.
fn pause(attempts: u32) -> i64 {
    let doubled = attempts.saturating_sub(1).min(16);
    (FIRST_PAUSE << doubled).min(LONGEST_PAUSE)
}

fn settle(transaction: &Transaction<'_>, id: i64, state: &str, fault: Option<Fault>, now: Moment) -> Result<()> {
    transaction
        .prepare_cached("UPDATE mail SET state = ?2, fault = ?3, settled = ?4 WHERE id = ?1 AND state = 'waiting'")
        .and_then(|mut settle| settle.execute(params![id, state, fault.map(Fault::code), now.seconds()]))
        .map(drop)
        .map_err(failed(transaction))
}

fn taken(row: &Row<'_>) -> rusqlite::Result<Taken> {
    let mail = Mail { key: row.get(3)?, to: row.get(4)?, subject: row.get(5)?, text: row.get(6)?, html: row.get(7)? };
    Ok(Taken { id: row.get(0)?, attempt: row.get(1)?, queued: moment(2, row.get(2)?)?, mail })
}

fn row_not_gone(row: &Row<'_>) -> rusqlite::Result<NotGone> {
    let code: Option<String> = row.get(5)?;
    Ok(NotGone {
        id: row.get(0)?,
        key: row.get(1)?,
        subject: row.get(2)?,
        queued: moment(3, row.get(3)?)?,
        attempts: row.get(4)?,
        fault: code.and_then(|code| Fault::ALL.into_iter().find(|fault| fault.code() == code)),
        next: row.get::<_, Option<i64>>(6)?.map(|seconds| moment(6, seconds)).transpose()?,
    })
}

fn moment(column: usize, seconds: i64) -> rusqlite::Result<Moment> {
    Moment::from_seconds(seconds).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, seconds))
}

fn failed(transaction: &Transaction<'_>) -> impl FnOnce(rusqlite::Error) -> StoreError {
    let fault = database(Path::new(transaction.path().unwrap_or_default()));
    move |source| fault(source)
}
