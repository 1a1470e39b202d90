//! Takes the rows of every table together by the share that they belong to.

use std::collections::HashMap;

use register::classification::Class;
use register::statement::{DatasetUse, ReleaseRegistered};
use register::vocabulary::{Channel, Outcome, Route};
use register::{Organisation, PartialDate};

use super::columns::Columns;
use super::notes::{Notes, Spot};
use super::row::{RowValues, ShareValue, read_row};
use super::{ImportedRelease, ImportedText};
use crate::import::mapping::{Gives, Mapping, Table, Target};
use crate::import::problem::Problems;
use crate::import::workbook::Sheet;

/// A value with the cell that gave it.
type Given<T> = Option<(T, Spot)>;

/// Values by name or scheme. A share has as many as the mapping has columns, so that a list is found through at once.
type Named<T> = Vec<(String, (T, Spot))>;

/// Everything that rows say about one share.
pub(super) struct ShareRow {
    pub reference: String,
    /// The row that named it first.
    pub spot: Spot,
    /// The tables of details that have a row of it, by their places in the mapping.
    pub details: Vec<usize>,
    pub recipient: Given<Organisation>,
    pub sector: Given<String>,
    pub ids: Named<String>,
    pub channel: Agreed<Channel>,
    pub route: Agreed<Route>,
    pub outcome: Agreed<Outcome>,
    pub applied: Given<PartialDate>,
    pub decided: Given<PartialDate>,
    pub start: Given<PartialDate>,
    pub end: Given<PartialDate>,
    pub bases: Bag<String>,
    pub datasets: Bag<OrderedUse>,
    pub facts: Named<String>,
    pub texts: Named<ImportedText>,
    pub releases: Vec<ImportedRelease>,
}

/// A value that rows of one share give, with what happens where they differ.
#[derive(Default)]
pub(super) enum Agreed<T> {
    /// No row gives one.
    #[default]
    Nothing,
    /// All rows so far give this one.
    All(T, Spot),
    /// Rows differ, and the mapping says that no value counts then.
    Differ,
}

impl<T> Agreed<T> {
    /// The value, where there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Self::All(value, _) => Some(value),
            Self::Nothing | Self::Differ => None,
        }
    }
}

/// Values without repeats, in order, so that an edition that only puts its rows in another order changes nothing. Most
/// shares have one or two and few have thousands, so it is a list that is put in order whenever it has doubled.
pub(super) struct Bag<T> {
    items: Vec<T>,
    ordered: usize,
}

impl<T: Ord> Bag<T> {
    fn new() -> Self {
        Self { items: Vec::new(), ordered: 0 }
    }

    fn put(&mut self, item: T) {
        self.items.push(item);
        if self.items.len() > 16 + 2 * self.ordered {
            self.order();
        }
    }

    fn order(&mut self) {
        self.items.sort();
        self.items.dedup();
        self.ordered = self.items.len();
    }

    /// The values in order.
    pub fn into_list(mut self) -> Vec<T> {
        self.order();
        self.items
    }
}

/// The rows taken together so far.
pub(super) struct Gathered<'m> {
    mapping: &'m Mapping,
    pub shares: Vec<ShareRow>,
    known: HashMap<String, usize>,
    /// The row of each release, by its share's place and its reference.
    releases: HashMap<(usize, String), Spot>,
    /// How often a share has given a reference, where repeats are numbered.
    repeats: HashMap<(usize, String), u32>,
    pub notes: Notes,
}

impl<'m> Gathered<'m> {
    pub fn new(file: &str, mapping: &'m Mapping) -> Self {
        let notes = Notes::new(Problems::in_file(file));
        Self {
            mapping,
            shares: Vec::new(),
            known: HashMap::new(),
            releases: HashMap::new(),
            repeats: HashMap::new(),
            notes,
        }
    }

    /// Takes the rows of the mapping's table of this number.
    pub fn take(&mut self, number: usize, sheet: &Sheet, columns: &Columns<'_>) {
        let table = &self.mapping.tables[number];
        let headers = columns.found.iter().map(|(_, at, header)| (*at, header.clone())).collect();
        let table_spot = self.notes.see(sheet.name.as_deref(), headers);
        for row in sheet.rows.iter().filter(|row| row.number > table.header_row) {
            let before = self.notes.problems.count;
            let spot = table_spot.row(row.number);
            let values = read_row(row, columns, spot, &mut self.notes);
            if self.notes.problems.count > before {
                continue;
            }
            let Some(values) = values else { continue };
            self.add(table, number, values, spot);
        }
    }

