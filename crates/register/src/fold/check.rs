//! Checks a statement against the rules, before it counts.

use super::{Fact, Refusal, Register, Rule, Share, Text, TextState, destruction};
use crate::disclosure::Disclosure;
use crate::statement::{Body, Correction, Redaction, Statement, check_code};
use crate::vocabulary::{Outcome, VolumeBasis};

/// Names under which existence, channel, legal basis, dates and volume would be withheld (DESIGN.md, Statements).
const NEVER_WITHHELD: &[&str] =
    &["channel", "legal-basis", "bases", "dates", "applied", "decided", "start", "end", "volume"];

impl Register {
    /// Whether the next statement may be this one.
    ///
    /// # Errors
    /// A [`Refusal`] that names the first rule that it breaks.
    pub fn check(&self, statement: &Statement, disclosures: &[Disclosure]) -> Result<(), Refusal> {
        self.checked(statement, disclosures).map(|_| ())
    }

    /// The same, and what a correction makes of the statement that it corrects.
    pub(super) fn checked(&self, statement: &Statement, disclosures: &[Disclosure]) -> Result<Option<Body>, Refusal> {
        self.check_frame(statement, disclosures)?;
        let share = self.check_share(statement)?;
        match share {
            Some(share) => check_about(share, statement, disclosures)?,
            None => self.check_general(statement)?,
        }
        self.check_concern(statement)?;
        match &statement.body {
            Body::Correction(correction) => self.check_correction(statement, correction, disclosures).map(Some),
            Body::Redaction(redaction) => self.check_redaction(statement, redaction).map(|()| None),
            _ => Ok(None),
        }
    }

    fn check_frame(&self, statement: &Statement, disclosures: &[Disclosure]) -> Result<(), Refusal> {
        let opens = matches!(statement.body, Body::RegisterOpened(_));
        ensure(opens == (self.size() == 0), Rule::OpensFirst, || {
            format!("statement {} is of kind {}", self.size(), statement.kind().code())
        })?;
        ensure(!self.ids.contains_key(&statement.id), Rule::IdIsNew, || format!("id {} is taken", statement.id))?;
        ensure(self.last_logged.is_none_or(|last| last <= statement.logged), Rule::LoggedInOrder, || {
            format!("logged {}", statement.logged)
        })?;
        let corrects = statement.corrects.is_none() || matches!(statement.body, Body::Correction(_));
        ensure(corrects, Rule::CorrectionNeedsTarget, || {
            format!("a statement of kind {} corrects none", statement.kind().code())
        })?;
        let opened = statement.corrects.and_then(|index| self.fact(index)).map_or(&[][..], |fact| &fact.texts);
        for digest in statement.sealed.iter().filter(|digest| self.digests.contains(digest)) {
            // A correction may open a text that its target withholds: the same digest shows that it is the same text.
            let closed = |text: &Text| text.digest == *digest && matches!(text.state, TextState::Withheld { .. });
            ensure(opened.iter().any(closed), Rule::DigestIsNew, || format!("digest {digest}"))?;
        }
        let mut seen = Vec::with_capacity(disclosures.len());
        for disclosure in disclosures {
            let digest = disclosure.digest();
            let sealed = statement.sealed.binary_search(&digest).is_ok();
            let open = !statement.withheld.iter().any(|withheld| withheld.digest == digest);
            let named = check_code(disclosure.name()).is_ok() && !seen.contains(&digest);
            ensure(sealed && open && named, Rule::DisclosureIsSealed, || format!("digest {digest}"))?;
            seen.push(digest);
        }
        for withheld in &statement.withheld {
            ensure(!NEVER_WITHHELD.contains(&withheld.name.as_str()), Rule::ExistenceIsPublic, || {
                format!("field {}", withheld.name)
            })?;
        }
        Ok(())
    }

