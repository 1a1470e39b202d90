//! The OpenAPI document against what is served.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::Value;

use super::{json, walk};
use crate::support::site::{TestSite, demonstration, get, header};

/// What is wrong with a value by its schema: members that are not described, that are missing, or of another type.
fn faults(document: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = document.pointer(reference.trim_start_matches('#')).unwrap();
        return faults(document, target, value, at, found);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = |choice: &Value| {
            let mut inner = Vec::new();
            faults(document, choice, value, at, &mut inner);
            inner.is_empty()
        };
        if !choices.iter().any(fits) {
            found.push(format!("{at}: none of the choices"));
        }
        return;
    }
    let parts: Vec<&Value> = match schema["allOf"].as_array() {
        Some(parts) => parts.iter().map(|part| resolved(document, part)).collect(),
        None => vec![schema],
    };
    let own = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    for part in &parts {
        let types: Vec<&str> = match &part["type"] {
            Value::String(one) => vec![one],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        if !types.is_empty() && !types.contains(&own) {
            found.push(format!("{at}: {own} is none of {types:?}"));
        }
        if part["enum"].as_array().is_some_and(|values| !values.contains(value)) {
            found.push(format!("{at}: {value} is not listed"));
        }
        for required in part["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if value.get(required).is_none() {
                found.push(format!("{at}: {required} is missing"));
            }
        }
        if let (Value::Array(items), Some(of)) = (value, part.get("items")) {
            items.iter().for_each(|item| faults(document, of, item, &format!("{at}[]"), found));
        }
    }
    let Value::Object(members) = value else { return };
    for (name, member) in members {
        let described = parts.iter().find_map(|part| part["properties"].get(name));
        let free = parts.iter().find_map(|part| part.get("additionalProperties")).filter(|free| free.is_object());
        match described.or(free) {
            Some(schema) => faults(document, schema, member, &format!("{at}.{name}"), found),
            None if parts.iter().all(|part| part.get("properties").is_none()) => {}
            None => found.push(format!("{at}.{name} is not described")),
        }
    }
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    schema["$ref"].as_str().map_or(schema, |name| document.pointer(name.trim_start_matches('#')).unwrap())
}

/// Addresses of everything of this path that is in the register.
async fn addresses(site: &TestSite, path: &str) -> Vec<String> {
    let list = path.split("/{").next().unwrap();
    match path {
        "/api/v1/share" => vec![format!("{path}?reference={}", site.register().shares()[0].reference)],
        _ if path.contains("{reference}") => walk(site, "/api/v1/shares")
            .await
            .iter()
            .map(|share| share["address"].as_str().unwrap().to_owned())
            .collect(),
        _ if path.contains("/items") => {
            let mut found = Vec::new();
            for dataset in walk_once(site, list).await {
                let items = dataset["items"].as_str().unwrap();
                if path.ends_with("{item}") {
                    found.extend(walk(site, items).await.iter().map(|row| row["address"].as_str().unwrap().to_owned()));
                } else {
                    found.push(items.to_owned());
                }
            }
            found
        }
        _ if path.contains('{') => {
            walk_once(site, list).await.iter().map(|row| row["address"].as_str().unwrap().to_owned()).collect()
        }
        _ => vec![path.to_owned()],
    }
}

/// The first rows of a list; that of statements has no end.
async fn walk_once(site: &TestSite, list: &str) -> Vec<Value> {
    let takes_limit = list != "/api/v1/datasets";
    let address = if takes_limit { format!("{list}?limit=100") } else { list.to_owned() };
    json(site, &address).await["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn every_address_of_the_document_answers_as_the_document_says() {
    let site = demonstration();
    let document = json(&site, "/api/v1/openapi.json").await;
    assert_eq!(document["openapi"], "3.1.0");
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() >= 17, "{}", paths.len());
    for (path, item) in paths {
        let schema = &item["get"]["responses"]["200"]["content"]["application/json"]["schema"];
        let all = addresses(&site, path).await;
        assert!(!all.is_empty(), "{path}");
        for address in all {
            let answer = json(&site, &address).await;
            let mut found = Vec::new();
            faults(&document, schema, &answer, "", &mut found);
            assert!(found.is_empty(), "{address}: {found:#?}");
            assert_eq!(answer["checkpoint"]["size"], site.size(), "{address}");
            assert!(answer["checkpoint"]["root"].as_str().unwrap().len() == 44, "{address}");
        }
    }
}

