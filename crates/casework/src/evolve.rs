//! Folds events into a case. It decides nothing: an event that stands in a history happened.

use std::collections::{BTreeMap, BTreeSet};

use register::Moment;

use crate::case::{Agreement, Application, Case, Offer, Progress, Proposal, Submission, Version};
use crate::event::{Event, Recorded, Side};
use crate::stage::Party;

/// Why a history cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("event {seq} of the case cannot follow those before it: {problem}")]
pub struct CorruptHistory {
    /// The event's place.
    pub seq: u64,
    /// What does not fit.
    pub problem: &'static str,
}

/// The case that these events make; nothing where there are none.
///
/// # Errors
/// The first event that cannot follow those before it.
pub fn fold<'a>(events: impl IntoIterator<Item = &'a Recorded>) -> Result<Option<Case>, CorruptHistory> {
    events.into_iter().try_fold(None, |case, event| evolve(case, event).map(Some))
}

/// The case after one more event.
///
/// # Errors
/// If the event cannot follow.
pub fn evolve(case: Option<Case>, recorded: &Recorded) -> Result<Case, CorruptHistory> {
    let corrupt = |problem| CorruptHistory { seq: recorded.seq, problem };
    let Some(mut case) = case else {
        return open(recorded).ok_or_else(|| corrupt("a history begins with an application"));
    };
    if recorded.seq != case.seq + 1 {
        return Err(corrupt("its place is not the next"));
    }
    case.seq = recorded.seq;
    let before = std::mem::discriminant(&case.progress);
    let person = || recorded.by.ok_or_else(|| corrupt("it names nobody who brought it about"));
    match &recorded.event {
        Event::ApplicationOpened { .. } => return Err(corrupt("an application is begun once")),
        Event::AnswersSaved { answers } => {
            let given = answers.iter().map(|(question, answer)| (question, answer.clone()));
            case.application.answer(recorded, given, None);
        }
        Event::AnswersReused { from, answers } => {
            let given = answers.iter().map(|(question, answer)| (question, Some(answer.clone())));
            case.application.answer(recorded, given, Some(from));
        }
        Event::SpecificationSet { specification } => case.application.specification = Some((**specification).clone()),
        Event::ApplicationSubmitted { signed, recipient } => {
            let first = case.first_submitted().unwrap_or(recorded.at);
            let (signed, recipient) = (signed.clone(), recipient.clone());
            case.application.submitted = Some(Submission { at: first, by: person()?, signed, recipient });
            case.progress = if case.officer.is_some() { Progress::Screening } else { Progress::Submitted };
        }
        Event::CaseTaken {} => {
            case.officer = Some(person()?);
            case.officers.insert(person()?);
            if case.progress == Progress::Submitted {
                case.progress = Progress::Screening;
            }
        }
        Event::ThirdPartyAwaited { what } => case.awaited = Some(what.clone()),
        Event::ThirdPartyAnswered {} => case.awaited = None,
        Event::ChangesRequested { requests, by } => {
            case.progress = Progress::Returned { requests: requests.clone(), by: *by };
        }
        Event::ApplicationAccepted { access, .. } => {
            case.accepted = Some(access.clone());
            case.progress = Progress::Review { proposal: None };
        }
        Event::ReviewerAssigned { reviewer } => {
            case.reviews.insert(*reviewer, None);
        }
        Event::ReviewerRemoved { reviewer } => {
            case.reviews.remove(reviewer);
        }
        Event::ConflictDeclared { nature } => {
            let who = person()?;
            case.reviews.remove(&who);
            case.conflicted.insert(who, nature.clone());
        }
        Event::ReviewSubmitted { review } => {
            let asked = case.reviews.get_mut(&person()?).ok_or_else(|| corrupt("its reviewer was not asked"))?;
            *asked = Some(review.clone());
        }
        Event::DecisionProposed { decision } => {
            let proposal = Proposal { seq: recorded.seq, by: person()?, decision: decision.clone() };
            case.progress = Progress::Review { proposal: Some(proposal) };
        }
        Event::ProposalWithdrawn {} => case.progress = Progress::Review { proposal: None },
        Event::DecisionConfirmed { decision } => {
            case.decisions.push((recorded.at, decision.clone()));
            case.progress = Progress::Decided { offer: None };
        }
        Event::ApplicationWithdrawn { .. } => case.progress = Progress::Withdrawn,
        Event::AppealMade { grounds } => {
            case.appeals.push((recorded.at, grounds.clone()));
            // Others look at it again: whoever has reviewed it already does not review the appeal.
            let before = std::mem::take(&mut case.reviews);
            case.conflicted.extend(before.into_keys().map(|who| (who, "reviewed it before the appeal".to_owned())));
            case.progress = Progress::Review { proposal: None };
        }
        Event::AgreementOffered { terms } => {
            case.progress = Progress::Decided { offer: Some(Offer { terms: terms.clone(), signed: BTreeMap::new() }) };
        }
        Event::AgreementSigned { side, signed, .. } => {
            let Progress::Decided { offer: Some(mut offer) } = case.progress else {
                return Err(corrupt("no agreement lies ready to be signed"));
            };
            offer.signed.insert(*side, (person()?, signed.clone(), recorded.at));
            case.progress = offer.into_progress();
        }
        Event::StatementPublished { id, index } => {
            case.published.push((id.clone(), *index));
            if let Progress::Agreed(agreement) = &mut case.progress
                && *id == agreed_id(&case.reference)
            {
                agreement.registered = Some(*index);
            }
        }
        Event::ShareSuspended { ground } => {
            case.last_suspension = Some(*ground);
            case.agreement().ok_or_else(|| corrupt("there is no agreement"))?.suspended = Some(*ground);
        }
        Event::SuspensionLifted {} => {
            case.agreement().ok_or_else(|| corrupt("there is no agreement"))?.suspended = None;
        }
        Event::ShareEnded { ground, destruction_due } => match case.agreement() {
            Some(agreement) => agreement.ended = Some((*ground, *destruction_due)),
            None => case.progress = Progress::Closed,
        },
        Event::ShareFollowed { by, end } => {
            case.followed_by.push(by.clone());
            if let (Some(end), Some(agreement)) = (end, case.agreement()) {
                agreement.end = *end;
            }
        }
    }
    if std::mem::discriminant(&case.progress) != before {
        case.entered = recorded.at;
    }
    case.turn_to(recorded.at);
    Ok(case)
}

