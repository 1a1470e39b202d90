//! Random people giving random commands: whatever happens, the case stays whole, and the register takes what it owes.

use casework::case::Progress;
use casework::event::{Advice, ChangeRequest, Terms};
use casework::owed::owed;
use casework::permission::PERMISSIONS;
use casework::release::{Asked, Release, ReleaseProgress};
use casework::{Actor, Case, Command, Event, Recorded, Role, Stage};
use package::Manifest;
use package::instruction::Format;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use register::statement::{Body, RegisterOpened, ReleaseRegistered, Statement};
use register::vocabulary::{EndGround, Outcome, SuspensionGround, VolumeBasis};
use register::{Count, Digest, Draft, Moment, Organisation, Register, Volume};

use crate::given::*;
use crate::journeys::all_owed;

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
        manager(),
        analyst(1),
        analyst(2),
        staff(50, &[Role::Regulator, Role::Auditor, Role::Administrator]),
        member(9, casework::OrganisationId(2), &[Role::Applicant, Role::SigningOfficial, Role::DataManager]),
    ]
}

/// An agreement that begins today: random histories seldom last until a later day.
fn terms_from(now: Moment) -> Terms {
    let (start, end) = (now.date(), "2032-12-31".parse().unwrap());
    Terms { start, end, ..terms() }
}

/// Commands after the agreement; every number of people, a few of them more than were approved.
fn command_of_release(choice: u8, case: &Case, now: Moment) -> Command {
    let open = case.open_release();
    let Progress::Agreed(agreement) = &case.progress else { unreachable!() };
    let asked = Asked { format: Format::Parquet, people_at_most: Some(200), valid_until: agreement.end };
    // The instruction that is open, as it was signed; or the next, or one that does not fit.
    let signed = |release: &Release| {
        let mut before = case.clone();
        before.releases.retain(|other| other.sequence < release.sequence);
        before.recipient_key = Some(release.recipient.clone());
        before.instruction(asked, CUSTODIAN, release.instructed.1).ok()
    };
    let instruction = open.map_or_else(|| case.instruction(asked, CUSTODIAN, now).ok(), signed);
    match (choice % 11, instruction) {
        (0, _) => give_key(),
        (1, _) => Command::GiveRecipientKey { key: CUSTODIAN.to_owned() },
        (2 | 3, Some(instruction)) => Command::InstructRelease { instruction: Box::new(instruction) },
        (4 | 5, Some(instruction)) => {
            let mut manifest = manifest(&instruction, now);
            manifest.people = Count::banded(u64::from(choice));
            manifest.files.iter_mut().for_each(|file| file.rows = Count::banded(u64::from(choice) * 3 % 40));
            manifest.files.truncate(1 + usize::from(choice) % 2);
            hand_in(&instruction, manifest)
        }
        (6 | 7, _) => {
            let of = open.and_then(Release::handed_in).map(|of| of.measured.manifest);
            Command::ConfirmRelease { manifest: of.unwrap_or(Digest([0; 32])) }
        }
        (8, _) if choice > 200 => Command::ReturnManifest { why: "It is of the wrong folder.".to_owned() },
        (9, _) if choice > 150 => Command::WithdrawInstruction,
        _ => Command::GiveReceipt {
            release: case.releases.last().map_or_else(String::new, |last| last.reference.clone()),
        },
    }
}

