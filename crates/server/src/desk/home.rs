//! `/desk`: where whoever has signed in begins; and signing out.

use axum::extract::State;
use axum::http::header::SET_COOKIE;
use axum::response::{IntoResponse, Response};
use casework::Role;
use store::casework::account_events::{AccountEvent, Kind, record};
use store::casework::sessions;

use super::Desk;
use super::cookie::Cookie;
use super::input::Input;
use super::page::{Entry, Frame, Section, html, see};
use super::problem::Problem;
use super::signed_in::SignedIn;

#[derive(askama::Template)]
#[template(path = "desk/home.html")]
struct Home {
    frame: Frame,
    name: String,
    staff: Vec<&'static str>,
    member: Vec<(String, Vec<&'static str>)>,
    entries: Vec<&'static Entry>,
}

/// `/desk`
pub async fn home(State(desk): State<Desk>, signed_in: SignedIn) -> Result<Response, Problem> {
    let frame = Frame::of(&desk, &signed_in, Section::Home).await;
    let labels = |roles: &std::collections::BTreeSet<Role>| roles.iter().map(|role| role.label()).collect();
    let member = signed_in.actor.member.iter();
    let member =
        member.map(|(id, roles)| (signed_in.organisations.get(id).cloned().unwrap_or_default(), labels(roles)));
    let entries = frame.entries().into_iter().filter(|entry| entry.section != Section::Home).collect();
    Ok(html(&Home {
        name: signed_in.name.clone(),
        staff: labels(&signed_in.actor.staff),
        member: member.collect(),
        entries,
        frame,
    }))
}

/// `POST /desk/sign-out`
pub async fn sign_out(State(desk): State<Desk>, input: Input) -> Result<Response, Problem> {
    let (person, session, now) = (input.by.person(), input.by.session, desk.now());
    desk.write(move |transaction| {
        sessions::end(transaction, session)?;
        Ok(record(transaction, &AccountEvent::of(Kind::SignedOut, person, Some(person), now))?)
    })
    .await?;
    let mut response = see("/desk/sign-in?signed-out").into_response();
    response.headers_mut().append(SET_COOKIE, Cookie::Session.clear(&desk));
    Ok(response)
}
