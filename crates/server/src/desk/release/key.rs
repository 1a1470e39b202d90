//! The recipient's public key. A secret key that is typed by mistake is neither kept nor shown again.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::Command;
use casework::permission::Sight;
use package::sealed;

use super::ReleasePage;
use crate::desk::Desk;
use crate::desk::decision::seen;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Input};
use crate::desk::page::{see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::review::told::Head;

/// `POST /desk/case/…/release/key`
pub async fn give(State(desk): State<Desk>, Path(reference): Path<String>, input: Input) -> Result<Response, Problem> {
    let Input { by, fields } = input;
    let case = desk.case(&by, &reference, Sight::Application).await?;
    let key = fields.text("key");
    let is_secret = key.to_ascii_uppercase().contains("AGE-SECRET-KEY-");
    let mut errors = Errors::default();
    if is_secret {
        errors.add(
            "key",
            "This is the secret half. It was not kept, but it has left your machine: make a new pair, and give the line \
            that begins with age1",
        );
    } else if sealed::recipient(&key).is_err() {
        errors.add("key", "Enter a public age key: a line of 62 letters and digits that begins with age1");
    }
    if errors.is_empty() {
        let command = Command::GiveRecipientKey { key: key.clone() };
        match desk.give(&by, Some(&reference), seen(&fields)?, command).await? {
            Given::Taken(case) => return Ok(see(&Head::of(&case).at("release"))),
            Given::Wanting(wanting) => errors = wanting,
        }
    }
    let mut page = ReleasePage::of(&desk, &by, &case, errors).await?;
    if !page.may_give_key {
        return Err(Problem::Forbidden);
    }
    page.typed_key = if is_secret { String::new() } else { key };
    Ok(with_errors(&page))
}
