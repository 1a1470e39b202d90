//! Requests that nobody sends by accident.

use crate::support::site;
use crate::support::site::{demonstration, get, header, request, share_address, visit};
use axum::http::{Method, StatusCode};
use base64ct::{Base64, Encoding};
use proptest::prelude::*;
use sha2::{Digest, Sha256};

#[tokio::test]
async fn anything_typed_into_the_search_box_gives_results_or_says_that_nothing_matched() {
    let site = demonstration();
    let typed = [
        "\"",
        "\"\"",
        "'",
        "' OR 1=1 --",
        "*",
        "a*",
        "NEAR(a b)",
        "title:school",
        "-school",
        "^school",
        "a AND",
        "OR",
        "NOT",
        "(",
        ")",
        "a\u{0}b",
        "\u{0}",
        "\u{2}mark\u{3}",
        "é̂",
        "中文",
        "😀",
        "{a b}: c",
        "+",
        "%",
        "_",
        "\\",
        ";",
        "<script>alert(1)</script>",
        "\u{feff}",
        "\u{202e}",
        "DR161003.02",
    ];
    for text in typed {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = get(&site, &format!("/find?q={encoded}")).await;
        assert_eq!(answer.status, StatusCode::OK, "{text:?}");
        assert!(answer.text.contains("rc-results__title") || answer.text.contains("Nothing matched"), "{text:?}");
        assert!(!answer.text.contains("<script>alert"), "{text:?}");
    }
    let long = format!("/find?q={}", "a+".repeat(1_500));
    assert_eq!(get(&site, &long).await.status, StatusCode::OK);
}

#[test]
fn no_search_text_at_all_is_an_error() {
    let site = demonstration();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    proptest!(ProptestConfig::with_cases(150), |(text in "\\PC{0,40}|[\"'*():^ a-z+-]{0,30}|.{0,30}")| {
        let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let answer = runtime.block_on(get(&site, &format!("/find?q={encoded}")));
        prop_assert_eq!(answer.status, StatusCode::OK);
    });
}