fn any_command(choice: u8, case: &Case, now: Moment) -> Command {
    let is_agreed = matches!(case.progress, Progress::Agreed(_));
    if is_agreed && !(22..=24).contains(&(choice % 30)) {
        return command_of_release(choice, case, now);
    }
    let outcomes = [Outcome::Approved, Outcome::ApprovedWithConditions, Outcome::Refused];
    let outcome = outcomes[usize::from(choice) % 3];
    let last = match &case.progress {
        Progress::Review { proposal } => proposal.as_ref().map(|proposal| proposal.seq),
        _ => None,
    };
    match choice % 30 {
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
        19 => Command::OfferAgreement { terms: terms_from(now) },
        20 => sign(),
        21 => countersign(),
        22 => Command::SuspendShare { ground: SuspensionGround::Incident },
        23 => Command::LiftSuspension,
        24 if !is_agreed || choice > 220 => Command::EndShare { ground: EndGround::Terminated },
        25 => Command::RequestChanges {
            requests: vec![ChangeRequest { question: None, what: "More.".to_owned() }],
            by: "2029-01-01".parse().unwrap(),
        },
        26 => Command::RemoveReviewer { reviewer: reviewer(3).person },
        27 if choice > 200 => withdraw(),
        28 if choice > 200 => Command::DeclareConflict { nature: "Near.".to_owned() },
        29 => assess(&specification()),
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

/// A history from its beginning, or one that has an agreement already: few random ones come so far by themselves.
fn begun(is_agreed: bool) -> History {
    if is_agreed {
        return released_from(decision(Outcome::Approved)).later(130);
    }
    drafted().when(&applicant(), specify())
}

/// What a release's statement says, computed from the manifest alone.
fn said_of(manifest: &Manifest, on: register::PartialDate) -> ReleaseRegistered {
    let columns = || manifest.files.iter().flat_map(|file| file.columns.iter().map(move |column| (file, column)));
    let classes: std::collections::BTreeSet<_> = columns().flat_map(|(_, column)| column.classes.clone()).collect();
    let exact = manifest.files.iter().filter_map(|file| match file.rows {
        Count::Exactly(rows) => Some(rows),
        Count::Under(_) => None,
    });
    let rows: Vec<u64> = exact.collect();
    let some_few = rows.len() < manifest.files.len();
    let sum: u64 = rows.iter().sum();
    let items = columns().fold(std::collections::BTreeMap::new(), |mut items, (file, column)| {
        items.entry((file.dataset.clone(), column.item.clone())).or_insert(column.classes.clone());
        items
    });
    let counts = items.into_values().fold(std::collections::BTreeMap::<_, u64>::new(), |mut counts, classes| {
        *counts.entry(classes).or_default() += 1;
        counts
    });
    ReleaseRegistered {
        bases: Vec::new(),
        classes: classes.into_iter().collect(),
        cohorts: manifest.cohorts.clone(),
        datasets: manifest.files.iter().map(|file| file.dataset.clone()).collect(),
        facts: Default::default(),
        frequency: None,
        items: counts.into_iter().map(|(classes, count)| register::statement::ItemCount { classes, count }).collect(),
        manifest: Some(digest(manifest)),
        release: manifest.release.clone(),
        released: Some(on),
        source: None,
        volume: Some(Volume {
            basis: VolumeBasis::Measured,
            people: Some(manifest.people),
            requests: None,
            rows: if sum < 10 && some_few { None } else { Some(sum) },
            supplied: None,
        }),
    }
}

/// Who may be the wrong person half of the time; the right one is tried first so that histories get long.
fn give(history: &mut History, case: &Case, choice: u8, who: u8) -> (Command, Option<Vec<Recorded>>) {
    let (command, now) = (any_command(choice, case, history.now()), history.now());
    let people = anybody();
    let chosen = &people[usize::from(who) % people.len()];
    let given = |actor: &Actor| casework::decide(Some(case), actor, command.clone(), now).ok();
    let right = people.iter().filter(|_| who.is_multiple_of(2)).find(|actor| given(actor).is_some());
    let actor = right.unwrap_or(chosen);
    let Some(events) = given(actor) else { return (command, None) };
    let before = history.events.len();
    events.into_iter().for_each(|event| history.record(Some(actor.person), event));
    history.now += 60;
    (command, Some(history.events[before..].to_vec()))
}

/// Records that a statement is under a checkpoint, where one that the case waits for is not yet.
fn log(history: &mut History, case: Case, index: u64) -> Case {
    let agreed = match &case.progress {
        Progress::Agreed(agreement) if agreement.registered.is_none() => Some(format!("agreed-{REFERENCE}")),
        _ => None,
    };
    let released = case.releases.iter().find_map(|release| match &release.progress {
        ReleaseProgress::Released { statement, logged: None, .. } => Some(statement.clone()),
        _ => None,
    });
    let Some(id) = agreed.or(released) else { return case };
    history.record(None, Event::StatementPublished { id, index });
    casework::evolve(Some(case), history.events.last().unwrap()).unwrap()
}

fn stage(case: &Case, history: &History) -> Stage {
    case.stage(casework::calendar::day_in_england(history.now()))
}

/// Every public field of a statement is what the event says; of a release, what its manifest says.
fn says_what_happened(
    recorded: &Recorded,
    draft: &Draft,
    statement: &Statement,
    handed_in: Option<&Manifest>,
) -> Result<(), TestCaseError> {
    if let (Event::DecisionConfirmed { decision }, Body::ShareDecided(body)) = (&recorded.event, &statement.body) {
        prop_assert_eq!(&body.outcome, &decision.outcome);
        prop_assert_eq!(&body.reasons, &decision.reasons);
        prop_assert_eq!(&body.decided_by, &decision.decided_by);
        let asked = decision.conditions.iter().map(|one| (one.code.clone(), one.due, Some(one.owner)));
        let published = body.conditions.iter().map(|one| (one.code.clone(), one.due, one.owner));
        prop_assert_eq!(published.collect::<Vec<_>>(), asked.collect::<Vec<_>>());
        let public = draft.public.iter().map(|text| (text.name(), text.value()));
        let said = decision.texts.iter().filter(|text| text.withheld.is_none());
        let said = said.map(|text| (text.sealed.name(), text.sealed.value()));
        prop_assert_eq!(public.collect::<Vec<_>>(), said.collect::<Vec<_>>());
    }
    if let Body::ReleaseRegistered(body) = &statement.body {
        prop_assert!(draft.public.is_empty() && draft.withheld.is_empty());
        prop_assert_eq!(body, &said_of(handed_in.unwrap(), statement.at));
        prop_assert_eq!(statement.at, casework::calendar::date_in_england(recorded.at));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn the_register_takes_whatever_a_random_history_owes_and_shows_each_decision(
        is_agreed: bool,
        steps in prop::collection::vec((any::<u8>(), any::<u8>(), 0_i64..12), 1..160),
    ) {
        let mut history = begun(is_agreed);
        let mut register = empty_register();
        for draft in all_owed(&history) {
            register.apply(&draft.statement, &draft.public).unwrap();
        }
        let mut handed_in: Option<Manifest> = None;
        let mut case = history.case().unwrap();
        for (choice, who, days) in steps {
            let before = stage(&case, &history);
            let (command, Some(events)) = give(&mut history, &case, choice, who) else { continue };
            if let Command::HandInManifest { manifest, .. } = command {
                handed_in = Some(*manifest);
            }
            for recorded in &events {
                let after = casework::evolve(Some(case), recorded).unwrap();
                for draft in owed(&after, recorded) {
                    let statement = Statement::from_leaf(&draft.statement.to_leaf().unwrap()).unwrap();
                    says_what_happened(recorded, &draft, &statement, handed_in.as_ref())?;
                    register.apply(&statement, &draft.public).map_err(|refusal| TestCaseError::fail(refusal.to_string()))?;
                }
                case = after;
            }
            case = log(&mut history, case, register.size() - 1);
            let after = stage(&case, &history);
            let kinds_of_step = PERMISSIONS.iter().flat_map(|row| row.steps).any(|(from, to)| *from == before && (to.contains(&after) || *from == after));
            let registers = after == Stage::Registered || after == Stage::Active || after == Stage::Ending || after == Stage::DestructionDue;
            prop_assert!(kinds_of_step || registers, "{before:?} to {after:?} stands in no table");
            history.now += days * 86_400;
        }
        prop_assert_eq!(history.case(), Some(case.clone()), "folding all at once gives what each event gave");
        if !case.decisions.is_empty() {
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
    let (mut releases, mut receipts) = (0, 0);
    for number in 0..100 {
        let mut history = begun(number % 3 == 0);
        let mut case = history.case().unwrap();
        for (choice, who) in steps.new_tree(&mut runner).unwrap().current() {
            let (_, events) = give(&mut history, &case, choice, who & !1);
            for event in events.iter().flatten() {
                case = casework::evolve(Some(case), event).unwrap();
            }
            case = log(&mut history, case, 3);
            reached.insert(stage(&case, &history));
        }
        let count = |of: fn(&Event) -> bool| history.events.iter().filter(|recorded| of(&recorded.event)).count();
        releases += count(|event| matches!(event, Event::ReleaseConfirmed { .. }));
        receipts += count(|event| matches!(event, Event::ReceiptGiven { .. }));
    }
    for stage in [
        Stage::Submitted,
        Stage::Screening,
        Stage::Returned,
        Stage::Review,
        Stage::Decided,
        Stage::Active,
        Stage::Suspended,
        Stage::DestructionDue,
        Stage::Closed,
        Stage::Withdrawn,
    ] {
        assert!(reached.contains(&stage), "{stage:?} was never reached; reached {reached:?}");
    }
    assert!(releases > 50 && receipts > 50, "{releases} releases, {receipts} receipts");
}
