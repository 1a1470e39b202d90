//! Errors for programs (RFC 9457), and what other origins may read.

use axum::http::{Method, StatusCode};
use serde_json::Value;

use crate::support::site::{Answer, demonstration, empty, get, header, request, visit};

fn problem(answer: &Answer) -> Value {
    assert_eq!(header(answer, "content-type"), "application/problem+json");
    assert_eq!(header(answer, "cache-control"), "no-store");
    assert_eq!(header(answer, "access-control-allow-origin"), "*");
    let problem: Value = serde_json::from_str(&answer.text).unwrap();
    assert_eq!(problem["status"], answer.status.as_u16());
    assert!(["type", "title", "detail"].iter().all(|member| !problem[member].as_str().unwrap().is_empty()));
    problem
}

#[tokio::test]
async fn every_failure_under_the_api_is_a_problem_that_says_what_was_expected() {
    let site = demonstration();
    let failures = [
        ("/api/v1/nothing", StatusCode::NOT_FOUND, "not-found"),
        ("/api/v1/shares/no-such-share", StatusCode::NOT_FOUND, "not-found"),
        ("/api/v1/shares/%FF", StatusCode::NOT_FOUND, "not-found"),
        ("/api/v1/recipients/nobody", StatusCode::NOT_FOUND, "not-found"),
        ("/api/v1/datasets/none", StatusCode::NOT_FOUND, "not-found"),
        ("/api/v1/statements/00", StatusCode::NOT_FOUND, "not-found"),
        ("/api/v1/statements/99999999", StatusCode::NOT_FOUND, "not-found"),
        ("/api/v2/shares", StatusCode::NOT_FOUND, "not-found"),
        ("/api/v1/shares?status=lively", StatusCode::BAD_REQUEST, "bad-parameter"),
        ("/api/v1/shares?limit=0", StatusCode::BAD_REQUEST, "bad-parameter"),
        ("/api/v1/shares?limit=101", StatusCode::BAD_REQUEST, "bad-parameter"),
        ("/api/v1/shares?limit=+5", StatusCode::BAD_REQUEST, "bad-parameter"),
        ("/api/v1/shares?limit=5&limit=6", StatusCode::BAD_REQUEST, "bad-parameter"),
        ("/api/v1/shares?sort=id", StatusCode::BAD_REQUEST, "bad-parameter"),
        ("/api/v1/shares?cursor=AAAA", StatusCode::BAD_REQUEST, "bad-parameter"),
        ("/api/v1/shares?cursor=%21", StatusCode::BAD_REQUEST, "bad-parameter"),
        ("/api/v1/shares?as_of=yesterday", StatusCode::BAD_REQUEST, "bad-parameter"),
        ("/api/v1/share", StatusCode::BAD_REQUEST, "bad-parameter"),
        ("/api/v1/statements?after=-1", StatusCode::BAD_REQUEST, "bad-parameter"),
        ("/api/v1/statements?kind=nonsense", StatusCode::BAD_REQUEST, "bad-parameter"),
        ("/api/v1/changes?from=1st%20of%20May", StatusCode::BAD_REQUEST, "bad-parameter"),
        ("/api/v1/shares?statsu=live", StatusCode::BAD_REQUEST, "unknown-parameter"),
        ("/api/v1?q=a", StatusCode::BAD_REQUEST, "unknown-parameter"),
        ("/feed.atom", StatusCode::BAD_REQUEST, "host"),
    ];
    for (address, status, code) in failures {
        let answer = get(&site, address).await;
        assert_eq!(answer.status, status, "{address}: {}", answer.text);
        let problem = problem(&answer);
        assert_eq!(problem["type"], format!("/api#problem-{code}"), "{address}");
        if code.ends_with("parameter") && address != "/api/v1/share" {
            let query = address.split_once('?').unwrap().1;
            assert_eq!(problem["parameter"], query.split('=').next().unwrap(), "{address}");
        }
    }
    let status = problem(&get(&site, "/api/v1/shares?status=lively").await);
    assert!(status["detail"].as_str().unwrap().contains("live, suspended"), "{status}");
}

