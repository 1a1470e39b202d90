//! Whole lives of cases, and what each owes the public.

use casework::event::{ChangeRequest, Relation};
use casework::owed::{owed, preview};
use casework::{Calendar, Command, Party, Stage, clock};
use register::statement::Body;
use register::vocabulary::{EndGround, Outcome, SuspensionGround};
use register::{Draft, Register};

use crate::given::*;

/// Everything that a history owes, in order.
pub fn all_owed(history: &History) -> Vec<Draft> {
    let mut case = None;
    let mut drafts = Vec::new();
    for recorded in &history.events {
        let after = casework::evolve(case, recorded).unwrap();
        drafts.extend(owed(&after, recorded));
        case = Some(after);
    }
    drafts
}

pub fn kinds(history: &History) -> Vec<&'static str> {
    all_owed(history).iter().map(|draft| draft.statement.kind().code()).collect()
}

/// The register takes whatever casework owes.
pub fn publish(history: &History) -> Register {
    let mut register = Register::new();
    let opened = register::statement::RegisterOpened {
        custodian: register::Organisation::named("Custodian"),
        demonstration: true,
        name: "Register".to_owned(),
        population: "pupils".to_owned(),
    };
    let at = "2026-01-01".parse().unwrap();
    let first = register::Statement::new("opened", at, moment("2026-01-01T00:00:00Z"), opened.into());
    register.apply(&first, &[]).unwrap();
    for draft in all_owed(history) {
        let leaf = draft.statement.to_leaf().expect("a statement in form");
        let read = register::Statement::from_leaf(&leaf).unwrap();
        register.apply(&read, &draft.public).unwrap_or_else(|refusal| panic!("{}: {refusal}", read.id));
    }
    register
}

#[test]
fn an_application_is_approved_signed_and_registered() {
    let history = registered();
    assert_eq!(history.stage(), Stage::Registered);
    assert_eq!(kinds(&history), ["share-applied", "share-decided", "share-agreed"]);
    let register = publish(&history);
    let share = register.share(REFERENCE).unwrap();
    assert_eq!(share.outcome(), Some(Outcome::Approved));
    assert_eq!(share.agreed().map(|agreed| agreed.agreement), Some(Some(terms().digest)));
}

#[test]
fn stages_after_the_agreement_follow_from_dates() {
    let at = |days| registered().later(days).stage();
    assert_eq!(at(100), Stage::Registered);
    assert_eq!(at(130), Stage::Active);
    assert_eq!(at(800), Stage::Ending);
    assert_eq!(at(900), Stage::DestructionDue);
}

#[test]
fn a_refusal_is_published_and_can_be_appealed_against_once_before_other_reviewers() {
    let history = decided(Outcome::Refused);
    assert_eq!(kinds(&history), ["share-applied", "share-decided"]);
    let appealed = history.when(&official(), Command::Appeal { grounds: "The benefit is clear.".to_owned() });
    assert_eq!(appealed.stage(), Stage::Review);
    appealed.refuses(&officer(), Command::AssignReviewer { reviewer: reviewer(1) });
    let again = appealed
        .when(&officer(), Command::AssignReviewer { reviewer: reviewer(3) })
        .when(&officer(), Command::AssignReviewer { reviewer: reviewer(4) })
        .when(&reviewer(3), review(casework::event::Advice::Approve))
        .when(&reviewer(4), review(casework::event::Advice::Approve))
        .when(&officer(), propose(Outcome::Approved));
    let command = confirm(&again);
    let decided = again.when(&chair(), command);
    assert_eq!(publish(&decided).share(REFERENCE).unwrap().outcome(), Some(Outcome::Approved));
}

#[test]
fn a_second_refusal_is_final() {
    let mut history = decided(Outcome::Refused).when(&official(), Command::Appeal { grounds: "Please.".to_owned() });
    for number in [3, 4] {
        history = history.when(&officer(), Command::AssignReviewer { reviewer: reviewer(number) });
        history = history.when(&reviewer(number), review(casework::event::Advice::Refuse));
    }
    history = history.when(&officer(), propose(Outcome::Refused));
    let command = confirm(&history);
    let history = history.when(&chair(), command);
    history.refuses(&official(), Command::Appeal { grounds: "Again.".to_owned() });
    publish(&history);
}

#[test]
fn an_application_is_returned_and_comes_back_to_its_officer() {
    let requests = vec![ChangeRequest { question: Some("title".to_owned()), what: "Say more.".to_owned() }];
    let by = "2026-02-01".parse().unwrap();
    let returned = screened().when(&officer(), Command::RequestChanges { requests, by });
    assert_eq!((returned.stage(), returned.case().unwrap().turn()), (Stage::Returned, Some(Party::Applicant)));
    let back = returned.when(&official(), submit());
    assert_eq!(back.stage(), Stage::Screening);
    assert_eq!(kinds(&back), [] as [&str; 0]);
}

