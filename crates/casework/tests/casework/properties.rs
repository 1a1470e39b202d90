//! Random people giving random commands: whatever happens, the case stays whole, and the register takes what it owes.

use casework::event::{Advice, ChangeRequest};
use casework::owed::owed;
use casework::permission::PERMISSIONS;
use casework::{Actor, Command, Event, Role, Stage};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use register::statement::{Body, RegisterOpened, Statement};
use register::vocabulary::{EndGround, Outcome, SuspensionGround};
use register::{Organisation, Register};

use crate::given::*;

fn anybody() -> Vec<Actor> {
    vec![
        applicant(),
        official(),
        officer(),
        staff(11, &[Role::CaseOfficer, Role::Reviewer]),
        reviewer(1),
        reviewer(2),
        reviewer(3),
        chair(),
        staff(31, &[Role::PanelChair, Role::CaseOfficer]),
        signatory(),
        staff(50, &[Role::Regulator, Role::Auditor, Role::Administrator]),
        member(9, casework::OrganisationId(2), &[Role::Applicant, Role::SigningOfficial]),
    ]
}

fn any_command(choice: u8, history: &History) -> Command {
    let outcomes = [Outcome::Approved, Outcome::ApprovedWithConditions, Outcome::Refused];
    let outcome = outcomes[usize::from(choice) % 3];
    let last = history.case().and_then(|case| match case.progress {
        casework::case::Progress::Review { proposal } => proposal.map(|proposal| proposal.seq),
        _ => None,
    });
    match choice % 29 {
        0 | 1 => submit(),
        2 => Command::TakeCase,
        3 | 4 => accept(),
        5 => Command::AssignReviewer { reviewer: reviewer(1) },
        6 => Command::AssignReviewer { reviewer: reviewer(2) },
        7 => Command::AssignReviewer { reviewer: reviewer(3) },
        8..=10 => review(Advice::Approve),
        11..=13 => propose(outcome),
        14..=16 => Command::ConfirmDecision { proposal: last.unwrap_or(1) },
        17 => Command::WithdrawProposal,
        18 => Command::Appeal { grounds: "It is clear.".to_owned() },
        19 => Command::OfferAgreement { terms: terms() },
        20 => sign(),
        21 => countersign(),
        22 => Command::SuspendShare { ground: SuspensionGround::Incident },
        23 => Command::LiftSuspension,
        24 => Command::EndShare { ground: EndGround::Terminated },
        25 => Command::RequestChanges {
            requests: vec![ChangeRequest { question: None, what: "More.".to_owned() }],
            by: "2029-01-01".parse().unwrap(),
        },
        26 => Command::RemoveReviewer { reviewer: reviewer(3).person },
        27 if choice > 200 => withdraw(),
        28 if choice > 200 => Command::DeclareConflict { nature: "Near.".to_owned() },
        _ => Command::AnswerThirdParty,
    }
}

fn empty_register() -> Register {
    let mut register = Register::new();
    let opened = RegisterOpened {
        custodian: Organisation::named("Custodian"),
        demonstration: true,
        name: "Register".to_owned(),
        population: "pupils".to_owned(),
    };
    let at = "2026-01-01".parse().unwrap();
    let first = Statement::new("opened", at, moment("2026-01-01T00:00:00Z"), opened.into());
    register.apply(&first, &[]).unwrap();
    register
}

