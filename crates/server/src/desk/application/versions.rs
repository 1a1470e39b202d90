//! `/desk/application/<reference>/versions/<id>`: what was answered to a question over time.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::form::Question;

use super::Opened;
use crate::desk::Desk;
use crate::desk::page::{Frame, Section, html};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;
use crate::web::words;

#[derive(askama::Template)]
#[template(path = "desk/application/versions.html")]
struct VersionsPage {
    frame: Frame,
    opened: Opened,
    question: &'static Question,
    /// Newest first: when, from which earlier share, what; nothing where the answer was taken back.
    versions: Vec<(String, Option<String>, Option<Vec<String>>)>,
}

/// `/desk/application/<reference>/versions/<id>`
pub async fn versions(
    State(desk): State<Desk>,
    by: SignedIn,
    Path((reference, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let opened = Opened::of(&desk, &by, &reference).await?;
    let question = opened.form.question(&id).ok_or(Problem::NotFound)?;
    let held = opened.case.application.versions.get(&id).ok_or(Problem::NotFound)?;
    let shown = held.iter().rev().map(|version| {
        let said = version
            .answer
            .as_ref()
            .map(|answer| question.details(answer).iter().flat_map(|text| text.lines()).map(str::to_owned).collect());
        (words::moment(version.at), version.reused_from.clone(), said)
    });
    let versions = shown.collect();
    let frame = Frame::of(&desk, &by, Section::Cases).await;
    Ok(html(&VersionsPage { frame, question, versions, opened }))
}
