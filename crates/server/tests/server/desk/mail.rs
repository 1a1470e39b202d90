//! Mail that has not gone out, as administrators see it.

use crate::support::desk;
use axum::http::StatusCode;
use casework::Role;
use store::casework::mail::{self, Fault, Mail};

#[tokio::test]
async fn an_administrator_sees_what_failed_and_why_and_may_have_it_tried_again() {
    let site = desk::new();
    let administrator = site.person("ada@example.org", &[(Role::Administrator, None)]);
    let mut browser = site.signed_in(administrator);
    let none = browser.get("/desk/mail").await;
    assert_eq!((none.status, none.heading().as_str()), (StatusCode::OK, "Mail that has not gone out"));
    assert!(none.text.contains("No mail has failed.") && none.text.contains("All mail waits."));

    let now = site.now();
    let owed = Mail {
        key: "k".to_owned(),
        to: "secret@example.org".to_owned(),
        subject: "DR1: A decision has been made".to_owned(),
        text: "confidential".to_owned(),
        html: "confidential".to_owned(),
    };
    let id = site.write(|transaction| {
        mail::enqueue(transaction, &owed, now)?;
        let id = mail::take(transaction, now, 1)?[0].id;
        mail::failure(transaction, id, Fault::Refused, now)?;
        Ok(id)
    });
    let shown = browser.get("/desk/mail").await;
    assert!(shown.text.contains("DR1: A decision has been made") && shown.text.contains("the mail server refused it"));
    assert!(!shown.text.contains("secret@") && !shown.text.contains("confidential"), "{}", shown.text);

    let id = id.to_string();
    let again = browser.submit("/desk/mail", "/desk/mail", &[("mail", &id)]).await;
    assert_eq!((again.status, again.location()), (StatusCode::SEE_OTHER, "/desk/mail"));
    assert_eq!(site.read(mail::next_due), Some(now));
    let twice = browser.submit("/desk/mail", "/desk/mail", &[("mail", &id)]).await;
    assert_eq!(twice.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn nobody_else_sees_it() {
    let site = desk::new();
    let officer = site.person("bo@example.org", &[(Role::CaseOfficer, None)]);
    assert_eq!(site.signed_in(officer).get("/desk/mail").await.status, StatusCode::FORBIDDEN);
}
