//! One share: its facts in the log's order, and what they add up to.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::destruction::{self, CopyState};
use super::fact::Fact;
use crate::date::{Moment, PartialDate};
use crate::statement::{Access, Body, ReleaseRegistered, ShareAgreed, ShareDecided, ShareEnded, ShareImported};
use crate::vocabulary::{Destruction, Outcome, Status};

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
    /// Where the facts stand that decide how it stands.
    pub(super) steps: Steps,
    /// The index of the newest statement about it.
    pub changed: u64,
    /// When that was logged.
    pub changed_at: Moment,
    /// The place of its recipient among the register's.
    pub recipient: usize,
}

/// The places, among a share's facts, of those that decide how it stands. A share may have a hundred thousand facts, and
/// each new statement asks how it stands; a correction changes what a fact says, never where it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Steps {
    /// Every decision.
    pub(super) decisions: Vec<usize>,
    /// The newest agreement.
    pub(super) agreed: Option<usize>,
    /// The newest extension.
    pub(super) extended: Option<usize>,
    /// The newest suspension, lasting or lifted.
    suspension: Option<usize>,
    /// The newest change of its own listing.
    listing: Option<usize>,
    /// The end.
    ended: Option<usize>,
    /// The steps of each copy's destruction.
    pub(super) copies: BTreeMap<String, Vec<usize>>,
}

impl Share {
    pub(super) fn new(reference: String, first: Fact, recipient: usize) -> Self {
        let (changed, changed_at) = (first.index, first.logged);
        Self {
            reference,
            facts: vec![first],
            releases: HashMap::new(),
            unlisted: HashSet::new(),
            steps: Steps::default(),
            changed,
            changed_at,
            recipient,
        }
    }

    pub(super) fn add(&mut self, fact: Fact) {
        let place = self.facts.len();
        match &fact.body {
            Body::ReleaseRegistered(body) => _ = self.releases.insert(body.release.clone(), place),
            Body::ListingChanged(body) => match &body.release {
                Some(release) if body.listed => _ = self.unlisted.remove(release),
                Some(release) => _ = self.unlisted.insert(release.clone()),
                None => self.steps.listing = Some(place),
            },
            Body::ShareDecided(_) => self.steps.decisions.push(place),
            Body::ShareAgreed(_) => self.steps.agreed = Some(place),
            Body::ShareExtended(_) => self.steps.extended = Some(place),
            Body::ShareSuspended(_) => self.steps.suspension = Some(place),
            Body::ShareEnded(_) => self.steps.ended = Some(place),
            body => {
                if let Some(copy) = destruction::copy_of(body) {
                    self.steps.copies.entry(copy.to_owned()).or_default().push(place);
                }
            }
        }
        self.facts.push(fact);
    }

    /// Moves a step of a destruction, by its place among the facts, from one copy to another.
    pub(super) fn move_step(&mut self, place: usize, from: &str, to: &str) {
        if from == to {
            return;
        }
        if let Some(steps) = self.steps.copies.get_mut(from) {
            steps.retain(|step| *step != place);
            if steps.is_empty() {
                self.steps.copies.remove(from);
            }
        }
        let steps = self.steps.copies.entry(to.to_owned()).or_default();
        steps.insert(steps.partition_point(|step| *step < place), place);
    }

    fn step(&self, place: Option<usize>) -> Option<&Fact> {
        self.facts.get(place?)
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
        match &self.facts[0].body {
            Body::ShareImported(body) => Some(body),
            _ => None,
        }
    }

    /// The decision that stands, and its date.
    pub fn decided(&self) -> Option<(PartialDate, &ShareDecided)> {
        let fact = self.step(self.steps.decisions.last().copied())?;
        match &fact.body {
            Body::ShareDecided(body) => Some((fact.at, body)),
            _ => None,
        }
    }

    /// The agreement that stands.
    pub fn agreed(&self) -> Option<&ShareAgreed> {
        match &self.step(self.steps.agreed)?.body {
            Body::ShareAgreed(body) => Some(body),
            _ => None,
        }
    }

    /// The end, once it has come.
    pub fn ended(&self) -> Option<(PartialDate, &ShareEnded)> {
        let fact = self.step(self.steps.ended)?;
        match &fact.body {
            Body::ShareEnded(body) => Some((fact.at, body)),
            _ => None,
        }
    }

    /// The outcome that stands, whether decided here or given by the source.
    pub fn outcome(&self) -> Option<Outcome> {
        self.decided().map(|(_, decision)| decision.outcome).or_else(|| self.imported()?.outcome)
    }

    /// When access begins, and when it ends after every extension; the source's own dates for an imported share. A new
    /// agreement sets aside the extensions before it.
    pub fn term(&self) -> (Option<PartialDate>, Option<PartialDate>) {
        let extended = match &self.step(self.steps.extended.filter(|place| Some(*place) > self.steps.agreed)) {
            Some(Fact { body: Body::ShareExtended(body), .. }) => Some(body.end),
            _ => None,
        };
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
        match self.step(self.steps.listing).map(|fact| &fact.body) {
            Some(Body::ListingChanged(body)) => Some(body.listed),
            _ => Some(true),
        }
    }

    /// Whether a suspension lasts.
    pub fn suspended(&self) -> bool {
        match self.step(self.steps.suspension).map(|fact| &fact.body) {
            Some(Body::ShareSuspended(body)) => !body.lifted,
            _ => false,
        }
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
        let states = self.steps.copies.iter().filter_map(|(copy, steps)| {
            let steps = steps.iter().map(|step| (self.facts[*step].at, &self.facts[*step].body));
            Some((copy.as_str(), destruction::walk(steps, &self.access().recipient).ok()??))
        });
        states.collect()
    }

    /// The newest public text of this name. A correction's texts stand with the fact that it corrects.
    pub fn text(&self, name: &str) -> Option<&str> {
        let facts = self.facts.iter().rev().filter(|fact| !matches!(fact.body, Body::Correction(_)));
        facts.into_iter().find_map(|fact| fact.text(name))
    }
}
