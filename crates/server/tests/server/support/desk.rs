//! A desk in a folder of its own, with a clock that a test sets, and browsers that keep cookies: requests go to the real
//! router over the real database, without a network.

#![allow(dead_code)] // each test uses a part of it
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, StatusCode};
use casework::{OrganisationId, PersonId, Role};
use http_body_util::BodyExt;
use register::Moment;
use rusqlite::Transaction;
use server::desk::{self, Desk};
use server::web::{self, Site, Source};
use store::casework::sessions::{self, Stage};
use store::casework::{organisations, people};
use store::{DataFolder, StoreError};
use tlog::VerifierKey;
use tower::ServiceExt;

/// When every test begins.
pub const START: &str = "2026-11-24T12:00:00Z";

/// A desk, beside a site without a register.
pub struct TestDesk {
    _place: tempfile::TempDir,
    now: Arc<AtomicI64>,
    pub desk: Desk,
    router: axum::Router,
}

/// The answer to a request, read to its end.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    pub text: String,
}

/// A browser: it keeps cookies, and sends forms as browsers do.
pub struct Browser<'a> {
    site: &'a TestDesk,
    pub cookies: BTreeMap<String, String>,
    /// Where its connections come from.
    pub address: &'static str,
}

pub fn new() -> TestDesk {
    at("http://desk.example")
}

/// A desk that people find under this address.
pub fn at(address: &str) -> TestDesk {
    with(address, "")
}

/// A desk whose papers this program makes into PDF.
pub fn with_papers(program: &Path) -> TestDesk {
    made("http://desk.example", "", Some(program.to_owned()), |_| {})
}

/// A desk with these settings of its operator.
pub fn with(address: &str, settings: &str) -> TestDesk {
    made(address, settings, None, |_| {})
}

/// A desk with these settings, before which something is done with the key of its log.
pub fn with_log(settings: &str, prepare: impl FnOnce(&VerifierKey)) -> TestDesk {
    made("http://desk.example", settings, None, prepare)
}

fn made(address: &str, settings: &str, papers: Option<PathBuf>, prepare: impl FnOnce(&VerifierKey)) -> TestDesk {
    let place = tempfile::tempdir().unwrap();
    let data = DataFolder::at(place.path().join("data"));
    data.create(Some("desk.invalid/register")).unwrap();
    prepare(data.key().unwrap().verifier());
    let start: Moment = START.parse().unwrap();
    let now = Arc::new(AtomicI64::new(start.seconds()));
    let clock = {
        let now = Arc::clone(&now);
        move || Moment::from_seconds(now.load(Ordering::SeqCst)).unwrap()
    };
    let site = Site::with_clock(data.public(), Source::Live(data.site_database()), clock.clone());
    let operator = server::settings::Settings::parse(settings, "settings.toml").unwrap();
    let openid = operator.sign_in.openid.as_ref().map(|openid| desk::openid::Provider::of(openid).unwrap());
    let releasing = server::settings::Releasing::of(&operator.release).unwrap();
    let settings =
        desk::Settings { address: address.parse().unwrap(), operator, proxies: 0, openid, papers, releasing };
    let desk = Desk::with_clock(data, site.clone(), settings, clock).unwrap();
    let router = desk::router(desk.clone()).merge(web::router(site));
    TestDesk { _place: place, now, desk, router }
}

impl TestDesk {
    /// Lets time pass.
    pub fn wait(&self, seconds: i64) {
        self.now.fetch_add(seconds, Ordering::SeqCst);
    }

    pub fn now(&self) -> Moment {
        self.desk.now()
    }

    pub fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>) -> T {
        self.desk.casework().write(work).unwrap()
    }

    pub fn read<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError>) -> T {
        self.desk.casework().read(work).unwrap()
    }

    pub fn organisation(&self, name: &str) -> OrganisationId {
        self.write(|transaction| organisations::add(transaction, name, None, self.now()))
    }

    /// Somebody with an active account and no way to sign in but [`Self::signed_in`].
    pub fn person(&self, email: &str, roles: &[(Role, Option<OrganisationId>)]) -> PersonId {
        let now = self.now();
        self.write(|transaction| {
            let name = email.split('@').next().unwrap_or_default();
            let person = people::invite(transaction, email, name, None, now)?.unwrap();
            people::activate(transaction, person)?;
            for (role, organisation) in roles {
                people::give_role(transaction, person, *role, *organisation, None, now)?;
            }
            Ok(person)
        })
    }

    /// A browser in which this person has just signed in, with a second factor.
    pub fn signed_in(&self, person: PersonId) -> Browser<'_> {
        let now = self.now();
        let (token, _) = self.write(|transaction| sessions::begin(transaction, person, Stage::Whole, true, now));
        let mut browser = self.browser();
        browser.cookies.insert(self.session_cookie().to_owned(), token.secret().to_owned());
        browser
    }

    /// The name of the session's cookie.
    pub fn session_cookie(&self) -> &'static str {
        if self.desk.is_secure() { "__Host-rollcall" } else { "rollcall" }
    }

    /// A browser in which nobody has signed in.
    pub fn browser(&self) -> Browser<'_> {
        Browser { site: self, cookies: BTreeMap::new(), address: "192.0.2.1:40000" }
    }
}

