//! `/api/v1` and `/api/v1/register`: where everything is, and what register this is.

use std::collections::BTreeMap;

use axum::extract::RawQuery;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Checkpoint, json};
use super::parameter::{Asked, Parameter};
use crate::web::filters::Filters;
use crate::web::problem::Problem;
use crate::web::{View, data, verify};

/// What both take.
pub const TAKES: &[&[Parameter]] = &[];

/// Where everything is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Root {
    checkpoint: Checkpoint,
    /// Addresses by what they give. Those of the lists take parameters.
    links: BTreeMap<&'static str, &'static str>,
}

const LINKS: &[(&str, &str)] = &[
    ("openapi", "/api/v1/openapi.json"),
    ("reference", "/api"),
    ("register", "/api/v1/register"),
    ("shares", "/api/v1/shares"),
    ("releases", "/api/v1/releases"),
    ("facets", "/api/v1/facets"),
    ("recipients", "/api/v1/recipients"),
    ("datasets", "/api/v1/datasets"),
    ("decisions", "/api/v1/decisions"),
    ("statements", "/api/v1/statements"),
    ("changes", "/api/v1/changes"),
    ("feed", "/feed.atom"),
    ("catalogue", "/catalogue.jsonld"),
    ("checkpoint", "/checkpoint"),
];

/// Where everything is
#[utoipa::path(
    get, path = "/api/v1", tag = "Register", operation_id = "root",
    responses((status = 200, description = "The addresses of everything", body = Root))
)]
pub async fn root(view: View, query: RawQuery) -> Result<Response, Problem> {
    Asked::read(&query, TAKES)?;
    let info = view.info().await?;
    json(&Root { checkpoint: Checkpoint::of(&view, &info), links: LINKS.iter().copied().collect() })
}

/// What register this is.
#[derive(Debug, Serialize, ToSchema)]
pub struct Register {
    checkpoint: Checkpoint,
    /// What the register is called.
    name: String,
    /// The body that holds the data and keeps the register.
    custodian: String,
    /// Whose records the data is about.
    population: String,
    /// Whether its organisations and shares are invented.
    demonstration: bool,
    /// Counts over the whole register, by name.
    totals: BTreeMap<String, u64>,
    /// Shares of which destruction is overdue, worked out for the checkpoint's `today`.
    overdue: u64,
    /// The newest checkpoint as the log signed it: a signed note (c2sp.org/signed-note).
    note: Option<String>,
    /// The key to check it with. Get it from somewhere else, too.
    vkey: Option<String>,
    /// How many statements the downloads are computed from: they are written now and then, and may be behind.
    files_size: Option<u64>,
    /// The downloads, as the signed list of files names them.
    files: Vec<Download>,
}

/// One file to take.
#[derive(Debug, Serialize, ToSchema)]
pub struct Download {
    /// Its address.
    address: String,
    /// Its size in bytes.
    bytes: u64,
    /// Its SHA-256 in hexadecimal.
    sha256: String,
}

/// The register, its newest checkpoint and its totals
#[utoipa::path(
    get, path = "/api/v1/register", tag = "Register", operation_id = "register",
    responses((status = 200, description = "The register", body = Register))
)]
pub async fn register(view: View, query: RawQuery) -> Result<Response, Problem> {
    Asked::read(&query, TAKES)?;
    let today = view.today();
    let (overdue, info) = view.read(move |reader| reader.count(&Filters::overdue(), today)).await?;
    let list = data::list(view.public()).await;
    let download = |file: register::listing::ListedFile| Download {
        address: format!("/{}", file.path),
        bytes: file.bytes,
        sha256: file.sha256,
    };
    json(&Register {
        checkpoint: Checkpoint::of(&view, &info),
        name: info.name.clone(),
        custodian: info.custodian.clone(),
        population: info.population.clone(),
        demonstration: info.demonstration,
        totals: info.totals.clone(),
        overdue,
        note: verify::read(view.public(), "checkpoint").await,
        vkey: verify::read(view.public(), "vkey").await.map(|key| key.trim().to_owned()),
        files_size: list.as_ref().map(|list| list.snapshot.size),
        files: list.map(|list| list.files).unwrap_or_default().into_iter().map(download).collect(),
    })
}
