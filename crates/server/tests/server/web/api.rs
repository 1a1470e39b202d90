//! What programs fetch: the API and its document, conditional requests, other origins, fair use, feeds, the catalogue.

mod conditional;
mod document;
mod fair_use;
mod feeds;
mod items;
mod lists;
mod problems;
mod withheld;

use crate::support::site::{TestSite, get};
use axum::http::StatusCode;
use serde_json::Value;

/// An answer that is there, as JSON.
async fn json(site: &TestSite, address: &str) -> Value {
    let answer = get(site, address).await;
    assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text);
    serde_json::from_str(&answer.text).unwrap()
}

/// Every row of a list, part by part.
async fn walk(site: &TestSite, address: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut next = Some(address.to_owned());
    while let Some(address) = next {
        let mut part = json(site, &address).await;
        rows.append(part["items"].as_array_mut().unwrap());
        next = part["next"].as_str().map(str::to_owned);
        assert!(rows.len() < 10_000, "a list without an end");
    }
    rows
}
