//! What a manifest holds beyond what was approved: each kind of excess is found and named, and what was approved is none.

use package::document;
use package::instruction::Instruction;
use package::manifest::{Excess, Manifest, MeasuredColumn, MeasuredFile};
use package::specification::{DateTo, People, Specification, Treatment};
use proptest::prelude::*;
use register::vocabulary::Cover;
use register::{Count, Digest};

use super::documents::any_manifest;
use super::released::{instruction, manifest, moment};
use super::samples::cohort;

/// A manifest that holds all that an instruction allows, in one file for each dataset.
pub fn made_by(instruction: &Instruction) -> Manifest {
    let specification = &instruction.specification;
    let file = |part: &package::specification::DatasetPart| {
        let delivered = || part.items.iter().filter(|item| item.treatment != Treatment::Drop {});
        let years: std::collections::BTreeSet<u16> =
            delivered().flat_map(|item| [item.first_year, item.last_year]).collect();
        let cohorts = |own: &[package::specification::Cohort]| {
            if own.is_empty() { specification.cohorts.clone() } else { own.to_vec() }
        };
        let column = |item: &package::specification::SpecifiedItem| MeasuredColumn {
            classes: item.classes.clone(),
            cohorts: cohorts(&item.cohorts),
            distinct: Count::Exactly(20),
            item: item.item.clone(),
            name: item.name.clone(),
            nulls: Count::Exactly(0),
            treatment: item.treatment.clone(),
            years: years.range(item.first_year..=item.last_year).copied().collect(),
        };
        MeasuredFile {
            bytes: 1,
            cohorts: specification.cohorts.clone(),
            columns: delivered().map(column).collect(),
            dataset: part.name.clone(),
            name: format!("{}.parquet", register::dictionary::dataset_address(&part.name)),
            people: Count::Exactly(10),
            rows: Count::Exactly(10),
            sha256: Digest([1; 32]),
            years: years.iter().copied().collect(),
        }
    };
    let mut files: Vec<_> = specification.datasets.iter().map(file).collect();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let cover = |cohort: &package::specification::Cohort| register::statement::Cohort {
        cohort: cohort.to_string(),
        cover: Cover::All,
    };
    let people = match specification.people {
        People::Listed { up_to } => Count::banded(up_to.into()),
        _ => Count::Exactly(1_000_000),
    };
    Manifest {
        cohorts: specification.cohorts.iter().map(cover).collect(),
        files,
        instruction: Digest::of(document::to_json(instruction).unwrap().as_bytes()),
        people,
        release: instruction.release.clone(),
        sequence: instruction.sequence,
        share: instruction.share.clone(),
        specification: specification.digest().unwrap(),
        ..manifest()
    }
}

/// Gives a file of the sample other years; no column of it says anything of any.
fn years_of_file(manifest: &mut Manifest, years: &[u16]) {
    manifest.files[0].years = years.to_vec();
    manifest.files[0].columns.iter_mut().for_each(|column| column.years.clear());
}

/// What is found when the sample's manifest is changed.
fn found(change: impl FnOnce(&mut Manifest)) -> Vec<Excess> {
    let mut changed = manifest();
    change(&mut changed);
    assert!(document::to_json(&changed).is_ok(), "the excess is the only fault");
    changed.beyond(&instruction())
}

fn said(excess: &[Excess]) -> Vec<String> {
    excess.iter().map(ToString::to_string).collect()
}

#[test]
fn what_was_approved_is_nothing_beyond() {
    assert_eq!(manifest().beyond(&instruction()), []);
    // Less than was approved is no excess either.
    assert_eq!(found(|manifest| manifest.files.clear()), []);
    assert_eq!(found(|manifest| manifest.files[0].columns.truncate(1)), []);
}

#[test]
fn another_share_release_sequence_or_specification_is_named() {
    assert_eq!(said(&found(|it| it.share = "DS/0043".into())), ["The share is DS/0043, and DS/0042 was approved"]);
    assert_eq!(said(&found(|it| it.release = "R2".into())), ["The release is R2, and R1 was approved"]);
    assert_eq!(said(&found(|it| it.sequence = 2)), ["The sequence is 2, and 1 was approved"]);
    let other = Digest([7; 32]);
    let wanted = instruction().specification_digest().to_string();
    assert_eq!(
        found(|manifest| manifest.specification = other),
        [Excess::Other { what: "specification", approved: wanted, found: other.to_string() }]
    );
}

#[test]
fn an_instruction_that_differs_in_anything_else_is_named_too() {
    let mut other = instruction();
    other.recipient = super::released::RELEASE.to_owned();
    let excess = manifest().beyond(&other);
    assert!(matches!(&excess[..], [Excess::Other { what: "instruction", .. }]), "{excess:?}");
}

