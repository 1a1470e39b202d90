//! The list of shares, filtered and counted. The SQL is put together from the fixed pieces in this file only; whatever a
//! visitor gives is a bound value.

use register::PartialDate;
use register::vocabulary::{Channel, Destruction, Route, Status};
use rusqlite::types::Value;
use rusqlite::{Row, params_from_iter};

use super::{DatabaseError, Reader, parsed, perhaps};
use crate::web::filters::{Facet, Filters, Sort};
use crate::web::{search, words};

/// Shares on one page.
pub const PAGE: u64 = 25;

/// Choices of a facet that a list shows; there are registers with thousands of recipients.
const CHOICES: u64 = 1_000;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// How many shares match.
    pub shares: u64,
    /// How many releases these have.
    pub releases: u64,
    /// One page of them.
    pub page: Vec<FoundShare>,
    /// What each filter could be set to, and how many shares that would leave.
    pub choices: Vec<(Facet, Vec<Choice>)>,
}

/// One value of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// As it stands in the address.
    pub value: String,
    /// What a page shows.
    pub label: String,
    /// Shares that have it, by the other filters.
    pub count: u64,
}

/// One share of a list.
#[derive(Debug, Clone)]
pub struct FoundShare {
    /// The number of its first statement.
    pub id: u64,
    /// Its reference.
    pub reference: String,
    /// Its title, where that is public.
    pub title: Option<String>,
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
    /// How far destruction has come.
    pub destruction: Destruction,
    /// By when its copies must be destroyed.
    pub destruction_due: Option<PartialDate>,
    /// How many releases it has.
    pub releases: u64,
    /// The newest of them, where a date is known.
    pub released: Option<PartialDate>,
    /// When that was logged.
    pub changed_at: String,
    /// Whether its publisher still lists it; nothing where it was not imported.
    pub listed: Option<bool>,
    /// Where the search words stand: pieces of text, each with whether it is a match.
    pub snippet: Vec<(String, bool)>,
}

impl FoundShare {
    /// The date of the newest release, in words.
    pub fn last_release(&self) -> String {
        let otherwise = if self.releases > 0 { "date not known" } else { "none" };
        words::date_or(&self.released, otherwise)
    }
}

const COLUMNS: &str = "share.id, share.reference, share.title, share.channel, share.route, share.status, \
     share.destruction, share.destruction_due, share.releases, share.changed_at, share.listed, \
     recipient.name AS recipient, recipient.slug AS recipient_slug, recipient.sector, latest.released";

const TABLES: &str = "share JOIN recipient ON recipient.id = share.recipient_id \
     LEFT JOIN (SELECT share_id, max(released) AS released FROM release GROUP BY share_id) AS latest \
     ON latest.share_id = share.id";

/// A condition and the values that are bound in it.
#[derive(Default)]
struct Condition {
    sql: String,
    values: Vec<Value>,
}

impl Condition {
    fn and(&mut self, sql: &str) {
        self.sql.push_str(if self.sql.is_empty() { " WHERE " } else { " AND " });
        self.sql.push_str(sql);
    }

    fn one_of(&mut self, before: &str, values: impl Iterator<Item = String>, after: &str) {
        let values: Vec<Value> = values.map(Value::Text).collect();
        if values.is_empty() {
            return;
        }
        let places = vec!["?"; values.len()].join(", ");
        self.and(&format!("{before} ({places}){after}"));
        self.values.extend(values);
    }
}

