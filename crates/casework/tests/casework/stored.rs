//! What is stored is read for ever: one golden history of every kind of event.

use std::path::PathBuf;

use casework::Event;
use casework::answer::Answer;
use casework::event::ChangeRequest;
use register::Digest;
use register::statement::Evidence;
use register::vocabulary::{EndGround, Outcome, SuspensionGround};

use crate::given::*;

#[test]
fn every_kind_of_event_is_read_as_it_was_written() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/events.v1.jsonl");
    let samples = samples();
    let written: String = samples.iter().map(|event| serde_json::to_string(event).unwrap() + "\n").collect();
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &written).unwrap();
    }
    let golden = std::fs::read_to_string(&path).expect("the golden file");
    let read: Vec<Event> = golden.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, samples);
    assert_eq!(golden, written);
}

fn samples() -> Vec<Event> {
    let mut events: Vec<Event> = Vec::new();
    let history = {
        let mut history = registered();
        history = history.when(&officer(), casework::Command::SuspendShare { ground: SuspensionGround::Incident });
        history.when(&officer(), casework::Command::LiftSuspension)
    };
    events.extend(history.events.into_iter().map(|recorded| recorded.event));
    events.extend(
        proposed(Outcome::ApprovedWithConditions).events.into_iter().rev().take(1).map(|recorded| recorded.event),
    );
    let specification =
        serde_json::from_str(include_str!("../../../package/tests/golden/specification.v1.json")).unwrap();
    let answers = || [("title".to_owned(), Answer::Text("Absence".to_owned()))].into();
    events.extend([
        Event::AnswersSaved {
            answers: [("title".to_owned(), Some(Answer::Text("Absence".to_owned()))), ("benefit".to_owned(), None)]
                .into(),
        },
        Event::AnswersReused { from: "DR250001".to_owned(), answers: answers() },
        Event::SpecificationSet { specification: Box::new(specification) },
        Event::ThirdPartyAwaited { what: "Ethics committee".to_owned() },
        Event::ThirdPartyAnswered {},
        Event::ChangesRequested {
            requests: vec![ChangeRequest { question: Some("title".to_owned()), what: "Say more.".to_owned() }],
            by: "2026-02-01".parse().unwrap(),
        },
        Event::ReviewerRemoved { reviewer: reviewer(1).person },
        Event::ConflictDeclared { nature: "Near.".to_owned() },
        Event::ProposalWithdrawn {},
        Event::ApplicationWithdrawn { reasons: Some(text("reasons", "It will not go ahead.")) },
        Event::AppealMade { grounds: "It is clear.".to_owned() },
        Event::ShareEnded { ground: EndGround::Expired, destruction_due: Some("2028-05-30".parse().unwrap()) },
        Event::ShareFollowed { by: "DR270001".to_owned(), end: None },
    ]);
    let mut decision = decision(Outcome::Refused);
    decision.evidence = vec![Evidence { digest: Digest::of(b"salt and document"), kind: "dpia".to_owned() }];
    events.push(Event::DecisionProposed { decision });
    events.extend(of_releases());
    events.push(Event::AssessmentAdded {
        assessment: Digest::of(b"assessment"),
        specification: Digest::of(b"specification"),
    });
    events
}

fn of_releases() -> Vec<Event> {
    let (history, _) = released();
    let history =
        logged(history).when(&manager(), casework::Command::GiveReceipt { release: format!("{REFERENCE}-R1") });
    let begun = history.events.iter().position(|recorded| matches!(recorded.event, Event::RecipientKeyGiven { .. }));
    let mut events: Vec<Event> =
        history.events.into_iter().skip(begun.unwrap()).map(|recorded| recorded.event).collect();
    events.extend([
        Event::ManifestReturned { release: format!("{REFERENCE}-R2"), why: "The file is empty.".to_owned() },
        Event::InstructionWithdrawn { release: format!("{REFERENCE}-R2") },
    ]);
    events
}
