//! One share: its facts in the log's order, and what they add up to.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::fact::Fact;
use crate::date::{Moment, PartialDate};
use crate::organisation::Organisation;
use crate::statement::{Access, Body, ReleaseRegistered, ShareAgreed, ShareDecided, ShareEnded, ShareImported};
use crate::vocabulary::{CopyPlace, Destruction, Method, Outcome, Status};

/// One share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Its reference, as the custodian or the source gives it.
    pub reference: String,
    /// Its facts, oldest first; the first is its application or import.
    pub facts: Vec<Fact>,
    /// Where each release stands among the facts.
    pub(super) releases: HashMap<String, usize>,
    /// The releases that its source no longer lists.
    pub(super) unlisted: HashSet<String>,
    /// The facts that decide where it stands. A share may have a hundred thousand releases but few such steps, and each
    /// new statement looks at all of them.
    steps: Vec<usize>,
    /// The index of the newest statement about it.
    pub changed: u64,
    /// When that was logged.
    pub changed_at: Moment,
    /// The place of its recipient among the register's.
    pub recipient: usize,
}

/// What is known of one copy's destruction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyState {
    /// The copy's reference.
    pub copy: String,
    /// What kind of place it lay in.
    pub place: CopyPlace,
    /// How far its destruction has come.
    pub state: Destruction,
    /// How it was destroyed, by the claim.
    pub method: Method,
    /// When it was claimed, and by whom.
    pub claimed: (PartialDate, Organisation),
    /// When evidence was given.
    pub evidenced: Option<PartialDate>,
    /// When it was confirmed, and by whom.
    pub confirmed: Option<(PartialDate, Organisation)>,
    /// When it was disputed, and by whom.
    pub disputed: Option<(PartialDate, Organisation)>,
}

impl Share {
    pub(super) fn new(reference: String, first: Fact, recipient: usize) -> Self {
        let (changed, changed_at) = (first.index, first.logged);
        Self {
            reference,
            facts: vec![first],
            releases: HashMap::new(),
            unlisted: HashSet::new(),
            steps: vec![0],
            changed,
            changed_at,
            recipient,
        }
    }

    pub(super) fn add(&mut self, fact: Fact) {
        match &fact.body {
            Body::ReleaseRegistered(body) => _ = self.releases.insert(body.release.clone(), self.facts.len()),
            Body::ListingChanged(body) => match &body.release {
                Some(release) if body.listed => _ = self.unlisted.remove(release),
                Some(release) => _ = self.unlisted.insert(release.clone()),
                None => self.steps.push(self.facts.len()),
            },
            Body::ReleaseOpened(_) | Body::Correction(_) | Body::Redaction(_) => {}
            _ => self.steps.push(self.facts.len()),
        }
        self.facts.push(fact);
    }

    fn steps(&self) -> impl DoubleEndedIterator<Item = &Fact> {
        self.steps.iter().map(|step| &self.facts[*step])
    }

    /// The index of its first statement: its number in `register.sqlite`.
    pub fn id(&self) -> u64 {
        self.facts[0].index
    }

    /// Who gets access to what, how and by what right.
    pub fn access(&self) -> &Access {
        match &self.facts[0].body {
            Body::ShareImported(body) => &body.access,
            Body::ShareApplied(body) => &body.access,
            other => unreachable!("a share begins with its application or import, not {:?}", other.kind()),
        }
    }

    /// What the source said, for an imported share.
    pub fn imported(&self) -> Option<&ShareImported> {
        self.steps().find_map(|fact| match &fact.body {
            Body::ShareImported(body) => Some(body),
            _ => None,
        })
    }

    /// The decision that stands, and its date.
    pub fn decided(&self) -> Option<(PartialDate, &ShareDecided)> {
        self.steps().rev().find_map(|fact| match &fact.body {
            Body::ShareDecided(body) => Some((fact.at, body)),
            _ => None,
        })
    }

    /// The agreement that stands.
    pub fn agreed(&self) -> Option<&ShareAgreed> {
        self.steps().rev().find_map(|fact| match &fact.body {
            Body::ShareAgreed(body) => Some(body),
            _ => None,
        })
    }

    /// The end, once it has come.
    pub fn ended(&self) -> Option<(PartialDate, &ShareEnded)> {
        self.steps().find_map(|fact| match &fact.body {
            Body::ShareEnded(body) => Some((fact.at, body)),
            _ => None,
        })
    }

    /// The outcome that stands, whether decided here or given by the source.
    pub fn outcome(&self) -> Option<Outcome> {
        self.decided().map(|(_, decision)| decision.outcome).or_else(|| self.imported()?.outcome)
    }

