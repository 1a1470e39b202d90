//! What the HDR UK columns hold comes back from CSV, ODS and XLSX: exported, imported into an empty register and exported
//! again, the cells are the same.

use std::io::Cursor;

use proptest::prelude::*;
use register::classification::Class;
use register::hdr_uk::{COLUMNS, rows_of};
use register::statement::{Access, DatasetUse, MAX_CLEAR, ReleaseRegistered, ShareImported};
use register::tables::Cell;
use register::vocabulary::{Channel, Ground, Outcome, Route};
use register::{Body, Draft, Organisation, PartialDate, Register, Salt, Statement};
use server::import::Mapping;
use store::spreadsheet::{Form, Sheet, write};

use super::support::{Published, date, edition, moment};

/// The rows of a register in the HDR UK columns.
pub fn exported(register: &Register) -> Vec<Vec<Cell>> {
    register.shares().iter().flat_map(|share| rows_of(register, share)).collect()
}

/// These rows as a file.
pub fn file(form: Form, rows: &[Vec<Cell>]) -> Vec<u8> {
    let sheet = Sheet { name: "Data uses", columns: COLUMNS, as_at: Some(moment()) };
    let mut out = Cursor::new(Vec::new());
    write(form, &sheet, rows.iter().cloned().map(Ok), &mut out).unwrap();
    out.into_inner()
}

/// The rows after a file of this form was imported into an empty register.
fn again(form: Form, rows: &[Vec<Cell>]) -> Vec<Vec<Cell>> {
    let mut published = Published::new();
    let read = edition(&file(form, rows), &Mapping::named("hdr-uk").unwrap(), "2026-11");
    published.import(&read.unwrap_or_else(|error| panic!("{form:?}: {error}")));
    exported(&published.register)
}

/// Holds every form against these rows.
pub fn come_back(rows: &[Vec<Cell>]) {
    for form in [Form::Csv, Form::Ods] {
        let back = again(form, rows);
        for (number, (was, is)) in rows.iter().zip(&back).enumerate() {
            assert_eq!(was, is, "row {number} of {form:?}");
        }
        assert_eq!(back.len(), rows.len(), "{form:?}");
    }
    // A text that no cell of this form holds was cut, and from then on stays as it is.
    let cut = again(Form::Xlsx, rows);
    if !rows.iter().flatten().any(too_long) {
        assert_eq!(cut, rows);
    }
    assert_eq!(again(Form::Xlsx, &cut), cut);
    assert_eq!(cut.len(), rows.len());
    for (was, is) in rows.iter().flatten().zip(cut.iter().flatten()) {
        assert!(was == is || too_long(was), "{was:?} became {is:?}");
    }
}

fn too_long(cell: &Cell) -> bool {
    matches!(cell, Cell::Text(text) if text.encode_utf16().count() > 32_767)
}

/// A text in clear, as a statement can hold it.
fn clear() -> impl Strategy<Value = String> {
    let awkward = [
        "Births, marriages and deaths",
        "\"Quoted\", and more",
        "\"",
        "a \"b\" c",
        "one; two",
        "=1+1",
        "+44",
        "-",
        "@x",
        "'=x",
        "''@",
        "'",
        "Größe ∞ 数据",
        "Not applicable",
        "  two  spaces ",
        "_x0041_",
        "_x005F_x0041_",
        "_x000D_",
        "TRUE",
        "2021-02-28",
        "12345",
        "1e5",
        "#REF!",
        "<b>&amp;</b>",
        "]]>",
        "TRE",
        "nbsp\u{a0}\u{2028}end",
        "🏫",
    ];
    prop_oneof![
        3 => prop::sample::select(awkward.to_vec()).prop_map(str::to_owned),
        2 => "[A-C]",
        1 => "\\PC{1,30}",
        1 => "[,;\"'=+@ -]{1,12}x",
    ]
    .prop_filter("a short text in clear", |text| {
        let escapes = text.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
        !text.trim().is_empty()
            && text.len() + escapes <= MAX_CLEAR
            && !text.bytes().any(|byte| byte < 32 || byte == 127)
    })
}

/// A text that is disclosed, of any kind and length.
fn disclosed() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => clear(),
        10 => "[ \t\r\n]{0,3}(\\PC{0,20}[ \t\r\n]{1,3}){0,5}",
        10 => prop::collection::vec(any::<char>(), 0..40).prop_map(|letters| letters.into_iter().collect()),
        1 => (32_760_usize..32_775, "[é🏫=]").prop_map(|(times, letter)| letter.repeat(times)),
        1 => (32_760_usize..32_775).prop_map(|times| format!("={}", "x\n".repeat(times / 2))),
    ]
}

fn day() -> impl Strategy<Value = PartialDate> {
    prop_oneof![
        2 => (1_800_i16..2_030, 1_u8..=12, 1_u8..=28).prop_map(|(y, m, d)| PartialDate::day(y, m, d).unwrap()),
        2 => Just(date("2021-02-28")),
        1 => (1_990_i16..2_030, 1_u8..=12).prop_map(|(y, m)| PartialDate::month(y, m).unwrap()),
        1 => (1_990_i16..2_030).prop_map(|y| PartialDate::year(y).unwrap()),
    ]
}

fn class() -> impl Strategy<Value = Class> {
    let values = ["Anonymous", "De-Personalised", "Personally Identifiable", "Pseudonymous, partly"];
    let scheme = prop_oneof![4 => Just("hdr-uk"), 1 => Just("npd-tier")];
    (scheme, prop::sample::select(values.to_vec()))
        .prop_map(|(scheme, value)| Class { scheme: scheme.to_owned(), value: value.to_owned() })
}

