//! `/desk/case/…/appeal`: a signing official asks for a refusal to be looked at once more.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::permission::{Sight, may};
use casework::{Case, Command, CommandKind};

use super::seen;
use crate::desk::Desk;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::review::told::Head;
use crate::desk::signed_in::SignedIn;

#[derive(askama::Template)]
#[template(path = "desk/decision/appeal.html")]
struct AppealPage {
    frame: Frame,
    head: Head,
    errors: Errors,
    grounds: String,
}

/// `GET /desk/case/…/appeal`
pub async fn ask(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = appealed(&desk, &by, &reference).await?;
    if !case.is_refused() || !case.appeals.is_empty() {
        return Err(Problem::Bad("Only a refusal can be appealed against, and only once.".to_owned()));
    }
    let (frame, head) = (Frame::of(&desk, &by, Section::None).await, Head::of(&case));
    Ok(html(&AppealPage { frame, head, errors: Errors::default(), grounds: String::new() }))
}

/// `POST /desk/case/…/appeal`
pub async fn appeal(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    let Input { by, fields } = input;
    let case = appealed(&desk, &by, &reference).await?;
    let grounds = fields.text("grounds");
    let command = Command::Appeal { grounds: grounds.clone() };
    let errors = if grounds.is_empty() {
        Errors::one("grounds", "Say why the decision should be another")
    } else {
        match desk.give(&by, Some(&reference), seen(&fields)?, command).await? {
            Given::Taken(case) => return Ok(see(&Head::of(&case).at("decision"))),
            Given::Wanting(errors) => errors,
        }
    };
    let (frame, head) = (Frame::of(&desk, &by, Section::None).await, Head::of(&case));
    Ok(with_errors(&AppealPage { frame, head, errors, grounds }))
}

async fn appealed(desk: &Desk, by: &SignedIn, reference: &str) -> Result<Case, Problem> {
    let case = desk.case(by, reference, Sight::Application).await?;
    if may(&by.actor, CommandKind::Appeal, case.organisation) { Ok(case) } else { Err(Problem::Forbidden) }
}
