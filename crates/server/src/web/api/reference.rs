//! `/api`: the reference, rendered from the OpenAPI document and from nothing else; its examples are answers of this very
//! register, asked for while the page is made.

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::Value;
use tower::ServiceExt;

use super::{DOCUMENT, router};
use crate::web::page::{Frame, Section, html};
use crate::web::problem::{KINDS, Problem};
use crate::web::{Site, View, words};

/// Letters of a text in an example; longer ones are cut.
const LETTERS: usize = 160;

/// Items of a list in an example; others are left out.
const ITEMS: usize = 2;

/// The largest answer that is read for an example.
const LARGEST: usize = 4 << 20;

#[derive(askama::Template)]
#[template(path = "api.html")]
struct Reference {
    frame: Frame,
    paragraphs: Vec<Vec<(String, bool)>>,
    groups: Vec<Group>,
    problems: Vec<(&'static str, u16, &'static str, &'static str)>,
    schemas: Vec<Shape>,
}

/// The operations of one tag.
struct Group {
    name: String,
    about: String,
    operations: Vec<Operation>,
}

/// One address.
struct Operation {
    id: String,
    path: String,
    summary: String,
    paragraphs: Vec<Vec<(String, bool)>>,
    parameters: Vec<Field>,
    /// Status and meaning of each answer, with the name of its schema where it has one.
    responses: Vec<(String, String, Option<String>)>,
    example: Option<(String, String)>,
}

/// A parameter or a member.
struct Field {
    name: String,
    means: String,
    takes: String,
    required: bool,
}

/// One schema of answers.
struct Shape {
    name: String,
    about: String,
    fields: Vec<Field>,
}

/// `/api`
pub async fn page(view: View, State(site): State<Site>) -> Result<Response, Problem> {
    let (examples, info) = view.read(|reader| reader.examples()).await?;
    let api: Router = router().with_state(site);
    let mut groups = Vec::new();
    for tag in array(&DOCUMENT["tags"]) {
        let mut operations = Vec::new();
        for (path, item) in members(&DOCUMENT["paths"]) {
            let get = &item["get"];
            if get["tags"][0] == tag["name"] {
                let address = example_address(path, &examples);
                let example = match address {
                    Some(address) => answer_to(&api, &address).await.map(|answer| (address, answer)),
                    None => None,
                };
                operations.push(operation(path, get, example));
            }
        }
        groups.push(Group { name: text(&tag["name"]), about: text(&tag["description"]), operations });
    }
    let about = "Every address of the register for programs, with its parameters, answers and errors.";
    Ok(html(&Reference {
        frame: Frame::new(&view, Some(info), Section::Data).described("The register for programs", about),
        paragraphs: paragraphs(&DOCUMENT["info"]["description"]),
        groups,
        problems: KINDS.to_vec(),
        schemas: members(&DOCUMENT["components"]["schemas"]).map(|(name, schema)| shape(name, schema)).collect(),
    }))
}

fn operation(path: &str, get: &Value, example: Option<(String, String)>) -> Operation {
    let responses = members(&get["responses"]).map(|(status, response)| {
        let response = resolved(response);
        let content = members(&response["content"]).next().map(|(_, content)| &content["schema"]);
        (status.clone(), text(&response["description"]), content.and_then(reference))
    });
    Operation {
        id: text(&get["operationId"]),
        path: path.to_owned(),
        summary: text(&get["summary"]),
        paragraphs: paragraphs(&get["description"]),
        parameters: array(&get["parameters"]).iter().map(parameter).collect(),
        responses: responses.collect(),
        example,
    }
}

fn parameter(parameter: &Value) -> Field {
    Field {
        name: text(&parameter["name"]),
        means: text(&parameter["description"]),
        takes: takes(&parameter["schema"]),
        required: parameter["required"] == true,
    }
}

fn shape(name: &str, schema: &Value) -> Shape {
    let mut fields = Vec::new();
    let parts = array(&schema["allOf"]);
    for part in parts.iter().map(resolved).chain([schema]) {
        let required = array(&part["required"]);
        fields.extend(members(&part["properties"]).map(|(name, property)| Field {
            name: name.clone(),
            means: text(&property["description"]),
            takes: takes(property),
            required: required.iter().any(|required| required == name),
        }));
    }
    let values: Vec<String> = array(&schema["enum"]).iter().map(text).collect();
    let about = text(&schema["description"]);
    let about = if values.is_empty() { about } else { format!("{about} One of: {}.", values.join(", ")) };
    Shape { name: name.to_owned(), about, fields }
}

/// What a value may be, in words.
fn takes(schema: &Value) -> String {
    if let Some(name) = reference(schema) {
        return name;
    }
    let kinds: Vec<String> = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().map(kind).collect(),
        Value::Null => array(&schema["oneOf"]).iter().map(takes).collect(),
        one => vec![kind(one)],
    };
    let mut words = kinds.join(" or ");
    if schema["type"] == "array" {
        words = format!("list of {}", takes(&schema["items"]));
    }
    let codes: Vec<String> = array(&schema["enum"]).iter().filter(|code| !code.is_null()).map(text).collect();
    if !codes.is_empty() {
        words = format!("one of {}", codes.join(", "));
    }
    match (&schema["minimum"], &schema["maximum"]) {
        (Value::Number(from), Value::Number(to)) => words.push_str(&format!(" from {from} to {to}")),
        (Value::Number(from), _) => words.push_str(&format!(" from {from}")),
        _ => {}
    }
    if let Some(longest) = schema["maxLength"].as_u64() {
        words.push_str(&format!(", {} characters at most", words::number(longest)));
    }
    words
}

