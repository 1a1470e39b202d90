//! `…/follow`: an application of its own that amends what was agreed, or moves its end. It takes over the answers that may
//! be used again, and the whole basket.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::calendar::date_in_england;
use casework::case::Progress;
use casework::event::Relation;
use casework::permission::{self, Sight};
use casework::{Answers, Case, Command, CommandKind};
use store::casework::cases;

use super::words_of;
use crate::desk::Desk;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;
use crate::web::words;

#[derive(askama::Template)]
#[template(path = "desk/case/follow.html")]
struct Follow {
    frame: Frame,
    reference: String,
    title: String,
    end: register::PartialDate,
    errors: Errors,
}

/// Whether somebody may amend or extend a share: for the organisation that has it, while its agreement is in force.
pub fn may(case: &Case, actor: &casework::Actor) -> bool {
    let in_force = matches!(&case.progress, Progress::Agreed(agreement) if agreement.ended.is_none());
    in_force && permission::may(actor, CommandKind::OpenApplication, case.organisation)
}

/// `GET …/follow`
pub async fn ask(
    State(desk): State<Desk>,
    signed_in: SignedIn,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    let case = desk.case(&signed_in, &reference, Sight::Application).await?;
    Ok(html(&page(&desk, &signed_in, &case, Errors::default()).await?))
}

/// `POST …/follow`
pub async fn begin(State(desk): State<Desk>, Path(reference): Path<String>, input: Input) -> Result<Response, Problem> {
    let case = desk.case(&input.by, &reference, Sight::Application).await?;
    let relation = match input.fields.raw("how") {
        "amend" => Relation::Amends(reference),
        "extend" => Relation::Extends(reference),
        _ => {
            let errors = Errors::one("how", "Select whether you want to change the agreement or only its end");
            return Ok(with_errors(&page(&desk, &input.by, &case, errors).await?));
        }
    };
    if !may(&case, &input.by.actor) {
        return Err(Problem::Forbidden);
    }
    let (at, by) = (desk.clone(), input.by.actor.clone());
    let year = date_in_england(desk.now()).year_number();
    let new = desk.write(move |transaction| {
        let new = cases::next_reference(transaction, year)?;
        let (organisation, form) = (case.organisation, case.application.form.clone());
        let open = Command::OpenApplication { reference: new.clone(), organisation, form, relation: Some(relation) };
        let held = words_of::form_of(&case).ok_or(Problem::Fault)?;
        let answers = held.reusable(&case.application.answers, &Answers::new());
        let reuse = Command::ReuseAnswers { from: case.reference.clone(), of: organisation, answers };
        let basket = case
            .application
            .specification
            .clone()
            .map(|specification| Command::SetSpecification { specification: Box::new(specification) });
        for (command, of) in [(Some(open), None), (Some(reuse), Some(&new)), (basket, Some(&new))] {
            let Some(command) = command else { continue };
            match at.give_as(transaction, &by, of.map(String::as_str), None, command)? {
                Given::Taken(_) => {}
                Given::Wanting(_) => return Err(Problem::Fault),
            }
        }
        Ok(new)
    });
    Ok(see(&format!("/desk/application/{}", words::encode(&new.await?))))
}

async fn page(desk: &Desk, by: &SignedIn, case: &Case, errors: Errors) -> Result<Follow, Problem> {
    let end = match &case.progress {
        Progress::Agreed(agreement) if may(case, &by.actor) => agreement.end,
        _ => return Err(Problem::Forbidden),
    };
    let frame = Frame::of(desk, by, Section::Cases).await;
    Ok(Follow { frame, reference: case.reference.clone(), title: words_of::title(case), end, errors })
}
