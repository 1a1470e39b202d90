//! People in releases by year: numbers that were measured and numbers that were declared stand apart, bands are never
//! summed.

use register::PartialDate;

use super::super::database::OfYear;
use super::super::figure::bars::{Bar, Bars};
use super::super::figure::svg::Size;
use super::super::figure::{Cell, Drawing, Figure, Table};
use super::super::words;
use super::csv_address;
use super::releases::{no_date, so_far, year_cell, year_notes};
use super::sums::{Years, compare, rows};

const SUBJECT: &str = "People in releases by year";

/// The sums of some years.
#[derive(Default)]
struct Sum {
    measured: u128,
    declared: u128,
    counted: u64,
    banded: u64,
    unknown: u64,
}

impl Sum {
    fn of<'a>(years: impl Iterator<Item = &'a OfYear>) -> Self {
        years.fold(Self::default(), |sum, of| Self {
            measured: sum.measured.saturating_add(of.measured),
            declared: sum.declared.saturating_add(of.declared),
            counted: sum.counted + of.counted,
            banded: sum.banded + of.banded,
            unknown: sum.unknown + (of.releases - of.counted - of.banded),
        })
    }

    fn people(&self) -> u128 {
        self.measured.saturating_add(self.declared)
    }

    fn cells(&self) -> Vec<Cell> {
        vec![
            Cell::Number(self.measured),
            Cell::Number(self.declared),
            Cell::number(self.counted),
            Cell::number(self.banded),
            Cell::number(self.unknown),
        ]
    }
}

/// The figure.
pub fn people(years: &[OfYear], today: PartialDate) -> Figure {
    let sum = |wanted: &dyn Fn(Option<i16>) -> bool| Sum::of(years.iter().filter(|of| wanted(of.year)));
    let rows = rows(years.iter().filter_map(|of| of.year), today);
    let of_row = |row: &Years| sum(&|year| year.is_some_and(|year| row.hold(year)));
    let whole = sum(&|_| true);
    let undated = sum(&|year| year.is_none());
    let sums: Vec<(i16, u128)> = rows
        .iter()
        .filter_map(|row| match row {
            Years::Of(year) => Some((*year, of_row(row).people())),
            _ => None,
        })
        // Years before the first that says anything say nothing about people.
        .skip_while(|(_, people)| *people == 0)
        .collect();
    let silent = rows.iter().rev().find_map(|row| match row {
        // A year whose releases do not say how many people has no sum that could be compared.
        Years::Of(year) if *year < today.year_number() => {
            let sum = of_row(row);
            Some((sum.counted == 0 && sum.banded + sum.unknown > 0).then_some(*year))
        }
        _ => None,
    });
    let finding = match compare("People counted in releases", &sums, today) {
        _ if whole.counted == 0 && whole.banded == 0 => "No release says how many people it is about".to_owned(),
        Some(_) if let Some(Some(year)) = silent => {
            format!("No release of {year} says exactly how many people it is about")
        }
        Some(finding) => finding,
        None => "No release with a date says exactly how many people it is about".to_owned(),
    };
    let clamp = |people: u128| u64::try_from(people).unwrap_or(u64::MAX);
    let bars = Bars {
        categories: &["Measured", "Declared, not measured"],
        rows: rows
            .iter()
            .map(|row| {
                let sum = of_row(row);
                let values = [clamp(sum.measured), clamp(sum.declared), 0, 0];
                Bar { label: row.label(), remark: so_far(row, today), values, said: None }
            })
            .collect(),
    };
    let words = "One bar for each year, in two parts: measured and declared. The table after it has the same numbers.";
    let drawing = (whole.counted > 0 && !rows.is_empty()).then(|| {
        Drawing::of(SUBJECT, words, |size| match size {
            Size::Wide => bars.up("people"),
            Size::Narrow => bars.across("people", size),
        })
    });
    let mut table = Table { columns: COLUMNS.to_vec(), rows: Vec::new() };
    let line = |first: Cell, sum: &Sum| std::iter::once(first).chain(sum.cells()).collect::<Vec<_>>();
    table.rows.extend(rows.iter().map(|row| line(year_cell(row, today), &of_row(row))));
    if undated.counted + undated.banded + undated.unknown > 0 {
        table.rows.push(line(no_date(), &undated));
    }
    let notes = notes(&whole, &undated, &rows, today);
    Figure {
        name: "people".into(),
        subject: SUBJECT.into(),
        finding,
        drawing,
        table,
        csv: csv_address("people"),
        notes,
    }
}

const COLUMNS: [(&str, &str); 6] = [
    ("Year", "year"),
    ("People, measured", "people_measured"),
    ("People, declared", "people_declared"),
    ("Releases that give a number", "releases_with_number"),
    ("Releases with a small number only", "releases_with_band"),
    ("Releases that do not say", "releases_without_number"),
];

fn notes(whole: &Sum, undated: &Sum, rows: &[Years], today: PartialDate) -> Vec<String> {
    let mut notes = Vec::new();
    if whole.counted > 0 {
        notes.push("Somebody who is in two releases is counted twice. How many different people they are cannot be known from this.".to_owned());
    }
    if whole.measured > 0 {
        notes.push("Measured numbers are rounded to 10 before they are published.".to_owned());
    }
    if whole.declared > 0 {
        notes.push("Declared numbers are what somebody said. Nobody measured them.".to_owned());
    }
    let releases = |count: u64| words::count(count, "release", "releases");
    if whole.banded > 0 {
        notes.push(format!(
            "Only “fewer than” a small number is known for {}. They are not in the sums.",
            releases(whole.banded)
        ));
    }
    if whole.unknown > 0 {
        notes.push(format!("{} not say how many people. They are not in the sums.", does(whole.unknown)));
    }
    if undated.counted > 0 {
        notes.push(format!("{} no date, and so no place in the drawing.", has(undated.counted)));
    }
    // A m, bn or tn stands on the bars themselves.
    if whole.people() >= 1_000_000 {
        notes.push("On the bars, m is for million and bn for billion.".to_owned());
    }
    notes.extend(year_notes(rows, today));
    notes
}

fn does(count: u64) -> String {
    words::count(count, "release does", "releases do")
}

fn has(count: u64) -> String {
    words::count(count, "release with a number has", "releases with a number have")
}
