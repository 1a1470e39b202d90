//! Lets pages of other sites read what is made for programs. Nothing here depends on who asks, so every origin may, and
//! no credentials are ever taken.

use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, HeaderName,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const METHODS: HeaderValue = HeaderValue::from_static("GET, HEAD, OPTIONS");

/// What a script of another site may read of an answer's head, besides what it always may.
const EXPOSED: HeaderValue =
    HeaderValue::from_static("Allow, ETag, Last-Modified, Link, RateLimit, RateLimit-Policy, Retry-After");

/// Whether this address is made for programs: its errors are RFC 9457, and every origin may read it.
pub fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/") || path.ends_with(".atom") || path.ends_with(".jsonld")
}

/// Answers OPTIONS, and marks every answer for programs as readable from anywhere.
pub async fn open(request: Request, next: Next) -> Response {
    if !is_for_programs(request.uri().path()) {
        return next.run(request).await;
    }
    let asks = request.method() == Method::OPTIONS;
    let mut response = if asks { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let status = response.status();
    let headers = response.headers_mut();
    if asks {
        headers.insert(ALLOW, METHODS);
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
    }
    // The router adds what it knows only where nothing is said yet, and does not know of OPTIONS.
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(ALLOW, METHODS);
    }
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
    headers.insert(RESOURCE, HeaderValue::from_static("cross-origin"));
    response
}
