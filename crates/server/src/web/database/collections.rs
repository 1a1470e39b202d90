//! Lists that programs walk through, each in an order of which a row's place never changes while it stays the same: so a
//! walk goes on behind the last row that was given, whatever has come in since.

use std::collections::{BTreeMap, BTreeSet};

use register::PartialDate;
use register::statement::{Condition, DatasetDecision};
use register::vocabulary::{Outcome, Reason, Status};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Params, Row, params_from_iter};

use super::find::{SHARES, SHOWN, found_share};
use super::share::{FieldText, ReleaseView, release, text};
use super::statement::{StatementView, statement};
use super::{DatabaseError, FoundShare, Reader, json, parsed, perhaps};

/// A recipient with its counts.
#[derive(Debug)]
pub struct RecipientRow {
    /// The last part of its addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its sector.
    pub sector: Option<String>,
    /// Its identifiers by scheme.
    pub ids: BTreeMap<String, String>,
    /// Its shares.
    pub shares: u64,
    /// Its releases.
    pub releases: u64,
}

/// A dataset with its counts.
#[derive(Debug, Default)]
pub struct DatasetUses {
    /// The last part of its addresses.
    pub slug: String,
    /// Its spellings, the most used first.
    pub names: Vec<String>,
    /// Shares that have it.
    pub shares: u64,
    /// These by where they stand.
    pub by_status: BTreeMap<Status, u64>,
    /// Recipients of these.
    pub recipients: u64,
}

impl DatasetUses {
    /// The name that most shares use.
    pub fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }

    /// The query that finds its shares, under every spelling.
    pub fn query(&self) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.names.iter().map(|name| ("dataset", name))).finish()
    }
}

/// A decision.
#[derive(Debug)]
pub struct DecisionRow {
    /// The share that it is about.
    pub share: FoundShare,
    /// What was decided.
    pub outcome: Outcome,
    /// When.
    pub decided: Option<PartialDate>,
    /// By whom.
    pub decided_by: Option<String>,
    /// Why, in codes.
    pub reasons: Vec<Reason>,
    /// Conditions of an approval.
    pub conditions: Vec<Condition>,
    /// Datasets that were decided otherwise than the whole.
    pub datasets: Vec<DatasetDecision>,
    /// Why, in words.
    pub texts: Vec<FieldText>,
}

fn number(number: u64) -> Value {
    Value::Integer(i64::try_from(number).unwrap_or(i64::MAX))
}

/// `column IN (?, ?)`, or nothing where every value will do.
fn one_of(column: &str, values: &[String], bound: &mut Vec<Value>) -> String {
    if values.is_empty() {
        return String::new();
    }
    bound.extend(values.iter().cloned().map(Value::Text));
    format!(" AND {column} IN ({})", vec!["?"; values.len()].join(", "))
}

