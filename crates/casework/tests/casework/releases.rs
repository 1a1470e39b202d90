//! Releases: what is refused and why, what is owed, and whose turn it is.

use casework::publication::DatasetDecision;
use casework::release::{Asked, ReleaseProgress};
use casework::{Command, Party, Refusal, Role, Rule, Stage};
use package::instruction::Format;
use package::manifest::Excess;
use register::statement::Body;
use register::vocabulary::{EndGround, Outcome, Reason, SuspensionGround, VolumeBasis};
use register::{Count, Digest};

use crate::given::*;
use crate::journeys::{all_owed, kinds, publish};

fn rule(refusal: Refusal) -> Rule {
    match refusal {
        Refusal::Rule(rule) => rule,
        other => panic!("{other}"),
    }
}

fn field(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Field { field, .. } => field,
        other => panic!("{other}"),
    }
}

fn asked(until: &str) -> Asked {
    Asked { format: Format::Parquet, people_at_most: None, valid_until: until.parse().unwrap() }
}

#[test]
fn a_release_is_instructed_measured_released_by_a_second_person_and_opened() {
    let (history, manifest) = released();
    assert_eq!(kinds(&history), ["share-applied", "share-decided", "share-agreed", "release-registered"]);
    let register = publish(&history);
    assert_eq!(register.share(REFERENCE).unwrap().release_count(), 1);
    let statement = all_owed(&history).pop().unwrap().statement;
    let Body::ReleaseRegistered(said) = statement.body else { panic!() };
    assert_eq!(said.manifest, Some(digest(&manifest)));
    assert_eq!(said.release, format!("{REFERENCE}-R1"));
    let volume = said.volume.unwrap();
    assert_eq!(
        (volume.basis, volume.people, volume.rows),
        (VolumeBasis::Measured, Some(Count::Exactly(900)), Some(2_400))
    );
    let take = Command::GiveReceipt { release: format!("{REFERENCE}-R1") };
    assert_eq!(rule(history.refuses(&manager(), take.clone())), Rule::ReceiptDue, "it is not in the log yet");
    let taken = logged(history).when(&manager(), take.clone()).when(&official(), take);
    let case = taken.case().unwrap();
    let ReleaseProgress::Released { receipts, logged, .. } = &case.releases[0].progress else { panic!() };
    assert_eq!((receipts.len(), *logged), (2, Some(9)));
}

#[test]
fn the_preview_of_a_release_is_the_statement_that_it_becomes() {
    let (history, manifest) = measured();
    let case = history.case().unwrap();
    let measured = &case.releases[0].handed_in().unwrap().measured;
    let preview = casework::owed::preview_of_release(&case, &case.releases[0].reference, measured, history.now());
    let released = history.when(&analyst(2), Command::ConfirmRelease { manifest: digest(&manifest) });
    assert_eq!(all_owed(&released).pop().unwrap(), preview);
}

#[test]
fn a_key_is_one_that_age_knows_and_is_given_by_the_data_manager() {
    let history = released_from(decision(Outcome::Approved));
    for wrong in ["", "age1short", &KEY.to_uppercase(), "AGE-SECRET-KEY-1QQQQ", &format!("{KEY}q")] {
        let refusal = history.refuses(&manager(), Command::GiveRecipientKey { key: wrong.to_owned() });
        assert_eq!(field(refusal), "key", "{wrong}");
    }
    assert!(matches!(history.refuses(&official(), give_key()), Refusal::NotPermitted(_)));
    let other = member(9, casework::OrganisationId(2), &[Role::DataManager]);
    assert!(matches!(history.refuses(&other, give_key()), Refusal::NotPermitted(_)));
    let given = history.when(&manager(), Command::GiveRecipientKey { key: format!(" {KEY}\n") });
    let events = given.events.len();
    assert_eq!(given.when(&manager(), give_key()).events.len(), events, "the same key again is no event");
    assert!(matches!(offered().refuses(&manager(), give_key()), Refusal::NotAtThisStage { .. }));
}

#[test]
fn nothing_is_instructed_without_a_key_an_agreement_or_while_access_does_not_run() {
    let now = keyed().now();
    let without_key = released_from(decision(Outcome::Approved)).later(130).case().unwrap();
    assert_eq!(rule(without_key.instruction(asked("2027-01-01"), CUSTODIAN, now).unwrap_err()), Rule::KeyMissing);
    let unsigned = offered().case().unwrap();
    assert_eq!(rule(unsigned.instruction(asked("2027-01-01"), CUSTODIAN, now).unwrap_err()), Rule::ApprovedRelease);
    let command = instruct(&keyed());
    let suspended = keyed().when(&officer(), Command::SuspendShare { ground: SuspensionGround::Incident });
    assert!(matches!(suspended.refuses(&analyst(1), command.clone()), Refusal::NotAtThisStage { .. }));
    let ended = keyed().when(&officer(), Command::EndShare { ground: EndGround::Terminated });
    assert!(matches!(ended.refuses(&analyst(1), command.clone()), Refusal::NotAtThisStage { .. }));
    assert!(matches!(keyed().later(800).refuses(&analyst(1), command.clone()), Refusal::NotAtThisStage { .. }));
    for other in [officer(), chair(), manager(), official()] {
        assert!(matches!(keyed().refuses(&other, command.clone()), Refusal::NotPermitted(_)));
    }
}