fn kind(kind: &Value) -> String {
    match kind.as_str().unwrap_or_default() {
        "string" => "text",
        "integer" => "whole number",
        "boolean" => "true or false",
        "null" => "nothing",
        other => other,
    }
    .to_owned()
}

/// The name of the schema that is referred to.
fn reference(schema: &Value) -> Option<String> {
    Some(schema["$ref"].as_str()?.rsplit('/').next()?.to_owned())
}

/// What a reference within the document refers to.
fn resolved(value: &Value) -> &Value {
    let pointer = value["$ref"].as_str().and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| DOCUMENT.pointer(pointer)).unwrap_or(value)
}

/// The address of an example: a short part of each list, and something that is in the register for each part of a path.
fn example_address(path: &str, examples: &[(&'static str, String)]) -> Option<String> {
    let mut address = path.to_owned();
    for (name, value) in examples {
        // Recipients and datasets have slugs both.
        let place = match *name {
            "recipient" => "recipients/{slug}".to_owned(),
            "dataset" => "datasets/{slug}".to_owned(),
            other => format!("{{{other}}}"),
        };
        let filled =
            place.split('{').next().map_or_else(String::new, |front| format!("{front}{}", words::encode(value)));
        address = address.replace(&place, &filled);
    }
    if path == "/api/v1/share" {
        let (_, reference) = examples.iter().find(|(name, _)| *name == "reference")?;
        address = format!("{path}?reference={}", words::encode(reference));
    }
    let takes_limit = array(&DOCUMENT["paths"][path]["get"]["parameters"]).iter().any(|one| one["name"] == "limit");
    (!address.contains('{')).then(|| if takes_limit { format!("{address}?limit=1") } else { address })
}

async fn answer_to(api: &Router, address: &str) -> Option<String> {
    let request = Request::builder().uri(address).body(Body::empty()).ok()?;
    let response = match api.clone().oneshot(request).await {
        Ok(response) if response.status().is_success() => response,
        Ok(_) => return None,
        Err(never) => match never {},
    };
    let bytes = axum::body::to_bytes(response.into_body(), LARGEST).await.ok()?;
    let mut value: Value = serde_json::from_slice(&bytes).ok()?;
    shorten(&mut value);
    serde_json::to_string_pretty(&value).ok()
}

/// Cuts what would make an example long without saying more.
fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if text.chars().count() > LETTERS => {
            *text = text.chars().take(LETTERS).chain(['…']).collect();
        }
        Value::Array(items) => {
            let left_out = items.len().saturating_sub(ITEMS);
            items.truncate(ITEMS);
            items.iter_mut().for_each(shorten);
            if left_out > 0 {
                items.push(format!("… {left_out} more").into());
            }
        }
        Value::Object(members) => members.values_mut().for_each(shorten),
        _ => {}
    }
}

/// A description: paragraphs, in which some words are code.
fn paragraphs(description: &Value) -> Vec<Vec<(String, bool)>> {
    let whole = text(description);
    let each = whole.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty());
    each.map(|paragraph| {
        let parts = paragraph.split('`').enumerate();
        parts.map(|(place, part)| (part.replace('\n', " "), place % 2 == 1)).collect()
    })
    .collect()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn array(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn members(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}
