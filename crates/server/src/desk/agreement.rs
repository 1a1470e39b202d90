//! `/desk/case/…/agreement`: the terms that a case officer offers, and the agreement as both sides read and sign it. What is
//! signed is the digest of a file whose very bytes are kept and can be downloaded by everybody who sees the case.

mod signing;
pub(crate) mod terms;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use casework::case::Progress;
use casework::event::{Side, Terms};
use casework::paper::{Block, Paper};
use casework::permission::{Sight, may};
use casework::{Case, CommandKind, PersonId};
use register::Moment;
use std::collections::BTreeMap;
use store::casework::agreements;

use super::Desk;
use super::decision::seen;
use super::files::saved;
use super::input::Errors;
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::review::told::Head;
use super::signed_in::SignedIn;
use crate::web::words;

type Signatures = BTreeMap<Side, (PersonId, String, Moment)>;

#[derive(askama::Template)]
#[template(path = "desk/agreement/agreement.html")]
struct AgreementPage {
    frame: Frame,
    head: Head,
    errors: Errors,
    waits: Option<&'static str>,
    offered: Option<Offered>,
    /// Whether whoever looks may offer terms, or other terms.
    may_offer: bool,
    /// For which side whoever looks may sign.
    side: Option<Side>,
    signed: String,
    authority: bool,
}

/// An agreement that lies ready or is signed.
struct Offered {
    paper: Paper,
    digest: String,
    file: &'static str,
    signatures: Vec<(&'static str, Option<(String, String)>)>,
    both: bool,
}

/// The routes of agreements.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/desk/case/{reference}/agreement", get(page))
        .route("/desk/case/{reference}/agreement/terms", get(terms::ask).post(terms::offer))
        .route("/desk/case/{reference}/agreement/sign", post(signing::sign))
        .route("/desk/case/{reference}/agreement/file", get(file))
}

/// `GET /desk/case/…/agreement`
async fn page(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = desk.case(&by, &reference, Sight::Application).await?;
    Ok(html(&AgreementPage::of(&desk, &by, &case, Errors::default()).await?))
}

/// `GET /desk/case/…/agreement/file`: the very bytes that are signed.
async fn file(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = desk.case(&by, &reference, Sight::Application).await?;
    let (terms, _) = ready(&case).ok_or(Problem::NotFound)?;
    let digest = terms.digest;
    let kept = desk.read(move |transaction| Ok(agreements::find(transaction, &reference, digest)?)).await?;
    let kept = kept.ok_or(Problem::NotFound)?;
    let (kind, media_type) = kind_of(&kept.media_type);
    Ok(saved(&format!("agreement-{}.{kind}", case.reference), media_type, kept.bytes))
}

/// The terms that lie ready or are signed, and by whom.
fn ready(case: &Case) -> Option<(&Terms, &Signatures)> {
    match &case.progress {
        Progress::Decided { offer: Some(offer) } => Some((&offer.terms, &offer.signed)),
        Progress::Agreed(agreement) => Some((&agreement.terms, &agreement.signed)),
        _ => None,
    }
}

fn kind_of(media_type: &str) -> (&'static str, &'static str) {
    match media_type {
        terms::PDF => ("pdf", terms::PDF),
        _ => ("txt", terms::PLAIN),
    }
}

impl AgreementPage {
    async fn of(desk: &Desk, by: &SignedIn, case: &Case, errors: Errors) -> Result<Self, Problem> {
        let may = |command| may(&by.actor, command, case.organisation);
        let is_decided = matches!(case.progress, Progress::Decided { .. });
        let signatures = ready(case).map(|(_, signed)| signed.clone()).unwrap_or_default();
        let waits = match &case.progress {
            Progress::Decided { .. } if !case.is_approved() => Some("Only an approval is followed by an agreement."),
            Progress::Decided { offer: None } => Some("No agreement has been offered yet."),
            Progress::Decided { .. } | Progress::Agreed(_) => None,
            _ => Some("An agreement follows an approval."),
        };
        let mine =
            |side: Side, command| (is_decided && !signatures.contains_key(&side) && may(command)).then_some(side);
        let has_not_signed = signatures.values().all(|(who, ..)| *who != by.person());
        let side = mine(Side::Recipient, CommandKind::SignAgreement)
            .or_else(|| mine(Side::Custodian, CommandKind::CountersignAgreement))
            .filter(|_| has_not_signed);
        let is_officer = case.officer == Some(by.person()) && may(CommandKind::OfferAgreement);
        Ok(Self {
            frame: Frame::of(desk, by, Section::None).await,
            head: Head::of(case),
            errors,
            waits,
            offered: Offered::of(desk, case).await?,
            may_offer: is_decided && case.is_approved() && signatures.is_empty() && is_officer,
            side,
            signed: String::new(),
            authority: false,
        })
    }
}

impl Offered {
    async fn of(desk: &Desk, case: &Case) -> Result<Option<Self>, Problem> {
        let Some((terms, signed)) = ready(case) else { return Ok(None) };
        let (reference, digest) = (case.reference.clone(), terms.digest);
        let kept = desk.read(move |transaction| Ok(agreements::find(transaction, &reference, digest)?)).await?;
        // Terms without their file were offered by something else than this page; nobody is asked to sign them.
        let Some(kept) = kept else { return Ok(None) };
        let paper = serde_json::from_str(&kept.paper).map_err(|_| Problem::Fault)?;
        let by_whom = |side: Side| signed.get(&side).map(|(_, name, at)| (name.clone(), words::moment(at)));
        let signatures =
            vec![("For the recipient", by_whom(Side::Recipient)), ("For the custodian", by_whom(Side::Custodian))];
        let (file, _) = kind_of(&kept.media_type);
        Ok(Some(Self { paper, digest: digest.to_string(), file, both: signed.len() == 2, signatures }))
    }
}
