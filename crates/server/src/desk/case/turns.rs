//! Taking a case, and waiting for somebody outside.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::Command;
use casework::permission::Sight;

use super::{address, words_of};
use crate::desk::Desk;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Fields, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;

#[derive(askama::Template)]
#[template(path = "desk/case/wait.html")]
struct Wait {
    frame: Frame,
    reference: String,
    title: String,
    seen: u64,
    what: String,
    errors: Errors,
}

/// How many events the case had when whoever sends this looked at it.
///
/// # Errors
/// [`Problem::Form`] where the form does not say.
pub fn seen(fields: &Fields) -> Result<u64, Problem> {
    fields.raw("seen").parse().map_err(|_| Problem::Form)
}

/// `POST …/take`
pub async fn take(State(desk): State<Desk>, Path(reference): Path<String>, input: Input) -> Result<Response, Problem> {
    at_once(&desk, &reference, &input, Command::TakeCase).await
}

/// `POST …/resume`
pub async fn resume(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    at_once(&desk, &reference, &input, Command::AnswerThirdParty).await
}

/// Gives a command that brings nothing, from a button on the case's page.
pub(super) async fn at_once(
    desk: &Desk,
    reference: &str,
    input: &Input,
    command: Command,
) -> Result<Response, Problem> {
    desk.case(&input.by, reference, Sight::Application).await?;
    desk.give(&input.by, Some(reference), Some(seen(&input.fields)?), command).await?;
    Ok(see(&address(reference)))
}

/// `GET …/wait`
pub async fn ask(
    State(desk): State<Desk>,
    signed_in: SignedIn,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    let case = desk.case(&signed_in, &reference, Sight::Application).await?;
    let frame = Frame::of(&desk, &signed_in, Section::Cases).await;
    let (title, seen) = (words_of::title(&case), case.seq);
    Ok(html(&Wait { frame, reference, title, seen, what: String::new(), errors: Errors::default() }))
}

/// `POST …/wait`
pub async fn wait(State(desk): State<Desk>, Path(reference): Path<String>, input: Input) -> Result<Response, Problem> {
    let case = desk.case(&input.by, &reference, Sight::Application).await?;
    let (what, seen) = (input.fields.text("what"), seen(&input.fields)?);
    let command = Command::AwaitThirdParty { what: what.clone() };
    match desk.give(&input.by, Some(&reference), Some(seen), command).await? {
        Given::Taken(_) => Ok(see(&address(&reference))),
        Given::Wanting(_) => {
            let errors = Errors::one("what", "Enter whom the case waits for, and for what");
            let frame = Frame::of(&desk, &input.by, Section::Cases).await;
            Ok(with_errors(&Wait { frame, title: words_of::title(&case), reference, seen, what, errors }))
        }
    }
}
