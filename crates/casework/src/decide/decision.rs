//! Proposing a decision, confirming it by a second person, appealing against it.

use register::vocabulary::{Outcome, Reason, Route};

use super::review::check_texts;
use super::{field, rule, text};
use crate::case::{Case, Progress, Proposal};
use crate::event::Event;
use crate::person::Actor;
use crate::publication::{Decision, speaks_for};
use crate::refusal::{Refusal, Rule};

pub(super) fn propose(case: &Case, decision: Decision) -> Result<Event, Refusal> {
    rule(case.reviews_are_in(), Rule::TwoReviews)?;
    rule(proposal(case).is_none(), Rule::ProposalOpen)?;
    check(case, &decision)?;
    Ok(Event::DecisionProposed { decision })
}

pub(super) fn withdraw(case: &Case) -> Result<Event, Refusal> {
    rule(proposal(case).is_some(), Rule::ProposalMissing)?;
    Ok(Event::ProposalWithdrawn {})
}

pub(super) fn confirm(case: &Case, actor: &Actor, looked_at: u64) -> Result<Event, Refusal> {
    let Some(proposal) = proposal(case) else { return Err(Refusal::Rule(Rule::ProposalMissing)) };
    rule(proposal.seq == looked_at, Rule::ProposalChanged)?;
    rule(proposal.by != actor.person, Rule::SecondPerson)?;
    Ok(Event::DecisionConfirmed { decision: proposal.decision.clone() })
}

pub(super) fn appeal(case: &Case, grounds: String) -> Result<Event, Refusal> {
    rule(case.is_refused(), Rule::AppealRefusal)?;
    rule(case.appeals.is_empty(), Rule::AppealOnce)?;
    Ok(Event::AppealMade { grounds: text("grounds", grounds)? })
}

fn proposal(case: &Case) -> Option<&Proposal> {
    match &case.progress {
        Progress::Review { proposal } => proposal.as_ref(),
        _ => None,
    }
}

/// What a decision must say: reasons that fit its outcome, the balance that was struck, why direct supply, and what the
/// assessment of the risk to people says.
fn check(case: &Case, decision: &Decision) -> Result<(), Refusal> {
    let approves = decision.outcome.allows_release();
    field(decision.outcome != Outcome::Withdrawn, "outcome", "only the applicant withdraws")?;
    field(!decision.reasons.is_empty(), "reasons", "choose one reason at least")?;
    let fits = |outcome: Outcome, reasons: &[Reason]| {
        reasons.iter().any(|reason| speaks_for(*reason) == outcome.allows_release())
    };
    let fitting = if approves { "choose a reason for the approval" } else { "choose a reason for the refusal" };
    field(fits(decision.outcome, &decision.reasons), "reasons", fitting)?;
    field(!decision.decided_by.trim().is_empty(), "decided-by", "say who decides")?;
    for name in ["reasons", "balance"] {
        let given = decision.text(name).is_some_and(|text| !text.sealed.value().trim().is_empty());
        field(given, if name == "reasons" { "reasons-text" } else { "balance" }, "enter something")?;
    }
    check_texts(&decision.texts)?;
    if approves {
        field(decision.text("dpia-summary").is_some(), "dpia-summary", "sum up the assessment of the risk to people")?;
        let direct = decision.route == Some(Route::DirectSupply);
        field(!direct || decision.text("why-direct").is_some(), "why-direct", "say why not in a secure environment")?;
        field(decision.route.is_some(), "route", "choose how the data is used")?;
    }
    let conditional = decision.outcome == Outcome::ApprovedWithConditions;
    field(
        conditional != decision.conditions.is_empty(),
        "conditions",
        "give conditions for an approval with conditions, and for no other outcome",
    )?;
    field(!conditional || decision.text("conditions").is_some(), "conditions", "say in words what the conditions ask")?;
    let asked = case.accepted.as_ref().map_or(&[][..], |access| &access.datasets);
    for (place, one) in decision.datasets.iter().enumerate() {
        field(
            asked.iter().any(|use_of| use_of.name == one.dataset),
            "datasets",
            "choose a dataset of the application",
        )?;
        let again = decision.datasets[..place].iter().any(|other| other.dataset == one.dataset);
        field(!again, "datasets", "decide on each dataset once")?;
        field(fits(one.outcome, &one.reasons), "datasets", "give a reason that fits the outcome for each dataset")?;
        field(
            one.outcome != decision.outcome && one.outcome != Outcome::Withdrawn,
            "datasets",
            "name only datasets that are decided otherwise than the whole",
        )?;
        field(approves || !one.outcome.allows_release(), "datasets", "a refusal of the whole refuses every dataset")?;
    }
    let all_refused = !asked.is_empty()
        && asked.iter().all(|use_of| {
            decision.datasets.iter().any(|one| one.dataset == use_of.name && one.outcome == Outcome::Refused)
        });
    field(!(approves && all_refused), "datasets", "an approval lets one dataset be used at least")
}
