//! `/recipient/<slug>`: one organisation, with everything that it was given or refused.

use axum::extract::Path;
use axum::response::Response;
use register::vocabulary::Status;

use super::database::{FoundShare, RecipientView};
use super::late::{self, Late};
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{View, story, words};

#[derive(askama::Template)]
#[template(path = "recipient.html")]
struct RecipientPage {
    frame: Frame,
    recipient: RecipientView,
    current: Vec<(FoundShare, Option<Late>)>,
    past: Vec<(FoundShare, Option<Late>)>,
    late: u64,
}

/// `/recipient/<slug>`
pub async fn recipient(view: View, Path(slug): Path<String>) -> Result<Response, Problem> {
    let (found, info) = view.read(move |reader| reader.recipient(&slug)).await?;
    let mut recipient = found.ok_or(Problem::NotFound)?;
    let today = view.today();
    let shares: Vec<(FoundShare, Option<Late>)> = std::mem::take(&mut recipient.shares)
        .into_iter()
        .map(|share| {
            let late = late::destruction(share.destruction_due, share.destruction, today);
            (share, late)
        })
        .collect();
    let late = shares.iter().filter(|(_, late)| late.is_some()).count() as u64;
    let (current, past) = shares.into_iter().partition(|(share, _)| is_current(share.status));
    Ok(html(&RecipientPage { frame: Frame::new(&view, Some(info), Section::Find), recipient, current, past, late }))
}

fn is_current(status: Status) -> bool {
    matches!(status, Status::Applied | Status::Approved | Status::Live | Status::Suspended)
}
