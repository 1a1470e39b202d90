//! Queues: lists of cases from their rows, found by an index and read a page at a time.

use casework::{OrganisationId, Party, PersonId, Stage, Standing};
use register::Moment;
use rusqlite::types::{ToSql, Type};
use rusqlite::{Row, Transaction, params_from_iter};

use super::failed;
use crate::error::Result;

/// Which cases, in which order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Question {
    /// At one of these stages; at any where none is given.
    pub stages: Vec<Stage>,
    /// Of this officer.
    pub officer: Option<PersonId>,
    /// That this person is asked to review and has not.
    pub reviewer: Option<PersonId>,
    /// That this person may see: none for which they have declared a conflict.
    pub seen_by: Option<PersonId>,
    /// Of these organisations; an empty list finds none.
    pub organisations: Option<Vec<OrganisationId>>,
    /// Of which the last day in time lies before this one, such as `2026-11-24`.
    pub due_before: Option<String>,
    /// Whether cases that have not been handed in are left out.
    pub handed_in: bool,
    /// Those whose last day comes first, instead of those that have waited longest.
    pub by_due: bool,
}

const ROW: &str = "standing.reference, organisation, title, stage, turn, since, due, officer, submitted, outcome, seq";

/// One page of the cases, and how many there are.
///
/// # Errors
/// A fault of the database.
pub fn page(transaction: &Transaction<'_>, question: &Question, skip: u64, limit: u64) -> Result<(u64, Vec<Standing>)> {
    let failed = failed(transaction);
    let (conditions, values) = question.conditions();
    let count = format!("SELECT count(*) FROM standing WHERE {conditions}");
    let bound = || params_from_iter(values.iter().map(AsRef::as_ref));
    let total = transaction.prepare_cached(&count).and_then(|mut ask| ask.query_row(bound(), |row| row.get(0)));
    let order = if question.by_due { "due IS NULL, due, since" } else { "since" };
    let sql = format!(
        "SELECT {ROW} FROM standing WHERE {conditions} ORDER BY {order}, reference LIMIT {limit} OFFSET {skip}"
    );
    let mut list = transaction.prepare_cached(&sql).map_err(&failed)?;
    let rows = list.query_map(bound(), standing).and_then(Iterator::collect).map_err(&failed)?;
    Ok((total.map_err(&failed)?, rows))
}

/// How many cases stand at each stage, of those that match.
///
/// # Errors
/// A fault of the database.
pub fn counts(transaction: &Transaction<'_>, question: &Question) -> Result<Vec<(Stage, u64)>> {
    let failed = failed(transaction);
    let (conditions, values) = question.conditions();
    let sql = format!("SELECT stage, count(*) FROM standing WHERE {conditions} GROUP BY stage");
    let mut ask = transaction.prepare_cached(&sql).map_err(&failed)?;
    let read = |row: &Row<'_>| Ok((coded(row, 0, Stage::ALL, Stage::code)?, row.get(1)?));
    let rows = ask.query_map(params_from_iter(values.iter().map(AsRef::as_ref)), read);
    let mut counts: Vec<(Stage, u64)> = rows.and_then(Iterator::collect).map_err(&failed)?;
    counts.sort_by_key(|(stage, _)| *stage);
    Ok(counts)
}

impl Question {
    fn conditions(&self) -> (String, Vec<Box<dyn ToSql>>) {
        let mut conditions = vec!["TRUE".to_owned()];
        let mut values: Vec<Box<dyn ToSql>> = Vec::new();
        let marks = |count: usize| vec!["?"; count].join(", ");
        if !self.stages.is_empty() {
            conditions.push(format!("stage IN ({})", marks(self.stages.len())));
            values.extend(self.stages.iter().map(|stage| Box::new(stage.code()) as Box<dyn ToSql>));
        }
        if let Some(officer) = self.officer {
            conditions.push("officer = ?".to_owned());
            values.push(Box::new(officer.0));
        }
        if let Some(reviewer) = self.reviewer {
            let asked = "SELECT reference FROM standing_reviewer WHERE person = ? AND done = 0";
            conditions.push(format!("reference IN ({asked})"));
            values.push(Box::new(reviewer.0));
        }
        if let Some(person) = self.seen_by {
            let near = "SELECT reference FROM standing_conflicted WHERE person = ?";
            conditions.push(format!("reference NOT IN ({near})"));
            values.push(Box::new(person.0));
        }
        if let Some(organisations) = &self.organisations {
            conditions.push(format!("organisation IN ({})", marks(organisations.len())));
            values.extend(organisations.iter().map(|organisation| Box::new(organisation.0) as Box<dyn ToSql>));
        }
        if let Some(day) = &self.due_before {
            conditions.push("due < ?".to_owned());
            values.push(Box::new(day.clone()));
        }
        if self.handed_in {
            conditions.push("submitted IS NOT NULL".to_owned());
        }
        (conditions.join(" AND "), values)
    }
}

fn standing(row: &Row<'_>) -> rusqlite::Result<Standing> {
    let moment = |place| {
        let seconds: Option<i64> = row.get(place)?;
        let read = |seconds| Moment::from_seconds(seconds).map_err(|error| unreadable(place, Type::Integer, error));
        seconds.map(read).transpose()
    };
    let due: Option<String> = row.get(6)?;
    Ok(Standing {
        reference: row.get(0)?,
        organisation: OrganisationId(row.get(1)?),
        title: row.get(2)?,
        stage: coded(row, 3, Stage::ALL, Stage::code)?,
        turn: perhaps(row, 4, Party::ALL, Party::code)?,
        since: moment(5)?.unwrap_or(Moment::from_seconds(0).map_err(|error| unreadable(5, Type::Null, error))?),
        due: due.map(|day| day.parse().map_err(|error| unreadable(6, Type::Text, error))).transpose()?,
        officer: row.get::<_, Option<u64>>(7)?.map(PersonId),
        submitted: moment(8)?,
        outcome: perhaps(row, 9, register::vocabulary::Outcome::ALL, register::vocabulary::Outcome::code)?,
        seq: row.get(10)?,
    })
}

fn coded<T: Copy>(row: &Row<'_>, place: usize, all: &[T], code: fn(T) -> &'static str) -> rusqlite::Result<T> {
    perhaps(row, place, all, code)?.ok_or(rusqlite::Error::InvalidColumnType(place, "code".to_owned(), Type::Null))
}

fn perhaps<T: Copy>(
    row: &Row<'_>,
    place: usize,
    all: &[T],
    code: fn(T) -> &'static str,
) -> rusqlite::Result<Option<T>> {
    let Some(text) = row.get::<_, Option<String>>(place)? else { return Ok(None) };
    let known = all.iter().find(|known| code(**known) == text).copied();
    known.map(Some).ok_or(rusqlite::Error::InvalidColumnType(place, text, Type::Text))
}

fn unreadable(place: usize, kind: Type, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(place, kind, Box::new(error))
}
