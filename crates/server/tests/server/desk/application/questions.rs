//! Questions one at a time: what is wrong is said where it is, and what is saved is kept with its versions.

use axum::http::StatusCode;
use casework::{Answer, Role};

use super::support::{fields, owned, place, save};

#[tokio::test]
async fn an_application_begins_with_a_task_list_on_which_nothing_is_done() {
    let place = place();
    let (mut browser, address) = place.begun().await;
    assert_eq!(address, "/desk/application/DS-2026-0001");
    let page = browser.get(&address).await;
    assert_eq!(page.status, StatusCode::OK);
    for said in
        ["Application DS-2026-0001", "University of Rutland", "0 of 13 tasks", "Not started", "What the project is for"]
    {
        assert!(page.text.contains(said), "{said}: {}", page.text);
    }
    assert!(!page.text.contains("/declare"), "an applicant does not sign");
    let none = browser.submit("/desk/apply", "/desk/apply", &[("organisation", "999")]).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.title().starts_with("Error: ") && none.text.contains("Select your organisation"));
}

#[tokio::test]
async fn a_question_says_what_is_wrong_with_its_answer_and_shows_what_was_typed() {
    let place = place();
    let (mut browser, address) = place.begun().await;
    let page = format!("{address}/question/title");
    let empty = save(&mut browser, &page, &owned(&[("answer", " ")])).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.title().starts_with("Error: What is the project called?"), "{}", empty.title());
    assert!(empty.text.contains("<a href=\"#answer\">Enter the title of the project</a>"));
    let long = format!("<b>{}", "x".repeat(150));
    let refused = save(&mut browser, &page, &owned(&[("answer", &long)])).await;
    assert!(refused.text.contains("The title of the project must be 150 characters or fewer"));
    assert!(refused.text.contains("value=\"&#60;b&#62;xxx"), "what was typed is shown, and as text");
    let taken = save(&mut browser, &page, &owned(&[("answer", "Reading in year 6")])).await;
    assert_eq!((taken.status, taken.location()), (StatusCode::SEE_OTHER, &*format!("{address}/question/summary")));
    let tasks = browser.get(&address).await;
    assert!(tasks.text.contains("In progress") && tasks.heading().contains("Reading in year 6"));
    let date = save(
        &mut browser,
        &format!("{address}/question/end-date"),
        &owned(&[("answer-day", "1"), ("answer-month", "1"), ("answer-year", "2020")]),
    )
    .await;
    assert!(date.text.contains("<a href=\"#answer-day\">The end date must be in the future</a>"), "{}", date.text);
}

