//! One share with everything that belongs to it.

use std::collections::BTreeMap;

use register::statement::{Cohort, Condition, DatasetDecision, DatasetUse, ItemCount};
use register::tables::{ColumnKind, Table};
use register::vocabulary::{
    Channel, CopyPlace, Destruction, EndGround, Ground, Method, Outcome, Reason, Route, Status, VolumeBasis,
};
use register::{Class, PartialDate};
use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row};

use super::statement::StatementView;
use super::{DatabaseError, Reader, json, parsed, perhaps};

/// One share.
#[derive(Debug)]
pub struct ShareView {
    /// The number of its first statement.
    pub id: u64,
    /// Its reference.
    pub reference: String,
    /// Who gets access.
    pub recipient: String,
    /// The address of that page.
    pub recipient_slug: String,
    /// The recipient's sector.
    pub sector: Option<String>,
    /// How it came.
    pub channel: Channel,
    /// How the data is used.
    pub route: Option<Route>,
    /// Where it stands.
    pub status: Status,
    /// What was decided.
    pub outcome: Option<Outcome>,
    /// The register that it was imported from, by its code.
    pub source: Option<String>,
    /// When it was applied for.
    pub applied: Option<PartialDate>,
    /// When it was decided.
    pub decided: Option<PartialDate>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// When access begins.
    pub start: Option<PartialDate>,
    /// When access ends.
    pub end: Option<PartialDate>,
    /// When it ended.
    pub ended: Option<PartialDate>,
    /// Why it ended.
    pub end_ground: Option<EndGround>,
    /// How far destruction has come.
    pub destruction: Destruction,
    /// By when its copies must be destroyed.
    pub destruction_due: Option<PartialDate>,
    /// Whether its publisher still lists it.
    pub listed: Option<bool>,
    /// Its title, where public.
    pub title: Option<String>,
    /// Legal bases.
    pub bases: Vec<String>,
    /// Datasets.
    pub datasets: Vec<DatasetUse>,
    /// Coded facts of the source.
    pub facts: BTreeMap<String, String>,
    /// Reasons for the decision.
    pub reasons: Vec<Reason>,
    /// Conditions of an approval.
    pub conditions: Vec<Condition>,
    /// Datasets that were decided otherwise than the whole.
    pub decided_datasets: Vec<DatasetDecision>,
    /// Where the data may lie.
    pub territory: Option<String>,
    /// Organisations that process the data for the recipient.
    pub processors: Vec<String>,
    /// The newest statement about it.
    pub changed: u64,
    /// Its releases, newest first.
    pub releases: Vec<ReleaseView>,
    /// Its texts, as they stand and as they stood.
    pub texts: Vec<FieldText>,
    /// Copies of which destruction was claimed.
    pub copies: Vec<CopyView>,
    /// Its statements, oldest first.
    pub statements: Vec<StatementView>,
}

/// One release.
#[derive(Debug)]
pub struct ReleaseView {
    /// The statement that registered it.
    pub id: u64,
    /// Its reference.
    pub reference: String,
    /// When it was released.
    pub released: Option<PartialDate>,
    /// What it holds.
    pub datasets: Vec<String>,
    /// How it is classified.
    pub classes: Vec<Class>,
    /// Legal bases.
    pub bases: Vec<String>,
    /// How often.
    pub frequency: Option<String>,
    /// Coded facts of the source.
    pub facts: BTreeMap<String, String>,
    /// School-year cohorts.
    pub cohorts: Vec<Cohort>,
    /// Items by class.
    pub items: Vec<ItemCount>,
    /// People in it.
    pub people: Option<u64>,
    /// The band where these are few.
    pub people_under: Option<u64>,
    /// Rows.
    pub rows: Option<u64>,
    /// Requests that it sums up.
    pub requests: Option<u64>,
    /// Requests for which data was supplied.
    pub supplied: Option<u64>,
    /// Whether that is measured.
    pub basis: Option<VolumeBasis>,
    /// Whether its publisher still lists it.
    pub listed: Option<bool>,
    /// How often it was corrected.
    pub corrections: u64,
}