/// The id of the statement that an agreement owes the public.
pub fn agreed_id(reference: &str) -> String {
    format!("agreed-{reference}")
}

fn open(recorded: &Recorded) -> Option<Case> {
    let Event::ApplicationOpened { reference, organisation, form, relation } = &recorded.event else { return None };
    (recorded.seq == 1).then_some(())?;
    Some(Case {
        reference: reference.clone(),
        organisation: *organisation,
        applicant: recorded.by?,
        relation: relation.clone(),
        seq: 1,
        opened: recorded.at,
        application: Application { form: form.clone(), ..Application::default() },
        officer: None,
        officers: BTreeSet::new(),
        conflicted: BTreeMap::new(),
        reviews: BTreeMap::new(),
        progress: Progress::Draft,
        decisions: Vec::new(),
        appeals: Vec::new(),
        last_suspension: None,
        entered: recorded.at,
        turns: vec![(recorded.at, Some(Party::Applicant))],
        awaited: None,
        accepted: None,
        published: Vec::new(),
        followed_by: Vec::new(),
    })
}

impl Case {
    fn agreement(&mut self) -> Option<&mut Agreement> {
        match &mut self.progress {
            Progress::Agreed(agreement) => Some(agreement),
            _ => None,
        }
    }

    /// Notes whose turn it is from now on.
    fn turn_to(&mut self, now: Moment) {
        let party = match &self.progress {
            _ if self.awaited.is_some() => Some(Party::ThirdParty),
            // A refusal waits for nobody; an agreement that lies ready waits for whoever has not signed.
            Progress::Decided { .. } if !self.is_approved() => None,
            Progress::Decided { offer: Some(offer) } if !offer.signed.contains_key(&Side::Recipient) => {
                Some(Party::Applicant)
            }
            Progress::Draft | Progress::Returned { .. } => Some(Party::Applicant),
            Progress::Submitted | Progress::Screening | Progress::Review { .. } | Progress::Decided { .. } => {
                Some(Party::Department)
            }
            Progress::Agreed(_) | Progress::Withdrawn | Progress::Closed => None,
        };
        if self.turn() != party {
            self.turns.push((now, party));
        }
    }
}

impl Offer {
    /// Both signatures make an agreement.
    fn into_progress(self) -> Progress {
        if self.signed.len() < 2 {
            return Progress::Decided { offer: Some(self) };
        }
        let end = self.terms.end;
        Progress::Agreed(Agreement {
            terms: self.terms,
            signed: self.signed,
            registered: None,
            suspended: None,
            end,
            ended: None,
        })
    }
}

impl Application {
    fn answer<'a>(
        &mut self,
        recorded: &Recorded,
        given: impl Iterator<Item = (&'a String, Option<crate::answer::Answer>)>,
        from: Option<&String>,
    ) {
        for (question, answer) in given {
            let version =
                Version { at: recorded.at, by: recorded.by, answer: answer.clone(), reused_from: from.cloned() };
            self.versions.entry(question.clone()).or_default().push(version);
            match answer {
                Some(answer) => self.answers.insert(question.clone(), answer),
                None => self.answers.remove(question),
            };
        }
    }
}
