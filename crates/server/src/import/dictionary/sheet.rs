//! One sheet: finds its headers, wherever they stand and as often as they stand there, and reads the rows below.

use std::collections::{BTreeMap, HashMap};

use register::dictionary::{Dictionary, Item, read_years};
use register::statement::MAX_CLEAR;
use register::{Class, classification};

use super::mapping::{DatasetFrom, Formulas, ItemColumn, ItemMapping, ItemTarget};
use super::read::SheetDictionary;
use crate::import::problem::{Place, Problem, Problems, Warning, shortened};
use crate::import::value::{folded, header_key, long_text};
use crate::import::workbook::{Cell, FULL_CELL, Row, Sheet};

/// What a sheet turned out to be.
pub(super) enum Found {
    /// A dictionary.
    Dictionary(SheetDictionary),
    /// It has no row with the headers; what was expected.
    NoHeaders(String),
    /// It has problems, which were added.
    Problems,
}

/// Reads one sheet.
pub(super) struct SheetReader<'a> {
    mapping: &'a ItemMapping,
    sheet: &'a Sheet,
    dataset: Option<&'a str>,
    problems: &'a mut Problems,
    warnings: &'a mut Vec<Warning>,
    /// Where the mapping's columns stand under the headers last seen, by column of the sheet.
    columns: BTreeMap<u32, (&'a ItemColumn, String)>,
    /// Columns with a header that was left out.
    others: Vec<u32>,
    section: Option<String>,
    items: Vec<Item>,
    rows: Vec<u32>,
    recurring_headers: Vec<u32>,
    headings: usize,
    formulas: BTreeMap<u32, (u32, String, u32)>,
}

impl<'a> SheetReader<'a> {
    pub(super) fn new(
        mapping: &'a ItemMapping,
        sheet: &'a Sheet,
        dataset: Option<&'a str>,
        problems: &'a mut Problems,
        warnings: &'a mut Vec<Warning>,
    ) -> Self {
        Self {
            mapping,
            sheet,
            dataset,
            problems,
            warnings,
            columns: BTreeMap::new(),
            others: Vec::new(),
            section: None,
            items: Vec::new(),
            rows: Vec::new(),
            recurring_headers: Vec::new(),
            headings: 0,
            formulas: BTreeMap::new(),
        }
    }

    pub(super) fn read(mut self) -> Found {
        let Some(start) = self.sheet.rows.iter().position(|row| self.missing(row).is_empty()) else {
            return Found::NoHeaders(self.expected_headers());
        };
        let before = self.problems.count;
        let title = self.sheet.rows[..start].iter().find_map(|row| match row.cells.first() {
            Some((_, Cell::Text(text))) => Some(folded(text)),
            _ => None,
        });
        self.headers(&self.sheet.rows[start]);
        for row in &self.sheet.rows[start + 1..] {
            if self.is_header(row) {
                self.recur(row);
            } else {
                self.row(row);
            }
        }
        self.report_formulas();
        self.report_repeated();
        let dataset = self.name(title);
        if self.items.is_empty() && self.problems.count == before {
            let place = self.place(self.sheet.rows[start].number);
            self.problems.add(Problem::new(place, "items below these headers; there are none"));
        }
        let (Some(dataset), true) = (dataset, self.problems.count == before) else { return Found::Problems };
        let found = SheetDictionary {
            sheet: self.sheet.name.clone(),
            dataset,
            dictionary: Dictionary { items: self.items },
            rows: self.rows,
            recurring_headers: self.recurring_headers,
            headings: self.headings,
        };
        // What a file cannot hold, such as a description of megabytes, is a problem of its row.
        if let Err(error) = found.dictionary.to_bytes() {
            let row = found.rows.get(error.line - 1).copied().unwrap_or_default();
            self.problems.add(Problem::new(Place::row(self.sheet.name.as_deref(), row), error.expected));
            return Found::Problems;
        }
        Found::Dictionary(found)
    }

    fn name(&mut self, title: Option<String>) -> Option<String> {
        let sheet = self.sheet.name.as_deref();
        let named = sheet.and_then(|sheet| self.mapping.names.get(sheet).cloned());
        let from_file = || match self.mapping.dataset {
            DatasetFrom::Command => None,
            DatasetFrom::Title => title,
            DatasetFrom::Sheet => sheet.map(folded),
        };
        let name = self.dataset.map(folded).or(named).or_else(from_file).filter(|name| !name.is_empty());
        if name.is_none() {
            let expected = "the dataset's name above the headers; give it with --dataset NAME";
            self.problems.add(Problem::new(Place::sheet(sheet), expected));
        }
        name
    }

    fn place(&self, row: u32) -> Place {
        Place::row(self.sheet.name.as_deref(), row)
    }

    fn cell_place(&self, row: u32, column: u32) -> Place {
        let header = self.columns.get(&column).map_or("", |(_, header)| header.as_str());
        Place::cell(self.sheet.name.as_deref(), row, column, header)
    }

    fn warn(&mut self, place: Place, message: impl Into<String>) {
        self.warnings.push(Warning { place, message: message.into() });
    }