    /// The share that the statement is about, if it is about one that exists.
    fn check_share(&self, statement: &Statement) -> Result<Option<&Share>, Refusal> {
        let kind = statement.kind();
        let begins = matches!(statement.body, Body::ShareImported(_) | Body::ShareApplied(_));
        let Some(reference) = &statement.share else {
            let needs_one = begins || is_about_a_share(&statement.body);
            ensure(!needs_one, Rule::ShareIsNamed, || format!("a statement of kind {} names none", kind.code()))?;
            return Ok(None);
        };
        ensure(may_name_a_share(&statement.body), Rule::ShareIsNamed, || {
            format!("a statement of kind {} names {reference}", kind.code())
        })?;
        let known = self.share(reference);
        if begins {
            ensure(known.is_none(), Rule::ShareIsNew, || format!("share {reference} is in the register"))?;
        } else {
            ensure(known.is_some(), Rule::ShareIsKnown, || format!("share {reference} is not in the register"))?;
        }
        Ok(known)
    }

    fn check_general(&self, statement: &Statement) -> Result<(), Refusal> {
        match &statement.body {
            Body::RecommendationMade(body) => {
                let known = self.recommendations.contains(&body.recommendation);
                ensure(!known, Rule::RecommendationIsNew, || format!("recommendation {}", body.recommendation))?;
            }
            Body::RecommendationProgressed(body) => {
                let known = self.recommendations.contains(&body.recommendation);
                ensure(known, Rule::RecommendationIsKnown, || format!("recommendation {}", body.recommendation))?;
            }
            Body::Heartbeat(body) => {
                let totals = self.totals();
                ensure(body.totals == totals, Rule::HeartbeatCounts, || {
                    format!("the statements before it make {totals:?}, it says {:?}", body.totals)
                })?;
            }
            _ => {}
        }
        Ok(())
    }

    /// A concern may be about a share or about the register.
    fn check_concern(&self, statement: &Statement) -> Result<(), Refusal> {
        match &statement.body {
            Body::ConcernRaised(body) => {
                let known = self.concerns.contains(&body.concern);
                ensure(!known, Rule::ConcernIsNew, || format!("concern {}", body.concern))
            }
            Body::ConcernAnswered(body) => {
                let known = self.concerns.contains(&body.concern);
                ensure(known, Rule::ConcernIsKnown, || format!("concern {}", body.concern))
            }
            _ => Ok(()),
        }
    }

    fn check_correction(
        &self,
        statement: &Statement,
        correction: &Correction,
        disclosures: &[Disclosure],
    ) -> Result<Body, Refusal> {
        let refuse = |rule, detail: String| Err(Refusal::new(rule, detail));
        let Some(index) = statement.corrects else {
            return refuse(Rule::CorrectionNeedsTarget, "it names no statement".to_owned());
        };
        let Some(fact) = self.fact(index) else {
            return refuse(Rule::CorrectionNeedsTarget, format!("there is no statement {index}"));
        };
        let about = self.share_at(index).map(|place| &self.shares[place]);
        if about.map(|share| share.reference.as_str()) != statement.share.as_deref() || !is_correctable(&fact.body) {
            return refuse(Rule::CorrectionNeedsTarget, format!("statement {index} is no such statement"));
        }
        if !correction.cleared.is_sorted_by(|a, b| a < b) {
            return refuse(Rule::CorrectionKeepsForm, "the cleared fields are not sorted".to_owned());
        }
        if let Some(text) = disclosures.iter().find(|text| !correction.cleared.iter().any(|name| name == text.name())) {
            return refuse(Rule::CorrectionNamesTexts, format!("digest {}", text.digest()));
        }
        // A text that is erased later has no name for whoever folds the log then, and must be given its due.
        let gives = |name: &str| has_text(statement, disclosures, name);
        let nameless = fact.texts.iter().any(|text| text.state == TextState::Missing);
        let has = |name: &str| nameless || fact.texts.iter().any(|text| text.name() == Some(name));
        if let Some(name) = correction.cleared.iter().find(|name| !gives(name) && !has(name)) {
            return refuse(Rule::CorrectionChanges, format!("statement {index} has no text {name}"));
        }
        let body = match fact.body.patched(&correction.patch) {
            Ok(body) => body,
            Err(error) => return refuse(Rule::CorrectionKeepsForm, format!("statement {index}: {error}")),
        };
        if body == fact.body && correction.cleared.is_empty() && statement.sealed.is_empty() {
            return refuse(Rule::CorrectionChanges, format!("statement {index} would stay as it is"));
        }
        self.check_replaced_name(fact, &body)?;
        if let Some(share) = about {
            check_replaced(share, fact, &body)?;
        }
        if let Body::ShareDecided(decision) = &body {
            let cleared = correction.cleared.iter().any(|name| name == "reasons");
            ensure(!decision.reasons.is_empty() && (!cleared || gives("reasons")), Rule::DecisionHasReasons, || {
                format!("statement {index}")
            })?;
        }
        Ok(body)
    }

