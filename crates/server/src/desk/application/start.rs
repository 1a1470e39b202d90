//! `/desk/apply`: beginning an application for one's organisation.

use axum::extract::State;
use axum::response::Response;
use casework::calendar::date_in_england;
use casework::permission;
use casework::{Command, CommandKind, Form, OrganisationId};
use store::casework::cases;

use super::FORM;
use crate::desk::Desk;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;
use crate::web::words;

#[derive(askama::Template)]
#[template(path = "desk/application/start.html")]
struct StartPage {
    frame: Frame,
    errors: Errors,
    form: &'static Form,
    organisations: Vec<(OrganisationId, String)>,
}

/// The organisations for which somebody may apply.
fn organisations(by: &SignedIn) -> Vec<(OrganisationId, String)> {
    let may = |id: &OrganisationId| permission::may(&by.actor, CommandKind::OpenApplication, *id);
    by.organisations.iter().filter(|(id, _)| may(id)).map(|(id, name)| (*id, name.clone())).collect()
}

async fn page(desk: &Desk, by: &SignedIn, errors: Errors) -> Result<StartPage, Problem> {
    let organisations = organisations(by);
    if organisations.is_empty() {
        return Err(Problem::Forbidden);
    }
    let form = Form::shipped(FORM).ok_or(Problem::Fault)?;
    Ok(StartPage { frame: Frame::of(desk, by, Section::Cases).await, errors, form, organisations })
}

/// `/desk/apply`
pub async fn ask(State(desk): State<Desk>, by: SignedIn) -> Result<Response, Problem> {
    Ok(html(&page(&desk, &by, Errors::default()).await?))
}

/// `POST /desk/apply`
pub async fn begin(State(desk): State<Desk>, input: Input) -> Result<Response, Problem> {
    let page = page(&desk, &input.by, Errors::one("organisation", "Select your organisation")).await?;
    let chosen = input.fields.text("organisation");
    let Some((organisation, _)) = page.organisations.iter().find(|(id, _)| id.to_string() == chosen) else {
        return Ok(with_errors(&page));
    };
    let (organisation, form, by, at) = (*organisation, page.form.reference(), input.by, desk.clone());
    let year = date_in_england(desk.now()).year_number();
    let reference = desk
        .write(move |transaction| {
            let reference = cases::next_reference(transaction, year)?;
            let command = Command::OpenApplication { reference: reference.clone(), organisation, form, relation: None };
            match at.give_as(transaction, &by.actor, None, None, command)? {
                Given::Taken(_) => Ok(reference),
                Given::Wanting(_) => Err(Problem::Fault),
            }
        })
        .await?;
    desk.bell().ring();
    Ok(see(&format!("/desk/application/{}", words::encode(&reference))))
}