    fn add(&mut self, table: &Table, number: usize, mut values: RowValues, spot: Spot) {
        let Some(reference) = values.reference.clone() else { return };
        let known = self.known.get(&reference).copied();
        let at = match (known, table.gives) {
            (Some(at), _) => at,
            (None, Gives::Shares) => {
                let at = self.shares.len();
                self.known.insert(reference.clone(), at);
                self.shares.push(ShareRow::new(reference, spot));
                at
            }
            (None, Gives::Details) => {
                let message = format!("no share has the reference {reference}, so this row was left out");
                let place = self.notes.place(spot);
                self.notes.warn(place, message);
                return;
            }
            (None, Gives::Releases) => {
                let expected = "the reference of a share; no share of the file has this one";
                self.notes.problem(spot, expected, Some(&reference));
                return;
            }
        };
        if table.columns.iter().any(|column| column.number_repeats) {
            values.release = values.release.map(|release| self.numbered(at, release));
        }
        if let Some(release) = &values.release {
            let key = (at, release.clone());
            if let Some(first) = self.releases.get(&key) {
                let first = self.notes.place(*first);
                let expected = format!("a reference that the share uses once; it stands at {first} as well");
                self.notes.problem(spot, expected, Some(release));
                return;
            }
            self.releases.insert(key, spot);
        }
        let share = &mut self.shares[at];
        if table.gives == Gives::Details && !share.details.contains(&number) {
            share.details.push(number);
        }
        share.take(values, &mut self.notes);
    }

    /// The reference, or with a number behind it where a row of the same share has given it already.
    fn numbered(&mut self, share: usize, release: String) -> String {
        let mut key = (share, release);
        if !self.releases.contains_key(&key) {
            return key.1;
        }
        let times = self.repeats.entry(key.clone()).or_insert(1);
        let first = std::mem::take(&mut key.1);
        loop {
            *times += 1;
            key.1 = format!("{first} ({times})");
            if !self.releases.contains_key(&key) {
                return key.1;
            }
        }
    }
}

impl ShareRow {
    fn new(reference: String, spot: Spot) -> Self {
        Self {
            reference,
            spot,
            details: Vec::new(),
            recipient: None,
            sector: None,
            ids: Vec::new(),
            channel: Agreed::Nothing,
            route: Agreed::Nothing,
            outcome: Agreed::Nothing,
            applied: None,
            decided: None,
            start: None,
            end: None,
            bases: Bag::new(),
            datasets: Bag::new(),
            facts: Vec::new(),
            texts: Vec::new(),
            releases: Vec::new(),
        }
    }

    fn take(&mut self, values: RowValues, notes: &mut Notes) {
        for (value, spot) in values.share {
            self.set(value, spot, notes);
        }
        for basis in &values.bases {
            self.bases.put(basis.clone());
        }
        for name in &values.datasets {
            let (classes, frequency) = (values.classes.clone(), values.frequency.clone());
            self.datasets.put(OrderedUse { name: name.clone(), classes, frequency });
        }
        let Some(release) = values.release else {
            for (name, value, spot) in values.row_facts {
                self.set(ShareValue::Fact(name, value), spot, notes);
            }
            return;
        };
        let mut facts = values.release_facts;
        facts.extend(values.row_facts.into_iter().map(|(name, value, _)| (name, value)));
        let volume = values.volume;
        let given =
            volume.people.is_some() || volume.rows.is_some() || volume.requests.is_some() || volume.supplied.is_some();
        let body = ReleaseRegistered {
            bases: sorted(values.bases),
            classes: values.classes,
            cohorts: Vec::new(),
            datasets: sorted(values.datasets),
            facts,
            frequency: values.frequency,
            items: Vec::new(),
            manifest: None,
            release,
            released: values.released,
            source: None,
            volume: given.then_some(volume),
        };
        // The edition's date takes the place of this one where the row has none.
        let Some(at) = values.released.or_else(|| PartialDate::year(1_000).ok()) else { return };
        self.releases.push(ImportedRelease { body, at, texts: values.release_texts });
    }