    fn expected_headers(&self) -> String {
        let needed = self.mapping.columns.iter().filter(|column| !column.may_be_missing);
        let names: Vec<String> = needed.map(|column| format!("\"{}\"", column.header.shown())).collect();
        format!("a row with the headers {}", names.join(", "))
    }

    /// The columns that must be there and are not in this row.
    fn missing(&self, row: &Row) -> Vec<&'a ItemColumn> {
        let has = |column: &ItemColumn| row.cells.iter().any(|(_, cell)| is_header_of(column, cell));
        self.mapping.columns.iter().filter(|column| !column.may_be_missing && !has(column)).collect()
    }

    /// Whether the column of names holds its own header again.
    fn is_header(&self, row: &Row) -> bool {
        let alias = self.columns.iter().find(|(_, (column, _))| column.to == ItemTarget::Alias);
        alias.is_some_and(|(at, (column, _))| row.cell(*at).is_some_and(|cell| is_header_of(column, cell)))
            || self.missing(row).is_empty()
    }

    /// Takes the places of the columns from a row of headers.
    fn headers(&mut self, row: &Row) {
        let mut columns: BTreeMap<u32, (&'a ItemColumn, String)> = BTreeMap::new();
        self.others.clear();
        let mut seen: HashMap<&str, u32> = HashMap::new();
        for (at, cell) in &row.cells {
            let Cell::Text(text) = cell else {
                let place = Place::cell(self.sheet.name.as_deref(), row.number, *at, "");
                self.problems.add(Problem::new(place, "a header as plain text"));
                continue;
            };
            let Some(column) = self.mapping.columns.iter().find(|column| is_header_of(column, cell)) else {
                self.others.push(*at);
                if !self.mapping.ignore.iter().any(|ignored| header_key(ignored) == header_key(text)) {
                    let place = Place::cell(self.sheet.name.as_deref(), row.number, *at, &folded(text));
                    self.warn(place, "the mapping does not name this column, so it was left out");
                }
                continue;
            };
            if seen.insert(column.header.shown(), *at).is_some() {
                let place = Place::cell(self.sheet.name.as_deref(), row.number, *at, &folded(text));
                self.problems.add(Problem::new(place, "one column of this header; there are several"));
            }
            columns.insert(*at, (column, folded(text)));
        }
        self.columns = columns;
    }

    /// A further table of the same sheet, which may have fewer columns than the first.
    fn recur(&mut self, row: &Row) {
        let missing: Vec<String> =
            self.missing(row).iter().map(|column| format!("\"{}\"", column.header.shown())).collect();
        if missing.is_empty() {
            self.warn(self.place(row.number), "the headers stand here again; the row was left out");
            self.headers(row);
        } else {
            let expected = format!("all headers where they stand again; {} is missing", missing.join(", "));
            self.problems.add(Problem::new(self.place(row.number), expected));
        }
        self.section = None;
        self.recurring_headers.push(row.number);
    }

    fn row(&mut self, row: &Row) {
        let alias = self.columns.iter().find(|(_, (column, _))| column.to == ItemTarget::Alias).map(|(at, _)| *at);
        if let [(at, Cell::Text(text))] = row.cells.as_slice()
            && Some(*at) == alias
        {
            return self.heading(row.number, &folded(text));
        }
        let mut item = Item { section: self.section.clone(), ..Item::default() };
        let mut any = false;
        for (at, cell) in &row.cells {
            let Some((column, _)) = self.columns.get(at) else {
                if !self.others.contains(at) {
                    let place = Place::cell(self.sheet.name.as_deref(), row.number, *at, "");
                    self.warn(place, "the column has no header, so the cell was left out");
                }
                continue;
            };
            let column = *column;
            if let Some(text) = self.text(row.number, *at, cell) {
                any = true;
                if let Err(expected) = self.take(&mut item, column, &text, row.number, *at) {
                    self.problems.add(Problem::new(self.cell_place(row.number, *at), expected).finding(&text));
                }
            }
        }
        if !any {
            return;
        }
        if item.alias.is_empty() {
            let place = alias.map_or_else(|| self.place(row.number), |at| self.cell_place(row.number, at));
            // A cell that is wrong was a problem already; an empty one is one now.
            if alias.is_none_or(|at| row.cell(at).is_none()) {
                self.problems.add(Problem::new(place, "the item's name; the cell is empty"));
            }
            return;
        }
        if item.description.is_none() && item.field.is_none() && item.years.is_none() {
            let message = "the row says nothing of the item but its name and classes; it is kept as an item";
            self.warn(self.place(row.number), message);
        }
        item.classes.sort();
        self.items.push(item);
        self.rows.push(row.number);
    }

    /// A row with one text only names the part of the dataset that follows.
    fn heading(&mut self, row: u32, text: &str) {
        self.headings += 1;
        self.section = short(text).ok();
        if self.section.is_none() {
            let message = format!("the heading has more than {MAX_CLEAR} bytes, so it was left out");
            self.warn(self.place(row), message);
        }
    }

    /// The text of a cell that counts.
    fn text(&mut self, row: u32, at: u32, cell: &Cell) -> Option<String> {
        match cell {
            Cell::Text(text) => {
                if text.len() >= FULL_CELL && text.encode_utf16().count() == FULL_CELL {
                    let message = "the cell holds 32767 characters, as many as a cell can, and was probably cut off";
                    self.warn(self.cell_place(row, at), message);
                }
                Some(long_text(text)).filter(|text| !text.is_empty())
            }
            Cell::Formula(Some(shown)) if self.mapping.formulas == Formulas::TakeShown => {
                let header = self.columns.get(&at).map_or(String::new(), |(_, header)| header.clone());
                self.formulas.entry(at).or_insert((row, header, 0)).2 += 1;
                Some(long_text(shown)).filter(|text| !text.is_empty())
            }
            Cell::Formula(_) => {
                let expected = "the value itself; copy it over the formula as a value";
                self.problems.add(Problem::new(self.cell_place(row, at), expected).finding("a formula"));
                None
            }
            Cell::Error(error) => {
                let expected = "a value; the cell shows an error";
                self.problems.add(Problem::new(self.cell_place(row, at), expected).finding(error));
                None
            }
        }
    }

    fn take(&mut self, item: &mut Item, column: &ItemColumn, text: &str, row: u32, at: u32) -> Result<(), String> {
        let line = folded(text);
        if line.is_empty() || column.empty.iter().any(|word| header_key(word) == header_key(&line)) {
            return Ok(());
        }
        match column.to {
            ItemTarget::Alias => item.alias = short(&line)?,
            ItemTarget::Field => item.field = Some(short(&line)?),
            ItemTarget::FormerName => item.former_names.push(short(&line)?),
            ItemTarget::Description => item.description = Some(plain(text)?),
            ItemTarget::Values => item.values = Some(plain(text)?),
            ItemTarget::Years => {
                match read_years(text) {
                    Some(years) => (item.first_year, item.last_year) = (Some(years.first), years.last),
                    None => {
                        let message =
                            format!("the years \"{}\" could not be read; they are kept as given", shortened(text));
                        self.warn(self.cell_place(row, at), message);
                    }
                }
                item.years = Some(plain(text)?);
            }
            ItemTarget::Class => {
                let scheme = column.scheme.clone().unwrap_or_default();
                let class = Class { scheme, value: short(&line)? };
                if let (Some(scheme), None) = (class.scheme(), class.meaning()) {
                    let message = format!("{}; it is kept as given", unknown(scheme, &line));
                    self.warn(self.cell_place(row, at), message);
                }
                item.classes.push(class);
            }
            ItemTarget::Fact => _ = item.facts.insert(column.name.clone().unwrap_or_default(), short(&line)?),
        }
        Ok(())
    }

    fn report_formulas(&mut self) {
        for (at, (row, header, count)) in std::mem::take(&mut self.formulas) {
            let cells =
                if count == 1 { "1 cell is a formula".to_owned() } else { format!("{count} cells are formulas") };
            let place = Place::cell(self.sheet.name.as_deref(), row, at, &header);
            self.warn(place, format!("from here on {cells}; what the file shows in them was taken"));
        }
    }

    fn report_repeated(&mut self) {
        let mut rows: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (item, row) in self.items.iter().zip(&self.rows) {
            rows.entry(&item.alias).or_default().push(*row);
        }
        let mut repeated: Vec<(u32, String)> = rows
            .into_iter()
            .filter(|(_, rows)| rows.len() > 1)
            .map(|(alias, rows)| {
                let (count, first) = (rows.len(), rows[0]);
                let listed: Vec<String> = rows.iter().map(ToString::to_string).collect();
                let alias = shortened(alias);
                (first, format!("the name \"{alias}\" stands in {count} rows, {}; all are kept", listed.join(", ")))
            })
            .collect();
        repeated.sort();
        for (row, message) in repeated {
            self.warn(self.place(row), message);
        }
    }
}

fn is_header_of(column: &ItemColumn, cell: &Cell) -> bool {
    let Cell::Text(text) = cell else { return false };
    let key = header_key(text);
    column.header.all().iter().any(|header| header_key(header) == key)
}

/// A text for one line of a table.
fn short(text: &str) -> Result<String, String> {
    if text.len() > MAX_CLEAR {
        return Err(format!("a short text of at most {MAX_CLEAR} bytes"));
    }
    if text.chars().any(char::is_control) {
        return Err("a text without control characters".to_owned());
    }
    Ok(text.to_owned())
}

/// A text of any length on any number of lines.
fn plain(text: &str) -> Result<String, String> {
    if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\t')) {
        return Err("a text without control characters".to_owned());
    }
    Ok(text.to_owned())
}

fn unknown(scheme: &classification::Scheme, value: &str) -> String {
    let known: Vec<&str> = scheme.values.iter().map(|(value, _)| *value).collect();
    format!("\"{}\" is no value of {}, which knows {}", shortened(value), scheme.label, known.join(", "))
}