/// One text, or what can be said of it.
#[derive(Debug, Clone)]
pub struct FieldText {
    /// The statement that carries it.
    pub statement: u64,
    /// The field's name; an erased text has none.
    pub name: Option<String>,
    /// What can be said of it.
    pub state: TextState,
    /// The digest in the statement.
    pub digest: String,
    /// The correction that replaced it.
    pub replaced_by: Option<u64>,
}

/// What can be said of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextState {
    /// Anybody may read it.
    Public(String),
    /// It exists and is not public.
    Withheld(Option<Ground>, Option<PartialDate>),
    /// It was erased.
    Erased,
    /// The publisher's files lack it.
    Missing,
}

/// One copy.
#[derive(Debug)]
pub struct CopyView {
    /// Its reference.
    pub copy: String,
    /// What kind of place it lies in.
    pub place: CopyPlace,
    /// How far its destruction has come.
    pub state: Destruction,
    /// How it was destroyed.
    pub method: Method,
    /// When that was claimed.
    pub claimed: PartialDate,
    /// By whom.
    pub claimed_by: String,
    /// When evidence was given.
    pub evidenced: Option<PartialDate>,
    /// When it was confirmed.
    pub confirmed: Option<PartialDate>,
    /// By whom.
    pub confirmed_by: Option<String>,
    /// When it was disputed.
    pub disputed: Option<PartialDate>,
    /// By whom.
    pub disputed_by: Option<String>,
}

impl Reader<'_> {
    /// The share of this reference.
    pub fn share(&self, reference: &str) -> Result<Option<ShareView>, DatabaseError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT share.*, recipient.name AS recipient, recipient.slug AS recipient_slug, recipient.sector \
             FROM share JOIN recipient ON recipient.id = share.recipient_id WHERE share.reference = ?",
        )?;
        let Some(mut share) = statement.query_row([reference], share).optional()? else { return Ok(None) };
        share.releases =
            self.rows("SELECT * FROM release WHERE share_id = ? ORDER BY released DESC, id DESC", [share.id], release)?;
        share.texts = self.rows("SELECT * FROM text WHERE share_id = ? ORDER BY statement, name", [share.id], text)?;
        share.copies = self.rows("SELECT * FROM copy WHERE share_id = ? ORDER BY copy", [share.id], copy)?;
        share.statements = self.statements_of_share(share.id)?;
        Ok(Some(share))
    }

    /// The share of this reference as the tables hold it, for programs.
    pub fn share_json(&self, reference: &str) -> Result<Option<serde_json::Value>, DatabaseError> {
        let mut found = self.connection.prepare_cached("SELECT id, recipient_id FROM share WHERE reference = ?")?;
        let Some((id, recipient)) =
            found.query_row([reference], |row| Ok((row.get::<_, u64>(0)?, row.get::<_, u64>(1)?))).optional()?
        else {
            return Ok(None);
        };
        let all = |table: Table, sql: &str, id: u64| self.rows(sql, [id], |row| object(table, row));
        let first = |mut rows: Vec<serde_json::Value>| rows.pop().unwrap_or_default();
        Ok(Some(serde_json::json!({
            "checkpoint": { "origin": self.info.origin, "size": self.info.size, "root": self.info.root },
            "share": first(all(Table::Share, "SELECT * FROM share WHERE id = ?", id)?),
            "recipient": first(all(Table::Recipient, "SELECT * FROM recipient WHERE id = ?", recipient)?),
            "releases": all(Table::Release, "SELECT * FROM release WHERE share_id = ? ORDER BY id", id)?,
            "texts": all(Table::Text, "SELECT * FROM text WHERE share_id = ? ORDER BY statement, digest", id)?,
            "copies": all(Table::Copy, "SELECT * FROM copy WHERE share_id = ? ORDER BY copy", id)?,
            "statements": all(Table::Statement, "SELECT * FROM statement WHERE share_id = ? ORDER BY idx", id)?,
        })))
    }
}

/// Columns that hold JSON in a text.
const NESTED: &[&str] = &[
    "ids",
    "bases",
    "datasets",
    "facts",
    "reasons",
    "conditions",
    "decided_datasets",
    "processors",
    "classes",
    "cohorts",
    "items",
    "leaf",
];

