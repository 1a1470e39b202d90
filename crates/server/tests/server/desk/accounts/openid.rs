//! Signing in at another provider: a real one, started by the test.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};

use axum::http::StatusCode;
use casework::Role;

use super::PASSWORD;
use crate::support::desk;

/// The provider, until it is dropped.
struct Provider {
    process: Child,
    /// Kept open, or it would end at its next word.
    _said: BufReader<ChildStdout>,
    address: String,
    _place: tempfile::TempDir,
    secret: PathBuf,
}

impl Provider {
    fn start(arguments: &[&str]) -> Self {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/openid"));
        assert!(folder.join("node_modules").is_dir(), "run `tests/install openid` first");
        let mut process = Command::new("node")
            .arg(folder.join("provider.mjs"))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(process.stdout.take().unwrap());
        let address = said.by_ref().lines().map_while(Result::ok).find(|line| line.starts_with("http://")).unwrap();
        let place = tempfile::tempdir().unwrap();
        let secret = place.path().join("secret");
        std::fs::write(&secret, "a secret: with % and +\n").unwrap();
        Self { process, _said: said, address, _place: place, secret }
    }

    fn desk(&self) -> desk::TestDesk {
        let settings = format!(
            "[sign_in.openid]\nissuer = \"{}\"\nclient_id = \"data-register\"\nclient_secret_file = \"{}\"\nlabel = \"Sign in with Example\"\n",
            self.address,
            self.secret.display()
        );
        desk::with("http://desk.example", &settings)
    }

    /// Puts somebody in front of it.
    fn seat(&self, sub: &str, email: &str, verified: bool) {
        let address = format!("{}/seat?sub={sub}&email={email}&verified={verified}", self.address);
        ureq::get(&address).call().unwrap();
    }

    /// Goes where a browser is led, until it is led back; gives the path of the desk with what the provider says.
    fn follow(&self, address: &str) -> String {
        let agent: ureq::Agent =
            ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into();
        let (mut address, mut cookies) = (address.to_owned(), BTreeMap::new());
        for _ in 0..10 {
            if let Some(path) = address.strip_prefix("http://desk.example") {
                return path.to_owned();
            }
            if address.starts_with('/') {
                address = format!("{}{address}", self.address);
            }
            let held: Vec<String> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            let answer = agent.get(&address).header("cookie", held.join("; ")).call().unwrap();
            for cookie in answer.headers().get_all("set-cookie") {
                let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
                cookies.insert(name.to_owned(), value.to_owned());
            }
            let place = answer.headers().get("location").map(|place| place.to_str().unwrap().to_owned());
            address = place.unwrap_or_else(|| panic!("{address} leads nowhere: {}", answer.status()));
        }
        panic!("the provider leads in circles");
    }

