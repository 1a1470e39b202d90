//! Takes the rows of every table together by the share that they belong to.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::str::FromStr;

use register::classification::Class;
use register::statement::{DatasetUse, ReleaseRegistered};
use register::vocabulary::{Channel, Route, UnknownCode, VolumeBasis};
use register::{Organisation, PartialDate, Volume};

use super::columns::Columns;
use super::{Agreed, Decided, ImportedRelease, ImportedText, Notes, References};
use crate::import::mapping::{Column, Gives, Mapping, Table, Target};
use crate::import::problem::{Place, Problem, Problems};
use crate::import::value;
use crate::import::workbook::{Cell, FULL_CELL, Row, Sheet};

/// A value with the cell that gave it.
type Given<T> = Option<(T, Place)>;

/// Everything that rows say about one share.
pub(super) struct ShareRow {
    pub reference: String,
    /// The row that named it first.
    pub place: Place,
    /// The tables of details that have a row of it, by their places in the mapping.
    pub details: HashSet<usize>,
    pub recipient: Given<Organisation>,
    pub sector: Given<String>,
    pub ids: BTreeMap<String, (String, Place)>,
    pub channel: Agreed<Channel>,
    pub route: Agreed<Route>,
    pub outcome: Decided,
    pub applied: Given<PartialDate>,
    pub decided: Given<PartialDate>,
    pub start: Given<PartialDate>,
    pub end: Given<PartialDate>,
    /// Sorted, so that an edition that only puts its rows in another order changes nothing.
    pub bases: BTreeSet<String>,
    pub datasets: BTreeSet<OrderedUse>,
    pub facts: BTreeMap<String, (String, Place)>,
    pub texts: BTreeMap<String, (ImportedText, Place)>,
    pub releases: Vec<ImportedRelease>,
    release_rows: HashMap<String, Place>,
}

/// The rows taken together so far.
pub(super) struct Gathered<'m> {
    mapping: &'m Mapping,
    pub shares: Vec<ShareRow>,
    known: References,
    pub notes: Notes,
}

/// What one row says, before it is known whether it says it well.
struct RowValues {
    reference: Option<String>,
    bases: Vec<String>,
    datasets: Vec<String>,
    classes: Vec<Class>,
    frequency: Option<String>,
    release: Option<String>,
    released: Option<PartialDate>,
    release_facts: BTreeMap<String, String>,
    release_texts: Vec<ImportedText>,
    volume: Volume,
    /// What concerns the share, with its cell.
    share: Vec<(ShareValue, Place)>,
}

enum ShareValue {
    Recipient(String),
    Sector(String),
    Id(String, String),
    Channel(Option<Channel>, bool),
    Route(Option<Route>, bool),
    Outcome(Option<register::vocabulary::Outcome>, bool),
    Date(Target, PartialDate),
    Fact(String, String),
    Text(ImportedText),
}

impl<'m> Gathered<'m> {
    pub fn new(file: &str, mapping: &'m Mapping) -> Self {
        let notes = Notes { problems: Problems::in_file(file), warnings: Vec::new() };
        Self { mapping, shares: Vec::new(), known: References::new(), notes }
    }

    /// Takes the rows of one table.
    pub fn take(&mut self, table: &Table, sheet: &Sheet, columns: &Columns<'_>) {
        let number = self.mapping.tables.iter().position(|other| std::ptr::eq(other, table)).unwrap_or_default();
        for row in sheet.rows.iter().filter(|row| row.number > table.header_row) {
            let before = self.notes.problems.count;
            let values = read_row(sheet, row, columns, &mut self.notes);
            if self.notes.problems.count > before {
                continue;
            }
            let place = Place::row(sheet.name.as_deref(), row.number);
            let Some(values) = values else { continue };
            self.add(table, number, values, place);
        }
    }

