//! The receipt: made when the recipient asks for it and the statement stands under a checkpoint that satisfies the policy. Its
//! proof comes from the log as the public has it, and all of it is checked as the recipient will check it before it leaves.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::permission::{Sight, may};
use casework::release::{Release, ReleaseProgress};
use casework::{Case, Command, CommandKind};
use package::document::to_json;
use package::sealed::{self, PackageKey};
use package::{Receipt, Unopened};
use register::Moment;
use store::casework::releases;
use tlog::Proof;

use super::numbered;
use crate::desk::Desk;
use crate::desk::files::saved;
use crate::desk::giving::Given;
use crate::desk::input::Input;
use crate::desk::problem::Problem;
use crate::web;
use crate::web::view::View;

/// What a receipt waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// The statement is not under a published checkpoint yet.
    NotLogged,
    /// The checkpoint does not satisfy the policy yet, for this reason.
    NotWitnessed(String),
    /// It can be taken.
    Ready,
}

/// `POST /desk/case/…/release/…/receipt`
pub async fn take(
    State(desk): State<Desk>,
    Path((reference, number)): Path<(String, u32)>,
    input: Input,
) -> Result<Response, Problem> {
    let case = desk.case(&input.by, &reference, Sight::Application).await?;
    if !may(&input.by.actor, CommandKind::GiveReceipt, case.organisation) {
        return Err(Problem::Forbidden);
    }
    let release = numbered(&case, number)?;
    let (leaf, proof) = match witnessed(&desk, release).await? {
        Ok(found) => found,
        Err(Readiness::NotWitnessed(_)) => {
            return Err(Problem::Bad(
                "The receipt waits for the witnesses of the public log. Try again in some minutes.".to_owned(),
            ));
        }
        Err(_) => {
            return Err(Problem::Bad(
                "The receipt waits until the release stands in the public log. Try again in some minutes.".to_owned(),
            ));
        }
    };
    let receipt = mint(&desk, &case, release, leaf, &proof).await?;
    let (name, json) = (format!("receipt-{}.json", release.reference), to_json(&receipt).map_err(|_| Problem::Fault)?);
    let command = Command::GiveReceipt { release: release.reference.clone() };
    // Two people may take it at the same time, and what else happens in the case does not touch it.
    match desk.give(&input.by, Some(&reference), None, command).await? {
        Given::Taken(_) => Ok(saved(&name, "application/json", json.into_bytes())),
        Given::Wanting(_) => Err(Problem::Form),
    }
}

/// Whether the receipt of a release can be taken now.
///
/// # Errors
/// A fault of the log.
pub async fn readiness(desk: &Desk, release: &Release) -> Result<Readiness, Problem> {
    Ok(witnessed(desk, release).await?.err().unwrap_or(Readiness::Ready))
}

/// The statement and its proof under a checkpoint that satisfies the policy, or what is waited for.
async fn witnessed(desk: &Desk, release: &Release) -> Result<Result<(String, Proof), Readiness>, Problem> {
    let ReleaseProgress::Released { logged: Some(index), .. } = &release.progress else {
        return Ok(Err(Readiness::NotLogged));
    };
    let found = match web::proof::of(View::now(desk.site().clone()), *index).await {
        Ok(found) => found,
        Err(web::problem::Problem::NotFound) => return Ok(Err(Readiness::NotLogged)),
        Err(_) => return Err(Problem::Busy),
    };
    match desk.policy().check_note(&found.1.checkpoint) {
        Ok(_) => Ok(Ok(found)),
        Err(error) => Ok(Err(Readiness::NotWitnessed(error.to_string()))),
    }
}

/// The receipt, after all that it says was found to hold.
async fn mint(desk: &Desk, case: &Case, release: &Release, leaf: String, proof: &Proof) -> Result<Receipt, Problem> {
    let of = release.handed_in().ok_or(Problem::NotFound)?;
    let (reference, seq) = (case.reference.clone(), of.seq);
    let kept = desk.read(move |transaction| Ok(releases::manifest(transaction, &reference, seq)?)).await?;
    let kept = kept.ok_or(Problem::NotFound)?;
    let to = sealed::recipient(&release.recipient).map_err(|_| Problem::Fault)?;
    let (desk, proof, share) = (desk.clone(), proof.to_string(), case.reference.clone());
    let minted = tokio::task::spawn_blocking(move || {
        let key = PackageKey::unsealed(&kept.sealed_key, desk.keys().release()).map_err(|_| {
            tracing::error!(%share, "the key of a package cannot be opened with the release key that is held");
            Problem::Bad(
                "The key of this package cannot be opened any more: this server’s release key was exchanged. The \
                release must be made again."
                    .to_owned(),
            )
        })?;
        let receipt = Receipt {
            key: key.sealed_to(&to).map_err(|_| Problem::Fault)?,
            manifest: String::from_utf8(kept.file).map_err(|_| Problem::Fault)?,
            proof,
            statement: leaf,
            v: Receipt::VERSION,
        };
        receipt.check(desk.policy(), Some(&share)).map_err(|error: Unopened| {
            tracing::error!(%share, %error, "a receipt was made that nobody could use");
            Problem::Fault
        })?;
        Ok(receipt)
    });
    minted.await.map_err(|_| Problem::Fault)?
}

/// When somebody took it last.
pub fn last_taken(release: &Release) -> Option<Moment> {
    match &release.progress {
        ReleaseProgress::Released { receipts, .. } => receipts.last().map(|(_, at)| *at),
        _ => None,
    }
}
