//! Everything that happened in a case, as sentences.

use std::collections::BTreeSet;

use casework::{Event, PersonId, Recorded};
use register::Moment;
use rusqlite::Transaction;
use store::casework::people;

use crate::desk::problem::Problem;

/// One event, told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// When.
    pub at: Moment,
    /// Who.
    pub who: String,
    /// What.
    pub what: String,
}

/// What gives people their names.
pub fn namer<'a>(transaction: &'a Transaction<'a>) -> impl Fn(Option<PersonId>) -> Result<String, Problem> + 'a {
    move |person| match person {
        None => Ok("The system".to_owned()),
        Some(person) => {
            let known = people::person(transaction, person)?;
            Ok(known.map_or_else(|| format!("Person {person}"), |known| known.name))
        }
    }
}

/// Tells the events, newest first. What one person answered in a row is told once.
///
/// # Errors
/// Where a name cannot be read.
pub fn tell(
    events: &[Recorded],
    name: &impl Fn(Option<PersonId>) -> Result<String, Problem>,
) -> Result<Vec<Told>, Problem> {
    let rows = events
        .chunk_by(|one, next| answered(&one.event).is_some() && answered(&next.event).is_some() && one.by == next.by);
    let mut told = Vec::new();
    for row in rows.rev() {
        let Some(last) = row.last() else { continue };
        let questions: BTreeSet<&String> =
            row.iter().filter_map(|recorded| answered(&recorded.event)).flatten().collect();
        let what = if questions.is_empty() {
            sentence(&last.event, name)?
        } else {
            format!("Answered {}.", crate::web::words::count(questions.len() as u64, "question", "questions"))
        };
        told.push(Told { at: last.at, who: name(last.by)?, what });
    }
    Ok(told)
}

/// The questions that were answered.
fn answered(event: &Event) -> Option<impl Iterator<Item = &String>> {
    match event {
        Event::AnswersSaved { answers } => Some(answers.keys()),
        _ => None,
    }
}

fn sentence(event: &Event, name: &impl Fn(Option<PersonId>) -> Result<String, Problem>) -> Result<String, Problem> {
    let questions = |count: usize| crate::web::words::count(count as u64, "question", "questions");
    Ok(match event {
        Event::ApplicationOpened { relation: None, .. } => "Began the application.".to_owned(),
        Event::ApplicationOpened { relation: Some(relation), .. } => {
            format!("Began an application that follows {}.", relation.other())
        }
        // Told by `tell`, with those around it.
        Event::AnswersSaved { answers } => format!("Answered {}.", questions(answers.len())),
        Event::AnswersReused { from, answers } => {
            format!("Took over the answers to {} from {from}.", questions(answers.len()))
        }
        Event::SpecificationSet { specification } => {
            let items = specification.items().count() as u64;
            format!("Changed the basket: it holds {}.", crate::web::words::count(items, "item", "items"))
        }
        Event::ApplicationSubmitted { signed, .. } => format!("Signed as {signed} and submitted."),
        Event::CaseTaken {} => "Took the case.".to_owned(),
        Event::ThirdPartyAwaited { what } => format!("Noted that it waits for a third party: {what}"),
        Event::ThirdPartyAnswered {} => "Noted that the third party has answered.".to_owned(),
        Event::ChangesRequested { requests, by } => {
            let changes = crate::web::words::count(requests.len() as u64, "change", "changes");
            format!("Returned it for {changes} by {}.", crate::web::words::date(by))
        }
        Event::ApplicationAccepted { .. } => "Accepted it for review.".to_owned(),
        Event::AssessmentAdded { .. } => "Added an assessment of how easily people could be found.".to_owned(),
        Event::ReviewerAssigned { reviewer } => format!("Asked {} to review it.", name(Some(*reviewer))?),
        Event::ReviewerRemoved { reviewer } => format!("Asked {} no longer.", name(Some(*reviewer))?),
        Event::ConflictDeclared { .. } => "Declared a conflict of interest and stood aside.".to_owned(),
        Event::ReviewSubmitted { .. } => "Submitted a review.".to_owned(),
        Event::DecisionProposed { decision } => format!("Proposed a decision: {}.", decision.outcome.label()),
        Event::ProposalWithdrawn {} => "Took the proposal back.".to_owned(),
        Event::DecisionConfirmed { decision } => format!("Confirmed the decision: {}.", decision.outcome.label()),
        Event::ApplicationWithdrawn { .. } => "Withdrew the application.".to_owned(),
        Event::AppealMade { .. } => "Appealed against the refusal.".to_owned(),
        Event::AgreementOffered { .. } => "Offered the agreement.".to_owned(),
        Event::AgreementSigned { side: casework::event::Side::Recipient, signed, .. } => {
            format!("Signed the agreement for the recipient as {signed}.")
        }
        Event::AgreementSigned { signed, .. } => format!("Signed the agreement for the custodian as {signed}."),
        Event::StatementPublished { index, .. } => format!("Published statement {index} of the public register."),
        Event::ShareSuspended { ground } => format!("Suspended access: {}.", ground.label()),
        Event::SuspensionLifted {} => "Lifted the suspension.".to_owned(),
        Event::ShareEnded { ground, .. } => format!("Ended access: {}.", ground.label()),
        Event::RecipientKeyGiven { .. } => "Gave the public key to which receipts are made out.".to_owned(),
        Event::ReleaseInstructed { release, valid_until, .. } => {
            format!("Signed the instruction for release {release}, until {}.", crate::web::words::date(valid_until))
        }
        Event::InstructionWithdrawn { release } => format!("Took the instruction for release {release} back."),
        Event::ManifestHandedIn { release, .. } => format!("Handed in the manifest of release {release}."),
        Event::ManifestReturned { release, why } => format!("Sent the manifest of release {release} back: {why}"),
        Event::ReleaseConfirmed { release, .. } => format!("Released {release}."),
        Event::ReceiptGiven { release } => format!("Took the receipt of release {release}."),
        Event::ShareFollowed { by, .. } => format!("Noted that {by} follows this share."),
    })
}
