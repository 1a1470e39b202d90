//! The log's files and the downloads, as they lie in the public folder. A path is checked against what may be there
//! before the file system is asked, so that no path leads out of the folder or to a half-written file.

use std::path::Path as FilePath;

use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderName,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::Response;
use base64ct::{Base64, Encoding};
use register::listing;
use store::spreadsheet::Form;
use tlog::Tile;
use tower::ServiceExt;
use tower_http::services::ServeFile;

use super::problem::Problem;
use super::{Site, data};

const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");
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
    send_listed(&site, listing::DATABASE, "application/vnd.sqlite3", request).await
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
    send_listed(&site, &format!("downloads/{name}"), kind, request).await
}

/// The content type of a download of this name; nothing where there can be no such download.
pub fn download_kind(name: &str) -> Option<&'static str> {
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'));
    if !plain || name.starts_with('.') {
        return None;
    }
    match name.rsplit_once('.')?.1 {
        "csv" => Some("text/csv; charset=utf-8"),
        "ods" => Some(Form::Ods.content_type()),
        "xlsx" => Some(Form::Xlsx.content_type()),
        "jsonl" | "ndjson" => Some("application/x-ndjson"),
        "json" => Some("application/json"),
        "sqlite" => Some("application/vnd.sqlite3"),
        "txt" | "sha256" => Some("text/plain; charset=utf-8"),
        "zip" => Some("application/zip"),
        _ => None,
    }
}

/// What is known of a file before it is sent.
pub struct Known {
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
    /// Its content type.
    pub kind: &'static str,
}

/// A file of the signed list: with its digest, where the list and the file belong together.
async fn send_listed(site: &Site, path: &str, kind: &'static str, request: Request) -> Result<Response, Problem> {
    let file = site.public().join(path);
    let list = data::list(site.public()).await;
    let listed = list.and_then(|list| list.files.into_iter().find(|listed| listed.path == path));
    let length = tokio::fs::metadata(&file).await.ok().map(|metadata| metadata.len());
    match listed.filter(|listed| Some(listed.bytes) == length) {
        Some(listed) => send_known(&file, &Known { sha256: listed.sha256, kind }, request).await,
        None => send(&file, kind, ASK_AGAIN, request).await,
    }
}

/// Sends a file whose digest is known: it is its entity tag, so that a download that was broken off goes on only with the
/// same file (RFC 9110 section 13.1.5), and stands in `Repr-Digest` (RFC 9530).
///
/// # Errors
/// Where there is no such file.
pub async fn send_known(file: &FilePath, known: &Known, mut request: Request) -> Result<Response, Problem> {
    let tag = format!("\"{}\"", known.sha256);
    let (same, other) = conditions(request.headers(), &tag);
    let headers = request.headers_mut();
    // The tag says more than the time of the file, which a copy of the folder may have changed.
    if headers.remove(IF_NONE_MATCH).is_some() {
        headers.remove(IF_MODIFIED_SINCE);
    }
    headers.remove(IF_RANGE);
    if other {
        headers.remove(RANGE);
    }
    let mut response = send(file, known.kind, ASK_AGAIN, request).await?;
    if same && response.status().is_success() {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        for name in [CONTENT_LENGTH, CONTENT_TYPE, CONTENT_RANGE] {
            response.headers_mut().remove(name);
        }
    }
    let headers = response.headers_mut();
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    if let Some(digest) = repr_digest(&known.sha256).and_then(|digest| HeaderValue::from_str(&digest).ok()) {
        headers.insert(REPR_DIGEST, digest);
    }
    Ok(response)
}

/// Whether a client holds the file with this tag, and whether it wants to go on with a part of another.
fn conditions(headers: &HeaderMap, tag: &str) -> (bool, bool) {
    let given = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let same = given(IF_NONE_MATCH).is_some_and(|tags| {
        tags.split(',').map(|held| held.trim().trim_start_matches("W/")).any(|held| held == tag || held == "*")
    });
    (same, given(IF_RANGE).is_some_and(|held| held.trim() != tag))
}

fn repr_digest(sha256: &str) -> Option<String> {
    let byte = |place: usize| u8::from_str_radix(sha256.get(place..place + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..sha256.len()).step_by(2).map(byte).collect::<Option<_>>()?;
    Some(format!("sha-256=:{}:", Base64::encode_string(&bytes)))
}

async fn send(file: &FilePath, kind: &'static str, keep: &'static str, request: Request) -> Result<Response, Problem> {
    let mut response = match ServeFile::new(file).oneshot(request).await {
        Ok(response) => response.map(Body::new),
        Err(never) => match never {},
    };
    if response.status() == StatusCode::NOT_FOUND {
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