#[tokio::test]
async fn a_question_whose_condition_does_not_hold_has_no_page() {
    let place = place();
    let (mut browser, address) = place.begun().await;
    let page = format!("{address}/question/why-direct");
    assert_eq!(browser.get(&page).await.status, StatusCode::NOT_FOUND);
    let route = format!("{address}/question/route");
    let next = save(&mut browser, &route, &owned(&[("answer", "direct-supply")])).await;
    assert_eq!(next.location(), page);
    assert_eq!(browser.get(&page).await.status, StatusCode::OK);
    assert_eq!(browser.get(&format!("{address}/question/no-such")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn every_version_of_an_answer_is_kept_and_shown() {
    let place = place();
    let (mut browser, address) = place.begun().await;
    for title in ["First", "Second"] {
        save(&mut browser, &format!("{address}/question/title"), &owned(&[("answer", title)])).await;
        place.site.wait(60);
    }
    let page = browser.get(&format!("{address}/versions/title")).await;
    let (newer, older) = (page.text.find("Second").unwrap(), page.text.rfind("First").unwrap());
    assert!(newer < older && page.text.contains("(now)"));
    let check = browser.get(&format!("{address}/check")).await;
    assert!(check.text.contains("2 versions"), "{}", check.text);
}

#[tokio::test]
async fn the_second_of_two_who_answer_the_same_question_is_told_and_overwrites_nothing() {
    let place = place();
    let (mut browser, address) = place.begun().await;
    let page = format!("{address}/question/title");
    let shown = browser.get(&page).await;
    let (token, seen) = (shown.form_token(), shown.between("name=\"seen\" value=\"", "\"").unwrap());
    save(&mut browser, &page, &owned(&[("answer", "The first")])).await;
    let late = browser.post(&page, &[("form-token", &token), ("seen", &seen), ("answer", "The second")]).await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    assert_eq!(place.case(&address).application.answers["title"], Answer::Text("The first".to_owned()));
    // Another question is nobody else's business.
    let other = format!("{address}/question/summary");
    let taken = browser.post(&other, &[("form-token", &token), ("seen", &seen), ("answer", "A summary")]).await;
    assert_eq!(taken.status, StatusCode::SEE_OTHER, "{}", taken.text);
}

#[tokio::test]
async fn a_draft_is_its_organisation_s_alone_and_only_applicants_write_in_it() {
    let place = place();
    let (_, address) = place.begun().await;
    let other = place.site.organisation("Another trust");
    let stranger = place.site.person("eve@example.org", &[(Role::Applicant, Some(other))]);
    let officer = place.site.person("otto@example.org", &[(Role::CaseOfficer, None)]);
    for person in [stranger, officer] {
        let mut browser = place.site.signed_in(person);
        for page in
            ["", "/check", "/question/title", "/basket", "/basket/find", "/declare", "/reuse", "/versions/title"]
        {
            let answer = browser.get(&format!("{address}{page}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{page}");
        }
    }
    let mut official = place.site.signed_in(place.official);
    assert_eq!(official.get(&address).await.status, StatusCode::OK);
    let token = official.get("/desk").await.form_token();
    let written = official
        .post(&format!("{address}/question/title"), &[("form-token", &token), ("seen", "1"), ("answer", "Mine")])
        .await;
    assert_eq!(written.status, StatusCode::FORBIDDEN);
    assert_eq!(official.get("/desk/apply").await.status, StatusCode::FORBIDDEN);
    assert!(place.case(&address).application.answers.is_empty());
}

#[tokio::test]
async fn lists_grow_by_a_row_and_lose_what_is_emptied() {
    let place = place();
    let (mut browser, address) = place.begun().await;
    save(&mut browser, &format!("{address}/question/has-processors"), &owned(&[("answer", "yes")])).await;
    let page = format!("{address}/question/processors");
    let added = save(&mut browser, &page, &owned(&[("name-1", "One Ltd"), ("action", "add")])).await;
    assert_eq!(added.location(), page);
    let shown = browser.get(&page).await;
    assert!(shown.text.contains("id=\"name-2\"") && !shown.text.contains("id=\"name-3\""));
    let wrong = save(&mut browser, &page, &owned(&[("name-1", ""), ("name-2", "Two Ltd"), ("ico-2", "???")])).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("<a href=\"#ico-1\">") && wrong.text.contains("id=\"ico-1\""), "{}", wrong.text);
    save(&mut browser, &page, &owned(&[("name-1", ""), ("name-2", "Two Ltd")])).await;
    let Answer::Organisations(rows) = &place.case(&address).application.answers["processors"] else { panic!() };
    assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["Two Ltd"]);
}

#[tokio::test]
async fn files_are_handed_in_given_out_for_saving_and_taken_back() {
    let place = place();
    let (mut browser, address) = place.begun().await;
    save(&mut browser, &format!("{address}/question/ethics"), &owned(&[("answer", "given")])).await;
    let page = format!("{address}/question/ethics-letter");
    let program = place.hand_in(&mut browser, &page, "letter.exe", b"MZ\x90\x00").await;
    assert_eq!(program, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(place.hand_in(&mut browser, &page, "letter.txt", b"Agreed.\n").await, StatusCode::SEE_OTHER);
    let Answer::Files(files) = &place.case(&address).application.answers["ethics-letter"] else { panic!() };
    assert_eq!((files.len(), files[0].name.as_str(), files[0].bytes), (1, "letter.txt", 8));
    let saved = format!("{address}/file/{}", files[0].digest);
    let answer = browser.get(&saved).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "Agreed.\n"));
    assert!(answer.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let other = place.site.organisation("Another trust");
    let stranger = place.site.person("eve@example.org", &[(Role::Applicant, Some(other))]);
    assert_eq!(place.site.signed_in(stranger).get(&saved).await.status, StatusCode::NOT_FOUND);
    let shown = browser.get(&page).await;
    let (token, seen) = (shown.form_token(), shown.between("name=\"seen\" value=\"", "\"").unwrap());
    let digest = files[0].digest.to_string();
    let remove = [("form-token", token.as_str()), ("seen", &seen), ("digest", &digest)];
    assert_eq!(browser.post(&format!("{page}/remove"), &remove).await.status, StatusCode::SEE_OTHER);
    assert!(!place.case(&address).application.answers.contains_key("ethics-letter"));
}

#[tokio::test]
async fn earlier_answers_are_used_again_and_marked_with_where_they_come_from() {
    let place = place();
    let (mut browser, earlier) = place.begun().await;
    let form = casework::Form::shipped("pupil-database").unwrap();
    for id in ["territory", "title"] {
        let sent = fields(form.question(id).unwrap());
        save(&mut browser, &format!("{earlier}/question/{id}"), &sent).await;
    }
    let (mut browser, address) = place.begun().await;
    let page = browser.get(&format!("{address}/reuse")).await;
    assert!(
        page.text.contains("DS-2026-0001") && page.text.contains("1 answer: Where the data will be"),
        "{}",
        page.text
    );
    let nothing = save(&mut browser, &format!("{address}/reuse"), &[]).await;
    assert!(nothing.text.contains("Select an earlier application"));
    let taken = save(&mut browser, &format!("{address}/reuse"), &owned(&[("from", "DS-2026-0001")])).await;
    assert_eq!(taken.location(), address);
    let question = browser.get(&format!("{address}/question/territory")).await;
    assert!(question.text.contains("This answer is from your application"), "{}", question.text);
    let check = browser.get(&format!("{address}/check")).await;
    assert!(check.text.contains("Taken from <a"), "{}", check.text);
    assert!(!place.case(&address).application.answers.contains_key("title"), "a title is not used again");
}
