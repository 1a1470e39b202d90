//! What is refused, and why.

use std::collections::BTreeMap;

use casework::event::{Advice, ChangeRequest};
use casework::permission::{Sight, sees_of};
use casework::publication::DatasetDecision;
use casework::{Command, Refusal, Role, Rule};
use register::vocabulary::{Outcome, Reason, Route};

use crate::given::*;

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

#[test]
fn a_decision_needs_two_reviews_and_everybody_who_was_asked() {
    let one = accepted().when(&officer(), Command::AssignReviewer { reviewer: reviewer(1) });
    let one = one.when(&reviewer(1), review(Advice::Approve));
    assert_eq!(rule(one.refuses(&officer(), propose(Outcome::Approved))), Rule::TwoReviews);
    let three = reviewed().when(&officer(), Command::AssignReviewer { reviewer: reviewer(3) });
    assert_eq!(rule(three.refuses(&officer(), propose(Outcome::Approved))), Rule::TwoReviews);
}

#[test]
fn nobody_confirms_their_own_proposal() {
    let both = staff(30, &[Role::CaseOfficer, Role::PanelChair]);
    let history = reviewed().when(&both, propose(Outcome::Approved));
    assert_eq!(rule(history.refuses(&both, confirm(&history))), Rule::SecondPerson);
}

#[test]
fn what_is_confirmed_is_what_was_looked_at() {
    let first = proposed(Outcome::Approved);
    let looked_at = confirm(&first);
    let second = first.when(&officer(), Command::WithdrawProposal).when(&officer(), propose(Outcome::Refused));
    assert_eq!(rule(second.refuses(&chair(), looked_at)), Rule::ProposalChanged);
}

#[test]
fn nobody_reviews_their_own() {
    let mut own = reviewer(1);
    own.member.insert(HOME, [Role::Applicant].into());
    assert_eq!(rule(accepted().refuses(&officer(), Command::AssignReviewer { reviewer: own })), Rule::NoSelfReview);
    let former = staff(10, &[Role::CaseOfficer, Role::Reviewer]);
    let other = staff(11, &[Role::CaseOfficer]);
    let taken = accepted().when(&other, Command::TakeCase);
    assert_eq!(rule(taken.refuses(&other, Command::AssignReviewer { reviewer: former })), Rule::NoSelfReview);
}

#[test]
fn whoever_stands_too_near_takes_no_part() {
    let near = Command::DeclareConflict { nature: "My partner works there.".to_owned() };
    let history = reviewed().when(&chair(), near);
    let history = history.when(&officer(), propose(Outcome::Approved));
    assert_eq!(rule(history.refuses(&chair(), confirm(&history))), Rule::NoConflict);
    assert!(!sees_of(&chair(), Sight::Application, &history.case().unwrap()));
}

#[test]
fn staff_of_the_applying_organisation_do_not_work_on_its_case() {
    let mut own = chair();
    own.member.insert(HOME, [Role::Applicant].into());
    let history = proposed(Outcome::Approved);
    assert_eq!(rule(history.refuses(&own, confirm(&history))), Rule::OwnOrganisation);
}

#[test]
fn reviewers_are_blind_to_each_other_until_all_are_in() {
    let early = accepted()
        .when(&officer(), Command::AssignReviewer { reviewer: reviewer(1) })
        .when(&officer(), Command::AssignReviewer { reviewer: reviewer(2) })
        .when(&reviewer(1), review(Advice::Approve));
    let case = early.case().unwrap();
    for actor in [reviewer(2), officer(), chair()] {
        assert!(!sees_of(&actor, Sight::Reviews, &case));
        assert!(sees_of(&actor, Sight::Reviews, &reviewed().case().unwrap()));
    }
    assert!(sees_of(&staff(50, &[Role::Regulator]), Sight::Reviews, &case));
}

#[test]
fn a_draft_is_seen_by_its_organisation_alone() {
    let case = drafted().case().unwrap();
    assert!(sees_of(&applicant(), Sight::Application, &case));
    for other in [officer(), staff(50, &[Role::Regulator]), member(9, casework::OrganisationId(2), &[Role::Applicant])]
    {
        assert!(!sees_of(&other, Sight::Application, &case));
    }
}

#[test]
fn another_organisation_can_neither_write_nor_sign() {
    let other = member(9, casework::OrganisationId(2), &[Role::Applicant, Role::SigningOfficial]);
    let save = Command::SaveAnswers { answers: BTreeMap::new() };
    assert!(matches!(drafted().refuses(&other, save), Refusal::NotPermitted(_)));
    assert!(matches!(drafted().refuses(&other, submit()), Refusal::NotPermitted(_)));
    assert!(matches!(offered().refuses(&other, sign()), Refusal::NotPermitted(_)));
}

