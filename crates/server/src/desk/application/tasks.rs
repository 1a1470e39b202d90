//! `/desk/application/<reference>`: the task list of an application.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::form::{Section as FormSection, TaskState, TaskStatus};

use super::Opened;
use crate::desk::Desk;
use crate::desk::page::{Frame, Section, html};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;
use crate::web::words;

#[derive(askama::Template)]
#[template(path = "desk/application/tasks.html")]
struct TasksPage {
    frame: Frame,
    opened: Opened,
    organisation: String,
    sections: Vec<(&'static FormSection, Vec<TaskStatus<'static>>)>,
    /// What a case officer asked to be changed: the question's address and words where it is about one, and what.
    changes: Vec<(Option<(String, String)>, String)>,
    by: Option<String>,
}

impl TasksPage {
    fn ready(&self) -> bool {
        self.sections.iter().flat_map(|(_, tasks)| tasks).all(is_complete)
    }

    fn complete(&self) -> usize {
        self.sections.iter().flat_map(|(_, tasks)| tasks).filter(|status| is_complete(status)).count()
    }

    fn needed(&self) -> usize {
        self.sections.iter().map(|(_, tasks)| tasks.len()).sum()
    }

    /// Where a task begins: at its first question that is asked.
    fn task_address(&self, status: &TaskStatus<'_>) -> Option<String> {
        let answers = &self.opened.case.application.answers;
        let first = status.task.questions.iter().find(|question| self.opened.form.is_asked(&question.id, answers))?;
        Some(self.opened.question_address(&first.id))
    }

    fn colour(&self, state: &TaskState) -> &'static str {
        match state {
            TaskState::NotStarted => "govuk-tag--blue",
            TaskState::InProgress => "govuk-tag--teal",
            TaskState::Done | TaskState::Optional | TaskState::NotNeeded => "",
        }
    }
}

fn is_complete(status: &TaskStatus<'_>) -> bool {
    matches!(status.state, TaskState::Done | TaskState::NotNeeded | TaskState::Optional)
}

/// `/desk/application/<reference>`
pub async fn tasks(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let opened = Opened::of(&desk, &by, &reference).await?;
    let mut states = opened.form.progress(opened.answers(), &opened.specification, opened.today).into_iter();
    let sections = opened.form.sections.iter();
    let sections = sections.map(|section| (section, states.by_ref().take(section.tasks.len()).collect())).collect();
    let (changes, due) = match &opened.case.progress {
        casework::case::Progress::Returned { requests, by } => (requests.as_slice(), Some(words::date(*by))),
        _ => (&[][..], None),
    };
    let told = changes.iter().map(|request| {
        let question = request.question.as_deref().and_then(|id| opened.form.question(id));
        let place = question.map(|question| (opened.question_address(&question.id), question.label.clone()));
        (place, request.what.clone())
    });
    let organisation = by.organisations.get(&opened.case.organisation).cloned().unwrap_or_default();
    let frame = Frame::of(&desk, &by, Section::Cases).await;
    Ok(html(&TasksPage { changes: told.collect(), by: due, frame, sections, organisation, opened }))
}