#[test]
fn a_draft_that_is_withdrawn_owes_nothing_and_later_ones_owe_a_decision() {
    assert_eq!(kinds(&drafted().when(&applicant(), withdraw())), [] as [&str; 0]);
    for history in [submitted(), screened(), accepted(), reviewed(), proposed(Outcome::Refused)] {
        let withdrawn = history.when(&applicant(), withdraw());
        assert_eq!(withdrawn.stage(), Stage::Withdrawn);
        assert_eq!(kinds(&withdrawn), ["share-applied", "share-decided"]);
        assert_eq!(publish(&withdrawn).share(REFERENCE).unwrap().outcome(), Some(Outcome::Withdrawn));
    }
}

#[test]
fn a_refusal_does_not_become_a_withdrawal_by_an_appeal() {
    let appeal = Command::Appeal { grounds: "The reviewers misread the methods.".to_owned() };
    let appealed = decided(Outcome::Refused).when(&official(), appeal);
    assert_eq!(appealed.stage(), Stage::Review);
    assert_eq!(appealed.refuses(&official(), withdraw()), casework::Refusal::Rule(casework::Rule::RefusalStands));
    assert_eq!(publish(&appealed).share(REFERENCE).unwrap().outcome(), Some(Outcome::Refused));
}

#[test]
fn an_approval_that_is_given_up_ends_the_share() {
    let given_up = decided(Outcome::ApprovedWithConditions).when(&official(), withdraw());
    assert_eq!(given_up.stage(), Stage::Closed);
    assert_eq!(kinds(&given_up), ["share-applied", "share-decided", "share-ended"]);
    publish(&given_up);
}

#[test]
fn access_is_suspended_lifted_and_ended() {
    let ground = SuspensionGround::Incident;
    let suspended = registered().when(&officer(), Command::SuspendShare { ground });
    assert_eq!(suspended.stage(), Stage::Suspended);
    let lifted = suspended.when(&officer(), Command::LiftSuspension);
    let again = lifted.when(&officer(), Command::SuspendShare { ground });
    let ended = again.when(&officer(), Command::EndShare { ground: EndGround::Terminated });
    assert_eq!(ended.stage(), Stage::Closed);
    assert!(publish(&ended).share(REFERENCE).unwrap().ended().is_some());
}

#[test]
fn a_share_that_extends_another_says_so_about_both() {
    let relation = Some(Relation::Extends("DR250001".to_owned()));
    let mut history = agreed();
    let casework::Event::ApplicationOpened { relation: held, .. } = &mut history.events[0].event else { panic!() };
    *held = relation;
    let drafts = all_owed(&history);
    let last = drafts.last().unwrap();
    assert_eq!(last.statement.share.as_deref(), Some("DR250001"));
    let Body::ShareExtended(extended) = &last.statement.body else { panic!("{:?}", last.statement.body) };
    assert_eq!((extended.by.as_str(), extended.end), (REFERENCE, terms().end));
}

#[test]
fn the_preview_is_the_statement_that_is_published_but_for_its_moment() {
    for outcome in [Outcome::Approved, Outcome::ApprovedWithConditions, Outcome::Refused] {
        let history = proposed(outcome);
        let casework::Event::DecisionProposed { decision } = &history.events.last().unwrap().event else { panic!() };
        let seen = preview(&history.case().unwrap(), decision, history.now());
        let command = confirm(&history);
        let published = all_owed(&history.when(&chair(), command)).pop().unwrap();
        assert_eq!(seen, published);
    }
}

#[test]
fn each_working_day_is_charged_to_whoever_had_the_turn() {
    let calendar = Calendar::england();
    // Monday 5 January 2026: two days of writing, five of screening, one week with an ethics committee.
    let history = drafted().later(2).when(&official(), submit()).when(&officer(), Command::TakeCase).later(5);
    let waiting = history.when(&officer(), Command::AwaitThirdParty { what: "Ethics committee".to_owned() }).later(7);
    let spent = clock::spent(&waiting.case().unwrap(), waiting.now(), &calendar);
    assert_eq!(spent[&Party::Applicant], 2);
    assert_eq!(spent[&Party::Department], 3, "Thursday, Friday and Monday");
    assert_eq!(spent[&Party::ThirdParty], 5);
    assert_eq!(clock::overdue(&waiting.case().unwrap(), waiting.later(100).now(), &calendar), None);
}

#[test]
fn lateness_shows_its_sum() {
    let calendar = Calendar::england();
    let history = submitted();
    let late = |days| clock::overdue(&history.case().unwrap(), history.clone().later(days).now(), &calendar);
    assert_eq!(late(2), None, "two working days are promised");
    let overdue = late(3).unwrap();
    assert_eq!((overdue.allowed, overdue.late), (Some(2), 1));
    let sum = "2 working days from 5 January 2026 ended on 7 January 2026; that is 1 working day ago.";
    assert_eq!(overdue.sum(), sum);
}
