//! What somebody sees of a decision that was made, or that there is none yet. Texts that are withheld from the public are
//! shown to those only who see them by the table of sights.

use casework::permission::{Sight, may, sees_of};
use casework::{Case, CommandKind, Stage};

use super::proof::{self, Shown};
use super::told::Told;
use crate::desk::Desk;
use crate::desk::page::{Frame, Section};
use crate::desk::problem::Problem;
use crate::desk::review::told::Head;
use crate::desk::signed_in::SignedIn;

#[derive(askama::Template)]
#[template(path = "desk/decision/decided.html")]
pub struct DecidedPage {
    frame: Frame,
    head: Head,
    decisions: Vec<Told>,
    /// What the page says where no decision stands at the moment.
    waits: Option<&'static str>,
    appealed: bool,
    may_appeal: bool,
    agreement: bool,
    evidence: Vec<Shown>,
}

impl DecidedPage {
    pub async fn of(desk: &Desk, by: &SignedIn, case: &Case) -> Result<Self, Problem> {
        let stage = case.stage(casework::calendar::day_in_england(desk.now()));
        let waits = match stage {
            Stage::Review if !case.reviews_are_in() => Some("The reviews are not all in. A decision follows them."),
            Stage::Review => Some("A decision is being prepared."),
            Stage::Withdrawn if case.decisions.is_empty() => Some("The application was withdrawn before a decision."),
            _ if case.decisions.is_empty() => Some("No decision has been made."),
            _ => None,
        };
        let evidence =
            if sees_of(&by.actor, Sight::AuditTrail, case) { proof::of(desk, case).await? } else { Vec::new() };
        let appeals = may(&by.actor, CommandKind::Appeal, case.organisation);
        Ok(Self {
            frame: Frame::of(desk, by, Section::None).await,
            head: Head::of(case),
            decisions: Told::all(case, sees_of(&by.actor, Sight::Withheld, case)),
            waits,
            appealed: !case.appeals.is_empty(),
            may_appeal: appeals && stage == Stage::Decided && case.is_refused() && case.appeals.is_empty(),
            agreement: case.is_approved() && stage != Stage::Review,
            evidence,
        })
    }
}
