//! `/desk/case/…`: one case, what can be done with it, and everything that happened.

mod access;
mod actions;
mod following;
mod papers;
mod reviewers;
pub(crate) mod screening;
mod story;
mod turns;
pub mod words_of;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use casework::calendar::day_in_england;
use casework::clock::{self, Overdue};
use casework::permission::{Sight, sees_of};
use casework::{Case, Party, Stage};
use store::casework::{organisations, owed};

use super::Desk;
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::signed_in::SignedIn;
use crate::web::words;
use actions::Action;
use story::Told;
use words_of::{Basket, Said};

#[derive(askama::Template)]
#[template(path = "desk/case.html")]
struct Page {
    frame: Frame,
    case: Case,
    title: String,
    organisation: String,
    stage: Stage,
    officer: Option<String>,
    spent: Vec<(Party, u32)>,
    overdue: Option<Overdue>,
    actions: Vec<Action>,
    papers: Vec<(&'static str, String)>,
    sections: Vec<(String, Vec<Said>)>,
    baskets: Vec<Basket>,
    reviewers: Vec<(String, bool)>,
    told: Vec<Told>,
    waiting: u64,
    stuck: Vec<String>,
}

/// The routes of a case.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/desk/case/{reference}", get(page))
        .route("/desk/case/{reference}/take", post(turns::take))
        .route("/desk/case/{reference}/wait", get(turns::ask).post(turns::wait))
        .route("/desk/case/{reference}/resume", post(turns::resume))
        .route("/desk/case/{reference}/return", get(screening::ask_changes).post(screening::request_changes))
        .route("/desk/case/{reference}/accept", get(screening::ask).post(screening::accept))
        .route("/desk/case/{reference}/reviewers", get(reviewers::ask).post(reviewers::assign))
        .route("/desk/case/{reference}/reviewers/remove", post(reviewers::remove))
        .route("/desk/case/{reference}/withdraw", get(access::ask_withdrawal).post(access::withdraw))
        .route("/desk/case/{reference}/follow", get(following::ask).post(following::begin))
        .route("/desk/case/{reference}/access", get(access::ask).post(access::change))
}

/// The address of a case's page.
pub fn address(reference: &str) -> String {
    format!("/desk/case/{}", words::encode(reference))
}

async fn page(
    State(desk): State<Desk>,
    signed_in: SignedIn,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    let (case, events) = desk.case_with_history(&signed_in, &reference, Sight::Application).await?;
    let now = desk.now();
    let sees = |sight| sees_of(&signed_in.actor, sight, &case);
    let (audits, reads_reviewers) = (sees(Sight::AuditTrail), sees(Sight::Queue));
    let (organisation_id, of) = (case.organisation, reference.clone());
    let reviewers: Vec<_> = case.reviews.iter().map(|(who, review)| (*who, review.is_some())).collect();
    let officer = case.officer;
    let read = desk.read(move |transaction| {
        let organisation = organisations::organisation(transaction, organisation_id)?;
        let name = story::namer(transaction);
        let told = if audits { story::tell(&events, &name)? } else { Vec::new() };
        let reviewers = if reads_reviewers { reviewers } else { Vec::new() };
        let reviewers: Result<Vec<_>, Problem> =
            reviewers.into_iter().map(|(who, done)| Ok((name(Some(who))?, done))).collect();
        let (waiting, stuck) = owed::of(transaction, &of)?;
        let officer = officer.map(|officer| name(Some(officer))).transpose()?;
        Ok((
            organisation.map_or_else(String::new, |organisation| organisation.name),
            told,
            reviewers?,
            officer,
            waiting,
            stuck,
        ))
    });
    let (organisation, told, reviewers, officer, waiting, stuck) = read.await?;
    let stage = case.stage(day_in_england(now));
    let spent = clock::spent(&case, now, desk.calendar());
    Ok(html(&Page {
        frame: Frame::of(&desk, &signed_in, Section::Cases).await,
        title: words_of::title(&case),
        spent: Party::ALL.iter().map(|party| (*party, spent.get(party).copied().unwrap_or(0))).collect(),
        overdue: clock::overdue(&case, now, desk.calendar()),
        papers: papers::of(&case, &signed_in.actor),
        actions: actions::of(&case, &signed_in.actor, stage),
        sections: words_of::answers(&case),
        baskets: words_of::basket(&case),
        organisation,
        stage,
        officer,
        reviewers,
        told,
        waiting,
        stuck: if reads_reviewers { stuck } else { Vec::new() },
        case,
    }))
}