    fn set(&mut self, value: ShareValue, spot: Spot, notes: &mut Notes) {
        match value {
            ShareValue::Recipient(name) => {
                let recipient = Organisation::named(&name);
                agree(&mut self.recipient, recipient, spot, notes, |recipient| Some(recipient.name.clone()));
            }
            ShareValue::Sector(sector) => agree(&mut self.sector, sector, spot, notes, |sector| Some(sector.clone())),
            ShareValue::Id(scheme, id) => agree_in(&mut self.ids, scheme, id, spot, notes, |id| Some(id.clone())),
            ShareValue::Channel(code, lenient) => {
                agree_on(&mut self.channel, code, lenient, spot, notes, |code| code.code())
            }
            ShareValue::Route(code, lenient) => {
                agree_on(&mut self.route, code, lenient, spot, notes, |code| code.code())
            }
            ShareValue::Outcome(code, lenient) => {
                agree_on(&mut self.outcome, code, lenient, spot, notes, |code| code.code())
            }
            ShareValue::Date(target, date) => {
                let slot = match target {
                    Target::Applied => &mut self.applied,
                    Target::Decided => &mut self.decided,
                    Target::Start => &mut self.start,
                    _ => &mut self.end,
                };
                agree(slot, date, spot, notes, |date| Some(date.to_string()));
            }
            ShareValue::Fact(name, value) => {
                agree_in(&mut self.facts, name, value, spot, notes, |value| Some(value.clone()));
            }
            ShareValue::Text(text) => {
                let shown = |text: &ImportedText| text.withheld.is_none().then(|| text.value.clone());
                agree_in(&mut self.texts, text.name.clone(), text, spot, notes, shown);
            }
        }
    }
}

/// Keeps the first value; a different one is a problem.
fn agree<T: PartialEq>(
    slot: &mut Given<T>,
    value: T,
    spot: Spot,
    notes: &mut Notes,
    shown: impl Fn(&T) -> Option<String>,
) {
    match slot {
        None => *slot = Some((value, spot)),
        Some((first, _)) if *first == value => {}
        Some((_, at)) => disagreement(notes, spot, shown(&value), *at),
    }
}

fn agree_in<T: PartialEq>(
    slots: &mut Named<T>,
    name: String,
    value: T,
    spot: Spot,
    notes: &mut Notes,
    shown: impl Fn(&T) -> Option<String>,
) {
    match slots.iter().find(|(known, _)| *known == name) {
        None => slots.push((name, (value, spot))),
        Some((_, (first, _))) if *first == value => {}
        Some((_, (_, at))) => disagreement(notes, spot, shown(&value), *at),
    }
}

/// Keeps a code on which rows agree. Where the mapping says that all rows must, an empty one counts as a difference.
fn agree_on<T: PartialEq + Copy>(
    slot: &mut Agreed<T>,
    value: Option<T>,
    lenient: bool,
    spot: Spot,
    notes: &mut Notes,
    shown: impl Fn(T) -> &'static str,
) {
    match (&*slot, value) {
        (_, None) if lenient => *slot = Agreed::Differ,
        (_, None) | (Agreed::Differ, _) => {}
        (Agreed::Nothing, Some(value)) => *slot = Agreed::All(value, spot),
        (Agreed::All(first, _), Some(value)) if *first == value => {}
        (Agreed::All(..), Some(_)) if lenient => *slot = Agreed::Differ,
        (Agreed::All(_, at), Some(value)) => disagreement(notes, spot, Some(shown(value).to_owned()), *at),
    }
}

fn disagreement(notes: &mut Notes, spot: Spot, found: Option<String>, first: Spot) {
    let expected = format!("the same value of this share as at {}", notes.place(first));
    notes.problem(spot, expected, found.as_deref());
}

fn sorted(mut list: Vec<String>) -> Vec<String> {
    list.sort();
    list.dedup();
    list
}

/// A dataset's use in an order: by name, then classes, then frequency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OrderedUse {
    name: String,
    classes: Vec<Class>,
    frequency: Option<String>,
}

impl From<OrderedUse> for DatasetUse {
    fn from(ordered: OrderedUse) -> Self {
        Self { classes: ordered.classes, frequency: ordered.frequency, name: ordered.name }
    }
}
