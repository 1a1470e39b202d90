//! What holds for every page of the desk.

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, SET_COOKIE};
use axum::http::{Method, StatusCode};
use casework::Role;

use crate::support::desk;

/// Names and values.
type Pairs<'a> = &'a [(&'a str, &'a str)];

#[tokio::test]
async fn whoever_has_not_signed_in_is_led_to_sign_in_and_back_to_where_they_wanted() {
    let site = desk::new();
    let answer = site.browser().get("/desk?x=1").await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/desk/sign-in?next=%2Fdesk%3Fx%3D1"));
    let answer = site.browser().post("/desk/sign-out", &[]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/desk/sign-in?next=%2Fdesk"));
}

#[tokio::test]
async fn a_page_shows_who_has_signed_in_with_their_roles_and_is_kept_nowhere() {
    let site = desk::new();
    let trust = site.organisation("Example Trust");
    let person = site.person("ada@example.org", &[(Role::Applicant, Some(trust)), (Role::Reviewer, None)]);
    let answer = site.signed_in(person).get("/desk").await;
    assert_eq!(answer.status, StatusCode::OK);
    for said in ["Signed in as <strong>ada</strong>", "Reviewer", "Applicant for Example Trust", "/desk/account"] {
        assert!(answer.text.contains(said), "{said}: {}", answer.text);
    }
    assert!(!answer.text.contains("/desk/people"), "who does not administer is not offered it");
    let header = |name| answer.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default().to_owned();
    assert_eq!(header(CACHE_CONTROL), "no-store");
    assert_eq!(header(REFERRER_POLICY), "same-origin");
    assert!(header(CONTENT_SECURITY_POLICY).contains("default-src 'none'"));
    assert!(header(CONTENT_SECURITY_POLICY).contains("form-action 'self'"));
}

#[tokio::test]
async fn a_form_without_its_token_or_from_another_site_changes_nothing() {
    let site = desk::new();
    let person = site.person("ada@example.org", &[]);
    let mut browser = site.signed_in(person);
    let token = browser.get("/desk").await.form_token();
    let other = site.signed_in(person).get("/desk").await.form_token();
    assert_ne!(token, other, "each session has its own");
    let right: Pairs = &[("form-token", &token)];
    let of_another: Pairs = &[("form-token", &other)];
    let cases: &[(Pairs, Pairs)] = &[
        (&[], &[]),
        (&[], &[("form-token", "")]),
        (&[], of_another),
        (&[("sec-fetch-site", "cross-site")], right),
        (&[("sec-fetch-site", "same-site")], right),
        (&[("origin", "https://evil.example")], right),
        (&[("origin", "null")], right),
    ];
    for (headers, fields) in cases {
        let answer = browser.send(Method::POST, "/desk/sign-out", headers, Some(fields)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{headers:?}");
        assert_eq!(answer.heading(), "This form cannot be taken");
        assert_eq!(browser.get("/desk").await.status, StatusCode::OK, "still signed in");
    }
    let headers: Pairs = &[("origin", "http://desk.example")];
    let answer = browser.send(Method::POST, "/desk/sign-out", headers, Some(right)).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/desk/sign-in?signed-out"));
    assert!(answer.headers[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert_eq!(browser.get("/desk").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_session_ends_after_an_hour_without_use_and_after_twelve_in_any_case() {
    let site = desk::new();
    let person = site.person("ada@example.org", &[]);
    let mut idle = site.signed_in(person);
    site.wait(3_599);
    assert_eq!(idle.get("/desk").await.status, StatusCode::OK);
    site.wait(3_600);
    assert_eq!(idle.get("/desk").await.status, StatusCode::SEE_OTHER);
    let mut busy = site.signed_in(person);
    for _ in 0..23 {
        site.wait(1_800);
        assert_eq!(busy.get("/desk").await.status, StatusCode::OK);
    }
    site.wait(1_800);
    assert_eq!(busy.get("/desk").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_role_that_is_given_ends_every_session_of_the_person() {
    let site = desk::new();
    let person = site.person("ada@example.org", &[]);
    let mut browser = site.signed_in(person);
    let now = site.now();
    site.write(|transaction| store::casework::people::give_role(transaction, person, Role::Auditor, None, None, now));
    assert_eq!(browser.get("/desk").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn what_is_not_there_has_a_page_in_plain_words_and_the_public_site_stands_beside() {
    let site = desk::new();
    let answer = site.browser().get("/desk/nothing").await;
    assert_eq!((answer.status, answer.heading().as_str()), (StatusCode::NOT_FOUND, "Page not found"));
    let answer = site.browser().get("/desk/sign-out").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    let answer = site.browser().get("/vkey").await;
    assert_ne!(answer.status, StatusCode::SEE_OTHER);
    let person = site.person("ada@example.org", &[]);
    let answer = site.signed_in(person).post("/desk/sign-out", &[("x", &"y".repeat(300_000))]).await;
    assert_eq!((answer.status, answer.heading().as_str()), (StatusCode::PAYLOAD_TOO_LARGE, "Too much was sent"));
}
