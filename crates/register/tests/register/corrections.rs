//! Corrections and redactions: what they change, what stays visible, and what is gone for good.

use register::Count;
use register::fold::TextState;
use register::vocabulary::Outcome::Approved;
use register::vocabulary::{Ground, Status};
use serde_json::json;

use crate::given::{Story, Texts, assert_rebuilds, date, digest, downloads, given, rows, salt};
use crate::samples::*;

fn titled() -> Story {
    given([opened(), applied("S1").says("title", "first").says("summary", "kept")])
}

fn shown(story: &Story) -> String {
    format!("{:?} {:?} {:?}", story.register, rows(story), downloads(&story.register))
}

#[test]
fn a_nested_patch_changes_only_what_it_names() {
    let story = given(released_once()).and(correction("S1", 3, json!({ "volume": { "people": "<10", "rows": null } })));
    let (fact, release, _) = story.register.shares()[0].releases().next().unwrap();
    let volume = release.volume.as_ref().unwrap();
    assert_eq!((volume.people, volume.rows), (Some(Count::Under(10)), None));
    assert_eq!(release.datasets, ["Census"]);
    assert_eq!(fact.corrected_by, [4]);
    assert_rebuilds(&story);
}

#[test]
fn a_statement_may_be_corrected_again() {
    let story = given(released_once())
        .and(correction("S1", 3, json!({ "volume": { "people": 2_000 } })))
        .and(correction("S1", 3, json!({ "volume": { "people": 1_000 }, "released": "2023" })));
    let (fact, release, _) = story.register.shares()[0].releases().next().unwrap();
    assert_eq!(release.released, Some(date("2023")));
    assert_eq!(fact.corrected_by, [4, 5]);
    assert_rebuilds(&story);
}

#[test]
fn a_replaced_text_is_kept_as_a_former_one() {
    let story = titled().and(correction("S1", 1, json!({})).says("title", "second"));
    let fact = story.register.fact(1).unwrap();
    assert_eq!((fact.text("title"), fact.text("summary")), (Some("second"), Some("kept")));
    assert_eq!(fact.former.len(), 1);
    assert_eq!((fact.former[0].0, fact.former[0].1.digest), (2, digest("title", "first")));
    assert_eq!(story.register.shares()[0].text("title"), Some("second"));
    assert_rebuilds(&story);
}

#[test]
fn a_text_that_a_correction_gave_and_a_later_one_cleared_is_no_longer_shown() {
    let story = titled()
        .and(correction("S1", 1, json!({})).says("title", "second"))
        .and(clearing(correction("S1", 1, json!({})), &["title"]));
    assert_eq!(story.register.shares()[0].text("title"), None);
    assert_eq!(story.register.fact(1).unwrap().former.len(), 2);
    assert_rebuilds(&story);
}

#[test]
fn a_moved_share_leaves_its_old_recipient() {
    let patch = json!({ "access": { "recipient": { "name": "Beta" } } });
    let mut story = given(released_once());
    let touched = story.publish(correction("S1", 1, patch)).unwrap();
    let names: Vec<_> =
        story.register.recipients().iter().map(|known| (known.slug.as_str(), known.shares.len())).collect();
    assert_eq!(names, [("acme", 0), ("beta", 1)]);
    assert_eq!((touched.share, touched.recipients), (Some(0), vec![0, 1]));
    assert_eq!(story.register.totals().recipients, 1);
    assert_rebuilds(&story);
}

#[test]
fn a_renamed_release_frees_its_old_name_and_keeps_its_listing() {
    let story = given(released_once())
        .and(listing("S1", Some("R1"), false))
        .and(correction("S1", 3, json!({ "release": "R2" })))
        .and(released("S1", "R1"));
    let listed: Vec<_> =
        story.register.shares()[0].releases().map(|(_, release, listed)| (&*release.release, listed)).collect();
    assert_eq!(listed, [("R2", false), ("R1", true)]);
    assert_rebuilds(&story);
}

#[test]
fn the_facts_of_an_import_are_corrected_one_by_one() {
    let patch = json!({ "access": { "facts": { "opt-outs": null, "sub-licence": "Y" } }, "outcome": "approved" });
    let story = given([opened(), imported("S1"), correction("S1", 1, patch)]);
    let share = &story.register.shares()[0];
    assert_eq!(share.access().facts, [("sub-licence".to_owned(), "Y".to_owned())].into());
    assert_eq!(share.status(), Status::Approved);
    assert_rebuilds(&story);
}