#[tokio::test]
async fn a_bad_filter_is_named() {
    let site = demonstration();
    let bad = [
        ("status=nonsense", "status"),
        ("channel=%27", "channel"),
        ("route=secure", "route"),
        ("sort=id%3BDROP", "sort"),
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=99999999999999999999", "page"),
        ("overdue=maybe", "overdue"),
    ];
    for (query, parameter) in bad {
        let answer = get(&site, &format!("/find?{query}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{query}");
        assert!(answer.text.contains(&format!("<strong class=\"rc-code\">{parameter}</strong>")), "{query}");
    }
    let json = request(&site, Method::GET, "/find?page=x", &[("accept", "application/json")]).await;
    assert_eq!(header(&json, "content-type"), "application/problem+json");
    assert!(json.text.contains("\"parameter\":\"page\""));
}

#[tokio::test]
async fn odd_queries_are_read_as_far_as_they_go() {
    let site = demonstration();
    for query in [
        "",
        "&&&",
        "=",
        "q",
        "q=%",
        "q=%FF%FE",
        "unknown=1",
        "sector=%00",
        "dataset=x&dataset=y",
        "recipient=../..",
        "page=1000000",
    ] {
        assert_eq!(get(&site, &format!("/find?{query}")).await.status, StatusCode::OK, "{query}");
    }
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder_or_to_an_unfinished_file() {
    let site = demonstration();
    let outside = site.public().parent().unwrap().join("secret.csv");
    std::fs::write(&outside, "canary-outside").unwrap();
    for name in [".hidden.csv", "shares.csv.tmp", ".tmp", "shares.csv~"] {
        std::fs::write(site.public().join("downloads").join(name), "canary-inside").unwrap();
    }
    let tricks = [
        "/../secret.csv",
        "/downloads/../../secret.csv",
        "/downloads/..%2F..%2Fsecret.csv",
        "/downloads/%2e%2e%2fsecret.csv",
        "/downloads/.hidden.csv",
        "/downloads/shares.csv.tmp",
        "/downloads/.tmp",
        "/downloads/shares.csv~",
        "/downloads/",
        "/downloads",
        "/downloads/shares.csv%00",
        "/downloads/..\\..\\secret.csv",
        "/downloads//shares.csv",
        "/tile/..%2F..%2F..%2Fsecret.csv",
        "/tile/../../secret.csv",
        "/tile/0/../../checkpoint",
        "/tile/entries/..%2F000",
        "/tile/00/000",
        "/tile/0/0",
        "/tile/0/000.p/0",
        "/tile/0/000.p/256",
        "/tile/64/000",
        "/tile/",
        "/tile/0/999",
        "/disclosures/..%2F..%2Fsecret.csv",
        "/disclosures/%2e%2e/checkpoint",
        "/disclosures/000.tmp",
        "/disclosures/",
        "/private/log.key",
        "/..%2Fprivate%2Flog.key",
        "/register.sqlite-wal",
        "/register.sqlite.tmp",
        "/.git/config",
        "/assets/x/main.css",
        "/assets/../checkpoint",
        "/statement/00",
        "/statement/+1",
        "/statement/-1",
        "/statement/1e3",
        "/statement/0.tlog-proof.tmp",
        "/statement/99999999999999999999",
        "/statement/18446744073709551615",
        "/statement/9223372036854775808.json",
        "/recipient/..%2F..",
        "/share/",
        "/share/%FF",
        "/share/none",
    ];
    for path in tricks {
        let answer = get(&site, path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(!answer.text.contains("canary-"), "{path}");
    }
}

#[tokio::test]
async fn names_and_references_are_shown_and_never_run() {
    let site = demonstration();
    site.publish_another_share();
    let page = get(&site, &share_address("a/../b c?d#e%2F")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains("<b>Bold") && page.text.contains("Bold &#38; Sons"));
    let list = get(&site, "/find?q=Bold").await.text;
    assert!(list.contains("href=\"/share/a%2F..%2Fb%20c%3Fd%23e%252F\""));
    assert!(list.contains("href=\"/share?reference=..\""));
}

#[tokio::test]
async fn every_answer_carries_the_headers_that_protect_its_reader() {
    let site = demonstration();
    for path in ["/", "/find", "/checkpoint", "/no-such-page", "/find?page=x", "/tile/0/000", "/healthz"] {
        let answer = get(&site, path).await;
        let policy = header(&answer, "content-security-policy");
        assert!(policy.starts_with("default-src 'none';"), "{path}");
        assert!(policy.contains("frame-ancestors 'none'") && !policy.contains("unsafe"), "{path}");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(header(&answer, "referrer-policy"), "no-referrer", "{path}");
        assert!(!answer.headers.contains_key("set-cookie"), "{path}");
        assert!(!answer.headers.contains_key("strict-transport-security"), "{path}");
        assert!(!answer.headers.contains_key("server"), "{path}");
    }
}

#[tokio::test]
async fn the_only_inline_script_is_the_one_that_the_policy_names_and_nothing_comes_from_elsewhere() {
    let site = demonstration();
    for path in ["/", "/find", "/verify", "/no-such-page", &site.first_share("").await] {
        let answer = get(&site, path).await;
        let inline = answer.text.split("<script>").nth(1).unwrap().split("</script>").next().unwrap();
        let digest = format!("'sha256-{}'", Base64::encode_string(&Sha256::digest(inline.as_bytes())));
        assert!(header(&answer, "content-security-policy").contains(&digest), "{path}");
        assert_eq!(answer.text.matches("<script>").count(), 1, "{path}");
        let modules = answer.text.matches("<script type=\"module\" src=\"/assets/").count();
        assert_eq!(answer.text.matches("<script").count(), 1 + modules, "{path}");
        assert!(!answer.text.contains(" style=") && !answer.text.contains(" onclick="), "{path}");
        for attribute in ["src=\"http", "src=\"//", "rel=\"stylesheet\" href=\"http"] {
            assert!(!answer.text.contains(attribute), "{path}");
        }
    }
}

#[tokio::test]
async fn pages_are_only_read() {
    let site = demonstration();
    for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
        for path in ["/", "/find", "/checkpoint", "/register.sqlite"] {
            let answer = visit(&site, method.clone(), path).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {path}");
            assert_eq!(header(&answer, "allow"), "GET,HEAD", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn an_address_or_a_body_of_any_length_is_refused_early() {
    let site = demonstration();
    let long = get(&site, &format!("/find?q={}", "a".repeat(5_000))).await;
    assert_eq!(long.status, StatusCode::URI_TOO_LONG);
    assert!(long.text.contains("too large"));
    let body = request(&site, Method::GET, "/", &[("content-length", "1000000")]).await;
    assert_eq!(body.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn only_pages_that_offer_the_check_in_the_browser_may_compile_a_module_and_fetch() {
    let site = demonstration();
    let offered = get(&site, "/verify").await.text.contains("data-rc-log-check");
    let share = site.first_share("").await;
    for (path, checks) in [("/verify", true), ("/statement/3", true), ("/", false), (share.as_str(), false)] {
        let answer = get(&site, path).await;
        let policy = header(&answer, "content-security-policy");
        let may = ["'wasm-unsafe-eval'", "connect-src 'self'"].map(|word| policy.contains(word));
        assert_eq!(may, [checks && offered; 2], "{path}");
        assert!(!policy.contains("'unsafe-eval'") && !policy.contains("unsafe-inline"), "{path}");
        assert_eq!(answer.text.contains("data-rc-log-check"), checks && offered, "{path}");
    }
}

#[tokio::test]
async fn an_answer_that_a_browser_has_kept_keeps_its_policy() {
    let site = demonstration();
    for page in ["/", "/verify", "/statement/3"] {
        let whole = get(&site, page).await;
        let held = request(&site, Method::GET, page, &[("if-none-match", header(&whole, "etag"))]).await;
        assert_eq!(held.status, StatusCode::NOT_MODIFIED, "{page}");
        assert_eq!((header(&held, "content-security-policy"), header(&held, "content-type")), ("", ""), "{page}");
    }
}

/// Addresses that read a query.
const ASKING: &[&str] = &[
    "/find",
    "/find.csv",
    "/find.jsonl",
    "/find.hdr-uk.csv",
    "/find.atom",
    "/decisions",
    "/changes",
    "/changes.csv",
    "/corrections",
    "/other-access",
    "/datasets",
    "/dataset/school-census",
    "/share",
    "/figures/volume.csv",
    "/api/v1/shares",
    "/api/v1/releases",
    "/api/v1/statements",
    "/api/v1/changes",
    "/as-of/2019/find",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 400, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_query_at_all_is_the_servers_fault(
        page in proptest::sample::select(ASKING.to_vec()),
        pairs in proptest::collection::vec(
            ("(q|status|sort|page|cursor|limit|from|to|before|after|as_of|dataset|year|overdue|reference|[a-z]{1,5})",
             "(.{0,12}|-?[0-9]{0,25}|checkpoint-[0-9]{1,20}|[0-9]{4}-[0-9]{2}-[0-9]{2}|\\PC{0,20})"),
            0..5,
        ),
        raw in "[%0-9A-Za-z&=+;]{0,12}",
    ) {
        thread_local! {
            static SITE: (tokio::runtime::Runtime, site::TestSite) =
                (tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap(), demonstration());
        }
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(&pairs);
        let address = format!("{page}?{}&{raw}", query.finish());
        SITE.with(|(runtime, site)| {
            let answer = runtime.block_on(get(site, &address));
            assert!(!answer.status.is_server_error(), "{address}: {}", answer.status);
        });
    }
}
