//! `/desk/application/<reference>/check`: every answer on one page, for whoever submits it and for whoever decides.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::form::{Kind, Problem as Wanting, Question, Section as FormSection};

use super::Opened;
use crate::desk::Desk;
use crate::desk::page::{Frame, Section, html};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;
use crate::web::words;

#[derive(askama::Template)]
#[template(path = "desk/application/check.html")]
struct CheckPage {
    frame: Frame,
    opened: Opened,
    sections: Vec<(&'static FormSection, Vec<Row>)>,
    problems: Vec<Wanting>,
}

/// One question with its answer.
struct Row {
    question: &'static Question,
    /// What was answered, a paragraph each.
    said: Vec<String>,
    reused_from: Option<String>,
    versions: usize,
    /// Whether the answer will be public, is withheld at first, or stays with the case.
    publicity: &'static str,
}

/// `/desk/application/<reference>/check`
pub async fn check(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let opened = Opened::of(&desk, &by, &reference).await?;
    let asked = opened.form.asked(&opened.case.application.answers);
    let sections = opened.form.sections.iter().map(|section| {
        let questions = section.tasks.iter().flat_map(|task| &task.questions);
        let shown = questions.filter(|question| asked.iter().any(|other| other.id == question.id));
        (section, shown.map(|question| row(&opened, question)).collect())
    });
    let sections = sections.collect();
    let problems = opened.problems(&desk).await?;
    let frame = Frame::of(&desk, &by, Section::Cases).await;
    Ok(html(&CheckPage { frame, sections, problems, opened }))
}

fn row(opened: &Opened, question: &'static Question) -> Row {
    let application = &opened.case.application;
    let said = match &question.kind {
        Kind::Basket => basket(opened),
        _ => application.answers.get(&question.id).map(|answer| question.details(answer)).unwrap_or_default(),
    };
    Row {
        question,
        said: said.iter().flat_map(|text| text.lines()).map(str::to_owned).collect(),
        reused_from: opened.reused_from(&question.id).map(str::to_owned),
        versions: opened.versions(&question.id),
        publicity: match (&question.becomes, question.names_people) {
            (None, _) if question.kind == Kind::Basket => "Public in numbers",
            (None, _) => "",
            (Some(_), true) => "Public only if the people agree",
            (Some(_), false) => "Public",
        },
    }
}

/// The basket in a few lines; its own page has all of it.
fn basket(opened: &Opened) -> Vec<String> {
    let parts = opened.specification.datasets.iter();
    let lines = parts.map(|part| format!("{}: {}", part.name, words::count(part.items.len() as u64, "item", "items")));
    lines.collect()
}