#[test]
fn an_erased_text_is_gone_from_everything() {
    let story = titled().and(redaction("S1", 1, &[digest("title", "first")]));
    assert!(!shown(&story).contains("first"));
    assert_eq!(story.register.shares()[0].text("title"), None);
    assert_rebuilds(&story);
}

#[test]
fn a_former_text_can_be_erased() {
    let story = titled().and(correction("S1", 1, json!({})).says("title", "second")).and(redaction(
        "S1",
        1,
        &[digest("title", "first")],
    ));
    assert!(!shown(&story).contains("first"));
    assert_eq!(story.register.shares()[0].text("title"), Some("second"));
    assert_rebuilds(&story);
}

#[test]
fn a_text_that_a_correction_gave_can_be_erased_and_what_it_replaced_stays_replaced() {
    let story = titled().and(correction("S1", 1, json!({})).says("title", "second")).and(redaction(
        "S1",
        2,
        &[digest("title", "second")],
    ));
    assert!(!shown(&story).contains("second"));
    assert_eq!(story.register.shares()[0].text("title"), None);
    assert_rebuilds(&story);
}

#[test]
fn a_cleared_text_that_is_erased_later_does_not_stop_a_rebuild() {
    let story = titled().and(clearing(correction("S1", 1, json!({})), &["title"])).and(redaction(
        "S1",
        1,
        &[digest("title", "first")],
    ));
    assert_rebuilds(&story);
}

#[test]
fn replaced_reasons_that_are_erased_later_do_not_stop_a_rebuild() {
    let story = given([opened(), applied("S1"), reasoned("S1", Approved)])
        .and(correction("S1", 2, json!({})).says("reasons", "better"))
        .and(redaction("S1", 3, &[digest("reasons", "better")]))
        .and(redaction("S1", 2, &[digest("reasons", "S1: approved")]));
    assert_rebuilds(&story);
}

#[test]
fn an_incomplete_set_of_files_says_which_texts_it_lacks() {
    let mut story = titled();
    story.public[1].clear();
    let again = crate::given::rebuilt(&story);
    let mut lacking = vec![(1, digest("title", "first")), (1, digest("summary", "kept"))];
    lacking.sort();
    assert_eq!(again.register.unaccounted(), lacking);
}

#[test]
fn a_correction_may_open_a_withheld_text_under_its_own_digest() {
    let closed =
        applied("S1").withholding("findings", "canary", salt("f", "c"), Ground::NotYetPublished, Some(date("2025")));
    let story = given([opened(), closed]);
    assert!(!shown(&story).contains("canary"));
    let story = story.and(correction("S1", 1, json!({})).saying("findings", "canary", salt("f", "c")));
    assert_eq!(story.register.shares()[0].text("findings"), Some("canary"));
    assert_rebuilds(&story);
}

#[test]
fn withheld_texts_occur_nowhere() {
    let drafts = [
        opened().hides("note", "canary-0"),
        applied("S1").hides("applicants", "canary-1"),
        decided("S1", Approved).hides("reasons", "canary-2"),
        correction("S1", 1, json!({})).hides("title", "canary-3"),
    ];
    let debug = format!("{drafts:?}");
    let story = given(drafts);
    let erased = redaction("S1", 1, &[digest("applicants", "canary-1")]);
    let story = story.and(erased);
    let leaves = story.leaves.iter().map(|leaf| String::from_utf8_lossy(leaf)).collect::<String>();
    for place in [debug, shown(&story), format!("{story:?}"), leaves] {
        assert!(!place.contains("canary"), "{place}");
    }
    let states: Vec<_> = story.register.fact(1).unwrap().texts.iter().map(|text| &text.state).collect();
    assert!(matches!(states[..], [TextState::Withheld { .. }, TextState::Erased { by: 4 }]), "{states:?}");
    assert_rebuilds(&story);
}

#[test]
fn names_that_differ_only_in_letters_that_a_slug_drops_get_addresses_of_their_own() {
    let mut drafts = vec![opened()];
    drafts.extend(["Ωμέγα", "Άλφα", "Acme", "ACME!", "Acme 2", "acme-"].map(safeguard));
    let story = given(drafts);
    let slugs: Vec<_> = story.register.recipients().iter().map(|known| known.slug.as_str()).collect();
    assert_eq!(slugs, ["unnamed", "unnamed-2", "acme", "acme-2", "acme-2-2", "acme-3"]);
}
