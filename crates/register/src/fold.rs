//! The fold: all statements, in the log's order, make the register. Nothing else goes into it.
//!
//! Each statement is checked against the rules of [`Rule`] before it counts, by the publisher before it is logged and by
//! every verifier after. A sequence that breaks a rule is refused; it never panics.

mod check;
mod destruction;
mod fact;
mod rule;
mod share;
mod tally;

use std::collections::{HashMap, HashSet};

pub use destruction::CopyState;
pub use fact::{Fact, Text, TextState};
pub use rule::{Refusal, Rule};
pub use share::Share;
pub use tally::Tally;

use crate::date::Moment;
use crate::disclosure::{Digest, Disclosure};
use crate::organisation::{Organisation, fold_spaces};
use crate::statement::{Body, Correction, Redaction, RegisterOpened, Statement, Totals};
use tally::Standing;

/// The register that a sequence of statements makes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Register {
    ids: HashMap<String, u64>,
    places: Vec<Place>,
    shares: Vec<Share>,
    share_of: HashMap<String, usize>,
    recipients: Vec<Recipient>,
    recipient_of: HashMap<String, usize>,
    /// Slugs in use, each with the number that a further name of the same letters may get.
    slugs: HashMap<String, u64>,
    general: Vec<Fact>,
    concerns: HashSet<String>,
    recommendations: HashSet<String>,
    digests: HashSet<Digest>,
    missing: HashMap<Digest, u64>,
    last_logged: Option<Moment>,
    releases: u64,
    /// Recipients that have a share.
    with_shares: u64,
    tally: Tally,
}

/// Where a statement stands in the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// A fact of a share: the share's and the fact's number.
    Share(usize, usize),
    /// A fact about no share.
    General(usize),
}

/// An organisation that got access, or was refused it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// The index of the first statement that names it.
    pub id: u64,
    /// Its address among the pages.
    pub slug: String,
    /// The organisation as the newest statement names it.
    pub organisation: Organisation,
    /// Its shares, by their places among the register's.
    pub shares: Vec<usize>,
    /// How many releases these have.
    pub releases: u64,
    /// The newest statement about any of them; while there is none, the one that names the organisation.
    pub changed: u64,
}

/// What a statement changed, so that whoever keeps a copy of the register can follow.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// The share, by its place among the register's.
    pub share: Option<usize>,
    /// The recipients, by their places among the register's.
    pub recipients: Vec<usize>,
    /// The facts about no share, by their indices.
    pub general: Vec<u64>,
}

impl Register {
    /// The register before its first statement.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many statements it is made of.
    pub fn size(&self) -> u64 {
        self.places.len() as u64
    }

    /// Whose register it is, once it is open.
    pub fn opened(&self) -> Option<&RegisterOpened> {
        match self.general.first().map(|fact| &fact.body) {
            Some(Body::RegisterOpened(opened)) => Some(opened),
            _ => None,
        }
    }

    /// Every share, in the order in which they came.
    pub fn shares(&self) -> &[Share] {
        &self.shares
    }

    /// The share of this reference.
    pub fn share(&self, reference: &str) -> Option<&Share> {
        self.share_of.get(reference).map(|place| &self.shares[*place])
    }

    /// Every organisation that a statement names as a recipient, in the order in which they came.
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// The place among [`Register::recipients`] of the organisation of this name.
    pub fn recipient(&self, name: &str) -> Option<usize> {
        self.recipient_of.get(&fold_spaces(name)).copied()
    }

    /// Facts about no share, in the log's order.
    pub fn general(&self) -> &[Fact] {
        &self.general
    }

    /// The fact that a statement stands for now.
    pub fn fact(&self, index: u64) -> Option<&Fact> {
        match self.places.get(usize::try_from(index).ok()?)? {
            Place::Share(share, fact) => Some(&self.shares[*share].facts[*fact]),
            Place::General(fact) => Some(&self.general[*fact]),
        }
    }

