//! The list of shares: the catalogue says which and in what order, the full-text index where words stand, and the tables
//! what a list shows of each.

use std::collections::HashMap;
use std::sync::Arc;

use register::PartialDate;
use register::vocabulary::{Channel, Destruction, Route, Status};
use rusqlite::{OptionalExtension, Row};

use super::{DatabaseError, Reader, parsed, perhaps};
use crate::web::catalogue::{Answer, Choice, Heard, Matches, Position, Window};
use crate::web::filters::{Facet, Filters};
use crate::web::search::{self, Wanted};
use crate::web::words;

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// How many shares match.
    pub shares: u64,
    /// How many releases these have.
    pub releases: u64,
    /// Those in the window, in order.
    pub page: Vec<FoundShare>,
    /// What each filter could be set to, and how many shares that would leave.
    pub choices: Vec<(Facet, Vec<Choice>)>,
    /// Where the next window begins.
    pub next: Option<Position>,
    /// Words of names that were looked for as well, each with the word that was typed.
    pub similar: Vec<(String, String)>,
}

/// Pieces of text, each with whether it is a match.
pub type Snippet = Vec<(String, bool)>;

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
    /// Where the search words stand.
    pub snippet: Snippet,
}

impl FoundShare {
    /// The date of the newest release, in words.
    pub fn last_release(&self) -> String {
        let otherwise = if self.releases > 0 { "date not known" } else { "none" };
        words::date_or(&self.released, otherwise)
    }
}

/// What a list shows of a share.
pub(super) const SHOWN: &str = "share.id, share.reference, share.title, share.channel, share.route, share.status, \
     share.destruction, share.destruction_due, share.releases, share.changed_at, share.listed, \
     recipient.name AS recipient, recipient.slug AS recipient_slug, recipient.sector, \
     (SELECT max(released) FROM release WHERE share_id = share.id) AS released";

/// Where that stands.
pub(super) const SHARES: &str = "share JOIN recipient ON recipient.id = share.recipient_id";

