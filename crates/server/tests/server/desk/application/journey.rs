//! The whole of it: every question on its own page, the basket, and the signing official's declaration.

use axum::http::StatusCode;
use casework::case::Progress;
use casework::{Form, Role};

use super::support::{owned, save, with_dictionaries};

#[tokio::test]
async fn an_application_is_answered_page_by_page_checked_signed_and_then_closed_to_changes() {
    let place = with_dictionaries();
    let (mut browser, address) = place.begun().await;
    place.answer_all(&mut browser, &address).await;
    let mut official = place.site.signed_in(place.official);
    let early = official.get(&format!("{address}/declare")).await;
    assert!(
        early.text.contains("It cannot be submitted yet") && early.text.contains("Choose at least one item of data")
    );
    place.fill_basket(&mut browser, &address).await;
    let case = place.case(&address);
    let form = Form::shipped("pupil-database").unwrap();
    let today = "2026-11-24".parse().unwrap();
    let basket = case.application.specification.clone().unwrap();
    assert_eq!(form.problems(&case.application.answers, &basket, today), []);

    let tasks = browser.get(&address).await;
    assert!(tasks.text.contains("13 of 13 tasks need nothing more"), "{}", tasks.text);
    let check = browser.get(&format!("{address}/check")).await;
    assert!(check.text.contains("&#60;script&#62;Then&#60;/script&#62;") && !check.text.contains("<script>Then"));
    for question in form.asked(&case.application.answers) {
        assert!(check.text.contains(&format!("id=\"{}\"", question.id)), "{}", question.id);
    }
    assert!(check.text.contains("Public only if the people agree"));

    assert_eq!(browser.get(&format!("{address}/declare")).await.status, StatusCode::FORBIDDEN, "an applicant");
    let page = format!("{address}/declare");
    let shown = official.get(&page).await;
    assert!(form.declaration.iter().all(|sentence| shown.text.contains(sentence.as_str())));
    let bare = save(&mut official, &page, &owned(&[("signed", "")])).await;
    assert!(bare.text.contains("Enter your full name") && bare.text.contains("Confirm that all of this is so"));
    let signed = save(&mut official, &page, &owned(&[("signed", "Olga Official"), ("confirmed", "yes")])).await;
    assert_eq!((signed.status, signed.location()), (StatusCode::SEE_OTHER, address.as_str()), "{}", signed.text);
    let case = place.case(&address);
    assert_eq!(case.progress, Progress::Submitted);
    let submission = case.application.submitted.unwrap();
    assert_eq!(
        (submission.signed.as_str(), submission.recipient.name.as_str()),
        ("Olga Official", "University of Rutland")
    );

    let question = browser.get(&format!("{address}/question/title")).await;
    assert_eq!(question.location(), format!("{address}/check"), "what is handed in is read only");
    let token = browser.get(&address).await.form_token();
    let late = [("form-token", token.as_str()), ("seen", "1"), ("answer", "Changed")];
    assert_eq!(browser.post(&format!("{address}/question/title"), &late).await.status, StatusCode::FORBIDDEN);
    assert_eq!(official.get(&page).await.status, StatusCode::FORBIDDEN, "it is signed once");

    let officer = place.site.person("otto@example.org", &[(Role::CaseOfficer, None)]);
    let mut officer = place.site.signed_in(officer);
    for page in ["", "/check", "/basket"] {
        assert_eq!(officer.get(&format!("{address}{page}")).await.status, StatusCode::OK, "{page}");
    }
    assert!(!officer.get(&format!("{address}/check")).await.text.contains(">Change<"));
}
