//! What happened to one copy: claims, evidence, confirmations and disputes, in the log's order, and the rules that they
//! keep among one another. A new statement and a corrected one are held to the same rules by the same walk.

use super::Rule;
use crate::date::PartialDate;
use crate::organisation::Organisation;
use crate::statement::Body;
use crate::vocabulary::{CopyPlace, Destruction, Method};

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

/// The same, borrowed, so that a walk over many steps copies no names.
struct Walk<'a> {
    claim: (PartialDate, &'a crate::statement::DestructionClaimed),
    state: Destruction,
    evidenced: Option<PartialDate>,
    confirmed: Option<(PartialDate, &'a Organisation)>,
    disputed: Option<(PartialDate, &'a Organisation)>,
}

/// The copy that a statement is about, where it is one of a destruction.
pub(super) fn copy_of(body: &Body) -> Option<&str> {
    match body {
        Body::DestructionClaimed(step) => Some(&step.copy),
        Body::DestructionEvidenced(step) => Some(&step.copy),
        Body::DestructionConfirmed(step) => Some(&step.copy),
        Body::DestructionDisputed(step) => Some(&step.copy),
        _ => None,
    }
}

/// Walks through the steps of one copy. Gives the first rule that a step breaks.
pub(super) fn walk<'a>(
    steps: impl Iterator<Item = (PartialDate, &'a Body)>,
    recipient: &Organisation,
) -> Result<Option<CopyState>, Rule> {
    let mut known: Option<Walk<'a>> = None;
    let mut claimants: Vec<&Organisation> = Vec::new();
    for (at, body) in steps {
        if known.as_ref().is_some_and(|walk| walk.state == Destruction::Confirmed) {
            return Err(Rule::ClaimIsOpen);
        }
        if let Body::DestructionClaimed(claim) = body {
            let state = Destruction::Claimed;
            known = Some(Walk { claim: (at, claim), state, evidenced: None, confirmed: None, disputed: None });
            // Whoever claims again and again is remembered once.
            if !claimants.contains(&&claim.by) {
                claimants.push(&claim.by);
            }
            continue;
        }
        let Some(walk) = known.as_mut() else { return Err(Rule::DestructionIsClaimed) };
        match body {
            Body::DestructionEvidenced(_) => {
                walk.state = Destruction::Evidenced;
                walk.evidenced = Some(at);
            }
            Body::DestructionConfirmed(step) => {
                let involved =
                    claimants.iter().any(|claimant| claimant.is_same(&step.by)) || recipient.is_same(&step.by);
                if involved {
                    return Err(Rule::ConfirmationIsIndependent);
                }
                walk.state = Destruction::Confirmed;
                walk.confirmed = Some((at, &step.by));
            }
            Body::DestructionDisputed(step) => {
                walk.state = Destruction::Disputed;
                walk.disputed = Some((at, &step.by));
            }
            _ => {}
        }
    }
    let owned = |step: Option<(PartialDate, &Organisation)>| step.map(|(at, by)| (at, by.clone()));
    Ok(known.map(|walk| CopyState {
        copy: walk.claim.1.copy.clone(),
        place: walk.claim.1.place,
        state: walk.state,
        method: walk.claim.1.method,
        claimed: (walk.claim.0, walk.claim.1.by.clone()),
        evidenced: walk.evidenced,
        confirmed: owned(walk.confirmed),
        disputed: owned(walk.disputed),
    }))
}
