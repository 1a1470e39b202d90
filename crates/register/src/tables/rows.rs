//! Computes the rows of every table from the fold.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Cell, Row, Table};
use crate::date::PartialDate;
use crate::dictionary::dataset_address;
use crate::fold::{Fact, Register, Share, Text, TextState};
use crate::statement::{Body, ReleaseRegistered, Statement};
use crate::volume::Count;

/// The checkpoint at which tables are computed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The log's origin.
    pub origin: String,
    /// How many statements the log holds.
    pub size: u64,
    /// The tree's root hash in base64, as the checkpoint gives it.
    pub root: String,
}

/// The rows of table `meta`.
pub fn meta_rows(register: &Register, snapshot: &Snapshot) -> Vec<Row> {
    let mut values =
        vec![("origin", snapshot.origin.clone()), ("root", snapshot.root.clone()), ("size", snapshot.size.to_string())];
    if let Some(opened) = register.opened() {
        values.push(("name", opened.name.clone()));
        values.push(("custodian", opened.custodian.name.clone()));
        values.push(("population", opened.population.clone()));
        values.push(("demonstration", u8::from(opened.demonstration).to_string()));
    }
    if let Some(logged) = register.last_logged() {
        values.push(("data_as_at", logged.to_string()));
    }
    values.sort();
    values.into_iter().map(|(name, value)| (Table::Meta, vec![text(name), text(value)])).collect()
}

/// The rows of table `total`.
pub fn total_rows(register: &Register) -> Vec<Row> {
    let totals = register.totals();
    let mut rows = vec![
        ("statements", register.size()),
        ("shares", totals.shares),
        ("releases", totals.releases),
        ("recipients", totals.recipients),
    ];
    rows.extend(register.tally().counts());
    rows.sort();
    rows.into_iter().map(|(name, value)| (Table::Total, vec![text(name), integer(value)])).collect()
}

/// The row of a recipient, by its place among the register's.
pub fn recipient_row(register: &Register, place: usize) -> Row {
    let recipient = &register.recipients()[place];
    let cells = vec![
        integer(recipient.id),
        text(&recipient.slug),
        text(&recipient.organisation.name),
        optional(recipient.organisation.sector.as_deref()),
        json(&recipient.organisation.ids),
        integer(recipient.shares.len() as u64),
        integer(recipient.releases),
        integer(recipient.changed),
    ];
    (Table::Recipient, cells)
}

/// The row of a statement, as it stands in the log.
pub fn statement_row(register: &Register, index: u64, statement: &Statement, leaf: &[u8]) -> Row {
    let share = register.share_at(index).map(|place| &register.shares()[place]);
    // Its recipient is the one of that time: a correction that moves the share changes no row of an earlier statement.
    let recipient = register.fact(index).and_then(|fact| fact.recipient);
    let cells = vec![
        integer(index),
        share.map_or(Cell::Null, |share| integer(share.id())),
        recipient.map_or(Cell::Null, |place| integer(register.recipients()[place].id)),
        text(statement.kind().code()),
        text(statement.at),
        text(statement.logged),
        statement.corrects.map_or(Cell::Null, integer),
        text(String::from_utf8_lossy(leaf)),
    ];
    (Table::Statement, cells)
}

/// The texts of facts about no share.
pub fn general_rows(register: &Register) -> Vec<Row> {
    register.general().iter().flat_map(general_fact_rows).collect()
}

/// The texts of one fact about no share.
pub fn general_fact_rows(fact: &Fact) -> Vec<Row> {
    text_rows(fact, Cell::Null)
}

/// Every row that belongs to a share: its own, its releases', texts', datasets', classes' and copies'.
pub fn share_rows(register: &Register, share: &Share) -> Vec<Row> {
    let id = || integer(share.id());
    let mut rows = vec![share_row(register, share)];
    let mut classes = BTreeSet::new();
    for dataset in &share.access().datasets {
        classes.extend(dataset.classes.iter());
    }
    for (fact, release, listed) in share.releases() {
        rows.push(release_row(share, fact, release, listed));
        classes.extend(release.classes.iter());
        classes.extend(release.items.iter().flat_map(|items| items.classes.iter()));
    }
    for fact in &share.facts {
        rows.extend(text_rows(fact, id()));
    }
    let used = |(name, releases): (&str, u64)| {
        (Table::DatasetUse, vec![id(), text(name), text(dataset_address(name)), integer(releases)])
    };
    rows.extend(datasets_of(share).into_iter().map(used));
    rows.extend(
        classes.into_iter().map(|class| (Table::ClassUse, vec![id(), text(&class.scheme), text(&class.value)])),
    );
    rows.extend(share.copies().values().map(|copy| {
        let who = |step: &Option<(PartialDate, crate::Organisation)>| {
            let (at, by) = step.as_ref().map_or((None, None), |(at, by)| (Some(*at), Some(&by.name)));
            (optional(at), optional(by))
        };
        let (confirmed, confirmed_by) = who(&copy.confirmed);
        let (disputed, disputed_by) = who(&copy.disputed);
        let cells = vec![
            id(),
            text(&copy.copy),
            text(copy.place),
            text(copy.state),
            text(copy.method),
            text(copy.claimed.0),
            text(&copy.claimed.1.name),
            optional(copy.evidenced),
            confirmed,
            confirmed_by,
            disputed,
            disputed_by,
        ];
        (Table::Copy, cells)
    }));
    rows
}

