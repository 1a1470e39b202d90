//! What an event owes the public: the statements that go to the log with it. A pure function, so that the preview before a
//! decision and the statement after it come from the same words.

use register::statement::{self, Access, ShareAgreed, ShareAmended, ShareApplied, ShareDecided, ShareExtended};
use register::statement::{ShareEnded, ShareSuspended, Statement};
use register::vocabulary::{Outcome, Reason};
use register::{Body, Draft, Moment, PartialDate};

use crate::calendar::date_in_england;
use crate::case::{Case, Progress};
use crate::event::{Event, Measured, Recorded, Relation};
use crate::publication::{Decision, Text};

/// The statements that are owed for an event; `case` is the case after it. Statements about another share, which this one
/// amends or extends, are among them.
pub fn owed(case: &Case, recorded: &Recorded) -> Vec<Draft> {
    let at = date_in_england(recorded.at);
    let frame = Frame { case, recorded, at };
    match &recorded.event {
        Event::ApplicationAccepted { access, texts } => vec![frame.applied(access, texts)],
        Event::DecisionConfirmed { decision } => vec![frame.decided(decision)],
        Event::ApplicationWithdrawn { reasons: Some(reasons) } => {
            let withdrawn = Decision {
                outcome: Outcome::Withdrawn,
                reasons: vec![Reason::ApplicantWithdrew],
                datasets: Vec::new(),
                conditions: Vec::new(),
                decided_by: "The applicant".to_owned(),
                texts: vec![reasons.clone()],
                route: None,
                evidence: Vec::new(),
            };
            // One that was withdrawn before it was accepted has no statement of its own yet, and existence is public.
            let applied = case.accepted.is_none().then(|| frame.applied_in_short()).flatten();
            applied.into_iter().chain([frame.decided(&withdrawn)]).collect()
        }
        Event::AgreementSigned { .. } => frame.agreed(),
        Event::ShareSuspended { ground } => {
            vec![frame.draft(frame.id("suspended"), ShareSuspended { ground: *ground, lifted: false }.into())]
        }
        Event::SuspensionLifted {} => frame.lifted().into_iter().collect(),
        Event::ShareEnded { ground, destruction_due } => {
            let ended = ShareEnded { destruction_due: *destruction_due, ground: *ground };
            vec![frame.draft(frame.id("ended"), ended.into())]
        }
        Event::ReleaseConfirmed { release, measured } => vec![frame.released(release, measured)],
        _ => Vec::new(),
    }
}

/// The statement that a decision would be, before anybody confirms it.
pub fn preview(case: &Case, decision: &Decision, now: Moment) -> Draft {
    let event = Event::DecisionConfirmed { decision: decision.clone() };
    let recorded = Recorded { seq: case.seq + 1, at: now, by: None, event };
    Frame { case, recorded: &recorded, at: date_in_england(now) }.decided(decision)
}

/// The statement that a release would be, before anybody confirms it.
pub fn preview_of_release(case: &Case, release: &str, measured: &Measured, now: Moment) -> Draft {
    let event = Event::ReleaseConfirmed { release: release.to_owned(), measured: Box::new(measured.clone()) };
    let recorded = Recorded { seq: case.seq + 1, at: now, by: None, event };
    Frame { case, recorded: &recorded, at: date_in_england(now) }.released(release, measured)
}

struct Frame<'a> {
    case: &'a Case,
    recorded: &'a Recorded,
    at: PartialDate,
}

impl Frame<'_> {
    /// The place of the event makes the id: what is published again after a crash is known by it.
    fn id(&self, what: &str) -> String {
        format!("{what}-{}-{}", self.case.reference, self.recorded.seq)
    }

    fn draft(&self, id: String, body: Body) -> Draft {
        Draft::new(Statement::new(id, self.at, self.recorded.at, body).about(self.case.reference.as_str()))
    }

    fn applied(&self, access: &Access, texts: &[Text]) -> Draft {
        let mut draft =
            self.draft(format!("applied-{}", self.case.reference), ShareApplied { access: access.clone() }.into());
        if let Some(first) = self.case.first_submitted() {
            draft.statement.at = date_in_england(first);
        }
        texts.iter().fold(draft, |draft, text| text.into_draft(draft))
    }

    /// Who asked, and no more: nobody has read the texts yet.
    fn applied_in_short(&self) -> Option<Draft> {
        let recipient = self.case.application.submitted.as_ref()?.recipient.clone();
        let access = Access {
            bases: Vec::new(),
            channel: register::vocabulary::Channel::Panel,
            datasets: Vec::new(),
            facts: std::collections::BTreeMap::new(),
            recipient,
            route: None,
        };
        Some(self.applied(&access, &[]))
    }

    fn decided(&self, decision: &Decision) -> Draft {
        let conditions = decision.conditions.iter().map(|condition| statement::Condition {
            code: condition.code.clone(),
            due: condition.due,
            owner: Some(condition.owner),
        });
        let datasets = decision.datasets.iter().map(|one| statement::DatasetDecision {
            dataset: one.dataset.clone(),
            outcome: one.outcome,
            reasons: one.reasons.clone(),
        });
        let body = ShareDecided {
            conditions: conditions.collect(),
            datasets: datasets.collect(),
            decided_by: decision.decided_by.clone(),
            outcome: decision.outcome,
            reasons: decision.reasons.clone(),
        };
        let mut draft = self.draft(self.id("decided"), body.into());
        draft.statement.evidence.clone_from(&decision.evidence);
        decision.texts.iter().fold(draft, |draft, text| text.into_draft(draft))
    }

    /// The second signature makes the agreement, and what it amends or extends says so too.
    fn agreed(&self) -> Vec<Draft> {
        let Progress::Agreed(agreement) = &self.case.progress else { return Vec::new() };
        let terms = &agreement.terms;
        let body = ShareAgreed {
            agreement: Some(terms.digest),
            end: terms.end,
            processors: terms.processors.clone(),
            start: terms.start,
            territory: Some(terms.territory.clone()),
        };
        let mut drafts = vec![self.draft(super::evolve::agreed_id(&self.case.reference), body.into())];
        let by = self.case.reference.clone();
        let follows = match &self.case.relation {
            Some(Relation::Amends(other)) => Some((other, "amended", ShareAmended { by }.into())),
            Some(Relation::Extends(other)) => Some((other, "extended", ShareExtended { by, end: terms.end }.into())),
            None => None,
        };
        if let Some((other, what, body)) = follows {
            let mut draft = self.draft(self.id(what), body);
            draft.statement.share = Some(other.clone());
            drafts.push(draft);
        }
        drafts
    }

    fn released(&self, release: &str, measured: &Measured) -> Draft {
        let id = super::evolve::released_id(&self.case.reference, self.recorded.seq);
        self.draft(id, measured.registered(release, self.at))
    }

    fn lifted(&self) -> Option<Draft> {
        let ground = self.case.last_suspension?;
        Some(self.draft(self.id("lifted"), ShareSuspended { ground, lifted: true }.into()))
    }
}
