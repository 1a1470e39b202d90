//! `/desk/sign-in`: an address and a password, and what follows when both are right.
//!
//! Whatever is wrong, the answer is the same and takes as long: nobody learns here who has an account.

use axum::extract::{Query, State};
use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use casework::PersonId;
use register::Moment;
use rusqlite::Transaction;
use serde::Deserialize;
use store::casework::account_events::{AccountEvent, Kind, record};
use store::casework::people::{self, Credentials, State as AccountState};
use store::casework::sessions::{self, Stage};
use store::casework::token::Token;
use store::casework::{account_events, devices};

use super::cookie::Cookie;
use super::guesses::{Client, Counted};
use super::input::{Errors, VisitorInput};
use super::page::{Frame, HOME, html, safe_next, see, with_errors};
use super::problem::Problem;
use super::signed_in::{SignedIn, form_token, session};
use super::{Desk, password};
use crate::web::words;

#[derive(askama::Template)]
#[template(path = "desk/sign-in.html")]
struct SignInPage {
    frame: Frame,
    errors: Errors,
    email: String,
    next: String,
    signed_out: bool,
    /// What the button for another provider says, where there is one.
    openid: Option<String>,
}

/// What the address of the page may say.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Where to lead whoever has signed in.
    #[serde(default)]
    next: String,
    /// There after signing out.
    #[serde(rename = "signed-out")]
    signed_out: Option<String>,
}

/// `/desk/sign-in`
pub async fn show(
    State(desk): State<Desk>,
    signed_in: Option<SignedIn>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let next = safe_next(&asked.next);
    if signed_in.is_some() {
        return Ok(see(next));
    }
    let (token, new) = browser_token(&desk, &headers)?;
    let page = SignInPage {
        frame: Frame::for_visitor(&desk, form_token(&token)).await,
        errors: Errors::default(),
        email: String::new(),
        next: next.to_owned(),
        signed_out: asked.signed_out.is_some(),
        openid: desk.openid().map(|provider| provider.label().to_owned()),
    };
    Ok(with_cookies(html(&page), new))
}

/// `POST /desk/sign-in`
pub async fn send(
    State(desk): State<Desk>,
    Client(network): Client,
    headers: HeaderMap,
    input: VisitorInput,
) -> Result<Response, Problem> {
    let (email, secret) = (input.fields.text("email"), input.fields.raw("password").to_owned());
    let next = safe_next(input.fields.raw("next")).to_owned();
    let mut errors = Errors::default();
    if email.is_empty() || email.chars().count() > 254 {
        errors.add("email", "Enter your e-mail address");
    }
    if secret.is_empty() {
        errors.add("password", "Enter your password");
    }
    if errors.is_empty() {
        let now = desk.now();
        let device = Cookie::Device.read(&desk, &headers);
        let (credentials, known) = look_up(&desk, &email, device.clone(), now).await?;
        let key = people::email_key(&email);
        let counted = match known.as_ref().map(Token::digest) {
            Some(browser) => vec![Counted::KnownBrowser(browser)],
            None => vec![Counted::AccountFrom(&key, network), Counted::Account(&key), Counted::Network(network)],
        };
        desk.guesses().take(&counted, now).map_err(|seconds| Problem::TooMany { seconds })?;
        let hash = credentials.as_ref().and_then(|credentials| credentials.password.clone());
        let outdated = hash.as_deref().is_some_and(password::is_outdated);
        let right = password::is_right(secret.clone(), hash).await?;
        match credentials {
            Some(found) if right && found.person.state == AccountState::Active => {
                desk.guesses().give_back(&counted);
                desk.guesses().forget(&counted[..1]);
                if outdated {
                    let (person, hash) = (found.person.id, password::hash(secret).await?);
                    desk.write(move |transaction| Ok(people::renew_hash(transaction, person, &hash)?)).await?;
                }
                return begin(&desk, &headers, found.person.id, known, "password", &next).await;
            }
            other => {
                let person = other.map(|found| found.person.id);
                // For an address that nobody has as well, so that it takes as long.
                desk.write(move |transaction| {
                    Ok(record(transaction, &AccountEvent::of(Kind::SignInRefused, person, None, now))?)
                })
                .await?;
            }
        }
        errors.add("email", "The e-mail address and the password do not fit together. Check both");
    }
    Ok(with_errors(&SignInPage {
        frame: Frame::for_visitor(&desk, form_token(&input.token)).await,
        errors,
        email,
        next,
        signed_out: false,
        openid: desk.openid().map(|provider| provider.label().to_owned()),
    }))
}

