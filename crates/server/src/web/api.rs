//! The API: everything that the pages say, for programs.
//!
//! One file for each group of addresses. A handler is given to the router together with what it says of itself
//! (`utoipa`), and reads its parameters from the table that the document is written from, so that the document cannot
//! say anything else than what is served. The prefix carries the version: members may be added to answers under v1, and
//! none is taken away or changes its meaning.

mod answer;
mod changes;
mod coded;
mod cursor;
mod datasets;
mod decisions;
mod document;
mod items;
mod parameter;
mod question;
mod recipients;
mod reference;
mod register;
mod releases;
mod share;
mod shares;
mod short;
mod statements;

use std::sync::LazyLock;

use axum::Router;
use axum::extract::Request;
use axum::http::header::ACCEPT;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::as_of::Asked;
use super::problem::Problem;
use super::{Site, words};
use parameter::Parameter;

/// The parameters that each address reads; those that are not here read `as_of` only.
const TAKES: &[(&str, &[&[Parameter]])] = &[
    ("/api/v1/shares", question::LISTED),
    ("/api/v1/releases", question::LISTED),
    ("/api/v1/facets", question::CHOSEN),
    ("/api/v1/recipients", recipients::TAKES),
    ("/api/v1/datasets/{slug}/items", items::TAKES),
    ("/api/v1/decisions", decisions::TAKES),
    ("/api/v1/statements", statements::TAKES),
    ("/api/v1/changes", changes::TAKES),
    ("/api/v1/share", share::BY_PARAMETER),
];

/// The document of the API, which is the same for every register.
static DOCUMENT: LazyLock<serde_json::Value> = LazyLock::new(|| document::finished(described().into_openapi(), TAKES));

fn described() -> OpenApiRouter<Site> {
    OpenApiRouter::new()
        .routes(routes!(register::root))
        .routes(routes!(register::register))
        .routes(routes!(shares::list))
        .routes(routes!(shares::facets))
        .routes(routes!(releases::list))
        .routes(routes!(share::by_path))
        .routes(routes!(share::by_parameter))
        .routes(routes!(decisions::list))
        .routes(routes!(recipients::list))
        .routes(routes!(recipients::one))
        .routes(routes!(datasets::list))
        .routes(routes!(datasets::one))
        .routes(routes!(items::list))
        .routes(routes!(items::one))
        .routes(routes!(statements::list))
        .routes(routes!(statements::one))
        .routes(routes!(changes::list))
}

/// Every address of the API.
pub fn router() -> Router<Site> {
    let (router, _) = described().split_for_parts();
    router.route("/api/v1/openapi.json", get(document::serve)).layer(from_fn(acceptable)).layer(from_fn(keep_as_of))
}

/// Puts a past moment that came off the address into its query, so that the next part of a list is as of then as well.
async fn keep_as_of(mut request: Request, next: Next) -> Response {
    let asked = request.extensions().get::<Asked>().map(|Asked(asked)| words::encode(asked));
    let query = request.uri().query().unwrap_or_default();
    let named = form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "as_of");
    if let (Some(asked), false) = (asked, named) {
        let joined = if query.is_empty() { "" } else { "&" };
        let address = format!("{}?{query}{joined}as_of={asked}", request.uri().path());
        if let Ok(uri) = address.parse() {
            *request.uri_mut() = uri;
        }
    }
    next.run(request).await
}

pub use reference::page as reference;

/// Refuses to answer whoever takes everything but JSON.
async fn acceptable(request: Request, next: Next) -> Response {
    let lines: Vec<&str> = request.headers().get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok()).collect();
    let mut ranges = lines.iter().flat_map(|line| line.split(',')).map(str::trim).filter(|range| !range.is_empty());
    let none_given = ranges.clone().next().is_none();
    if none_given || ranges.any(takes_json) {
        return next.run(request).await;
    }
    Problem::NotAcceptable.into_response()
}

/// Whether a range of an `Accept` header (RFC 9110 section 12.5.1) holds JSON, and is not refused with `q=0`.
fn takes_json(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
    let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let refused = weight.and_then(|weight| weight.parse::<f32>().ok()).is_some_and(|weight| weight <= 0.0);
    let json = kind.starts_with("application/") && kind.ends_with("json");
    !refused && (json || matches!(kind.as_str(), "*/*" | "application/*"))
}
