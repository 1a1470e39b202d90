//! The file form of item dictionaries: one golden file, any dictionary there and back, and what is refused.

use proptest::collection::{btree_map, vec};
use proptest::option::of;
use proptest::prelude::*;
use register::dictionary::{Dictionary, Item, Mismatch, check_file, path, published};
use register::statement::Body;
use register::tables::{Cell, Table, dictionary_rows, item_rows};
use register::{Class, Digest, Draft, Register};

use crate::samples;

/// Made by another program (Python's `json`), not by the code that it tests. It is never written again.
const GOLDEN: &[u8] = include_bytes!("../golden-files/dictionary.v1.jsonl");

#[test]
fn the_golden_file_reads_and_writes_to_the_same_bytes() {
    let dictionary = Dictionary::parse(GOLDEN).unwrap();
    assert_eq!(dictionary.to_bytes().unwrap(), GOLDEN);
    let [full, minimal, again] = dictionary.items.as_slice() else { panic!("{dictionary:?}") };
    let shown = format!("{full:?}");
    assert!(!shown.contains("None") && !shown.contains("[]") && !shown.contains("{}"), "a member is missing: {shown}");
    assert_eq!(*minimal, Item { alias: "N/A".into(), ..Item::default() });
    assert_eq!((again.first_year, again.last_year), (Some(2013), None));
    assert_eq!(dictionary.schemes(), ["dfe-identification-risk", "dfe-sensitivity", "npd-tier"]);
    assert_eq!(dictionary.repeated(), [("KS4_UPN", vec![0, 2])]);
}

fn short() -> impl Strategy<Value = String> {
    "[ -~é学\u{1F600}]{1,40}"
}

fn long() -> impl Strategy<Value = String> {
    "[a-zé\"\\\\][ -~é学\n\t]{0,80}"
}

prop_compose! {
    fn item()(
        alias in short(),
        classes in btree_map("[a-z][a-z0-9-]{0,8}", short(), 0..4),
        (description, values, years) in (of(long()), of(long()), of(long())),
        facts in btree_map("[a-z][a-z0-9-]{0,8}", short(), 0..3),
        (field, section) in (of(short()), of(short())),
        former_names in vec(short(), 0..3),
        (first, length) in (of(1000_u16..5000), of(0_u16..4999)),
    ) -> Item {
        let classes = classes.into_iter().map(|(scheme, value)| Class { scheme, value }).collect();
        let last_year = first.zip(length).map(|(first, length)| first + length);
        Item { alias, classes, description, facts, field, first_year: first, former_names, last_year, section, values, years }
    }
}

proptest! {
    #[test]
    fn any_dictionary_comes_back_from_its_file_as_it_was(items in vec(item(), 1..12)) {
        let dictionary = Dictionary { items };
        let bytes = dictionary.to_bytes().unwrap();
        prop_assert_eq!(Dictionary::parse(&bytes).unwrap(), dictionary.clone());
        for line in bytes.strip_suffix(b"\n").unwrap().split(|byte| *byte == b'\n') {
            let value: serde_json::Value = serde_json::from_slice(line).unwrap();
            prop_assert_eq!(serde_json_canonicalizer::to_vec(&value).unwrap(), line, "another hand's RFC 8785");
        }
        let rows = item_rows(7, "D", &dictionary);
        prop_assert_eq!(rows.len(), dictionary.items.len());
        for (table, cells) in rows {
            prop_assert_eq!(cells.len(), table.columns().len());
        }
    }

    #[test]
    fn a_changed_byte_is_refused_or_says_something_else(at in 0..GOLDEN.len(), flip in 1_u8..=255) {
        let mut changed = GOLDEN.to_vec();
        changed[at] ^= flip;
        if let Ok(read) = Dictionary::parse(&changed) {
            prop_assert_eq!(read.to_bytes().unwrap(), changed);
        }
    }
}

