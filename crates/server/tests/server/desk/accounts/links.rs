//! Invitations and resets: each link works once and until a time.

use axum::http::StatusCode;
use casework::Role;
use server::commands::admin::{Create, create};
use store::casework::links;

use super::PASSWORD;
use crate::support::desk;

const CHOSEN: &[(&str, &str)] = &[("password", PASSWORD), ("again", PASSWORD)];

#[tokio::test]
async fn an_invitation_works_once_and_to_look_at_it_does_not_use_it() {
    let site = desk::new();
    let admin = site.person("root@example.org", &[(Role::Administrator, None)]);
    let trust = site.organisation("Example Trust").to_string();
    let fields =
        [("name", "Ada"), ("email", "ada@example.org"), ("role", "applicant"), ("organisation", trust.as_str())];
    let answer = site.signed_in(admin).submit("/desk/people", "/desk/people", &fields).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let link = site.link_to("ada@example.org");
    assert_eq!(site.browser().get(&link).await.heading(), "Welcome, Ada");
    let mut browser = site.browser();
    let answer = browser.submit(&link, &link, &[("password", "short"), ("again", "short")]).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let answer = browser.submit(&link, &link, CHOSEN).await;
    assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/desk"), "{}", answer.text);
    assert!(browser.get("/desk").await.text.contains("Applicant for Example Trust"));
    let answer = site.browser().get(&link).await;
    assert_eq!((answer.status, answer.heading().as_str()), (StatusCode::GONE, "This link does not work any more"));
    let mut late = site.browser();
    assert_eq!(late.submit("/desk/sign-in", &link, CHOSEN).await.status, StatusCode::GONE);
}

#[tokio::test]
async fn links_expire() {
    let site = desk::new();
    let person = site.person("ada@example.org", &[]);
    for (purpose, lasts) in [(links::Purpose::Invitation, links::INVITATION), (links::Purpose::Reset, links::RESET)] {
        let now = site.now();
        let token = site.write(|transaction| links::make(transaction, person, purpose, now));
        let page = format!("/desk/link/{}", token.secret());
        site.wait(lasts - 1);
        assert_eq!(site.browser().get(&page).await.status, StatusCode::OK);
        site.wait(1);
        assert_eq!(site.browser().get(&page).await.status, StatusCode::GONE);
    }
}

#[tokio::test]
async fn a_newer_link_makes_the_older_worthless_and_a_closed_account_has_none() {
    let site = desk::new();
    let person = site.person("ada@example.org", &[]);
    let now = site.now();
    let make = || site.write(|transaction| links::make(transaction, person, links::Purpose::Reset, now));
    let (older, newer) = (make(), make());
    let page = |token: &store::casework::token::Token| format!("/desk/link/{}", token.secret());
    assert_eq!(site.browser().get(&page(&older)).await.status, StatusCode::GONE);
    assert_eq!(site.browser().get(&page(&newer)).await.status, StatusCode::OK);
    site.write(|transaction| store::casework::people::disable(transaction, person, None, now));
    assert_eq!(site.browser().get(&page(&newer)).await.status, StatusCode::GONE);
    for nothing in ["/desk/link/x", "/desk/link/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"] {
        assert_eq!(site.browser().get(nothing).await.status, StatusCode::GONE);
    }
}

#[tokio::test]
async fn asking_for_a_link_is_answered_alike_for_everybody_and_mails_only_those_who_have_an_account() {
    let site = desk::new();
    site.person("ada@example.org", &[]);
    let closed = site.person("closed@example.org", &[]);
    let now = site.now();
    site.write(|transaction| store::casework::people::disable(transaction, closed, None, now));
    let mut pages = Vec::new();
    for email in ["ada@example.org", "nobody@example.org", "closed@example.org"] {
        let answer = site.browser().submit("/desk/forgotten", "/desk/forgotten", &[("email", email)]).await;
        assert_eq!(answer.status, StatusCode::OK);
        pages.push(answer.text.replace(email, ""));
    }
    assert!(pages.iter().all(|page| *page == pages[0]));
    let link = site.link_to("ada@example.org");
    let mut browser = site.browser();
    assert_eq!(browser.submit(&link, &link, CHOSEN).await.location(), "/desk");
}

#[tokio::test]
async fn a_reset_ends_sessions_and_still_asks_for_the_second_factor() {
    let site = desk::new();
    let ada = site.person("ada@example.org", &[(Role::Reviewer, None)]);
    let mut before = site.signed_in(ada);
    site.browser().submit("/desk/forgotten", "/desk/forgotten", &[("email", "ada@example.org")]).await;
    let link = site.link_to("ada@example.org");
    let mut browser = site.browser();
    assert_eq!(browser.submit(&link, &link, CHOSEN).await.location(), "/desk/second-factor");
    assert_eq!(browser.get("/desk").await.location(), "/desk/second-factor");
    assert_eq!(before.get("/desk").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn one_person_is_not_sent_mail_without_end_and_the_answer_does_not_say_so() {
    let site = desk::new();
    site.person("ada@example.org", &[]);
    for _ in 0..10 {
        let mut browser = site.browser();
        let answer = browser.submit("/desk/forgotten", "/desk/forgotten", &[("email", "ada@example.org")]).await;
        assert_eq!(answer.heading(), "Look at your mail");
    }
    assert_eq!(site.mails().len(), 3);
}

#[tokio::test]
async fn no_secret_stands_in_the_database() {
    let site = desk::new();
    let ada = site.person("ada@example.org", &[]);
    let now = site.now();
    let link = site.write(|transaction| links::make(transaction, ada, links::Purpose::Reset, now));
    let mut browser = site.browser();
    let page = format!("/desk/link/{}", link.secret());
    browser.submit(&page, &page, CHOSEN).await;
    let folder = site.desk.data().private();
    let mut all = Vec::new();
    for name in ["casework.sqlite", "casework.sqlite-wal"] {
        all.extend(std::fs::read(folder.join(name)).unwrap_or_default());
    }
    let holds = |text: &str| all.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("ada@example.org"), "the search finds what is there");
    for secret in [PASSWORD, link.secret(), &browser.cookies["rollcall"], &browser.cookies["rollcall-known"]] {
        assert!(!holds(secret));
    }
}

#[tokio::test]
async fn the_command_makes_the_first_administrator_and_no_second_unasked() {
    let site = desk::new();
    let asked = |email: &str, again| Create {
        data: site.desk.data().root().to_owned(),
        email: email.to_owned(),
        name: "Ada".to_owned(),
        again,
        site_address: "http://desk.example".parse().unwrap(),
    };
    let link = create(&asked("ada@example.org", false)).unwrap();
    let refused = create(&asked("eve@example.org", false)).unwrap_err().to_string();
    assert!(refused.contains("--again"), "{refused}");
    assert!(create(&asked("no address", true)).is_err());
    // The command reads the machine's clock, and the desk under test its own, which stands before it or after.
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    site.wait(i64::try_from(seconds).unwrap() - site.now().seconds());
    let page = link.strip_prefix("http://desk.example").unwrap();
    let mut browser = site.browser();
    let answer = browser.submit(page, page, CHOSEN).await;
    assert_eq!(answer.location(), "/desk/second-factor", "an administrator needs a second factor");
    assert!(create(&asked("eve@example.org", true)).is_ok());
}