fn condition(filters: &Filters, today: PartialDate, except: Option<Facet>) -> Condition {
    let mut all = Condition::default();
    if !filters.q.is_empty() {
        match search::expression(&filters.q) {
            Some(expression) => {
                all.and("share.id IN (SELECT rowid FROM search WHERE search MATCH ?)");
                all.values.push(Value::Text(expression));
            }
            None => all.and("0"),
        }
    }
    for facet in Facet::ALL.iter().copied().filter(|facet| Some(*facet) != except) {
        let values = filters.values(facet).into_iter();
        match facet {
            Facet::Status => all.one_of("share.status IN", values, ""),
            Facet::Channel => all.one_of("share.channel IN", values, ""),
            Facet::Route => all.one_of("share.route IN", values, ""),
            Facet::Sector => all.one_of("recipient.sector IN", values, ""),
            Facet::Recipient => all.one_of("recipient.slug IN", values, ""),
            Facet::Dataset => {
                all.one_of("share.id IN (SELECT share_id FROM dataset_use WHERE dataset IN", values, ")");
            }
            Facet::Late => {
                if filters.late {
                    all.and("share.destruction <> ? AND days_past(share.destruction_due, ?) > 0");
                    all.values.push(Value::Text(Destruction::Confirmed.code().to_owned()));
                    all.values.push(Value::Text(today.to_string()));
                }
            }
        }
    }
    all
}

impl Reader {
    /// One page of the shares that match, with the counts of every filter.
    pub fn find(&self, filters: &Filters, today: PartialDate) -> Result<Found, DatabaseError> {
        let (shares, releases) = self.count(filters, today)?;
        let mut found = Found { shares, releases, ..Found::default() };
        found.page = self.list(filters, today, PAGE, filters.page.saturating_sub(1).saturating_mul(PAGE))?;
        for share in &mut found.page {
            share.snippet = self.snippet(filters, share.id)?;
        }
        for facet in Facet::ALL.iter().copied() {
            found.choices.push((facet, self.choices(filters, today, facet)?));
        }
        Ok(found)
    }

    /// How many shares match, and how many releases they have.
    pub fn count(&self, filters: &Filters, today: PartialDate) -> Result<(u64, u64), DatabaseError> {
        let condition = condition(filters, today, None);
        let sql = format!("SELECT count(*), coalesce(sum(share.releases), 0) FROM {TABLES}{}", condition.sql);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let counted = statement.query_row(params_from_iter(condition.values), |row| Ok((row.get(0)?, row.get(1)?)));
        Ok(counted?)
    }

