//! What every answer carries, and what is written down about a request: its route and its outcome, never its address,
//! its sender or what was searched for.

use std::sync::LazyLock;
use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::header::{
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::assets::{CHECK_OFFERED, INLINE_DIGEST};
use super::problem::Problem;

/// The longest address, in bytes: enough for every filter at once.
const ADDRESS: usize = 4_096;

const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy("", ""));

/// The same for a page that offers the check in the browser: it may compile the module, which is no `eval` of any text,
/// and ask this site for the log's files.
static CHECK_POLICY: LazyLock<HeaderValue> = LazyLock::new(|| policy(" 'wasm-unsafe-eval'", " connect-src 'self';"));

fn policy(script: &str, more: &str) -> HeaderValue {
    let policy = format!(
        "default-src 'none'; style-src 'self'; script-src 'self' '{}'{script};{more} img-src 'self'; form-action 'self'; \
         base-uri 'none'; frame-ancestors 'none'",
        *INLINE_DIGEST
    );
    HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
}

/// The answer with the policy of a page that offers the check in the browser, where there is one.
pub fn with_check(mut page: Response) -> Response {
    if CHECK_OFFERED {
        page.headers_mut().insert(CONTENT_SECURITY_POLICY, CHECK_POLICY.clone());
    }
    page
}

/// Adds the headers that keep a page from being framed, sniffed, embedded or talked into loading anything else. Strict
/// transport security is left to whoever terminates TLS: over plain HTTP a browser must ignore it.
pub async fn protect(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    // A browser takes the headers of an answer without a page for those of the page that it has kept, which may have a
    // policy of its own.
    let unchanged = response.status() == StatusCode::NOT_MODIFIED;
    let headers = response.headers_mut();
    if !unchanged {
        headers.entry(CONTENT_SECURITY_POLICY).or_insert_with(|| POLICY.clone());
        headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("text/plain; charset=utf-8"));
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(OPENER, HeaderValue::from_static("same-origin"));
    headers.insert(PERMISSIONS, HeaderValue::from_static("camera=(), geolocation=(), microphone=()"));
    headers.entry(RESOURCE).or_insert(HeaderValue::from_static("same-origin"));
    response
}

/// Refuses an address that no page of this site has.
pub async fn limit_address(request: Request, next: Next) -> Response {
    let length = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    if length > ADDRESS {
        return Problem::TooLarge(StatusCode::URI_TOO_LONG).into_response();
    }
    next.run(request).await
}

/// Writes one line for each request.
pub async fn record(request: Request, next: Next) -> Response {
    let began = Instant::now();
    let method = request.method().clone();
    // The pattern of the route, such as `/share/{*reference}`, and not what stands in its place.
    let route = request.extensions().get::<MatchedPath>().map(|route| route.as_str().to_owned());
    let response = next.run(request).await;
    tracing::info!(
        %method,
        route = route.as_deref().unwrap_or("none"),
        status = response.status().as_u16(),
        milliseconds = began.elapsed().as_millis(),
        "answered"
    );
    response
}
