//! The published spreadsheets, which the verifier does not compute again: their cells are those of the CSV file, which it
//! does, and the tables of `register.sqlite` give the same rows as the log.

#![allow(clippy::unwrap_used)] // a helper of a test may fail it

#[path = "../../../tests/support/sample.rs"]
mod sample;

use std::fs;
use std::path::Path;

use calamine::{Data, Reader, open_workbook_auto};
use register::download::unguarded;
use register::hdr_uk::{COLUMNS, SPREADSHEETS, rows, rows_of};
use register::tables::{Cell, Table};
use rusqlite::Connection;
use rusqlite::types::ValueRef;
use store::{DataFolder, Publisher};

fn published() -> (tempfile::TempDir, Publisher, std::path::PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let folder = DataFolder::at(place.path().join("data"));
    folder.create(Some("register.example")).unwrap();
    let mut publisher = Publisher::open(folder.clone()).unwrap();
    let drafts = sample::batch(40);
    publisher.publish(&drafts).unwrap();
    publisher.publish(&[sample::correction(41, 0), sample::redaction(4, &drafts[4])]).unwrap();
    (place, publisher, folder.public())
}

fn cells_of(public: &Path, path: &str) -> Vec<Vec<String>> {
    let mut book = open_workbook_auto(public.join(path)).unwrap();
    let range = book.worksheet_range_at(0).unwrap().unwrap();
    let said = |cell: &Data| match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) => text.clone(),
        Data::DateTime(day) => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        other => panic!("{other:?}"),
    };
    range.rows().map(|row| row.iter().map(said).collect()).collect()
}

#[test]
fn the_cells_of_both_spreadsheets_are_those_of_the_csv_file() {
    let (_place, _publisher, public) = published();
    let bytes = fs::read(public.join("downloads/hdr-uk.csv")).unwrap();
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
    let expected: Vec<Vec<String>> = reader
        .records()
        .map(|record| record.unwrap().iter().map(|cell| unguarded(cell).to_owned()).collect())
        .collect();
    assert_eq!((expected.len(), expected[0].len()), (41, 31));
    for path in SPREADSHEETS {
        assert_eq!(cells_of(&public, path), expected, "{path}");
    }
}

#[test]
fn nothing_withheld_or_erased_is_in_them() {
    let (_place, publisher, _public) = published();
    let all: Vec<Vec<Cell>> =
        publisher.register().shares().iter().flat_map(|share| rows_of(publisher.register(), share)).collect();
    let column = |name: &str| COLUMNS.iter().position(|column| column.name == name).unwrap();
    let (applicants, title) = (column("Applicant name(s)"), column("Project title"));
    // Every fifth share withholds its applicants, and the fourth statement's texts were erased.
    assert!(all.iter().all(|row| row[applicants] == Cell::Null));
    let untitled: Vec<usize> = (0..all.len()).filter(|at| all[*at][title] == Cell::Null).collect();
    assert_eq!(untitled, [3]);
    let said = format!("{all:?}");
    assert!(!said.contains(sample::WITHHELD) && !said.contains(sample::ERASED));
}

#[test]
fn the_register_database_gives_the_same_rows() {
    let (_place, publisher, public) = published();
    let connection = Connection::open(public.join("register.sqlite")).unwrap();
    let table = |table: Table, of: &str, id: u64| -> Vec<Vec<Cell>> {
        let query = format!("SELECT * FROM \"{}\" WHERE {of} = {id}", table.name());
        let mut query = connection.prepare(&query).unwrap();
        let columns = query.column_count();
        let held = query.query_map([], |row| {
            (0..columns)
                .map(|at| {
                    Ok(match row.get_ref(at)? {
                        ValueRef::Integer(number) => Cell::Integer(number),
                        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
                        _ => Cell::Null,
                    })
                })
                .collect()
        });
        held.unwrap().map(Result::unwrap).collect()
    };
    let register = publisher.register();
    for share in register.shares() {
        let recipient = register.recipients()[share.recipient].id;
        let id = share.id();
        let from_tables = rows(
            &table(Table::Recipient, "id", recipient)[0],
            &table(Table::Share, "id", id)[0],
            &table(Table::Release, "share_id", id),
            &table(Table::Text, "share_id", id),
        );
        assert!(from_tables.eq(rows_of(register, share)));
    }
}
