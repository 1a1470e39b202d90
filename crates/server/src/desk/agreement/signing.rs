//! Signing: a name is typed, and whoever types it says that they may sign. They sign what they looked at and nothing else.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::Command;
use casework::event::Side;
use casework::permission::Sight;
use register::Digest;

use super::{AgreementPage, ready, seen};
use crate::desk::Desk;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Input};
use crate::desk::page::{see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::review::told::Head;

/// The longest name.
const NAME: usize = 200;

/// `POST /desk/case/…/agreement/sign`
pub async fn sign(State(desk): State<Desk>, Path(reference): Path<String>, input: Input) -> Result<Response, Problem> {
    let Input { by, fields } = input;
    let case = desk.case(&by, &reference, Sight::Application).await?;
    let digest: Digest = fields.raw("digest").parse().map_err(|_| Problem::Form)?;
    let signed = fields.text("signed");
    let mut errors = Errors::default();
    if signed.is_empty() {
        errors.add("signed", "Type your full name");
    } else if signed.chars().count() > NAME || signed.contains('\n') {
        errors.add("signed", format!("Type your name on one line, in {NAME} letters at most"));
    }
    if !fields.has("authority") {
        errors.add("authority", "Tick that you may sign");
    }
    if errors.is_empty() {
        let command = match fields.raw("side") {
            "recipient" => Command::SignAgreement { signed: signed.clone(), digest },
            "custodian" => Command::CountersignAgreement { signed: signed.clone(), digest },
            _ => return Err(Problem::Form),
        };
        match desk.give(&by, Some(&reference), seen(&fields)?, command).await? {
            Given::Taken(case) => return Ok(see(&Head::of(&case).at("agreement"))),
            Given::Wanting(wanting) => errors = wanting,
        }
    }
    if ready(&case).is_none_or(|(terms, _)| terms.digest != digest) {
        return Err(Problem::Conflict("The agreement that lies ready is not the one that you looked at.".to_owned()));
    }
    let mut page = AgreementPage::of(&desk, &by, &case, errors).await?;
    (page.signed, page.authority) = (signed, fields.has("authority"));
    Ok(with_errors(&page))
}

impl AgreementPage {
    /// The code of the side for which whoever looks may sign.
    pub(super) fn side_code(&self) -> &'static str {
        match self.side {
            Some(Side::Custodian) => "custodian",
            _ => "recipient",
        }
    }
}
