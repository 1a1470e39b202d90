//! The result of a search as a file: the same answer as the page's, whole, in parts, and only if it changed.

use std::io::Cursor;

use crate::support::site::{TestSite, demonstration, get, header, request};
use axum::http::{Method, StatusCode};
use base64ct::{Base64, Encoding};
use calamine::{Reader, open_workbook_auto_from_rs};
use serde_json::Value;
use sha2::{Digest, Sha256};

const QUESTIONS: [&str; 5] =
    ["", "q=school+absence", "status=live&sort=title", "overdue=yes", "q=univresity&sort=-released"];

/// The references that the page lists, page after page.
async fn listed(site: &TestSite, query: &str) -> Vec<String> {
    let mut all = Vec::new();
    for page in 1.. {
        let text = get(site, &format!("/find?{query}&page={page}")).await.text;
        let rows = text.split("rc-results__title\" href=\"").skip(1);
        let link = |row: &str| row.split('"').next().unwrap().split("/share/").nth(1).unwrap().to_owned();
        let some: Vec<String> = rows.map(link).collect();
        if some.is_empty() {
            return all;
        }
        all.extend(
            some.iter()
                .map(|reference| percent_encoding::percent_decode_str(reference).decode_utf8().unwrap().into_owned()),
        );
    }
    unreachable!("a list ends");
}

fn of_csv(bytes: &[u8]) -> Vec<String> {
    csv::Reader::from_reader(bytes).records().map(|row| row.unwrap()[1].to_owned()).collect()
}

fn of_workbook(bytes: Vec<u8>) -> Vec<String> {
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).unwrap();
    let sheet = book.worksheets().remove(0).1;
    sheet.rows().skip(1).map(|row| row[1].to_string()).collect()
}

#[tokio::test]
async fn page_and_files_give_the_same_answer_to_the_same_question() {
    let site = demonstration();
    for query in QUESTIONS {
        let expected = listed(&site, query).await;
        assert!(!expected.is_empty(), "{query}");
        let take = async |ending: &str| {
            let answer = get(&site, &format!("/find.{ending}?{query}")).await;
            assert_eq!(answer.status, StatusCode::OK, "{ending} {query}");
            answer.bytes
        };
        assert_eq!(of_csv(&take("csv").await), expected, "{query}");
        assert_eq!(of_workbook(take("ods").await), expected, "{query}");
        assert_eq!(of_workbook(take("xlsx").await), expected, "{query}");
        let lines = String::from_utf8(take("jsonl").await).unwrap();
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let references: Vec<&str> = lines.iter().map(|line| line["share"]["reference"].as_str().unwrap()).collect();
        assert_eq!(references, expected, "{query}");
    }
}

#[tokio::test]
async fn a_question_without_words_and_filters_gives_what_is_published_for_everybody() {
    let site = demonstration();
    for (of_search, published) in [("jsonl", "shares.jsonl"), ("hdr-uk.csv", "hdr-uk.csv")] {
        let lines = |bytes: Vec<u8>| {
            let mut lines: Vec<String> = String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect();
            lines.sort();
            lines
        };
        let result = lines(get(&site, &format!("/find.{of_search}")).await.bytes);
        assert_eq!(result, lines(get(&site, &format!("/downloads/{published}")).await.bytes), "{of_search}");
        assert!(result.len() > 20);
    }
}

#[tokio::test]
async fn a_file_goes_on_where_it_was_broken_off_but_only_the_same_file() {
    let site = demonstration();
    for path in ["/find.csv?q=school", "/downloads/shares.csv", "/register.sqlite"] {
        let whole = get(&site, path).await;
        let tag = header(&whole, "etag").to_owned();
        let digest = Sha256::digest(&whole.bytes);
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(tag, format!("\"{hex}\""), "{path}");
        assert_eq!(header(&whole, "repr-digest"), format!("sha-256=:{}:", Base64::encode_string(&digest)), "{path}");
        let part = |if_range: String| {
            let site = &site;
            async move { request(site, Method::GET, path, &[("range", "bytes=100-"), ("if-range", &if_range)]).await }
        };
        let rest = part(tag.clone()).await;
        assert_eq!(rest.status, StatusCode::PARTIAL_CONTENT, "{path}");
        assert_eq!(rest.bytes, whole.bytes[100..], "{path}");
        let other = part("\"another\"".to_owned()).await;
        assert_eq!((other.status, other.bytes.len()), (StatusCode::OK, whole.bytes.len()), "{path}");
        let held = request(&site, Method::GET, path, &[("if-none-match", &tag)]).await;
        assert_eq!((held.status, held.bytes.len()), (StatusCode::NOT_MODIFIED, 0), "{path}");
        assert_eq!(header(&held, "etag"), tag, "{path}");
    }
}

#[tokio::test]
async fn a_result_as_of_then_is_what_the_page_listed_then() {
    let site = demonstration();
    let then = format!("as_of=checkpoint-{}", site.size() / 2);
    let expected = listed(&site, &then).await;
    assert_eq!(of_csv(&get(&site, &format!("/find.csv?{then}")).await.bytes), expected);
    assert!(expected.len() < listed(&site, "").await.len());
}

#[tokio::test]
async fn a_form_that_there_is_none_of_and_a_filter_that_cannot_be_are_refused() {
    let site = demonstration();
    for ending in ["pdf", "hdr-uk", "hdr-uk.jsonl", "csv.gz", "..", ""] {
        assert_eq!(get(&site, &format!("/find.{ending}")).await.status, StatusCode::NOT_FOUND, "{ending}");
    }
    assert_eq!(get(&site, "/find.csv?status=nonsense").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn no_cell_of_a_result_runs_as_a_formula() {
    let site = demonstration();
    site.publish_another_share();
    for ending in ["csv", "hdr-uk.csv"] {
        let text = get(&site, &format!("/find.{ending}")).await.text;
        let mut table = csv::Reader::from_reader(text.as_bytes());
        for row in table.records().map(Result::unwrap) {
            assert!(row.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{row:?}");
        }
    }
}
