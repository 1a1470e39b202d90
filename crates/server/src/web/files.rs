//! The log's files and the downloads, as they lie in the public folder. A path is checked against what may be there
//! before the file system is asked, so that no path leads out of the folder or to a half-written file.

use std::path::Path as FilePath;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::HeaderValue;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use axum::response::Response;
use tlog::Tile;
use tower::ServiceExt;
use tower_http::services::ServeFile;

use super::Site;
use super::problem::Problem;

const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// A tile never changes, a partial one neither (tlog-tiles).
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Everything else is replaced now and then, and whoever verifies wants the newest.
const ASK_AGAIN: &str = "no-cache";

/// `/checkpoint`, `/vkey`, `/files`: signed notes and keys.
pub async fn note(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    let name = request.uri().path().trim_start_matches('/').to_owned();
    send(&site.public().join(name), "text/plain; charset=utf-8", ASK_AGAIN, request).await
}

/// `/register.sqlite`
pub async fn database(State(site): State<Site>, request: Request) -> Result<Response, Problem> {
    send(&site.public().join("register.sqlite"), "application/vnd.sqlite3", ASK_AGAIN, request).await
}

/// `/tile/<L>/<N>[.p/<W>]` and `/tile/entries/<N>[.p/<W>]`
pub async fn tile(State(site): State<Site>, Path(path): Path<String>, request: Request) -> Result<Response, Problem> {
    let path = format!("tile/{path}");
    if Tile::parse_path(&path).is_err() && Tile::parse_entries_path(&path).is_err() {
        return Err(Problem::NotFound);
    }
    send(&site.public().join(path), "application/octet-stream", FOR_EVER, request).await
}

/// `/disclosures/<N>[.p/<W>]`. A text can be erased, so these may not be kept.
pub async fn disclosures(
    State(site): State<Site>,
    Path(path): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    tlog::tile::parse_sized_path(&path).map_err(|_| Problem::NotFound)?;
    send(&site.public().join("disclosures").join(path), "text/plain; charset=utf-8", ASK_AGAIN, request).await
}

/// `/dictionaries/<sha256>.jsonl`. Its name is its digest, so it never changes.
pub async fn dictionary(
    State(site): State<Site>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let digest = name.strip_suffix(".jsonl").ok_or(Problem::NotFound)?;
    if digest.len() != 64 || !digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Err(Problem::NotFound);
    }
    let file = site.public().join(register::dictionary::FOLDER).join(name);
    send(&file, "application/x-ndjson", FOR_EVER, request).await
}

/// `/downloads/<name>`
pub async fn download(
    State(site): State<Site>,
    Path(name): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let kind = download_kind(&name).ok_or(Problem::NotFound)?;
    send(&site.public().join("downloads").join(name), kind, ASK_AGAIN, request).await
}

/// The content type of a download of this name; nothing where there can be no such download.
pub fn download_kind(name: &str) -> Option<&'static str> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if !plain || name.starts_with('.') {
        return None;
    }
    match name.rsplit_once('.')?.1 {
        "csv" => Some("text/csv; charset=utf-8"),
        "jsonl" | "ndjson" => Some("application/x-ndjson"),
        "json" => Some("application/json"),
        "sqlite" => Some("application/vnd.sqlite3"),
        "txt" | "sha256" => Some("text/plain; charset=utf-8"),
        "zip" => Some("application/zip"),
        _ => None,
    }
}

async fn send(file: &FilePath, kind: &'static str, keep: &'static str, request: Request) -> Result<Response, Problem> {
    let mut response = match ServeFile::new(file).oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    };
    if response.status() == axum::http::StatusCode::NOT_FOUND {
        return Err(Problem::NotFound);
    }
    let headers = response.headers_mut();
    if headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    }
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(keep));
    // Anybody's page may fetch and check what is public.
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(RESOURCE, HeaderValue::from_static("cross-origin"));
    Ok(response)
}