#[test]
fn an_instruction_is_the_one_that_follows_from_the_case() {
    let history = keyed();
    let changes: [fn(&mut package::Instruction); 7] = [
        |instruction| {
            instruction.specification.datasets[0].items[0].treatment = casework::specification::Treatment::Keep {}
        },
        |instruction| instruction.recipient = CUSTODIAN.to_owned(),
        |instruction| instruction.share = "DR260002".to_owned(),
        |instruction| instruction.release = "DR260001-R2".to_owned(),
        |instruction| instruction.sequence = 2,
        |instruction| instruction.issued = moment("2027-01-01T00:00:00Z"),
        |instruction| instruction.v = 2,
    ];
    for change in changes {
        let mut instruction = instruction(&history);
        change(&mut instruction);
        let command = Command::InstructRelease { instruction: Box::new(instruction) };
        assert_eq!(rule(history.refuses(&analyst(1), command)), Rule::InstructionOther);
    }
    let mut instruction = instruction(&history);
    instruction.key = "none".to_owned();
    let command = Command::InstructRelease { instruction: Box::new(instruction) };
    assert_eq!(field(history.refuses(&analyst(1), command)), "instruction");
}

#[test]
fn an_instruction_lasts_no_longer_than_the_agreement() {
    let (case, now) = (keyed().case().unwrap(), keyed().now());
    for day in ["2026-05-01", "2028-05-01"] {
        assert_eq!(field(case.instruction(asked(day), CUSTODIAN, now).unwrap_err()), "valid-until", "{day}");
    }
    assert_eq!(case.instruction(asked("2028-04-30"), CUSTODIAN, now).unwrap().valid_until.to_string(), "2028-04-30");
    let nobody = Asked { people_at_most: Some(0), ..asked("2028-04-30") };
    assert_eq!(field(case.instruction(nobody, CUSTODIAN, now).unwrap_err()), "people-at-most");
    // One that was signed before and is handed in when its last day has passed.
    let history = keyed();
    let command = instruct(&history);
    assert_eq!(field(history.later(300).refuses(&analyst(1), command)), "valid-until");
}

#[test]
fn a_dataset_that_was_refused_is_not_instructed() {
    let refused = |name: &str| {
        let mut decision = decision(Outcome::Approved);
        let reasons = vec![Reason::DataExcessive];
        decision.datasets = vec![DatasetDecision { dataset: name.to_owned(), outcome: Outcome::Refused, reasons }];
        decision
    };
    let history = released_from(refused("School census")).later(130).when(&manager(), give_key());
    let datasets = instruction(&history).specification.datasets;
    assert_eq!(datasets.iter().map(|part| part.name.as_str()).collect::<Vec<_>>(), ["Key stage 4"]);
    let mut case = history.case().unwrap();
    let people = casework::specification::People::FoundIn { within: "School census".to_owned() };
    case.application.specification.as_mut().unwrap().people = people;
    assert_eq!(rule(case.approved_specification().unwrap_err()), Rule::PeopleOfRefused);
    case.application.specification = None;
    assert_eq!(rule(case.approved_specification().unwrap_err()), Rule::NothingToRelease);
}

#[test]
fn one_instruction_is_open_at_a_time_and_can_be_taken_back_until_a_manifest_is_there() {
    let (history, first) = instructed();
    let again = Command::InstructRelease { instruction: Box::new(first.clone()) };
    assert_eq!(rule(history.refuses(&analyst(2), again)), Rule::InstructionOpen);
    let back = history.clone().when(&analyst(2), Command::WithdrawInstruction);
    assert_eq!(rule(back.refuses(&analyst(1), Command::WithdrawInstruction)), Rule::InstructionMissing);
    let late = manifest(&first, back.now());
    assert_eq!(rule(back.refuses(&analyst(1), hand_in(&first, late))), Rule::InstructionMissing);
    let second = instruction(&back);
    assert_eq!((second.sequence, second.release.as_str()), (2, "DR260001-R2"), "no number is used twice");
    let (measured, _) = measured();
    assert_eq!(rule(measured.refuses(&analyst(1), Command::WithdrawInstruction)), Rule::ManifestThere);
}

