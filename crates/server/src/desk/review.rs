//! `/desk/case/…/review`: the page of those who judge an application: what was asked for, in words; what was decided in cases
//! like it; and the form for what they find under each of the Five Safes. Reviewers are blind to each other until every one
//! of them is done.

mod conflict;
mod pack;
pub(super) mod similar;
pub(super) mod told;

use std::collections::BTreeMap;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use casework::event::{Advice, Finding, Review, Safe};
use casework::permission::{Sight, sees, sees_of};
use casework::{Case, Command, PersonId, Stage};
use rusqlite::Transaction;
use store::casework::people;

use super::Desk;
use super::giving::Given;
use super::input::{Errors, Fields, Input};
use super::page::{Frame, Section, html, see, with_errors};
use super::problem::Problem;
use super::signed_in::SignedIn;
use similar::Similar;
use told::{Head, Item, Task};

#[derive(askama::Template)]
#[template(path = "desk/review/review.html")]
struct ReviewPage {
    frame: Frame,
    head: Head,
    errors: Errors,
    tasks: Vec<Task>,
    items: Vec<Item>,
    /// What the assessment finds; nothing for those who do not see it.
    findings: Option<Vec<String>>,
    similar: Option<Vec<Similar>>,
    form: Option<Form>,
    /// Whether whoever looks has handed in a review.
    done: bool,
    /// How many reviews are in, of how many that were asked for.
    count: (usize, usize),
    reviews: Vec<Shown>,
    may_decide: bool,
    may_declare: bool,
}

/// The form, with what was typed.
struct Form {
    safes: Vec<Row>,
    advice: String,
}

/// What is asked under one of the Five Safes.
struct Row {
    safe: Safe,
    ask: &'static str,
    name: &'static str,
    met_name: String,
    evidence_name: String,
    met: String,
    text: String,
    evidence: String,
}

/// A review that is shown.
struct Shown {
    name: String,
    advice: &'static str,
    findings: Vec<(Safe, Finding)>,
}

const YES_OR_NO: &[(&str, &str)] = &[("yes", "Yes"), ("no", "No")];

/// The routes of reviews.
pub fn routes() -> Router<Desk> {
    Router::new()
        .route("/desk/case/{reference}/review", get(page).post(submit))
        .route("/desk/case/{reference}/conflict", get(conflict::ask).post(conflict::declare))
        .route("/desk/case/{reference}/pack", get(pack::page))
        .route("/desk/case/{reference}/pack/pdf", get(pack::pdf))
}

/// The case, for whoever judges it: the applicant's side sees no page of reviews at all.
async fn judged(desk: &Desk, by: &SignedIn, reference: &str) -> Result<Case, Problem> {
    let case = desk.case(by, reference, Sight::Application).await?;
    if sees(&by.actor, Sight::Reviews, case.organisation) { Ok(case) } else { Err(Problem::NotFound) }
}

/// `GET /desk/case/…/review`
async fn page(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = judged(&desk, &by, &reference).await?;
    Ok(html(&ReviewPage::of(&desk, &by, case, &Fields::default(), Errors::default()).await?))
}

/// `POST /desk/case/…/review`
async fn submit(State(desk): State<Desk>, Path(reference): Path<String>, input: Input) -> Result<Response, Problem> {
    let Input { by, fields } = input;
    let case = judged(&desk, &by, &reference).await?;
    let errors = match read(&fields) {
        Ok(review) => {
            let command = Command::SubmitReview { review };
            match desk.give(&by, Some(&reference), seen(&fields)?, command).await? {
                Given::Taken(case) => return Ok(see(&Head::of(&case).at("review"))),
                Given::Wanting(errors) => errors,
            }
        }
        Err(errors) => errors,
    };
    Ok(with_errors(&ReviewPage::of(&desk, &by, case, &fields, errors).await?))
}

/// How many events the case had when the form was made; a form without it is none of ours.
pub(super) fn seen(fields: &Fields) -> Result<Option<u64>, Problem> {
    fields.raw("seen").parse().map(Some).map_err(|_| Problem::Form)
}