/// The account of an address, and the token of the browser where it is known for that account.
async fn look_up(
    desk: &Desk,
    email: &str,
    device: Option<Token>,
    now: Moment,
) -> Result<(Option<Credentials>, Option<Token>), Problem> {
    let email = email.to_owned();
    desk.read(move |transaction| {
        let credentials = people::credentials(transaction, &email)?;
        let owner = match &device {
            Some(device) => devices::owner(transaction, device, now)?,
            None => None,
        };
        let known = credentials.as_ref().is_some_and(|found| owner == Some(found.person.id));
        Ok((credentials, device.filter(|_| known)))
    })
    .await
}

/// Begins the session of somebody who has shown who they are in the first way: a password, a link, another provider.
/// Where a second factor is needed, it is asked for before anything else. Whatever session the browser had ends.
///
/// # Errors
/// A fault of the database.
pub async fn begin(
    desk: &Desk,
    headers: &HeaderMap,
    person: PersonId,
    known: Option<Token>,
    how: &'static str,
    next: &str,
) -> Result<Response, Problem> {
    let now = desk.now();
    let before = session(desk, headers).await?.map(|(_, session)| session.id);
    let is_known = known.is_some();
    let (token, device, half_way) = desk
        .write(move |transaction| {
            if let Some(before) = before {
                sessions::end(transaction, before)?;
            }
            let has_one = people::person(transaction, person)?.is_some_and(|person| person.has_second_factor);
            let half_way = has_one || people::actor(transaction, person)?.is_staff();
            let stage = if half_way { Stage::Password } else { Stage::Whole };
            let (token, _) = sessions::begin(transaction, person, stage, false, now)?;
            let device = match half_way {
                true => None,
                false => signed_in(transaction, person, is_known, how, now)?,
            };
            Ok((token, device, half_way))
        })
        .await?;
    let mut cookies = vec![Cookie::Session.set(desk, &token)];
    cookies.extend(device.map(|device| Cookie::Device.set(desk, &device)));
    let place = match half_way {
        true if next == HOME => "/desk/second-factor".to_owned(),
        true => format!("/desk/second-factor?next={}", words::encode(next)),
        false => next.to_owned(),
    };
    Ok(with_cookies(see(&place), cookies))
}

/// What is written down when a sign-in is complete, with the token of the browser where that was not known.
///
/// # Errors
/// A fault of the database.
pub fn signed_in(
    transaction: &Transaction<'_>,
    person: PersonId,
    browser_is_known: bool,
    how: &str,
    now: Moment,
) -> Result<Option<Token>, Problem> {
    let event = AccountEvent::of(Kind::SignedIn, person, Some(person), now);
    account_events::record(transaction, &event.with(serde_json::json!({ "by": how })))?;
    if browser_is_known { Ok(None) } else { Ok(Some(devices::make_known(transaction, person, now)?)) }
}

/// What the browser holds, or something new with the header that makes the browser hold it.
///
/// # Errors
/// A system without random bytes.
pub fn browser_token(desk: &Desk, headers: &HeaderMap) -> Result<(Token, Option<HeaderValue>), Problem> {
    match Cookie::Session.read(desk, headers) {
        Some(token) => Ok((token, None)),
        None => {
            let token = Token::random()?;
            let header = Cookie::Session.set(desk, &token);
            Ok((token, Some(header)))
        }
    }
}

/// The answer with cookies.
pub fn with_cookies(answer: impl IntoResponse, cookies: impl IntoIterator<Item = HeaderValue>) -> Response {
    let mut answer = answer.into_response();
    for cookie in cookies {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
    answer
}