impl Reader<'_> {
    /// The shares that match, in order, with the counts of every filter; of each filter the values of the most shares,
    /// `choices` of them.
    pub fn find(
        &self,
        filters: &Filters,
        today: PartialDate,
        window: &Window,
        choices: usize,
    ) -> Result<Found, DatabaseError> {
        let heard = self.hear(&filters.q)?;
        let all = heard.as_ref().map_or(&[][..], |heard| &heard.wanted);
        let matches = heard.as_ref().map(|heard| &heard.matches);
        let answer = self.catalogue.answer(filters, today, matches, window, choices);
        let mut page = self.shares_of_ids(&answer.ids)?;
        if let Some(expression) = search::expression(all) {
            let mut snippets = self.snippets(&expression, &answer.ids)?;
            for share in &mut page {
                share.snippet = snippets.remove(&share.id).unwrap_or_default();
            }
        }
        let similar =
            all.iter().flat_map(|wanted| wanted.similar.iter().map(|word| (wanted.text.clone(), word.clone())));
        Ok(Found {
            shares: answer.shares,
            releases: answer.releases,
            page,
            choices: answer.choices,
            next: answer.next,
            similar: similar.collect(),
        })
    }

    /// A part of the list of shares that match, as numbers only, and where the next part begins.
    pub fn part(&self, filters: &Filters, today: PartialDate, window: &Window) -> Result<Answer, DatabaseError> {
        let heard = self.hear(&filters.q)?;
        Ok(self.catalogue.answer(filters, today, heard.as_ref().map(|heard| &heard.matches), window, 0))
    }

    /// The numbers of the shares that match, in order: the same that [`Reader::find`] shows.
    pub fn ids(&self, filters: &Filters, today: PartialDate, window: &Window) -> Result<Vec<u64>, DatabaseError> {
        Ok(self.part(filters, today, window)?.ids)
    }

    /// How many shares match.
    pub fn count(&self, filters: &Filters, today: PartialDate) -> Result<u64, DatabaseError> {
        Ok(self.part(filters, today, &Window::First(0))?.shares)
    }

    /// What was typed, understood; nothing where nothing was.
    fn hear(&self, typed: &str) -> Result<Option<Arc<Heard>>, DatabaseError> {
        if typed.is_empty() {
            return Ok(None);
        }
        if let Some(heard) = self.recent.find(typed) {
            return Ok(Some(heard));
        }
        let wanted = self.wanted(typed)?;
        let heard = Arc::new(Heard { matches: self.matches(&wanted)?, wanted });
        self.recent.keep(typed, &heard);
        Ok(Some(heard))
    }

    /// What was typed, with names like it for each word that stands nowhere in the register.
    fn wanted(&self, typed: &str) -> Result<Vec<Wanted>, DatabaseError> {
        let mut all = search::wanted(typed);
        for wanted in &mut all {
            let similar = self.catalogue.names().similar(&wanted.text);
            if !similar.is_empty() && !self.occurs(wanted)? {
                wanted.similar = similar.into_iter().map(str::to_owned).collect();
            }
        }
        Ok(all)
    }

    fn occurs(&self, wanted: &Wanted) -> Result<bool, DatabaseError> {
        let mut found = self.connection.prepare_cached("SELECT 1 FROM search WHERE search MATCH ? LIMIT 1")?;
        Ok(found.query_row([search::one(wanted)], |_| Ok(())).optional()?.is_some())
    }

    /// The shares that hold all that was typed; those that hold it in a name or a title stand out.
    fn matches(&self, all: &[Wanted]) -> Result<Matches, DatabaseError> {
        let ids = |query: Option<String>| -> Result<Vec<u64>, DatabaseError> {
            let Some(query) = query else { return Ok(Vec::new()) };
            self.rows("SELECT rowid FROM search WHERE search MATCH ? ORDER BY rowid", [query], |row| row.get(0))
        };
        let anywhere = ids(search::expression(all))?;
        Ok(Matches::new(anywhere, &ids(search::expression_in_names(all))?))
    }

    /// What a list shows of these shares, in their order.
    pub fn shares_of_ids(&self, ids: &[u64]) -> Result<Vec<FoundShare>, DatabaseError> {
        let mut statement =
            self.connection.prepare_cached(&format!("SELECT {SHOWN} FROM {SHARES} WHERE share.id = ?"))?;
        let shares = ids.iter().map(|id| statement.query_row([id], found_share));
        Ok(shares.collect::<Result<_, _>>()?)
    }

    /// Every share of one recipient, newest change first.
    pub(super) fn shares_of(&self, recipient: u64) -> Result<Vec<FoundShare>, DatabaseError> {
        let sql = format!("SELECT {SHOWN} FROM {SHARES} WHERE share.recipient_id = ? ORDER BY share.changed DESC");
        self.rows(&sql, [recipient], found_share)
    }

    /// Shares that name the dataset of this address, newest change first.
    pub(super) fn shares_of_dataset(&self, slug: &str, limit: u64) -> Result<Vec<FoundShare>, DatabaseError> {
        let sql = format!(
            "SELECT {SHOWN} FROM {SHARES} WHERE share.id IN (SELECT share_id FROM dataset_use WHERE slug = ?) \
             ORDER BY share.changed DESC LIMIT ?"
        );
        self.rows(&sql, (slug, limit), found_share)
    }

    /// Where the words stand in each of these shares, by its number. One pass over all that match: asking for each share
    /// by itself would look the words up as often.
    fn snippets(&self, expression: &str, ids: &[u64]) -> Result<HashMap<u64, Snippet>, DatabaseError> {
        let (Some(first), Some(last)) = (ids.iter().min(), ids.iter().max()) else { return Ok(HashMap::new()) };
        // The marks are control characters, which no text of the register needs, so that a text cannot forge one.
        let sql = "SELECT rowid, CASE WHEN rowid IN (SELECT value FROM json_each(?4)) \
                   THEN snippet(search, -1, char(2), char(3), '…', 28) END \
                   FROM search WHERE search MATCH ?1 AND rowid BETWEEN ?2 AND ?3";
        let mut statement = self.connection.prepare_cached(sql)?;
        let wanted = serde_json::json!(ids).to_string();
        let mut rows = statement.query(rusqlite::params![expression, first, last, wanted])?;
        let mut snippets = HashMap::new();
        while let Some(row) = rows.next()? {
            if let Some(marked) = row.get_ref(1)?.as_str_or_null().unwrap_or_default() {
                snippets.insert(row.get(0)?, search::pieces(marked));
            }
        }
        Ok(snippets)
    }
}

pub(super) fn found_share(row: &Row<'_>) -> rusqlite::Result<FoundShare> {
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