fn facts() -> impl Strategy<Value = Vec<(String, String)>> {
    let names =
        ["article-9", "common-law-duty", "opt-outs", "dea-accredited", "sub-licence", "request-category", "other"];
    prop::collection::vec((prop::sample::select(names.to_vec()).prop_map(str::to_owned), clear()), 0..5)
}

fn release() -> impl Strategy<Value = ReleaseRegistered> {
    let lists = (prop::collection::vec(clear(), 0..3), prop::collection::vec(clear(), 0..3));
    (lists, prop::collection::vec(class(), 0..3), facts(), prop::option::of(clear()), prop::option::of(day())).prop_map(
        |((bases, datasets), classes, facts, frequency, released)| ReleaseRegistered {
            bases,
            classes,
            cohorts: Vec::new(),
            datasets,
            facts: facts.into_iter().collect(),
            frequency,
            items: Vec::new(),
            manifest: None,
            release: String::new(),
            released,
            source: None,
            volume: None,
        },
    )
}

/// A share with its texts, and its releases.
type Made = (String, ShareImported, Vec<(String, String, bool)>, Vec<ReleaseRegistered>);

fn access() -> impl Strategy<Value = Access> {
    let dataset = (clear(), prop::collection::vec(class(), 0..3), prop::option::of(clear()))
        .prop_map(|(name, classes, frequency)| DatasetUse { classes, frequency, name });
    let id = (prop::sample::select(vec!["organisation-id", "ror", "company-number"]), clear());
    let recipient = (prop_oneof!["Org [A-C]", clear()], prop::option::of(clear()), prop::collection::vec(id, 0..3))
        .prop_map(|(name, sector, ids)| Organisation {
            ids: ids.into_iter().map(|(scheme, id)| (scheme.to_owned(), id)).collect(),
            sector,
            ..Organisation::named(&name)
        });
    let bases = prop::collection::vec(clear(), 0..3);
    let route = prop::option::of(prop::sample::select(Route::ALL.to_vec()));
    (bases, prop::collection::vec(dataset, 0..3), facts(), recipient, route).prop_map(
        |(bases, datasets, facts, recipient, route)| Access {
            bases,
            channel: Channel::Panel,
            datasets,
            facts: facts.into_iter().collect(),
            recipient,
            route,
        },
    )
}

fn share() -> impl Strategy<Value = Made> {
    let names = [
        "title",
        "summary",
        "public-benefit",
        "technical-summary",
        "applicants",
        "funders",
        "committees",
        "linkage",
        "data-description",
        "privacy",
        "outputs-link",
        "purpose",
    ];
    let text = (prop::sample::select(names.to_vec()).prop_map(str::to_owned), disclosed(), prop::bool::weighted(0.1));
    let outcome = prop::option::of(prop::sample::select(Outcome::ALL.to_vec()));
    let dates = (prop::option::of(day()), prop::option::of(day()), prop::option::of(day()));
    let releases = prop::collection::vec(release(), 0..4);
    (prop_oneof![Just(String::new()), clear()], access(), outcome, dates, prop::collection::vec(text, 0..6), releases)
        .prop_map(|(reference, access, outcome, (decided, end, start), texts, releases)| {
            let source = "example".to_owned();
            let body = ShareImported { access, applied: None, decided, end, outcome, source, start };
            (reference, body, texts, releases)
        })
}

/// A register of these shares. What it refuses, such as a release of a refused share, is left out.
fn register_of(shares: Vec<Made>) -> Register {
    let mut register = Published::new().register;
    let mut number = 0_u64;
    let mut salt = || {
        number += 1;
        let mut salt = [1; 32];
        salt[..8].copy_from_slice(&number.to_le_bytes());
        Salt(salt)
    };
    for (place, (reference, body, texts, releases)) in shares.into_iter().enumerate() {
        let reference = format!("{reference} #{place}");
        let statement =
            |id: String, body: Body| Draft::new(Statement::new(id, date("2026"), moment(), body).about(&reference));
        let mut draft = statement(format!("s{place}"), body.into());
        let mut said = Vec::new();
        for (name, value, withheld) in texts {
            if said.contains(&name) {
                continue;
            }
            draft = match withheld {
                true => draft.withholding(&name, &value, salt(), Ground::PersonalData, None),
                false => draft.saying(&name, &value, salt()),
            };
            said.push(name);
        }
        let mut drafts = vec![draft];
        for (number, release) in releases.into_iter().enumerate() {
            let release = ReleaseRegistered { release: format!("R{number}"), ..release };
            drafts.push(statement(format!("s{place}-{number}"), release.into()));
        }
        for draft in drafts {
            if draft.statement.to_leaf().is_ok() {
                _ = register.apply(&draft.statement, &draft.public);
            }
        }
    }
    register
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_register_comes_back_from_every_form(shares in prop::collection::vec(share(), 1..5)) {
        let rows = exported(&register_of(shares));
        if !rows.is_empty() {
            come_back(&rows);
        }
    }
}

#[test]
fn the_demonstration_comes_back_from_every_form() {
    let mut published = Published::new();
    published.register = Register::new();
    let mut number = 0_u64;
    let drafts = server::demo::drafts(&mut || {
        number += 1;
        let mut salt = [2; 32];
        salt[..8].copy_from_slice(&number.to_le_bytes());
        Salt(salt)
    });
    for draft in &drafts {
        published.register.apply(&draft.statement, &draft.public).unwrap();
    }
    let rows = exported(&published.register);
    assert!(rows.len() > 50, "{} rows", rows.len());
    come_back(&rows);
}