    /// A corrected concern or recommendation still has a name of its own, and what follows one still names one.
    fn check_replaced_name(&self, fact: &Fact, body: &Body) -> Result<(), Refusal> {
        let keeps = match (&fact.body, body) {
            (Body::ConcernRaised(old), Body::ConcernRaised(new)) => {
                old.concern == new.concern || !self.concerns.contains(&new.concern)
            }
            (_, Body::ConcernAnswered(new)) => self.concerns.contains(&new.concern),
            (Body::RecommendationMade(old), Body::RecommendationMade(new)) => {
                old.recommendation == new.recommendation || !self.recommendations.contains(&new.recommendation)
            }
            (_, Body::RecommendationProgressed(new)) => self.recommendations.contains(&new.recommendation),
            _ => true,
        };
        ensure(keeps, Rule::CorrectionKeepsRules, || format!("statement {}", fact.index))
    }

    fn check_redaction(&self, statement: &Statement, redaction: &Redaction) -> Result<(), Refusal> {
        let sorted = redaction.digests.is_sorted_by(|a, b| a < b) && !redaction.digests.is_empty();
        let fact = self.fact(redaction.of);
        let about = self.share_at(redaction.of).map(|place| self.shares[place].reference.as_str());
        let carried = |digest| {
            // The statement that is named must carry the text itself: its line of the bundles is what loses it.
            fact.is_some_and(|fact| {
                fact.texts.iter().chain(fact.former.iter().map(|(_, text)| text)).any(|text| {
                    let erased = matches!(text.state, TextState::Erased { .. });
                    text.digest == digest && text.carried_by == redaction.of && !erased
                })
            })
        };
        let all = redaction.digests.iter().all(|digest| carried(*digest));
        ensure(sorted && all && about == statement.share.as_deref(), Rule::RedactionNeedsText, || {
            format!("statement {}", redaction.of)
        })
    }
}

fn ensure(holds: bool, rule: Rule, detail: impl FnOnce() -> String) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::new(rule, detail())) }
}

/// Kinds that are always about a share.
fn is_about_a_share(body: &Body) -> bool {
    matches!(
        body,
        Body::ListingChanged(_)
            | Body::ShareDecided(_)
            | Body::ShareAgreed(_)
            | Body::ShareAmended(_)
            | Body::ShareExtended(_)
            | Body::ShareSuspended(_)
            | Body::ShareEnded(_)
            | Body::ReleaseRegistered(_)
            | Body::ReleaseOpened(_)
            | Body::DestructionClaimed(_)
            | Body::DestructionEvidenced(_)
            | Body::DestructionConfirmed(_)
            | Body::DestructionDisputed(_)
    )
}

/// Kinds that are about the register as a whole never name a share; the others may.
fn may_name_a_share(body: &Body) -> bool {
    !matches!(
        body,
        Body::RegisterOpened(_)
            | Body::ItemDictionaryPublished(_)
            | Body::EditionImported(_)
            | Body::RecommendationMade(_)
            | Body::RecommendationProgressed(_)
            | Body::Heartbeat(_)
    )
}

