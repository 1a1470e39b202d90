//! Fair use, with a clock that the test moves.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{Request, Response, StatusCode};
use register::Moment;
use server::web::{Limits, Settings, Site, Source, router};
use tower::ServiceExt;

use crate::support::site::{TODAY, TestSite, demonstration};

struct Clocked {
    router: Router,
    seconds: Arc<AtomicI64>,
}

fn clocked(site: &TestSite, limits: Limits) -> Clocked {
    let start = TODAY.parse::<Moment>().unwrap().seconds();
    let seconds = Arc::new(AtomicI64::new(start));
    let clock = Arc::clone(&seconds);
    let settings = Settings { limits, ..Settings::default() };
    let now = move || Moment::from_seconds(clock.load(Ordering::Relaxed)).unwrap();
    Clocked {
        router: router(Site::with_settings(
            site.public(),
            Source::Published(site.public().join("register.sqlite")),
            settings,
            now,
        )),
        seconds,
    }
}

impl Clocked {
    async fn get(&self, address: &str, client: Option<&str>, forwarded: &str) -> Response<Body> {
        let mut request = Request::builder().uri(address).header("host", "register.example");
        if !forwarded.is_empty() {
            request = request.header("x-forwarded-for", forwarded);
        }
        let mut request = request.body(Body::empty()).unwrap();
        if let Some(client) = client {
            let peer = SocketAddr::new(client.parse().unwrap(), 4711);
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        self.router.clone().oneshot(request).await.unwrap()
    }
}

fn field<'a>(response: &'a Response<Body>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_back_and_then_answered() {
    let site = demonstration();
    let server = clocked(&site, Limits { a_minute: 3, proxies: 0 });
    for left in ["2", "1", "0"] {
        let answer = server.get("/api/v1", Some("192.0.2.1"), "").await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(field(&answer, "ratelimit-policy"), "\"reads\";q=3;w=60");
        assert_eq!(field(&answer, "ratelimit"), format!("\"reads\";r={left};t=60"));
    }
    server.seconds.fetch_add(45, Ordering::Relaxed);
    let refused = server.get("/api/v1", Some("192.0.2.1"), "").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!((field(&refused, "retry-after"), field(&refused, "ratelimit")), ("15", "\"reads\";r=0;t=15"));
    assert_eq!(field(&refused, "content-type"), "application/problem+json");
    assert_eq!(field(&refused, "access-control-allow-origin"), "*");
    assert_eq!(server.get("/api/v1", Some("192.0.2.2"), "").await.status(), StatusCode::OK, "somebody else");
    server.seconds.fetch_add(15, Ordering::Relaxed);
    assert_eq!(server.get("/api/v1", Some("192.0.2.1"), "").await.status(), StatusCode::OK, "the next minute");
}

#[tokio::test]
async fn pages_and_the_logs_files_are_never_counted() {
    let site = demonstration();
    let server = clocked(&site, Limits { a_minute: 1, proxies: 0 });
    for address in ["/", "/find", "/checkpoint", "/tile/0/000", "/statement/0", "/data", "/verify", "/healthz"] {
        for _ in 0..3 {
            let answer = server.get(address, Some("192.0.2.1"), "").await;
            assert_eq!(answer.status(), StatusCode::OK, "{address}");
            assert_eq!(field(&answer, "ratelimit"), "", "{address}");
        }
    }
}

#[tokio::test]
async fn feeds_and_downloads_are_counted_and_a_large_download_for_more() {
    let site = demonstration();
    let server = clocked(&site, Limits { a_minute: 100, proxies: 0 });
    let mut left = 100;
    for (address, cost) in [
        ("/feed.atom", 1),
        ("/find.atom?q=a", 1),
        ("/catalogue.jsonld", 1),
        ("/sitemap.xml", 1),
        ("/find.csv", 10),
        ("/register.sqlite", 10),
        ("/downloads/shares.csv", 10),
        ("/api", 5),
    ] {
        left -= cost;
        let answer = server.get(address, Some("2001:db8::1"), "").await;
        assert_eq!(field(&answer, "ratelimit"), format!("\"reads\";r={left};t=60"), "{address}");
    }
}

#[tokio::test]
async fn a_forwarded_address_is_believed_only_from_the_operators_own_proxy() {
    let site = demonstration();
    let direct = clocked(&site, Limits { a_minute: 1, proxies: 0 });
    assert_eq!(direct.get("/api/v1", Some("192.0.2.1"), "198.51.100.1").await.status(), StatusCode::OK);
    let again = direct.get("/api/v1", Some("192.0.2.1"), "198.51.100.2").await;
    assert_eq!(again.status(), StatusCode::TOO_MANY_REQUESTS, "the header buys nothing");
    let behind = clocked(&site, Limits { a_minute: 1, proxies: 1 });
    for (forwarded, status) in [
        ("198.51.100.1", StatusCode::OK),
        ("198.51.100.2", StatusCode::OK),
        ("203.0.113.77, 198.51.100.2", StatusCode::TOO_MANY_REQUESTS),
    ] {
        assert_eq!(behind.get("/api/v1", Some("192.0.2.1"), forwarded).await.status(), status, "{forwarded}");
    }
}

#[tokio::test]
async fn a_request_without_a_connection_and_a_site_without_a_limit_are_not_counted() {
    let site = demonstration();
    let limited = clocked(&site, Limits { a_minute: 1, proxies: 0 });
    let unlimited = clocked(&site, Limits { a_minute: 0, proxies: 0 });
    for _ in 0..5 {
        assert_eq!(limited.get("/api/v1", None, "").await.status(), StatusCode::OK);
        assert_eq!(unlimited.get("/api/v1", Some("192.0.2.1"), "").await.status(), StatusCode::OK);
    }
}