    fn add(&mut self, table: &Table, number: usize, values: RowValues, place: Place) {
        let Some(reference) = values.reference.clone() else { return };
        let known = self.known.get(&reference).copied();
        let at = match (known, table.gives) {
            (Some(at), _) => at,
            (None, Gives::Shares) => {
                let at = self.shares.len();
                self.known.insert(reference.clone(), at);
                self.shares.push(ShareRow::new(reference, place.clone()));
                at
            }
            (None, Gives::Details) => {
                let message = format!("no share has the reference {reference}, so this row was left out");
                self.notes.warn(place, message);
                return;
            }
            (None, Gives::Releases) => {
                let expected = "the reference of a share; no share of the file has this one";
                self.notes.problems.add(Problem::new(place, expected).finding(&reference));
                return;
            }
        };
        let share = &mut self.shares[at];
        if table.gives == Gives::Details {
            share.details.insert(number);
        }
        share.take(values, place, &mut self.notes);
    }
}

impl ShareRow {
    fn new(reference: String, place: Place) -> Self {
        Self {
            reference,
            place,
            details: HashSet::new(),
            recipient: None,
            sector: None,
            ids: BTreeMap::new(),
            channel: Agreed::Nothing,
            route: Agreed::Nothing,
            outcome: Agreed::Nothing,
            applied: None,
            decided: None,
            start: None,
            end: None,
            bases: BTreeSet::new(),
            datasets: BTreeSet::new(),
            facts: BTreeMap::new(),
            texts: BTreeMap::new(),
            releases: Vec::new(),
            release_rows: HashMap::new(),
        }
    }

