//! `…/reviewers`: whom to ask for a review.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::permission::Sight;
use casework::{Case, Command, PersonId, Role};
use store::casework::people;

use super::turns::seen;
use super::words_of;
use crate::desk::Desk;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;

#[derive(askama::Template)]
#[template(path = "desk/case/reviewers.html")]
struct Reviewers {
    frame: Frame,
    reference: String,
    title: String,
    seen: u64,
    asked: Vec<(PersonId, String, bool)>,
    others: Vec<(String, String)>,
    errors: Errors,
}

/// `GET …/reviewers`
pub async fn ask(
    State(desk): State<Desk>,
    signed_in: SignedIn,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    signed_in.must_be(&[Role::CaseOfficer])?;
    let case = desk.case(&signed_in, &reference, Sight::Application).await?;
    Ok(html(&page(&desk, &signed_in, &case, Errors::default()).await?))
}

/// `POST …/reviewers`
pub async fn assign(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    let case = desk.case(&input.by, &reference, Sight::Application).await?;
    let Some(reviewer) = input.fields.raw("reviewer").parse().ok().map(PersonId) else {
        let errors = Errors::one("reviewer", "Choose a reviewer");
        return Ok(with_errors(&page(&desk, &input.by, &case, errors).await?));
    };
    let reviewer = desk.read(move |transaction| Ok(people::actor(transaction, reviewer)?)).await?;
    give(&desk, &input, &case, Command::AssignReviewer { reviewer }).await
}

/// `POST …/reviewers/remove`
pub async fn remove(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    let case = desk.case(&input.by, &reference, Sight::Application).await?;
    let reviewer = input.fields.raw("reviewer").parse().map(PersonId).map_err(|_| Problem::Form)?;
    give(&desk, &input, &case, Command::RemoveReviewer { reviewer }).await
}

async fn give(desk: &Desk, input: &Input, case: &Case, command: Command) -> Result<Response, Problem> {
    match desk.give(&input.by, Some(&case.reference), Some(seen(&input.fields)?), command).await? {
        Given::Taken(_) => Ok(see(&format!("{}/reviewers", super::address(&case.reference)))),
        Given::Wanting(errors) => Ok(with_errors(&page(desk, &input.by, case, errors).await?)),
    }
}

async fn page(desk: &Desk, by: &SignedIn, case: &Case, errors: Errors) -> Result<Reviewers, Problem> {
    let reviewers = case.reviews.clone();
    let (conflicted, officers) = (case.conflicted.clone(), case.officers.clone());
    let read = desk.read(move |transaction| {
        let mut asked = Vec::new();
        for (who, review) in &reviewers {
            let name = people::person(transaction, *who)?.map_or_else(String::new, |person| person.name);
            asked.push((*who, name, review.is_some()));
        }
        let all = people::holders(transaction, Role::Reviewer, None)?;
        let free = all.into_iter().filter(|person| {
            let taken = reviewers.contains_key(&person.id) || conflicted.contains_key(&person.id);
            !taken && !officers.contains(&person.id)
        });
        Ok((asked, free.map(|person| (person.id.to_string(), person.name)).collect::<Vec<_>>()))
    });
    let (asked, others) = read.await?;
    let frame = Frame::of(desk, by, Section::Cases).await;
    let (reference, title, seen) = (case.reference.clone(), words_of::title(case), case.seq);
    Ok(Reviewers { frame, reference, title, seen, asked, others, errors })
}

impl Reviewers {
    /// Nobody is chosen to begin with.
    fn chosen(&self) -> String {
        String::new()
    }
}
