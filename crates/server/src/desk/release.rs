//! `/desk/case/…/release`: releases of a share, from the recipient's key to its receipt.
//!
//! The instruction is signed here and carried out elsewhere; what comes back is believed for its engine's signature, compared
//! with what was approved, and released by a second person. The receipt is made when somebody asks for it, from the log as
//! the public sees it.

mod confirm;
mod instruct;
mod key;
mod manifest;
mod receipt;
mod sent;
mod told;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use casework::calendar::day_in_england;
use casework::case::Progress;
use casework::permission::{Sight, at, may, sees_of};
use casework::release::{Release, ReleaseProgress};
use casework::{Case, Command, CommandKind};
use store::casework::releases;

use super::Desk;
use super::decision::seen;
use super::files::saved;
use super::giving::Given;
use super::input::{Errors, Input};
use super::page::{Frame, Section, html, see};
use super::problem::Problem;
use super::review::told::Head;
use super::signed_in::SignedIn;
use told::Told;

/// What instructions and manifests are.
const PLAIN: &str = "text/plain; charset=utf-8";

/// How many differences a page lists.
const DIFFERENCES: usize = 200;

#[derive(askama::Template)]
#[template(path = "desk/release/release.html")]
struct ReleasePage {
    frame: Frame,
    head: Head,
    errors: Errors,
    waits: Option<&'static str>,
    releases: Vec<Told>,
    key: Option<String>,
    /// What was typed, where it can be shown again.
    typed_key: String,
    may_give_key: bool,
    may_instruct: bool,
    may_take_back: bool,
    may_hand_in: bool,
    may_look: bool,
    may_confirm: bool,
    may_take_receipt: bool,
    /// Whether whoever looks works with the data zone, and what it must be told.
    zone: Option<Zone>,
    /// What a manifest that was refused holds beyond the approval.
    differences: Vec<String>,
    /// How many differences there are.
    difference_count: usize,
}

/// What the data zone and casework must know of each other.
struct Zone {
    /// The key that signs instructions.
    custodian: String,
    /// The key that signs manifests, where the settings name it.
    engine: Option<String>,
}

/// The routes of releases.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/desk/case/{reference}/release", get(page))
        .route("/desk/case/{reference}/release/key", post(key::give))
        .route("/desk/case/{reference}/release/instruct", get(instruct::ask).post(instruct::instruct))
        .route("/desk/case/{reference}/release/take-back", post(take_back))
        .route(
            "/desk/case/{reference}/release/manifest",
            post(manifest::hand_in).layer(DefaultBodyLimit::max(sent::UPLOAD)),
        )
        .route("/desk/case/{reference}/release/confirm", get(confirm::look).post(confirm::confirm))
        .route("/desk/case/{reference}/release/return", post(confirm::send_back))
        .route("/desk/case/{reference}/release/{number}/instruction", get(instruction_file))
        .route("/desk/case/{reference}/release/{number}/manifest", get(manifest_file))
        .route("/desk/case/{reference}/release/{number}/receipt", post(receipt::take))
}

/// `GET /desk/case/…/release`
async fn page(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = desk.case(&by, &reference, Sight::Application).await?;
    Ok(html(&ReleasePage::of(&desk, &by, &case, Errors::default()).await?))
}

/// `POST /desk/case/…/release/take-back`
async fn take_back(State(desk): State<Desk>, Path(reference): Path<String>, input: Input) -> Result<Response, Problem> {
    desk.case(&input.by, &reference, Sight::Releases).await?;
    let command = Command::WithdrawInstruction;
    match desk.give(&input.by, Some(&reference), seen(&input.fields)?, command).await? {
        Given::Taken(case) => Ok(see(&Head::of(&case).at("release"))),
        Given::Wanting(_) => Err(Problem::Form),
    }
}

