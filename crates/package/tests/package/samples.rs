//! Dictionaries, specifications and strategies that make them.

use package::specification::{
    Coarser, Cohort, DatasetPart, DateTo, DictionaryReference, DictionarySource, Filter, Keep, People, PostcodeTo,
    Specification, SpecifiedItem, Treatment,
};
use proptest::prelude::*;
use register::dictionary::{Dictionary, Item};
use register::{Class, Digest};

pub fn class(scheme: &str, value: &str) -> Class {
    Class { scheme: scheme.to_owned(), value: value.to_owned() }
}

pub fn classes(risk: &str, sensitivity: &str, tier: &str) -> Vec<Class> {
    vec![class("dfe-identification-risk", risk), class("dfe-sensitivity", sensitivity), class("npd-tier", tier)]
}

fn item(alias: &str, classes: Vec<Class>, first: u16, last: Option<u16>) -> Item {
    Item { alias: alias.to_owned(), classes, first_year: Some(first), last_year: last, ..Item::default() }
}

/// Four items: one that identifies, one that is sensitive, one that is neither, and one whose name stands twice.
pub fn dictionary() -> Dictionary {
    Dictionary {
        items: vec![
            item("KS4_UPN", classes("2", "E", "1"), 2001, None),
            item("KS4_FSM", classes("5", "B", "2"), 2001, None),
            item("KS4_GENDER", classes("5", "E", "4"), 2001, Some(2012)),
            item("KS4_URN", classes("5", "E", "4"), 2001, None),
            item("KS4_URN", classes("5", "E", "4"), 2010, None),
        ],
    }
}

pub fn source(dictionary: &Dictionary) -> DictionarySource<'_> {
    let digest = Digest::of(&dictionary.to_bytes().unwrap());
    DictionarySource { dataset: "Key Stage 4", digest, edition: "October 2018", dictionary }
}

pub fn cohort(text: &str) -> Cohort {
    text.parse().unwrap()
}

/// One specification that uses every member, treatment and filter.
pub fn full() -> Specification {
    let treatments = [
        Treatment::Keep {},
        Treatment::Drop {},
        Treatment::Pseudonymise {},
        Treatment::Date { to: DateTo::Month },
        Treatment::Date { to: DateTo::Term },
        Treatment::Date { to: DateTo::Year },
        Treatment::AgeBand { years: 5 },
        Treatment::Postcode { to: PostcodeTo::Sector },
        Treatment::Postcode { to: PostcodeTo::District },
        Treatment::Postcode { to: PostcodeTo::Region },
        Treatment::Recode { other: Some("Z".to_owned()), table: vec![coarser("AAFR", "A"), coarser("ABAN", "A")] },
        Treatment::Recode { other: None, table: vec![coarser("É", "E")] },
        Treatment::Round { nearest: 10 },
        Treatment::TopCode { limit: 40 },
    ];
    let items = treatments.into_iter().zip(10..).map(|(treatment, number)| SpecifiedItem {
        classes: if number == 10 { Vec::new() } else { classes("2", "C", "1") },
        cohorts: if number == 11 { vec![cohort("2000-2001")] } else { Vec::new() },
        first_year: 2010,
        item: format!("item-{number}"),
        justification: (number != 12).then(|| format!("It is needed for table {number}.\nIt is \"key\".")),
        last_year: 2015,
        name: format!("ITEM_{number}"),
        treatment,
    });
    let filter = |address: &str, keep: Keep| Filter {
        classes: classes("5", "E", "4"),
        item: address.to_owned(),
        keep,
        name: address.to_uppercase(),
    };
    let part = DatasetPart {
        dictionary: DictionaryReference { digest: Digest::of(b"a dictionary"), edition: "October 2018".to_owned() },
        filters: vec![
            filter("age", Keep::Between(-1, 16)),
            filter("region", Keep::OneOf(vec!["E12000001".to_owned(), "E12000002".to_owned()])),
        ],
        items: items.collect(),
        name: "Key Stage 4".to_owned(),
    };
    Specification {
        cohorts: vec![cohort("1999-2000"), cohort("2000-2001")],
        datasets: vec![part],
        people: People::FoundIn { within: "Key Stage 4".to_owned() },
        v: 1,
    }
}

fn coarser(code: &str, to: &str) -> Coarser {
    Coarser { code: code.to_owned(), to: to.to_owned() }
}

