//! `/desk/application/<reference>/declare`: the signing official confirms the declaration and submits the application.

use std::collections::BTreeMap;

use axum::extract::{Path, State};
use axum::response::Response;
use casework::Command;
use casework::form::Problem as Wanting;
use register::Organisation;
use store::casework::organisations;

use super::Opened;
use crate::desk::Desk;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;

#[derive(askama::Template)]
#[template(path = "desk/application/declare.html")]
struct DeclarePage {
    frame: Frame,
    errors: Errors,
    opened: Opened,
    problems: Vec<Wanting>,
    signed: String,
}

async fn page(desk: &Desk, by: &SignedIn, reference: &str) -> Result<DeclarePage, Problem> {
    let opened = Opened::of(desk, by, reference).await?;
    if !opened.signable {
        return Err(Problem::Forbidden);
    }
    let problems = opened.problems(desk).await?;
    let (frame, errors) = (Frame::of(desk, by, Section::Cases).await, Errors::default());
    Ok(DeclarePage { frame, errors, opened, problems, signed: String::new() })
}

/// `/desk/application/<reference>/declare`
pub async fn ask(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    Ok(html(&page(&desk, &by, &reference).await?))
}

/// `POST /desk/application/<reference>/declare`
pub async fn declare(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    let mut page = page(&desk, &input.by, &reference).await?;
    page.signed = input.fields.text("signed");
    if page.signed.is_empty() {
        page.errors.add("signed", "Enter your full name");
    }
    if input.fields.raw("confirmed") != "yes" {
        page.errors.add("confirmed", "Confirm that all of this is so");
    }
    if !page.errors.is_empty() {
        return Ok(with_errors(&page));
    }
    let id = page.opened.case.organisation;
    let recipient = desk.read(move |transaction| Ok(organisations::organisation(transaction, id)?)).await?;
    let recipient = recipient.ok_or(Problem::Fault)?;
    let ids: BTreeMap<String, String> =
        recipient.identifiers.iter().map(|(scheme, value)| (scheme.code().to_owned(), value.clone())).collect();
    let recipient = Organisation { ids, ..Organisation::named(&recipient.name) };
    let problems = page.problems.iter().map(|problem| problem.message.clone()).collect();
    let seen = input.fields.text("seen").parse().ok().unwrap_or(0);
    let command = Command::Submit { signed: page.signed.clone(), recipient, problems };
    match desk.give(&input.by, Some(&reference), Some(seen), command).await? {
        Given::Taken(_) => Ok(see(&page.opened.address(""))),
        Given::Wanting(errors) => Ok(with_errors(&DeclarePage { errors, ..page })),
    }
}