#[tokio::test]
async fn pages_keep_their_pages_of_errors() {
    let site = demonstration();
    for address in ["/nothing", "/find?status=lively", "/recipient/nobody"] {
        assert_eq!(header(&get(&site, address).await, "content-type"), "text/html; charset=utf-8", "{address}");
    }
}

#[tokio::test]
async fn the_api_is_read_with_get_head_and_options() {
    let site = demonstration();
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE] {
        let answer = visit(&site, method.clone(), "/api/v1/shares").await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method}");
        assert_eq!(header(&answer, "allow"), "GET, HEAD, OPTIONS", "{method}");
        assert_eq!(problem(&answer)["type"], "/api#problem-method");
    }
    let head = visit(&site, Method::HEAD, "/api/v1/shares").await;
    let whole = get(&site, "/api/v1/shares").await;
    assert_eq!((head.status, head.bytes.len()), (StatusCode::OK, 0));
    for name in ["content-type", "etag", "link", "last-modified", "cache-control"] {
        assert_eq!(header(&head, name), header(&whole, name), "{name}");
    }
}

#[tokio::test]
async fn other_origins_may_read_everything_and_send_no_credentials() {
    let site = demonstration();
    let asked = [
        ("origin", "https://elsewhere.example"),
        ("access-control-request-method", "GET"),
        ("access-control-request-headers", "if-none-match"),
    ];
    let preflight = request(&site, Method::OPTIONS, "/api/v1/shares", &asked).await;
    assert_eq!(preflight.status, StatusCode::NO_CONTENT);
    assert_eq!(header(&preflight, "access-control-allow-methods"), "GET, HEAD, OPTIONS");
    assert_eq!(header(&preflight, "access-control-allow-headers"), "*");
    for address in ["/api/v1/shares", "/api/v1/openapi.json", "/api/v1/nothing"] {
        let answer = request(&site, Method::GET, address, &asked[..1]).await;
        assert_eq!(header(&answer, "access-control-allow-origin"), "*", "{address}");
        assert!(!answer.headers.contains_key("access-control-allow-credentials"), "{address}");
        let exposed = header(&answer, "access-control-expose-headers");
        assert!(["ETag", "Link", "Retry-After", "RateLimit"].iter().all(|name| exposed.contains(name)), "{exposed}");
        // The same for every origin, so nothing varies with it.
        assert!(!header(&answer, "vary").to_lowercase().contains("origin"), "{address}");
    }
    let page = request(&site, Method::GET, "/", &asked[..1]).await;
    assert!(!page.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn whoever_takes_no_json_is_told_so() {
    let site = demonstration();
    for (accept, status) in [
        ("application/json", 200),
        ("*/*", 200),
        ("application/*;q=0.5", 200),
        ("text/html, application/json;q=0.1", 200),
        ("application/problem+json", 200),
        ("text/csv", 406),
        ("application/json;q=0", 406),
        ("", 200),
    ] {
        let answer = request(&site, Method::GET, "/api/v1/register", &[("accept", accept)]).await;
        assert_eq!(answer.status.as_u16(), status, "{accept}");
    }
}

#[tokio::test]
async fn without_a_register_programs_are_told_when_to_come_back() {
    let site = empty();
    for address in ["/api/v1", "/api/v1/shares", "/api/v1/statements/0"] {
        let answer = get(&site, address).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{address}");
        assert_eq!(header(&answer, "retry-after"), "30");
        assert_eq!(problem(&answer)["retry_after"], 30);
    }
}

#[tokio::test]
async fn what_is_too_large_is_a_problem_too() {
    let site = demonstration();
    let long = get(&site, &format!("/api/v1/shares?q={}", "a".repeat(5_000))).await;
    assert_eq!((long.status, &problem(&long)["type"]), (StatusCode::URI_TOO_LONG, &"/api#problem-too-large".into()));
    let body = request(&site, Method::GET, "/api/v1", &[("content-length", "1000000")]).await;
    assert_eq!(body.status, StatusCode::PAYLOAD_TOO_LARGE);
    problem(&body);
}
