//! The second factor.

use axum::http::StatusCode;
use casework::Role;

use super::PASSWORD;
use crate::support::desk;

const PAGE: &str = "/desk/second-factor";

/// Signs in and sets up a second factor; gives the secret that was shown.
async fn enrolled(site: &desk::TestDesk, browser: &mut desk::Browser<'_>) -> Vec<u8> {
    assert_eq!(browser.sign_in("ada@example.org", PASSWORD).await.location(), PAGE);
    let page = browser.get(PAGE).await;
    assert_eq!(page.heading(), "Set up a second factor");
    assert!(page.text.contains("<svg") && page.text.contains("QR code"));
    let text = page.between("id=\"key\">", "<").unwrap().replace(' ', "");
    let again = browser.get(PAGE).await;
    assert!(again.text.replace(' ', "").contains(&text), "loading the page again does not change the key");
    let secret = totp_rs::Secret::try_from_base32(text).unwrap().as_bytes().to_vec();
    assert_eq!(browser.get("/desk").await.location(), PAGE, "nothing is open before");
    let wrong = browser.submit(PAGE, PAGE, &[("code", "000000x")]).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.title().starts_with("Error: "));
    let before = browser.cookies["rollcall"].clone();
    let answer = browser.submit(PAGE, PAGE, &[("code", &site.code(&secret))]).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/desk"), "{}", answer.text);
    assert_ne!(browser.cookies["rollcall"], before, "the token changes with what it may do");
    secret
}

#[tokio::test]
async fn staff_set_up_a_second_factor_and_are_asked_for_it_ever_after() {
    let site = desk::new();
    site.person_with_password("ada@example.org", PASSWORD, &[(Role::CaseOfficer, None)]).await;
    let mut browser = site.browser();
    let secret = enrolled(&site, &mut browser).await;
    assert!(browser.get("/desk").await.text.contains("Case officer"));
    site.wait(60);
    let mut other = site.browser();
    assert_eq!(other.sign_in("ada@example.org", PASSWORD).await.location(), PAGE);
    assert_eq!(other.get(PAGE).await.heading(), "Enter your code");
    let answer = other.submit(PAGE, PAGE, &[("code", &site.code(&secret))]).await;
    assert_eq!(answer.location(), "/desk");
}

#[tokio::test]
async fn no_code_works_twice() {
    let site = desk::new();
    site.person_with_password("ada@example.org", PASSWORD, &[(Role::CaseOfficer, None)]).await;
    let secret = enrolled(&site, &mut site.browser()).await;
    let used = site.code(&secret);
    let mut browser = site.browser();
    browser.sign_in("ada@example.org", PASSWORD).await;
    let answer = browser.submit(PAGE, PAGE, &[("code", &used)]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("This code has been used"), "{}", answer.text);
    site.wait(30);
    let earlier = used;
    assert_eq!(browser.submit(PAGE, PAGE, &[("code", &earlier)]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(browser.submit(PAGE, PAGE, &[("code", &site.code(&secret))]).await.location(), "/desk");
}

#[tokio::test]
async fn five_wrong_codes_end_the_sign_in() {
    let site = desk::new();
    site.person_with_password("ada@example.org", PASSWORD, &[(Role::CaseOfficer, None)]).await;
    let secret = enrolled(&site, &mut site.browser()).await;
    site.wait(60);
    let mut browser = site.browser();
    browser.sign_in("ada@example.org", PASSWORD).await;
    for _ in 0..4 {
        assert_eq!(browser.submit(PAGE, PAGE, &[("code", "12")]).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    assert!(browser.submit(PAGE, PAGE, &[("code", "12")]).await.location().starts_with("/desk/sign-in"));
    let answer = browser.submit("/desk/sign-in", PAGE, &[("code", &site.code(&secret))]).await;
    assert!(answer.location().starts_with("/desk/sign-in"), "the right code comes too late");
}

#[tokio::test]
async fn a_sign_in_that_stays_half_way_ends_after_ten_minutes() {
    let site = desk::new();
    site.person_with_password("ada@example.org", PASSWORD, &[(Role::CaseOfficer, None)]).await;
    let mut browser = site.browser();
    browser.sign_in("ada@example.org", PASSWORD).await;
    site.wait(599);
    assert_eq!(browser.get(PAGE).await.status, StatusCode::OK);
    site.wait(1);
    assert!(browser.get(PAGE).await.location().starts_with("/desk/sign-in"));
}
