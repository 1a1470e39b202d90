//! Decisions: the one that stands for each share, and refusals that a later decision set aside, which stay listed.

use std::collections::HashMap;

use register::PartialDate;
use register::statement::{Body, Condition, DatasetDecision, ShareDecided};
use register::vocabulary::{Channel, Outcome, Reason};
use rusqlite::Row;

use super::share::{FieldText, text};
use super::statement::{StatementView, statement};
use super::{DatabaseError, Reader, json, parsed, perhaps};

/// One decision, as much of it as filters need.
#[derive(Debug, Clone)]
pub struct Decision {
    /// The share's number.
    pub share: u64,
    /// The statement of the decision; nothing where it was decided elsewhere and read from a list.
    pub statement: Option<u64>,
    /// What was decided.
    pub outcome: Outcome,
    /// When.
    pub decided: Option<PartialDate>,
    /// Who decided.
    pub decided_by: Option<String>,
    /// Why, in codes.
    pub reasons: Vec<Reason>,
    /// Conditions of an approval.
    pub conditions: Vec<Condition>,
    /// Datasets that were decided otherwise than the whole.
    pub datasets: Vec<DatasetDecision>,
    /// Whether a later decision about the same share stands instead.
    pub set_aside: bool,
}

/// Every decision, and what there is no decision about.
#[derive(Debug, Default)]
pub struct Decisions {
    /// Newest first; those without a date stand last.
    pub all: Vec<Decision>,
    /// Shares still being considered.
    pub undecided: u64,
    /// Shares on somebody's list that gives no outcome.
    pub unknown: u64,
}

/// A decision with what a page shows of it.
#[derive(Debug)]
pub struct DecisionView {
    /// The decision.
    pub decision: Decision,
    /// The share's reference.
    pub reference: String,
    /// The share's title, where that is public.
    pub title: Option<String>,
    /// How the share came.
    pub channel: Channel,
    /// Who asked.
    pub recipient: String,
    /// The address of that page.
    pub recipient_slug: String,
    /// The texts that the decision carries.
    pub texts: Vec<FieldText>,
}

impl Reader<'_> {
    /// Every decision of the register.
    pub fn decisions(&self) -> Result<Decisions, DatabaseError> {
        let mut found = Decisions::default();
        let mut stated: HashMap<u64, Vec<u64>> = HashMap::new();
        let mut made = self
            .connection
            .prepare_cached("SELECT share_id, idx FROM statement WHERE kind = 'share-decided' ORDER BY idx")?;
        for row in made.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))? {
            let (share, index) = row?;
            stated.entry(share).or_default().push(index);
        }
        let mut shares = self.connection.prepare_cached(
            "SELECT id, outcome, source, decided, decided_by, reasons, conditions, decided_datasets FROM share",
        )?;
        let mut rows = shares.query([])?;
        while let Some(row) = rows.next()? {
            match standing(row, &stated)? {
                Some(decision) => found.all.push(decision),
                None if row.get::<_, Option<String>>("source")?.is_some() => found.unknown += 1,
                None => found.undecided += 1,
            }
        }
        for (share, indices) in &stated {
            for index in &indices[..indices.len() - 1] {
                found.all.extend(self.set_aside(*share, *index)?);
            }
        }
        found.all.sort_by_key(|one| std::cmp::Reverse((one.decided, one.share, one.statement)));
        Ok(found)
    }

    /// A decision that a later one set aside, as it stands after corrections.
    fn set_aside(&self, share: u64, index: u64) -> Result<Option<Decision>, DatabaseError> {
        let chain = self.with_corrections(index)?;
        let Some(decided) = chain.first().map(|first| first.at) else { return Ok(None) };
        let Some(body) = decision_of(&chain) else { return Ok(None) };
        Ok(Some(Decision {
            share,
            statement: Some(index),
            outcome: body.outcome,
            decided: Some(decided),
            decided_by: Some(body.decided_by),
            reasons: body.reasons,
            conditions: body.conditions,
            datasets: body.datasets,
            set_aside: true,
        }))
    }

    /// A statement, followed by everything that corrects it, oldest first.
    pub(super) fn with_corrections(&self, index: u64) -> Result<Vec<StatementView>, DatabaseError> {
        self.rows(
            "SELECT statement.*, share.reference, share.title FROM statement \
             LEFT JOIN share ON share.id = statement.share_id \
             WHERE idx IN (SELECT ?1 UNION ALL SELECT idx FROM statement WHERE corrects = ?1) ORDER BY idx",
            [index],
            statement,
        )
    }

    /// Decisions with what a page shows of them.
    pub fn decision_views(&self, decisions: &[Decision]) -> Result<Vec<DecisionView>, DatabaseError> {
        let mut share = self.connection.prepare_cached(
            "SELECT share.reference, share.title, share.channel, recipient.name, recipient.slug \
             FROM share JOIN recipient ON recipient.id = share.recipient_id WHERE share.id = ?",
        )?;
        let mut views = Vec::with_capacity(decisions.len());
        for decision in decisions {
            let mut view = share.query_row([decision.share], |row| {
                Ok(DecisionView {
                    decision: decision.clone(),
                    reference: row.get("reference")?,
                    title: row.get("title")?,
                    channel: parsed(row, "channel")?,
                    recipient: row.get("name")?,
                    recipient_slug: row.get("slug")?,
                    texts: Vec::new(),
                })
            })?;
            if let Some(index) = decision.statement {
                let standing = "SELECT * FROM text WHERE statement = ? AND replaced_by IS NULL ORDER BY name";
                view.texts = self.rows(standing, [index], text)?;
            }
            views.push(view);
        }
        Ok(views)
    }
}

pub(super) fn standing(row: &Row<'_>, stated: &HashMap<u64, Vec<u64>>) -> Result<Option<Decision>, DatabaseError> {
    let Some(outcome) = perhaps(row, "outcome")? else { return Ok(None) };
    let share = row.get("id")?;
    let reasons: Vec<String> = json(row, "reasons")?;
    Ok(Some(Decision {
        share,
        statement: stated.get(&share).and_then(|indices| indices.last().copied()),
        outcome,
        decided: perhaps(row, "decided")?,
        decided_by: row.get("decided_by")?,
        reasons: reasons.iter().filter_map(|code| code.parse().ok()).collect(),
        conditions: json(row, "conditions")?,
        datasets: json(row, "decided_datasets")?,
        set_aside: false,
    }))
}

/// What a decision says after its corrections.
fn decision_of(chain: &[StatementView]) -> Option<ShareDecided> {
    let mut body = chain.first()?.statement.as_ref()?.body.clone();
    for correction in chain.iter().skip(1).filter_map(|view| view.statement.as_ref()) {
        if let Body::Correction(correction) = &correction.body {
            body = body.patched(&correction.patch).ok()?;
        }
    }
    match body {
        Body::ShareDecided(decided) => Some(decided),
        _ => None,
    }
}
