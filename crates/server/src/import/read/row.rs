//! One row: what its cells say under the mapping, and what is wrong with them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr;

use register::classification::Class;
use register::hdr_uk::entries;
use register::vocabulary::{Channel, Outcome, Route, UnknownCode, VolumeBasis};
use register::{PartialDate, Volume};

use super::ImportedText;
use super::columns::Columns;
use super::notes::{Notes, Spot};
use crate::import::mapping::{Column, Target};
use crate::import::value;
use crate::import::workbook::{Cell, FULL_CELL, Row};

/// What one row says, before it is known whether it says it well.
pub(super) struct RowValues {
    pub reference: Option<String>,
    pub bases: Vec<String>,
    pub datasets: Vec<String>,
    pub classes: Vec<Class>,
    pub frequency: Option<String>,
    pub release: Option<String>,
    pub released: Option<PartialDate>,
    pub release_facts: BTreeMap<String, String>,
    /// Facts of the release if the row is one, and else of the share.
    pub row_facts: Vec<(String, String, Spot)>,
    pub release_texts: Vec<ImportedText>,
    pub volume: Volume,
    /// What concerns the share, with its cell.
    pub share: Vec<(ShareValue, Spot)>,
}

/// What a row says about its share.
pub(super) enum ShareValue {
    Recipient(String),
    Sector(String),
    Id(String, String),
    Channel(Option<Channel>, bool),
    Route(Option<Route>, bool),
    Outcome(Option<Outcome>, bool),
    Date(Target, PartialDate),
    Fact(String, String),
    Text(ImportedText),
}

/// Reads one row; nothing for a row in which no column of the mapping has a value.
pub(super) fn read_row(row: &Row, columns: &Columns<'_>, spot: Spot, notes: &mut Notes) -> Option<RowValues> {
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
        row_facts: Vec::new(),
        release_texts: Vec::new(),
        volume: nothing,
        share: Vec::new(),
    };
    if columns.found.iter().all(|(_, at, _)| row.cell(*at).is_none()) {
        return None;
    }
    let mut of_release: Option<Spot> = None;
    for (number, (column, at, _)) in columns.found.iter().enumerate() {
        let spot = spot.cell(number);
        let text = match row.cell(*at) {
            None => "",
            Some(Cell::Text(text)) => text,
            Some(Cell::Formula(_)) => {
                let expected = "the value itself; copy it over the formula as a value";
                notes.problem(spot, expected, Some("a formula"));
                continue;
            }
            Some(Cell::Error(error)) => {
                notes.problem(spot, "a value; the cell shows an error", Some(error));
                continue;
            }
        };
        if text.len() >= FULL_CELL && text.encode_utf16().count() == FULL_CELL {
            let place = notes.place(spot);
            notes.warn(place, "the cell holds 32767 characters, as many as a cell can, and was probably cut off");
        }
        match values.take(column, text, spot) {
            Ok(true) if column.to.is_of_release() => of_release = of_release.or(Some(spot)),
            Ok(true) => {}
            Ok(false) if column.required || column.to == Target::Share => {
                notes.problem(spot, "a value; the cell is empty", None);
            }
            Ok(false) => {}
            Err(expected) => notes.problem(spot, expected, column.withhold.is_none().then_some(text)),
        }
    }
    if let (None, Some(spot)) = (&values.release, of_release) {
        notes.problem(spot, "a reference of the release in the same row, or an empty cell", None);
    }
    values.classes.sort();
    Some(values)
}

impl RowValues {
    /// Takes one cell; says whether it held a value.
    fn take(&mut self, column: &Column, text: &str, spot: Spot) -> Result<bool, String> {
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
                    Target::Text => self.share.push((ShareValue::Text(text), spot)),
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
                Target::Channel => self.share.push((ShareValue::Channel(None, column.where_all_agree), spot)),
                Target::Route => self.share.push((ShareValue::Route(None, column.where_all_agree), spot)),
                Target::Outcome => self.share.push((ShareValue::Outcome(None, column.where_all_agree), spot)),
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
            Target::RowFact => {
                self.row_facts.push((name(), value::in_clear(text)?, spot));
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
        self.share.push((said, spot));
        Ok(true)
    }
}

fn code<T: FromStr<Err = UnknownCode>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|unknown: UnknownCode| format!("one of {}", unknown.expected))
}

fn list(column: &Column, text: &str) -> Result<Vec<String>, String> {
    let parts: Vec<Cow<'_, str>> = match &column.separator {
        Some(separator) if column.quoted => entries(text, separator).into_iter().map(Cow::Owned).collect(),
        Some(separator) => text.split(separator.as_str()).map(Cow::Borrowed).collect(),
        None => vec![text.into()],
    };
    let mut list = Vec::new();
    for part in parts {
        if let Some(entry) = value::mapped(column, &part)? {
            list.push(value::in_clear(entry)?);
        }
    }
    Ok(list)
}
