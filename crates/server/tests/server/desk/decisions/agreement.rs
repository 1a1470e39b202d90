//! Agreements: what both sides sign is what can be downloaded, and what the register names.

use std::os::unix::fs::PermissionsExt;

use axum::http::StatusCode;
use register::Digest;
use register::statement::Body;

use super::story::{self, Story, at};
use crate::support::desk;

const APPROVAL: &[(&str, &str)] = &[
    ("outcome", "approved"),
    ("reasons", "benefit-clear"),
    ("reasons-text", "The benefit is clear."),
    ("balance", "Few items, for a clear gain."),
    ("why-direct", "The model does not run elsewhere."),
    ("dpia-summary", "The risk is low."),
    ("route", "direct-supply"),
    ("decided-by", "Data Sharing Approval Panel"),
];

const SIGNED: &[(&str, &str)] = &[("signed", "Olu Official"), ("authority", "yes")];

async fn approved() -> Story {
    approved_at(desk::new()).await
}

async fn approved_at(site: desk::TestDesk) -> Story {
    let story = story::reviewed_at(site);
    let sent = story.send(story.officer, "decision", "decision", APPROVAL).await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    story.send(story.chair, "decision", "decision/confirm", &[]).await;
    story
}

/// Offers the agreement with the terms that the form shows at first.
async fn offer(story: &Story, more: &[(&str, &str)]) -> desk::Answer {
    let mut fields = vec![
        ("recipient-role", "controller"),
        ("territory", "United Kingdom"),
        ("bases", "Education Act 1996 s.537A"),
        ("safeguards", "ISO 27001 certificate: IS 1234"),
        ("start-day", "1"),
        ("start-month", "1"),
        ("start-year", "2027"),
        ("end-day", "30"),
        ("end-month", "6"),
        ("end-year", "2029"),
        ("destruction-days", "30"),
        ("audit-right", "yes"),
    ];
    fields.retain(|(name, _)| more.iter().all(|(other, _)| other != name));
    fields.extend_from_slice(more);
    story.send(story.officer, "agreement/terms", "agreement/terms", &fields).await
}

