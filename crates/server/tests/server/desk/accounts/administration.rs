//! What administrators do: organisations, people, roles; and that nobody else does.

use axum::http::{Method, StatusCode};
use casework::Role;
use store::casework::account_events::{self, Kind};

use crate::support::desk;

#[tokio::test]
async fn only_administrators_come_to_these_pages() {
    let site = desk::new();
    let others: Vec<_> = Role::ALL.iter().filter(|role| **role != Role::Administrator).collect();
    let trust = site.organisation("Example Trust");
    for role in others {
        let organisation = role.is_of_an_organisation().then_some(trust);
        let person = site.person(&format!("{}@example.org", role.code()), &[(*role, organisation)]);
        let mut browser = site.signed_in(person);
        let token = browser.get("/desk").await.form_token();
        for page in ["/desk/people", "/desk/people/1", "/desk/organisations", "/desk/organisations/1"] {
            assert_eq!(browser.get(page).await.status, StatusCode::FORBIDDEN, "{role:?} {page}");
        }
        for path in [
            "/desk/people",
            "/desk/people/1/roles",
            "/desk/people/1/roles/take",
            "/desk/people/1/disable",
            "/desk/people/1/enable",
            "/desk/people/1/invitation",
            "/desk/people/1/second-factor",
            "/desk/organisations",
            "/desk/organisations/1/name",
            "/desk/organisations/1/identifiers",
        ] {
            let answer = browser.send(Method::POST, path, &[], Some(&[("form-token", &token)])).await;
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{role:?} {path}");
        }
    }
}

