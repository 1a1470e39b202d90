//! Decisions: proposed, looked at as they will be published, and confirmed by a second person.

use axum::http::StatusCode;
use casework::evidence::{application, salted};
use register::statement::Body;
use register::vocabulary::{Ground, Outcome};
use store::casework::evidence::{self, Content};

use super::story::{self, DPIA, REFERENCE, Story, at, unescaped};

/// An approval with a condition, one text withheld, and one dataset refused.
const APPROVAL: &[(&str, &str)] = &[
    ("outcome", "approved-with-conditions"),
    ("reasons", "benefit-clear"),
    ("reasons", "data-excessive"),
    ("reasons-text", "The benefit is clear.\nThe census is not needed."),
    ("balance", "Few items, for a clear gain."),
    ("why-direct", "The model names the supplier’s weak spot."),
    ("why-direct-withheld", "security"),
    ("why-direct-opens-day", "1"),
    ("why-direct-opens-month", "2"),
    ("why-direct-opens-year", "2030"),
    ("dpia-summary", "The risk is low."),
    ("route", "direct-supply"),
    ("decided-by", "Data Sharing Approval Panel"),
    ("datasets-2", "refused"),
    ("datasets-2-reasons", "data-excessive"),
    ("condition-1-title", "DPIA updated"),
    ("condition-1-text", "Bring the assessment up to date."),
    ("condition-1-owner", "applicant"),
    ("condition-1-due-day", "1"),
    ("condition-1-due-month", "3"),
    ("condition-1-due-year", "2027"),
];

const REFUSAL: &[(&str, &str)] = &[
    ("outcome", "refused"),
    ("reasons", "benefit-unclear"),
    ("reasons-text", "The benefit is not clear."),
    ("balance", "Nothing outweighs the risk."),
    ("decided-by", "Data Sharing Approval Panel"),
];

#[tokio::test]
async fn the_preview_is_byte_for_byte_what_is_owed_after_a_second_person_confirms() {
    let story = story::reviewed();
    let sent = story.send(story.chair, "decision", "decision", APPROVAL).await;
    assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, at("decision").as_str()), "{}", sent.text);
    let own = story.get(story.chair, "decision").await;
    assert!(own.text.contains("somebody else confirms it") && !own.text.contains("Confirm and publish"));
    let proposal = story.case().seq.to_string();
    let refused = story.send(story.chair, "decision", "decision/confirm", &[("proposal", &proposal)]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(refused.text.contains("confirmed by another person"), "{}", refused.text);
    let preview = story.get(story.other_chair, "decision").await;
    assert!(preview.text.contains("Confirm and publish"));
    for said in ["Withheld.</strong> It would weaken the security of the data", "It opens on 1 February 2030"] {
        assert!(preview.text.contains(said), "{said}: {}", preview.text);
    }
    let public = preview.between("As everybody will read it", "Which texts are public").unwrap();
    assert!(public.contains("The benefit is clear.") && !public.contains("weak spot"), "{public}");
    let leaf = unescaped(&preview.between("id=\"leaf\">", "</pre>").unwrap());
    story.owed();
    let done = story.send(story.other_chair, "decision", "decision/confirm", &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let owed = story.owed();
    assert_eq!(owed.len(), 1);
    let draft = &owed[0].draft;
    assert_eq!(String::from_utf8(draft.statement.to_leaf().unwrap()).unwrap(), leaf);
    let Body::ShareDecided(body) = &draft.statement.body else { panic!("{leaf}") };
    assert_eq!(body.outcome, Outcome::ApprovedWithConditions);
    assert_eq!((body.conditions[0].code.as_str(), body.datasets[0].outcome), ("dpia-updated", Outcome::Refused));
    assert_eq!(draft.statement.withheld[0].ground, Ground::Security);
    assert_eq!(draft.withheld[0].value(), "The model names the supplier’s weak spot.");
    let conditions = draft.public.iter().find(|text| text.name() == "conditions").unwrap();
    assert_eq!(conditions.value(), "DPIA updated: Bring the assessment up to date. (The applicant, by 1 March 2027)");
}

#[tokio::test]
async fn the_evidence_in_the_statement_opens_to_the_application_and_its_files() {
    let story = story::reviewed();
    story.send(story.officer, "decision", "decision", APPROVAL).await;
    story.owed();
    story.send(story.chair, "decision", "decision/confirm", &[]).await;
    let statement = story.owed().remove(0).draft.statement;
    let kinds: Vec<&str> = statement.evidence.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["application-form", "dpia"]);
    let kept = story.site.read(|transaction| evidence::of(transaction, REFERENCE));
    for one in &kept {
        let bytes = match &one.content {
            Content::Bytes(bytes) => bytes.as_slice(),
            Content::File(_) => DPIA,
        };
        assert_eq!(salted(one.salt, bytes), one.digest);
        assert!(statement.evidence.iter().any(|named| named.digest == one.digest && named.kind == one.kind));
        let address = format!("decision/evidence/{}", one.digest);
        let saved = story.get(story.regulator, &address).await;
        assert_eq!((saved.status, saved.text.as_bytes()), (StatusCode::OK, bytes));
        for other in [story.applicant, story.reviewers[0], story.signatory] {
            assert_eq!(story.get(other, &address).await.status, StatusCode::NOT_FOUND);
        }
    }
    let form = kept.iter().find(|one| one.kind == "application-form").unwrap();
    let Content::Bytes(form) = &form.content else { panic!("the form is kept here") };
    assert_eq!(*form, application(&story.case()));
    let form: serde_json::Value = serde_json::from_slice(form).unwrap();
    assert_eq!(form["answers"]["title"]["value"], "Absence after a move");
    assert_eq!(form["specification"]["datasets"][0]["name"], "Key Stage 4");
}

