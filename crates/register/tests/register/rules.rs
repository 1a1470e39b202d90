//! Each rule of the fold, refusing what it is there to refuse.

use register::statement::{AuditCompleted, Body, EditionImported};
use register::vocabulary::Outcome::{Approved, Refused, Withdrawn};
use register::vocabulary::{Ground, VolumeBasis};
use register::{Count, Digest, Draft, Rule};
use serde_json::json;

use crate::given::{Story, Texts, about, date, digest, fact, given, moment, salt};
use crate::samples::*;

macro_rules! refused {
    ($($rule:ident: $name:ident => $attempt:expr;)+) => {
        $(#[test] fn $name() { $attempt.then_refused_by(Rule::$rule); })+

        #[test]
        fn every_rule_refuses_something() {
            let tested = [$(Rule::$rule),+];
            for rule in Rule::ALL {
                assert!(tested.contains(rule), "no test for {rule}");
            }
        }
    };
}

refused! {
    OpensFirst: nothing_comes_before_the_register_is_opened => given([]).when(applied("S1"));
    OpensFirst: a_register_is_opened_once => given([opened()]).when(opened());
    IdIsNew: the_same_id_is_not_published_twice => given([opened()]).when(with(applied("S1"), |draft| draft.statement.id = "s0".to_owned()));
    LoggedInOrder: a_statement_is_not_logged_before_the_one_in_front => given([opened()]).when(with(applied("S1"), |draft| draft.statement.logged = moment(1)));
    DisclosureIsSealed: a_public_text_must_be_one_that_the_statement_seals => given([opened()]).when(with(applied("S1").says("title", "a"), |draft| draft.statement.sealed.clear()));
    DisclosureIsSealed: a_withheld_text_is_not_given_in_public => given([opened()]).when(with(applied("S1").hides("title", "a"), |draft| draft.public.append(&mut draft.withheld)));
    DisclosureIsSealed: a_text_is_not_given_twice => given([opened()]).when(with(applied("S1").says("title", "a"), |draft| draft.public.push(draft.public[0].clone())));
    DisclosureIsSealed: the_name_of_a_text_is_a_code => given([opened()]).when(applied("S1").says("My title\n", "a"));
    DigestIsNew: a_salt_is_not_used_again => given([opened(), applied("S1").says("title", "a")]).when(applied("S2").says("title", "a"));
    ExistenceIsPublic: the_legal_basis_is_never_withheld => given([opened()]).when(applied("S1").hides("legal-basis", "a"));
    ShareIsNamed: an_application_names_its_share => given([opened()]).when(with(applied("S1"), |draft| draft.statement.share = None));
    ShareIsNamed: a_release_names_its_share => given(approved()).when(fact(release("R1")));
    ShareIsNamed: an_edition_is_about_no_share => given(approved()).when(about("S1", EditionImported { added: 0, altered: 0, digest: Digest([0; 32]), edition: date("2020"), source: "s".to_owned(), unlisted: 0, warnings: 0 }));
    ShareIsNew: a_share_is_applied_for_once => given(approved()).when(applied("S1"));
    ShareIsNew: a_share_that_was_imported_is_not_applied_for => given([opened(), imported("S1")]).when(applied("S1"));
    ShareIsKnown: nothing_is_said_of_a_share_before_its_application => given([opened()]).when(reasoned("S1", Approved));
    ShareIsKnown: an_incident_is_not_about_an_unknown_share => given([opened()]).when(about("S1", AuditCompleted { actions_open: 0, audit: "A".to_owned(), findings: Default::default(), recipient: organisation("Acme") }));
    DecisionIsDue: an_approval_is_not_decided_again => given(approved()).when(reasoned("S1", Refused));
    DecisionIsDue: what_was_withdrawn_is_not_decided_again => given([opened(), applied("S1"), reasoned("S1", Withdrawn)]).when(reasoned("S1", Approved));
    DecisionIsDue: an_import_is_not_decided_here => given([opened(), imported("S1")]).when(reasoned("S1", Approved));
    DecisionHasReasons: a_decision_without_a_text_is_refused => given([opened(), applied("S1")]).when(decided("S1", Refused));
    DecisionHasReasons: a_decision_without_coded_reasons_is_refused => given([opened(), applied("S1")]).when(with(reasoned("S1", Refused), |draft| {
        if let Body::ShareDecided(decision) = &mut draft.statement.body { decision.reasons.clear(); }
    }));
    DecisionHasReasons: a_correction_does_not_take_the_reasons_away => given(approved()).when(clearing(correction("S1", 2, json!({})), &["reasons"]));
    DecisionHasReasons: a_correction_does_not_take_the_coded_reasons_away => given(approved()).when(correction("S1", 2, json!({ "reasons": [] })));
    AgreementNeedsApproval: an_application_has_no_agreement => given([opened(), applied("S1")]).when(agreed("S1", "2024", "2025"));
    AgreementNeedsApproval: a_refusal_has_no_agreement => given([opened(), applied("S1"), reasoned("S1", Refused)]).when(agreed("S1", "2024", "2025"));
    EndComesAfterStart: an_agreement_does_not_end_before_it_begins => given(approved()).when(agreed("S1", "2024-07-02", "2024-07-01"));
    EndComesAfterStart: an_extension_does_not_end_before_the_agreement_begins => given(approved()).and(agreed("S1", "2024", "2025")).when(extended("S1", "2023-12-31"));
    ReleaseNeedsApproval: nothing_is_released_on_an_application => given([opened(), applied("S1")]).when(released("S1", "R1"));
    ReleaseNeedsApproval: nothing_is_released_on_a_refusal => given([opened(), applied("S1"), reasoned("S1", Refused)]).when(released("S1", "R1"));
    ReleaseNeedsApproval: nothing_is_released_while_suspended => given(approved()).and(suspended("S1", false)).when(released("S1", "R1"));
    ReleaseNeedsApproval: nothing_is_released_after_the_end => given(approved()).and(ended("S1")).when(released("S1", "R1"));
    ReleaseIsNew: a_release_is_registered_once => given(released_once()).when(released("S1", "R1"));
    ReleaseIsKnown: only_a_release_is_opened => given(released_once()).when(release_opened("S1", "R2"));
    ReleaseIsKnown: only_a_release_is_unlisted => given(released_once()).when(listing("S1", Some("R2"), false));
    MeasuredIsBanded: a_measured_number_of_people_is_rounded => given(approved()).when(people("R1", VolumeBasis::Measured, Count::Exactly(1_004)));
    MeasuredIsBanded: a_small_measured_number_is_a_band_of_ten => given(approved()).when(people("R1", VolumeBasis::Measured, Count::Under(5)));
    MeasuredIsBanded: a_correction_does_not_bring_an_exact_number => given(released_once()).when(correction("S1", 3, json!({ "volume": { "people": 1_004 } })));
    EndsOnce: a_share_does_not_end_again => given(approved()).and(ended("S1")).when(ended("S1"));
    SuspensionChanges: a_suspension_is_not_lifted_before_it_lasts => given(approved()).when(suspended("S1", true));
    SuspensionChanges: a_suspended_share_is_not_suspended_again => given(approved()).and(suspended("S1", false)).when(suspended("S1", false));
    SuspensionChanges: what_has_ended_is_not_suspended => given(approved()).and(ended("S1")).when(suspended("S1", false));
    ListingChanges: what_is_listed_is_not_listed_again => given([opened(), imported("S1")]).when(listing("S1", None, true));
    ListingChanges: a_share_that_no_source_lists_is_not_unlisted => given(approved()).when(listing("S1", None, false));
    ListingChanges: a_release_is_not_unlisted_twice => given(released_once()).and(listing("S1", Some("R1"), false)).when(listing("S1", Some("R1"), false));
    DestructionIsClaimed: evidence_follows_a_claim => given(released_once()).when(evidenced("S1", "C1"));
    DestructionIsClaimed: a_confirmation_follows_a_claim_about_that_copy => given(claimed_once()).when(confirmed("S1", "C2", "Auditor"));
    DestructionIsClaimed: a_dispute_follows_a_claim => given(released_once()).when(disputed("S1", "C1", "Auditor"));
    ClaimIsOpen: what_is_confirmed_is_not_claimed_again => given(claimed_once()).and(confirmed("S1", "C1", "Auditor")).when(claimed("S1", "C1", "Acme"));
    ClaimIsOpen: what_is_confirmed_is_not_disputed => given(claimed_once()).and(confirmed("S1", "C1", "Auditor")).when(disputed("S1", "C1", "Auditor"));
    EvidenceIsGiven: evidence_has_a_digest => given(claimed_once()).when(with(evidenced("S1", "C1"), |draft| draft.statement.evidence.clear()));
    ConfirmationIsIndependent: the_recipient_does_not_confirm => given(released_once()).and(claimed("S1", "C1", "Processor")).when(confirmed("S1", "C1", "Acme"));
    ConfirmationIsIndependent: whoever_claims_does_not_confirm => given(released_once()).and(claimed("S1", "C1", "Processor")).when(confirmed("S1", "C1", "Processor"));
    ConfirmationIsIndependent: another_spelling_is_not_another_organisation => given(claimed_once()).when(with(confirmed("S1", "C1", "x"), |draft| {
        if let Body::DestructionConfirmed(step) = &mut draft.statement.body { step.by.name = "ACME ".to_owned(); }
    }));
    ConfirmationIsIndependent: whoever_claimed_first_does_not_confirm_a_later_claim => given(released_once()).and(claimed("S1", "C1", "Processor")).and(claimed("S1", "C1", "Other")).when(confirmed("S1", "C1", "Processor"));
    CorrectionNeedsTarget: a_correction_of_nothing_is_refused => given(approved()).when(with(correction("S1", 1, json!({})), |draft| draft.statement.corrects = None));
    CorrectionNeedsTarget: a_correction_of_what_is_not_yet_logged_is_refused => given(approved()).when(correction("S1", 99, json!({})));
    CorrectionNeedsTarget: a_correction_of_another_share_is_refused => given(approved()).and(applied("S2")).when(correction("S2", 1, json!({ "access": { "route": null } })));
    CorrectionNeedsTarget: a_correction_is_not_itself_corrected => given(approved()).and(correction("S1", 1, json!({ "access": { "route": null } }))).when(correction("S1", 3, json!({ "reason": "source-altered" })));
    CorrectionNeedsTarget: only_a_correction_corrects => given(approved()).when(released("S1", "R1").corrects(1));
    CorrectionChanges: a_correction_that_changes_nothing_is_refused => given(approved()).when(correction("S1", 2, json!({ "decided_by": "Panel" })));
    CorrectionChanges: a_text_that_is_not_there_is_not_cleared => given(approved()).when(clearing(correction("S1", 1, json!({})), &["title"]));
    CorrectionNamesTexts: a_correction_names_the_text_that_it_replaces => given(approved()).when(clearing(correction("S1", 1, json!({})).says("title", "a"), &[]));
    CorrectionKeepsForm: a_correction_does_not_bring_unknown_members => given(approved()).when(correction("S1", 1, json!({ "nonsense": 1 })));
    CorrectionKeepsForm: a_correction_does_not_remove_what_a_kind_must_have => given(approved()).when(correction("S1", 1, json!({ "access": null })));
    CorrectionKeepsForm: the_fields_that_a_correction_clears_are_sorted => given(approved()).when(clearing(correction("S1", 1, json!({})), &["title", "summary"]));
    CorrectionKeepsRules: a_release_does_not_take_the_name_of_another => given(released_once()).and(released("S1", "R2")).when(correction("S1", 4, json!({ "release": "R1" })));
    CorrectionKeepsRules: an_approval_with_releases_does_not_become_a_refusal => given(released_once()).when(correction("S1", 2, json!({ "outcome": "refused" })));
    CorrectionKeepsRules: an_approval_with_an_agreement_does_not_become_a_refusal => given(approved()).and(agreed("S1", "2024", "2025")).when(correction("S1", 2, json!({ "outcome": "refused" })));
    CorrectionKeepsRules: a_refusal_before_an_approval_does_not_become_an_approval => given([opened(), applied("S1"), reasoned("S1", Refused), reasoned("S1", Approved)]).when(correction("S1", 2, json!({ "outcome": "approved" })));
    CorrectionKeepsRules: an_import_with_releases_does_not_become_a_refusal => given([opened(), imported("S1"), released("S1", "R1")]).when(correction("S1", 1, json!({ "outcome": "refused" })));
    CorrectionKeepsRules: an_agreement_does_not_come_to_end_before_it_begins => given(approved()).and(agreed("S1", "2024", "2025")).when(correction("S1", 3, json!({ "end": "2023" })));
    CorrectionKeepsRules: a_suspension_does_not_become_its_lifting => given(approved()).and(suspended("S1", false)).when(correction("S1", 3, json!({ "lifted": true })));
    CorrectionKeepsRules: what_was_opened_is_still_a_release => given(released_once()).and(release_opened("S1", "R1")).when(correction("S1", 4, json!({ "release": "R9" })));
    CorrectionKeepsRules: a_claim_does_not_leave_its_confirmation_behind => given(claimed_once()).and(confirmed("S1", "C1", "Auditor")).when(correction("S1", 4, json!({ "copy": "C2" })));
    CorrectionKeepsRules: a_confirmation_does_not_become_the_claimants => given(claimed_once()).and(confirmed("S1", "C1", "Auditor")).when(correction("S1", 5, json!({ "by": { "name": "acme" } })));
    CorrectionKeepsRules: a_share_does_not_move_to_whoever_confirmed => given(claimed_once()).and(confirmed("S1", "C1", "Auditor")).when(correction("S1", 1, json!({ "access": { "recipient": { "name": "Auditor" } } })));
    CorrectionKeepsRules: a_concern_does_not_take_the_name_of_another => given([opened(), concern("K1"), concern("K2")]).when(correction_of(2, json!({ "concern": "K1" })));
    CorrectionKeepsRules: progress_stays_with_a_recommendation => given([opened(), recommendation("L1"), progress("L1")]).when(correction_of(2, json!({ "recommendation": "L9" })));
    RedactionNeedsText: what_no_statement_carries_is_not_erased => given(approved()).when(redaction("S1", 1, &[digest("title", "a")]));
    RedactionNeedsText: nothing_is_not_erased => given(approved()).when(redaction("S1", 2, &[]));
    RedactionNeedsText: what_is_erased_is_not_erased_again => titled().and(redaction("S1", 1, &[digest("title", "a")])).when(redaction("S1", 1, &[digest("title", "a")]));
    RedactionNeedsText: a_redaction_names_the_share_of_the_text => titled().and(applied("S2")).when(redaction("S2", 1, &[digest("title", "a")]));
    RedactionNeedsText: a_redaction_names_the_statement_that_carries_the_text => titled().and(correction("S1", 1, json!({})).says("title", "b")).when(redaction("S1", 1, &[digest("title", "b")]));
    ConcernIsNew: a_concern_is_raised_once => given([opened(), concern("K1")]).when(concern("K1"));
    ConcernIsNew: a_concern_about_a_share_is_raised_once => given(approved()).and(concern("K1")).when(with(concern("K1"), |draft| draft.statement.share = Some("S1".to_owned())));
    ConcernIsKnown: what_nobody_raised_is_not_answered => given([opened()]).when(answer("K1"));
    ConcernIsKnown: what_nobody_raised_about_a_share_is_not_answered => given(approved()).when(with(answer("K1"), |draft| draft.statement.share = Some("S1".to_owned())));
    ConcernIsKnown: a_concern_answers_to_its_corrected_name_only => given([opened(), concern("K1"), correction_of(1, json!({ "concern": "K2" }))]).when(answer("K1"));
    RecommendationIsNew: a_recommendation_is_made_once => given([opened(), recommendation("L1")]).when(recommendation("L1"));
    RecommendationIsKnown: what_nobody_recommended_makes_no_progress => given([opened()]).when(progress("L1"));
    HeartbeatCounts: a_heartbeat_that_miscounts_is_refused => given(released_once()).when(heartbeat(1, 2, 1));
}

#[test]
fn a_heartbeat_that_counts_right_is_accepted() {
    given(released_once()).when(heartbeat(1, 1, 1)).then_accepted();
}

#[test]
fn a_refusal_may_be_decided_again_and_its_record_corrected_after_the_release() {
    let story =
        given([opened(), applied("S1"), reasoned("S1", Refused), reasoned("S1", Approved), released("S1", "R1")]);
    story.when(correction("S1", 2, json!({ "decided_by": "Old panel" }))).then_accepted();
}

#[test]
fn a_start_known_to_the_year_may_lie_before_an_end_in_that_year() {
    given(approved()).when(agreed("S1", "2024", "2024-06-30")).then_accepted();
}

#[test]
fn a_new_agreement_sets_aside_the_extension_of_the_old_one() {
    let story = given(approved()).and(agreed("S1", "2020", "2021")).and(extended("S1", "2022"));
    assert_eq!(story.register.shares()[0].term().1, Some(date("2022")));
    let story = story.and(agreed("S1", "2021", "2025"));
    assert_eq!(story.register.shares()[0].term(), (Some(date("2021")), Some(date("2025"))));
}

#[test]
fn every_rule_has_a_name_of_its_own() {
    let mut names: Vec<_> = Rule::ALL.iter().map(|rule| rule.name()).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), Rule::ALL.len());
}

