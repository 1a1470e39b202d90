//! What a queue shows of a case: a row, instead of its whole history.

use jiff::civil::Date;
use register::Moment;
use register::vocabulary::Outcome;

use crate::answer::Answer;
use crate::calendar::{Calendar, day_in_england};
use crate::case::{Case, Progress};
use crate::clock::STANDARDS;
use crate::person::{OrganisationId, PersonId};
use crate::stage::{Party, Stage};

/// A case in a queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The share's reference.
    pub reference: String,
    /// Whose application.
    pub organisation: OrganisationId,
    /// Its title, as the form's answer of that name gives it.
    pub title: Option<String>,
    /// The stage after its last event; the later stages move on with dates, see [`Case::stage`].
    pub stage: Stage,
    /// Whose turn it is.
    pub turn: Option<Party>,
    /// Since when.
    pub since: Moment,
    /// The last day that is in time, for whoever has the turn.
    pub due: Option<Date>,
    /// The case officer.
    pub officer: Option<PersonId>,
    /// When it was handed in for the first time.
    pub submitted: Option<Moment>,
    /// The newest decision.
    pub outcome: Option<Outcome>,
    /// How many events it has.
    pub seq: u64,
}

impl Standing {
    /// Of a case after its last event, which was at this moment.
    pub fn of(case: &Case, last: Moment, calendar: &Calendar) -> Self {
        let title = match case.application.answers.get("title") {
            Some(Answer::Text(title)) => Some(title.clone()),
            _ => None,
        };
        Self {
            reference: case.reference.clone(),
            organisation: case.organisation,
            title,
            stage: case.stage(day_in_england(last)),
            turn: case.turn(),
            since: case.turns.last().map_or(case.opened, |(since, _)| *since),
            due: due(case, calendar),
            officer: case.officer,
            submitted: case.first_submitted(),
            outcome: case.decision().map(|decision| decision.outcome),
            seq: case.seq,
        }
    }
}

/// The last day that is in time for whoever has the turn; none while it waits for a third party, or for nobody.
pub fn due(case: &Case, calendar: &Calendar) -> Option<Date> {
    match (case.turn()?, &case.progress) {
        (Party::ThirdParty, _) => None,
        (_, Progress::Returned { by, .. }) => Some(by.last_day()),
        (Party::Applicant, _) => None,
        (Party::Department, _) => Some(calendar.after(counted_from(case), allowed(case)?)),
    }
}

/// The working days that the department has for the stage.
pub(crate) fn allowed(case: &Case) -> Option<u32> {
    let stage = case.stage(day_in_england(case.entered));
    Some(STANDARDS.iter().find(|standard| standard.stage == stage)?.days)
}

/// The day from which they are counted: that of the stage, or of the turn where that came back later.
pub(crate) fn counted_from(case: &Case) -> Date {
    let turned = case.turns.last().map_or(case.opened, |(since, _)| *since);
    day_in_england(case.entered.max(turned))
}