#[test]
fn a_dataset_that_was_not_approved_is_named() {
    let excess = found(|manifest| manifest.files[1].dataset = "Absence".into());
    assert_eq!(excess, [Excess::Dataset("Absence".into())]);
    assert_eq!(said(&excess), ["Absence was not approved"]);
}

#[test]
fn an_item_that_was_not_approved_or_was_to_be_left_out_is_named() {
    let item = |item: &str| Excess::Item { dataset: "Key Stage 4".into(), item: item.into() };
    let excess = found(|manifest| manifest.files[0].columns[0].item = "item-99".into());
    assert_eq!(excess, [item("item-99")]);
    assert_eq!(said(&excess), ["item-99 of Key Stage 4 was not approved"]);
    // The sample's specification gives item-11 up.
    assert_eq!(found(|manifest| manifest.files[2].columns[0].item = "item-11".into()), [item("item-11")]);
}

#[test]
fn an_item_that_was_treated_otherwise_is_named_with_both_treatments() {
    let excess = found(|manifest| {
        let column = manifest.files[0].columns.iter_mut().find(|column| column.item == "item-12").unwrap();
        column.treatment = Treatment::Keep {};
    });
    assert!(matches!(&excess[..], [Excess::Treatment { .. }]), "{excess:?}");
    assert_eq!(said(&excess), ["item-12 of Key Stage 4 left as it is, and was approved replaced by a pseudonym"]);
    let finer = found(|manifest| {
        let column = manifest.files[0].columns.iter_mut().find(|column| column.item == "item-15").unwrap();
        column.treatment = Treatment::Date { to: DateTo::Month };
    });
    assert_eq!(said(&finer), ["item-15 of Key Stage 4 left date as month only, and was approved date as year only"]);
}

#[test]
fn a_year_for_which_nothing_was_approved_is_named() {
    for (year, said_year) in [(2009, "2009/10"), (2016, "2016/17"), (1999, "1999/00")] {
        let excess = found(|manifest| years_of_file(manifest, &[year]));
        assert_eq!(excess, [Excess::Year { dataset: "Key Stage 4".into(), year }]);
        assert_eq!(said(&excess), [format!("Key Stage 4 has rows of {said_year}, which was not approved")]);
    }
}

/// The sample's manifest, and its instruction with one item approved for less.
fn with_less(less: impl FnOnce(&mut package::specification::SpecifiedItem)) -> (Manifest, Instruction) {
    let mut narrower = instruction();
    less(narrower.specification.datasets[0].items.iter_mut().find(|item| item.item == "item-15").unwrap());
    let mut made = manifest();
    made.instruction = Digest::of(document::to_json(&narrower).unwrap().as_bytes());
    made.specification = narrower.specification.digest().unwrap();
    made.files.truncate(1);
    (made, narrower)
}

#[test]
fn an_item_with_values_in_a_year_for_which_only_others_were_approved_is_named() {
    let (mut made, narrower) = with_less(|item| item.last_year = 2014);
    assert_eq!(
        said(&made.beyond(&narrower)),
        ["item-15 of Key Stage 4 has values of 2015/16, for which it was not approved"]
    );
    made.files[0].columns.iter_mut().find(|column| column.item == "item-15").unwrap().years = vec![2010];
    assert_eq!(made.beyond(&narrower), []);
    // A year that no item has is the whole file's fault, and said once.
    let excess = found(|manifest| {
        manifest.files[0].years.push(2016);
        manifest.files[0].columns.iter_mut().for_each(|column| column.years.push(2016));
    });
    assert_eq!(excess, [Excess::Year { dataset: "Key Stage 4".into(), year: 2016 }]);
}

#[test]
fn an_item_with_values_of_a_cohort_for_which_only_others_were_approved_is_named() {
    let (mut made, narrower) = with_less(|item| item.cohorts = vec![cohort("2000-2001")]);
    assert_eq!(
        said(&made.beyond(&narrower)),
        ["item-15 of Key Stage 4 has values of people born in 1999-2000, for whom it was not approved"]
    );
    made.files[0].columns.iter_mut().find(|column| column.item == "item-15").unwrap().cohorts.remove(0);
    assert_eq!(made.beyond(&narrower), []);
    let excess = found(|manifest| {
        manifest.files[0].cohorts.push(cohort("2001-2002"));
        manifest.files[0].columns.iter_mut().for_each(|column| column.cohorts.push(cohort("2001-2002")));
    });
    assert_eq!(said(&excess), ["Key Stage 4 has people born in 2001-2002, who were not approved"]);
}

