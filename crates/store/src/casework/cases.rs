//! Cases: an append-only history of each, what queues show of it, and the statements that it owes the public, written
//! together or not at all.
//!
//! Nothing here decides: whoever appends events has asked `casework::decide` in the same transaction.

use casework::{Calendar, Case, CorruptHistory, Event, PersonId, Recorded, Standing};
use register::Moment;
use rusqlite::{OptionalExtension, Transaction, params};

use super::{failed, owed};
use crate::error::{Result, StoreError};

/// The events of a case, oldest first; none where there is no such case.
///
/// # Errors
/// A fault of the database, or an event that cannot be read.
pub fn history(transaction: &Transaction<'_>, reference: &str) -> Result<Vec<Recorded>> {
    let failed = failed(transaction);
    let sql = "SELECT seq, at, person, body FROM event WHERE reference = ?1 ORDER BY seq";
    let mut statement = transaction.prepare_cached(sql).map_err(&failed)?;
    let mut rows = statement.query([reference]).map_err(&failed)?;
    let mut events = Vec::new();
    while let Some(row) = rows.next().map_err(&failed)? {
        let seq: u64 = row.get(0).map_err(&failed)?;
        let body = row.get_ref(3).map_err(&failed)?.as_bytes().unwrap_or_default();
        let unreadable = |problem| StoreError::Event { reference: reference.to_owned(), seq, problem };
        let event = serde_json::from_slice(body).map_err(|_| unreadable("it is no event that this program knows"))?;
        let at = Moment::from_seconds(row.get(1).map_err(&failed)?).map_err(|_| unreadable("its time is none"))?;
        let by = row.get::<_, Option<u64>>(2).map_err(&failed)?.map(PersonId);
        events.push(Recorded { seq, at, by, event });
    }
    Ok(events)
}

/// A case as it stands; nothing where there is none.
///
/// # Errors
/// A fault of the database, or a history that cannot be.
pub fn case(transaction: &Transaction<'_>, reference: &str) -> Result<Option<Case>> {
    folded(reference, &history(transaction, reference)?)
}

/// The case that these events make; nothing where there are none.
///
/// # Errors
/// A history that cannot be.
pub fn folded(reference: &str, events: &[Recorded]) -> Result<Option<Case>> {
    casework::fold(events).map_err(|error| corrupt(reference, &error))
}

/// Appends events to a case, with all that follows from them: its row in the queues, and the statements that are owed.
/// Gives the case after them; nothing where there are no events and no case.
///
/// # Errors
/// [`StoreError::Changed`] where the case is not the one that was read before, and a fault of the database. The transaction
/// must then be dropped.
pub fn append(
    transaction: &Transaction<'_>,
    before: Option<Case>,
    events: Vec<Event>,
    by: Option<PersonId>,
    now: Moment,
    calendar: &Calendar,
) -> Result<Option<Case>> {
    let failed = failed(transaction);
    let mut case = before;
    for event in events {
        let reference = match (&case, &event) {
            (Some(case), _) => case.reference.clone(),
            (None, Event::ApplicationOpened { reference, .. }) => reference.clone(),
            (None, _) => return Ok(None),
        };
        let seq = case.as_ref().map_or(1, |case| case.seq + 1);
        let body = serde_json::to_string(&event).map_err(|_| StoreError::Event {
            reference: reference.clone(),
            seq,
            problem: "it cannot be written",
        })?;
        let sql = "INSERT INTO event (reference, seq, at, person, body) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT DO NOTHING";
        let values = params![reference, seq, now.seconds(), by.map(|person| person.0), body];
        let added = transaction.prepare_cached(sql).and_then(|mut add| add.execute(values)).map_err(&failed)?;
        if added == 0 {
            return Err(StoreError::Changed(reference));
        }
        let recorded = Recorded { seq, at: now, by, event };
        let after = casework::evolve(case, &recorded).map_err(|error| corrupt(&reference, &error))?;
        for draft in casework::owed::owed(&after, &recorded) {
            owed::add(transaction, &after, seq, &draft)?;
        }
        case = Some(after);
    }
    if let Some(case) = &case {
        stand(transaction, case, now, calendar)?;
    }
    Ok(case)
}

/// Writes a case's row in the queues anew.
///
/// # Errors
/// A fault of the database.
pub fn stand(transaction: &Transaction<'_>, case: &Case, now: Moment, calendar: &Calendar) -> Result<()> {
    let failed = failed(transaction);
    let row = Standing::of(case, now, calendar);
    let sql = "INSERT OR REPLACE INTO standing
               (reference, organisation, title, stage, turn, since, due, officer, submitted, outcome, seq)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)";
    let values = params![
        row.reference,
        row.organisation.0,
        row.title,
        row.stage.code(),
        row.turn.map(|party| party.code()),
        row.since.seconds(),
        row.due.map(|day| day.to_string()),
        row.officer.map(|person| person.0),
        row.submitted.map(Moment::seconds),
        row.outcome.map(|outcome| outcome.code()),
        row.seq
    ];
    transaction.prepare_cached(sql).and_then(|mut put| put.execute(values)).map_err(&failed)?;
    for forget in
        ["DELETE FROM standing_reviewer WHERE reference = ?1", "DELETE FROM standing_conflicted WHERE reference = ?1"]
    {
        let gone = transaction.prepare_cached(forget).and_then(|mut drop| drop.execute([&case.reference]));
        gone.map_err(&failed)?;
    }
    for person in case.conflicted.keys() {
        let sql = "INSERT INTO standing_conflicted (person, reference) VALUES (?1, ?2)";
        let values = params![person.0, case.reference];
        transaction.prepare_cached(sql).and_then(|mut add| add.execute(values)).map_err(&failed)?;
    }
    for (person, review) in &case.reviews {
        let sql = "INSERT INTO standing_reviewer (person, reference, done) VALUES (?1, ?2, ?3)";
        let values = params![person.0, case.reference, review.is_some()];
        transaction.prepare_cached(sql).and_then(|mut add| add.execute(values)).map_err(&failed)?;
    }
    Ok(())
}

/// A reference that no case has yet: the year and the next number of it, such as `DS-2026-0001`.
///
/// # Errors
/// A fault of the database.
pub fn next_reference(transaction: &Transaction<'_>, year: i16) -> Result<String> {
    let prefix = format!("DS-{year:04}-");
    let sql = "SELECT max(CAST(substr(reference, ?2) AS INTEGER)) FROM standing WHERE reference LIKE ?1 || '%'";
    let last: Option<u64> = transaction
        .query_row(sql, params![prefix, prefix.len() + 1], |row| row.get(0))
        .optional()
        .map_err(failed(transaction))?
        .flatten();
    Ok(format!("{prefix}{:04}", last.unwrap_or(0) + 1))
}

fn corrupt(reference: &str, error: &CorruptHistory) -> StoreError {
    StoreError::Event { reference: reference.to_owned(), seq: error.seq, problem: error.problem }
}
