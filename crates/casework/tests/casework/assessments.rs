//! Assessments: of what is asked for now only, by release analysts only, until the decision; the newest holds.

use casework::permission::{Sight, sees_of};
use casework::{Actor, Command, Event, Refusal, Role, Rule, Specification};
use register::vocabulary::Outcome;

use crate::given::*;

fn handed_in() -> History {
    drafted().when(&applicant(), specify()).when(&official(), submit())
}

fn in_review() -> History {
    handed_in().when(&officer(), Command::TakeCase).when(&officer(), accept())
}

/// What is asked for after somebody thought better of it.
fn less() -> Specification {
    let mut less = specification();
    less.datasets.truncate(1);
    less
}

fn returned() -> Command {
    let change = casework::event::ChangeRequest { question: None, what: "Ask for less.".to_owned() };
    Command::RequestChanges { requests: vec![change], by: "2026-02-01".parse().unwrap() }
}

#[test]
fn an_assessment_of_what_is_asked_for_is_added_and_noted_with_who_and_when() {
    let history = in_review().when(&analyst(1), assess(&specification()));
    let case = history.case().unwrap();
    let of = case.assessment().unwrap();
    assert_eq!((of.by, of.at), (analyst(1).person, history.events.last().unwrap().at));
    assert_eq!(of.digest, digest(&assessment(&specification())));
    assert_eq!(of.specification, specification().digest().unwrap());
    assert!(!case.assessment_is_outdated());
}

#[test]
fn one_of_another_specification_is_refused() {
    let refused = in_review().refuses(&analyst(1), assess(&less()));
    assert_eq!(refused, Refusal::Rule(Rule::AssessmentOther));
    assert!(refused.to_string().contains("another specification than the one that this case asks for now"));
    let nothing = submitted().refuses(&analyst(1), assess(&specification()));
    assert_eq!(nothing, Refusal::Rule(Rule::AssessmentOther), "nothing is asked for");
}

#[test]
fn one_whose_numbers_do_not_fit_together_is_refused_with_the_place() {
    let mut wrong = assessment(&specification());
    wrong.datasets[0].scenarios[0].risk.unique += 1;
    let command = Command::AddAssessment { assessment: Box::new(wrong) };
    let Refusal::Field { field, problem } = in_review().refuses(&analyst(1), command) else { panic!() };
    assert_eq!(field, "assessment");
    assert!(problem.contains("datasets[0].scenarios[0].risk"), "{problem}");
}

#[test]
fn the_newest_holds_and_those_before_it_stay_in_the_history() {
    let mut newer = assessment(&specification());
    newer.engine = "rollcall-extract 0.2.0".to_owned();
    let history = in_review()
        .when(&analyst(1), assess(&specification()))
        .when(&analyst(2), Command::AddAssessment { assessment: Box::new(newer.clone()) });
    let case = history.case().unwrap();
    assert_eq!(case.assessment().unwrap().digest, digest(&newer));
    assert_eq!(case.assessments.len(), 2);
    let mut again = history.clone();
    let events = again.attempt(&analyst(1), Command::AddAssessment { assessment: Box::new(newer) }).unwrap();
    assert!(events.is_empty(), "the one that holds is not added twice");
    let mut back = history;
    assert_eq!(back.attempt(&analyst(1), assess(&specification())).unwrap().len(), 1, "an older one can hold again");
}

#[test]
fn after_what_is_asked_for_has_changed_it_is_outdated_until_a_new_one_is_added() {
    let history = handed_in()
        .when(&analyst(1), assess(&specification()))
        .when(&officer(), Command::TakeCase)
        .when(&officer(), returned())
        .when(&applicant(), Command::SetSpecification { specification: Box::new(less()) })
        .when(&official(), submit());
    assert!(history.case().unwrap().assessment_is_outdated());
    assert_eq!(history.refuses(&analyst(1), assess(&specification())), Refusal::Rule(Rule::AssessmentOther));
    let history = history.when(&analyst(1), assess(&less()));
    assert!(!history.case().unwrap().assessment_is_outdated());
}

#[test]
fn it_is_added_from_the_submission_until_the_decision_and_again_after_an_appeal() {
    let command = || assess(&specification());
    let early = drafted().when(&applicant(), specify());
    assert!(matches!(early.refuses(&analyst(1), command()), Refusal::NotAtThisStage { .. }));
    let mut decided = in_review();
    for number in [1, 2] {
        let asked = Command::AssignReviewer { reviewer: reviewer(number) };
        decided = decided.when(&officer(), asked).when(&reviewer(number), review(casework::event::Advice::Refuse));
    }
    let decided = decided.when(&officer(), propose(Outcome::Refused));
    let ready = decided.clone().when(&analyst(1), command());
    assert_eq!(ready.case().unwrap().assessments.len(), 1, "also while a proposal lies ready");
    let decided = decided.clone().when(&chair(), confirm(&decided));
    assert!(matches!(decided.refuses(&analyst(1), command()), Refusal::NotAtThisStage { .. }));
    let appealed = decided.when(&official(), Command::Appeal { grounds: "It is clear.".to_owned() });
    assert_eq!(appealed.when(&analyst(1), command()).case().unwrap().assessments.len(), 1);
}

#[test]
fn only_release_analysts_add_one() {
    for actor in [applicant(), official(), manager(), officer(), reviewer(1), chair(), signatory()] {
        assert!(matches!(in_review().refuses(&actor, assess(&specification())), Refusal::NotPermitted(_)));
    }
}

#[test]
fn whoever_judges_the_case_reads_it_and_nobody_of_the_applicant_or_with_a_conflict_does() {
    let history = in_review().when(&officer(), Command::AssignReviewer { reviewer: reviewer(1) });
    let history = history.when(&reviewer(1), Command::DeclareConflict { nature: "Near.".to_owned() });
    let case = history.when(&analyst(1), assess(&specification())).case().unwrap();
    let reads = |actor: &Actor| sees_of(actor, Sight::Assessment, &case);
    let overseers = [Role::Auditor, Role::Regulator].map(|role| staff(90, &[role]));
    for actor in [officer(), reviewer(2), chair(), analyst(2)].iter().chain(&overseers) {
        assert!(reads(actor), "{actor:?}");
    }
    for actor in [applicant(), official(), manager(), signatory(), reviewer(1), staff(91, &[Role::Administrator])] {
        assert!(!reads(&actor), "{actor:?}");
    }
}

#[test]
fn the_public_is_told_nothing_of_it() {
    let history = in_review();
    let before = crate::journeys::kinds(&history);
    let history = history.when(&analyst(1), assess(&specification()));
    assert!(matches!(history.events.last().unwrap().event, Event::AssessmentAdded { .. }));
    assert_eq!(crate::journeys::kinds(&history), before);
}