impl Reader<'_> {
    /// Recipients behind this one, in the order of their addresses.
    pub fn recipients_after(
        &self,
        after: Option<&str>,
        sectors: &[String],
        limit: u64,
    ) -> Result<Vec<RecipientRow>, DatabaseError> {
        let mut bound = vec![Value::Text(after.unwrap_or_default().to_owned())];
        let sectors = one_of("sector", sectors, &mut bound);
        bound.push(number(limit));
        let sql = format!("SELECT * FROM recipient WHERE slug > ?{sectors} ORDER BY slug LIMIT ?");
        self.rows(&sql, params_from_iter(bound), |row| {
            Ok(RecipientRow {
                slug: row.get("slug")?,
                name: row.get("name")?,
                sector: row.get("sector")?,
                ids: json(row, "ids")?,
                shares: row.get("shares")?,
                releases: row.get("releases")?,
            })
        })
    }

    /// Every dataset that a share names or a dictionary describes, in the order of their addresses. Names that have the
    /// same address are one dataset.
    pub fn dataset_uses(&self) -> Result<Vec<DatasetUses>, DatabaseError> {
        self.uses("", [])
    }

    /// The dataset of this address.
    pub fn uses_of_dataset(&self, slug: &str) -> Result<Option<DatasetUses>, DatabaseError> {
        Ok(self.uses("WHERE slug = ?", [slug])?.pop())
    }

    fn uses(&self, condition: &str, bound: impl Params + Copy) -> Result<Vec<DatasetUses>, DatabaseError> {
        let sql = format!(
            "SELECT dataset, slug, share.id, share.status, share.recipient_id FROM dataset_use \
             JOIN share ON share.id = dataset_use.share_id {condition} ORDER BY dataset, share.id"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut rows = statement.query(bound)?;
        let mut datasets: BTreeMap<String, Uses> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let name: String = row.get("dataset")?;
            let status: Status = parsed(row, "status")?;
            let uses = datasets.entry(row.get("slug")?).or_default();
            *uses.names.entry(name).or_insert(0) += 1;
            uses.shares.insert(row.get("id")?, status);
            uses.recipients.insert(row.get("recipient_id")?);
        }
        let described = format!("SELECT slug, dataset FROM dictionary {condition}");
        let described: Vec<(String, String)> = self.rows(&described, bound, |row| Ok((row.get(0)?, row.get(1)?)))?;
        for (slug, name) in described {
            datasets.entry(slug).or_default().names.entry(name).or_insert(0);
        }
        Ok(datasets.into_iter().map(|(slug, uses)| uses.row(slug)).collect())
    }

    /// Decisions behind this one, newest first; those of which the date is not known come last.
    pub fn decisions_after(
        &self,
        after: Option<(Option<PartialDate>, u64)>,
        outcomes: &[String],
        limit: u64,
    ) -> Result<Vec<DecisionRow>, DatabaseError> {
        let mut bound = Vec::new();
        let behind = match after {
            None => "",
            Some((date, id)) => {
                let date = date.map_or_else(String::new, |date| date.to_string());
                bound.extend([Value::Text(date), number(id)]);
                " AND (coalesce(share.decided, ''), share.id) < (?, ?)"
            }
        };
        let outcomes = one_of("share.outcome", outcomes, &mut bound);
        bound.push(number(limit));
        let sql = format!(
            "SELECT {SHOWN}, share.outcome, share.decided, share.decided_by, share.reasons, share.conditions, share.decided_datasets \
             FROM {SHARES} WHERE share.outcome IS NOT NULL{behind}{outcomes} \
             ORDER BY coalesce(share.decided, '') DESC, share.id DESC LIMIT ?"
        );
        let mut decisions = self.rows(&sql, params_from_iter(bound), decision)?;
        for decision in &mut decisions {
            decision.texts = self.rows(
                "SELECT * FROM text WHERE share_id = ? AND name IN ('reasons', 'balance', 'conditions') \
                 AND replaced_by IS NULL ORDER BY statement, name",
                [decision.share.id],
                text,
            )?;
        }
        Ok(decisions)
    }

    /// Statements behind this one, in the log's order.
    pub fn statements_after(
        &self,
        after: Option<u64>,
        kinds: &[String],
        limit: u64,
    ) -> Result<Vec<StatementView>, DatabaseError> {
        let mut bound = vec![after.map_or(Value::Integer(-1), number)];
        let kinds = one_of("statement.kind", kinds, &mut bound);
        bound.push(number(limit));
        let sql = format!("{STATEMENTS} WHERE idx > ?{kinds} ORDER BY idx LIMIT ?");
        self.rows(&sql, params_from_iter(bound), statement)
    }

    /// What was logged between two dates and behind this one, oldest first.
    pub fn changes_between(
        &self,
        from: Option<PartialDate>,
        to: Option<PartialDate>,
        after: Option<u64>,
        limit: u64,
    ) -> Result<Vec<StatementView>, DatabaseError> {
        let first = match from {
            Some(from) => self.first_not(|logged| logged < from.first_day().to_string().as_str())?,
            None => 0,
        };
        let end = match to {
            Some(to) => self.first_not(|logged| logged <= format!("{}T23:59:59Z", to.last_day()).as_str())?,
            None => self.info.size,
        };
        let first = after.map_or(first, |after| first.max(after.saturating_add(1)));
        let sql = format!("{STATEMENTS} WHERE idx >= ? AND idx < ? AND kind <> 'heartbeat' ORDER BY idx LIMIT ?");
        self.rows(&sql, [first, end, limit], statement)
    }

    /// The newest changes of some shares, before this one. Given are the shares' numbers.
    pub fn newest_of(
        &self,
        of: &Changed,
        before: Option<u64>,
        limit: u64,
    ) -> Result<Vec<StatementView>, DatabaseError> {
        let before = before.map_or(Value::Integer(i64::MAX), number);
        let (condition, mut bound) = match of {
            Changed::Everything => ("kind <> 'heartbeat'", Vec::new()),
            Changed::Recipient(slug) => (
                "idx IN (SELECT idx FROM statement WHERE recipient_id = (SELECT id FROM recipient WHERE slug = ?1) \
                 UNION SELECT idx FROM statement JOIN share ON share.id = statement.share_id \
                 WHERE share.recipient_id = (SELECT id FROM recipient WHERE slug = ?1))",
                vec![Value::Text(slug.clone())],
            ),
            Changed::Shares(ids) => (
                "statement.share_id IN (SELECT value FROM json_each(?))",
                vec![Value::Text(serde_json::json!(ids).to_string())],
            ),
        };
        bound.extend([before, number(limit)]);
        let sql = format!("{STATEMENTS} WHERE {condition} AND idx < ? ORDER BY idx DESC LIMIT ?");
        self.rows(&sql, params_from_iter(bound), statement)
    }

    /// The numbers of the shares that have a dataset under one of these names.
    pub fn shares_with(&self, names: &[String]) -> Result<Vec<u64>, DatabaseError> {
        let names = serde_json::json!(names).to_string();
        let sql = "SELECT DISTINCT share_id FROM dataset_use WHERE dataset IN (SELECT value FROM json_each(?))";
        self.rows(sql, [names], |row| row.get(0))
    }

    /// The releases of one share, newest first; those of which the date is not known come last.
    pub fn releases_of(&self, share: u64) -> Result<Vec<ReleaseView>, DatabaseError> {
        self.rows(
            "SELECT * FROM release WHERE share_id = ? ORDER BY coalesce(released, '') DESC, id DESC",
            [share],
            release,
        )
    }

    /// Something that is in the register, for each part of an address: its name and value.
    pub fn examples(&self) -> Result<Vec<(&'static str, String)>, DatabaseError> {
        let mut share = self.connection.prepare_cached(
            "SELECT reference, recipient.slug, share.changed FROM share JOIN recipient ON recipient.id = recipient_id \
             ORDER BY share.releases > 0 DESC, share.id LIMIT 1",
        )?;
        let found = share.query_row([], |row| {
            Ok(vec![
                ("reference", row.get(0)?),
                ("recipient", row.get(1)?),
                ("index", row.get::<_, u64>(2)?.to_string()),
            ])
        });
        let mut examples = found.optional()?.unwrap_or_default();
        let mut described = self.connection.prepare_cached(
            "SELECT dictionary.slug, item.slug FROM dictionary JOIN item ON item.dictionary = dictionary.id \
             WHERE current = 1 LIMIT 1",
        )?;
        let described = described.query_row([], |row| Ok(vec![("dataset", row.get(0)?), ("item", row.get(1)?)]));
        match described.optional()? {
            Some(described) => examples.extend(described),
            None => examples.extend(self.dataset_uses()?.into_iter().next().map(|dataset| ("dataset", dataset.slug))),
        }
        Ok(examples)
    }
}

