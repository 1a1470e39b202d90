//! Pages as of past dates and checkpoints, against folds of the log's first statements.

use crate::support::site::{TestSite, demonstration, get};
use axum::http::StatusCode;
use register::statement::Body;
use register::{Register, Statement};
use serde_json::Value;

/// The register after the first so many statements, with the texts that are public today.
fn folded(site: &TestSite, size: u64) -> Register {
    let whole = site.register();
    let mut register = Register::new();
    for (statement, texts) in site.statements().iter().take(size as usize) {
        register.apply(statement, texts).unwrap();
    }
    assert!(register.size() <= whole.size());
    register
}

/// Sizes at which something changed, spread over the log, its ends among them.
fn sizes(site: &TestSite) -> Vec<u64> {
    let mut sizes: Vec<u64> = (1..=site.size()).step_by(29).collect();
    sizes.push(site.size());
    sizes
}

#[tokio::test]
async fn a_share_as_of_a_checkpoint_is_what_the_statements_up_to_then_say() {
    let site = demonstration();
    let mut compared = 0;
    for size in sizes(&site) {
        let then = folded(&site, size);
        for share in site.register().shares() {
            let address = format!("/as-of/checkpoint-{size}/share/{}?format=json", encoded(&share.reference));
            let answer = get(&site, &address).await;
            let Some(expected) = then.share(&share.reference) else {
                assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
                continue;
            };
            assert_eq!(answer.status, StatusCode::OK, "{address}: {}", answer.text);
            let json: Value = serde_json::from_str(&answer.text).unwrap();
            assert_eq!(json["checkpoint"]["size"], size, "{address}");
            assert_eq!(json["share"]["status"], expected.status().code(), "{address}");
            assert_eq!(json["share"]["changed"], expected.changed, "{address}");
            assert_eq!(json["releases"].as_array().unwrap().len() as u64, expected.release_count(), "{address}");
            let recipient = &then.recipients()[expected.recipient].organisation.name;
            assert_eq!(json["recipient"]["name"], recipient.as_str(), "{address}");
            compared += 1;
        }
    }
    assert!(compared > 300, "only {compared} states were compared");
}