impl Browser<'_> {
    pub async fn get(&mut self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    /// Sends a form with what is given, as it is: without a token, unless one is among it.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(Method::POST, path, &[("sec-fetch-site", "same-origin")], Some(fields)).await
    }

    /// Opens the page at `page`, and sends the form on it to `path`.
    pub async fn submit(&mut self, page: &str, path: &str, fields: &[(&str, &str)]) -> Answer {
        let shown = self.get(page).await;
        let token = shown.form_token();
        let mut all = vec![("form-token", token.as_str())];
        all.extend_from_slice(fields);
        self.post(path, &all).await
    }

    pub async fn send(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        fields: Option<&[(&str, &str)]>,
    ) -> Answer {
        let (kind, body) = match fields {
            Some(fields) => {
                let mut form = form_urlencoded::Serializer::new(String::new());
                let body = Body::from(form.extend_pairs(fields).finish());
                (Some("application/x-www-form-urlencoded"), body)
            }
            None => (None, Body::empty()),
        };
        self.ask(method, path, headers, kind, body).await
    }

    /// Sends a form with files, as a browser does: each part a name, a file's name where it is one, and its content.
    pub async fn upload(&mut self, path: &str, parts: &[(&str, Option<&str>, &[u8])]) -> Answer {
        let mut body = Vec::new();
        for (name, file, content) in parts {
            let file = file.map(|file| format!("; filename=\"{file}\"")).unwrap_or_default();
            body.extend(format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").into_bytes());
            body.extend_from_slice(content);
            body.extend(b"\r\n");
        }
        body.extend(b"--x--\r\n");
        let kind = Some("multipart/form-data; boundary=x");
        self.ask(Method::POST, path, &[("sec-fetch-site", "same-origin")], kind, Body::from(body)).await
    }

    async fn ask(
        &mut self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        kind: Option<&str>,
        body: Body,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(COOKIE, cookies.join("; "));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(kind) = kind {
            request = request.header(CONTENT_TYPE, kind);
        }
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(ConnectInfo(self.address.parse::<SocketAddr>().unwrap()));
        let response = self.site.router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        for cookie in headers.get_all(SET_COOKIE) {
            let cookie = cookie.to_str().unwrap();
            let (name, value) = cookie.split(';').next().unwrap().split_once('=').unwrap();
            match cookie.contains("Max-Age=0") {
                true => self.cookies.remove(name),
                false => self.cookies.insert(name.to_owned(), value.to_owned()),
            };
        }
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        Answer { status, headers, text: String::from_utf8_lossy(&bytes).into_owned(), bytes: bytes.to_vec() }
    }
}

impl Answer {
    /// The token of the forms on the page.
    pub fn form_token(&self) -> String {
        self.between("name=\"form-token\" value=\"", "\"").unwrap_or_default()
    }

    /// Where it leads.
    pub fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |place| place.to_str().unwrap())
    }

    pub fn title(&self) -> String {
        self.between("<title>", "</title>").unwrap_or_default()
    }

    pub fn heading(&self) -> String {
        self.between("<h1", "</h1>")
            .and_then(|text| text.split_once('>').map(|(_, text)| text.to_owned()))
            .unwrap_or_default()
    }

    pub fn between(&self, before: &str, after: &str) -> Option<String> {
        let (_, rest) = self.text.split_once(before)?;
        rest.split_once(after).map(|(text, _)| text.to_owned())
    }
}

impl TestDesk {
    /// Every mail that waits, the oldest first: to whom, and its text.
    pub fn mails(&self) -> Vec<(String, String)> {
        let now = self.now();
        let taken = self.write(|transaction| store::casework::mail::take(transaction, now, 100));
        taken.into_iter().map(|taken| (taken.mail.to, taken.mail.text)).collect()
    }

    /// The path of the link in the only mail that waits, which is to this address.
    pub fn link_to(&self, email: &str) -> String {
        let mails = self.mails();
        let [(to, text)] = mails.as_slice() else { panic!("expected one mail, found {}", mails.len()) };
        assert_eq!(to, email);
        let (_, link) = text.split_once("http://desk.example").unwrap();
        link.split_whitespace().next().unwrap().to_owned()
    }

    /// Somebody with a password, who has not signed in with it yet.
    pub async fn person_with_password(
        &self,
        email: &str,
        password: &str,
        roles: &[(Role, Option<OrganisationId>)],
    ) -> PersonId {
        let person = self.person(email, roles);
        let now = self.now();
        let token = self.write(|transaction| {
            store::casework::links::make(transaction, person, store::casework::links::Purpose::Reset, now)
        });
        let page = format!("/desk/link/{}", token.secret());
        let answer = self.browser().submit(&page, &page, &[("password", password), ("again", password)]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        person
    }

    /// The code that an authenticator with this secret shows now.
    pub fn code(&self, secret: &[u8]) -> String {
        let totp = totp_rs::Builder::new().with_secret(secret.to_vec()).build().unwrap();
        totp.generate(u64::try_from(self.now().seconds()).unwrap()).to_string()
    }
}

impl Browser<'_> {
    pub async fn sign_in(&mut self, email: &str, password: &str) -> Answer {
        self.submit("/desk/sign-in", "/desk/sign-in", &[("email", email), ("password", password)]).await
    }
}
