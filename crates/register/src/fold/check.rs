//! Checks a statement against the rules, before it counts.

use super::{Refusal, Register, Rule, Share, TextState};
use crate::disclosure::Disclosure;
use crate::statement::{Body, Correction, Redaction, Statement};
use crate::vocabulary::{Destruction, Outcome, VolumeBasis};

/// Names under which existence, channel, legal basis, dates and volume would be withheld (DESIGN.md, Statements).
const NEVER_WITHHELD: &[&str] =
    &["channel", "legal-basis", "bases", "dates", "applied", "decided", "start", "end", "volume"];

impl Register {
    /// Whether the next statement may be this one.
    ///
    /// # Errors
    /// A [`Refusal`] that names the first rule that it breaks.
    pub fn check(&self, statement: &Statement, disclosures: &[Disclosure]) -> Result<(), Refusal> {
        self.check_frame(statement, disclosures)?;
        let share = self.check_share(statement)?;
        match share {
            Some(share) => check_about(share, statement, disclosures)?,
            None => self.check_general(statement)?,
        }
        match &statement.body {
            Body::Correction(correction) => self.check_correction(statement, correction, disclosures),
            Body::Redaction(redaction) => self.check_redaction(statement, redaction),
            _ => Ok(()),
        }
    }

    fn check_frame(&self, statement: &Statement, disclosures: &[Disclosure]) -> Result<(), Refusal> {
        let opens = matches!(statement.body, Body::RegisterOpened(_));
        ensure(opens == (self.size() == 0), Rule::OpensFirst, || {
            format!("statement {} is of kind {}", self.size(), statement.kind().code())
        })?;
        ensure(!self.ids.contains(&statement.id), Rule::IdIsNew, || format!("id {} is taken", statement.id))?;
        ensure(self.last_logged.is_none_or(|last| last <= statement.logged), Rule::LoggedInOrder, || {
            format!("logged {}", statement.logged)
        })?;
        for disclosure in disclosures {
            let digest = disclosure.digest();
            let sealed = statement.sealed.binary_search(&digest).is_ok();
            let open = !statement.withheld.iter().any(|withheld| withheld.digest == digest);
            ensure(sealed && open, Rule::DisclosureIsSealed, || format!("digest {digest}"))?;
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
            Body::ConcernRaised(_) | Body::ConcernAnswered(_) => {}
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
        self.check_concern(statement)
    }

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
    ) -> Result<(), Refusal> {
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
        for name in &correction.cleared {
            if !fact.texts.iter().any(|text| text.name() == Some(name)) {
                return refuse(Rule::CorrectionChanges, format!("statement {index} has no text {name}"));
            }
        }
        let body = match fact.body.patched(&correction.patch) {
            Ok(body) => body,
            Err(error) => return refuse(Rule::CorrectionKeepsForm, format!("statement {index}: {error}")),
        };
        if body == fact.body && correction.cleared.is_empty() && statement.sealed.is_empty() {
            return refuse(Rule::CorrectionChanges, format!("statement {index} would stay as it is"));
        }
        if let Some(share) = about {
            check_replaced(share, index, &body)?;
            if let Body::ShareDecided(decision) = &body {
                let cleared = correction.cleared.iter().any(|name| name == "reasons");
                let given = disclosures.iter().any(|text| text.name() == "reasons");
                ensure(!decision.reasons.is_empty() && (given || !cleared), Rule::DecisionHasReasons, || {
                    format!("statement {index}")
                })?;
            }
        }
        Ok(())
    }

