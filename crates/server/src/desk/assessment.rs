//! `/desk/case/…/assessment`: how easily people could be found in what a case asks for, as the data zone counted it. A release
//! analyst adds the file; whoever judges the case reads it as findings, figures and tables.
//!
//! The file holds exact counts and is given out to nobody: all that is shown is rounded (`words`).

mod add;
mod figures;
mod kept;
pub(super) mod summary;
mod told;
mod words;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::response::Response;
use axum::routing::get;
use casework::calendar::day_in_england;
use casework::permission::{Sight, at, may};
use casework::{Case, CommandKind};

use super::Desk;
use super::files::saved;
use super::input::Errors;
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::review::name_of;
use super::review::told::Head;
use super::signed_in::SignedIn;
use crate::web::figure::Figure;
use told::Dataset;

#[derive(askama::Template)]
#[template(path = "desk/assessment/assessment.html")]
struct AssessmentPage {
    frame: Frame,
    head: Head,
    errors: Errors,
    /// Every assessment that was added, the newest first.
    added: Vec<Added>,
    outdated: Option<&'static str>,
    /// The findings.
    short: Vec<String>,
    datasets: Vec<Dataset>,
    engine: String,
    /// Whether something is asked for, which could be assessed.
    has_specification: bool,
    may_add: bool,
}

/// One assessment of the history.
struct Added {
    by: String,
    at: String,
    digest: String,
    specification: String,
}

/// The routes of assessments.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/desk/case/{reference}/assessment", get(page).post(add::add).layer(DefaultBodyLimit::max(add::UPLOAD)))
        .route("/desk/case/{reference}/assessment/specification", get(specification))
        .route("/desk/case/{reference}/assessment/{file}", get(csv))
}

/// `GET /desk/case/…/assessment`
async fn page(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = desk.case(&by, &reference, Sight::Assessment).await?;
    Ok(html(&AssessmentPage::of(&desk, &by, &case, Errors::default()).await?))
}

/// `GET /desk/case/…/assessment/specification`: what is asked for now, which the data zone assesses.
async fn specification(
    State(desk): State<Desk>,
    by: SignedIn,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    let case = desk.case(&by, &reference, Sight::Assessment).await?;
    let asked = case.application.specification.as_ref().ok_or(Problem::NotFound)?;
    let bytes = asked.to_bytes().map_err(|error| {
        tracing::error!(%error, "a specification that a case holds has no form in a file");
        Problem::Fault
    })?;
    Ok(saved(&format!("specification-{}.json", case.reference), "application/json", bytes))
}

/// `GET /desk/case/…/assessment/<figure>.csv`: the numbers of a figure.
async fn csv(
    State(desk): State<Desk>,
    by: SignedIn,
    Path((reference, file)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let case = desk.case(&by, &reference, Sight::Assessment).await?;
    let name = file.strip_suffix(".csv").ok_or(Problem::NotFound)?;
    let assessment = kept::of(&desk, &case).await?.ok_or(Problem::NotFound)?;
    let datasets = told::datasets(&assessment, case.application.specification.as_ref(), "");
    let figure = datasets.iter().flat_map(Dataset::figures).find(|figure| figure.name == name);
    let table = figure.ok_or(Problem::NotFound)?.table.csv().map_err(|_| Problem::Fault)?;
    Ok(saved(&format!("{name}-{}.csv", case.reference), "text/csv; charset=utf-8", table))
}

impl Dataset {
    fn figures(&self) -> impl Iterator<Item = &Figure> {
        let scenarios = self.scenarios.iter().map(|scenario| &scenario.figure);
        scenarios.chain(self.path.as_ref().map(|path| &path.figure))
    }
}

impl AssessmentPage {
    async fn of(desk: &Desk, by: &SignedIn, case: &Case, errors: Errors) -> Result<Self, Problem> {
        let head = Head::of(case);
        let assessment = kept::of(desk, case).await?;
        let specification = case.application.specification.as_ref();
        let (short, datasets, engine) = match &assessment {
            Some(assessment) => (
                told::in_short(assessment, specification),
                told::datasets(assessment, specification, &head.at("assessment")),
                assessment.engine.clone(),
            ),
            None => (Vec::new(), Vec::new(), String::new()),
        };
        let all = case.assessments.clone();
        let added = desk.read(move |transaction| {
            let told = all.iter().rev().map(|of| {
                Ok(Added {
                    by: name_of(transaction, of.by)?,
                    at: crate::web::words::moment(of.at),
                    digest: of.digest.to_string(),
                    specification: of.specification.to_string(),
                })
            });
            told.collect::<Result<Vec<_>, Problem>>()
        });
        let stage = case.stage(day_in_england(desk.now()));
        Ok(Self {
            frame: Frame::of(desk, by, Section::None).await,
            added: added.await?,
            outdated: case.assessment_is_outdated().then_some(summary::OUTDATED),
            short,
            datasets,
            engine,
            has_specification: specification.is_some(),
            may_add: may(&by.actor, CommandKind::AddAssessment, case.organisation)
                && at(CommandKind::AddAssessment, stage),
            head,
            errors,
        })
    }
}