fn share_row(register: &Register, share: &Share) -> Row {
    let access = share.access();
    let imported = share.imported();
    let decided = share.decided();
    let agreed = share.agreed();
    let ended = share.ended();
    let (start, end) = share.term();
    let applied = if imported.is_some() { imported.and_then(|source| source.applied) } else { Some(share.facts[0].at) };
    let reasons = decided.map_or(&[][..], |(_, decision)| &decision.reasons);
    let conditions = decided.map_or(&[][..], |(_, decision)| &decision.conditions);
    let decided_datasets = decided.map_or(&[][..], |(_, decision)| &decision.datasets);
    let processors = agreed.map_or(&[][..], |agreed| &agreed.processors);
    let cells = vec![
        integer(share.id()),
        text(&share.reference),
        integer(register.recipients()[share.recipient].id),
        text(access.channel),
        optional(access.route),
        text(share.status()),
        optional(share.outcome()),
        optional(imported.map(|source| &source.source)),
        optional(applied),
        optional(decided.map(|(at, _)| at).or_else(|| imported?.decided)),
        optional(decided.map(|(_, decision)| &decision.decided_by)),
        optional(start),
        optional(end),
        optional(ended.map(|(at, _)| at)),
        optional(ended.map(|(_, ended)| ended.ground)),
        text(share.destruction()),
        optional(share.destruction_due()),
        share.listed().map_or(Cell::Null, |listed| integer(listed.into())),
        optional(share.text("title")),
        optional(share.text("summary")),
        Cell::List(access.bases.clone()),
        json(&access.datasets),
        json(&access.facts),
        Cell::List(reasons.iter().map(ToString::to_string).collect()),
        json(conditions),
        json(decided_datasets),
        optional(agreed.and_then(|agreed| agreed.territory.as_deref())),
        Cell::List(processors.iter().map(|processor| processor.name.clone()).collect()),
        integer(share.release_count()),
        integer(share.changed),
        text(share.changed_at),
    ];
    (Table::Share, cells)
}

fn release_row(share: &Share, fact: &Fact, release: &ReleaseRegistered, listed: bool) -> Row {
    let volume = release.volume.as_ref();
    let (people, under) = match volume.and_then(|volume| volume.people) {
        Some(Count::Exactly(people)) => (integer(people), Cell::Null),
        Some(Count::Under(limit)) => (Cell::Null, integer(limit.into())),
        None => (Cell::Null, Cell::Null),
    };
    let count = |number: Option<u64>| number.map_or(Cell::Null, integer);
    let cells = vec![
        integer(fact.index),
        integer(share.id()),
        text(&release.release),
        optional(release.released),
        Cell::List(release.datasets.clone()),
        json(&release.classes),
        Cell::List(release.bases.clone()),
        optional(release.frequency.as_deref()),
        json(&release.facts),
        json(&release.cohorts),
        json(&release.items),
        people,
        under,
        count(volume.and_then(|volume| volume.rows)),
        count(volume.and_then(|volume| volume.requests)),
        count(volume.and_then(|volume| volume.supplied)),
        optional(volume.map(|volume| volume.basis)),
        optional(release.manifest),
        release.source.as_ref().map_or(Cell::Null, |_| integer(listed.into())),
        integer(fact.corrected_by.len() as u64),
    ];
    (Table::Release, cells)
}

/// The texts of one fact. A correction's own texts stand with the statement that it corrected.
fn text_rows(fact: &Fact, share: Cell) -> Vec<Row> {
    if matches!(fact.body, Body::Correction(_)) {
        return Vec::new();
    }
    let current = fact.texts.iter().map(|held| (held, Cell::Null));
    let former = fact.former.iter().map(|(by, held)| (held, integer(*by)));
    current.chain(former).map(|(held, replaced_by)| text_row(fact.index, share.clone(), held, replaced_by)).collect()
}

fn text_row(statement: u64, share: Cell, held: &Text, replaced_by: Cell) -> Row {
    let (value, state, ground, opens) = match &held.state {
        TextState::Public { value, .. } => (text(value), "public", Cell::Null, Cell::Null),
        TextState::Withheld { ground, opens, .. } => (Cell::Null, "withheld", text(*ground), optional(*opens)),
        TextState::Missing => (Cell::Null, "missing", Cell::Null, Cell::Null),
        TextState::Erased { .. } => (Cell::Null, "erased", Cell::Null, Cell::Null),
    };
    let cells = vec![
        integer(statement),
        share,
        optional(held.name()),
        value,
        text(state),
        ground,
        opens,
        text(held.digest),
        replaced_by,
    ];
    (Table::Text, cells)
}

/// The datasets of a share, each with how many of its releases name it.
fn datasets_of(share: &Share) -> BTreeMap<&str, u64> {
    let asked = share.access().datasets.iter().map(|dataset| (dataset.name.as_str(), 0));
    let mut datasets: BTreeMap<&str, u64> = asked.collect();
    for (_, release, _) in share.releases() {
        let named: BTreeSet<&str> = release.datasets.iter().map(String::as_str).collect();
        named.into_iter().for_each(|name| *datasets.entry(name).or_default() += 1);
    }
    datasets
}

pub(super) fn text(value: impl ToString) -> Cell {
    Cell::Text(value.to_string())
}

pub(super) fn optional(value: Option<impl ToString>) -> Cell {
    value.map_or(Cell::Null, text)
}

/// Counts beyond 2^63 do not occur: leaves are at most 65,535 bytes and a log of that size cannot be stored.
pub(super) fn integer(value: u64) -> Cell {
    Cell::Integer(i64::try_from(value).unwrap_or(i64::MAX))
}

/// Empty lists and maps are stored as such, so that a reader need not tell null from nothing.
pub(super) fn json(value: &(impl Serialize + ?Sized)) -> Cell {
    match serde_json::to_string(value) {
        Ok(json) => Cell::Text(json),
        Err(error) => unreachable!("lists and maps of texts are always JSON: {error}"),
    }
}