    /// The place among [`Register::shares`] of the share that a statement is about.
    pub fn share_at(&self, index: u64) -> Option<usize> {
        match self.places.get(usize::try_from(index).ok()?)? {
            Place::Share(share, _) => Some(*share),
            Place::General(_) => None,
        }
    }

    /// The index of the statement of this id.
    pub fn index_of(&self, id: &str) -> Option<u64> {
        self.ids.get(id).copied()
    }

    /// When the newest statement was logged.
    pub fn last_logged(&self) -> Option<Moment> {
        self.last_logged
    }

    /// Digests that no disclosure, withholding or redaction accounts for, with the statements that carry them. A
    /// complete set of files leaves none.
    pub fn unaccounted(&self) -> Vec<(u64, Digest)> {
        let mut list: Vec<_> = self.missing.iter().map(|(digest, index)| (*index, *digest)).collect();
        list.sort();
        list
    }

    /// Counts over the whole register.
    pub fn totals(&self) -> Totals {
        Totals { recipients: self.with_shares, releases: self.releases, shares: self.shares.len() as u64 }
    }

    /// Further counts over the whole register.
    pub fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Takes the next statement with its public disclosures.
    ///
    /// # Errors
    /// A [`Refusal`] that names the rule; the register is then as it was.
    pub fn apply(&mut self, statement: &Statement, disclosures: &[Disclosure]) -> Result<Touched, Refusal> {
        let corrected = self.checked(statement, disclosures)?;
        let counts = Standing::depends_on(statement.kind());
        let before = if counts { self.standing(statement) } else { Standing::default() };
        let touched = self.take(statement, disclosures, corrected);
        if counts {
            self.tally.moved(before, self.standing(statement));
        }
        Ok(touched)
    }

    fn standing(&self, statement: &Statement) -> Standing {
        let share = statement.share.as_deref().and_then(|reference| self.share(reference));
        share.map(Standing::of).unwrap_or_default()
    }

    /// Takes a statement that keeps the rules. `corrected` is what it makes of the body that it corrects.
    fn take(&mut self, statement: &Statement, disclosures: &[Disclosure], corrected: Option<Body>) -> Touched {
        let index = self.size();
        self.tally.count(&statement.body);
        self.ids.insert(statement.id.clone(), index);
        self.last_logged = Some(statement.logged);
        self.digests.extend(&statement.sealed);
        let mut fact = Fact::new(index, statement, disclosures);
        for text in fact.texts.iter().filter(|text| text.state == TextState::Missing) {
            self.missing.insert(text.digest, index);
        }
        let mut touched = Touched::default();
        match &statement.body {
            Body::ShareImported(_) | Body::ShareApplied(_) => {
                self.begin_share(index, statement, fact);
                return self.touch(index, statement);
            }
            Body::Correction(correction) => {
                self.correct(index, statement, correction, disclosures, corrected, &mut touched);
            }
            Body::Redaction(redaction) => {
                self.tally.erased();
                self.erase(index, redaction);
            }
            Body::ConcernRaised(concern) => _ = self.concerns.insert(concern.concern.clone()),
            Body::RecommendationMade(made) => _ = self.recommendations.insert(made.recommendation.clone()),
            body => {
                if let Some(organisation) = body.recipient() {
                    let recipient = self.name_recipient(index, organisation);
                    touched.recipients.push(recipient);
                    fact.recipient = Some(recipient);
                }
            }
        }
        self.place(statement, fact);
        let mut all = self.touch(index, statement);
        all.recipients.extend(touched.recipients);
        all.recipients.sort_unstable();
        all.recipients.dedup();
        all
    }

