//! Applications: from the first question to the signing official's declaration, one thing at a time.
//!
//! Everything here is read from the case and its form, and changed by commands alone ([`Desk::give`]). Who may see an
//! application and who may write in it is asked of the permission table.

mod check;
mod declare;
mod file;
mod question;
mod reuse;
mod start;
mod tasks;
mod versions;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use casework::calendar::date_in_england;
use casework::form::{Kind, Problem as Wanting};
use casework::permission::{self, Sight};
use casework::{Answers, Case, CommandKind, Form, Specification};
use register::PartialDate;
use store::casework::cases;

use super::Desk;
use super::files::UPLOAD;
use super::problem::Problem;
use super::signed_in::SignedIn;
use crate::web::words;

/// The form that new applications are made on.
const FORM: &str = "pupil-database";

/// The pages of applications.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/desk/apply", get(start::ask).post(start::begin))
        .route("/desk/application/{reference}", get(tasks::tasks))
        .route("/desk/application/{reference}/question/{id}", get(question::ask).post(question::save))
        .route("/desk/application/{reference}/question/{id}/remove", post(question::remove))
        .route(
            "/desk/application/{reference}/question/{id}/file",
            post(file::hand_in).layer(DefaultBodyLimit::max(UPLOAD)),
        )
        .route("/desk/application/{reference}/file/{digest}", get(file::save))
        .route("/desk/application/{reference}/versions/{id}", get(versions::versions))
        .route("/desk/application/{reference}/check", get(check::check))
        .route("/desk/application/{reference}/reuse", get(reuse::ask).post(reuse::reuse))
        .route("/desk/application/{reference}/declare", get(declare::ask).post(declare::declare))
}

/// An application, as somebody may see it.
pub struct Opened {
    /// The case.
    pub case: Case,
    /// The form that it is made on.
    pub form: &'static Form,
    /// The basket.
    pub specification: Specification,
    /// The day in England.
    pub today: PartialDate,
    /// Whether whoever looks may write in it now.
    pub editable: bool,
    /// Whether whoever looks may sign and submit it now.
    pub signable: bool,
}

impl Opened {
    /// Opens an application for somebody.
    ///
    /// # Errors
    /// [`Problem::NotFound`] where there is none, or none that they may see.
    pub async fn of(desk: &Desk, by: &SignedIn, reference: &str) -> Result<Self, Problem> {
        let wanted = reference.to_owned();
        let case = desk.read(move |transaction| Ok(cases::case(transaction, &wanted)?)).await?;
        let case = case.filter(|case| permission::sees_of(&by.actor, Sight::Application, case));
        let case = case.ok_or(Problem::NotFound)?;
        let today = date_in_england(desk.now());
        let stage = case.stage(today.last_day());
        let may = |kind| permission::may(&by.actor, kind, case.organisation) && permission::at(kind, stage);
        let (editable, signable) = (may(CommandKind::SaveAnswers), may(CommandKind::Submit));
        let Some(form) = Form::named(&case.application.form) else {
            tracing::error!("an application is made on a form that this program does not have");
            return Err(Problem::Fault);
        };
        let specification = case.application.specification.clone().unwrap_or_default();
        Ok(Self { case, form, specification, today, editable, signable })
    }

    /// The same for somebody who writes in it.
    ///
    /// # Errors
    /// As [`Self::of`], and [`Problem::Forbidden`] for whoever may only look, or not now.
    pub async fn to_write(desk: &Desk, by: &SignedIn, reference: &str) -> Result<Self, Problem> {
        let opened = Self::of(desk, by, reference).await?;
        if opened.editable { Ok(opened) } else { Err(Problem::Forbidden) }
    }

    /// The answers so far.
    pub fn answers(&self) -> &Answers {
        &self.case.application.answers
    }

    /// What keeps it from being submitted today.
    ///
    /// # Errors
    /// If the public register cannot be asked for the dictionaries that its basket names.
    pub async fn problems(&self, desk: &Desk) -> Result<Vec<Wanting>, Problem> {
        let mut problems = self.form.problems(self.answers(), &self.specification, self.today);
        if let Some(question) = self.form.questions().find(|question| question.kind == Kind::Basket) {
            let misfits = super::basket::misfits(desk, &self.specification).await?;
            problems.extend(misfits.into_iter().map(|message| Wanting { question: question.id.clone(), message }));
        }
        Ok(problems)
    }

    /// The share's reference.
    pub fn reference(&self) -> &str {
        &self.case.reference
    }

    /// What the application is called: its title, or its reference while it has none.
    pub fn title(&self) -> String {
        let title = self.case.application.answers.get("title").and_then(casework::answer::as_text);
        title.map_or_else(|| format!("Application {}", self.case.reference), str::to_owned)
    }

    /// The address of one of its pages; the task list's where nothing is given.
    pub fn address(&self, page: &str) -> String {
        let slash = if page.is_empty() { "" } else { "/" };
        format!("/desk/application/{}{slash}{page}", words::encode(&self.case.reference))
    }

    /// The address of a question's page.
    pub fn question_address(&self, id: &str) -> String {
        self.address(&format!("question/{id}"))
    }

    /// The earlier share from which the newest answer to a question was taken.
    pub fn reused_from(&self, id: &str) -> Option<&str> {
        self.case.application.versions.get(id)?.last()?.reused_from.as_deref()
    }

    /// How many versions of an answer there are.
    pub fn versions(&self, id: &str) -> usize {
        self.case.application.versions.get(id).map_or(0, Vec::len)
    }
}