#[tokio::test]
async fn the_applicant_reads_the_decision_and_nothing_that_is_withheld() {
    let story = story::reviewed();
    let before = story.get(story.applicant, "decision").await;
    assert!(before.text.contains("A decision is being prepared."), "{}", before.text);
    story.send(story.officer, "decision", "decision", APPROVAL).await;
    let ready = story.get(story.applicant, "decision").await;
    assert!(ready.text.contains("A decision is being prepared.") && !ready.text.contains("The benefit is clear"));
    story.send(story.chair, "decision", "decision/confirm", &[]).await;
    for reader in [story.applicant, story.official] {
        let page = story.get(reader, "decision").await;
        for said in ["Approved with conditions", "The benefit is clear.", "DPIA updated", "withheld", "Agreement"] {
            assert!(page.text.to_lowercase().contains(&said.to_lowercase()), "{said}: {}", page.text);
        }
        assert!(!page.text.contains("weak spot") && !page.text.contains("Salt"), "{}", page.text);
    }
    assert!(story.get(story.regulator, "decision").await.text.contains("weak spot"));
}

#[tokio::test]
async fn what_was_typed_is_kept_while_something_is_wrong_and_another_condition_is_added_on_request() {
    let story = story::reviewed();
    let wrong = [
        ("outcome", "approved"),
        ("reasons", "people-unsafe"),
        ("reasons-text", "Some <reasons>."),
        ("why-direct-withheld", "not-yet-published"),
        ("condition-1-text", "Do it."),
        ("condition-1-due-day", "31"),
        ("condition-1-due-month", "2"),
        ("condition-1-due-year", "2027"),
    ];
    let page = story.send(story.officer, "decision", "decision", &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.title().starts_with("Error: "));
    for said in [
        "Some &#60;reasons&#62;.",
        "Do it.</textarea>",
        "<a href=\"#condition-1-due\">Enter a day that there is",
        "<a href=\"#condition-1-title\">Give the condition a short title",
        "<a href=\"#why-direct-opens\">Say on which day the text opens",
        "<a href=\"#decided-by\">Say who decides",
        "value=\"people-unsafe\" checked",
        "value=\"not-yet-published\" selected",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let mut right = APPROVAL.to_vec();
    right.push(("add-condition", "1"));
    let page = story.send(story.officer, "decision", "decision", &right).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("condition-2-title") && page.text.contains("Few items, for a clear gain."));
    let unfit: Vec<(&str, &str)> = APPROVAL.iter().copied().filter(|(name, _)| *name != "dpia-summary").collect();
    let page = story.send(story.officer, "decision", "decision", &unfit).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.text.contains("<a href=\"#dpia-summary\">"), "{}", page.text);
    assert!(page.text.contains("The model names the supplier"));
    let kept = story.site.read(|transaction| evidence::of(transaction, REFERENCE));
    assert!(kept.is_empty(), "nothing of a decision that was not taken is kept");
}

#[tokio::test]
async fn the_second_of_two_who_act_at_once_is_told_and_overwrites_nothing() {
    let story = story::reviewed();
    let (mut officer, mut chair) = (story.site.signed_in(story.officer), story.site.signed_in(story.chair));
    let (by_officer, by_chair) = (officer.get(&at("decision")).await, chair.get(&at("decision")).await);
    let first = story.send_from(&mut officer, &by_officer, "decision", REFUSAL).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
    let second = story.send_from(&mut chair, &by_chair, "decision", APPROVAL).await;
    assert_eq!((second.status, second.heading().as_str()), (StatusCode::CONFLICT, "Somebody else was faster"));
    let shown = chair.get(&at("decision")).await;
    let back = story.send(story.officer, "decision", "decision/take-back", &[]).await;
    assert_eq!(back.status, StatusCode::SEE_OTHER);
    story.send(story.officer, "decision", "decision", REFUSAL).await;
    let stale = story.send_from(&mut chair, &shown, "decision/confirm", &[]).await;
    assert_eq!(stale.status, StatusCode::CONFLICT, "it is another proposal than the one that was looked at");
    assert!(story.case().decisions.is_empty());
    let done = story.send(story.chair, "decision", "decision/confirm", &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER);
    assert_eq!(story.case().decision().unwrap().outcome, Outcome::Refused);
}

async fn refused() -> Story {
    let story = story::reviewed();
    story.send(story.officer, "decision", "decision", REFUSAL).await;
    story.send(story.chair, "decision", "decision/confirm", &[]).await;
    story
}

#[tokio::test]
async fn a_signing_official_appeals_once_against_a_refusal_and_nobody_else_does() {
    let story = refused().await;
    assert_eq!(story.get(story.applicant, "appeal").await.status, StatusCode::FORBIDDEN);
    assert_eq!(story.get(story.chair, "appeal").await.status, StatusCode::FORBIDDEN);
    assert!(story.get(story.official, "decision").await.text.contains(&at("appeal")));
    let empty = story.send(story.official, "appeal", "appeal", &[("grounds", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sent = story.send(story.official, "appeal", "appeal", &[("grounds", "The benefit is clear.")]).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert_eq!(story.case().appeals.len(), 1);
    let page = story.get(story.official, "decision").await;
    assert!(page.text.contains("looked at once more") && page.text.contains("Refused"), "{}", page.text);
    assert_eq!(story.get(story.official, "appeal").await.status, StatusCode::BAD_REQUEST);
}
