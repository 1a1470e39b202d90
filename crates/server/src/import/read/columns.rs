//! Finds a table's sheet and the columns that its mapping names.

use std::collections::HashMap;

use super::notes::Notes;
use crate::import::mapping::{Column, Table};
use crate::import::problem::{Place, Problem, letters};
use crate::import::value::{folded, header_key};
use crate::import::workbook::{Cell, Sheet, Workbook};

/// Where a table's columns stand in its sheet.
pub(super) struct Columns<'m> {
    /// The mapping's columns that the sheet has, with their place and the header as the sheet has it.
    pub found: Vec<(&'m Column, u32, String)>,
}

impl<'m> Columns<'m> {
    /// Finds the sheet and its headers. Every header that is missing, doubled or merged is a problem.
    pub fn find<'w>(table: &'m Table, workbook: &'w Workbook, notes: &mut Notes) -> Option<(&'w Sheet, Self)> {
        let sheet = find_sheet(table, workbook, notes)?;
        let name = sheet.name.as_deref();
        let header_row = table.header_row;
        let before = notes.problems.count;
        let Some(row) = sheet.rows.iter().find(|row| row.number == header_row) else {
            notes.problems.add(Problem::new(Place::row(name, header_row), "a row of headers; it is empty"));
            return None;
        };
        for (rows, columns) in sheet.merged.iter().filter(|(rows, _)| rows.contains(&header_row)) {
            let area = format!(
                "{}{}:{}{}",
                letters(columns.start),
                rows.start,
                letters(columns.end.saturating_sub(1)),
                rows.end.saturating_sub(1)
            );
            let place = Place::cell(name, header_row, columns.start, "");
            notes.problems.add(
                Problem::new(place, "headers in cells of their own; unmerge these")
                    .finding(&format!("merged cells {area}")),
            );
        }
        let mut headers: HashMap<String, Vec<(u32, String)>> = HashMap::new();
        for (column, cell) in &row.cells {
            match cell {
                Cell::Text(text) => {
                    headers.entry(header_key(text)).or_default().push((*column, folded(text)));
                }
                Cell::Formula(_) => notes.problems.add(
                    Problem::new(Place::cell(name, header_row, *column, ""), "a header as plain text")
                        .finding("a formula"),
                ),
                Cell::Error(error) => notes.problems.add(
                    Problem::new(Place::cell(name, header_row, *column, ""), "a header as plain text").finding(error),
                ),
            }
        }
        let mut found = Vec::new();
        for column in &table.columns {
            let candidates: Vec<&(u32, String)> =
                column.header.all().iter().filter_map(|header| headers.get(&header_key(header))).flatten().collect();
            let shown = folded(column.header.shown());
            match candidates.as_slice() {
                [(place, header)] => found.push((column, *place, header.clone())),
                [] if column.may_be_missing => {}
                [] => {
                    let expected = format!("a header \"{shown}\"; there is none");
                    notes.problems.add(Problem::new(Place::row(name, header_row), expected));
                }
                [_, (place, header), ..] => {
                    let place = Place::cell(name, header_row, *place, header);
                    notes.problems.add(Problem::new(place, "one column of this header; there are several"));
                }
            }
        }
        if notes.problems.count > before {
            return None;
        }
        report_others(table, name, &headers, &found, notes);
        Some((sheet, Self { found }))
    }
}

fn find_sheet<'w>(table: &Table, workbook: &'w Workbook, notes: &mut Notes) -> Option<&'w Sheet> {
    let Some(wanted) = &table.sheet else { return workbook.sheets.first() };
    let key = header_key(wanted);
    let found = workbook.sheets.iter().find(|sheet| sheet.name.as_deref().is_some_and(|name| header_key(name) == key));
    if found.is_none() {
        let names: Vec<String> = workbook.names.iter().map(|name| format!("\"{name}\"")).collect();
        let has = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let expected = format!("a sheet of this name; the file has {has}");
        notes.problems.add(Problem::new(Place::sheet(Some(wanted)), expected));
    }
    found
}

/// Columns that the mapping does not know may be new in this edition; they are pointed out, in the sheet's order.
fn report_others(
    table: &Table,
    name: Option<&str>,
    headers: &HashMap<String, Vec<(u32, String)>>,
    found: &[(&Column, u32, String)],
    notes: &mut Notes,
) {
    let ignored: Vec<String> = table.ignore.iter().map(|header| header_key(header)).collect();
    let mut others: Vec<&(u32, String)> = headers
        .iter()
        .filter(|(key, _)| !ignored.contains(key))
        .flat_map(|(_, places)| places)
        .filter(|(place, _)| !found.iter().any(|(_, known, _)| known == place))
        .collect();
    others.sort();
    for (column, header) in others {
        notes.warn(
            Place::cell(name, table.header_row, *column, header),
            "the mapping does not name this column, so it was left out",
        );
    }
}
