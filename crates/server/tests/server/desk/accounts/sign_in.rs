//! Signing in with a password, and what a browser holds then.

use axum::http::StatusCode;
use axum::http::header::SET_COOKIE;

use super::PASSWORD;
use crate::support::desk;

#[tokio::test]
async fn whoever_signs_in_gets_another_token_and_is_led_to_where_they_wanted() {
    let site = desk::new();
    site.person_with_password("ada@example.org", PASSWORD, &[]).await;
    let mut browser = site.browser();
    browser.get("/desk/sign-in").await;
    let before = browser.cookies["rollcall"].clone();
    let fields = [("email", "ADA@example.org "), ("password", PASSWORD), ("next", "/desk/account")];
    let answer = browser.submit("/desk/sign-in", "/desk/sign-in", &fields).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/desk/account"), "{}", answer.text);
    assert_ne!(browser.cookies["rollcall"], before, "a token known before signing in is worth nothing after");
    assert_eq!(browser.get("/desk/account").await.status, StatusCode::OK);
    let mut with_the_old = site.browser();
    with_the_old.cookies.insert("rollcall".to_owned(), before);
    assert_eq!(with_the_old.get("/desk/account").await.status, StatusCode::SEE_OTHER);
    assert_eq!(browser.get("/desk/sign-in").await.location(), "/desk", "nobody signs in twice");
}

#[tokio::test]
async fn nobody_is_led_to_another_site_after_signing_in() {
    let site = desk::new();
    site.person_with_password("ada@example.org", PASSWORD, &[]).await;
    for next in ["https://evil.example/", "//evil.example", "/desk//evil.example", "/\\evil.example"] {
        let fields = [("email", "ada@example.org"), ("password", PASSWORD), ("next", next)];
        let answer = site.browser().submit("/desk/sign-in", "/desk/sign-in", &fields).await;
        assert_eq!(answer.location(), "/desk", "{next}");
    }
}

#[tokio::test]
async fn cookies_are_for_this_host_and_out_of_reach_of_scripts_and_over_tls_for_tls_alone() {
    for (address, name, secure) in
        [("http://desk.example", "rollcall=", false), ("https://desk.example", "__Host-rollcall=", true)]
    {
        let site = desk::at(address);
        let answer = site.browser().get("/desk/sign-in").await;
        let cookie = answer.headers[SET_COOKIE].to_str().unwrap();
        assert!(cookie.starts_with(name), "{cookie}");
        for part in ["; Path=/", "; HttpOnly", "; SameSite=Lax"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert_eq!(cookie.contains("; Secure"), secure, "{cookie}");
        assert!(!cookie.contains("Domain"), "{cookie}");
    }
    let answer = desk::new().browser().get("/").await;
    assert!(!answer.headers.contains_key(SET_COOKIE), "the public site sets none");
}

#[tokio::test]
async fn a_wrong_password_an_unknown_address_and_a_closed_account_are_answered_alike() {
    let site = desk::new();
    let ada = site.person_with_password("ada@example.org", PASSWORD, &[]).await;
    site.person("never@example.org", &[]);
    let mut pages = Vec::new();
    for (email, password) in
        [("ada@example.org", "not her password"), ("nobody@example.org", PASSWORD), ("never@example.org", PASSWORD)]
    {
        let answer = site.browser().sign_in(email, password).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.title().starts_with("Error: Sign in"));
        pages.push(answer.text.replace(&answer.form_token(), "").replace(email, ""));
    }
    let now = site.now();
    site.write(|transaction| store::casework::people::disable(transaction, ada, None, now));
    let answer = site.browser().sign_in("ada@example.org", PASSWORD).await;
    pages.push(answer.text.replace(&answer.form_token(), "").replace("ada@example.org", ""));
    assert!(pages.iter().all(|page| *page == pages[0]), "{pages:?}");
}

#[tokio::test]
async fn an_unknown_address_takes_as_long_as_a_wrong_password() {
    let site = desk::new();
    site.person_with_password("ada@example.org", PASSWORD, &[]).await;
    site.browser().sign_in("warm@example.org", PASSWORD).await;
    let mut spent = Vec::new();
    for email in ["ada@example.org", "nobody@example.org"] {
        let mut times = Vec::new();
        for _ in 0..3 {
            let began = std::time::Instant::now();
            site.browser().sign_in(email, "not the password").await;
            times.push(began.elapsed());
        }
        spent.push(times.into_iter().min().unwrap());
    }
    // Both hash a password; a lookup alone would take a hundredth of it. The bound is loose, as machines are busy.
    let (known, unknown) = (spent[0].as_secs_f64(), spent[1].as_secs_f64());
    assert!(unknown > known / 3.0 && unknown < known * 3.0, "{spent:?}");
}

#[tokio::test]
async fn another_password_ends_every_other_session_and_changes_the_token_of_this_one() {
    let site = desk::new();
    let ada = site.person_with_password("ada@example.org", PASSWORD, &[]).await;
    let mut here = site.browser();
    here.sign_in("ada@example.org", PASSWORD).await;
    let mut elsewhere = site.signed_in(ada);
    let before = here.cookies["rollcall"].clone();
    let page = "/desk/account";
    let path = "/desk/account/password";
    let wrong = [("current", "not it at all"), ("password", "four words in a row"), ("again", "four words in a row")];
    let answer = here.submit(page, path, &wrong).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("href=\"#current\""));
    let short = [("current", PASSWORD), ("password", "short"), ("again", "short")];
    assert!(here.submit(page, path, &short).await.text.contains("Enter a password of 12 characters or more"));
    let right = [("current", PASSWORD), ("password", "four words in a row"), ("again", "four words in a row")];
    let answer = here.submit(page, path, &right).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, page), "{}", answer.text);
    assert_ne!(here.cookies["rollcall"], before);
    assert_eq!(here.get(page).await.status, StatusCode::OK);
    assert_eq!(elsewhere.get(page).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.browser().sign_in("ada@example.org", PASSWORD).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn signing_out_everywhere_ends_every_session() {
    let site = desk::new();
    let ada = site.person("ada@example.org", &[]);
    let (mut here, mut there) = (site.signed_in(ada), site.signed_in(ada));
    let answer = here.submit("/desk/account", "/desk/account/sign-out-everywhere", &[]).await;
    assert_eq!(answer.location(), "/desk/sign-in?signed-out");
    assert_eq!(here.get("/desk").await.status, StatusCode::SEE_OTHER);
    assert_eq!(there.get("/desk").await.status, StatusCode::SEE_OTHER);
}