#[tokio::test]
async fn every_parameter_of_the_document_is_read_and_no_other() {
    let site = demonstration();
    let document = json(&site, "/api/v1/openapi.json").await;
    for (path, item) in document["paths"].as_object().unwrap() {
        let address = &addresses(&site, path).await[0];
        let with = |pair: &str| format!("{address}{}{pair}", if address.contains('?') { '&' } else { '?' });
        let mut names = BTreeSet::new();
        for parameter in item["get"]["parameters"].as_array().unwrap() {
            let name = parameter["name"].as_str().unwrap();
            if parameter["in"] != "query" || name == "reference" {
                continue;
            }
            names.insert(name);
            let schema = &parameter["schema"];
            let one = if schema["type"] == "array" { &schema["items"] } else { schema };
            let then = format!("checkpoint-{}", site.size());
            let value = match (one["enum"][0].as_str(), one["type"].as_str().unwrap(), name) {
                (Some(code), ..) => code,
                (_, "integer", _) => "1",
                (.., "cursor") => continue,
                (.., "as_of") => &then,
                (.., "from" | "to") => "2024",
                (.., "class") => "dfe-sensitivity:B",
                _ => "x",
            };
            let answer = get(&site, &with(&format!("{name}={value}"))).await;
            assert_eq!(answer.status, StatusCode::OK, "{path} {name}={value}: {}", answer.text);
        }
        assert!(names.contains("as_of"), "{path}");
        let unknown = get(&site, &with("nonsense=1")).await;
        assert_eq!(unknown.status, StatusCode::BAD_REQUEST, "{path}");
        assert!(names.iter().all(|name| unknown.text.contains(name)), "{path}: {}", unknown.text);
    }
}

#[tokio::test]
async fn every_link_of_the_root_is_there() {
    let site = demonstration();
    let root = json(&site, "/api/v1").await;
    for link in root["links"].as_object().unwrap().values() {
        let headers = [("host", "register.example")];
        let answer =
            crate::support::site::request(&site, axum::http::Method::GET, link.as_str().unwrap(), &headers).await;
        assert_eq!(answer.status, StatusCode::OK, "{link}");
    }
}

#[tokio::test]
async fn the_reference_page_holds_every_address_parameter_and_error_with_examples_of_this_register() {
    let site = demonstration();
    let page = get(&site, "/api").await;
    assert_eq!((page.status, header(&page, "content-type")), (StatusCode::OK, "text/html; charset=utf-8"));
    let document = json(&site, "/api/v1/openapi.json").await;
    for (path, item) in document["paths"].as_object().unwrap() {
        assert!(page.text.contains(&format!("<span class=\"rc-code\">{path}</span>")), "{path}");
        let id = item["get"]["operationId"].as_str().unwrap();
        let section = page.text.split(&format!("id=\"{id}\"")).nth(1).unwrap().split("</section>").next().unwrap();
        for parameter in item["get"]["parameters"].as_array().unwrap() {
            assert!(section.contains(parameter["name"].as_str().unwrap()), "{path} {}", parameter["name"]);
        }
        assert!(section.contains("Example of"), "{path}");
        assert!(section.contains("&#34;checkpoint&#34;"), "{path}");
    }
    for code in ["not-found", "bad-parameter", "too-many", "not-acceptable"] {
        assert!(page.text.contains(&format!("id=\"problem-{code}\"")), "{code}");
    }
    for anchor in page.text.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(page.text.contains(&format!("id=\"{anchor}\"")), "#{anchor}");
    }
}

#[tokio::test]
async fn a_share_of_any_reference_has_an_address_that_works() {
    let site = demonstration();
    site.publish_another_share();
    let shares = walk(&site, "/api/v1/shares?q=Bold").await;
    let references: BTreeSet<&str> = shares.iter().map(|share| share["reference"].as_str().unwrap()).collect();
    assert_eq!(references, BTreeSet::from(["..", "a/../b c?d#e%2F"]));
    for share in &shares {
        let answer = json(&site, share["address"].as_str().unwrap()).await;
        assert_eq!(answer["share"]["reference"], share["reference"]);
        assert_eq!(answer["share"]["address"], share["address"]);
    }
}
