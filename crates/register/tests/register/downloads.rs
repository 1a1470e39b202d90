//! The CSV downloads, read back by another hand.

use register::download::{Download, safe_cell, unguarded};
use register::hdr_uk::{COLUMNS, rows_of};
use register::tables::{Cell, Table};
use register::vocabulary::Outcome;

use crate::given::{Story, Texts, about, given};
use crate::samples::*;

const TITLES: &[&str] = &[
    "=1+1",
    "+44",
    "-5",
    "@cmd",
    "\ttab",
    "\rreturn",
    "plain",
    "with, comma",
    "with \"quotes\"",
    "two\r\nlines",
    "\n",
    "",
    "Größe",
    "a;b",
    "'apostrophe",
];

fn titled() -> Story {
    let mut drafts = vec![opened()];
    drafts.extend(TITLES.iter().enumerate().map(|(number, title)| {
        applied(&format!("S{number}")).says("title", title).says("summary", &format!("{number}"))
    }));
    given(drafts)
}

fn read(story: &Story, download: Download) -> Vec<csv::StringRecord> {
    let mut bytes = Vec::new();
    download.write(&story.register, &mut bytes).unwrap();
    assert!(bytes.ends_with(b"\r\n"));
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes.as_slice());
    reader.records().map(|record| record.unwrap()).collect()
}

#[test]
fn every_title_is_read_back_as_it_was_made_safe() {
    let records = read(&titled(), Download::Shares);
    let column = records[0].iter().position(|name| name == "title").unwrap();
    let read: Vec<_> = records[1..].iter().map(|record| &record[column]).collect();
    let safe: Vec<_> = TITLES.iter().map(|title| safe_cell(title).into_owned()).collect();
    assert_eq!(read, safe);
}

#[test]
fn no_cell_begins_as_a_formula_does() {
    for download in [Download::Shares, Download::Releases] {
        for cell in read(&titled(), download).iter().flat_map(|record| record.iter()) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
        }
    }
    for title in &TITLES[..6] {
        assert_eq!(safe_cell(title), format!("'{title}"));
    }
}

#[test]
fn what_was_made_safe_can_be_told_from_what_began_with_an_apostrophe() {
    for title in TITLES.iter().chain(&["'=1", "''+", "'", "''", "it's"]) {
        assert_eq!(unguarded(&safe_cell(title)), *title);
    }
    assert_eq!(unguarded("=1"), "=1");
}

#[test]
fn the_hdr_uk_columns_list_what_was_approved_and_say_so_once_a_release() {
    let refused = reasoned("S2", Outcome::Refused);
    let story = given(released_once()).and(released("S1", "R2")).and(applied("S2")).and(refused).and(applied("S3"));
    let mut bytes = Vec::new();
    Download::HdrUk.write(&story.register, &mut bytes).unwrap();
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    assert!(reader.headers().unwrap().iter().eq(COLUMNS.iter().map(|column| column.name)));
    let at = |name: &str| COLUMNS.iter().position(|column| column.name == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let said: Vec<[&str; 3]> = rows
        .iter()
        .map(|row| ["Project ID", "Release/Access date", "Access type"].map(|name| &row[at(name)]))
        .collect();
    assert_eq!(said, [["S1", "2024-02", "Release"]; 2]);
}

#[test]
fn a_release_says_for_itself_what_is_known_of_it_and_else_what_the_share_says() {
    let of = |change: fn(&mut register::statement::ReleaseRegistered)| {
        let mut release = release("R2");
        change(&mut release);
        let story = given(released_once()).and(about("S1", release));
        let at = COLUMNS.iter().position(|column| column.name.starts_with("Legal basis")).unwrap();
        let share = story.register.share("S1").unwrap();
        rows_of(&story.register, share).map(|row| row[at].clone()).collect::<Vec<Cell>>()
    };
    let text = |text: &str| Cell::Text(text.to_owned());
    let common = text("Education Act 1996 s.537A");
    assert_eq!(of(|_| {}), [common.clone(), common]);
    let own = of(|release| release.bases = vec!["Z; and more".into(), "Not applicable".into(), "A".into()]);
    assert_eq!(own, [Cell::Null, text("A; \"Z; and more\"")]);
}

#[test]
fn a_line_of_the_shares_has_everything_that_belongs_to_one() {
    let story = given(released_once()).and(released("S1", "R2"));
    let mut bytes = Vec::new();
    Download::ShareLines.write(&story.register, &mut bytes).unwrap();
    let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
    assert_eq!(lines.len(), story.register.shares().len());
    let line: serde_json::Value = serde_json::from_slice(lines[0]).unwrap();
    assert_eq!(line["share"]["reference"], "S1");
    assert_eq!(line["share"]["facts"]["opt-outs"], "N", "JSON columns are JSON");
    assert_eq!(line["recipient"]["name"], "Acme");
    let references = line["releases"].as_array().unwrap().iter().map(|release| &release["reference"]);
    assert!(references.eq(["R1", "R2"].iter()));
    assert!(line["share"].get("recipient_id").is_none() && line["releases"][0].get("share_id").is_none());
    assert!(line["texts"].is_array() && line["copies"].as_array().unwrap().is_empty());
}

#[test]
fn the_first_line_names_the_columns() {
    for (download, table) in [(Download::Shares, Table::Share), (Download::Releases, Table::Release)] {
        let header = read(&titled(), download).swap_remove(0);
        let names = ["share", "recipient", "recipient_sector"].into_iter();
        assert!(header.iter().eq(names.chain(table.columns().iter().map(|column| column.name))));
    }
}

#[test]
fn a_line_of_the_statements_is_json_and_there_is_one_for_each() {
    let story = titled();
    let mut bytes = Vec::new();
    Download::Statements.write(&story.register, &mut bytes).unwrap();
    let lines: Vec<serde_json::Value> = bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert_eq!(lines.len() as u64, story.register.size());
    assert!((0..).zip(&lines).all(|(index, line)| line["index"] == index));
    assert!(lines[1]["texts"].as_array().unwrap().iter().any(|text| text["value"] == "=1+1"));
}

#[test]
fn releases_have_a_line_each_with_their_bands() {
    let mut small = release("R,2");
    small.volume = small.volume.map(|volume| register::Volume { people: Some(register::Count::Under(10)), ..volume });
    let story = given(released_once()).and(about("S1", small));
    let records = read(&story, Download::Releases);
    let column = |name: &str| records[0].iter().position(|known| known == name).unwrap();
    let cells = |name: &str| records[1..].iter().map(|record| record[column(name)].to_owned()).collect::<Vec<_>>();
    assert_eq!(cells("reference"), ["R1", "R,2"]);
    assert_eq!(
        (cells("people"), cells("people_under")),
        (vec!["1000".into(), String::new()], vec![String::new(), "10".into()])
    );
}
