//! Conditional requests, of pages and programs alike.

use axum::http::{Method, StatusCode};

use crate::support::site::{Answer, TestSite, demonstration, get, header, request};

const HOST: (&str, &str) = ("host", "register.example");

async fn ask(site: &TestSite, address: &str, headers: &[(&str, &str)]) -> Answer {
    let headers: Vec<(&str, &str)> = headers.iter().copied().chain([HOST]).collect();
    request(site, Method::GET, address, &headers).await
}

#[tokio::test]
async fn an_answer_that_still_stands_is_not_sent_again() {
    let site = demonstration();
    let share = site.first_share("").await;
    for address in [
        "/",
        "/find?status=live",
        "/data",
        "/verify",
        "/api",
        "/api/v1/shares?q=school",
        "/api/v1/datasets/school-census/items?q=pupil",
        "/api/v1/datasets/school-census/items/postcode",
        "/feed.atom",
        "/catalogue.jsonld",
        "/sitemap.xml",
        &share,
    ] {
        let whole = ask(&site, address, &[]).await;
        assert_eq!(whole.status, StatusCode::OK, "{address}");
        let tag = header(&whole, "etag");
        assert!(tag.starts_with('"') && tag.ends_with('"') && tag.len() > 20, "{address}: {tag}");
        for tags in [tag, &format!("W/{tag}"), &format!("\"other\", {tag}"), "*"] {
            let again = ask(&site, address, &[("if-none-match", tags)]).await;
            assert_eq!((again.status, again.bytes.len()), (StatusCode::NOT_MODIFIED, 0), "{address} {tags}");
            for name in ["etag", "cache-control", "last-modified"] {
                assert_eq!(header(&again, name), header(&whole, name), "{address} {name}");
            }
        }
        let other = ask(&site, address, &[("if-none-match", "\"other\"")]).await;
        assert_eq!(other.status, StatusCode::OK, "{address}");
        let since = header(&whole, "last-modified");
        assert_eq!(ask(&site, address, &[("if-modified-since", since)]).await.status, StatusCode::NOT_MODIFIED);
        // A tag that does not match counts for more than a date that does (RFC 9110 section 13.2.2).
        let both = [("if-modified-since", since), ("if-none-match", "\"other\"")];
        assert_eq!(ask(&site, address, &both).await.status, StatusCode::OK, "{address}");
    }
}

#[tokio::test]
async fn another_question_another_day_another_coding_and_another_host_have_other_tags() {
    let site = demonstration();
    let tag = |answer: &Answer| header(answer, "etag").to_owned();
    let plain = tag(&ask(&site, "/api/v1/shares", &[]).await);
    assert_eq!(plain, tag(&ask(&site, "/api/v1/shares", &[]).await));
    assert_ne!(plain, tag(&ask(&site, "/api/v1/shares?limit=3", &[]).await));
    assert_ne!(plain, tag(&ask(&site.on("2026-11-25T00:00:00Z"), "/api/v1/shares", &[]).await));
    let coded = ask(&site, "/api/v1/shares", &[("accept-encoding", "gzip")]).await;
    assert_eq!((header(&coded, "content-encoding"), header(&coded, "vary")), ("gzip", "accept-encoding"));
    assert_eq!(tag(&coded), plain.trim_end_matches('"').to_owned() + "-gzip\"");
    let again = ask(&site, "/api/v1/shares", &[("accept-encoding", "gzip"), ("if-none-match", &tag(&coded))]).await;
    assert_eq!((again.status, tag(&again)), (StatusCode::NOT_MODIFIED, tag(&coded)));
    let elsewhere = request(&site, Method::GET, "/feed.atom", &[("host", "other.example")]).await;
    assert_ne!(tag(&elsewhere), tag(&ask(&site, "/feed.atom", &[]).await));
}

#[tokio::test]
async fn a_new_statement_changes_every_tag() {
    let site = demonstration();
    let addresses = ["/", "/api/v1/shares", "/feed.atom", "/verify"];
    let mut tags = Vec::new();
    for address in addresses {
        tags.push(header(&ask(&site, address, &[]).await, "etag").to_owned());
    }
    site.publish_another_share();
    for (address, tag) in addresses.iter().zip(&tags) {
        let answer = ask(&site, address, &[("if-none-match", tag)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        assert_ne!(header(&answer, "etag"), tag, "{address}");
    }
}

#[tokio::test]
async fn a_copy_of_the_folder_gives_the_same_tags() {
    let site = demonstration();
    let copy = site.copy();
    for address in ["/find", "/api/v1/shares"] {
        assert_eq!(header(&get(&site, address).await, "etag"), header(&get(&copy, address).await, "etag"), "{address}");
    }
}

#[tokio::test]
async fn a_date_is_that_of_the_newest_statement_or_of_the_day() {
    let site = demonstration();
    let answer = get(&site, "/api/v1/shares").await;
    assert_eq!(header(&answer, "last-modified"), "Tue, 24 Nov 2026 00:00:00 GMT");
    let tomorrow = site.on("2026-11-25T08:00:00Z");
    let since = [("if-modified-since", "Tue, 24 Nov 2026 00:00:00 GMT")];
    assert_eq!(ask(&tomorrow, "/api/v1/shares", &since).await.status, StatusCode::OK);
}

#[tokio::test]
async fn errors_and_what_is_never_kept_have_no_tag() {
    let site = demonstration();
    for address in ["/nothing", "/api/v1/nothing", "/find?page=x", "/healthz", "/statement/0.json"] {
        assert!(!get(&site, address).await.headers.contains_key("etag"), "{address}");
    }
}
