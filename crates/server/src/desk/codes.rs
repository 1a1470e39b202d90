//! `/desk/second-factor`: the code that completes a sign-in, and setting up what makes such codes. Whoever holds a role
//! for the custodian comes no further without one; anybody else may set one up.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use casework::PersonId;
use serde::Deserialize;
use store::casework::account_events::{AccountEvent, Kind, record};
use store::casework::sessions::{self, Session, Stage};
use store::casework::token::Token;
use store::casework::{devices, people};

use super::cookie::Cookie;
use super::guesses::Counted;
use super::input::{Errors, VisitorInput};
use super::page::{Frame, HOME, html, safe_next, see, with_errors};
use super::problem::Problem;
use super::sign_in::{signed_in, with_cookies};
use super::signed_in::{form_token, session};
use super::{Desk, second_factor};

#[derive(askama::Template)]
#[template(path = "desk/code.html")]
struct CodePage {
    frame: Frame,
    errors: Errors,
    next: String,
}

#[derive(askama::Template)]
#[template(path = "desk/enrol.html")]
struct EnrolPage {
    frame: Frame,
    errors: Errors,
    next: String,
    /// Whether a role of theirs needs it.
    needed: bool,
    text: String,
    picture: String,
}

/// What the address of the page may say.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    /// Where to lead whoever has signed in.
    #[serde(default)]
    next: String,
}

/// What somebody is asked for.
enum Asks {
    /// A code of what they have.
    Code { secret: Vec<u8> },
    /// The first code of what they are setting up.
    Enrolment { secret: Vec<u8> },
}

/// `/desk/second-factor`
pub async fn show(
    State(desk): State<Desk>,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let next = safe_next(&asked.next).to_owned();
    let Some((token, session)) = session(&desk, &headers).await? else { return Err(Problem::SignIn { next }) };
    if session.stage == Stage::Whole && session.second_factor {
        return Ok(see(&next));
    }
    let asks = asks(&desk, &session).await?;
    let done = session.stage == Stage::Whole && matches!(asks, Asks::Code { .. });
    if done { Ok(see(&next)) } else { Ok(html_of(&desk, &token, &session, asks, Errors::default(), next).await) }
}

/// `POST /desk/second-factor`
pub async fn send(State(desk): State<Desk>, headers: HeaderMap, input: VisitorInput) -> Result<Response, Problem> {
    let next = safe_next(input.fields.raw("next")).to_owned();
    let Some((token, session)) = session(&desk, &headers).await? else { return Err(Problem::SignIn { next }) };
    if session.stage == Stage::Whole && session.second_factor {
        return Ok(see(&next));
    }
    let asks = asks(&desk, &session).await?;
    let (person, now) = (session.actor.person, desk.now());
    let known = known_browser(&desk, &headers, person).await?;
    let counted = match known.as_ref().map(Token::digest) {
        Some(browser) => Counted::CodesFromKnown(person.0, browser),
        None => Counted::Codes(person.0),
    };
    desk.guesses().take(&[counted], now).map_err(|seconds| Problem::TooMany { seconds })?;
    let (secret, enrols) = match &asks {
        Asks::Code { secret } => (secret.clone(), false),
        Asks::Enrolment { secret } => (secret.clone(), true),
    };
    let step = second_factor::step_of(&secret, input.fields.raw("code"), now);
    let (before, is_known) = (session.id, known.is_some());
    let outcome = desk
        .write(move |transaction| {
            let taken = match step {
                Some(step) if enrols => {
                    people::set_second_factor(transaction, person, &secret, step, now)?;
                    true
                }
                Some(step) => people::take_step(transaction, person, step)?,
                None => false,
            };
            if !taken {
                record(transaction, &AccountEvent::of(Kind::CodeRefused, person, None, now))?;
                let goes_on = sessions::wrong_code(transaction, before)?;
                return Ok(Outcome::Wrong { used: step.is_some(), goes_on });
            }
            // What the session may do changes, so it gets another token; others of the person may not have been theirs.
            sessions::end(transaction, before)?;
            if enrols {
                sessions::end_all(transaction, person, None)?;
            }
            let (token, _) = sessions::begin(transaction, person, Stage::Whole, true, now)?;
            let device = signed_in(transaction, person, is_known, "second-factor", now)?;
            Ok(Outcome::Right { token, device })
        })
        .await?;
    match outcome {
        Outcome::Right { token, device } => {
            desk.guesses().forget(&[counted]);
            let mut cookies = vec![Cookie::Session.set(&desk, &token)];
            cookies.extend(device.map(|device| Cookie::Device.set(&desk, &device)));
            Ok(with_cookies(see(&next), cookies))
        }
        Outcome::Wrong { goes_on: false, .. } => Err(Problem::SignIn { next }),
        Outcome::Wrong { used, .. } => {
            let message = match used {
                true => "This code has been used. Wait until another is shown, and enter that",
                false => "Enter the six digits that are shown now",
            };
            Ok(html_of(&desk, &token, &session, asks, Errors::one("code", message), next).await)
        }
    }
}

enum Outcome {
    Right { token: Token, device: Option<Token> },
    Wrong { used: bool, goes_on: bool },
}

/// What this person is asked for. A secret that is being set up stays the same while its page is loaded again.
async fn asks(desk: &Desk, session: &Session) -> Result<Asks, Problem> {
    let person = session.actor.person;
    let held = desk.read(move |transaction| Ok(people::credentials_of(transaction, person)?)).await?;
    if let Some(secret) = held.and_then(|held| held.second_factor) {
        return Ok(Asks::Code { secret });
    }
    if let Some(secret) = &session.enrolling {
        return Ok(Asks::Enrolment { secret: secret.clone() });
    }
    let (id, secret) = (session.id, second_factor::new_secret()?);
    let kept = secret.clone();
    desk.write(move |transaction| Ok(sessions::keep_enrolling(transaction, id, &kept)?)).await?;
    Ok(Asks::Enrolment { secret })
}

async fn known_browser(desk: &Desk, headers: &HeaderMap, person: PersonId) -> Result<Option<Token>, Problem> {
    let Some(device) = Cookie::Device.read(desk, headers) else { return Ok(None) };
    let (shown, now) = (device.clone(), desk.now());
    let owner = desk.read(move |transaction| Ok(devices::owner(transaction, &shown, now)?)).await?;
    Ok((owner == Some(person)).then_some(device))
}

async fn html_of(desk: &Desk, token: &Token, session: &Session, asks: Asks, errors: Errors, next: String) -> Response {
    let frame = Frame::for_visitor(desk, form_token(token)).await;
    let render =
        |page: &dyn Fn() -> Response, wrong: &dyn Fn() -> Response| if errors.is_empty() { page() } else { wrong() };
    match asks {
        Asks::Code { .. } => {
            let page = CodePage { frame, errors: errors.clone(), next };
            render(&|| html(&page), &|| with_errors(&page))
        }
        Asks::Enrolment { secret } => {
            let page = EnrolPage {
                picture: second_factor::as_picture(&secret, &frame.register, &session.email).unwrap_or_default(),
                text: second_factor::as_text(&secret),
                needed: session.actor.is_staff(),
                frame,
                errors: errors.clone(),
                next: if next == HOME { String::new() } else { next },
            };
            render(&|| html(&page), &|| with_errors(&page))
        }
    }
}