#[test]
fn a_refusal_names_its_rule_and_no_text() {
    let draft = decided("S1", Refused).hides("applicants", "canary");
    let refusal = given([opened(), applied("S1")]).publish(draft).unwrap_err();
    let shown = refusal.to_string();
    assert!(shown.contains("decision-has-reasons") && shown.contains("S1") && !shown.contains("canary"), "{shown}");
}

fn with(mut draft: Draft, change: impl FnOnce(&mut Draft)) -> Draft {
    change(&mut draft);
    draft
}

fn people(reference: &str, basis: VolumeBasis, people: Count) -> Draft {
    let mut release = release(reference);
    release.volume = release.volume.map(|volume| register::Volume { basis, people: Some(people), ..volume });
    about("S1", release)
}

/// Copy C1 of S1 claimed by Acme: statement 4.
fn claimed_once() -> Vec<Draft> {
    released_once().into_iter().chain([claimed("S1", "C1", "Acme")]).collect()
}

fn titled() -> Story {
    given([opened(), applied("S1").saying("title", "a", salt("title", "a"))])
}

#[test]
fn a_reason_may_be_withheld_with_its_ground() {
    let hidden = decided("S1", Refused).withholding("reasons", "why", salt("r", "w"), Ground::LawEnforcement, None);
    given([opened(), applied("S1")]).when(hidden).then_accepted();
}
