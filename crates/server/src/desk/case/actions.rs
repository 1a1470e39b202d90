//! What somebody can do with a case now: from the table of permissions, and the few facts that it does not know.

use casework::case::{Case, Progress};
use casework::permission;
use casework::{Actor, CommandKind, Role, Stage};

use crate::web::words;

/// One thing that can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// What it is called.
    pub label: &'static str,
    /// Where it is done.
    pub address: String,
    /// Whether it is done by a button on the page of the case, and needs no form.
    pub at_once: bool,
}

/// What this actor can do, in the order of a case's life.
pub fn of(case: &Case, actor: &Actor, stage: Stage) -> Vec<Action> {
    let mut actions: Vec<Action> = Vec::new();
    for kind in CommandKind::ALL {
        let allowed = permission::may(actor, *kind, case.organisation) && permission::at(*kind, stage);
        let Some((label, place, at_once)) = place(*kind).filter(|_| allowed && applies(*kind, case, actor)) else {
            continue;
        };
        let reference = words::encode(&case.reference);
        let address = match place.strip_prefix("application") {
            Some(rest) => format!("/desk/application/{reference}{rest}"),
            None => format!("/desk/case/{reference}/{place}"),
        };
        if actions.iter().all(|other| other.address != address) {
            actions.push(Action { label, address, at_once });
        }
    }
    if super::following::may(case, actor) {
        let address = format!("/desk/case/{}/follow", words::encode(&case.reference));
        actions.push(Action { label: "Change or extend what was agreed", address, at_once: false });
    }
    actions
}

/// Where each command is given. Several are given on one page.
fn place(kind: CommandKind) -> Option<(&'static str, &'static str, bool)> {
    use CommandKind as C;
    Some(match kind {
        C::OpenApplication => return None,
        C::SaveAnswers | C::ReuseAnswers | C::SetSpecification => ("Answer the questions", "application", false),
        C::Submit => ("Check, sign and submit", "application/declare", false),
        C::Withdraw => ("Withdraw", "withdraw", false),
        C::TakeCase => ("Take this case", "take", true),
        C::AwaitThirdParty => ("Wait for a third party", "wait", false),
        C::AnswerThirdParty => ("The third party has answered", "resume", true),
        C::RequestChanges => ("Return for changes", "return", false),
        C::AcceptApplication => ("Accept for review", "accept", false),
        C::AddAssessment => ("Add an assessment of the risk", "assessment", false),
        C::AssignReviewer | C::RemoveReviewer => ("Reviewers", "reviewers", false),
        C::DeclareConflict => ("Declare a conflict of interest", "conflict", false),
        C::SubmitReview => ("Write your review", "review", false),
        C::ProposeDecision | C::WithdrawProposal | C::ConfirmDecision => ("Decision", "decision", false),
        C::Appeal => ("Appeal", "appeal", false),
        C::OfferAgreement | C::SignAgreement | C::CountersignAgreement => ("Agreement", "agreement", false),
        C::GiveRecipientKey => ("Give your organisation’s key", "release", false),
        C::InstructRelease
        | C::WithdrawInstruction
        | C::HandInManifest
        | C::ReturnManifest
        | C::ConfirmRelease
        | C::GiveReceipt => ("Releases", "release", false),
        C::SuspendShare | C::LiftSuspension | C::EndShare => ("Suspend or end access", "access", false),
    })
}

/// What the table does not know: whose case it is, and what has been done already.
fn applies(kind: CommandKind, case: &Case, actor: &Actor) -> bool {
    use CommandKind as C;
    let is_officer = case.officer == Some(actor.person);
    let for_officers = permission::of(kind).roles == [Role::CaseOfficer];
    if case.conflicted.contains_key(&actor.person) || for_officers && kind != C::TakeCase && !is_officer {
        return false;
    }
    let offered = matches!(&case.progress, Progress::Decided { offer: Some(_) });
    match kind {
        C::TakeCase => !is_officer,
        C::AwaitThirdParty => case.awaited.is_none(),
        C::AnswerThirdParty => case.awaited.is_some(),
        C::SubmitReview => case.reviews.get(&actor.person).is_some_and(Option::is_none),
        C::ProposeDecision | C::WithdrawProposal => case.reviews_are_in(),
        C::ConfirmDecision => matches!(&case.progress, Progress::Review { proposal: Some(_) }),
        C::Appeal => case.is_refused() && case.appeals.is_empty(),
        C::OfferAgreement => case.is_approved(),
        C::SignAgreement | C::CountersignAgreement => offered,
        C::Withdraw => !case.is_refused(),
        C::GiveRecipientKey => case.recipient_key.is_none(),
        C::ReturnManifest | C::ConfirmRelease => case.open_release().is_some_and(|open| open.handed_in().is_some()),
        C::GiveReceipt => case.has_released(),
        _ => true,
    }
}
