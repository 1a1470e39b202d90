//! The published schema against the types: whatever can be written conforms to it, and it describes nothing else.

use std::collections::BTreeSet;

use package::Specification;
use package::specification::{DateTo, PostcodeTo, Treatment};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::samples::{any_specification, full};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../../docs/reference/specification.schema.json")).unwrap()
}

/// The keywords of JSON Schema that the file uses; another one would be passed over.
const KEYWORDS: &[&str] = &[
    "$ref",
    "oneOf",
    "type",
    "required",
    "additionalProperties",
    "properties",
    "items",
    "const",
    "enum",
    "minimum",
    "maximum",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "pattern",
    "$schema",
    "title",
    "description",
    "$defs",
];

/// Whether a value conforms; `seen` collects the places of the schema's members that it has.
fn conforms(root: &Value, schema: &Value, value: &Value, at: &str, seen: &mut BTreeSet<String>) -> Result<(), String> {
    let members = schema.as_object().unwrap();
    if let Some(unknown) = members.keys().find(|key| !KEYWORDS.contains(&key.as_str())) {
        panic!("the test does not know the keyword {unknown}");
    }
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        return conforms(root, target, value, reference, seen);
    }
    let fail = |why: &str| Err(format!("{at}: {why}: {value}"));
    if let Some(choices) = schema["oneOf"].as_array() {
        let mut fitting = Vec::new();
        for (number, choice) in choices.iter().enumerate() {
            let mut inner = BTreeSet::new();
            if conforms(root, choice, value, &format!("{at}/oneOf/{number}"), &mut inner).is_ok() {
                fitting.push(inner);
            }
        }
        let [one] = fitting.as_slice() else { return fail(&format!("{} of the choices fit", fitting.len())) };
        seen.extend(one.iter().cloned());
        return Ok(());
    }
    if schema.get("const").is_some_and(|only| only != value)
        || schema["enum"].as_array().is_some_and(|values| !values.contains(value))
    {
        return fail("another value");
    }
    match schema["type"].as_str() {
        None => Ok(()),
        Some("object") => {
            let Some(object) = value.as_object() else { return fail("no object") };
            assert_eq!(schema["additionalProperties"], json!(false), "{at}");
            if let Some(missing) =
                schema["required"].as_array().unwrap().iter().find(|name| !object.contains_key(name.as_str().unwrap()))
            {
                return fail(&format!("{missing} is missing"));
            }
            for (name, member) in object {
                let Some(of) = schema["properties"].get(name) else { return fail(&format!("{name} is not described")) };
                let place = format!("{at}/{name}");
                seen.insert(place.clone());
                conforms(root, of, member, &place, seen)?;
            }
            Ok(())
        }
        Some("array") => {
            let Some(list) = value.as_array() else { return fail("no array") };
            let within = schema["minItems"].as_u64().is_none_or(|least| list.len() as u64 >= least)
                && schema["maxItems"].as_u64().is_none_or(|most| list.len() as u64 <= most);
            let repeated = schema["uniqueItems"] == json!(true)
                && list.iter().enumerate().any(|(place, item)| list[..place].contains(item));
            if !within || repeated {
                return fail("too many, too few or repeated");
            }
            list.iter().try_for_each(|item| conforms(root, &schema["items"], item, &format!("{at}[]"), seen))
        }
        Some("string") => {
            let Some(text) = value.as_str() else { return fail("no string") };
            let letters = text.chars().count() as u64;
            let within = schema["minLength"].as_u64().is_none_or(|least| letters >= least)
                && schema["maxLength"].as_u64().is_none_or(|most| letters <= most);
            let plain = match schema["pattern"].as_str() {
                None => true,
                Some("^[a-z0-9-]+$") => text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')),
                Some("^[A-Za-z0-9_-]+$") => {
                    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte))
                }
                Some("^[0-9]{4}-[0-9]{4}$") => text
                    .bytes()
                    .enumerate()
                    .all(|(at, byte)| if at == 4 { byte == b'-' } else { byte.is_ascii_digit() }),
                Some(other) => panic!("the test does not know the pattern {other}"),
            };
            if within && plain { Ok(()) } else { fail("not such a text") }
        }
        Some("integer") => {
            let Some(number) = value.as_i64() else { return fail("no whole number") };
            let within = schema["minimum"].as_i64().is_none_or(|least| number >= least)
                && schema["maximum"].as_i64().is_none_or(|most| number <= most);
            if within { Ok(()) } else { fail("out of bounds") }
        }
        Some(other) => panic!("the test does not know the type {other}"),
    }
}

fn held(specification: &Specification, seen: &mut BTreeSet<String>) -> Result<(), String> {
    let schema = schema();
    let value = serde_json::from_slice(&specification.to_bytes().unwrap()).unwrap();
    conforms(&schema, &schema, &value, "", seen)
}

/// Every place of a member that the schema describes.
fn described(schema: &Value, at: &str, places: &mut BTreeSet<String>) {
    for (name, of) in schema["properties"].as_object().into_iter().flatten() {
        let place = format!("{at}/{name}");
        described(of, &place, places);
        places.insert(place);
    }
    if let Some(items) = schema.get("items") {
        described(items, &format!("{at}[]"), places);
    }
    for (number, choice) in schema["oneOf"].as_array().into_iter().flatten().enumerate() {
        described(choice, &format!("{at}/oneOf/{number}"), places);
    }
    for (name, of) in schema["$defs"].as_object().into_iter().flatten() {
        described(of, &format!("#/$defs/{name}"), places);
    }
}

#[test]
fn the_schema_describes_every_member_and_no_other() {
    let mut seen = BTreeSet::new();
    held(&full(), &mut seen).unwrap();
    for people in [package::specification::People::Everyone {}, package::specification::People::Listed { up_to: 5 }] {
        held(&Specification { people, ..full() }, &mut seen).unwrap();
    }
    let mut places = BTreeSet::new();
    described(&schema(), "", &mut places);
    assert_eq!(seen, places);
}

#[test]
fn the_schema_lists_the_treatments_of_the_types() {
    let schema = schema();
    let mut listed = BTreeSet::new();
    for choice in schema["$defs"]["treatment"]["oneOf"].as_array().unwrap() {
        let code = &choice["properties"]["do"];
        listed.extend(code["const"].as_str().map(str::to_owned));
        listed.extend(code["enum"].as_array().into_iter().flatten().map(|code| code.as_str().unwrap().to_owned()));
        let to = &choice["properties"]["to"]["enum"];
        match code["const"].as_str() {
            Some("date") => assert_eq!(*to, json!(DateTo::ALL.iter().map(|to| to.code()).collect::<Vec<_>>())),
            Some("postcode") => assert_eq!(*to, json!(PostcodeTo::ALL.iter().map(|to| to.code()).collect::<Vec<_>>())),
            _ => {}
        }
    }
    assert_eq!(listed, Treatment::CODES.iter().map(|code| (*code).to_owned()).collect());
}

proptest! {
    #[test]
    fn whatever_can_be_written_conforms_to_the_schema(specification in any_specification()) {
        prop_assert_eq!(held(&specification, &mut BTreeSet::new()), Ok(()));
    }
}
