//! Decisions on applications like one at hand: for the same datasets, of the same recipient, or in the same words.

use std::collections::{BTreeMap, HashMap};

use super::decisions::{DecisionView, standing};
use super::{DatabaseError, Reader};

/// Words of a title that are looked for.
const WORDS: usize = 12;

/// Shares that words may bring in: those in whose titles they count for most.
const FOUND: u64 = 12;

/// Longer words that say nothing of what an application is about.
const COMMON: &[&str] = &[
    "about", "after", "again", "among", "before", "between", "could", "during", "other", "their", "there", "these",
    "those", "through", "under", "using", "where", "which", "while", "would",
];

/// What an application asks for, as far as others are like it.
#[derive(Debug, Clone, Default)]
pub struct Like {
    /// Its own reference, which is no other.
    pub reference: String,
    /// Its datasets, by name.
    pub datasets: Vec<String>,
    /// Who asks, by name.
    pub recipient: String,
    /// Words of its title.
    pub words: String,
}

/// A decision on another application, and what it has in common with the one at hand.
#[derive(Debug)]
pub struct SimilarDecision {
    /// The decision.
    pub view: DecisionView,
    /// Whether it is of the same recipient.
    pub same_recipient: bool,
    /// How many datasets both ask for.
    pub datasets: u64,
    /// Whether its texts hold the same words.
    pub same_words: bool,
}

impl Reader<'_> {
    /// At most this many decisions on the applications that have most in common with this one.
    pub fn similar_decisions(&self, like: &Like, limit: usize) -> Result<Vec<SimilarDecision>, DatabaseError> {
        let mut found: BTreeMap<u64, (bool, u64, bool)> = BTreeMap::new();
        let datasets = serde_json::json!(like.datasets).to_string();
        let by_dataset = "SELECT share_id, count(DISTINCT dataset) FROM dataset_use \
                          WHERE dataset IN (SELECT value FROM json_each(?)) \
                          AND share_id IN (SELECT id FROM share WHERE outcome IS NOT NULL) GROUP BY share_id";
        for (share, count) in self.rows(by_dataset, [datasets], |row| Ok((row.get(0)?, row.get(1)?)))? {
            found.entry(share).or_default().1 = count;
        }
        let by_recipient = "SELECT share.id FROM share JOIN recipient ON recipient.id = share.recipient_id \
                            WHERE recipient.name = ? COLLATE NOCASE";
        for share in self.rows(by_recipient, [&like.recipient], |row| row.get(0))? {
            found.entry(share).or_default().0 = true;
        }
        if let Some(expression) = any_of(&like.words) {
            let by_words = "SELECT rowid FROM search WHERE search MATCH ?1 ORDER BY rank LIMIT ?2";
            for share in self.rows(by_words, (expression, FOUND), |row| row.get(0))? {
                found.entry(share).or_default().2 = true;
            }
        }
        let mut ranked: Vec<(u64, (bool, u64, bool))> = found.into_iter().collect();
        // The newest first among those that have as much in common.
        ranked.sort_by_key(|(share, (recipient, datasets, words))| {
            std::cmp::Reverse((3 * u64::from(*recipient) + datasets.min(&3) + 2 * u64::from(*words), *share))
        });
        let mut similar = Vec::new();
        for (share, (same_recipient, datasets, same_words)) in ranked {
            if similar.len() == limit {
                break;
            }
            let Some(view) = self.decision_of(share, &like.reference)? else { continue };
            similar.push(SimilarDecision { view, same_recipient, datasets, same_words });
        }
        Ok(similar)
    }

    /// The decision that stands on a share, unless that is the one of this reference.
    fn decision_of(&self, share: u64, but: &str) -> Result<Option<DecisionView>, DatabaseError> {
        let stated: Vec<u64> = self.rows(
            "SELECT idx FROM statement WHERE share_id = ? AND kind = 'share-decided' ORDER BY idx",
            [share],
            |row| row.get(0),
        )?;
        let stated = HashMap::from([(share, stated)]);
        let sql = "SELECT id, outcome, source, decided, decided_by, reasons, conditions, decided_datasets FROM share \
                   WHERE id = ?1 AND reference <> ?2";
        let mut share = self.connection.prepare_cached(sql)?;
        let mut rows = share.query(rusqlite::params![stated.keys().next(), but])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let Some(decision) = standing(row, &stated)? else { return Ok(None) };
        Ok(self.decision_views(&[decision])?.pop())
    }
}

/// The query for any of the longer words; each is quoted, so that nothing in it is syntax.
fn any_of(words: &str) -> Option<String> {
    let words = words.to_lowercase();
    let words = words.split(|letter: char| !letter.is_alphanumeric());
    let words = words.filter(|word| word.chars().count() > 4 && !COMMON.contains(word));
    let quoted: Vec<String> = words.take(WORDS).map(|word| format!("\"{word}\"")).collect();
    (!quoted.is_empty()).then(|| format!("{{title}} : ({})", quoted.join(" OR ")))
}