    fn check_redaction(&self, statement: &Statement, redaction: &Redaction) -> Result<(), Refusal> {
        let sorted = redaction.digests.is_sorted_by(|a, b| a < b) && !redaction.digests.is_empty();
        let fact = self.fact(redaction.of);
        let about = self.share_at(redaction.of).map(|place| self.shares[place].reference.as_str());
        let carried = |digest| {
            fact.is_some_and(|fact| {
                fact.texts.iter().any(|text| text.digest == digest && !matches!(text.state, TextState::Erased { .. }))
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
            let given = disclosures.iter().any(|text| text.name() == "reasons")
                || statement.withheld.iter().any(|text| text.name == "reasons")
                || statement.sealed.len() > disclosures.len() + statement.withheld.len();
            ensure(given && !decision.reasons.is_empty(), Rule::DecisionHasReasons, named)
        }
        Body::ShareAgreed(agreed) => {
            ensure(share.outcome().is_some_and(Outcome::allows_release), Rule::AgreementNeedsApproval, named)?;
            ensure(agreed.start.last_day() <= agreed.end.last_day(), Rule::EndComesAfterStart, named)
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
    let copies = share.copies();
    let detail = |copy: &str| format!("copy {copy} of share {}", share.reference);
    let open = |copy: &str| copies.get(copy).is_some_and(|known| known.state != Destruction::Confirmed);
    match &statement.body {
        Body::DestructionClaimed(body) => {
            ensure(!copies.contains_key(body.copy.as_str()) || open(&body.copy), Rule::ClaimIsOpen, || {
                detail(&body.copy)
            })
        }
        Body::DestructionEvidenced(body) => {
            ensure(copies.contains_key(body.copy.as_str()), Rule::DestructionIsClaimed, || detail(&body.copy))?;
            ensure(open(&body.copy), Rule::ClaimIsOpen, || detail(&body.copy))?;
            ensure(!statement.evidence.is_empty(), Rule::EvidenceIsGiven, || detail(&body.copy))
        }
        Body::DestructionConfirmed(body) => {
            let Some(known) = copies.get(body.copy.as_str()) else {
                return Err(Refusal::new(Rule::DestructionIsClaimed, detail(&body.copy)));
            };
            ensure(open(&body.copy), Rule::ClaimIsOpen, || detail(&body.copy))?;
            let independent = body.by.name != known.claimed.1.name && body.by.name != share.access().recipient.name;
            ensure(independent, Rule::ConfirmationIsIndependent, || detail(&body.copy))
        }
        Body::DestructionDisputed(body) => {
            ensure(copies.contains_key(body.copy.as_str()), Rule::DestructionIsClaimed, || detail(&body.copy))?;
            ensure(open(&body.copy), Rule::ClaimIsOpen, || detail(&body.copy))
        }
        _ => Ok(()),
    }
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
fn check_replaced(share: &Share, index: u64, body: &Body) -> Result<(), Refusal> {
    let detail = || format!("statement {index} of share {}", share.reference);
    let rule = Rule::CorrectionKeepsRules;
    ensure(is_banded(body), Rule::MeasuredIsBanded, detail)?;
    match body {
        Body::ReleaseRegistered(release) => {
            let elsewhere = share.releases.get(&release.release).is_some_and(|at| share.facts[*at].index != index);
            ensure(!elsewhere, rule, detail)
        }
        Body::ShareDecided(decision) => {
            ensure(share.release_count() == 0 || decision.outcome.allows_release(), rule, detail)
        }
        Body::ShareImported(imported) => {
            let allows = imported.outcome.is_none_or(Outcome::allows_release);
            ensure(share.release_count() == 0 || allows, rule, detail)
        }
        Body::ShareAgreed(agreed) => ensure(agreed.start.last_day() <= agreed.end.last_day(), rule, detail),
        Body::DestructionClaimed(_)
        | Body::DestructionEvidenced(_)
        | Body::DestructionConfirmed(_)
        | Body::DestructionDisputed(_) => check_destruction_replaced(share, index, body),
        _ => Ok(()),
    }
}

/// A corrected destruction must leave every confirmation independent of its claim, and every step with its claim.
fn check_destruction_replaced(share: &Share, index: u64, body: &Body) -> Result<(), Refusal> {
    let mut changed = share.clone();
    for fact in changed.facts.iter_mut().filter(|fact| fact.index == index) {
        fact.body = body.clone();
    }
    let detail = || format!("statement {index} of share {}", share.reference);
    let copies = changed.copies();
    let recipient = &changed.access().recipient.name;
    let independent = copies.values().all(|copy| {
        copy.confirmed.as_ref().is_none_or(|(_, by)| by.name != copy.claimed.1.name && by.name != *recipient)
    });
    let claimed = changed.facts.iter().all(|fact| match &fact.body {
        Body::DestructionEvidenced(step) => copies.contains_key(step.copy.as_str()),
        Body::DestructionConfirmed(step) => copies.contains_key(step.copy.as_str()),
        Body::DestructionDisputed(step) => copies.contains_key(step.copy.as_str()),
        _ => true,
    });
    ensure(independent && claimed, Rule::CorrectionKeepsRules, detail)
}
