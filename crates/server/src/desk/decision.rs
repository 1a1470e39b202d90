//! `/desk/case/…/decision`: a decision from its proposal to its publication, and what each side sees of it.
//!
//! What is shown before a second person confirms it is the statement itself, made by the function that makes it in the end.

mod appeal;
mod day;
mod decided;
mod proof;
mod proposal;
mod told;
mod typed;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use casework::case::Progress;
use casework::permission::{Sight, may, sees_of};
use casework::{Case, CommandKind, Stage};

use super::Desk;
use super::input::{Errors, Fields};
use super::page::html;
use super::problem::Problem;
use super::signed_in::SignedIn;

pub(super) use day::Day;

/// The routes of decisions.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/desk/case/{reference}/decision", get(page).post(proposal::propose))
        .route("/desk/case/{reference}/decision/confirm", post(proposal::confirm))
        .route("/desk/case/{reference}/decision/take-back", post(proposal::take_back))
        .route("/desk/case/{reference}/decision/evidence/{digest}", get(proof::download))
        .route("/desk/case/{reference}/appeal", get(appeal::ask).post(appeal::appeal))
}

/// `GET /desk/case/…/decision`: the form, the preview or the decision, by where the case stands and who looks.
async fn page(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = desk.case(&by, &reference, Sight::Application).await?;
    let today = casework::calendar::day_in_england(desk.now());
    let proposes = case.stage(today) == Stage::Review
        && case.reviews_are_in()
        && may(&by.actor, CommandKind::ProposeDecision, case.organisation);
    match &case.progress {
        Progress::Review { proposal: Some(proposal) } if sees_of(&by.actor, Sight::Proposal, &case) => {
            Ok(html(&proposal::PreviewPage::of(&desk, &by, &case, proposal).await?))
        }
        Progress::Review { proposal: None } if proposes => {
            let fields = typed::first(&case);
            Ok(html(&proposal::FormPage::of(&desk, &by, &case, fields, Errors::default()).await))
        }
        _ => Ok(html(&decided::DecidedPage::of(&desk, &by, &case).await?)),
    }
}

/// The case, for whoever prepares its decision.
async fn prepared(desk: &Desk, by: &SignedIn, reference: &str) -> Result<Case, Problem> {
    desk.case(by, reference, Sight::Proposal).await
}

/// How many events the case had when the form was made; a form without it is none of ours.
pub(super) fn seen(fields: &Fields) -> Result<Option<u64>, Problem> {
    fields.raw("seen").parse().map(Some).map_err(|_| Problem::Form)
}