/// What was said of the log itself is not corrected; a further statement of its own kind says what is true now.
fn is_correctable(body: &Body) -> bool {
    !matches!(
        body,
        Body::Correction(_)
            | Body::Redaction(_)
            | Body::Heartbeat(_)
            | Body::EditionImported(_)
            | Body::ListingChanged(_)
    )
}

/// Checks a statement about a share that exists.
fn check_about(share: &Share, statement: &Statement, disclosures: &[Disclosure]) -> Result<(), Refusal> {
    let named = || format!("share {}", share.reference);
    match &statement.body {
        Body::ShareDecided(decision) => {
            let due = share.imported().is_none() && share.outcome().is_none_or(|last| last == Outcome::Refused);
            ensure(due, Rule::DecisionIsDue, named)?;
            let given = has_text(statement, disclosures, "reasons");
            ensure(given && !decision.reasons.is_empty(), Rule::DecisionHasReasons, named)
        }
        Body::ShareAgreed(agreed) => {
            ensure(share.outcome().is_some_and(Outcome::allows_release), Rule::AgreementNeedsApproval, named)?;
            ensure(agreed.start.first_day() <= agreed.end.last_day(), Rule::EndComesAfterStart, named)
        }
        Body::ShareExtended(extended) => {
            let ordered = share.agreed().is_none_or(|agreed| agreed.start.first_day() <= extended.end.last_day());
            ensure(ordered, Rule::EndComesAfterStart, named)
        }
        Body::ShareSuspended(suspension) => {
            let runs = share.ended().is_none() && share.outcome().is_none_or(Outcome::allows_release);
            ensure(runs && share.suspended() == suspension.lifted, Rule::SuspensionChanges, named)
        }
        Body::ShareEnded(_) => ensure(share.ended().is_none(), Rule::EndsOnce, named),
        Body::ReleaseRegistered(release) => {
            ensure(may_release(share), Rule::ReleaseNeedsApproval, || {
                format!("share {} is {}", share.reference, share.status().code())
            })?;
            let detail = || format!("release {} of share {}", release.release, share.reference);
            ensure(!share.releases.contains_key(&release.release), Rule::ReleaseIsNew, detail)?;
            ensure(is_banded(&statement.body), Rule::MeasuredIsBanded, detail)
        }
        Body::ReleaseOpened(body) => ensure(share.releases.contains_key(&body.release), Rule::ReleaseIsKnown, named),
        Body::ListingChanged(body) => {
            let listed = match &body.release {
                None => share.listed().unwrap_or(body.listed),
                Some(release) => {
                    ensure(share.releases.contains_key(release), Rule::ReleaseIsKnown, named)?;
                    !share.unlisted.contains(release)
                }
            };
            ensure(listed != body.listed, Rule::ListingChanges, named)
        }
        _ => check_destruction(share, statement),
    }
}

fn check_destruction(share: &Share, statement: &Statement) -> Result<(), Refusal> {
    let Some(copy) = destruction::copy_of(&statement.body) else { return Ok(()) };
    let known = share.steps.copies.get(copy).map_or(&[][..], Vec::as_slice);
    let known = known.iter().map(|step| (share.facts[*step].at, &share.facts[*step].body));
    let steps = known.chain([(statement.at, &statement.body)]);
    let detail = || format!("copy {copy} of share {}", share.reference);
    destruction::walk(steps, &share.access().recipient).map_err(|rule| Refusal::new(rule, detail()))?;
    let given = !matches!(statement.body, Body::DestructionEvidenced(_)) || !statement.evidence.is_empty();
    ensure(given, Rule::EvidenceIsGiven, detail)
}

/// Whether a statement gives this text: in public, withheld, or erased since, when nobody can tell.
fn has_text(statement: &Statement, disclosures: &[Disclosure], name: &str) -> bool {
    disclosures.iter().any(|text| text.name() == name)
        || statement.withheld.iter().any(|text| text.name == name)
        || statement.sealed.len() > disclosures.len() + statement.withheld.len()
}

