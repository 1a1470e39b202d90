//! Statements as they stand in the log.

use register::{Moment, PartialDate, Statement};
use rusqlite::{OptionalExtension, Row};

use super::share::{FieldText, text};
use super::{DatabaseError, Reader, parsed};

/// One statement.
#[derive(Debug)]
pub struct StatementView {
    /// Its index in the log.
    pub index: u64,
    /// Its kind's code.
    pub kind: String,
    /// When it happened.
    pub at: PartialDate,
    /// When it was logged.
    pub logged: Moment,
    /// The statement that it corrects.
    pub corrects: Option<u64>,
    /// The share that it is about.
    pub reference: Option<String>,
    /// That share's title.
    pub title: Option<String>,
    /// The leaf as it stands in the log.
    pub leaf: String,
    /// The leaf, read; nothing where it is of a kind that this program does not know.
    pub statement: Option<Statement>,
}

/// A statement of the list of changes.
pub type Change = StatementView;

/// A statement with its texts and the statements that correct it.
pub type WithTexts = (StatementView, Vec<FieldText>, Vec<u64>);

impl Reader<'_> {
    /// One statement with its texts and the statements that correct it.
    pub fn statement(&self, index: u64) -> Result<Option<WithTexts>, DatabaseError> {
        let Ok(number) = i64::try_from(index) else { return Ok(None) };
        let mut found = self.connection.prepare_cached(
            "SELECT statement.*, share.reference, share.title FROM statement \
             LEFT JOIN share ON share.id = statement.share_id WHERE idx = ?",
        )?;
        let Some(view) = found.query_row([number], statement).optional()? else { return Ok(None) };
        let mut texts =
            self.rows("SELECT * FROM text WHERE statement = ? ORDER BY name, replaced_by", [index], text)?;
        if let Some(corrected) = view.corrects {
            // A correction's texts stand with the statement that it corrected.
            let sealed: Vec<String> =
                view.statement.iter().flat_map(|read| read.sealed.iter().map(ToString::to_string)).collect();
            texts = self.rows("SELECT * FROM text WHERE statement = ? ORDER BY name", [corrected], text)?;
            texts.retain(|text| sealed.contains(&text.digest));
        }
        // A correction is about the same share, and there is an index by share.
        let corrections = self.rows(
            "SELECT idx FROM statement WHERE corrects = ?1 \
             AND share_id IS (SELECT share_id FROM statement WHERE idx = ?1) ORDER BY idx",
            [index],
            |row| row.get(0),
        )?;
        Ok(Some((view, texts, corrections)))
    }

    /// The leaf of a statement, as the log holds it.
    pub fn leaf(&self, index: u64) -> Result<Option<String>, DatabaseError> {
        let Ok(number) = i64::try_from(index) else { return Ok(None) };
        let mut found = self.connection.prepare_cached("SELECT leaf FROM statement WHERE idx = ?")?;
        Ok(found.query_row([number], |row| row.get(0)).optional()?)
    }

    /// The newest statements about shares. A heartbeat is no change.
    pub fn changes(&self, limit: u64) -> Result<Vec<Change>, DatabaseError> {
        self.rows(
            "SELECT statement.*, share.reference, share.title FROM statement \
             JOIN share ON share.id = statement.share_id ORDER BY idx DESC LIMIT ?",
            [limit],
            statement,
        )
    }

    pub(super) fn statements_of_share(&self, share: u64) -> Result<Vec<StatementView>, DatabaseError> {
        self.rows(
            "SELECT statement.*, NULL AS reference, NULL AS title FROM statement WHERE share_id = ? ORDER BY idx",
            [share],
            statement,
        )
    }
}

pub(super) fn statement(row: &Row<'_>) -> rusqlite::Result<StatementView> {
    let leaf: String = row.get("leaf")?;
    Ok(StatementView {
        index: row.get("idx")?,
        kind: row.get("kind")?,
        at: parsed(row, "at")?,
        logged: parsed(row, "logged")?,
        corrects: row.get("corrects")?,
        reference: row.get("reference")?,
        title: row.get("title")?,
        statement: Statement::from_leaf(leaf.as_bytes()).ok(),
        leaf,
    })
}