#[test]
fn only_the_officer_of_the_case_works_on_it() {
    let other = staff(11, &[Role::CaseOfficer]);
    assert_eq!(rule(screened().refuses(&other, accept())), Rule::OwnOfficer);
    screened().when(&other, Command::TakeCase).when(&other, accept());
}

#[test]
fn an_incomplete_application_is_not_submitted() {
    let problems = vec!["Enter a title".to_owned()];
    let recipient = register::Organisation::named("University of Rutland");
    let command = Command::Submit { signed: "A".to_owned(), recipient, problems };
    assert!(matches!(drafted().refuses(&official(), command), Refusal::Incomplete(_)));
}

#[test]
fn a_decision_says_all_that_it_must() {
    let refused = |change: fn(&mut casework::publication::Decision)| {
        let mut decision = decision(Outcome::Approved);
        change(&mut decision);
        field(reviewed().refuses(&officer(), Command::ProposeDecision { decision }))
    };
    assert_eq!(refused(|decision| decision.reasons.clear()), "reasons");
    assert_eq!(refused(|decision| decision.reasons = vec![Reason::DataExcessive]), "reasons");
    assert_eq!(refused(|decision| decision.texts.retain(|text| text.sealed.name() != "balance")), "balance");
    assert_eq!(refused(|decision| decision.texts.retain(|text| text.sealed.name() != "reasons")), "reasons-text");
    assert_eq!(refused(|decision| decision.route = Some(Route::DirectSupply)), "why-direct");
    assert_eq!(refused(|decision| decision.route = None), "route");
    assert_eq!(refused(|decision| decision.outcome = Outcome::ApprovedWithConditions), "conditions");
    assert_eq!(refused(|decision| decision.outcome = Outcome::Withdrawn), "outcome");
    assert_eq!(refused(|decision| decision.texts.push(text("reasons", "Twice."))), "texts");
    let other = |dataset: &str| DatasetDecision {
        dataset: dataset.to_owned(),
        outcome: Outcome::Refused,
        reasons: vec![Reason::DataExcessive],
    };
    let with = |names: &[&str]| {
        let mut decision = decision(Outcome::Approved);
        decision.datasets = names.iter().map(|name| other(name)).collect();
        Command::ProposeDecision { decision }
    };
    assert_eq!(field(reviewed().refuses(&officer(), with(&["No such dataset"]))), "datasets");
    assert_eq!(field(reviewed().refuses(&officer(), with(&["Key stage 4", "School census"]))), "datasets");
    reviewed().when(&officer(), with(&["Key stage 4"]));
}

#[test]
fn an_agreement_is_signed_once_by_each_side_and_by_two_people() {
    let signed = offered().when(&official(), sign());
    assert_eq!(rule(signed.refuses(&official(), sign())), Rule::SignedOnce);
    let new_terms = Command::OfferAgreement { terms: terms() };
    assert_eq!(rule(signed.refuses(&officer(), new_terms)), Rule::OfferSigned);
    let changed = Command::SignAgreement { signed: "A".to_owned(), digest: register::Digest::of(b"another") };
    assert_eq!(rule(offered().refuses(&official(), changed)), Rule::OfferChanged);
    assert_eq!(rule(decided(Outcome::Approved).refuses(&official(), sign())), Rule::OfferMissing);
}

#[test]
fn refusals_have_no_agreement_and_approvals_no_appeal() {
    let refused = decided(Outcome::Refused);
    assert_eq!(rule(refused.refuses(&officer(), Command::OfferAgreement { terms: terms() })), Rule::Approved);
    let appeal = Command::Appeal { grounds: "No.".to_owned() };
    assert_eq!(rule(decided(Outcome::Approved).refuses(&official(), appeal)), Rule::AppealRefusal);
}

#[test]
fn changes_are_asked_for_with_a_day_ahead() {
    let request = |what: &str, by: &str| Command::RequestChanges {
        requests: vec![ChangeRequest { question: None, what: what.to_owned() }],
        by: by.parse().unwrap(),
    };
    assert_eq!(field(screened().refuses(&officer(), request("Say more.", "2026-01-05"))), "by");
    assert_eq!(field(screened().refuses(&officer(), request(" ", "2026-02-05"))), "what");
}

#[test]
fn an_answer_that_does_not_change_is_no_event() {
    let answers = || [("title".to_owned(), Some(casework::Answer::Text("Absence".to_owned())))].into();
    let history = drafted().when(&applicant(), Command::SaveAnswers { answers: answers() });
    let events = history.events.len();
    let again = history.when(&applicant(), Command::SaveAnswers { answers: answers() });
    assert_eq!(again.events.len(), events);
    let versions = &again.case().unwrap().application.versions["title"];
    assert_eq!(versions.len(), 1);
}
