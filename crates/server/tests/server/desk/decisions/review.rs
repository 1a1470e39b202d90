//! Reviews: blind until all are in, and no part for whoever stands too near.

use axum::http::StatusCode;
use casework::PersonId;

use super::story::{self, Story, at};
use crate::support::desk::Answer;

/// A review whose words name whoever wrote it.
async fn review(story: &Story, reviewer: PersonId, word: &str) -> Answer {
    let found = format!("{word} found this.");
    let mut fields = vec![("advice", "approve-with-conditions")];
    for safe in ["people", "projects", "settings", "data", "outputs"] {
        fields.push((safe, found.as_str()));
    }
    let names = ["people", "projects", "settings", "data", "outputs"];
    let met: Vec<String> = names.iter().map(|safe| format!("{safe}-met")).collect();
    let evidence: Vec<String> = names.iter().map(|safe| format!("{safe}-evidence")).collect();
    fields.extend(met.iter().map(|name| (name.as_str(), "yes")));
    fields.extend(evidence.iter().map(|name| (name.as_str(), "The application")));
    story.send(reviewer, "review", "review", &fields).await
}

#[tokio::test]
async fn reviewers_see_no_other_review_until_every_one_is_done() {
    let story = story::in_review();
    let [rosa, raj] = story.reviewers;
    let page = story.get(rosa, "review").await;
    assert_eq!(page.status, StatusCode::OK);
    for said in [
        "Absence after a move",
        "certificate IS 1234, until 31 January 2028",
        "ITEM_10",
        "Risk 2; Sensitivity C; Tier 1",
        "0 of 2 reviews are in",
        "Your review",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let sent = review(&story, rosa, "Rosa").await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, at("review").as_str()));
    for reader in [rosa, raj, story.officer, story.chair] {
        let page = story.get(reader, "review").await;
        assert!(page.text.contains("1 of 2 reviews is in"), "{}", page.text);
        assert!(!page.text.contains("Rosa found this."), "nobody reads a review before all are in");
        assert!(!story.get(reader, "pack").await.text.contains("Rosa found this."));
    }
    review(&story, raj, "Raj").await;
    for reader in [rosa, raj, story.officer, story.chair, story.regulator] {
        let page = story.get(reader, "review").await;
        assert!(page.text.contains("Rosa found this.") && page.text.contains("Raj found this."));
        assert!(story.get(reader, "pack").await.text.contains("Raj found this."));
    }
    for other in [story.applicant, story.official, story.signatory] {
        for page in ["review", "pack"] {
            assert_eq!(story.get(other, page).await.status, StatusCode::NOT_FOUND, "{page} is not for them");
        }
    }
}

#[tokio::test]
async fn a_review_with_gaps_says_each_of_them_and_keeps_what_was_typed() {
    let story = story::in_review();
    let fields = [("people", "They are <trained>."), ("people-met", "no"), ("data-evidence", "The basket")];
    let page = story.send(story.reviewers[0], "review", "review", &fields).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.title().starts_with("Error: "));
    for said in [
        "They are &#60;trained&#62;.",
        "The basket</textarea>",
        "<a href=\"#people-evidence\">Say what your finding under safe people rests on</a>",
        "<a href=\"#advice\">Choose what you advise</a>",
        "id=\"people-met-2\" name=\"people-met\" type=\"radio\" value=\"no\" checked",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert!(story.case().reviews.values().all(Option::is_none));
}

#[tokio::test]
async fn whoever_declares_a_conflict_takes_no_part_and_sees_nothing_more() {
    let story = story::in_review();
    let rosa = story.reviewers[0];
    let page = story.send(rosa, "conflict", "conflict", &[("nature", "I worked there.")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "it must be ticked as well");
    assert!(page.text.contains("I worked there.") && page.text.contains("href=\"#sure\""));
    let mut browser = story.site.signed_in(rosa);
    let shown = browser.get(&at("review")).await;
    let page = story.send(rosa, "conflict", "conflict", &[("nature", "I worked there."), ("sure", "yes")]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.heading().contains("You take no part"), "{}", page.text);
    for closed in ["review", "conflict", "pack", "decision", "agreement"] {
        assert_eq!(story.get(rosa, closed).await.status, StatusCode::NOT_FOUND, "{closed}");
    }
    let late = story.send_from(&mut browser, &shown, "review", &[("advice", "approve")]).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    assert_eq!(story.case().conflicted.len(), 1);
}

#[tokio::test]
async fn earlier_decisions_like_the_case_come_from_the_public_register() {
    let story = story::in_review();
    let drafts = server::demo::drafts(&mut store::publisher::salts().unwrap());
    let mut publisher = store::Publisher::open(story.site.desk.data().clone()).unwrap();
    publisher.publish(&drafts).unwrap();
    publisher.write_files().unwrap();
    drop(publisher);
    let page = story.get(story.officer, "review").await;
    assert!(page.text.contains("href=\"/share/"), "{}", page.text);
    assert!(page.text.contains("in common: "), "{}", page.text);
    let pack = story.get(story.officer, "pack").await;
    assert_eq!(pack.status, StatusCode::OK);
    for said in ["Panel pack: Absence after a move", "Time taken", "ITEM_10", "Earlier decisions like this one"] {
        assert!(pack.text.contains(said), "{said}");
    }
}
