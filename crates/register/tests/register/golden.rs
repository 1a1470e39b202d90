//! The stored format: one golden leaf for each kind and version, written once and never again.
//!
//! The files were made by another program (Python's `json`), not by the code that they test.

use std::collections::BTreeMap;
use std::path::Path;

use register::Statement;
use register::statement::{Kind, StatementError};
use serde_json::Value;

fn golden() -> BTreeMap<String, Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    files.map(|file| (file.file_name().into_string().unwrap(), std::fs::read(file.path()).unwrap())).collect()
}

#[test]
fn each_golden_leaf_reads_and_writes_to_the_same_bytes() {
    for (name, leaf) in golden() {
        let statement = Statement::from_leaf(&leaf).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(statement.to_leaf().unwrap(), leaf, "{name}");
    }
}

#[test]
fn there_is_a_golden_leaf_for_every_kind_and_nothing_else() {
    let files = golden();
    let mut expected = 0;
    for kind in Kind::ALL {
        let full = format!("{}.v1.json", kind.code());
        let minimal = format!("{}.v1.minimal.json", kind.code());
        assert!(files.contains_key(&full), "{full} is missing");
        for name in [&full, &minimal] {
            if let Some(leaf) = files.get(name) {
                assert_eq!(Statement::from_leaf(leaf).unwrap().kind(), *kind, "{name}");
                expected += 1;
            }
        }
    }
    assert_eq!(files.len(), expected, "the folder holds a file that is no kind's");
}

#[test]
fn a_full_golden_leaf_has_every_optional_member() {
    for (name, leaf) in golden().into_iter().filter(|(name, _)| !name.contains("minimal")) {
        let statement = Statement::from_leaf(&leaf).unwrap();
        let shown = format!("{:?}", statement.body);
        // What is removed by a merge patch is a null, which `serde_json` shows so.
        let body = shown.replace("Object {\"ico\": Null", "");
        for absent in ["None", "[]", "{}"] {
            assert!(!body.contains(absent), "{name} lacks a member: {body}");
        }
        assert!(!statement.sealed.is_empty() && !statement.evidence.is_empty(), "{name}");
        assert!(statement.withheld.iter().any(|field| field.opens.is_some()), "{name}");
    }
}

#[test]
fn an_independent_implementation_of_rfc_8785_writes_the_same_bytes() {
    for (name, leaf) in golden() {
        let mut value: Value = serde_json::from_slice(&leaf).unwrap();
        assert_eq!(serde_json_canonicalizer::to_vec(&value).unwrap(), leaf, "{name}");
        value["at"] = Value::from("2020");
        let other = serde_json_canonicalizer::to_vec(&value).unwrap();
        assert_eq!(Statement::from_leaf(&other).unwrap().to_leaf().unwrap(), other, "{name}");
    }
}

/// RFC 8785 section 3.2.2 gives the text, section 3.2.3 how it is written. The rest of that example is floating-point
/// numbers, and section 3.2.3's is names outside ASCII: neither stands in a leaf.
#[test]
fn texts_are_written_as_the_example_of_rfc_8785() {
    let text: String = serde_json::from_str(r#""\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/""#).unwrap();
    let published = "\"\u{20ac}$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"";
    assert_eq!(serde_json::to_string(&text).unwrap(), published);
    assert_eq!(serde_json_canonicalizer::to_string(&text).unwrap(), published);
}

/// Golden leaf of a correction, with this text in place of its patch.
fn patched(patch: &str) -> Result<Statement, StatementError> {
    let leaf = String::from_utf8(golden()["correction.v1.minimal.json"].clone()).unwrap();
    let changed = leaf.replace(r#""body":{"#, &format!(r#""body":{{"patch":{patch},"#));
    assert_ne!(leaf, changed);
    Statement::from_leaf(changed.as_bytes())
}

#[test]
fn numbers_that_json_readers_do_not_keep_exactly_are_refused() {
    assert!(patched(r#"{"a":9007199254740991,"b":[0,1]}"#).is_ok());
    for number in ["9007199254740992", "18446744073709551615", "1.5", "-1", "1e+21", "1e300", "-0.0"] {
        let refused = patched(&format!(r#"{{"a":{number}}}"#));
        let named = matches!(refused, Err(StatementError::Number { .. } | StatementError::NotCanonical(_)));
        assert!(named, "{number}: {refused:?}");
    }
}

#[test]
fn members_out_of_order_or_outside_ascii_are_refused() {
    assert!(patched(r#"{"a":1,"b":{"c":true,"d":null}}"#).is_ok());
    for patch in [r#"{"b":1,"a":1}"#, r#"{"a":{"d":1,"c":1}}"#, r#"{"a":1,"a":1}"#, r#"{ "a":1}"#, r#"{"a":"\u0041"}"#]
    {
        let refused = patched(patch);
        assert!(matches!(refused, Err(StatementError::NotCanonical(_))), "{patch}: {refused:?}");
    }
    for patch in [r#"{"":1}"#, r#"{"é":1}"#, r#"{"a b":1}"#] {
        assert!(matches!(patched(patch), Err(StatementError::Name(_))), "{patch}");
    }
}

#[test]
fn free_text_in_clear_is_refused() {
    let long = "x".repeat(301);
    for text in ["", "two\\nlines", "\\t", "\u{7f}", &long] {
        let refused = patched(&format!(r#"{{"a":"{text}"}}"#));
        assert!(matches!(refused, Err(StatementError::FreeText { .. })), "{text:?}: {refused:?}");
    }
}

#[test]
fn what_is_written_can_be_read_again() {
    let mut statement = Statement::from_leaf(&golden()["correction.v1.json"]).unwrap();
    let mut deep = Value::Null;
    for _ in 0..200 {
        deep = serde_json::json!({ "a": deep });
    }
    if let register::Body::Correction(correction) = &mut statement.body {
        correction.patch = deep.as_object().unwrap().clone();
    }
    assert!(matches!(statement.to_leaf(), Err(StatementError::Json(_))));
}

#[test]
fn a_newer_version_or_kind_is_named_as_such() {
    let leaf = String::from_utf8(golden()["share-amended.v1.json"].clone()).unwrap();
    let newer = leaf.replace(r#""v":1"#, r#""new":true,"v":2"#);
    assert!(matches!(Statement::from_leaf(newer.as_bytes()), Err(StatementError::Version(2))));
    let other = leaf.replace("share-amended", "share-renamed");
    assert!(
        matches!(Statement::from_leaf(other.as_bytes()), Err(StatementError::Kind(kind)) if kind == "share-renamed")
    );
    let extra = leaf.replace(r#""v":1"#, r#""extra":true,"v":1"#);
    assert!(matches!(Statement::from_leaf(extra.as_bytes()), Err(StatementError::Json(_))));
}

#[test]
fn a_leaf_is_as_large_as_a_log_entry_may_be_and_no_larger() {
    let mut statement = Statement::from_leaf(&golden()["share-amended.v1.json"]).unwrap();
    let evidence = statement.evidence[0].clone();
    let each = serde_json::to_vec(&evidence).unwrap().len() + 1;
    let free = register::statement::MAX_LEAF - statement.to_leaf().unwrap().len();
    statement.evidence.extend(vec![evidence.clone(); free / each]);
    assert!(statement.to_leaf().is_ok());
    statement.evidence.push(evidence);
    assert!(matches!(statement.to_leaf(), Err(StatementError::TooLarge(_))));
}