    /// Shares that match, in the order asked for.
    pub fn list(
        &self,
        filters: &Filters,
        today: PartialDate,
        limit: u64,
        skip: u64,
    ) -> Result<Vec<FoundShare>, DatabaseError> {
        let mut condition = condition(filters, today, None);
        let expression = search::expression(&filters.q).filter(|_| filters.sort == Sort::Relevance);
        let mut tables = TABLES.to_owned();
        let way = if filters.descending { "DESC" } else { "ASC" };
        let order = match (filters.sort, &expression) {
            (Sort::Relevance, Some(_)) => {
                // A word in a title or a name says more than one in a long text.
                tables.push_str(
                    " JOIN (SELECT rowid AS id, bm25(search, 8.0, 6.0, 6.0, 1.0, 3.0) AS rank FROM search \
                     WHERE search MATCH ?) AS hit ON hit.id = share.id",
                );
                "hit.rank".to_owned()
            }
            (Sort::Relevance | Sort::Changed, _) => format!("share.changed {way}"),
            (Sort::Title, _) => format!("coalesce(share.title, share.reference) COLLATE NOCASE {way}"),
            (Sort::Recipient, _) => format!("recipient.name COLLATE NOCASE {way}"),
            (Sort::Released, _) => format!("latest.released {way} NULLS LAST"),
            (Sort::Releases, _) => format!("share.releases {way}"),
        };
        let sql =
            format!("SELECT {COLUMNS} FROM {tables}{} ORDER BY {order}, share.id DESC LIMIT ? OFFSET ?", condition.sql);
        let mut values: Vec<Value> = expression.map(Value::Text).into_iter().collect();
        values.append(&mut condition.values);
        let number = |count: u64| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX));
        values.extend([number(limit), number(skip)]);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let shares = statement.query_map(params_from_iter(values), found_share)?;
        Ok(shares.collect::<Result<_, _>>()?)
    }

    /// Every share of one recipient, newest change first.
    pub(super) fn shares_of(&self, recipient: u64) -> Result<Vec<FoundShare>, DatabaseError> {
        let sql = format!("SELECT {COLUMNS} FROM {TABLES} WHERE share.recipient_id = ? ORDER BY share.changed DESC");
        let mut statement = self.connection.prepare_cached(&sql)?;
        let shares = statement.query_map([recipient], found_share)?;
        Ok(shares.collect::<Result<_, _>>()?)
    }

    /// Shares that name the dataset of this address, newest change first.
    pub(super) fn shares_of_dataset(&self, slug: &str, limit: u64) -> Result<Vec<FoundShare>, DatabaseError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} WHERE share.id IN (SELECT share_id FROM dataset_use WHERE slug = ?) \
             ORDER BY share.changed DESC LIMIT ?"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let shares = statement.query_map(rusqlite::params![slug, limit], found_share)?;
        Ok(shares.collect::<Result<_, _>>()?)
    }

    fn snippet(&self, filters: &Filters, share: u64) -> Result<Vec<(String, bool)>, DatabaseError> {
        let Some(expression) = search::expression(&filters.q) else { return Ok(Vec::new()) };
        // The marks are control characters, which no text of the register needs, so that a text cannot forge one.
        let sql =
            "SELECT snippet(search, -1, char(2), char(3), '…', 28) FROM search WHERE search MATCH ? AND rowid = ?";
        let mut statement = self.connection.prepare_cached(sql)?;
        let marked: Option<String> =
            statement.query_row(rusqlite::params![expression, share], |row| row.get(0)).unwrap_or(None);
        Ok(search::pieces(&marked.unwrap_or_default()))
    }

    fn choices(&self, filters: &Filters, today: PartialDate, facet: Facet) -> Result<Vec<Choice>, DatabaseError> {
        let condition = condition(filters, today, Some(facet));
        let (value, label, more) = match facet {
            Facet::Status => ("share.status", "share.status", ""),
            Facet::Channel => ("share.channel", "share.channel", ""),
            Facet::Route => ("share.route", "share.route", ""),
            Facet::Sector => ("recipient.sector", "recipient.sector", ""),
            Facet::Recipient => ("recipient.slug", "recipient.name", ""),
            Facet::Dataset => {
                ("dataset_use.dataset", "dataset_use.dataset", " JOIN dataset_use ON dataset_use.share_id = share.id")
            }
            Facet::Late => {
                let late = Filters { late: true, ..filters.clone() };
                let count = self.count(&late, today)?.0;
                return Ok(vec![Choice { value: "yes".to_owned(), label: "yes".to_owned(), count }]);
            }
        };
        let also = if condition.sql.is_empty() { " WHERE" } else { " AND" };
        let sql = format!(
            "SELECT {value}, {label}, count(DISTINCT share.id) FROM {TABLES}{more}{}{also} {value} IS NOT NULL \
             GROUP BY {value} ORDER BY {label} COLLATE NOCASE LIMIT {CHOICES}",
            condition.sql
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let choices = statement.query_map(params_from_iter(condition.values), |row| {
            Ok(Choice { value: row.get(0)?, label: row.get(1)?, count: row.get(2)? })
        })?;
        Ok(choices.collect::<Result<_, _>>()?)
    }
}

fn found_share(row: &Row<'_>) -> rusqlite::Result<FoundShare> {
    Ok(FoundShare {
        id: row.get("id")?,
        reference: row.get("reference")?,
        title: row.get("title")?,
        recipient: row.get("recipient")?,
        recipient_slug: row.get("recipient_slug")?,
        sector: row.get("sector")?,
        channel: parsed(row, "channel")?,
        route: perhaps(row, "route")?,
        status: parsed(row, "status")?,
        destruction: parsed(row, "destruction")?,
        destruction_due: perhaps(row, "destruction_due")?,
        releases: row.get("releases")?,
        released: perhaps(row, "released")?,
        changed_at: row.get("changed_at")?,
        listed: row.get("listed")?,
        snippet: Vec::new(),
    })
}
