//! Releases by year.

use register::PartialDate;

use super::super::database::OfYear;
use super::super::figure::bars::{Bar, Bars};
use super::super::figure::svg::Size;
use super::super::figure::{Cell, Drawing, Figure, Table};
use super::super::words;
use super::csv_address;
use super::sums::{Years, compare, rows};

const SUBJECT: &str = "Releases by year";

/// The figure.
pub fn releases(years: &[OfYear], today: PartialDate) -> Figure {
    let dated: Vec<&OfYear> = years.iter().filter(|of| of.year.is_some()).collect();
    let undated: u64 = years.iter().filter(|of| of.year.is_none()).map(|of| of.releases).sum();
    let rows = rows(dated.iter().filter_map(|of| of.year), today);
    let count = |row: &Years| -> u64 {
        dated.iter().filter(|of| of.year.is_some_and(|year| row.hold(year))).map(|of| of.releases).sum()
    };
    let sums: Vec<(i16, u128)> = rows
        .iter()
        .filter_map(|row| match row {
            Years::Of(year) => Some((*year, u128::from(count(row)))),
            _ => None,
        })
        .collect();
    let finding = compare("Releases", &sums, today).unwrap_or_else(|| match (dated.is_empty(), undated) {
        (true, 0) => "No data has been released yet".to_owned(),
        (true, _) => "No release in the register has a date".to_owned(),
        (false, _) => "Every release that has a date is dated in the future".to_owned(),
    });
    let bars = Bars {
        categories: &["Releases"],
        rows: rows
            .iter()
            .map(|row| Bar {
                label: row.label(),
                remark: so_far(row, today),
                values: [count(row), 0, 0, 0],
                said: None,
            })
            .collect(),
    };
    let drawing = (!rows.is_empty()).then(|| {
        Drawing::of(SUBJECT, "One bar for each year. The table after it has the same numbers.", |size| match size {
            Size::Wide => bars.up("releases"),
            Size::Narrow => bars.across("releases", size),
        })
    });
    let mut notes = Vec::new();
    if undated > 0 {
        notes.push(format!(
            "{} without a date, and {} not in the drawing.",
            words::count(undated, "release is", "releases are"),
            if undated == 1 { "is" } else { "are" }
        ));
    }
    notes.extend(year_notes(&rows, today));
    notes.push("A release that its publisher no longer lists still counts.".to_owned());
    let mut table = Table { columns: vec![("Year", "year"), ("Releases", "releases")], rows: Vec::new() };
    table.rows.extend(rows.iter().map(|row| vec![year_cell(row, today), Cell::number(count(row))]));
    if undated > 0 {
        table.rows.push(vec![no_date(), Cell::number(undated)]);
    }
    Figure {
        name: "releases".into(),
        subject: SUBJECT.into(),
        finding,
        drawing,
        table,
        csv: csv_address("releases"),
        notes,
    }
}

/// A remark on the year that is not over.
pub fn so_far(row: &Years, today: PartialDate) -> Option<&'static str> {
    (*row == Years::Of(today.year_number())).then_some("so far")
}

/// The first cell of a year's row.
pub fn year_cell(row: &Years, today: PartialDate) -> Cell {
    let plain = row.label();
    let shown = match so_far(row, today) {
        Some(remark) => format!("{plain}, {remark}"),
        None => plain.clone(),
    };
    Cell::Said { shown, plain }
}

/// The first cell of the row of what has no date.
pub fn no_date() -> Cell {
    Cell::Said { shown: "No date".to_owned(), plain: String::new() }
}

/// What a reader must know of the years.
pub fn year_notes(rows: &[Years], today: PartialDate) -> Vec<String> {
    let mut notes = Vec::new();
    if rows.contains(&Years::Of(today.year_number())) {
        notes.push(format!("{} is not over. It is compared with no other year.", today.year_number()));
    }
    if rows.iter().any(|row| matches!(row, Years::After(_))) {
        notes
            .push("Some releases are dated in years that have not begun. They are shown as they are given.".to_owned());
    }
    notes
}
