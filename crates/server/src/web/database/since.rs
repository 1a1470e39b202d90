//! What came after a past state: how many statements, and what they corrected or erased of what stood then.

use std::collections::BTreeMap;

use register::statement::{Body, Statement};
use register::{Moment, PartialDate};
use rusqlite::OptionalExtension;

use super::{DatabaseError, Reader, parsed};

/// What came after a past state.
#[derive(Debug, Default)]
pub struct Since {
    /// How many statements.
    pub statements: u64,
    /// Corrections and redactions of statements that stood then, by the numbers of the shares that they are about;
    /// nothing for those about no share.
    pub changes: BTreeMap<Option<u64>, Vec<LaterChange>>,
}

/// A later correction or redaction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaterChange {
    /// Its number.
    pub index: u64,
    /// The number of the statement that it changes.
    pub target: u64,
    /// When it was logged.
    pub on: PartialDate,
    /// Whether it erased texts, rather than correct something.
    pub erased: bool,
}

impl Since {
    /// What was corrected or erased of a share.
    pub fn of_share(&self, share: &u64) -> &[LaterChange] {
        self.changes.get(&Some(*share)).map_or(&[], Vec::as_slice)
    }

    /// What was corrected or erased of one statement.
    pub fn of_statement(&self, index: &u64) -> Vec<LaterChange> {
        self.changes.values().flatten().filter(|change| change.target == *index).cloned().collect()
    }

    /// How many corrections and redactions there are.
    pub fn changed(&self) -> u64 {
        self.changes.values().map(|changes| changes.len() as u64).sum()
    }
}

impl Reader<'_> {
    /// The day on which the last of the first `size` statements was logged; nothing where there are not so many.
    pub fn logged_day(&self, size: u64) -> Result<Option<PartialDate>, DatabaseError> {
        let Some(last) = size.checked_sub(1).and_then(|last| i64::try_from(last).ok()) else { return Ok(None) };
        let mut found = self.connection.prepare_cached("SELECT logged FROM statement WHERE idx = ?")?;
        let logged: Option<Moment> = found.query_row([last], |row| parsed(row, "logged")).optional()?;
        Ok(logged.map(Moment::date))
    }

    /// How many statements were logged by the end of this day, month or year.
    pub fn size_on(&self, date: PartialDate) -> Result<u64, DatabaseError> {
        let end = format!("{}T23:59:59Z", date.last_day());
        self.first_not(|logged| logged <= end.as_str())
    }

    /// What came after the first `size` statements.
    pub fn since(&self, size: u64) -> Result<Since, DatabaseError> {
        let mut since = Since { statements: self.info.size.saturating_sub(size), changes: BTreeMap::new() };
        let mut found = self.connection.prepare_cached(
            "SELECT idx, share_id, logged, leaf FROM statement \
             WHERE idx >= ? AND kind IN ('correction', 'redaction') ORDER BY idx DESC",
        )?;
        let mut rows = found.query([size])?;
        while let Some(row) = rows.next()? {
            let leaf: String = row.get("leaf")?;
            let Ok(statement) = Statement::from_leaf(leaf.as_bytes()) else { continue };
            let (target, erased) = match (&statement.body, statement.corrects) {
                (Body::Redaction(redaction), _) => (redaction.of, true),
                (_, Some(corrected)) => (corrected, false),
                _ => continue,
            };
            if target < size {
                let on = parsed::<Moment>(row, "logged")?.date();
                let change = LaterChange { index: row.get("idx")?, target, on, erased };
                since.changes.entry(row.get("share_id")?).or_default().push(change);
            }
        }
        Ok(since)
    }
}