fn may_release(share: &Share) -> bool {
    let approved = match share.outcome() {
        Some(outcome) => outcome.allows_release(),
        // A source that lists a release without its decision has released all the same.
        None => share.imported().is_some(),
    };
    approved && !share.suspended() && share.ended().is_none()
}

fn is_banded(body: &Body) -> bool {
    let Body::ReleaseRegistered(release) = body else { return true };
    let Some(volume) = &release.volume else { return true };
    volume.basis != VolumeBasis::Measured || volume.people.is_none_or(|people| people.is_banded())
}

/// Checks that a share still keeps the rules once one of its facts says something else.
fn check_replaced(share: &Share, fact: &Fact, body: &Body) -> Result<(), Refusal> {
    let detail = || format!("statement {} of share {}", fact.index, share.reference);
    ensure(is_banded(body), Rule::MeasuredIsBanded, detail)?;
    let keeps = match (&fact.body, body) {
        (_, Body::ReleaseRegistered(release)) => {
            share.releases.get(&release.release).is_none_or(|at| share.facts[*at].index == fact.index)
        }
        (_, Body::ReleaseOpened(opened)) => share.releases.contains_key(&opened.release),
        (_, Body::ShareDecided(decision)) => keeps_decisions(share, fact.index, decision.outcome),
        (_, Body::ShareImported(imported)) => {
            let allows = imported.outcome.map_or(share.agreed().is_none(), Outcome::allows_release);
            (allows || !is_used(share)) && keeps_destruction(share, fact.index, body)
        }
        (_, Body::ShareApplied(_)) => keeps_destruction(share, fact.index, body),
        (_, Body::ShareAgreed(agreed)) => agreed.start.first_day() <= agreed.end.last_day(),
        (_, Body::ShareExtended(extended)) => {
            share.agreed().is_none_or(|agreed| agreed.start.first_day() <= extended.end.last_day())
        }
        // What follows a suspension depends on which way it went; a further statement turns it round.
        (Body::ShareSuspended(old), Body::ShareSuspended(new)) => old.lifted == new.lifted,
        _ => keeps_destruction(share, fact.index, body),
    };
    ensure(keeps, Rule::CorrectionKeepsRules, detail)
}

/// Whether something stands on the approval of a share.
fn is_used(share: &Share) -> bool {
    share.release_count() > 0 || share.agreed().is_some()
}

/// All decisions but the last refuse, and the last allows what stands on it.
fn keeps_decisions(share: &Share, index: u64, outcome: Outcome) -> bool {
    let Some((last, earlier)) = share.steps.decisions.split_last() else { return true };
    if share.facts[*last].index == index {
        return outcome.allows_release() || !is_used(share);
    }
    let meant = |place: &usize| share.facts[*place].index == index;
    !earlier.iter().any(meant) || outcome == Outcome::Refused
}

/// Whether the destruction of every copy that a changed fact concerns still keeps its rules.
fn keeps_destruction(share: &Share, index: u64, body: &Body) -> bool {
    let Ok(place) = share.facts.binary_search_by_key(&index, |fact| fact.index) else { return false };
    let recipient = match body.recipient() {
        Some(recipient) if place == 0 => recipient,
        _ => &share.access().recipient,
    };
    let keeps = |copy: &str| {
        let mut steps = share.steps.copies.get(copy).cloned().unwrap_or_default();
        steps.retain(|step| *step != place);
        if destruction::copy_of(body) == Some(copy) {
            steps.insert(steps.partition_point(|step| *step < place), place);
        }
        let steps = steps.into_iter().map(|step| {
            let fact = &share.facts[step];
            (fact.at, if step == place { body } else { &fact.body })
        });
        destruction::walk(steps, recipient).is_ok()
    };
    let concerned = [destruction::copy_of(&share.facts[place].body), destruction::copy_of(body)];
    if place == 0 {
        share.steps.copies.keys().all(|copy| keeps(copy))
    } else {
        concerned.into_iter().flatten().all(keeps)
    }
}
