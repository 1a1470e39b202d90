//! `/desk/application/<reference>/reuse`: answers of an earlier application of the same organisation, used again.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::{Answers, Command};
use store::casework::{cases, queue};

use super::Opened;
use crate::desk::Desk;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;
use crate::web::words;

/// Earlier applications that are offered.
const AT_MOST: u64 = 20;

#[derive(askama::Template)]
#[template(path = "desk/application/reuse.html")]
struct ReusePage {
    frame: Frame,
    errors: Errors,
    opened: Opened,
    earlier: Vec<Earlier>,
}

/// An earlier application, with what may be used again.
struct Earlier {
    reference: String,
    title: String,
    answers: Answers,
    /// What these answers are about.
    about: Vec<String>,
}

async fn page(desk: &Desk, by: &SignedIn, reference: &str) -> Result<ReusePage, Problem> {
    let opened = Opened::to_write(desk, by, reference).await?;
    let (organisation, own) = (opened.case.organisation, opened.case.reference.clone());
    let held = desk
        .read(move |transaction| {
            let question = queue::Question { organisations: Some(vec![organisation]), ..queue::Question::default() };
            let (_, rows) = queue::page(transaction, &question, 0, AT_MOST)?;
            let mut held = Vec::new();
            for row in rows.into_iter().filter(|row| row.reference != own) {
                held.extend(cases::case(transaction, &row.reference)?);
            }
            Ok(held)
        })
        .await?;
    let given = &opened.case.application.answers;
    let earlier = held.into_iter().filter_map(|case| {
        let answers = opened.form.reusable(&case.application.answers, given);
        let title =
            case.application.answers.get("title").and_then(casework::answer::as_text).unwrap_or_default().to_owned();
        let about = answers.keys().filter_map(|id| opened.form.question(id)).map(casework::form::Question::title);
        let about = about.collect();
        (!answers.is_empty()).then_some(Earlier { reference: case.reference, title, answers, about })
    });
    let earlier = earlier.collect();
    let (frame, errors) = (Frame::of(desk, by, Section::Cases).await, Errors::default());
    Ok(ReusePage { frame, errors, opened, earlier })
}

/// `/desk/application/<reference>/reuse`
pub async fn ask(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    Ok(html(&page(&desk, &by, &reference).await?))
}

/// `POST /desk/application/<reference>/reuse`
pub async fn reuse(State(desk): State<Desk>, Path(reference): Path<String>, input: Input) -> Result<Response, Problem> {
    let page = page(&desk, &input.by, &reference).await?;
    let from = input.fields.text("from");
    let Some(earlier) = page.earlier.iter().find(|earlier| earlier.reference == from) else {
        let errors = Errors::one("from", "Select an earlier application");
        return Ok(with_errors(&ReusePage { errors, ..page }));
    };
    let seen = input.fields.text("seen").parse().ok().unwrap_or(0);
    let command = Command::ReuseAnswers { from, of: page.opened.case.organisation, answers: earlier.answers.clone() };
    match desk.give(&input.by, Some(&reference), Some(seen), command).await? {
        Given::Taken(_) => Ok(see(&page.opened.address(""))),
        Given::Wanting(errors) => Ok(with_errors(&ReusePage { errors, ..page })),
    }
}
