//! A panel's pack and an agreement, written from a case.

use std::collections::BTreeMap;

use casework::answer::Answer;
use casework::event::{Advice, Terms};
use casework::form::Form;
use casework::paper::agreement::TEMPLATE;
use casework::paper::pack::{Beside, Similar};
use casework::paper::{Block, Paper, agreement, pack};
use casework::specification::Specification;
use casework::{Command, Event, PersonId};
use register::Organisation;
use register::vocabulary::Outcome;

use crate::given::{self, History};

fn name(person: PersonId) -> Option<String> {
    (person != PersonId(22)).then(|| format!("Person-{person}"))
}

fn packed(history: &History, similar: &[Similar]) -> Paper {
    let form = Form::shipped("pupil-database").unwrap();
    let beside = Beside { issuer: "Department", made: given::moment("2026-11-24T10:00:00Z"), name: &name, similar };
    let paper = pack(&history.case().unwrap(), form, &beside);
    assert_eq!(paper.check(), Ok(()));
    paper
}

fn text(paper: &Paper) -> String {
    paper.texts().map(String::as_str).collect::<Vec<_>>().join("\n")
}

fn drafted() -> History {
    let mut history = given::drafted();
    let mut answers: BTreeMap<String, Option<Answer>> = BTreeMap::new();
    answers.insert("title".to_owned(), Some(Answer::Text("Absence after a move".to_owned())));
    answers.insert("purpose".to_owned(), Some(Answer::Text("To find out.\nStep by step.".to_owned())));
    history.record(Some(PersonId(1)), Event::AnswersSaved { answers });
    let from = "DR250009".to_owned();
    let reused = [("summary".to_owned(), Answer::Text("In plain words".to_owned()))].into();
    history.record(Some(PersonId(1)), Event::AnswersReused { from, answers: reused });
    let specification =
        Specification::parse(include_bytes!("../golden/specification.v1.json").trim_ascii_end()).unwrap();
    history.record(Some(PersonId(1)), Event::SpecificationSet { specification: Box::new(specification) });
    history.when(&given::official(), given::submit())
}

/// In review by two reviewers, of whom the first is done.
fn half_reviewed() -> History {
    let assign = |number| Command::AssignReviewer { reviewer: given::reviewer(number) };
    drafted()
        .when(&given::officer(), Command::TakeCase)
        .when(&given::officer(), given::accept())
        .when(&given::officer(), assign(1))
        .when(&given::officer(), assign(2))
        .when(&given::reviewer(1), given::review(Advice::Refuse))
}

#[test]
fn a_pack_has_every_answer_every_item_and_where_an_answer_came_from() {
    let history = half_reviewed();
    let paper = packed(&history, &[]);
    let said = text(&paper);
    for expected in [
        "Panel pack for DR260001",
        "University of Rutland",
        "A. Official, on 5 January 2026",
        "Absence after a move",
        "To find out.\nStep by step.",
        "In plain words\n(Taken from DR250009.)",
        "There are none.",
    ] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let case = history.case().unwrap();
    let specification = case.application.specification.as_ref().unwrap();
    let rows = |paper: &Paper| -> Vec<Vec<String>> {
        let tables = paper.blocks.iter().filter_map(|block| match block {
            Block::Table { head, rows, .. } if head[0] == "Item" => Some(rows.clone()),
            _ => None,
        });
        tables.flatten().collect()
    };
    let shown = rows(&paper);
    assert_eq!(shown.len(), specification.items().count());
    for ((_, item), row) in specification.items().zip(&shown) {
        assert_eq!((&row[0], &row[4]), (&item.name, &item.justification.clone().unwrap_or_default()));
        assert!(item.classes.iter().all(|class| row[2].contains(&class.value)));
    }
}

#[test]
fn no_review_is_shown_before_all_are_in_and_then_every_finding_is() {
    let half = half_reviewed();
    let before = text(&packed(&half, &[]));
    assert!(before.contains("1 of 2 reviews are in. None is shown before all are."));
    assert!(!before.contains("It is met.") && !before.contains("Person-21") && !before.contains("Refuse"), "{before}");
    let whole = half.when(&given::reviewer(2), given::review(Advice::Approve));
    let decided = "2025-03-01".parse().unwrap();
    let (reference, likeness) = ("DR250001".to_owned(), "The same dataset and purpose".to_owned());
    let similar = [Similar { reference, outcome: Outcome::Refused, decided, likeness }];
    let after = text(&packed(&whole, &similar));
    assert_eq!(after.matches("It is met.").count(), 10);
    assert!(
        after.contains("Person-21") && after.contains("person 22") && after.contains("The same dataset and purpose")
    );
    assert!(after.contains("DR250001\n1 March 2025\nRefused"), "{after}");
}

fn agreed(change: impl FnOnce(&mut Terms)) -> Paper {
    let mut terms = Terms { template: TEMPLATE.to_owned(), ..given::terms() };
    change(&mut terms);
    let recipient = Organisation::named("University of Rutland");
    let made = given::moment("2026-04-01T10:00:00Z");
    let paper = agreement("DR260001", "Department", &recipient, "To find out.", &terms, made).unwrap();
    assert_eq!(paper.check(), Ok(()));
    paper
}

#[test]
fn an_agreement_says_its_terms_and_its_digest_changes_with_each_of_them() {
    let paper = agreed(|_| ());
    let said = text(&paper);
    for expected in ["30 April 2028", "Within 30 days", "United Kingdom", "ISO 27001", "To find out.", "may audit"] {
        assert!(said.contains(expected), "{expected}: {said}");
    }
    assert_eq!(paper.digest(), agreed(|terms| terms.digest = register::Digest::of(b"another")).digest());
    let changes: [fn(&mut Terms); 7] = [
        |terms| terms.processors.push(Organisation::named("Host Ltd")),
        |terms| terms.territory.push('s'),
        |terms| terms.bases.push("Another".to_owned()),
        |terms| terms.safeguards.clear(),
        |terms| terms.end = "2028-05-01".parse().unwrap(),
        |terms| terms.destruction_days = 31,
        |terms| terms.audit_right = false,
    ];
    for change in changes {
        assert_ne!(paper.digest(), agreed(change).digest());
    }
    let unknown = Terms { template: "another-9".to_owned(), ..given::terms() };
    let recipient = Organisation::named("X");
    assert_eq!(agreement("DR1", "D", &recipient, "", &unknown, given::moment("2026-04-01T10:00:00Z")), None);
}