#[tokio::test]
async fn the_terms_are_filled_in_from_the_application_and_kept_while_something_is_wrong() {
    let story = approved().await;
    let page = story.get(story.officer, "agreement/terms").await;
    for said in [
        "value=\"United Kingdom\"",
        "Education Act 1996 s.537A</textarea>",
        "ISO 27001 certificate: certificate IS 1234 (until 31 January 2028)",
        "id=\"start-year\" name=\"start-year\" type=\"text\" inputmode=\"numeric\" autocomplete=\"off\" value=\"2027\"",
        "name=\"end-year\" type=\"text\" inputmode=\"numeric\" autocomplete=\"off\" value=\"2029\"",
    ] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let wrong = [("end-year", "20x9"), ("destruction-days", "soon"), ("processors", "Host <Ltd>")];
    let page = offer(&story, &wrong).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    for said in
        ["href=\"#end\"", "href=\"#destruction-days\"", "Host &#60;Ltd&#62;", "value=\"soon\"", "value=\"20x9\""]
    {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    let page = offer(&story, &[("end-year", "2026"), ("start-year", "2025"), ("end-day", "1")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "access would have ended already");
    assert_eq!(story.get(story.applicant, "agreement/terms").await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn both_sides_sign_and_the_register_names_the_digest_of_the_bytes_that_are_downloaded() {
    let story = approved().await;
    let offered = offer(&story, &[("processors", "Host Ltd; company-number 01234567")]).await;
    assert_eq!((offered.status, offered.location()), (StatusCode::SEE_OTHER, at("agreement").as_str()));
    let page = story.get(story.official, "agreement").await;
    for said in ["Sign for the recipient", "Host Ltd (Company number 01234567)", "Not signed yet", "30 June 2029"] {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert!(!story.get(story.applicant, "agreement").await.text.contains("name=\"signed\""));
    let without = story.send(story.official, "agreement", "agreement/sign", &[("signed", "Olu <Official>")]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(without.text.contains("Olu &#60;Official&#62;") && without.text.contains("href=\"#authority\""));
    let first = story.send(story.official, "agreement", "agreement/sign", SIGNED).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
    let other = offer(&story, &[]).await;
    assert_eq!(other.status, StatusCode::CONFLICT, "what one side has signed is not exchanged");
    story.owed();
    let second = story.send(story.signatory, "agreement", "agreement/sign", SIGNED).await;
    assert_eq!(second.status, StatusCode::SEE_OTHER, "{}", second.text);
    let statement = story.owed().remove(0).draft.statement;
    let Body::ShareAgreed(agreed) = &statement.body else { panic!("{statement:?}") };
    for reader in [story.official, story.signatory, story.regulator, story.applicant] {
        let file = story.get(reader, "agreement/file").await;
        assert_eq!(file.status, StatusCode::OK);
        assert_eq!(Some(Digest::of(&file.bytes)), agreed.agreement);
        assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    }
    assert_eq!(agreed.end.to_string(), "2029-06-30");
    assert_eq!(agreed.processors[0].ids["company-number"], "01234567");
    let page = story.get(story.official, "agreement").await;
    assert!(page.text.contains("Both sides have signed") && page.text.contains("Signed by Olu Official"));
}

#[tokio::test]
async fn where_pdf_can_be_made_that_is_what_is_signed() {
    let Some(program) = std::env::var_os("ROLLCALL_PAPERS") else { return };
    let story = approved_at(desk::with_papers(program.as_ref())).await;
    assert_eq!(offer(&story, &[]).await.status, StatusCode::SEE_OTHER);
    for (who, said) in [(story.official, "Olu Official"), (story.signatory, "Sig Natory")] {
        let signed = [("signed", said), ("authority", "yes")];
        assert_eq!(story.send(who, "agreement", "agreement/sign", &signed).await.status, StatusCode::SEE_OTHER);
    }
    let statement = story.owed().pop().unwrap().draft.statement;
    let Body::ShareAgreed(agreed) = &statement.body else { panic!("{statement:?}") };
    let file = story.get(story.official, "agreement/file").await;
    assert!(file.bytes.starts_with(b"%PDF-") && Some(Digest::of(&file.bytes)) == agreed.agreement);
    let pack = story.get(story.chair, "pack/pdf").await;
    assert!(pack.bytes.starts_with(b"%PDF-"), "{}", pack.text);
    assert!(pack.headers["content-disposition"].to_str().unwrap().contains("pack-DS-2026-0001.pdf"));
    assert_eq!(story.get(story.applicant, "pack/pdf").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn where_the_program_that_makes_pdf_fails_nothing_is_offered_and_it_is_said_so() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("rollcall-papers");
    std::fs::write(&program, "#!/bin/sh\nexit 1\n").unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
    let story = approved_at(desk::with_papers(&program)).await;
    let answer = offer(&story, &[]).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(answer.text.contains("nothing was offered"), "{}", answer.text);
    assert!(story.get(story.official, "agreement").await.text.contains("No agreement has been offered yet."));
    let pack = story.get(story.chair, "pack/pdf").await;
    assert_eq!(pack.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(pack.text.contains("can be printed"), "{}", pack.text);
}

#[tokio::test]
async fn other_terms_that_were_offered_meanwhile_are_not_signed_by_accident() {
    let story = approved().await;
    offer(&story, &[]).await;
    let mut browser = story.site.signed_in(story.official);
    let shown = browser.get(&at("agreement")).await;
    offer(&story, &[("territory", "Anywhere")]).await;
    let stale = story.send_from(&mut browser, &shown, "agreement/sign", SIGNED).await;
    assert_eq!(stale.status, StatusCode::CONFLICT);
    let page = browser.get(&at("agreement")).await;
    assert!(page.text.contains("Anywhere") && page.text.contains("Not signed yet"));
}

#[tokio::test]
async fn a_refusal_has_no_agreement_and_a_stranger_learns_nothing() {
    let story = story::reviewed();
    let page = story.get(story.official, "agreement").await;
    assert!(page.text.contains("An agreement follows an approval."), "{}", page.text);
    let other = story.site.organisation("Other Trust");
    let stranger = story.site.person("eve@example.org", &[(casework::Role::SigningOfficial, Some(other))]);
    assert_ne!(other, story.trust());
    for page in ["review", "decision", "agreement", "agreement/terms", "agreement/file", "appeal", "conflict", "pack"] {
        assert_eq!(story.get(stranger, page).await.status, StatusCode::NOT_FOUND, "{page}");
    }
}