    fn touch(&mut self, index: u64, statement: &Statement) -> Touched {
        let Some(place) = statement.share.as_ref().and_then(|share| self.share_of.get(share).copied()) else {
            let erased = match &statement.body {
                Body::Redaction(redaction) => Some(redaction.of),
                _ => None,
            };
            let corrected = erased.and_then(|of| self.fact(of)?.corrects);
            let general = [Some(index), statement.corrects, erased, corrected].into_iter().flatten().collect();
            return Touched { general, ..Touched::default() };
        };
        let share = &mut self.shares[place];
        share.changed = index;
        share.changed_at = statement.logged;
        self.recipients[share.recipient].changed = index;
        Touched { share: Some(place), recipients: vec![share.recipient], general: Vec::new() }
    }

    fn begin_share(&mut self, index: u64, statement: &Statement, mut fact: Fact) {
        let (Some(reference), Some(organisation)) = (&statement.share, statement.body.recipient()) else {
            return;
        };
        let recipient = self.name_recipient(index, organisation);
        let place = self.shares.len();
        self.give(recipient, place);
        fact.recipient = Some(recipient);
        self.places.push(Place::Share(place, 0));
        self.share_of.insert(reference.clone(), place);
        self.shares.push(Share::new(reference.clone(), fact, recipient));
    }

    fn give(&mut self, recipient: usize, share: usize) {
        let shares = &mut self.recipients[recipient].shares;
        self.with_shares += u64::from(shares.is_empty());
        shares.push(share);
    }

    /// Counts anew what a recipient's shares add up to, after one of them went to another.
    fn recount(&mut self, place: usize) {
        let shares = || self.recipients[place].shares.iter().map(|share| &self.shares[*share]);
        let releases = shares().map(Share::release_count).sum();
        let changed = shares().map(|share| share.changed).max().unwrap_or(self.recipients[place].id);
        let recipient = &mut self.recipients[place];
        (recipient.releases, recipient.changed) = (releases, changed);
    }

    fn place(&mut self, statement: &Statement, mut fact: Fact) {
        let known = statement.share.as_ref().and_then(|share| self.share_of.get(share).copied());
        let Some(place) = known else {
            self.places.push(Place::General(self.general.len()));
            self.general.push(fact);
            return;
        };
        let share = &mut self.shares[place];
        let released = u64::from(matches!(fact.body, Body::ReleaseRegistered(_)));
        self.releases += released;
        self.recipients[share.recipient].releases += released;
        self.places.push(Place::Share(place, share.facts.len()));
        fact.recipient = Some(share.recipient);
        share.add(fact);
    }

    fn fact_mut(&mut self, index: u64) -> Option<&mut Fact> {
        match *self.places.get(usize::try_from(index).ok()?)? {
            Place::Share(share, fact) => self.shares.get_mut(share)?.facts.get_mut(fact),
            Place::General(fact) => self.general.get_mut(fact),
        }
    }

    /// The rules were checked, and gave what the patch makes of the body; what it replaces stays in the log.
    fn correct(
        &mut self,
        index: u64,
        statement: &Statement,
        correction: &Correction,
        disclosures: &[Disclosure],
        corrected: Option<Body>,
        touched: &mut Touched,
    ) {
        let (Some(target), Some(body)) = (statement.corrects, corrected) else { return };
        let Some(fact) = self.fact_mut(target) else { return };
        let before = std::mem::replace(&mut fact.body, body.clone());
        fact.corrected_by.push(index);
        self.tally.corrected();
        self.tally.discount(&before);
        self.tally.count(&body);
        let Some(fact) = self.fact_mut(target) else { return };
        let replaces = |text: &Text| {
            text.name().is_some_and(|name| {
                correction.cleared.iter().any(|cleared| cleared == name)
                    || statement.withheld.iter().any(|withheld| withheld.name == name)
            })
        };
        let replaced = fact.texts.extract_if(.., |text| replaces(text));
        fact.former.extend(replaced.map(|text| (index, text)));
        fact.texts.extend(fact::texts_of(index, statement, disclosures));
        self.follow_correction(index, target, &before, &body, touched);
    }

