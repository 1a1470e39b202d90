//! One recipient: its names, its shares, and what is recorded of it apart from them.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension;

use super::statement::{StatementView, statement};
use super::{DatabaseError, FoundShare, Reader, json};

/// One recipient.
#[derive(Debug)]
pub struct RecipientView {
    /// The address of its page.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its sector.
    pub sector: Option<String>,
    /// Its identifiers by scheme.
    pub ids: BTreeMap<String, String>,
    /// How many releases it had.
    pub releases: u64,
    /// Its shares, newest change first.
    pub shares: Vec<FoundShare>,
    /// Statements about it that are about no share: safeguards, audits, sanctions. Newest first.
    pub statements: Vec<StatementView>,
}

/// A recipient and how many shares it has, for a list.
#[derive(Debug)]
pub struct SharedWith {
    /// The address of its page.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its shares.
    pub shares: u64,
}

impl Reader<'_> {
    /// The recipient of this address.
    pub fn recipient(&self, slug: &str) -> Result<Option<RecipientView>, DatabaseError> {
        let mut found = self.connection.prepare_cached("SELECT * FROM recipient WHERE slug = ?")?;
        let row = found.query_row([slug], |row| {
            let view = RecipientView {
                slug: row.get("slug")?,
                name: row.get("name")?,
                sector: row.get("sector")?,
                ids: json(row, "ids")?,
                releases: row.get("releases")?,
                shares: Vec::new(),
                statements: Vec::new(),
            };
            Ok((row.get::<_, u64>("id")?, view))
        });
        let Some((id, mut view)) = row.optional()? else { return Ok(None) };
        view.shares = self.shares_of(id)?;
        view.statements = self.rows(
            "SELECT statement.*, NULL AS reference, NULL AS title FROM statement \
             WHERE recipient_id = ? AND share_id IS NULL ORDER BY idx DESC LIMIT 200",
            [id],
            statement,
        )?;
        Ok(Some(view))
    }

    /// The recipients with the most shares.
    pub fn most_shared_with(&self, limit: u64) -> Result<Vec<SharedWith>, DatabaseError> {
        self.rows(
            "SELECT slug, name, shares FROM recipient WHERE shares > 0 ORDER BY shares DESC, name LIMIT ?",
            [limit],
            |row| Ok(SharedWith { slug: row.get(0)?, name: row.get(1)?, shares: row.get(2)? }),
        )
    }
}