/// A review as it was typed, or all that is wrong with it.
fn read(fields: &Fields) -> Result<Review, Errors> {
    let mut errors = Errors::default();
    let mut findings = BTreeMap::new();
    for row in rows(fields) {
        let label = row.safe.label().to_lowercase();
        let met = match row.met.as_str() {
            "yes" => true,
            "no" => false,
            _ => {
                errors.add(row.met_name.clone(), format!("Say whether the application meets {label}"));
                false
            }
        };
        if row.text.is_empty() {
            errors.add(row.name, format!("Say what you found under {label}"));
        }
        if row.evidence.is_empty() {
            errors.add(row.evidence_name.clone(), format!("Say what your finding under {label} rests on"));
        }
        findings.insert(row.safe, Finding { met, text: row.text, evidence: row.evidence });
    }
    let advice = Advice::ALL.iter().copied().find(|advice| advice.code() == fields.raw("advice"));
    if advice.is_none() {
        errors.add("advice", "Choose what you advise");
    }
    match advice {
        Some(advice) if errors.is_empty() => Ok(Review { findings, advice }),
        _ => Err(errors),
    }
}

fn rows(fields: &Fields) -> Vec<Row> {
    let row = |safe: &Safe| {
        let (met_name, evidence_name) = (format!("{}-met", safe.code()), format!("{}-evidence", safe.code()));
        Row {
            safe: *safe,
            ask: match safe {
                Safe::People => "Are the people trained, accountable and no more than are needed?",
                Safe::Projects => "Is the purpose lawful, of public benefit, and are the methods sound?",
                Safe::Settings => "Does the place in which the data is used keep it safe?",
                Safe::Data => "Is this the least identifying and least sensitive data that serves?",
                Safe::Outputs => "Can nobody be recognised in what is published?",
            },
            name: safe.code(),
            met: fields.text(&met_name),
            text: fields.text(safe.code()),
            evidence: fields.text(&evidence_name),
            met_name,
            evidence_name,
        }
    };
    Safe::ALL.iter().map(row).collect()
}

/// The reviews with the names of those who wrote them, in the order of the names. Whoever calls has asked [`sees_of`].
pub(super) fn shown(transaction: &Transaction<'_>, case: &Case) -> Result<Vec<(String, Review)>, Problem> {
    let mut all = Vec::new();
    for (person, review) in &case.reviews {
        let Some(review) = review else { continue };
        all.push((name_of(transaction, *person)?, review.clone()));
    }
    all.sort_by(|(a, _), (b, _)| a.cmp(b));
    Ok(all)
}

/// What somebody is called.
pub(super) fn name_of(transaction: &Transaction<'_>, person: PersonId) -> Result<String, Problem> {
    let known = people::person(transaction, person)?;
    Ok(known.map_or_else(|| format!("Person {person}"), |person| person.name))
}

impl ReviewPage {
    async fn of(desk: &Desk, by: &SignedIn, case: Case, fields: &Fields, errors: Errors) -> Result<Self, Problem> {
        let in_review = case.stage(casework::calendar::day_in_england(desk.now())) == Stage::Review;
        let mine = case.reviews.get(&by.person());
        let form = matches!(mine, Some(None) if in_review)
            .then(|| Form { safes: rows(fields), advice: fields.text("advice") });
        let (all, actor) = (case.clone(), by.actor.clone());
        let reviews = desk
            .read(
                move |transaction| {
                    if sees_of(&actor, Sight::Reviews, &all) { shown(transaction, &all) } else { Ok(Vec::new()) }
                },
            )
            .await?;
        let may = |command| in_review && casework::permission::may(&by.actor, command, case.organisation);
        Ok(Self {
            frame: Frame::of(desk, by, Section::None).await,
            head: Head::of(&case),
            errors,
            tasks: told::tasks(&case),
            items: told::items(&case),
            findings: super::assessment::summary::findings(desk, by, &case).await?,
            similar: similar::similar(desk, &case).await,
            form,
            done: matches!(mine, Some(Some(_))),
            count: (case.reviews.values().flatten().count(), case.reviews.len()),
            reviews: reviews.into_iter().map(Shown::of).collect(),
            may_decide: may(casework::CommandKind::ProposeDecision),
            may_declare: may(casework::CommandKind::DeclareConflict),
        })
    }

    fn advices(&self) -> Vec<(&'static str, &'static str)> {
        Advice::ALL.iter().map(|advice| (advice.code(), advice.label())).collect()
    }
}

impl Shown {
    fn of((name, review): (String, Review)) -> Self {
        Self { name, advice: review.advice.label(), findings: review.findings.into_iter().collect() }
    }
}