fn encoded(reference: &str) -> String {
    reference.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[tokio::test]
async fn a_date_means_the_end_of_its_day_month_or_year() {
    let site = demonstration();
    let statements = site.statements();
    let logged = |index: usize| statements[index].0.logged.date().to_string();
    let middle = logged(statements.len() / 2);
    for date in [&middle[..], &middle[..7], &middle[..4]] {
        let end = date.parse::<register::PartialDate>().unwrap().last_day();
        let expected = statements.iter().filter(|(statement, _)| statement.logged.date().last_day() <= end).count();
        let text = get(&site, &format!("/as-of/{date}/about")).await.text;
        assert!(text.contains(&format!("Computed from the first {expected} statements")), "{date}");
        let same = get(&site, &format!("/about?as_of={date}")).await.text;
        assert_eq!(text, same, "the parameter asks for the same page");
    }
}

#[tokio::test]
async fn a_page_as_of_then_links_to_pages_as_of_then_and_once_to_now() {
    let site = demonstration();
    let size = site.size() / 2;
    let share = &folded(&site, size).shares()[0].reference.clone();
    for page in ["", "/find?q=school&sort=title", &format!("/share/{share}"), "/statement/3", "/verify", "/data"] {
        let text = get(&site, &format!("/as-of/checkpoint-{size}{page}")).await.text;
        let links = text.split("href=\"").skip(1).chain(text.split("action=\"").skip(1));
        let mut prefixed = 0;
        for link in links.map(|rest| rest.split('"').next().unwrap()).filter(|link| link.starts_with('/')) {
            // Versions of a share lead to other moments.
            let timeless =
                ["/as-of/", "/assets/", "/checkpoint", "/vkey", "/files", "/register.sqlite", "/downloads/", "/tile"];
            let then = link.starts_with(&format!("/as-of/checkpoint-{size}/"));
            assert!(then || timeless.iter().any(|path| link.starts_with(path)), "{page}: {link}");
            prefixed += u64::from(then);
        }
        assert!(prefixed > 5, "{page}");
        let now = if page.is_empty() { "/" } else { page };
        assert!(text.contains(&format!("href='{}'", now.replace('&', "&#38;"))), "{page}: no way back to now");
    }
}

#[tokio::test]
async fn what_was_corrected_or_erased_since_is_marked() {
    let site = demonstration();
    let statements = site.statements();
    let mut seen = (false, false);
    for (index, (statement, _)) in (0_u64..).zip(statements) {
        let target = match (&statement.body, statement.corrects) {
            (Body::Redaction(redaction), _) => redaction.of,
            (_, Some(corrected)) => corrected,
            _ => continue,
        };
        let Some(share) = &statement.share else { continue };
        let address = format!("/as-of/checkpoint-{index}/share/{}", encoded(share));
        let text = get(&site, &address).await.text;
        assert!(text.contains("Some of this has changed since"), "{address}");
        assert!(text.contains(&format!("href='/statement/{index}'")), "{address}");
        let of_statement = get(&site, &format!("/as-of/checkpoint-{index}/statement/{target}")).await.text;
        assert!(of_statement.contains("This has changed since."), "{target}");
        let list = format!("/as-of/checkpoint-{index}/find?q=%22{}%22", encoded(share));
        assert!(get(&site, &list).await.text.contains("Corrected since"), "{list}");
        let answer = get(&site, &format!("/api/v1/statements/{target}?as_of=checkpoint-{index}")).await.text;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let since = &answer["checkpoint"]["since"];
        assert_eq!(since["statements"], site.size() - index);
        let marked = since["changes"].as_array().unwrap().iter();
        assert!(marked.clone().any(|change| change["statement"] == index && change["target"] == target), "{since}");
        match statement.body {
            Body::Redaction(_) => seen.1 = true,
            _ => seen.0 = true,
        }
        // After it there is nothing left to mark about it.
        let after = get(&site, &format!("/as-of/checkpoint-{}/share/{}", index + 1, encoded(share))).await.text;
        assert!(!after.contains(&format!("href='/statement/{index}'")), "{address}");
    }
    assert_eq!(seen, (true, true), "the demonstration has a correction and a redaction");
}

#[tokio::test]
async fn a_text_that_was_erased_since_is_in_no_past_page() {
    let site = demonstration();
    let (index, redaction) = site
        .statements()
        .iter()
        .enumerate()
        .find_map(|(index, (statement, _))| match &statement.body {
            Body::Redaction(redaction) => Some((index, redaction.clone())),
            _ => None,
        })
        .unwrap();
    let share = site.register().share_at(redaction.of).map(|place| &site.register().shares()[place]).unwrap();
    let address = format!("/as-of/checkpoint-{index}/share/{}?format=json", encoded(&share.reference));
    let json: Value = serde_json::from_str(&get(&site, &address).await.text).unwrap();
    let erased = redaction.digests[0].to_string();
    let texts = json["texts"].as_array().unwrap();
    let text = texts.iter().find(|text| text["digest"] == erased.as_str()).unwrap();
    assert_eq!((&text["state"], &text["value"]), (&"erased".into(), &Value::Null));
}

#[tokio::test]
async fn lateness_is_computed_for_the_day_that_is_looked_at() {
    let site = demonstration();
    let counts = |text: &str| text.split("rc-results__count\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let now = counts(&get(&site, "/find?overdue=yes").await.text);
    let then = counts(&get(&site, "/as-of/2016/find?overdue=yes").await.text);
    assert_ne!(now, then);
    assert!(then.starts_with("0 shares"), "{then}");
}

#[tokio::test]
async fn a_moment_that_is_none_is_named_with_what_it_can_be() {
    let site = demonstration();
    let beyond = format!("checkpoint-{}", site.size() + 1);
    for when in ["yesterday", "checkpoint-0", "checkpoint-x", "1001", "2019-02-30", &beyond, "%2e%2e"] {
        for address in [format!("/as-of/{when}/find"), format!("/find?as_of={when}"), format!("/as-of/{when}")] {
            let answer = get(&site, &address).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{address}");
            assert!(answer.text.contains("as_of"), "{address}");
        }
    }
    let newest = format!("/as-of/checkpoint-{}/find", site.size());
    assert_eq!(get(&site, &newest).await.status, StatusCode::OK);
    assert_eq!(get(&site, "/as-of/9999/find").await.status, StatusCode::OK, "the future has not been published yet");
}

#[tokio::test]
async fn a_statement_published_meanwhile_does_not_change_the_past() {
    let site = demonstration();
    let size = site.size();
    let address = format!("/as-of/checkpoint-{size}/find");
    let before = get(&site, &address).await.text;
    site.publish_another_share();
    let after = get(&site, &address).await.text;
    assert!(after.contains("2 statements have been added since"));
    let list = |text: &str| text.split("<table").nth(1).unwrap().split("</table>").next().unwrap().to_owned();
    assert_eq!(list(&before), list(&after));
}

#[test]
fn every_statement_of_the_demonstration_can_be_read() {
    let site = demonstration();
    let again: Vec<Statement> = site
        .statements()
        .iter()
        .map(|(statement, _)| Statement::from_leaf(&statement.to_leaf().unwrap()).unwrap())
        .collect();
    assert_eq!(again.len() as u64, site.size());
    assert_eq!(sizes(&site).last(), Some(&site.size()));
}
