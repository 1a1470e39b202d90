//! What is withheld, or was erased, is nowhere: every page, feed, download and answer that can be reached is read, and every
//! byte of every public file, and none holds it.

use crate::support::site;
use std::collections::{BTreeSet, VecDeque};
use std::path::Path;

use crate::support::site::{TestSite, demonstration, get, request};
use axum::http::{Method, StatusCode};
use register::Salt;
use register::statement::Body;

/// Pages that one test reads at most; it must reach the end before that.
const MOST: usize = 6_000;

/// Where reading begins, besides the front page: what no page links to.
const SEEDS: &[&str] = &[
    "/",
    "/feed.atom",
    "/catalogue.jsonld",
    "/sitemap.xml",
    "/api",
    "/api/v1",
    "/api/v1/register",
    "/api/v1/shares?limit=200",
    "/api/v1/releases?limit=200",
    "/api/v1/recipients?limit=200",
    "/api/v1/datasets",
    "/api/v1/datasets/school-census",
    "/api/v1/datasets/school-census/items",
    "/api/v1/datasets/school-census/items/postcode",
    "/api/v1/decisions?limit=200",
    "/api/v1/statements?limit=200",
    "/api/v1/facets",
    "/find.csv",
    "/find.jsonl",
    "/find.hdr-uk.csv",
    "/changes.csv?from=2000",
    "/share/no-such-share",
    "/find?status=nonsense",
    "/as-of/2016/find",
    "/as-of/2019/find",
];

/// Texts that must be found nowhere: those that the demonstration withholds, and those that it erases.
fn secrets() -> BTreeSet<String> {
    let mut count = 0_u64;
    let mut salt = || {
        count += 1;
        let mut bytes = [3; 32];
        bytes[..8].copy_from_slice(&count.to_be_bytes());
        Salt(bytes)
    };
    let drafts = server::demo::drafts(&mut salt);
    let mut secrets: BTreeSet<String> =
        drafts.iter().flat_map(|draft| &draft.withheld).map(|text| text.value().to_owned()).collect();
    for draft in &drafts {
        if let Body::Redaction(redaction) = &draft.statement.body {
            let public = &drafts[redaction.of as usize].public;
            let erased = public.iter().filter(|text| redaction.digests.contains(&text.digest()));
            secrets.extend(erased.map(|text| text.value().to_owned()));
        }
    }
    // A title that a correction opened later is a secret no longer.
    let opened: BTreeSet<&str> = drafts.iter().flat_map(|draft| &draft.public).map(|text| text.value()).collect();
    let erased = |text: &String| {
        drafts.iter().any(|draft| {
            matches!(&draft.statement.body, Body::Redaction(redaction)
        if drafts[redaction.of as usize].public.iter().any(|public| public.value() == text))
        })
    };
    secrets.retain(|text| !opened.contains(text.as_str()) || erased(text));
    assert!(secrets.len() >= 5, "the demonstration withholds and erases something: {}", secrets.len());
    secrets
}

/// As it stands in HTML, in JSON, in XML and in a spreadsheet: the words between signs that these write otherwise.
fn traces(secret: &str) -> String {
    secret.split(['&', '<', '>', '"', '\'', '\\', '\n', '\r']).max_by_key(|part| part.len()).unwrap().trim().to_owned()
}

fn holds(bytes: &[u8], trace: &str) -> bool {
    bytes.windows(trace.len()).any(|part| part == trace.as_bytes())
}

/// The addresses that an answer links to.
fn links(text: &str) -> Vec<String> {
    let marks = ["href=\"", "href='", "\"next\":\"", "<loc>"];
    let found = marks.iter().flat_map(|mark| text.split(mark).skip(1));
    let address = |rest: &str| {
        let end = rest.find(['"', '\'', '<', '#']).unwrap_or(rest.len());
        let plain = rest[..end].replace("&#38;", "&").replace("&amp;", "&");
        let path = plain
            .find("://")
            .map_or(plain.as_str(), |at| plain[at + 3..].find('/').map_or("/", |path| &plain[at + 3 + path..]));
        path.to_owned()
    };
    found.map(address).filter(|address| address.starts_with('/')).collect()
}

#[tokio::test]
async fn nothing_that_can_be_reached_holds_a_withheld_or_an_erased_text() {
    let site = demonstration();
    let traces: Vec<String> = secrets().iter().map(|secret| traces(secret)).collect();
    let mut seen: BTreeSet<String> = SEEDS.iter().map(|seed| (*seed).to_owned()).collect();
    let mut ahead: VecDeque<String> = seen.iter().cloned().collect();
    let (mut read, mut kinds) = (0, BTreeSet::new());
    while let Some(address) = ahead.pop_front() {
        // Feeds and the catalogue say where the site is, and ask the request for it.
        let answer = request(&site, Method::GET, &address, &[("host", "register.example")]).await;
        assert!(!answer.status.is_server_error(), "{address}: {}", answer.status);
        for trace in &traces {
            assert!(!holds(&answer.bytes, trace), "{address} holds a text that is withheld or erased");
        }
        let kind = site::header(&answer, "content-type").split(';').next().unwrap().to_owned();
        kinds.insert(kind);
        read += 1;
        assert!(read < MOST, "reading does not come to an end");
        // A past moment is read where a page of the present links to it, and leads no further.
        if address.starts_with("/as-of/") {
            continue;
        }
        for link in links(&answer.text) {
            if !leads_on(&link) || !seen.insert(link.clone()) {
                continue;
            }
            ahead.push_back(link);
        }
    }
    assert!(read > 800, "only {read} answers were read");
    for kind in ["text/html", "application/json", "application/atom+xml", "text/csv", "application/x-ndjson"] {
        assert!(kinds.contains(kind), "no answer of type {kind} was read");
    }
}

/// Lists in every order and with every filter are the same shares over and over. Each past state is computed when it is
/// asked for: every tenth is enough.
fn leads_on(link: &str) -> bool {
    if link.starts_with("/as-of/") && !link.contains("0/share/") {
        return false;
    }
    let combined = link.split('?').nth(1).is_some_and(|query| query.split('&').count() > 1);
    !(combined && (link.starts_with("/find") || link.starts_with("/dataset") || link.starts_with("/decisions")))
        && !link.starts_with("/assets/")
        && !link.starts_with("/find.")
}

#[test]
fn no_public_file_and_no_index_holds_a_withheld_or_an_erased_text() {
    let site = demonstration();
    let secrets = secrets();
    let mut files = 0;
    each_file(site.public(), &mut |path, bytes| {
        files += 1;
        for secret in &secrets {
            assert!(!holds(bytes, &traces(secret)), "{} holds a text that is withheld or erased", path.display());
        }
    });
    assert!(files > 10, "only {files} files were read");
}

fn each_file(folder: &Path, each: &mut impl FnMut(&Path, &[u8])) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            each_file(&path, each);
        } else {
            each(&path, &std::fs::read(&path).unwrap());
        }
    }
}

#[tokio::test]
async fn no_search_finds_a_withheld_or_an_erased_text() {
    let site = demonstration();
    for secret in secrets() {
        let phrase: String =
            form_urlencoded::byte_serialize(format!("\"{}\"", secret.replace('"', " ")).as_bytes()).collect();
        assert_nothing_found(&site, &phrase).await;
    }
}

async fn assert_nothing_found(site: &TestSite, phrase: &str) {
    let answer = get(site, &format!("/find?q={phrase}")).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text.contains(">0 shares"), "{phrase} was found");
}
