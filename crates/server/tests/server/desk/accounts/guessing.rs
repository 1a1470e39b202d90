//! Guessing is slowed, and nobody is shut out by somebody else's guesses.

use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;

use super::PASSWORD;
use crate::support::desk;

const WRONG: StatusCode = StatusCode::UNPROCESSABLE_ENTITY;
const SLOWED: StatusCode = StatusCode::TOO_MANY_REQUESTS;

#[tokio::test]
async fn whoever_guesses_waits_longer_each_time_even_with_the_right_password() {
    let site = desk::new();
    site.person_with_password("ada@example.org", PASSWORD, &[]).await;
    let mut guesser = site.browser();
    for _ in 0..5 {
        assert_eq!(guesser.sign_in("ada@example.org", "not the password").await.status, WRONG);
    }
    let answer = guesser.sign_in("ada@example.org", PASSWORD).await;
    assert_eq!((answer.status, answer.headers[RETRY_AFTER].to_str().unwrap()), (SLOWED, "30"));
    assert!(answer.text.contains("Please wait 30 seconds") && answer.text.contains("/desk/forgotten"));
    site.wait(30);
    assert_eq!(guesser.sign_in("ada@example.org", "not the password").await.status, WRONG);
    let answer = guesser.sign_in("ada@example.org", PASSWORD).await;
    assert_eq!(answer.headers[RETRY_AFTER], "60");
    site.wait(60);
    assert_eq!(guesser.sign_in("ada@example.org", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn an_address_that_nobody_has_is_slowed_alike() {
    let site = desk::new();
    let mut guesser = site.browser();
    for _ in 0..5 {
        assert_eq!(guesser.sign_in("nobody@example.org", "not the password").await.status, WRONG);
    }
    assert_eq!(guesser.sign_in("nobody@example.org", "not the password").await.headers[RETRY_AFTER], "30");
}

#[tokio::test]
async fn guesses_from_everywhere_do_not_shut_out_the_owner_at_their_own_browser_or_by_mail() {
    let site = desk::new();
    site.person_with_password("ada@example.org", PASSWORD, &[]).await;
    let mut own = site.browser();
    own.address = "203.0.113.1:1";
    own.sign_in("ada@example.org", PASSWORD).await;
    own.submit("/desk", "/desk/sign-out", &[]).await;
    // Sixty networks, each with one guess: more than an account takes from browsers that are not known for it.
    for network in 0..60 {
        let mut guesser = site.browser();
        guesser.address = Box::leak(format!("198.51.100.{network}:1").into_boxed_str());
        assert_eq!(guesser.sign_in("ada@example.org", "not the password").await.status, WRONG);
    }
    let mut elsewhere = site.browser();
    elsewhere.address = "203.0.113.9:1";
    assert_eq!(elsewhere.sign_in("ada@example.org", PASSWORD).await.status, SLOWED);
    assert_eq!(own.sign_in("ada@example.org", PASSWORD).await.status, StatusCode::SEE_OTHER, "at her own browser");
    elsewhere.submit("/desk/forgotten", "/desk/forgotten", &[("email", "ada@example.org")]).await;
    let link = site.link_to("ada@example.org");
    let answer = elsewhere.submit(&link, &link, &[("password", PASSWORD), ("again", PASSWORD)]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/desk"), "by a link");
}

#[tokio::test]
async fn one_network_is_slowed_over_all_accounts_and_others_are_not() {
    let site = desk::new();
    site.person_with_password("ada@example.org", PASSWORD, &[]).await;
    let mut guesser = site.browser();
    for account in 0..40 {
        let answer = guesser.sign_in(&format!("person{account}@example.org"), "not the password").await;
        assert_eq!(answer.status, WRONG);
    }
    assert_eq!(guesser.sign_in("ada@example.org", PASSWORD).await.status, SLOWED);
    let mut other = site.browser();
    other.address = "203.0.113.1:1";
    assert_eq!(other.sign_in("ada@example.org", PASSWORD).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn the_cookie_of_another_persons_browser_helps_nobody() {
    let site = desk::new();
    site.person_with_password("ada@example.org", PASSWORD, &[]).await;
    site.person_with_password("eve@example.org", PASSWORD, &[]).await;
    let mut eve = site.browser();
    eve.sign_in("eve@example.org", PASSWORD).await;
    assert!(eve.cookies.contains_key("rollcall-known"));
    eve.submit("/desk", "/desk/sign-out", &[]).await;
    for _ in 0..5 {
        assert_eq!(eve.sign_in("ada@example.org", "not the password").await.status, WRONG);
    }
    assert_eq!(eve.sign_in("ada@example.org", PASSWORD).await.status, SLOWED);
}