/// Who may be the wrong person half of the time; the right one is tried first so that histories get long.
fn give(history: &mut History, choice: u8, who: u8) -> Result<Vec<Event>, casework::Refusal> {
    let command = any_command(choice, history);
    let people = anybody();
    let chosen = &people[usize::from(who) % people.len()];
    if who.is_multiple_of(2) {
        let right = people
            .iter()
            .find(|actor| casework::decide(history.case().as_ref(), actor, command.clone(), history.now()).is_ok());
        return history.attempt(right.unwrap_or(chosen), command);
    }
    history.attempt(chosen, command)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_register_takes_whatever_a_random_history_owes_and_shows_each_decision(
        steps in prop::collection::vec((any::<u8>(), any::<u8>(), 0_i64..40), 1..120),
    ) {
        let mut history = drafted();
        let mut register = empty_register();
        for (choice, who, days) in steps {
            let before = (history.events.len(), history.stage());
            if give(&mut history, choice, who).is_err() {
                prop_assert_eq!(history.events.len(), before.0, "a refusal leaves no trace");
                continue;
            }
            let events = history.events[before.0..].to_vec();
            let mut case = casework::fold(&history.events[..before.0]).unwrap();
            for recorded in &events {
                let after = casework::evolve(case, recorded).unwrap();
                for draft in owed(&after, recorded) {
                    let statement = Statement::from_leaf(&draft.statement.to_leaf().unwrap()).unwrap();
                    if let (Event::DecisionConfirmed { decision }, Body::ShareDecided(body)) = (&recorded.event, &statement.body) {
                        prop_assert_eq!(&body.outcome, &decision.outcome);
                        prop_assert_eq!(&body.reasons, &decision.reasons);
                        prop_assert_eq!(&body.decided_by, &decision.decided_by);
                        let conditions: Vec<_> = decision.conditions.iter().map(|one| (one.code.clone(), one.due, Some(one.owner))).collect();
                        let published: Vec<_> = body.conditions.iter().map(|one| (one.code.clone(), one.due, one.owner)).collect();
                        prop_assert_eq!(published, conditions);
                        let public: Vec<_> = draft.public.iter().map(|text| (text.name().to_owned(), text.value().to_owned())).collect();
                        let said: Vec<_> = decision.texts.iter().filter(|text| text.withheld.is_none())
                            .map(|text| (text.sealed.name().to_owned(), text.sealed.value().to_owned())).collect();
                        prop_assert_eq!(public, said);
                    }
                    register.apply(&statement, &draft.public).map_err(|refusal| TestCaseError::fail(refusal.to_string()))?;
                }
                case = Some(after);
            }
            let case = case.unwrap();
            if let casework::case::Progress::Agreed(agreement) = &case.progress
                && agreement.registered.is_none()
            {
                history.record(None, Event::StatementPublished { id: format!("agreed-{REFERENCE}"), index: register.size() - 1 });
            }
            let after = history.stage();
            let kinds_of_step = PERMISSIONS.iter().flat_map(|row| row.steps).any(|(from, to)| *from == before.1 && (to.contains(&after) || *from == after));
            let registers = after == Stage::Registered || after == Stage::Active || after == Stage::Ending || after == Stage::DestructionDue;
            prop_assert!(kinds_of_step || registers, "{:?} to {:?} stands in no table", before.1, after);
            history.now += days * 86_400;
            prop_assert_eq!(casework::fold(&history.events).unwrap(), history.case());
        }
        if let Some(case) = history.case().filter(|case| !case.decisions.is_empty()) {
            let share = register.share(REFERENCE).unwrap();
            prop_assert_eq!(share.outcome(), case.decision().map(|decision| decision.outcome));
            for (_, decision) in &case.decisions {
                prop_assert!(!decision.reasons.is_empty() && decision.text("reasons").is_some());
            }
        }
    }
}

/// Whatever the generator above does, it must reach every stage that commands can, or it shows nothing.
#[test]
fn random_histories_reach_the_far_stages() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let steps = prop::collection::vec((any::<u8>(), any::<u8>()), 200);
    let mut reached = std::collections::BTreeSet::new();
    for _ in 0..150 {
        let mut history = drafted();
        for (choice, who) in steps.new_tree(&mut runner).unwrap().current() {
            let _ = give(&mut history, choice, who & !1);
            if history.stage() == Stage::Agreed {
                history.record(None, Event::StatementPublished { id: format!("agreed-{REFERENCE}"), index: 3 });
            }
            reached.insert(history.stage());
        }
    }
    for stage in [
        Stage::Submitted,
        Stage::Screening,
        Stage::Returned,
        Stage::Review,
        Stage::Decided,
        Stage::Registered,
        Stage::Suspended,
        Stage::Closed,
        Stage::Withdrawn,
    ] {
        assert!(reached.contains(&stage), "{stage:?} was never reached; reached {reached:?}");
    }
}
