//! Withdrawing an application, and suspending or ending access.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::case::Progress;
use casework::permission::Sight;
use casework::publication::Text;
use casework::{Case, Command, Role};
use register::disclosure::Disclosure;
use register::vocabulary::{EndGround, SuspensionGround};
use store::publisher;

use super::turns::seen;
use super::{address, words_of};
use crate::desk::Desk;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;

#[derive(askama::Template)]
#[template(path = "desk/case/withdraw.html")]
struct Withdraw {
    frame: Frame,
    reference: String,
    title: String,
    seen: u64,
    is_public: bool,
    reasons: String,
    errors: Errors,
}

#[derive(askama::Template)]
#[template(path = "desk/case/access.html")]
struct Access {
    frame: Frame,
    reference: String,
    title: String,
    seen: u64,
    suspended: Option<SuspensionGround>,
    errors: Errors,
}

/// Seals a text for the register, with a salt of its own.
///
/// # Errors
/// If the system has no random bytes.
pub fn sealed(name: &str, value: &str) -> Result<Text, Problem> {
    let mut salts = publisher::salts()?;
    Ok(Text { sealed: Disclosure::seal(salts(), name, value), withheld: None })
}

/// `GET …/withdraw`
pub async fn ask_withdrawal(
    State(desk): State<Desk>,
    signed_in: SignedIn,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    let case = desk.case(&signed_in, &reference, Sight::Application).await?;
    Ok(html(&withdrawal(&desk, &signed_in, &case, String::new(), Errors::default()).await))
}

/// `POST …/withdraw`
pub async fn withdraw(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    let case = desk.case(&input.by, &reference, Sight::Application).await?;
    let reasons = input.fields.text("reasons");
    let command = Command::Withdraw { reasons: sealed("reasons", &reasons)? };
    match desk.give(&input.by, Some(&reference), Some(seen(&input.fields)?), command).await? {
        Given::Taken(_) => Ok(see(&address(&reference))),
        Given::Wanting(_) => {
            let errors = Errors::one("reasons", "Enter why you withdraw");
            Ok(with_errors(&withdrawal(&desk, &input.by, &case, reasons, errors).await))
        }
    }
}

async fn withdrawal(desk: &Desk, by: &SignedIn, case: &Case, reasons: String, errors: Errors) -> Withdraw {
    Withdraw {
        frame: Frame::of(desk, by, Section::Cases).await,
        reference: case.reference.clone(),
        title: words_of::title(case),
        seen: case.seq,
        is_public: case.application.submitted.is_some(),
        reasons,
        errors,
    }
}

/// `GET …/access`
pub async fn ask(
    State(desk): State<Desk>,
    signed_in: SignedIn,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    signed_in.must_be(&[Role::CaseOfficer])?;
    let case = desk.case(&signed_in, &reference, Sight::Application).await?;
    Ok(html(&access(&desk, &signed_in, &case, Errors::default()).await))
}

/// `POST …/access`
pub async fn change(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    let case = desk.case(&input.by, &reference, Sight::Application).await?;
    let ground = input.fields.raw("ground");
    let command = match input.fields.raw("what") {
        "suspend" => ground.parse().ok().map(|ground| Command::SuspendShare { ground }),
        "end" => ground.parse().ok().map(|ground| Command::EndShare { ground }),
        "lift" => Some(Command::LiftSuspension),
        _ => None,
    };
    let Some(command) = command else {
        let errors = Errors::one(input.fields.text("what"), "Choose a ground");
        return Ok(with_errors(&access(&desk, &input.by, &case, errors).await));
    };
    match desk.give(&input.by, Some(&reference), Some(seen(&input.fields)?), command).await? {
        Given::Taken(_) => Ok(see(&address(&reference))),
        Given::Wanting(errors) => Ok(with_errors(&access(&desk, &input.by, &case, errors).await)),
    }
}

async fn access(desk: &Desk, by: &SignedIn, case: &Case, errors: Errors) -> Access {
    let suspended = match &case.progress {
        Progress::Agreed(agreement) => agreement.suspended,
        _ => None,
    };
    Access {
        frame: Frame::of(desk, by, Section::Cases).await,
        reference: case.reference.clone(),
        title: words_of::title(case),
        seen: case.seq,
        suspended,
        errors,
    }
}

impl Access {
    fn suspensions(&self) -> Vec<(&'static str, &'static str)> {
        SuspensionGround::ALL.iter().map(|ground| (ground.code(), ground.label())).collect()
    }

    fn ends(&self) -> Vec<(&'static str, &'static str)> {
        EndGround::ALL.iter().map(|ground| (ground.code(), ground.label())).collect()
    }
}
