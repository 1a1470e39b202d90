//! What programs fetch: the API and its document, conditional requests, other origins, fair use, feeds, the catalogue.

#![allow(clippy::unwrap_used)] // clippy knows test functions, and not what they call

#[path = "web_support/site.rs"]
mod site;

#[path = "web_api/conditional.rs"]
mod conditional;
#[path = "web_api/document.rs"]
mod document;
#[path = "web_api/fair_use.rs"]
mod fair_use;
#[path = "web_api/feeds.rs"]
mod feeds;
#[path = "web_api/items.rs"]
mod items;
#[path = "web_api/lists.rs"]
mod lists;
#[path = "web_api/problems.rs"]
mod problems;
#[path = "web_api/withheld.rs"]
mod withheld;

use axum::http::StatusCode;
use serde_json::Value;
use site::{TestSite, get};

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
