//! Conditional requests (RFC 9110 section 13): whoever has an answer already asks whether it still stands, and gets
//! three lines instead of a page.
//!
//! An entity tag is the digest of everything that an answer is made of: the signed checkpoint and the signed list of
//! files, the state of the register that the request sees, the day, since lateness depends on it, this program's own
//! sources, the site's address, the question as it was asked, and the coding that the answer travels in. It is worked
//! out before the answer, so that an unchanged one is never computed; where a new register came in between, the answer
//! goes out without a tag.

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, ETAG, IF_MODIFIED_SINCE, IF_NONE_MATCH, LAST_MODIFIED, VARY,
};
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64ct::{Base64UrlUnpadded, Encoding};
use register::Moment;
use register::listing;
use sha2::{Digest, Sha256};
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, UNIX_EPOCH};

use super::address::SiteAddress;
use super::as_of::Asked;
use super::view::Seen;
use super::{Site, View, assets};

/// The digest of this program's sources and templates (build.rs).
const PROGRAM: &str = match option_env!("ROLLCALL_SOURCES") {
    Some(digest) => digest,
    None => env!("CARGO_PKG_VERSION"),
};

/// How long an answer may be kept without asking. What holds an address taken from a request's `Host` header may be
/// kept by nobody but whoever sent that header.
fn keep(site: &Site, path: &str) -> HeaderValue {
    let absolute =
        path.ends_with(".atom") || path.ends_with(".jsonld") || path.starts_with("/sitemap") || path == "/robots.txt";
    let settled = site.address().is_some() || !absolute;
    HeaderValue::from_static(if settled { "public, max-age=60" } else { "private, max-age=60" })
}

/// What an answer is made of.
#[derive(PartialEq, Eq)]
struct Made {
    /// The entity tag without quotation marks and coding.
    tag: String,
    /// The files that it may tell of, as [`files`] gives them.
    files: [String; 2],
    /// When the answer last changed: with the newest statement, or at the beginning of the day.
    changed: Option<Moment>,
}

/// Answers 304 where nothing has changed, and gives every other answer its tag and date.
pub async fn ask(State(site): State<Site>, request: Request, next: Next) -> Response {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    let path = request.uri().path();
    // Assets never change, and health is never kept.
    if !reads || path.starts_with("/assets/") || path == "/healthz" {
        return next.run(request).await;
    }
    let kept = keep(&site, path);
    // The past moment that is asked for may have come off the address.
    let past = request.extensions().get::<Asked>().map(|Asked(past)| past.as_str()).unwrap_or_default();
    let question = format!("{past} {}", request.uri().path_and_query().map_or("", PathAndQuery::as_str));
    let host = SiteAddress::of(&site, request.headers()).map_or_else(String::new, |address| address.to_string());
    let (mut parts, body) = request.into_parts();
    let Some(view) = View::from_request_parts(&mut parts, &site).await.ok() else {
        return next.run(Request::from_parts(parts, body)).await;
    };
    let before = state(&view, &host, &question).await;
    if let Some(state) = &before
        && let Some(tag) = unchanged(&parts.headers, state)
    {
        return not_modified(tag, state, kept);
    }
    let anything = parts.headers.get(IF_NONE_MATCH).is_some_and(|tags| tags.as_bytes().trim_ascii() == b"*");
    let mut response = next.run(Request::from_parts(parts, body)).await;
    let headers = response.headers_mut();
    let immutable = |kept: &HeaderValue| kept.as_bytes().ends_with(b"immutable");
    if headers.get(CACHE_CONTROL).is_some_and(immutable) {
        return response;
    }
    let fine = response.status() == StatusCode::OK;
    let (Some(state), true) = (before, fine) else { return response };
    if !matches!(view.seen(), Seen::One(_)) || files(view.public()) != state.files {
        return response;
    }
    let headers = response.headers_mut();
    let coding = headers.get(CONTENT_ENCODING).and_then(|coding| coding.to_str().ok());
    let tag = coding.map_or_else(|| state.tag.clone(), |coding| format!("{}-{coding}", state.tag));
    if anything {
        return not_modified(tag, &state, kept);
    }
    mark(headers, &tag, &state);
    headers.insert(CACHE_CONTROL, kept);
    response
}

