//! What the register does not know: gaps, counted over all of it.

use register::vocabulary::Ground;

use super::{DatabaseError, Reader, perhaps};

/// Gaps, in numbers.
#[derive(Debug, Default)]
pub struct Coverage {
    /// Releases whose date is not known.
    pub undated: u64,
    /// Releases of which no volume is known.
    pub unmeasured: u64,
    /// Releases whose volume somebody declared.
    pub declared: u64,
    /// Releases whose volume the program that wrote the data counted.
    pub measured: u64,
    /// Releases with some volume, but not the number of people.
    pub peopleless: u64,
    /// Shares without a public title.
    pub untitled: u64,
    /// Shares read from a list that gives no outcome.
    pub outcomeless: u64,
    /// Shares with an outcome and no coded reason.
    pub unreasoned: u64,
    /// Texts that are withheld: ground, how many, how many of these without an opening date.
    pub withheld: Vec<(Option<Ground>, u64, u64)>,
    /// Texts that were erased.
    pub erased: u64,
    /// Texts of which the publisher's files lack the disclosure.
    pub missing: u64,
}

impl Reader<'_> {
    /// Counts what is not known. It goes through every release once.
    pub fn coverage(&self) -> Result<Coverage, DatabaseError> {
        let mut gaps = Coverage::default();
        let mut releases = self.connection.prepare_cached(
            "SELECT count(*) FILTER (WHERE released IS NULL), count(*) FILTER (WHERE basis IS NULL), \
             count(*) FILTER (WHERE basis = 'declared'), count(*) FILTER (WHERE basis = 'measured'), \
             count(*) FILTER (WHERE basis IS NOT NULL AND people IS NULL AND people_under IS NULL) FROM release",
        )?;
        (gaps.undated, gaps.unmeasured, gaps.declared, gaps.measured, gaps.peopleless) =
            releases.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)))?;
        let mut shares = self.connection.prepare_cached(
            "SELECT count(*) FILTER (WHERE title IS NULL), \
             count(*) FILTER (WHERE outcome IS NULL AND source IS NOT NULL), \
             count(*) FILTER (WHERE outcome IS NOT NULL AND reasons = '[]') FROM share",
        )?;
        (gaps.untitled, gaps.outcomeless, gaps.unreasoned) =
            shares.query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
        gaps.withheld = self.rows(
            "SELECT ground, count(*), count(*) FILTER (WHERE opens IS NULL) FROM text \
             WHERE state = 'withheld' AND replaced_by IS NULL GROUP BY ground ORDER BY count(*) DESC, ground",
            [],
            |row| Ok((perhaps(row, "ground")?, row.get(1)?, row.get(2)?)),
        )?;
        let mut texts = self.connection.prepare_cached("SELECT count(*) FROM text WHERE state = ?")?;
        gaps.erased = texts.query_row(["erased"], |row| row.get(0))?;
        gaps.missing = texts.query_row(["missing"], |row| row.get(0))?;
        Ok(gaps)
    }
}
