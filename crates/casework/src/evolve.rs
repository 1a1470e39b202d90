//! Folds events into a case. It decides nothing: an event that stands in a history happened.

use std::collections::{BTreeMap, BTreeSet};

use register::Moment;

use crate::assessment::Assessed;
use crate::case::{Agreement, Application, Case, Offer, Progress, Proposal, Submission, Version};
use crate::event::{Event, Recorded, Side};
use crate::release::{HandedIn, Release, ReleaseProgress};
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
            for release in &mut case.releases {
                if let ReleaseProgress::Released { statement, logged, .. } = &mut release.progress
                    && statement == id
                {
                    *logged = Some(*index);
                }
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
        Event::AssessmentAdded { assessment, specification } => {
            let (digest, specification) = (*assessment, *specification);
            case.assessments.push(Assessed { digest, specification, by: person()?, at: recorded.at });
        }
        Event::RecipientKeyGiven { key } => case.recipient_key = Some(key.clone()),
        Event::ReleaseInstructed { release, sequence, instruction, recipient, valid_until } => {
            case.agreement().ok_or_else(|| corrupt("there is no agreement"))?;
            case.releases.push(Release {
                reference: release.clone(),
                sequence: *sequence,
                instruction: *instruction,
                recipient: recipient.clone(),
                valid_until: *valid_until,
                instructed: (person()?, recorded.at),
                progress: ReleaseProgress::Instructed,
            });
        }
        Event::InstructionWithdrawn { release } => {
            let progress = case.of_release(release).ok_or_else(|| corrupt("there is no such release"))?;
            *progress = ReleaseProgress::TakenBack;
        }
        Event::ManifestHandedIn { release, measured } => {
            let by = (person()?, recorded.at);
            let progress = case.of_release(release).ok_or_else(|| corrupt("there is no such release"))?;
            let measured = (**measured).clone();
            *progress = ReleaseProgress::Measured(HandedIn { seq: recorded.seq, by, measured });
        }
        Event::ManifestReturned { release, .. } => {
            let progress = case.of_release(release).ok_or_else(|| corrupt("there is no such release"))?;
            *progress = ReleaseProgress::Instructed;
        }
        Event::ReleaseConfirmed { release, measured } => {
            let (by, statement) = ((person()?, recorded.at), released_id(&case.reference, recorded.seq));
            let progress = case.of_release(release).ok_or_else(|| corrupt("there is no such release"))?;
            let ReleaseProgress::Measured(of) = progress else { return Err(corrupt("no manifest was handed in")) };
            if of.measured != **measured {
                return Err(corrupt("another manifest was handed in"));
            }
            let of = of.clone();
            *progress = ReleaseProgress::Released { of, by, statement, logged: None, receipts: Vec::new() };
        }
        Event::ReceiptGiven { release } => {
            let to = (person()?, recorded.at);
            let Some(ReleaseProgress::Released { receipts, .. }) = case.of_release(release) else {
                return Err(corrupt("nothing was released"));
            };
            receipts.push(to);
        }
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

/// The id of the statement that a release owes the public, by the place of the event.
pub(crate) fn released_id(reference: &str, seq: u64) -> String {
    format!("released-{reference}-{seq}")
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
        assessments: Vec::new(),
        recipient_key: None,
        releases: Vec::new(),
    })
}

impl Case {
    fn agreement(&mut self) -> Option<&mut Agreement> {
        match &mut self.progress {
            Progress::Agreed(agreement) => Some(agreement),
            _ => None,
        }
    }

    fn of_release(&mut self, reference: &str) -> Option<&mut ReleaseProgress> {
        self.releases.iter_mut().find(|release| release.reference == reference).map(|release| &mut release.progress)
    }

    /// Whose turn it is while an agreement is in force: from the key that the recipient gives to the receipt that it takes.
    fn turn_of_release(&self, agreement: &Agreement) -> Option<Party> {
        if agreement.ended.is_some() || agreement.suspended.is_some() {
            return None;
        }
        let last = self.releases.iter().rev().find(|release| release.progress != ReleaseProgress::TakenBack);
        match last.map(|release| &release.progress) {
            // Without a key nothing can be asked for, and many shares never need one.
            None => self.recipient_key.as_ref().map(|_| Party::Department),
            Some(ReleaseProgress::Released { logged: Some(_), receipts, .. }) if receipts.is_empty() => {
                Some(Party::Applicant)
            }
            // What is released stands in the log within minutes, and needs nobody for it.
            Some(ReleaseProgress::Released { .. }) => None,
            Some(_) => Some(Party::Department),
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
            Progress::Agreed(agreement) => self.turn_of_release(agreement),
            Progress::Withdrawn | Progress::Closed => None,
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