    /// When access begins, and when it ends after every extension; the source's own dates for an imported share.
    pub fn term(&self) -> (Option<PartialDate>, Option<PartialDate>) {
        let extended = self.steps().rev().find_map(|fact| match &fact.body {
            Body::ShareExtended(body) => Some(body.end),
            _ => None,
        });
        match (self.agreed(), self.imported()) {
            (Some(agreed), _) => (Some(agreed.start), extended.or(Some(agreed.end))),
            (None, Some(imported)) => (imported.start, extended.or(imported.end)),
            (None, None) => (None, extended),
        }
    }

    /// Every release, with whether its source still lists it.
    pub fn releases(&self) -> impl Iterator<Item = (&Fact, &ReleaseRegistered, bool)> {
        self.facts.iter().filter_map(|fact| match &fact.body {
            Body::ReleaseRegistered(body) => Some((fact, body, !self.unlisted.contains(&body.release))),
            _ => None,
        })
    }

    /// How many releases it has.
    pub fn release_count(&self) -> u64 {
        self.releases.len() as u64
    }

    /// Whether its source still lists it; nothing for a share that was not imported.
    pub fn listed(&self) -> Option<bool> {
        self.imported()?;
        let last = self.steps().rev().find_map(|fact| match &fact.body {
            Body::ListingChanged(body) if body.release.is_none() => Some(body.listed),
            _ => None,
        });
        Some(last.unwrap_or(true))
    }

    /// Whether a suspension lasts.
    pub fn suspended(&self) -> bool {
        let last = self.steps().rev().find_map(|fact| match &fact.body {
            Body::ShareSuspended(body) => Some(!body.lifted),
            _ => None,
        });
        last.unwrap_or(false)
    }

    /// Where it stands. An end date that has passed without a statement of the end does not count as an end.
    pub fn status(&self) -> Status {
        match self.outcome() {
            Some(Outcome::Refused) => return Status::Refused,
            Some(Outcome::Withdrawn) => return Status::Withdrawn,
            _ => {}
        }
        if self.ended().is_some() {
            let destroyed = self.destruction() == Destruction::Confirmed;
            return if destroyed { Status::Destroyed } else { Status::Ended };
        }
        if self.suspended() {
            Status::Suspended
        } else if self.release_count() > 0 {
            Status::Live
        } else if self.outcome().is_some() || self.imported().is_some() {
            Status::Approved
        } else {
            Status::Applied
        }
    }

    /// By when its copies must be destroyed: the date set when it ended, or else the end of access.
    pub fn destruction_due(&self) -> Option<PartialDate> {
        match self.ended() {
            Some((_, ended)) => ended.destruction_due,
            None => self.term().1.filter(|_| self.release_count() > 0),
        }
    }

    /// The stage that the copy furthest behind has reached.
    pub fn destruction(&self) -> Destruction {
        let copies = self.copies();
        let order = |state: Destruction| match state {
            Destruction::Disputed => 0,
            Destruction::Claimed => 1,
            Destruction::Evidenced => 2,
            _ => 3,
        };
        match copies.values().map(|copy| copy.state).min_by_key(|state| order(*state)) {
            Some(state) => state,
            None if self.destruction_due().is_some() => Destruction::Due,
            None => Destruction::NotDue,
        }
    }

    /// Every copy of which destruction was claimed, by its reference.
    pub fn copies(&self) -> BTreeMap<&str, CopyState> {
        let mut copies: BTreeMap<&str, CopyState> = BTreeMap::new();
        for fact in self.steps() {
            match &fact.body {
                Body::DestructionClaimed(claim) => {
                    let state = CopyState {
                        copy: claim.copy.clone(),
                        place: claim.place,
                        state: Destruction::Claimed,
                        method: claim.method,
                        claimed: (fact.at, claim.by.clone()),
                        evidenced: None,
                        confirmed: None,
                        disputed: None,
                    };
                    copies.insert(&claim.copy, state);
                }
                Body::DestructionEvidenced(evidence) => {
                    if let Some(copy) = copies.get_mut(evidence.copy.as_str()) {
                        copy.state = Destruction::Evidenced;
                        copy.evidenced = Some(fact.at);
                    }
                }
                Body::DestructionConfirmed(confirmation) => {
                    if let Some(copy) = copies.get_mut(confirmation.copy.as_str()) {
                        copy.state = Destruction::Confirmed;
                        copy.confirmed = Some((fact.at, confirmation.by.clone()));
                    }
                }
                Body::DestructionDisputed(dispute) => {
                    if let Some(copy) = copies.get_mut(dispute.copy.as_str()) {
                        copy.state = Destruction::Disputed;
                        copy.disputed = Some((fact.at, dispute.by.clone()));
                    }
                }
                _ => {}
            }
        }
        copies
    }

    /// The newest public text of this name.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.facts.iter().rev().find_map(|fact| fact.text(name))
    }
}
