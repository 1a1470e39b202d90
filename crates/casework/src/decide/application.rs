//! Writing an application, handing it in, withdrawing it.

use std::collections::BTreeMap;

use register::Organisation;
use register::vocabulary::EndGround;

use super::{field, rule, text};
use crate::answer::Answer;
use crate::case::{Case, Progress};
use crate::command::{Command, CommandKind};
use crate::event::Event;
use crate::permission;
use crate::person::{Actor, OrganisationId};
use crate::publication::Text;
use crate::refusal::{Refusal, Rule};
use package::specification::Specification;

pub(super) fn open(actor: &Actor, command: Command) -> Result<Vec<Event>, Refusal> {
    let kind = command.kind();
    let Command::OpenApplication { reference, organisation, form, relation } = command else {
        return Err(Refusal::NotAtThisStage { command: kind, stage: crate::stage::Stage::Draft });
    };
    if !permission::may(actor, CommandKind::OpenApplication, organisation) {
        return Err(Refusal::NotPermitted(CommandKind::OpenApplication));
    }
    let reference = text("reference", reference)?;
    field(relation.as_ref().is_none_or(|to| to.other() != reference), "relation", "name another share than this one")?;
    Ok(vec![Event::ApplicationOpened { reference, organisation, form, relation }])
}

/// Only what changes is an event.
pub(super) fn save(case: &Case, mut answers: BTreeMap<String, Option<Answer>>) -> Result<Option<Event>, Refusal> {
    answers.retain(|question, answer| case.application.answers.get(question) != answer.as_ref());
    Ok((!answers.is_empty()).then_some(Event::AnswersSaved { answers }))
}

pub(super) fn reuse(
    case: &Case,
    from: String,
    of: OrganisationId,
    mut answers: BTreeMap<String, Answer>,
) -> Result<Option<Event>, Refusal> {
    rule(of == case.organisation && from != case.reference, Rule::ReuseOwn)?;
    answers.retain(|question, answer| case.application.answers.get(question) != Some(answer));
    Ok((!answers.is_empty()).then_some(Event::AnswersReused { from, answers }))
}

pub(super) fn specify(case: &Case, specification: Box<Specification>) -> Option<Event> {
    let changes = case.application.specification.as_ref() != Some(&specification);
    changes.then_some(Event::SpecificationSet { specification })
}

pub(super) fn submit(signed: String, recipient: Organisation, problems: Vec<String>) -> Result<Event, Refusal> {
    let signed = text("signed", signed)?;
    if !problems.is_empty() {
        return Err(Refusal::Incomplete(problems));
    }
    Ok(Event::ApplicationSubmitted { signed, recipient })
}

/// Before a decision it is withdrawn, which the register shows like a decision; after an approval it is given up.
pub(super) fn withdraw(case: &Case, reasons: Text) -> Result<Vec<Event>, Refusal> {
    field(!reasons.sealed.value().trim().is_empty(), "reasons", "say why")?;
    let handed_in = case.application.submitted.is_some();
    Ok(vec![match &case.progress {
        Progress::Decided { offer } => {
            rule(case.is_approved(), Rule::Approved)?;
            rule(offer.as_ref().is_none_or(|offer| offer.signed.is_empty()), Rule::OfferSigned)?;
            Event::ShareEnded { ground: EndGround::GivenUp, destruction_due: None }
        }
        // The register would show it as withdrawn, and a refusal would be gone from what counts refusals.
        _ if case.is_refused() => return Err(Refusal::Rule(Rule::RefusalStands)),
        _ => Event::ApplicationWithdrawn { reasons: handed_in.then_some(reasons) },
    }])
}
