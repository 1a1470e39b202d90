//! `/desk/forgotten` and `/desk/link/…`: asking for a link, and what a link opens: setting a password, once.

use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use store::casework::account_events::{AccountEvent, Kind, record};
use store::casework::links::{self, Purpose};
use store::casework::people::{self, Person, State as AccountState};
use store::casework::token::Token;

use super::guesses::{Client, Counted};
use super::input::{Errors, VisitorInput};
use super::page::{Frame, HOME, html, with_errors};
use super::problem::Problem;
use super::sign_in::{begin, browser_token, with_cookies};
use super::signed_in::form_token;
use super::{Desk, password, post};
use crate::settings::is_email;

#[derive(askama::Template)]
#[template(path = "desk/forgotten.html")]
struct ForgottenPage {
    frame: Frame,
    errors: Errors,
    email: String,
    sent: bool,
}

#[derive(askama::Template)]
#[template(path = "desk/link.html")]
struct LinkPage {
    frame: Frame,
    errors: Errors,
    invited: bool,
    name: String,
    email: String,
    shortest: usize,
}

/// `/desk/forgotten`
pub async fn show_forgotten(State(desk): State<Desk>, headers: HeaderMap) -> Result<Response, Problem> {
    let (token, new) = browser_token(&desk, &headers)?;
    let frame = Frame::for_visitor(&desk, form_token(&token)).await;
    let page = ForgottenPage { frame, errors: Errors::default(), email: String::new(), sent: false };
    Ok(with_cookies(html(&page), new))
}

/// `POST /desk/forgotten`: the answer is the same whether anybody has this address or not.
pub async fn send_forgotten(
    State(desk): State<Desk>,
    Client(network): Client,
    input: VisitorInput,
) -> Result<Response, Problem> {
    let frame = Frame::for_visitor(&desk, form_token(&input.token)).await;
    let email = input.fields.text("email");
    if !is_email(&email) {
        let errors = Errors::one("email", "Enter an e-mail address, such as name@example.org");
        return Ok(with_errors(&ForgottenPage { frame, errors, email, sent: false }));
    }
    let now = desk.now();
    desk.guesses().take(&[Counted::LinksFrom(network)], now).map_err(|seconds| Problem::TooMany { seconds })?;
    let key = people::email_key(&email);
    // Whoever asks too often for somebody else is told that it was sent, and it was: the last link holds.
    if desk.guesses().take(&[Counted::LinksFor(&key)], now).is_ok() {
        let (post, asked) = (desk.clone(), email.clone());
        desk.write(move |transaction| {
            let person = people::credentials(transaction, &asked)?.map(|found| found.person);
            let whose = person.as_ref().map(|person| person.id);
            record(transaction, &AccountEvent::of(Kind::ResetAsked, whose, None, now))?;
            if let Some(person) = &person {
                let purpose = match person.state {
                    AccountState::Invited => Some(Purpose::Invitation),
                    AccountState::Active => Some(Purpose::Reset),
                    AccountState::Disabled => None,
                };
                if let Some(purpose) = purpose {
                    post::send_link(&post, transaction, person, purpose, now)?;
                }
            }
            Ok(())
        })
        .await?;
    }
    Ok(html(&ForgottenPage { frame, errors: Errors::default(), email, sent: true }))
}

/// `/desk/link/{token}`: to look at a link does not use it, since mail programs do that too.
pub async fn show_link(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Path(shown): Path<String>,
) -> Result<Response, Problem> {
    let (_, purpose, person) = opened(&desk, &shown).await?;
    let (token, new) = browser_token(&desk, &headers)?;
    let frame = Frame::for_visitor(&desk, form_token(&token)).await;
    Ok(with_cookies(html(&link_page(frame, purpose, person, Errors::default())), new))
}

/// `POST /desk/link/{token}`: sets the password, ends every session of the person, and signs them in.
pub async fn send_link(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Path(shown): Path<String>,
    input: VisitorInput,
) -> Result<Response, Problem> {
    let (link, purpose, person) = opened(&desk, &shown).await?;
    let chosen = input.fields.raw("password").to_owned();
    if let Some((field, message)) = password::problem_with(&chosen, input.fields.raw("again")) {
        let frame = Frame::for_visitor(&desk, form_token(&input.token)).await;
        return Ok(with_errors(&link_page(frame, purpose, person, Errors::one(field, message))));
    }
    let hash = password::hash(chosen).await?;
    let now = desk.now();
    let used = desk
        .write(move |transaction| {
            let Some(used) = links::use_up(transaction, &link, now)? else { return Err(Problem::Link) };
            people::set_password(transaction, used.person, &hash, None, Some(used.person), now)?;
            if used.purpose == Purpose::Invitation {
                record(transaction, &AccountEvent::of(Kind::InvitationAccepted, used.person, Some(used.person), now))?;
            }
            Ok(used)
        })
        .await?;
    begin(&desk, &headers, used.person, None, "link", HOME).await
}

/// What a link opens.
async fn opened(desk: &Desk, shown: &str) -> Result<(Token, Purpose, Person), Problem> {
    let token = Token::shown(shown).ok_or(Problem::Link)?;
    let (looked, now) = (token.clone(), desk.now());
    let found = desk
        .read(move |transaction| {
            let Some(opened) = links::look(transaction, &looked, now)? else { return Ok(None) };
            Ok(people::person(transaction, opened.person)?.map(|person| (opened.purpose, person)))
        })
        .await?;
    found.map(|(purpose, person)| (token, purpose, person)).ok_or(Problem::Link)
}

fn link_page(frame: Frame, purpose: Purpose, person: Person, errors: Errors) -> LinkPage {
    let invited = purpose == Purpose::Invitation;
    LinkPage { frame, errors, invited, name: person.name, email: person.email, shortest: password::SHORTEST }
}