    fn take(&mut self, values: RowValues, place: Place, notes: &mut Notes) {
        for (value, place) in values.share {
            self.set(value, place, notes);
        }
        self.bases.extend(values.bases.iter().cloned());
        for name in &values.datasets {
            let (classes, frequency) = (values.classes.clone(), values.frequency.clone());
            self.datasets.insert(OrderedUse { name: name.clone(), classes, frequency });
        }
        let Some(release) = values.release else { return };
        if let Some(first) = self.release_rows.get(&release) {
            let expected = format!("a reference that the share uses once; it stands at {first} as well");
            notes.problems.add(Problem::new(place, expected).finding(&release));
            return;
        }
        self.release_rows.insert(release.clone(), place);
        let volume = values.volume;
        let given =
            volume.people.is_some() || volume.rows.is_some() || volume.requests.is_some() || volume.supplied.is_some();
        let body = ReleaseRegistered {
            bases: sorted(values.bases),
            classes: values.classes,
            cohorts: Vec::new(),
            datasets: sorted(values.datasets),
            facts: values.release_facts,
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

    fn set(&mut self, value: ShareValue, place: Place, notes: &mut Notes) {
        match value {
            ShareValue::Recipient(name) => {
                let recipient = Organisation::named(&name);
                agree(&mut self.recipient, recipient, place, notes, |recipient| Some(recipient.name.clone()));
            }
            ShareValue::Sector(sector) => agree(&mut self.sector, sector, place, notes, |sector| Some(sector.clone())),
            ShareValue::Id(scheme, id) => agree_in(&mut self.ids, scheme, id, place, notes, |id| Some(id.clone())),
            ShareValue::Channel(code, lenient) => {
                agree_on(&mut self.channel, code, lenient, place, notes, |code| code.code())
            }
            ShareValue::Route(code, lenient) => {
                agree_on(&mut self.route, code, lenient, place, notes, |code| code.code())
            }
            ShareValue::Outcome(code, lenient) => {
                agree_on(&mut self.outcome, code, lenient, place, notes, |code| code.code())
            }
            ShareValue::Date(target, date) => {
                let slot = match target {
                    Target::Applied => &mut self.applied,
                    Target::Decided => &mut self.decided,
                    Target::Start => &mut self.start,
                    _ => &mut self.end,
                };
                agree(slot, date, place, notes, |date| Some(date.to_string()));
            }
            ShareValue::Fact(name, value) => {
                agree_in(&mut self.facts, name, value, place, notes, |value| Some(value.clone()));
            }
            ShareValue::Text(text) => {
                let shown = |text: &ImportedText| text.withheld.is_none().then(|| text.value.clone());
                agree_in(&mut self.texts, text.name.clone(), text, place, notes, shown);
            }
        }
    }
}

/// Keeps the first value; a different one is a problem.
fn agree<T: PartialEq>(
    slot: &mut Given<T>,
    value: T,
    place: Place,
    notes: &mut Notes,
    shown: impl Fn(&T) -> Option<String>,
) {
    match slot {
        None => *slot = Some((value, place)),
        Some((first, _)) if *first == value => {}
        Some((_, at)) => notes.problems.add(disagreement(place, shown(&value), at)),
    }
}

fn agree_in<T: PartialEq>(
    slots: &mut BTreeMap<String, (T, Place)>,
    name: String,
    value: T,
    place: Place,
    notes: &mut Notes,
    shown: impl Fn(&T) -> Option<String>,
) {
    let mut slot = slots.remove(&name);
    agree(&mut slot, value, place, notes, shown);
    if let Some(slot) = slot {
        slots.insert(name, slot);
    }
}

/// Keeps a code on which rows agree. Where the mapping says that all rows must, an empty one counts as a difference.
fn agree_on<T: PartialEq + Copy>(
    slot: &mut Agreed<T>,
    value: Option<T>,
    lenient: bool,
    place: Place,
    notes: &mut Notes,
    shown: impl Fn(T) -> &'static str,
) {
    match (&*slot, value) {
        (_, None) if lenient => *slot = Agreed::Differ,
        (_, None) | (Agreed::Differ, _) => {}
        (Agreed::Nothing, Some(value)) => *slot = Agreed::All(value, place),
        (Agreed::All(first, _), Some(value)) if *first == value => {}
        (Agreed::All(..), Some(_)) if lenient => *slot = Agreed::Differ,
        (Agreed::All(_, at), Some(value)) => notes.problems.add(disagreement(place, Some(shown(value).to_owned()), at)),
    }
}

fn disagreement(place: Place, found: Option<String>, first: &Place) -> Problem {
    let expected = format!("the same value of this share as at {first}");
    let problem = Problem::new(place, expected);
    match found {
        Some(found) => problem.finding(&found),
        None => problem,
    }
}

/// Reads one row; nothing for a row in which no column of the mapping has a value.
fn read_row(sheet: &Sheet, row: &Row, columns: &Columns<'_>, notes: &mut Notes) -> Option<RowValues> {
    let nothing = Volume { basis: VolumeBasis::Declared, people: None, requests: None, rows: None, supplied: None };
    let mut values = RowValues {
        reference: None,
        bases: Vec::new(),
        datasets: Vec::new(),
        classes: Vec::new(),
        frequency: None,
        release: None,
        released: None,
        release_facts: BTreeMap::new(),
        release_texts: Vec::new(),
        volume: nothing,
        share: Vec::new(),
    };
    if columns.found.iter().all(|(_, at, _)| row.cell(*at).is_none()) {
        return None;
    }
    let mut of_release: Option<Place> = None;
    for (column, at, header) in &columns.found {
        let place = || Place::cell(sheet.name.as_deref(), row.number, *at, header);
        let text = match row.cell(*at) {
            None => "",
            Some(Cell::Text(text)) => text,
            Some(Cell::Formula) => {
                let expected = "the value itself; copy it over the formula as a value";
                notes.problems.add(Problem::new(place(), expected).finding("a formula"));
                continue;
            }
            Some(Cell::Error(error)) => {
                notes.problems.add(Problem::new(place(), "a value; the cell shows an error").finding(error));
                continue;
            }
        };
        if text.len() >= FULL_CELL && text.encode_utf16().count() == FULL_CELL {
            notes.warn(place(), "the cell holds 32767 characters, as many as a cell can, and was probably cut off");
        }
        match values.take(column, text, &place) {
            Ok(true) if column.to.is_of_release() => of_release = of_release.or_else(|| Some(place())),
            Ok(true) => {}
            Ok(false) if column.required || column.to == Target::Share => {
                notes.problems.add(Problem::new(place(), "a value; the cell is empty"));
            }
            Ok(false) => {}
            Err(expected) => {
                let problem = Problem::new(place(), expected);
                notes.problems.add(match column.withhold {
                    Some(_) => problem,
                    None => problem.finding(text),
                });
            }
        }
    }
    if let (None, Some(place)) = (&values.release, of_release) {
        notes.problems.add(Problem::new(place, "a reference of the release in the same row, or an empty cell"));
    }
    values.classes.sort();
    Some(values)
}

impl RowValues {
    /// Takes one cell; says whether it held a value.
    fn take(&mut self, column: &Column, text: &str, place: &dyn Fn() -> Place) -> Result<bool, String> {
        let name = || column.name.clone().unwrap_or_default();
        let scheme = || column.scheme.clone().unwrap_or_default();
        match column.to {
            Target::Text | Target::ReleaseText => {
                let value = value::long_text(text);
                if value.is_empty() || value::is_empty_word(column, &value) {
                    return Ok(false);
                }
                let withheld = column.withhold.map(|ground| (ground, column.opens));
                let text = ImportedText { name: name(), value, withheld };
                match column.to {
                    Target::Text => self.share.push((ShareValue::Text(text), place())),
                    _ => self.release_texts.push(text),
                }
                return Ok(true);
            }
            Target::Basis | Target::Dataset => {
                let list = list(column, text)?;
                let any = !list.is_empty();
                match column.to {
                    Target::Basis => self.bases.extend(list),
                    _ => self.datasets.extend(list),
                }
                return Ok(any);
            }
            _ => {}
        }
        let Some(text) = value::mapped(column, text)? else {
            // That a row says nothing matters where all rows must agree.
            match column.to {
                Target::Channel => self.share.push((ShareValue::Channel(None, column.where_all_agree), place())),
                Target::Route => self.share.push((ShareValue::Route(None, column.where_all_agree), place())),
                Target::Outcome => self.share.push((ShareValue::Outcome(None, column.where_all_agree), place())),
                _ => {}
            }
            return Ok(false);
        };
        let lenient = column.where_all_agree;
        let said = match column.to {
            Target::Share => {
                self.reference = Some(value::in_clear(text)?);
                return Ok(true);
            }
            Target::Release => {
                self.release = Some(value::in_clear(text)?);
                return Ok(true);
            }
            Target::Frequency => {
                self.frequency = Some(value::in_clear(text)?);
                return Ok(true);
            }
            Target::Class => {
                self.classes.push(Class { scheme: scheme(), value: value::in_clear(text)? });
                return Ok(true);
            }
            Target::ReleaseFact => {
                self.release_facts.insert(name(), value::in_clear(text)?);
                return Ok(true);
            }
            Target::Released => {
                self.released = Some(value::date(column, &text)?);
                return Ok(true);
            }
            Target::People => {
                self.volume.people = Some(value::people(&text)?);
                return Ok(true);
            }
            Target::Rows => {
                self.volume.rows = Some(value::whole(&text)?);
                return Ok(true);
            }
            Target::Requests => {
                self.volume.requests = Some(value::whole(&text)?);
                return Ok(true);
            }
            Target::Supplied => {
                self.volume.supplied = Some(value::whole(&text)?);
                return Ok(true);
            }
            Target::Recipient => ShareValue::Recipient(value::in_clear(text)?),
            Target::Sector => ShareValue::Sector(value::in_clear(text)?),
            Target::RecipientId => ShareValue::Id(scheme(), value::in_clear(text)?),
            Target::Fact => ShareValue::Fact(name(), value::in_clear(text)?),
            Target::Channel => ShareValue::Channel(Some(code(&text)?), lenient),
            Target::Route => ShareValue::Route(Some(code(&text)?), lenient),
            Target::Outcome => ShareValue::Outcome(Some(code(&text)?), lenient),
            Target::Applied | Target::Decided | Target::Start | Target::End => {
                ShareValue::Date(column.to, value::date(column, &text)?)
            }
            Target::Text | Target::ReleaseText | Target::Basis | Target::Dataset => return Ok(false),
        };
        self.share.push((said, place()));
        Ok(true)
    }
}

fn code<T: FromStr<Err = UnknownCode>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|unknown: UnknownCode| format!("one of {}", unknown.expected))
}

fn list(column: &Column, text: &str) -> Result<Vec<String>, String> {
    let parts: Vec<&str> = match &column.separator {
        Some(separator) => text.split(separator.as_str()).collect(),
        None => vec![text],
    };
    let mut list = Vec::new();
    for part in parts {
        if let Some(entry) = value::mapped(column, part)? {
            list.push(value::in_clear(entry)?);
        }
    }
    Ok(list)
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