#[tokio::test]
async fn an_organisation_keeps_every_name_that_it_had() {
    let site = desk::new();
    let admin = site.person("root@example.org", &[(Role::Administrator, None)]);
    let mut browser = site.signed_in(admin);
    let page = "/desk/organisations";
    let fields = [
        ("name", "  Example\u{a0}Trust "),
        ("company-number", "1234567"),
        ("ico-registration", "za123456"),
        ("urn", ""),
    ];
    let answer = browser.submit(page, page, &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let own = answer.location().to_owned();
    let shown = browser.get(&own).await;
    assert!(shown.text.contains("value=\"01234567\"") && shown.text.contains("value=\"ZA123456\""), "{}", shown.text);
    for name in ["Example Academies", "Example Learning"] {
        site.wait(86_400 / 30);
        assert_eq!(browser.submit(&own, &format!("{own}/name"), &[("name", name)]).await.status, StatusCode::SEE_OTHER);
    }
    let shown = browser.get(&own).await;
    assert_eq!(shown.heading(), "Example Learning");
    for former in ["Example Trust</th>", "Example Academies</th>"] {
        assert!(shown.text.contains(former), "{former}: {}", shown.text);
    }
}

#[tokio::test]
async fn a_number_in_another_form_or_of_another_organisation_is_refused_at_its_field() {
    let site = desk::new();
    let admin = site.person("root@example.org", &[(Role::Administrator, None)]);
    let mut browser = site.signed_in(admin);
    let page = "/desk/organisations";
    let answer = browser.submit(page, page, &[("name", "One"), ("urn", "100000")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let answer = browser.submit(page, page, &[("name", "Two"), ("urn", "10000")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.title().starts_with("Error: "));
    assert!(answer.text.contains("href=\"#urn\"") && answer.text.contains("enter 6 digits"), "{}", answer.text);
    assert!(answer.text.contains("value=\"Two\"") && answer.text.contains("value=\"10000\""), "what was sent stays");
    let answer = browser.submit(page, page, &[("name", "Two"), ("urn", "100 000")]).await;
    assert!(answer.text.contains("One has this number already"), "{}", answer.text);
    assert!(!browser.get(page).await.text.contains(">Two<"), "nothing is half done");
}

#[tokio::test]
async fn whoever_is_invited_with_an_address_that_is_taken_is_named_at_the_field() {
    let site = desk::new();
    let admin = site.person("root@example.org", &[(Role::Administrator, None)]);
    site.person("ada@example.org", &[]);
    let mut browser = site.signed_in(admin);
    let page = "/desk/people";
    let answer =
        browser.submit(page, page, &[("name", "Ada"), ("email", "Ada@Example.org"), ("role", "auditor")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text.contains("Somebody has an account with this address already"));
    let answer =
        browser.submit(page, page, &[("name", "Bob"), ("email", "bob@example.org"), ("role", "applicant")]).await;
    assert!(answer.text.contains("href=\"#organisation\""), "{}", answer.text);
    assert!(site.mails().is_empty());
}

#[tokio::test]
async fn roles_are_given_and_taken_and_show_and_end_sessions() {
    let site = desk::new();
    let admin = site.person("root@example.org", &[(Role::Administrator, None)]);
    let ada = site.person("ada@example.org", &[]);
    let mut browser = site.signed_in(admin);
    let mut hers = site.signed_in(ada);
    let own = format!("/desk/people/{ada}");
    let answer = browser.submit(&own, &format!("{own}/roles"), &[("role", "reviewer"), ("organisation", "")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(hers.get("/desk").await.status, StatusCode::SEE_OTHER);
    assert!(site.signed_in(ada).get("/desk").await.text.contains("Reviewer"));
    let answer = browser.submit(&own, &format!("{own}/roles/take"), &[("role", "reviewer")]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert!(!site.signed_in(ada).get("/desk").await.text.contains("Reviewer"));
    let events = site.read(|transaction| account_events::of_person(transaction, ada, 10));
    let told: Vec<_> = events.iter().take(2).map(|event| (event.kind, event.actor, event.role())).collect();
    assert_eq!(
        told,
        [(Kind::RoleTaken, Some(admin), Some(Role::Reviewer)), (Kind::RoleGiven, Some(admin), Some(Role::Reviewer))]
    );
}

#[tokio::test]
async fn a_closed_account_is_out_at_once_and_can_be_opened_again() {
    let site = desk::new();
    let admin = site.person("root@example.org", &[(Role::Administrator, None)]);
    let ada = site.person_with_password("ada@example.org", super::PASSWORD, &[]).await;
    let mut hers = site.signed_in(ada);
    let mut browser = site.signed_in(admin);
    let own = format!("/desk/people/{ada}");
    browser.submit(&own, &format!("{own}/disable"), &[]).await;
    assert_eq!(hers.get("/desk").await.status, StatusCode::SEE_OTHER);
    let answer = site.browser().sign_in("ada@example.org", super::PASSWORD).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    browser.submit(&own, &format!("{own}/enable"), &[]).await;
    let answer = site.browser().sign_in("ada@example.org", super::PASSWORD).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn somebody_who_can_administer_is_always_left() {
    let site = desk::new();
    let admin = site.person("root@example.org", &[(Role::Administrator, None)]);
    let mut browser = site.signed_in(admin);
    let own = format!("/desk/people/{admin}");
    for (path, fields) in [("roles/take", vec![("role", "administrator")]), ("disable", vec![])] {
        let answer = browser.submit(&own, &format!("{own}/{path}"), &fields).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text.contains("Nobody could administer after this"), "{}", answer.text);
        assert_eq!(browser.get(&own).await.status, StatusCode::OK, "nothing was changed");
    }
}

#[tokio::test]
async fn the_record_of_account_events_cannot_be_changed_or_shortened() {
    let site = desk::new();
    site.person("ada@example.org", &[]);
    for change in ["DELETE FROM account_event", "UPDATE account_event SET at = 0"] {
        let refused = site
            .desk
            .casework()
            .write(|transaction| -> Result<_, store::StoreError> { Ok(transaction.execute(change, [])) });
        assert!(refused.unwrap().is_err(), "{change}");
    }
}