/// Of what the newest changes are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// The whole register.
    Everything,
    /// One recipient, by its address.
    Recipient(String),
    /// These shares, by the numbers of their first statements.
    Shares(Vec<u64>),
}

const STATEMENTS: &str = "SELECT statement.*, share.reference, share.title FROM statement \
     LEFT JOIN share ON share.id = statement.share_id";

#[derive(Default)]
struct Uses {
    names: BTreeMap<String, u64>,
    shares: BTreeMap<u64, Status>,
    recipients: BTreeSet<u64>,
}

impl Uses {
    fn row(self, slug: String) -> DatasetUses {
        let mut names: Vec<(String, u64)> = self.names.into_iter().collect();
        names.sort_by_key(|(_, uses)| std::cmp::Reverse(*uses));
        let mut by_status = BTreeMap::new();
        for status in self.shares.values() {
            *by_status.entry(*status).or_insert(0) += 1;
        }
        DatasetUses {
            slug,
            names: names.into_iter().map(|(name, _)| name).collect(),
            shares: self.shares.len() as u64,
            by_status,
            recipients: self.recipients.len() as u64,
        }
    }
}

fn decision(row: &Row<'_>) -> rusqlite::Result<DecisionRow> {
    let reasons: Vec<String> = json(row, "reasons")?;
    Ok(DecisionRow {
        share: found_share(row)?,
        outcome: parsed(row, "outcome")?,
        decided: perhaps(row, "decided")?,
        decided_by: row.get("decided_by")?,
        reasons: reasons.iter().filter_map(|code| code.parse().ok()).collect(),
        conditions: json(row, "conditions")?,
        datasets: json(row, "decided_datasets")?,
        texts: Vec::new(),
    })
}
