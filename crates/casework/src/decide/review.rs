//! Screening and reviews.

use jiff::civil::Date;
use register::PartialDate;
use register::statement::Access;
use register::vocabulary::Ground;

use super::{field, rule, text};
use crate::case::Case;
use crate::event::{ChangeRequest, Event, Review, Safe};
use crate::person::{Actor, PersonId, Role};
use crate::publication::Text;
use crate::refusal::{Refusal, Rule};

/// Changes that can be asked for at once.
const REQUESTS: usize = 100;

pub(super) fn request_changes(requests: Vec<ChangeRequest>, by: PartialDate, today: Date) -> Result<Event, Refusal> {
    field((1..=REQUESTS).contains(&requests.len()), "requests", "ask for one change at least, and for 100 at most")?;
    field(by.last_day() > today, "by", "give a day after today")?;
    let clean = |request: ChangeRequest| Ok(ChangeRequest { what: text("what", request.what)?, ..request });
    Ok(Event::ChangesRequested { requests: requests.into_iter().map(clean).collect::<Result<_, Refusal>>()?, by })
}

pub(super) fn accept(access: Access, texts: Vec<Text>) -> Result<Event, Refusal> {
    field(!access.datasets.is_empty(), "datasets", "an application asks for one dataset at least")?;
    field(texts.iter().any(|text| text.sealed.name() == "title"), "title", "an application has a title")?;
    check_texts(&texts)?;
    Ok(Event::ApplicationAccepted { access, texts })
}

/// Each text once, and nothing withheld until a set date without that date.
pub(super) fn check_texts(texts: &[Text]) -> Result<(), Refusal> {
    for (place, one) in texts.iter().enumerate() {
        let again = texts[..place].iter().any(|other| other.sealed.name() == one.sealed.name());
        field(!again, "texts", "each text stands once")?;
        let dated = one.withheld.is_none_or(|why| why.ground != Ground::NotYetPublished || why.opens.is_some());
        field(dated, "opens", "say on which day it opens")?;
    }
    Ok(())
}

pub(super) fn assign(case: &Case, reviewer: &Actor) -> Result<Event, Refusal> {
    let who = reviewer.person;
    rule(reviewer.staff.contains(&Role::Reviewer), Rule::ReviewerRole)?;
    let own = reviewer.member.contains_key(&case.organisation) || case.applicant == who;
    rule(!own && !case.officers.contains(&who), Rule::NoSelfReview)?;
    rule(!case.conflicted.contains_key(&who), Rule::NoConflict)?;
    rule(!case.reviews.contains_key(&who), Rule::ReviewerOnce)?;
    Ok(Event::ReviewerAssigned { reviewer: who })
}

pub(super) fn remove(case: &Case, reviewer: PersonId) -> Result<Event, Refusal> {
    rule(case.reviews.contains_key(&reviewer), Rule::ReviewerAsked)?;
    rule(case.reviews.get(&reviewer).is_some_and(Option::is_none), Rule::ReviewOnce)?;
    Ok(Event::ReviewerRemoved { reviewer })
}

pub(super) fn submit(case: &Case, actor: &Actor, mut review: Review) -> Result<Event, Refusal> {
    let asked = case.reviews.get(&actor.person);
    rule(asked.is_some(), Rule::ReviewerAsked)?;
    rule(asked.is_some_and(Option::is_none), Rule::ReviewOnce)?;
    for safe in Safe::ALL {
        let finding = review.findings.get_mut(safe);
        let Some(finding) = finding else {
            return Err(Refusal::Field { field: safe.code(), problem: "say what you found".to_owned() });
        };
        finding.text = text(safe.code(), std::mem::take(&mut finding.text))?;
        finding.evidence = text(safe.code(), std::mem::take(&mut finding.evidence))?;
    }
    Ok(Event::ReviewSubmitted { review })
}
