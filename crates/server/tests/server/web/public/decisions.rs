//! `/decisions`: every outcome, filtered, paged and as a table.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use register::statement::{Access, Body, Correction, ShareApplied, ShareDecided};
use register::vocabulary::{Channel, CorrectionReason, Outcome, Reason};
use register::{Draft, Organisation, Salt, Statement};

use super::{between, every_page};
use crate::support::site::{TestSite, demonstration, get, header};

const TITLE: &str = "rc-decision__title\"><a class=\"govuk-link\" href=\"";

/// How many decisions of an outcome the fold has, counting refusals that were decided again.
fn decided(site: &TestSite, outcome: Outcome) -> usize {
    let shares = site.register().shares();
    let set_aside = |share: &register::fold::Share| {
        let all = share.facts.iter().filter_map(|fact| match &fact.body {
            Body::ShareDecided(body) => Some(body.outcome),
            _ => None,
        });
        let all: Vec<Outcome> = all.collect();
        all.iter().rev().skip(1).filter(|one| **one == outcome).count()
    };
    shares.iter().map(|share| usize::from(share.outcome() == Some(outcome)) + set_aside(share)).sum()
}

#[tokio::test]
async fn every_decision_is_listed_once_whatever_its_outcome() {
    let site = demonstration();
    let page = get(&site, "/decisions").await.text;
    let counts = between(&page, "rc-counts__number\">", "<");
    for (outcome, shown) in Outcome::ALL.iter().zip(counts) {
        let expected = decided(&site, *outcome);
        assert!(expected > 0, "the demonstration has a decision of each outcome");
        assert_eq!(shown, expected.to_string(), "{outcome}");
        let listed: Vec<String> = every_page(&site, &format!("/decisions?outcome={outcome}")).await;
        let titles: usize = listed.iter().map(|page| between(page, TITLE, "\"").len()).sum();
        assert_eq!(titles, expected, "{outcome}");
    }
}

#[tokio::test]
async fn paging_reaches_the_end_without_loss_or_repetition() {
    let site = demonstration();
    let pages = every_page(&site, "/decisions").await;
    assert!(pages.len() > 2);
    let list: Vec<&str> =
        pages.iter().flat_map(|page| between(page, "<li class=\"rc-decision\">", "</li>\n")).collect();
    let distinct: BTreeSet<&&str> = list.iter().collect();
    let all: usize = Outcome::ALL.iter().map(|outcome| decided(&site, *outcome)).sum();
    assert_eq!((list.len(), distinct.len()), (all, all));
}

#[tokio::test]
async fn a_refusal_that_was_decided_again_stays() {
    let site = demonstration();
    let refusals = every_page(&site, "/decisions?outcome=refused").await.concat();
    assert!(refusals.contains("Decided again later."), "the demonstration has one");
}

#[tokio::test]
async fn a_refusal_that_was_corrected_and_then_decided_again_shows_what_it_says_after_its_correction() {
    let site = demonstration();
    let logged = site.register().last_logged().unwrap();
    let draft = |id: &str, body: Body| Draft::new(Statement::new(id, logged.date(), logged, body).about("CORRECTED/1"));
    let recipient = Organisation::named("=1+1, Ltd");
    let access = Access {
        bases: Vec::new(),
        channel: Channel::Panel,
        datasets: Vec::new(),
        facts: Default::default(),
        recipient,
        route: None,
    };
    let decision = |outcome, reason| ShareDecided {
        conditions: Vec::new(),
        datasets: Vec::new(),
        decided_by: "First Panel".to_owned(),
        outcome,
        reasons: vec![reason],
    };
    let refused = decision(Outcome::Refused, Reason::DataExcessive);
    let meant = ShareDecided { decided_by: "Second Panel".to_owned(), ..decision(Outcome::Refused, Reason::NoAnswer) };
    let patch = Body::from(refused.clone()).patch_to(&meant.into()).unwrap();
    let mut correction =
        draft("c-3", Correction { cleared: Vec::new(), patch, reason: CorrectionReason::EnteredWrongly }.into())
            .saying("reasons", "The second text.", Salt([3; 32]));
    correction.statement.corrects = Some(site.size() + 1);
    site.publish(&[
        draft("c-1", ShareApplied { access }.into()),
        draft("c-2", refused.into()).saying("reasons", "The first text.", Salt([2; 32])),
        correction,
        draft("c-4", decision(Outcome::Approved, Reason::BenefitClear).into()).saying("reasons", "Yes.", Salt([4; 32])),
    ]);
    let found = get(&site, "/decisions?outcome=refused&decided-by=Second+Panel").await.text;
    assert!(found.contains("CORRECTED/1") && found.contains("Decided again later."));
    assert!(found.contains("The applicant did not answer questions in time") && found.contains("The second text."));
    assert!(!found.contains("Asked for more data than the purpose needs</li>") && !found.contains("The first text."));
    assert!(get(&site, "/decisions?decided-by=First+Panel").await.text.contains(">1 decision found<"));
    let table = get(&site, "/decisions.csv?decided-by=Second+Panel").await.text;
    assert!(table.contains("\"'=1+1, Ltd\""), "{table}");
}

#[tokio::test]
async fn decisions_read_from_a_list_say_that_no_reasons_were_published() {
    let site = demonstration();
    let elsewhere = every_page(&site, "/decisions?reason=none").await.concat();
    let imported = site.register().shares().iter().filter(|share| share.imported().is_some());
    let expected = imported.filter(|share| share.outcome().is_some()).count();
    assert!(expected > 0);
    assert_eq!(elsewhere.matches("Decided elsewhere; no reasons published.").count(), expected);
}

#[tokio::test]
async fn reasons_stand_in_codes_and_in_words() {
    let site = demonstration();
    let page = get(&site, "/decisions?outcome=refused&reason=data-excessive&year=2025").await.text;
    assert!(page.contains("<li>Asked for more data than the purpose needs</li>"));
    assert!(page.contains("The exemption for crime serves a case, and no case was named."));
}

#[tokio::test]
async fn filters_narrow_the_list_and_show_what_they_would_leave() {
    let site = demonstration();
    let page = get(&site, "/decisions?outcome=refused").await.text;
    let panel = "Data Sharing Approval Panel";
    let choice = between(&page, &format!("<option value=\"{panel}\">{panel} ("), ")");
    let expected: usize = choice[0].parse().unwrap();
    let both = every_page(&site, "/decisions?outcome=refused&decided-by=Data+Sharing+Approval+Panel").await.concat();
    assert_eq!(between(&both, TITLE, "\"").len(), expected);
    let nothing = get(&site, "/decisions?decided-by=nobody").await;
    assert_eq!(nothing.status, StatusCode::OK);
    assert!(nothing.text.contains("No decision matches.") && nothing.text.contains("value=\"nobody\" selected"));
}

#[tokio::test]
async fn the_list_can_be_taken_as_a_table() {
    let site = demonstration();
    let answer = get(&site, "/decisions.csv?outcome=withdrawn").await;
    assert_eq!(header(&answer, "content-type"), "text/csv; charset=utf-8");
    let mut table = csv::Reader::from_reader(answer.bytes.as_slice());
    let rows: Vec<csv::StringRecord> = table.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), decided(&site, Outcome::Withdrawn));
    assert!(rows.iter().all(|row| &row[4] == "withdrawn" && !row[7].is_empty()));
    let hostile = get(&site, "/decisions?decided-by=%3Cscript%3Ealert(1)%3C%2Fscript%3E").await.text;
    assert!(!hostile.contains("<script>alert"));
}