#[test]
fn a_file_in_any_other_form_is_refused_by_its_line() {
    let good = String::from_utf8(GOLDEN.to_vec()).unwrap();
    for (bad, line, said) in [
        (String::new(), 1, "an item; a dictionary has at least one"),
        (good.trim_end().to_owned(), 3, "a line feed at the end"),
        (good.replace("\"alias\":\"N/A\"", "\"alias\": \"N/A\""), 2, "canonical JSON"),
        (good.replace("\"alias\":\"N/A\"", "\"alias\":\"N\\/A\""), 2, "canonical JSON"),
        (good.replace("\"alias\":\"N/A\"", "\"alias\":\"N/A\",\"classes\":[]"), 2, "canonical JSON"),
        (good.replace("\"alias\":\"N/A\"", "\"alias\":\"\""), 2, "in \"alias\" 1 to 300 bytes on one line"),
        (good.replace("\"alias\":\"N/A\"", "\"alias\":\"N\\nA\""), 2, "in \"alias\" 1 to 300 bytes on one line"),
        (good.replace("\"alias\":\"N/A\"", "\"name\":\"N/A\""), 2, "one item as a JSON object (unknown field `name`"),
        (good.replace("{\"alias\":\"N/A\"}", "[]"), 2, "one item as a JSON object"),
        (good.replace("{\"alias\":\"N/A\"}\n", "\n"), 2, "one item as a JSON object"),
        (good.replace("npd-tier", "dfe-sensitivity"), 1, "at most one class of each scheme, sorted by scheme"),
        (good.replace("npd-tier", "NPD tier"), 1, "in \"classes\" codes as schemes"),
        (good.replace("request-item", "Request"), 1, "in \"facts\" codes as names"),
        (good.replace("\"last_year\":2012", "\"last_year\":2000"), 1, "the first not after the last"),
        (good.replace("\"first_year\":2013,", "\"last_year\":2013,"), 3, "a first year where there is a last one"),
        (good.replace("\"years\":\"2013/14 -\"", "\"years\":\" \""), 3, "in \"years\" a text"),
        (good.replace("2013/14 -", &"x".repeat(262_144)), 3, "at most 262144 bytes"),
    ] {
        let error = Dictionary::parse(bad.as_bytes()).unwrap_err();
        assert_eq!(error.line, line, "{error}: {bad}");
        assert!(
            error.to_string().starts_with(&format!("line {line}: expected ")) && error.expected.contains(said),
            "{said}: {error}"
        );
    }
    let error = Dictionary::parse(b"{\"alias\":\"\xff\"}\n").unwrap_err();
    assert_eq!(error.line, 1);
}

fn dictionary(items: usize) -> Dictionary {
    let item = |number| Item { alias: format!("A{number}"), ..Item::default() };
    Dictionary { items: (0..items).map(item).collect() }
}

fn publish(register: &mut Register, dataset: &str, items: usize) -> Draft {
    let logged = register.last_logged().unwrap();
    let mut draft = Draft::of_dictionary(dataset, "E", &dictionary(items), logged.date(), logged).unwrap();
    draft.statement.id = format!("d-{}", register.size());
    register.apply(&draft.statement, &[]).unwrap();
    draft
}

#[test]
fn a_later_dictionary_of_the_same_dataset_is_the_current_one_and_both_stay() {
    let mut register = Register::new();
    let opened = samples::opened();
    register.apply(&opened.statement, &opened.public).unwrap();
    publish(&mut register, "School Census", 2);
    publish(&mut register, "Absence", 3);
    publish(&mut register, "School census ", 4);
    let current: Vec<(u64, bool)> = published(&register).iter().map(|one| (one.index, one.current)).collect();
    assert_eq!(current, [(1, false), (2, true), (3, true)]);
    let rows = dictionary_rows(&register);
    assert!(rows.iter().all(|(table, cells)| *table == Table::Dictionary && cells.len() == table.columns().len()));
    let slugs: Vec<&Cell> = rows.iter().map(|(_, cells)| &cells[2]).collect();
    assert_eq!(
        slugs,
        ["school-census", "absence", "school-census"].map(|slug| Cell::Text(slug.into())).iter().collect::<Vec<_>>()
    );
}

#[test]
fn a_file_is_held_against_its_statement() {
    let mut register = Register::new();
    let opened = samples::opened();
    register.apply(&opened.statement, &opened.public).unwrap();
    let draft = publish(&mut register, "School Census", 2);
    let Body::ItemDictionaryPublished(says) = &draft.statement.body else { panic!() };
    let file = &draft.files[0];
    assert_eq!(file.path, path(says.digest));
    assert_eq!(check_file(says, &file.bytes).unwrap(), dictionary(2));
    assert_eq!(check_file(says, b"{\"alias\":\"A0\"}\n"), Err(Mismatch::Digest));
    let mut other = says.clone();
    other.items = 3;
    assert_eq!(check_file(&other, &file.bytes), Err(Mismatch::Items { found: 2, expected: 3 }));
    other.items = 2;
    other.schemes = vec!["npd-tier".into()];
    assert!(matches!(check_file(&other, &file.bytes), Err(Mismatch::Schemes { .. })));
    other.digest = Digest::of(b"[]\n");
    assert!(matches!(check_file(&other, b"[]\n"), Err(Mismatch::Form(error)) if error.line == 1));
}