/// `GET /desk/case/…/release/…/instruction`: the file that goes to the data zone.
async fn instruction_file(
    State(desk): State<Desk>,
    by: SignedIn,
    Path((reference, number)): Path<(String, u32)>,
) -> Result<Response, Problem> {
    let case = desk.case(&by, &reference, Sight::Releases).await?;
    let release = numbered(&case, number)?;
    let (name, digest) = (format!("instruction-{}.txt", release.reference), release.instruction);
    let kept = desk.read(move |transaction| Ok(releases::instruction(transaction, &reference, digest)?)).await?;
    Ok(saved(&name, PLAIN, kept.ok_or(Problem::NotFound)?))
}

/// `GET /desk/case/…/release/…/manifest`: the file as the engine signed it.
async fn manifest_file(
    State(desk): State<Desk>,
    by: SignedIn,
    Path((reference, number)): Path<(String, u32)>,
) -> Result<Response, Problem> {
    let case = desk.case(&by, &reference, Sight::Releases).await?;
    let release = numbered(&case, number)?;
    let seq = release.handed_in().ok_or(Problem::NotFound)?.seq;
    let name = format!("manifest-{}.txt", release.reference);
    let kept = desk.read(move |transaction| Ok(releases::manifest(transaction, &reference, seq)?)).await?;
    Ok(saved(&name, PLAIN, kept.ok_or(Problem::NotFound)?.file))
}

/// The release of this number.
fn numbered(case: &Case, number: u32) -> Result<&Release, Problem> {
    case.releases.iter().find(|release| release.sequence == number).ok_or(Problem::NotFound)
}

impl ReleasePage {
    fn has_more_differences(&self) -> bool {
        self.difference_count > self.differences.len()
    }

    async fn of(desk: &Desk, by: &SignedIn, case: &Case, errors: Errors) -> Result<Self, Problem> {
        let stage = case.stage(day_in_england(desk.now()));
        let may_now = |command| may(&by.actor, command, case.organisation) && at(command, stage);
        let open = case.open_release();
        let is_instructed = open.is_some_and(|release| release.progress == ReleaseProgress::Instructed);
        let handed_in = open.and_then(Release::handed_in);
        let sees = sees_of(&by.actor, Sight::Releases, case);
        let waits = match &case.progress {
            Progress::Agreed(agreement) if agreement.ended.is_some() => {
                Some("Access has ended. Nothing more is released.")
            }
            Progress::Agreed(agreement) if agreement.suspended.is_some() => {
                Some("Access is suspended. Nothing is released until the suspension is lifted.")
            }
            Progress::Agreed(agreement) if agreement.registered.is_none() => {
                Some("A release can be instructed once the agreement stands in the public register.")
            }
            Progress::Agreed(_) => None,
            _ => Some("A release follows an agreement that both sides have signed."),
        };
        let is_zone_s = may(&by.actor, CommandKind::InstructRelease, case.organisation);
        let zone =
            Zone { custodian: desk.keys().verifier().to_string(), engine: desk.engine().map(ToString::to_string) };
        Ok(Self {
            frame: Frame::of(desk, by, Section::None).await,
            head: Head::of(case),
            errors,
            waits,
            releases: told::all(desk, case, sees).await?,
            key: case.recipient_key.clone(),
            typed_key: String::new(),
            may_give_key: may_now(CommandKind::GiveRecipientKey),
            may_instruct: open.is_none() && case.recipient_key.is_some() && may_now(CommandKind::InstructRelease),
            may_take_back: is_instructed && may_now(CommandKind::WithdrawInstruction),
            may_hand_in: is_instructed && may_now(CommandKind::HandInManifest),
            may_look: handed_in.is_some() && sees,
            may_confirm: handed_in.is_some_and(|of| of.by.0 != by.person()) && may_now(CommandKind::ConfirmRelease),
            may_take_receipt: may_now(CommandKind::GiveReceipt),
            zone: is_zone_s.then_some(zone),
            differences: Vec::new(),
            difference_count: 0,
        })
    }
}
