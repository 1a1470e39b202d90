//! What was logged between two moments. Statements are logged in the order of their indices, so a moment is found by
//! halving, and everything else is a range of indices.

use std::ops::Range;

use register::PartialDate;
use register::statement::Kind;
use rusqlite::params;

use super::statement::{StatementView, statement};
use super::{DatabaseError, Reader};

impl Reader<'_> {
    /// The indices of the statements that were logged from the first day to the last, both included.
    pub fn logged_between(&self, from: PartialDate, to: PartialDate) -> Result<Range<u64>, DatabaseError> {
        let (first, last) = (format!("{}T00:00:00Z", from.first_day()), format!("{}T23:59:59Z", to.last_day()));
        let start = self.first_not(|logged| logged < first.as_str())?;
        let end = self.first_not(|logged| logged <= last.as_str())?;
        Ok(start..end.max(start))
    }

    /// The first index whose moment is no longer before the one that is sought; the log's size where there is none.
    /// Moments have one form and one length, so their order is that of their texts.
    pub(super) fn first_not(&self, before: impl Fn(&str) -> bool) -> Result<u64, DatabaseError> {
        let mut logged = self.connection.prepare_cached("SELECT logged FROM statement WHERE idx = ?")?;
        let (mut low, mut high) = (0, self.info.size);
        while low < high {
            let middle = low + (high - low) / 2;
            let moment: String = logged.query_row([middle], |row| row.get(0))?;
            if before(&moment) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok(low)
    }

    /// How many statements of each kind stand in a range; kinds without any are left out.
    pub fn kinds(&self, range: &Range<u64>) -> Result<Vec<(Kind, u64)>, DatabaseError> {
        let mut count = self
            .connection
            .prepare_cached("SELECT count(*) FROM statement WHERE kind = ?1 AND idx >= ?2 AND idx < ?3")?;
        let mut counts = Vec::new();
        for kind in Kind::ALL {
            let found: u64 = count.query_row(params![kind.code(), range.start, range.end], |row| row.get(0))?;
            if found > 0 {
                counts.push((*kind, found));
            }
        }
        Ok(counts)
    }

    /// Statements of a range, newest first, of one kind or of any.
    pub fn logged(
        &self,
        range: &Range<u64>,
        kind: Option<Kind>,
        limit: u64,
    ) -> Result<Vec<StatementView>, DatabaseError> {
        let of_kind = if kind.is_some() { "AND kind = ?4" } else { "AND ?4 IS NULL" };
        let sql = format!(
            "SELECT statement.*, share.reference, share.title FROM statement \
             LEFT JOIN share ON share.id = statement.share_id \
             WHERE idx >= ?1 AND idx < ?2 {of_kind} ORDER BY idx DESC LIMIT ?3"
        );
        self.rows(&sql, (range.start, range.end, limit, kind.map(Kind::code)), statement)
    }

    /// The days on which the register said that it is kept, oldest first.
    pub fn heartbeats(&self) -> Result<Vec<PartialDate>, DatabaseError> {
        let mut days: Vec<PartialDate> = Vec::new();
        let mut found = self
            .connection
            .prepare_cached("SELECT substr(logged, 1, 10) FROM statement WHERE kind = 'heartbeat' ORDER BY idx")?;
        for row in found.query_map([], |row| row.get::<_, String>(0))? {
            days.extend(row?.parse::<PartialDate>());
        }
        Ok(days)
    }
}