    /// Signs in with it in this browser.
    async fn sign_in(&self, browser: &mut desk::Browser<'_>) -> desk::Answer {
        let answer = browser.get("/desk/openid?next=%2Fdesk%2Faccount").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        assert!(answer.location().starts_with(&self.address));
        for part in ["code_challenge_method=S256", "state=", "nonce=", "response_type=code"] {
            assert!(answer.location().contains(part), "{}", answer.location());
        }
        let back = self.follow(answer.location());
        browser.get(&back).await
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn somebody_who_was_invited_is_known_by_a_verified_address_once_and_by_the_providers_number_after() {
    for arguments in [&[][..], &["claims-in-token"][..]] {
        let provider = Provider::start(arguments);
        let site = provider.desk();
        assert!(site.browser().get("/desk/sign-in").await.text.contains("Sign in with Example"));
        let ada = site.person("ada@example.org", &[]);
        provider.seat("number-1", "Ada@example.org", true);
        let mut browser = site.browser();
        let answer = provider.sign_in(&mut browser).await;
        assert_eq!((answer.status, answer.location()), (StatusCode::SEE_OTHER, "/desk/account"), "{}", answer.text);
        assert!(browser.get("/desk/account").await.text.contains("ada@example.org"));
        // The address has moved on to somebody else there; the number has not.
        provider.seat("number-2", "ada@example.org", true);
        let answer = provider.sign_in(&mut site.browser()).await;
        assert_eq!((answer.status, answer.heading().as_str()), (StatusCode::BAD_REQUEST, "This cannot be done"));
        provider.seat("number-1", "another@example.org", false);
        let mut browser = site.browser();
        assert_eq!(provider.sign_in(&mut browser).await.location(), "/desk/account");
        assert!(browser.get("/desk/account").await.text.contains("ada@example.org"));
        let now = site.now();
        site.write(|transaction| store::casework::people::disable(transaction, ada, None, now));
        assert_eq!(provider.sign_in(&mut site.browser()).await.status, StatusCode::BAD_REQUEST, "a closed account");
    }
}

#[tokio::test]
async fn nobody_comes_in_by_an_address_that_is_not_verified_or_was_not_invited() {
    let provider = Provider::start(&[]);
    let site = provider.desk();
    site.person("ada@example.org", &[]);
    for (sub, email, verified) in [("number-1", "ada@example.org", false), ("number-2", "eve@example.org", true)] {
        provider.seat(sub, email, verified);
        let answer = provider.sign_in(&mut site.browser()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.text.contains("no account here belongs to that"), "{}", answer.text);
        assert!(!answer.text.contains(email));
    }
}

#[tokio::test]
async fn staff_are_asked_for_the_second_factor_all_the_same() {
    let provider = Provider::start(&[]);
    let site = provider.desk();
    site.person("ada@example.org", &[(Role::CaseOfficer, None)]);
    provider.seat("number-1", "ada@example.org", true);
    let mut browser = site.browser();
    assert!(provider.sign_in(&mut browser).await.location().starts_with("/desk/second-factor"));
    assert!(browser.get("/desk/account").await.location().starts_with("/desk/second-factor"));
}

#[tokio::test]
async fn an_answer_works_once_in_the_browser_that_asked_and_for_ten_minutes() {
    let provider = Provider::start(&[]);
    let site = provider.desk();
    site.person("ada@example.org", &[]);
    provider.seat("number-1", "ada@example.org", true);
    let mut browser = site.browser();
    let asked = browser.get("/desk/openid").await;
    let back = provider.follow(asked.location());
    let refused = StatusCode::BAD_REQUEST;
    let mut other = site.browser();
    other.get("/desk/sign-in").await;
    assert_eq!(other.get(&back).await.status, refused, "another browser");
    assert_eq!(site.browser().get(&back).await.status, refused, "a browser without cookies");
    for (part, other) in [("state=", "state=x"), ("iss=", "iss=x")] {
        assert!(back.contains(part), "{back}");
        assert_eq!(browser.get(&back.replace(part, other)).await.status, refused, "another {part}");
    }
    let again = provider.follow(&browser_asks(&mut browser).await);
    assert_eq!(browser.get(&again).await.location(), "/desk");
    assert_eq!(browser.get(&again).await.status, refused, "a second time");
    let late = provider.follow(&browser_asks(&mut site.browser()).await);
    site.wait(600);
    assert_eq!(browser.get(&late).await.status, refused, "too late");
    assert_eq!(browser.get("/desk/openid/back").await.status, refused);
    assert_eq!(browser.get("/desk/openid/back?error=access_denied").await.status, refused);
}

async fn browser_asks(browser: &mut desk::Browser<'_>) -> String {
    browser.get("/desk/openid").await.location().to_owned()
}

#[tokio::test]
async fn without_a_provider_there_is_no_button_and_no_address_for_it() {
    let site = desk::new();
    site.person_with_password("ada@example.org", PASSWORD, &[]).await;
    assert!(!site.browser().get("/desk/sign-in").await.text.contains("Another way"));
    assert_eq!(site.browser().get("/desk/openid").await.status, StatusCode::NOT_FOUND);
    assert_eq!(site.browser().get("/desk/openid/back?code=x&state=y").await.status, StatusCode::NOT_FOUND);
}

#[test]
fn the_settings_of_a_provider_are_held_to_their_form() {
    let read = |issuer: &str| {
        let text =
            format!("[sign_in.openid]\nissuer = \"{issuer}\"\nclient_id = \"x\"\nclient_secret_file = \"/nowhere\"\n");
        server::settings::Settings::parse(&text, "settings.toml")
    };
    for right in ["https://login.example.org", "http://127.0.0.1:9000", "http://localhost/realm"] {
        let settings = read(right).unwrap();
        let refused = server::desk::openid::Provider::of(&settings.sign_in.openid.unwrap()).unwrap_err().to_string();
        assert!(refused.contains("/nowhere"), "{refused}");
    }
    for wrong in ["http://login.example.org", "https://", "login.example.org", "http://127.0.0.1.example.org"] {
        let refused = read(wrong).unwrap_err().to_string();
        assert!(refused.starts_with("settings.toml: sign_in.openid.issuer: expected"), "{refused}");
    }
}