    /// Keeps what is looked up by name in step with a corrected body.
    fn follow_correction(&mut self, index: u64, target: u64, before: &Body, after: &Body, touched: &mut Touched) {
        if let (Body::ConcernRaised(old), Body::ConcernRaised(new)) = (before, after) {
            self.concerns.remove(&old.concern);
            self.concerns.insert(new.concern.clone());
        }
        if let (Body::RecommendationMade(old), Body::RecommendationMade(new)) = (before, after) {
            self.recommendations.remove(&old.recommendation);
            self.recommendations.insert(new.recommendation.clone());
        }
        if let (Some(old), Some(new)) = (destruction::copy_of(before), destruction::copy_of(after))
            && let Some(Place::Share(share, fact)) = self.places.get(target as usize).copied()
        {
            self.shares[share].move_step(fact, old, new);
        }
        if let (Body::ReleaseRegistered(old), Body::ReleaseRegistered(new)) = (before, after)
            && let Some(Place::Share(share, fact)) = self.places.get(target as usize).copied()
        {
            let share = &mut self.shares[share];
            share.releases.remove(&old.release);
            share.releases.insert(new.release.clone(), fact);
            if share.unlisted.remove(&old.release) {
                share.unlisted.insert(new.release.clone());
            }
        }
        let Some(organisation) = after.recipient() else { return };
        let new = self.name_recipient(index, organisation);
        touched.recipients.push(new);
        let begins = matches!(after, Body::ShareImported(_) | Body::ShareApplied(_));
        if let (true, Some(place)) = (begins, self.share_at(target)) {
            let old = std::mem::replace(&mut self.shares[place].recipient, new);
            if old != new {
                self.recipients[old].shares.retain(|share| *share != place);
                self.with_shares -= u64::from(self.recipients[old].shares.is_empty());
                self.give(new, place);
                self.recount(old);
                self.recount(new);
                touched.recipients.push(old);
            }
        }
    }

    fn erase(&mut self, index: u64, redaction: &Redaction) {
        for digest in &redaction.digests {
            self.missing.remove(digest);
        }
        // A correction's texts stand in the fact that it corrects as well.
        let corrected = self.fact(redaction.of).and_then(|fact| fact.corrects);
        for target in [Some(redaction.of), corrected].into_iter().flatten() {
            if let Some(fact) = self.fact_mut(target) {
                fact.erase(index, redaction.of, &redaction.digests);
            }
        }
    }

    fn name_recipient(&mut self, index: u64, organisation: &Organisation) -> usize {
        let name = fold_spaces(&organisation.name);
        if let Some(place) = self.recipient_of.get(&name) {
            let known = &mut self.recipients[*place].organisation;
            known.ids.extend(organisation.ids.clone());
            if organisation.sector.is_some() {
                known.sector.clone_from(&organisation.sector);
            }
            return *place;
        }
        let place = self.recipients.len();
        let slug = self.free_slug(&name);
        self.recipient_of.insert(name.clone(), place);
        let organisation = Organisation { name, ..organisation.clone() };
        self.recipients.push(Recipient {
            id: index,
            slug,
            organisation,
            shares: Vec::new(),
            releases: 0,
            changed: index,
        });
        place
    }

    /// Names that differ only in letters that a slug drops get numbers, in the log's order.
    fn free_slug(&mut self, name: &str) -> String {
        let plain = slug(name);
        let mut free = plain.clone();
        // The next number is kept: a register in another script has thousands of names without one ASCII letter.
        while let Some(number) = self.slugs.get(&plain).copied().filter(|_| self.slugs.contains_key(&free)) {
            free = format!("{plain}-{number}");
            self.slugs.insert(plain.clone(), number + 1);
        }
        self.slugs.insert(free.clone(), 2);
        free
    }
}

/// A name in small ASCII letters, digits and hyphens, for an address.
pub fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for letter in name.chars() {
        if letter.is_ascii_alphanumeric() {
            slug.push(letter.to_ascii_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(80);
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { "unnamed".to_owned() } else { slug.to_owned() }
}
