//! `/desk/mail`: mail that was tried and has not gone out, for administrators. It shows why and since when, and neither
//! whom a mail is for nor what stands in it.

use axum::extract::State;
use axum::response::Response;
use casework::Role;
use store::casework::mail::{self, NotGone};

use super::Desk;
use super::input::Input;
use super::page::{Frame, Section, html, see};
use super::problem::Problem;
use super::signed_in::SignedIn;
use crate::web::words;

/// Mails that are listed at most; what is wrong shows in the newest.
const MOST: usize = 200;

#[derive(askama::Template)]
#[template(path = "desk/outbox.html")]
struct OutboxPage {
    frame: Frame,
    mails: Vec<NotGone>,
    /// Whether the settings say how mail is sent.
    is_sent: bool,
}

impl OutboxPage {
    fn why(&self, mail: &NotGone) -> &'static str {
        mail.fault.map_or("the server was stopped while it was sent", mail::Fault::label)
    }
}

/// `/desk/mail`
pub async fn list(State(desk): State<Desk>, signed_in: SignedIn) -> Result<Response, Problem> {
    signed_in.must_be(&[Role::Administrator])?;
    let mails = desk.read(|transaction| Ok(mail::not_gone(transaction, MOST)?)).await?;
    let frame = Frame::of(&desk, &signed_in, Section::Mail).await;
    Ok(html(&OutboxPage { frame, mails, is_sent: desk.settings().operator.mail.is_some() }))
}

/// `POST /desk/mail`: puts a mail that was given up back into the outbox.
pub async fn again(State(desk): State<Desk>, input: Input) -> Result<Response, Problem> {
    input.by.must_be(&[Role::Administrator])?;
    let id: i64 = input.fields.raw("mail").parse().map_err(|_| Problem::NotFound)?;
    let now = desk.now();
    let put_back = desk.write(move |transaction| Ok(mail::try_again(transaction, id, now)?)).await?;
    if put_back {
        return Ok(see("/desk/mail"));
    }
    Err(Problem::Conflict("This mail waits already, was sent, or its content was erased since.".to_owned()))
}