async fn state(view: &View, host: &str, question: &str) -> Option<Made> {
    let (public, notes) = (view.public().to_owned(), Arc::clone(view.notes()));
    let ((files, said), info) = view.read(move |_| Ok(notes.read(&public))).await.ok()?;
    // A page as of then says what has come since.
    let present = view.past().map_or("", |past| &past.present);
    let today = view.today();
    let mut digest = Sha256::new();
    let size = info.size.to_string();
    let day = today.to_string();
    let made_of = [PROGRAM, &assets::VERSION, &said[0], &said[1], &size, &info.root, present, &day, host, question];
    for part in made_of {
        digest.update((part.len() as u64).to_be_bytes());
        digest.update(part.as_bytes());
    }
    let tag = Base64UrlUnpadded::encode_string(&digest.finalize()[..18]);
    let morning = format!("{day}T00:00:00Z").parse().ok();
    Some(Made { tag, changed: info.data_as_at.max(morning), files })
}

/// The signed checkpoint and the signed list of files: what tells each from its successor, and what it says.
type Read = ([String; 2], [String; 2]);

/// The signed notes of the public folder as they were last read. Each request asks whether they are still the same files.
#[derive(Default)]
pub struct Notes(Mutex<Read>);

impl Notes {
    fn read(&self, public: &Path) -> Read {
        let held = files(public);
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if last.0 != held {
            let said = NOTES.map(|name| std::fs::read_to_string(public.join(name)).unwrap_or_default());
            *last = (held, said);
        }
        last.clone()
    }
}

const NOTES: [&str; 2] = ["checkpoint", listing::PATH];

/// What tells the notes from their successors: each is replaced by rename.
fn files(public: &Path) -> [String; 2] {
    NOTES.map(|name| {
        std::fs::metadata(public.join(name)).map_or_else(
            |_| String::new(),
            |held| format!("{} {} {} {}", held.ino(), held.len(), held.mtime(), held.mtime_nsec()),
        )
    })
}

/// The tag under which whoever asks has this answer already.
fn unchanged(headers: &HeaderMap, state: &Made) -> Option<String> {
    let tags: Vec<&str> = headers.get_all(IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok()).collect();
    if !tags.is_empty() {
        let mut each = tags.iter().flat_map(|line| line.split(',')).map(|tag| {
            let tag = tag.trim();
            tag.strip_prefix("W/").unwrap_or(tag).trim_matches('"')
        });
        let same =
            |tag: &&str| tag.strip_prefix(&state.tag).is_some_and(|coding| matches!(coding, "" | "-gzip" | "-br"));
        return each.find(same).map(str::to_owned);
    }
    // RFC 9110 section 13.1.3: read only where there is no If-None-Match.
    let since = httpdate::parse_http_date(headers.get(IF_MODIFIED_SINCE)?.to_str().ok()?).ok()?;
    let since = i64::try_from(since.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
    (state.changed?.seconds() <= since).then(|| state.tag.clone())
}

fn not_modified(tag: String, state: &Made, kept: HeaderValue) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    let headers = response.headers_mut();
    mark(headers, &tag, state);
    headers.insert(CACHE_CONTROL, kept);
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn mark(headers: &mut HeaderMap, tag: &str, state: &Made) {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        headers.insert(ETAG, tag);
    }
    let seconds = state.changed.and_then(|changed| u64::try_from(changed.seconds()).ok());
    let date = seconds.map(|seconds| httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds)));
    if let Some(date) = date.and_then(|date| HeaderValue::from_str(&date).ok()) {
        headers.insert(LAST_MODIFIED, date);
    }
}