fn text() -> impl Strategy<Value = String> {
    "[A-Za-zé\"\\\\😀 ]{1,12}"
}

fn any_classes() -> impl Strategy<Value = Vec<Class>> {
    let values = ("[1-6]", "[A-F]", "[1-4]");
    (values, any::<[bool; 3]>()).prop_map(|((risk, sensitivity, tier), kept)| {
        classes(&risk, &sensitivity, &tier).into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(it, _)| it).collect()
    })
}

pub fn any_treatment() -> impl Strategy<Value = Treatment> {
    let table = prop::collection::btree_map(text(), text(), 1..4);
    prop_oneof![
        Just(Treatment::Keep {}),
        Just(Treatment::Drop {}),
        Just(Treatment::Pseudonymise {}),
        prop::sample::select(DateTo::ALL).prop_map(|to| Treatment::Date { to }),
        (2_u8..=50).prop_map(|years| Treatment::AgeBand { years }),
        prop::sample::select(PostcodeTo::ALL).prop_map(|to| Treatment::Postcode { to }),
        (prop::option::of(text()), table).prop_map(|(other, table)| Treatment::Recode {
            other,
            table: table.into_iter().map(|(code, to)| Coarser { code, to }).collect(),
        }),
        (2_u32..).prop_map(|nearest| Treatment::Round { nearest }),
        any::<u32>().prop_map(|limit| Treatment::TopCode { limit }),
    ]
}

fn any_item(cohorts: Vec<Cohort>) -> impl Strategy<Value = SpecifiedItem> {
    let some = prop::sample::subsequence(cohorts.clone(), 0..=cohorts.len());
    let said = prop::option::of("[a-zé\"]{1,9}(\n[a-z]{1,9})?");
    ((any_classes(), some, 1900_u16..2100, 0_u16..90), ("[a-z0-9-]{1,9}", said, text(), any_treatment())).prop_map(
        |((classes, cohorts, first_year, more), (item, justification, name, treatment))| SpecifiedItem {
            classes,
            cohorts,
            first_year,
            item,
            justification,
            last_year: (first_year + more).min(2100),
            name,
            treatment,
        },
    )
}

fn any_filter() -> impl Strategy<Value = Filter> {
    let keep = prop_oneof![
        prop::collection::btree_set(text(), 1..4).prop_map(|values| Keep::OneOf(values.into_iter().collect())),
        (-(1_i64 << 40)..(1 << 40), 0_i64..1000).prop_map(|(from, more)| Keep::Between(from, from + more)),
    ];
    (any_classes(), "[a-z0-9-]{1,9}", keep, text()).prop_map(|(classes, item, keep, name)| Filter {
        classes,
        item,
        keep,
        name,
    })
}

fn any_part(cohorts: Vec<Cohort>) -> impl Strategy<Value = DatasetPart> {
    let items = prop::collection::vec(any_item(cohorts), 0..6);
    (any::<[u8; 32]>(), text(), prop::collection::vec(any_filter(), 0..3), items, "[A-Z][a-z]{2,8}").prop_map(
        |(digest, edition, mut filters, mut items, name)| {
            items.sort_by(|a, b| a.item.cmp(&b.item));
            items.dedup_by(|a, b| a.item == b.item);
            filters.sort_by(|a, b| a.item.cmp(&b.item));
            filters.dedup_by(|a, b| a.item == b.item);
            DatasetPart { dictionary: DictionaryReference { digest: Digest(digest), edition }, filters, items, name }
        },
    )
}

/// Any specification that can be written.
pub fn any_specification() -> impl Strategy<Value = Specification> {
    let cohorts = prop::collection::btree_set(1900_u16..=2100, 0..4)
        .prop_map(|years| years.into_iter().map(|year| Cohort::beginning(year).unwrap()).collect::<Vec<_>>());
    cohorts.prop_flat_map(|cohorts| {
        (prop::collection::vec(any_part(cohorts.clone()), 0..3), 0_u8..3, 1_u32..).prop_map(
            move |(mut datasets, who, up_to)| {
                datasets.sort_by(|a, b| a.name.cmp(&b.name));
                datasets.dedup_by(|a, b| a.name == b.name);
                let people = match (who, datasets.first()) {
                    (0, Some(first)) => People::FoundIn { within: first.name.clone() },
                    (1, _) => People::Listed { up_to },
                    _ => People::Everyone {},
                };
                Specification { cohorts: cohorts.clone(), datasets, people, v: 1 }
            },
        )
    })
}
