//! Decides what comes of a command: events, or a refusal. Whether the actor may is asked first.

mod agreement;
mod application;
mod assessment;
mod decision;
mod release;
mod review;

use jiff::civil::Date;
use register::Moment;

use crate::calendar::day_in_england;
use crate::case::Case;
use crate::command::{Command, CommandKind};
use crate::event::{Event, Side};
use crate::permission;
use crate::person::Actor;
use crate::refusal::{Refusal, Rule};

/// The longest text that a field of casework takes, in letters; answers have the form's own limits.
const LONGEST: usize = 20_000;

/// What comes of a command, given the case as it stands; nothing is written and nothing is sent.
///
/// # Errors
/// Why nothing comes of it.
pub fn decide(case: Option<&Case>, actor: &Actor, command: Command, now: Moment) -> Result<Vec<Event>, Refusal> {
    let Some(case) = case else { return application::open(actor, command) };
    let (kind, today) = (command.kind(), day_in_england(now));
    authorise(case, actor, kind, today)?;
    let event = match command {
        Command::OpenApplication { .. } => return Err(Refusal::Rule(Rule::OneHistory)),
        Command::SaveAnswers { answers } => application::save(case, answers)?,
        Command::ReuseAnswers { from, of, answers } => application::reuse(case, from, of, answers)?,
        Command::SetSpecification { specification } => application::specify(case, specification),
        Command::Submit { signed, recipient, problems } => Some(application::submit(signed, recipient, problems)?),
        Command::Withdraw { reasons } => return application::withdraw(case, reasons),
        Command::TakeCase => (case.officer != Some(actor.person)).then_some(Event::CaseTaken {}),
        Command::AwaitThirdParty { what } => {
            rule(case.awaited.is_none(), Rule::Awaiting)?;
            Some(Event::ThirdPartyAwaited { what: text("what", what)? })
        }
        Command::AnswerThirdParty => {
            rule(case.awaited.is_some(), Rule::NotAwaiting)?;
            Some(Event::ThirdPartyAnswered {})
        }
        Command::RequestChanges { requests, by } => Some(review::request_changes(requests, by, today)?),
        Command::AcceptApplication { access, texts } => Some(review::accept(access, texts)?),
        Command::AddAssessment { assessment } => assessment::add(case, &assessment)?,
        Command::AssignReviewer { reviewer } => Some(review::assign(case, &reviewer)?),
        Command::RemoveReviewer { reviewer } => Some(review::remove(case, reviewer)?),
        Command::DeclareConflict { nature } => Some(Event::ConflictDeclared { nature: text("nature", nature)? }),
        Command::SubmitReview { review } => Some(review::submit(case, actor, review)?),
        Command::ProposeDecision { decision } => Some(decision::propose(case, decision)?),
        Command::WithdrawProposal => Some(decision::withdraw(case)?),
        Command::ConfirmDecision { proposal } => Some(decision::confirm(case, actor, proposal)?),
        Command::Appeal { grounds } => Some(decision::appeal(case, grounds)?),
        Command::OfferAgreement { terms } => Some(agreement::offer(case, terms, today)?),
        Command::SignAgreement { signed, digest } => {
            Some(agreement::sign(case, actor, Side::Recipient, signed, digest)?)
        }
        Command::CountersignAgreement { signed, digest } => {
            Some(agreement::sign(case, actor, Side::Custodian, signed, digest)?)
        }
        Command::SuspendShare { ground } => Some(Event::ShareSuspended { ground }),
        Command::LiftSuspension => Some(Event::SuspensionLifted {}),
        Command::EndShare { ground } => Some(agreement::end(case, ground, today)?),
        Command::GiveRecipientKey { key } => release::give_key(case, &key)?,
        Command::InstructRelease { instruction } => Some(release::instruct(case, &instruction, now)?),
        Command::WithdrawInstruction => Some(release::take_back(case)?),
        Command::HandInManifest { instruction, manifest } => {
            Some(release::hand_in(case, &instruction, &manifest, now)?)
        }
        Command::ReturnManifest { why } => Some(release::send_back(case, why)?),
        Command::ConfirmRelease { manifest } => Some(release::release(case, actor, manifest)?),
        Command::GiveReceipt { release } => Some(release::give_receipt(case, &release)?),
    };
    Ok(event.into_iter().collect())
}

/// The case officer's commands belong to the officer of the case, but for taking it and standing aside.
fn authorise(case: &Case, actor: &Actor, kind: CommandKind, today: Date) -> Result<(), Refusal> {
    if !permission::may(actor, kind, case.organisation) {
        return Err(Refusal::NotPermitted(kind));
    }
    rule(!case.conflicted.contains_key(&actor.person), Rule::NoConflict)?;
    let own = actor.member.contains_key(&case.organisation);
    let of_custodian = permission::of(kind).roles.iter().all(|role| !role.is_of_an_organisation());
    rule(!(own && of_custodian), Rule::OwnOrganisation)?;
    let stage = case.stage(today);
    if !permission::at(kind, stage) {
        return Err(Refusal::NotAtThisStage { command: kind, stage });
    }
    let officers_only = permission::of(kind).roles == [crate::person::Role::CaseOfficer];
    let is_theirs = case.officer == Some(actor.person) || kind == CommandKind::TakeCase;
    rule(!officers_only || is_theirs, Rule::OwnOfficer)
}

fn rule(holds: bool, rule: Rule) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::Rule(rule)) }
}

/// A text that must be given.
fn text(field: &'static str, given: String) -> Result<String, Refusal> {
    let problem = match given.trim() {
        "" => "enter something".to_owned(),
        long if long.chars().count() > LONGEST => format!("enter {LONGEST} letters at most"),
        _ => return Ok(given.trim().to_owned()),
    };
    Err(Refusal::Field { field, problem })
}

fn field(holds: bool, field: &'static str, problem: &str) -> Result<(), Refusal> {
    if holds { Ok(()) } else { Err(Refusal::Field { field, problem: problem.to_owned() }) }
}
