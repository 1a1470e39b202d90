//! The queue and the page of a case: who sees what, and who is faster.

use casework::Command;
use register::vocabulary::Outcome;

use super::staff::office;

#[tokio::test]
async fn staff_see_what_was_handed_in_and_an_organisation_its_own() {
    let office = office();
    office.draft("DS-2026-0001");
    office.submitted("DS-2026-0002");
    let mut officer = office.site.signed_in(office.officer);
    let queue = officer.get("/desk/cases").await;
    assert_eq!(queue.status, 200);
    assert!(queue.text.contains("DS-2026-0002") && !queue.text.contains("DS-2026-0001"));
    let own = office.site.signed_in(office.applicant).get("/desk/cases").await;
    assert!(own.text.contains("DS-2026-0001") && own.text.contains("DS-2026-0002"));
    let elsewhere = office.site.organisation("Another University");
    let other = office.site.person("other@example.org", &[(casework::Role::Applicant, Some(elsewhere))]);
    let mut other = office.site.signed_in(other);
    assert!(!other.get("/desk/cases").await.text.contains("DS-2026"));
    for reference in ["DS-2026-0001", "DS-2026-0002", "DS-2026-0003"] {
        assert_eq!(other.get(&format!("/desk/case/{reference}")).await.status, 404, "{reference}");
    }
    assert_eq!(officer.get("/desk/case/DS-2026-0001").await.status, 404, "a draft is its organisation's alone");
}

#[tokio::test]
async fn the_second_of_two_who_act_at_once_is_told_and_changes_nothing() {
    let office = office();
    let case = office.submitted("DS-2026-0001");
    let seen = case.seq.to_string();
    let (mut one, mut other) = (office.site.signed_in(office.officer), office.site.signed_in(office.other_officer));
    let page = "/desk/case/DS-2026-0001";
    let fields = [("seen", seen.as_str())];
    assert_eq!(one.submit(page, "/desk/case/DS-2026-0001/take", &fields).await.status, 303);
    let second = other.submit(page, "/desk/case/DS-2026-0001/take", &fields).await;
    assert_eq!(second.status, 409);
    assert!(second.text.contains("has changed since you opened this page"));
    assert_eq!(office.case("DS-2026-0001").officer, Some(office.officer));
}

#[tokio::test]
async fn the_queue_says_whose_turn_it_is_and_what_is_late() {
    let office = office();
    office.submitted("DS-2026-0001");
    office.site.wait(10 * 86_400);
    let mut officer = office.site.signed_in(office.officer);
    let queue = officer.get("/desk/cases?list=overdue").await;
    assert!(queue.text.contains("working days late"), "{}", queue.text);
    assert!(queue.text.contains("The department"));
    let case = officer.get("/desk/case/DS-2026-0001").await;
    assert!(case.text.contains("2 working days from 24 November 2026 ended on 26 November 2026"));
    office.give(office.officer, Some("DS-2026-0001"), Command::TakeCase);
    let wait = Command::AwaitThirdParty { what: "Ethics committee".to_owned() };
    office.give(office.officer, Some("DS-2026-0001"), wait);
    assert!(!officer.get("/desk/cases?list=overdue").await.text.contains("DS-2026-0001"));
}

#[tokio::test]
async fn everybody_is_offered_what_they_can_do_and_nothing_else() {
    let office = office();
    office.decided("DS-2026-0001", Outcome::Refused);
    let page = "/desk/case/DS-2026-0001";
    let official = office.site.signed_in(office.official).get(page).await;
    assert!(official.text.contains("/desk/case/DS-2026-0001/appeal"));
    let applicant = office.site.signed_in(office.applicant).get(page).await;
    assert!(!applicant.text.contains("/appeal") && !applicant.text.contains("Everything that happened"));
    let regulator = office.site.signed_in(office.regulator).get(page).await;
    assert!(regulator.text.contains("Everything that happened") && !regulator.text.contains("What you can do"));
}

#[tokio::test]
async fn whoever_may_not_is_refused_even_with_the_right_form() {
    let office = office();
    let case = office.submitted("DS-2026-0001");
    let seen = case.seq.to_string();
    let mut regulator = office.site.signed_in(office.regulator);
    let fields = [("seen", seen.as_str())];
    let taken = regulator.submit("/desk/case/DS-2026-0001", "/desk/case/DS-2026-0001/take", &fields).await;
    assert_eq!(taken.status, 403, "the page has no form for a regulator, so no token either");
    let home = regulator.get("/desk").await.form_token();
    let forged = [("form-token", home.as_str()), ("seen", seen.as_str())];
    assert_eq!(regulator.post("/desk/case/DS-2026-0001/take", &forged).await.status, 403);
    assert_eq!(office.case("DS-2026-0001").officer, None);
}

#[tokio::test]
async fn a_case_to_which_somebody_stands_too_near_is_in_no_list_of_theirs() {
    let office = office();
    office.accepted("DS-2026-0001");
    let [near, other] = office.reviewers;
    let declared = Command::DeclareConflict { nature: "My sister works there.".to_owned() };
    office.give(near, Some("DS-2026-0001"), declared);
    assert!(!office.site.signed_in(near).get("/desk/cases").await.text.contains("DS-2026-0001"));
    assert!(office.site.signed_in(other).get("/desk/cases").await.text.contains("DS-2026-0001"));
    let told = office.site.signed_in(office.regulator).get("/desk/case/DS-2026-0001").await;
    assert!(told.text.contains("Declared a conflict of interest") && !told.text.contains("My sister"));
}

#[tokio::test]
async fn what_one_person_answered_in_a_row_is_told_once() {
    let office = office();
    office.draft("DS-2026-0001");
    for question in ["summary", "purpose", "summary"] {
        let text = casework::Answer::Text(format!("Another {question}, {}", office.case("DS-2026-0001").seq));
        let answers = [(question.to_owned(), Some(text))].into();
        office.give(office.applicant, Some("DS-2026-0001"), Command::SaveAnswers { answers });
    }
    let recipient = register::Organisation::named("University of Rutland");
    let submit = Command::Submit { signed: "An official".to_owned(), recipient, problems: Vec::new() };
    office.give(office.official, Some("DS-2026-0001"), submit);
    let told = office.site.signed_in(office.regulator).get("/desk/case/DS-2026-0001").await.text;
    assert_eq!(told.matches("Answered ").count(), 1);
    assert!(told.contains("Answered 3 questions."));
}