#[test]
fn a_manifest_answers_the_open_instruction() {
    let (history, instruction) = instructed();
    let mut other = instruction.clone();
    other.people_at_most = None;
    let of_other = manifest(&other, history.now());
    assert_eq!(rule(history.refuses(&analyst(1), hand_in(&other, of_other.clone()))), Rule::InstructionOther);
    assert_eq!(rule(history.refuses(&analyst(1), hand_in(&instruction, of_other))), Rule::ManifestOther);
    let (measured, manifest) = measured();
    assert_eq!(rule(measured.refuses(&analyst(2), hand_in(&instruction, manifest.clone()))), Rule::ManifestThere);
    assert_eq!(rule(keyed().refuses(&analyst(1), hand_in(&instruction, manifest))), Rule::InstructionMissing);
}

#[test]
fn what_was_not_approved_is_refused_and_each_difference_named() {
    let (history, instruction) = instructed();
    let mut beyond = manifest(&instruction, history.now());
    beyond.files[0].columns[0].item = "ethnicity".to_owned();
    beyond.files[0].columns[1].treatment = casework::specification::Treatment::Keep {};
    beyond.files[1].years.push(2019);
    beyond.people = Count::banded(1_010);
    let Refusal::Beyond(found) = history.refuses(&analyst(1), hand_in(&instruction, beyond.clone())) else { panic!() };
    assert_eq!(found.len(), 4, "{found:?}");
    assert!(matches!(&found[0], Excess::Item { item, .. } if item == "ethnicity"));
    let said = Refusal::Beyond(found).to_string();
    for part in ["ethnicity of Key stage 4 was not approved", "2019/20", "1010 people, and at most 1000"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(history.stage(), Stage::Active);
}

#[test]
fn a_manifest_that_cannot_stand_in_the_register_is_refused() {
    let (history, instruction) = instructed();
    let mut manifest = manifest(&instruction, history.now());
    manifest.cohorts[0].cohort = "two\nlines".to_owned();
    assert_eq!(field(history.refuses(&analyst(1), hand_in(&instruction, manifest))), "manifest");
}

#[test]
fn whoever_handed_the_manifest_in_does_not_release_it() {
    let (history, manifest) = measured();
    let command = || Command::ConfirmRelease { manifest: digest(&manifest) };
    assert_eq!(rule(history.refuses(&analyst(1), command())), Rule::SecondReleaser);
    let both = staff(61, &[Role::ReleaseAnalyst, Role::PanelChair]);
    assert_eq!(rule(history.refuses(&both, command())), Rule::SecondReleaser, "whatever other role they hold");
    history.clone().when(&analyst(2), command());
    history.clone().when(&chair(), command());
    let other = Command::ConfirmRelease { manifest: Digest::of(b"another") };
    assert_eq!(rule(history.refuses(&analyst(2), other)), Rule::ManifestChanged);
    for nobody in [officer(), signatory(), manager(), official()] {
        assert!(matches!(history.refuses(&nobody, command()), Refusal::NotPermitted(_)));
    }
    let (early, _) = instructed();
    assert_eq!(rule(early.refuses(&analyst(2), command())), Rule::ManifestMissing);
    let suspended = history.when(&officer(), Command::SuspendShare { ground: SuspensionGround::Incident });
    assert!(matches!(suspended.refuses(&analyst(2), command()), Refusal::NotAtThisStage { .. }));
}

#[test]
fn staff_of_the_recipient_neither_instruct_nor_release() {
    let mut own = analyst(2);
    own.member.insert(HOME, [Role::DataManager].into());
    let (history, manifest) = measured();
    let command = Command::ConfirmRelease { manifest: digest(&manifest) };
    assert_eq!(rule(history.refuses(&own, command)), Rule::OwnOrganisation);
    assert_eq!(rule(keyed().refuses(&own, instruct(&keyed()))), Rule::OwnOrganisation);
}

#[test]
fn an_instruction_can_be_carried_out_before_access_begins_and_nothing_leaves_before() {
    let early = released_from(decision(Outcome::Approved)).when(&manager(), give_key());
    assert_eq!(early.stage(), Stage::Registered);
    let instruction = instruction(&early);
    let command = Command::InstructRelease { instruction: Box::new(instruction.clone()) };
    let instructed = early.when(&analyst(1), command);
    let manifest = manifest(&instruction, instructed.now());
    let measured = instructed.when(&analyst(1), hand_in(&instruction, manifest.clone()));
    let release = Command::ConfirmRelease { manifest: digest(&manifest) };
    assert!(matches!(measured.refuses(&analyst(2), release.clone()), Refusal::NotAtThisStage { .. }));
    measured.later(130).when(&analyst(2), release);
}

#[test]
fn a_manifest_that_is_sent_back_makes_room_for_another() {
    let (history, manifest) = measured();
    assert_eq!(field(history.refuses(&chair(), Command::ReturnManifest { why: " ".to_owned() })), "why");
    let back = history.when(&chair(), Command::ReturnManifest { why: "The wrong folder.".to_owned() });
    let release = Command::ConfirmRelease { manifest: digest(&manifest) };
    assert_eq!(rule(back.refuses(&analyst(2), release)), Rule::ManifestMissing);
    assert_eq!(back.case().unwrap().releases[0].progress, ReleaseProgress::Instructed);
    back.when(&analyst(1), Command::WithdrawInstruction);
    let (early, _) = instructed();
    let again = Command::ReturnManifest { why: "The wrong folder.".to_owned() };
    assert_eq!(rule(early.refuses(&chair(), again)), Rule::ManifestMissing);
}

#[test]
fn a_receipt_is_for_the_recipient_and_for_as_long_as_access_runs() {
    let (history, _) = released();
    let history = logged(history);
    let take = || Command::GiveReceipt { release: format!("{REFERENCE}-R1") };
    for nobody in [applicant(), analyst(1), officer(), chair(), staff(50, &[Role::Regulator])] {
        assert!(matches!(history.refuses(&nobody, take()), Refusal::NotPermitted(_)));
    }
    let unknown = Command::GiveReceipt { release: format!("{REFERENCE}-R2") };
    assert_eq!(rule(history.refuses(&manager(), unknown)), Rule::ReceiptDue);
    let suspended = history.clone().when(&officer(), Command::SuspendShare { ground: SuspensionGround::Incident });
    assert!(matches!(suspended.refuses(&manager(), take()), Refusal::NotAtThisStage { .. }));
    assert!(matches!(history.later(900).refuses(&manager(), take()), Refusal::NotAtThisStage { .. }));
}

#[test]
fn a_share_that_ends_after_a_release_waits_for_destruction_and_ends_once() {
    let (history, _) = released();
    let ended = history.when(&officer(), Command::EndShare { ground: EndGround::Terminated });
    assert_eq!(ended.stage(), Stage::DestructionDue);
    let Body::ShareEnded(said) = all_owed(&ended).pop().unwrap().statement.body else { panic!() };
    assert_eq!(said.destruction_due.unwrap().to_string(), "2026-06-14", "30 days after 15 May");
    publish(&ended);
    let again = Command::EndShare { ground: EndGround::Expired };
    assert_eq!(rule(ended.refuses(&officer(), again)), Rule::EndedOnce);
    let (unreleased, _) = measured();
    let ended = unreleased.when(&officer(), Command::EndShare { ground: EndGround::Terminated });
    assert_eq!(ended.stage(), Stage::Closed, "nothing has left");
}

#[test]
fn it_is_the_turn_of_whoever_is_waited_for() {
    let turn = |history: &History| history.case().unwrap().turn();
    assert_eq!(turn(&released_from(decision(Outcome::Approved))), None, "nobody has asked for data");
    assert_eq!(turn(&keyed()), Some(Party::Department));
    assert_eq!(turn(&instructed().0), Some(Party::Department));
    assert_eq!(turn(&measured().0), Some(Party::Department));
    let (history, _) = released();
    assert_eq!(turn(&history), None, "the log is waited for");
    let ready = logged(history);
    assert_eq!(turn(&ready), Some(Party::Applicant));
    let suspended = ready.clone().when(&officer(), Command::SuspendShare { ground: SuspensionGround::Incident });
    assert_eq!(turn(&suspended), None);
    assert_eq!(turn(&suspended.when(&officer(), Command::LiftSuspension)), Some(Party::Applicant));
    let taken = ready.when(&official(), Command::GiveReceipt { release: format!("{REFERENCE}-R1") });
    assert_eq!(turn(&taken), None);
}

#[test]
fn few_rows_are_left_out_and_few_people_said_as_such() {
    let (history, instruction) = instructed();
    let rows = |counts: [u64; 2]| {
        let mut manifest = manifest(&instruction, history.now());
        manifest.files.iter_mut().zip(counts).for_each(|(file, rows)| file.rows = Count::banded(rows));
        manifest.people = Count::banded(3);
        casework::event::Measured::of(&manifest, digest(&manifest))
    };
    assert_eq!([rows([3, 4]).rows, rows([3, 24]).rows, rows([0, 0]).rows], [None, Some(20), Some(0)]);
    assert_eq!(rows([3, 4]).people, Count::Under(10));
}
