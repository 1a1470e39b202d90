//! `/desk/account`: one's own account: where one has signed in, what happened, and another password.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use store::casework::account_events::{self, AccountEvent, Kind, record};
use store::casework::sessions::{self, Listed, Stage};
use store::casework::{devices, people};

use super::cookie::Cookie;
use super::guesses::Counted;
use super::input::{Errors, Input};
use super::page::{Frame, Section, html, see, with_errors};
use super::problem::Problem;
use super::sign_in::with_cookies;
use super::signed_in::SignedIn;
use super::{Desk, password};
use crate::web::words;

/// Events that the page shows.
const EVENTS: u32 = 20;

#[derive(askama::Template)]
#[template(path = "desk/account.html")]
struct AccountPage {
    frame: Frame,
    errors: Errors,
    email: String,
    session: i64,
    sessions: Vec<Listed>,
    events: Vec<AccountEvent>,
    has_password: bool,
    has_second_factor: bool,
    shortest: usize,
}

/// `/desk/account`
pub async fn show(State(desk): State<Desk>, signed_in: SignedIn) -> Result<Response, Problem> {
    Ok(html(&page(&desk, &signed_in, Errors::default()).await?))
}

async fn page(desk: &Desk, signed_in: &SignedIn, errors: Errors) -> Result<AccountPage, Problem> {
    let (person, now) = (signed_in.person(), desk.now());
    let (sessions, events, credentials) = desk
        .read(move |transaction| {
            let sessions = sessions::of_person(transaction, person, now)?;
            let events = account_events::of_person(transaction, person, EVENTS)?;
            Ok((sessions, events, people::credentials_of(transaction, person)?))
        })
        .await?;
    Ok(AccountPage {
        frame: Frame::of(desk, signed_in, Section::Account).await,
        errors,
        email: signed_in.email.clone(),
        session: signed_in.session,
        sessions,
        events,
        has_password: credentials.as_ref().is_some_and(|held| held.password.is_some()),
        has_second_factor: credentials.as_ref().is_some_and(|held| held.second_factor.is_some()),
        shortest: password::SHORTEST,
    })
}

/// `POST /desk/account/password`: every other session ends, and this one gets another token.
pub async fn change_password(State(desk): State<Desk>, headers: HeaderMap, input: Input) -> Result<Response, Problem> {
    let (person, now) = (input.by.person(), desk.now());
    let (current, chosen) = (input.fields.raw("current").to_owned(), input.fields.raw("password").to_owned());
    let mut errors = Errors::default();
    if let Some((field, message)) = password::problem_with(&chosen, input.fields.raw("again")) {
        errors.add(field, message);
    }
    // A session that somebody got hold of must not be worth a password.
    let counted = [Counted::Codes(person.0)];
    if errors.is_empty() {
        desk.guesses().take(&counted, now).map_err(|seconds| Problem::TooMany { seconds })?;
        let held = desk.read(move |transaction| Ok(people::credentials_of(transaction, person)?)).await?;
        let hash = held.and_then(|held| held.password);
        if !password::is_right(current, hash).await? {
            errors.add("current", "Enter the password that you have now");
        }
    }
    if !errors.is_empty() {
        return Ok(with_errors(&page(&desk, &input.by, errors).await?));
    }
    desk.guesses().give_back(&counted);
    let hash = password::hash(chosen).await?;
    let session = super::signed_in::session(&desk, &headers).await?.map(|(_, session)| session);
    let second_factor = session.is_some_and(|session| session.second_factor);
    let (token, device) = desk
        .write(move |transaction| {
            people::set_password(transaction, person, &hash, None, Some(person), now)?;
            devices::forget_all(transaction, person)?;
            let (token, _) = sessions::begin(transaction, person, Stage::Whole, second_factor, now)?;
            Ok((token, devices::make_known(transaction, person, now)?))
        })
        .await?;
    let cookies = [Cookie::Session.set(&desk, &token), Cookie::Device.set(&desk, &device)];
    Ok(with_cookies(see("/desk/account"), cookies))
}

/// `POST /desk/account/sign-out-everywhere`
pub async fn sign_out_everywhere(State(desk): State<Desk>, input: Input) -> Result<Response, Problem> {
    let (person, now) = (input.by.person(), desk.now());
    desk.write(move |transaction| {
        sessions::end_all(transaction, person, None)?;
        devices::forget_all(transaction, person)?;
        Ok(record(transaction, &AccountEvent::of(Kind::SignedOutEverywhere, person, Some(person), now))?)
    })
    .await?;
    Ok(with_cookies(see("/desk/sign-in?signed-out"), [Cookie::Session.clear(&desk), Cookie::Device.clear(&desk)]))
}
