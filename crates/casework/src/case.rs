//! A case as it stands: the fold of its events.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use register::statement::Access;
use register::vocabulary::{EndGround, Outcome, SuspensionGround};
use register::{Moment, Organisation, PartialDate};

use crate::answer::Answer;
use crate::assessment::Assessed;
use crate::event::{ChangeRequest, Relation, Review, Side, Terms};
use crate::person::{OrganisationId, PersonId};
use crate::publication::Decision;
use crate::release::Release;
use crate::stage::{Party, Stage};
use package::specification::Specification;

/// How long before its end a share counts as ending.
const ENDING: i64 = 90;

/// One application and all that follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The share's reference.
    pub reference: String,
    /// Whose application.
    pub organisation: OrganisationId,
    /// Who began it.
    pub applicant: PersonId,
    /// The share that it amends or extends.
    pub relation: Option<Relation>,
    /// How many events it has.
    pub seq: u64,
    /// When it was begun.
    pub opened: Moment,
    /// What was asked for.
    pub application: Application,
    /// The case officer.
    pub officer: Option<PersonId>,
    /// People who have been case officer at any time.
    pub officers: BTreeSet<PersonId>,
    /// People who declared that they stand too near.
    pub conflicted: BTreeMap<PersonId, String>,
    /// Who is asked to review, and what they found.
    pub reviews: BTreeMap<PersonId, Option<Review>>,
    /// Where it stands, with what belongs to that.
    pub progress: Progress,
    /// Every decision, the newest last.
    pub decisions: Vec<(Moment, Decision)>,
    /// Why a refusal was appealed against.
    pub appeals: Vec<(Moment, String)>,
    /// Why it was suspended last.
    pub last_suspension: Option<SuspensionGround>,
    /// When it came to the stage at which it stands; the later stages, which follow from dates, do not count.
    pub entered: Moment,
    /// Whose turn it was since when, oldest first.
    pub turns: Vec<(Moment, Option<Party>)>,
    /// What it waits for outside.
    pub awaited: Option<String>,
    /// Whether the public register has been given the application.
    pub accepted: Option<Access>,
    /// Its statements that stand in the public log: their ids and indices.
    pub published: Vec<(String, u64)>,
    /// Shares that amend or extend this one.
    pub followed_by: Vec<String>,
    /// Every assessment that was added, the oldest first.
    pub assessments: Vec<Assessed>,
    /// The public key that the recipient gave last.
    pub recipient_key: Option<String>,
    /// Every release, the oldest first.
    pub releases: Vec<Release>,
}

/// What was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Application {
    /// The form's version.
    pub form: String,
    /// The newest answer to each question.
    pub answers: BTreeMap<String, Answer>,
    /// Every version of each answer: when, by whom, from which earlier share.
    pub versions: BTreeMap<String, Vec<Version>>,
    /// The basket.
    pub specification: Option<Specification>,
    /// The newest submission.
    pub submitted: Option<Submission>,
}

/// One version of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// When it was given.
    pub at: Moment,
    /// By whom.
    pub by: Option<PersonId>,
    /// What it was; nothing where it was taken back.
    pub answer: Option<Answer>,
    /// The earlier share that it was taken from.
    pub reused_from: Option<String>,
}

/// A submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// When it was handed in for the first time, whatever was returned and handed in again since.
    pub at: Moment,
    /// By whom.
    pub by: PersonId,
    /// The name with which it was signed.
    pub signed: String,
    /// The organisation as it stood then.
    pub recipient: Organisation,
}

/// Where a case stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// Being written.
    Draft,
    /// Handed in.
    Submitted,
    /// With a case officer.
    Screening,
    /// With the applicant, for these changes.
    Returned {
        /// What is asked for.
        requests: Vec<ChangeRequest>,
        /// By when.
        by: PartialDate,
    },
    /// With the reviewers.
    Review {
        /// The decision that lies ready.
        proposal: Option<Proposal>,
    },
    /// Decided.
    Decided {
        /// The agreement that lies ready.
        offer: Option<Offer>,
    },
    /// Both sides have signed.
    Agreed(Agreement),
    /// Withdrawn before a decision.
    Withdrawn,
    /// Over without any data released.
    Closed,
}

/// A decision that lies ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The place of the event that proposed it.
    pub seq: u64,
    /// By whom.
    pub by: PersonId,
    /// What.
    pub decision: Decision,
}

/// An agreement that lies ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its terms.
    pub terms: Terms,
    /// Who signed for which side, with which name, and when.
    pub signed: BTreeMap<Side, (PersonId, String, Moment)>,
}

/// An agreement in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// Its terms.
    pub terms: Terms,
    /// Who signed for which side, with which name, and when.
    pub signed: BTreeMap<Side, (PersonId, String, Moment)>,
    /// The index of its statement, once that is under a published checkpoint.
    pub registered: Option<u64>,
    /// Why it is suspended, while it is.
    pub suspended: Option<SuspensionGround>,
    /// The end as it was extended.
    pub end: PartialDate,
    /// Why access has ended, and by when every copy must be destroyed.
    pub ended: Option<(EndGround, Option<PartialDate>)>,
}

impl Case {
    /// The stage on this day: the later ones follow from dates.
    pub fn stage(&self, today: Date) -> Stage {
        match &self.progress {
            Progress::Draft => Stage::Draft,
            Progress::Submitted => Stage::Submitted,
            Progress::Screening => Stage::Screening,
            Progress::Returned { .. } => Stage::Returned,
            Progress::Review { .. } => Stage::Review,
            Progress::Decided { .. } => Stage::Decided,
            Progress::Agreed(agreement) => agreement.stage(today),
            Progress::Withdrawn => Stage::Withdrawn,
            Progress::Closed => Stage::Closed,
        }
    }

    /// The newest decision.
    pub fn decision(&self) -> Option<&Decision> {
        self.decisions.last().map(|(_, decision)| decision)
    }

    /// Whether the newest decision lets an agreement follow.
    pub fn is_approved(&self) -> bool {
        self.decision().is_some_and(|decision| decision.outcome.allows_release())
    }

    /// Whether it was refused.
    pub fn is_refused(&self) -> bool {
        self.decision().is_some_and(|decision| decision.outcome == Outcome::Refused)
    }

    /// Whether every reviewer who was asked is done, and at least two were asked: until then they are blind to each other.
    pub fn reviews_are_in(&self) -> bool {
        self.reviews.len() >= 2 && self.reviews.values().all(Option::is_some)
    }

    /// Whose turn it is.
    pub fn turn(&self) -> Option<Party> {
        self.turns.last().and_then(|(_, party)| *party)
    }

    /// When it was handed in for the first time.
    pub fn first_submitted(&self) -> Option<Moment> {
        self.application.submitted.as_ref().map(|submission| submission.at)
    }
}

impl Agreement {
    fn stage(&self, today: Date) -> Stage {
        let (start, end) = (self.terms.start.first_day(), self.end.last_day());
        match self {
            Self { ended: Some((_, None)), .. } => Stage::Closed,
            Self { ended: Some(_), .. } => Stage::DestructionDue,
            Self { suspended: Some(_), .. } => Stage::Suspended,
            Self { registered: None, .. } => Stage::Agreed,
            _ if today > end => Stage::DestructionDue,
            _ if today < start => Stage::Registered,
            _ if today >= end.saturating_sub(jiff::Span::new().days(ENDING)) => Stage::Ending,
            _ => Stage::Active,
        }
    }
}
