//! `/desk/case/…/conflict`: saying that one stands too near to take part. It cannot be taken back, so it has a page of its own
//! that says what follows.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::permission::{Sight, may};
use casework::{Case, Command, CommandKind};

use super::told::Head;
use super::{judged, seen};
use crate::desk::Desk;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Fields, Input};
use crate::desk::page::{Frame, Section, html, with_errors};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;

#[derive(askama::Template)]
#[template(path = "desk/review/conflict.html")]
struct ConflictPage {
    frame: Frame,
    head: Head,
    errors: Errors,
    nature: String,
    sure: bool,
}

#[derive(askama::Template)]
#[template(path = "desk/review/declared.html")]
struct DeclaredPage {
    frame: Frame,
    reference: String,
}

/// `GET /desk/case/…/conflict`
pub async fn ask(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = desk.case(&by, &reference, Sight::Application).await?;
    if !may(&by.actor, CommandKind::DeclareConflict, case.organisation) {
        return Err(Problem::NotFound);
    }
    Ok(html(&ConflictPage::of(&desk, &by, &case, &Fields::default(), Errors::default()).await))
}

/// `POST /desk/case/…/conflict`
pub async fn declare(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    let Input { by, fields } = input;
    let case = judged(&desk, &by, &reference).await?;
    let mut errors = Errors::default();
    if fields.text("nature").is_empty() {
        errors.add("nature", "Say in what way you stand too near");
    }
    if !fields.has("sure") {
        errors.add("sure", "Tick that you want to take no part in this case");
    }
    if errors.is_empty() {
        let command = Command::DeclareConflict { nature: fields.text("nature") };
        match desk.give(&by, Some(&reference), seen(&fields)?, command).await? {
            Given::Taken(_) => {
                let frame = Frame::of(&desk, &by, Section::None).await;
                return Ok(html(&DeclaredPage { frame, reference }));
            }
            Given::Wanting(wanting) => errors = wanting,
        }
    }
    Ok(with_errors(&ConflictPage::of(&desk, &by, &case, &fields, errors).await))
}

impl ConflictPage {
    async fn of(desk: &Desk, by: &SignedIn, case: &Case, fields: &Fields, errors: Errors) -> Self {
        Self {
            frame: Frame::of(desk, by, Section::None).await,
            head: Head::of(case),
            errors,
            nature: fields.text("nature"),
            sure: fields.has("sure"),
        }
    }
}
