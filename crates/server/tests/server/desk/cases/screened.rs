//! Screening: returned with words at each question, or accepted with what the public will read.

use casework::Stage;
use casework::case::Progress;
use register::vocabulary::Ground;

use super::staff::office;

fn stage(office: &super::staff::Office, reference: &str) -> Stage {
    office.case(reference).stage(casework::calendar::day_in_england(office.site.now()))
}

#[tokio::test]
async fn an_application_is_returned_and_the_mail_names_nobody() {
    let office = office();
    let seen = office.screened("DS-2026-0001").seq.to_string();
    let mut officer = office.site.signed_in(office.officer);
    let page = "/desk/case/DS-2026-0001/return";
    let fields = [("seen", seen.as_str()), ("by", "2026-12-18"), ("change-title", "Say which absence.")];
    assert_eq!(officer.submit(page, page, &fields).await.status, 303);
    let Progress::Returned { requests, .. } = office.case("DS-2026-0001").progress else { panic!() };
    assert_eq!((requests[0].question.as_deref(), requests[0].what.as_str()), (Some("title"), "Say which absence."));
    let mail = office.site.read(|transaction| {
        let sql = "SELECT recipient, subject FROM mail";
        let mut mails = transaction.prepare(sql).unwrap();
        let rows = mails.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))).unwrap();
        Ok(rows.map(Result::unwrap).collect::<Vec<_>>())
    });
    assert_eq!(mail.len(), 1);
    assert_eq!(mail[0].0, "applicant@rutland.example");
    assert!(mail[0].1.contains("DS-2026-0001") && !mail[0].1.contains("Absence"), "{}", mail[0].1);
}

#[tokio::test]
async fn what_was_typed_is_kept_when_something_is_missing() {
    let office = office();
    let seen = office.screened("DS-2026-0001").seq.to_string();
    let mut officer = office.site.signed_in(office.officer);
    let page = "/desk/case/DS-2026-0001/return";
    let fields = [("seen", seen.as_str()), ("by", "soon"), ("change-title", "Say which absence.")];
    let answer = officer.submit(page, page, &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.title().starts_with("Error: "));
    assert!(
        answer.text.contains("Say which absence.") && answer.text.contains("Enter the day by which you ask for it")
    );
    assert_eq!(stage(&office, "DS-2026-0001"), Stage::Screening);
}

#[tokio::test]
async fn a_text_is_withheld_on_a_ground_and_the_register_says_so() {
    let office = office();
    let seen = office.screened("DS-2026-0001").seq.to_string();
    let mut officer = office.site.signed_in(office.officer);
    let page = "/desk/case/DS-2026-0001/accept";
    let shown = officer.get(page).await;
    assert!(shown.text.contains("Absence, DS-2026-0001"), "the text is read before it is published");
    // The case has no basket: the application asks for nothing, and is not accepted.
    let fields = [("seen", seen.as_str()), ("ground-title", Ground::Security.code())];
    let answer = officer.submit(page, page, &fields).await;
    assert_eq!(answer.status, 422);
    assert!(answer.text.contains("one dataset at least"), "{}", answer.text);
}