#[test]
fn an_item_that_is_classified_otherwise_is_named_with_both_classes() {
    let excess = found(|manifest| manifest.files[0].columns[0].classes = super::samples::classes("1", "A", "4"));
    let item = &manifest().files[0].columns[0].item.clone();
    let approved = "no class";
    assert_eq!(
        said(&excess),
        [format!(
            "{item} of Key Stage 4 left as dfe-identification-risk 1, dfe-sensitivity A, npd-tier 4, and was approved as {approved}"
        )]
    );
    let excess = found(|manifest| manifest.files[0].columns[1].classes.clear());
    assert!(matches!(&excess[..], [Excess::Classes { found, .. }] if found == "no class"), "{excess:?}");
}

#[test]
fn a_cohort_that_was_not_approved_is_named_in_a_file_and_in_the_whole_release() {
    let told = "Key Stage 4 has people born in 2001-2002, who were not approved";
    let excess = found(|manifest| manifest.files[0].cohorts.push(cohort("2001-2002")));
    assert_eq!(said(&excess), [told]);
    let of_release = |manifest: &mut Manifest| {
        let cohort = "2001-2002".to_owned();
        manifest.cohorts.push(register::statement::Cohort { cohort, cover: Cover::Some });
    };
    assert_eq!(said(&found(of_release)), ["The release has people born in 2001-2002, who were not approved"]);
    let excess = found(|manifest| {
        of_release(manifest);
        manifest.files[0].cohorts.push(cohort("2001-2002"));
    });
    assert_eq!(said(&excess), [told], "it is said once");
    // Where no cohort was named, all were approved.
    let mut open = Instruction { people_at_most: None, ..instruction() };
    open.specification = Specification { cohorts: Vec::new(), ..open.specification };
    open.specification.datasets[0].items.iter_mut().for_each(|item| item.cohorts.clear());
    assert_eq!(made_by(&open).beyond(&open), []);
}

#[test]
fn more_people_than_were_approved_are_named() {
    // 1,204 were approved, which is 1,200 in the counts that leave the zone.
    assert_eq!(found(|manifest| manifest.people = Count::Exactly(1_200)), []);
    let excess = found(|manifest| manifest.people = Count::Exactly(1_210));
    assert_eq!(excess, [Excess::People { approved: 1_204, found: Count::Exactly(1_210) }]);
    assert_eq!(said(&excess), ["It holds 1210 people, and at most 1204 were approved"]);
    // The smaller of two limits holds.
    let mut listed = instruction();
    listed.specification.people = People::Listed { up_to: 9 };
    let mut made = made_by(&listed);
    assert_eq!((made.people, made.beyond(&listed)), (Count::Under(10), vec![]));
    made.people = Count::Exactly(10);
    assert_eq!(made.beyond(&listed), [Excess::People { approved: 9, found: Count::Exactly(10) }]);
}

#[test]
fn a_release_that_was_made_after_the_last_day_is_named() {
    // Until September is until its end.
    assert_eq!(found(|manifest| manifest.made = moment("2024-09-30T23:59:59Z")), []);
    let excess = found(|manifest| manifest.made = moment("2024-10-01T00:00:00Z"));
    assert!(matches!(&excess[..], [Excess::Dates { .. }]), "{excess:?}");
    assert_eq!(said(&excess), ["It was made on 1 October 2024, and the approval ended on September 2024"]);
}

#[test]
fn every_excess_is_found_and_not_only_the_first() {
    let excess = found(|manifest| {
        manifest.share = "DS/1".into();
        years_of_file(manifest, &[2020]);
        manifest.files[1].dataset = "Absence".into();
        manifest.files[2].columns[0].item = "item-99".into();
        manifest.people = Count::Exactly(5_000);
        manifest.made = moment("2030-01-01T00:00:00Z");
    });
    assert_eq!(excess.len(), 6, "{excess:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_manifest_made_by_its_instruction_holds_nothing_beyond((instruction, manifest) in any_manifest()) {
        prop_assert_eq!(manifest.beyond(&instruction), []);
    }

    #[test]
    fn one_column_more_than_was_approved_is_always_found((instruction, manifest) in any_manifest(), at: prop::sample::Index) {
        let mut more = manifest;
        prop_assume!(!more.files.is_empty());
        let file = at.index(more.files.len());
        let column = MeasuredColumn {
            classes: Vec::new(),
            cohorts: Vec::new(),
            distinct: Count::Exactly(0),
            item: "not-an-item-of-any-strategy".into(),
            name: "X".into(),
            nulls: Count::Exactly(0),
            treatment: Treatment::Keep {},
            years: Vec::new(),
        };
        more.files[file].columns.push(column);
        let excess = more.beyond(&instruction);
        prop_assert!(matches!(&excess[..], [Excess::Item { .. }]), "{:?}", excess);
    }
}
