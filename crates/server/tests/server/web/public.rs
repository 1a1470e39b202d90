//! Pages over the whole register, through the real router on the demonstration register.

mod changes;
mod decisions;
mod notices;
mod other_access;
mod reading;

use crate::support::site;
use crate::support::site::{TestSite, get};
use axum::http::StatusCode;
use proptest::prelude::*;

/// The pages of this test.
const PAGES: &[&str] = &[
    "/decisions",
    "/other-access",
    "/changes",
    "/corrections",
    "/glossary",
    "/method",
    "/accessibility",
    "/cookies",
    "/privacy",
    "/contact",
];

/// Follows the link to the next page from this one to the last, and gives every page's text.
async fn every_page(site: &TestSite, first: &str) -> Vec<String> {
    let mut address = first.to_owned();
    let mut texts = Vec::new();
    loop {
        let answer = get(site, &address).await;
        assert_eq!(answer.status, StatusCode::OK, "{address}");
        let next = answer.text.split("govuk-pagination__next\"><a").nth(1).map(|rest| attribute(rest, "href"));
        texts.push(answer.text);
        assert!(texts.len() < 1_000, "{first} has no last page");
        match next {
            Some(next) => address = next,
            None => return texts,
        }
    }
}

/// The first value of an attribute, with its ampersands as they are typed.
fn attribute(text: &str, name: &str) -> String {
    let rest = text.split(&format!("{name}=\"")).nth(1).unwrap();
    rest.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")
}

/// Every value of a piece of markup that stands between two others.
fn between<'a>(text: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    text.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

#[tokio::test]
async fn every_page_names_the_checkpoint_and_can_be_reached_from_every_other() {
    let site = site::demonstration();
    for page in PAGES {
        let answer = get(&site, page).await;
        assert_eq!(answer.status, StatusCode::OK, "{page}");
        assert!(answer.text.contains(&format!("Computed from the first {} statements", site.size())), "{page}");
        for other in PAGES {
            assert!(answer.text.contains(&format!("href=\"{other}\"")), "{page} does not lead to {other}");
        }
        assert_eq!(answer.text.matches("<h1").count(), 1, "{page}");
        assert!(!answer.text.contains(" style="), "{page}");
    }
    let about = get(&site, "/about").await.text;
    let about = about.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    for page in PAGES {
        assert!(about.contains(&format!("href=\"{page}\"")), "/about does not lead to {page}");
    }
}

#[tokio::test]
async fn no_page_shows_a_text_that_is_withheld() {
    let site = site::demonstration();
    let withheld = site::withheld_values();
    assert!(withheld.len() >= 5, "the demonstration withholds texts");
    let tables = ["/decisions.csv", "/changes.csv?from=2000", "/changes?from=2000"];
    for page in PAGES.iter().chain(&tables) {
        for text in every_page(&site, page).await {
            for value in &withheld {
                assert!(!text.contains(value.as_str()), "{page}");
            }
        }
    }
}

#[tokio::test]
async fn a_value_that_a_parameter_cannot_have_is_named_with_what_it_may_be() {
    let site = site::demonstration();
    let bad = [
        ("/decisions?outcome=maybe", "outcome", "refused"),
        ("/decisions?year=24", "year", "a year such as 2024"),
        ("/decisions?reason=because", "reason", "benefit-clear"),
        ("/decisions?page=0", "page", "a whole number from 1"),
        ("/decisions?year=2020&year=2021", "year", "It can be given once"),
        ("/decisions.csv?outcome=maybe", "outcome", "refused"),
        ("/other-access?page=x", "page", "a whole number from 1"),
        ("/changes?from=yesterday", "from", "a date such as 2024-03-14"),
        ("/changes?to=2024-02-30", "to", "a date such as 2024-03-14"),
        ("/changes?from=2024&to=2023", "from", "It must not be after"),
        ("/changes?kind=rumour", "kind", "share-decided"),
        ("/changes?before=-1", "before", "a whole number"),
        ("/changes?before=18446744073709551615", "before", "a whole number"),
        ("/changes.csv?from=%00", "from", "a date such as 2024-03-14"),
        ("/corrections?before=last", "before", "a whole number"),
    ];
    for (address, parameter, expected) in bad {
        let answer = get(&site, address).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{address}");
        assert!(answer.text.contains(&format!("<strong class=\"rc-code\">{parameter}</strong>")), "{address}");
        assert!(answer.text.contains(expected), "{address}");
    }
    for address in
        ["/decisions?page=1000000", "/other-access?page=1000000", "/changes?before=0", "/corrections?before=0"]
    {
        assert_eq!(get(&site, address).await.status, StatusCode::OK, "{address}");
    }
}

#[test]
fn whatever_stands_behind_the_question_mark_is_answered_or_named() {
    let site = site::demonstration();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let names = "outcome|year|reason|decided-by|page|from|to|kind|before|x";
    let values = "[0-9]{1,20}|[0-9]{4}-[0-9]{2}-[0-9]{2}|%[0-9A-F]{2}|[a-z-]{0,12}|\\PC{0,12}";
    let query = proptest::collection::vec((names, values), 0..4);
    let pages =
        proptest::sample::select(PAGES.iter().copied().chain(["/decisions.csv", "/changes.csv"]).collect::<Vec<_>>());
    proptest!(ProptestConfig::with_cases(150), |(page in pages, query in query)| {
        let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
        let pairs: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let answer = runtime.block_on(get(&site, &format!("{page}?{}", pairs.join("&"))));
        prop_assert!(matches!(answer.status, StatusCode::OK | StatusCode::BAD_REQUEST), "{}", answer.status);
    });
}

#[tokio::test]
async fn without_a_register_every_page_says_so() {
    let empty = site::empty();
    for page in PAGES {
        let answer = get(&empty, page).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{page}");
        assert!(answer.text.contains("The register cannot be shown right now"), "{page}");
    }
}
