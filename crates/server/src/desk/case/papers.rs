//! What of a case can be read on pages of its own, for whoever may see them: assessment, reviews, decision, agreement, the panel's pack.

use casework::Actor;
use casework::case::{Case, Progress};
use casework::permission::{Sight, sees, sees_of};

use super::address;

/// What this actor can read, as it is called and where it is.
pub fn of(case: &Case, actor: &Actor) -> Vec<(&'static str, String)> {
    let case_address = address(&case.reference);
    let proposed = matches!(&case.progress, Progress::Review { proposal: Some(_) });
    let agreement = matches!(&case.progress, Progress::Decided { offer: Some(_) } | Progress::Agreed(_));
    let judged = case.accepted.is_some() && sees(actor, Sight::Reviews, case.organisation);
    let all = [
        ("How easily people could be found", "assessment", sees_of(actor, Sight::Assessment, case)),
        ("Reviews", "review", judged),
        ("The panel’s pack", "pack", judged),
        ("The decision", "decision", !case.decisions.is_empty() || proposed && sees_of(actor, Sight::Proposal, case)),
        ("The agreement", "agreement", agreement),
        ("Releases", "release", matches!(&case.progress, Progress::Agreed(_))),
    ];
    all.into_iter()
        .filter(|(.., there)| *there)
        .map(|(name, place, _)| (name, format!("{case_address}/{place}")))
        .collect()
}