fn object(table: Table, row: &Row<'_>) -> rusqlite::Result<serde_json::Value> {
    let mut members = serde_json::Map::new();
    for column in table.columns() {
        let value = match (row.get_ref(column.name)?, column.kind) {
            (ValueRef::Integer(number), _) => number.into(),
            (ValueRef::Text(bytes), ColumnKind::Text) => {
                let text = String::from_utf8_lossy(bytes);
                if NESTED.contains(&column.name) {
                    serde_json::from_str(&text).unwrap_or_else(|_| text.into())
                } else {
                    text.into()
                }
            }
            _ => serde_json::Value::Null,
        };
        members.insert(column.name.to_owned(), value);
    }
    Ok(members.into())
}

fn share(row: &Row<'_>) -> rusqlite::Result<ShareView> {
    let reasons: Vec<String> = json(row, "reasons")?;
    Ok(ShareView {
        id: row.get("id")?,
        reference: row.get("reference")?,
        recipient: row.get("recipient")?,
        recipient_slug: row.get("recipient_slug")?,
        sector: row.get("sector")?,
        channel: parsed(row, "channel")?,
        route: perhaps(row, "route")?,
        status: parsed(row, "status")?,
        outcome: perhaps(row, "outcome")?,
        source: row.get("source")?,
        applied: perhaps(row, "applied")?,
        decided: perhaps(row, "decided")?,
        decided_by: row.get("decided_by")?,
        start: perhaps(row, "start")?,
        end: perhaps(row, "end")?,
        ended: perhaps(row, "ended")?,
        end_ground: perhaps(row, "end_ground")?,
        destruction: parsed(row, "destruction")?,
        destruction_due: perhaps(row, "destruction_due")?,
        listed: row.get("listed")?,
        title: row.get("title")?,
        bases: json(row, "bases")?,
        datasets: json(row, "datasets")?,
        facts: json(row, "facts")?,
        reasons: reasons.iter().filter_map(|code| code.parse().ok()).collect(),
        conditions: json(row, "conditions")?,
        decided_datasets: json(row, "decided_datasets")?,
        territory: row.get("territory")?,
        processors: json(row, "processors")?,
        changed: row.get("changed")?,
        releases: Vec::new(),
        texts: Vec::new(),
        copies: Vec::new(),
        statements: Vec::new(),
    })
}

pub(super) fn release(row: &Row<'_>) -> rusqlite::Result<ReleaseView> {
    Ok(ReleaseView {
        id: row.get("id")?,
        reference: row.get("reference")?,
        released: perhaps(row, "released")?,
        datasets: json(row, "datasets")?,
        classes: json(row, "classes")?,
        bases: json(row, "bases")?,
        frequency: row.get("frequency")?,
        facts: json(row, "facts")?,
        cohorts: json(row, "cohorts")?,
        items: json(row, "items")?,
        people: row.get("people")?,
        people_under: row.get("people_under")?,
        rows: row.get("rows")?,
        requests: row.get("requests")?,
        supplied: row.get("supplied")?,
        basis: perhaps(row, "basis")?,
        listed: row.get("listed")?,
        corrections: row.get("corrections")?,
    })
}

pub(super) fn text(row: &Row<'_>) -> rusqlite::Result<FieldText> {
    let state: String = row.get("state")?;
    let state = match state.as_str() {
        "public" => TextState::Public(row.get::<_, Option<String>>("value")?.unwrap_or_default()),
        "withheld" => TextState::Withheld(perhaps(row, "ground")?, perhaps(row, "opens")?),
        "erased" => TextState::Erased,
        _ => TextState::Missing,
    };
    Ok(FieldText {
        statement: row.get("statement")?,
        name: row.get("name")?,
        state,
        digest: row.get("digest")?,
        replaced_by: row.get("replaced_by")?,
    })
}

fn copy(row: &Row<'_>) -> rusqlite::Result<CopyView> {
    Ok(CopyView {
        copy: row.get("copy")?,
        place: parsed(row, "place")?,
        state: parsed(row, "state")?,
        method: parsed(row, "method")?,
        claimed: parsed(row, "claimed")?,
        claimed_by: row.get("claimed_by")?,
        evidenced: perhaps(row, "evidenced")?,
        confirmed: perhaps(row, "confirmed")?,
        confirmed_by: row.get("confirmed_by")?,
        disputed: perhaps(row, "disputed")?,
        disputed_by: row.get("disputed_by")?,
    })
}
