//! The specification: its file, its problems, and the basket that fills it.

use package::specification::{
    BasketError, Keep, MAX_FILE, People, Specification, SpecificationError, SpecificationProblem, Treatment,
};
use proptest::prelude::*;

use super::samples::{any_specification, any_treatment, class, cohort, dictionary, full, source};

const GOLDEN: &str = include_str!("../golden/specification.v1.json");

#[test]
fn version_1_is_read_for_ever() {
    let read = Specification::parse(GOLDEN.trim_end().as_bytes()).unwrap();
    assert_eq!(read, full());
    assert_eq!(read.to_bytes().unwrap(), GOLDEN.trim_end().as_bytes());
}

fn changed(from: &str, to: &str) -> SpecificationError {
    assert!(GOLDEN.contains(from), "{from}");
    Specification::parse(GOLDEN.trim_end().replacen(from, to, 1).as_bytes()).unwrap_err()
}

#[test]
fn what_is_not_in_form_is_refused_and_its_place_is_named() {
    for (from, to, said) in [
        ("\"do\":\"keep\"", "\"do\":\"burn\"", "datasets[0].items[0].treatment.do: unknown variant `burn`"),
        (
            "\"do\":\"age-band\",\"years\":5",
            "\"do\":\"age-band\",\"years\":1",
            "datasets[0].items[6].treatment.years: ",
        ),
        (
            "\"do\":\"age-band\"",
            "\"do\":\"age-band\",\"extra\":1",
            "datasets[0].items[6].treatment: unknown field `extra`",
        ),
        ("\"first_year\":2010", "\"first_year\":2016", "datasets[0].items[0].first_year: expected years from 1900"),
        ("\"first_year\":2010", "\"first_year\":-1", "datasets[0].items[0].first_year: invalid value"),
        ("\"item\":\"item-11\"", "\"item\":\"item-10\"", "datasets[0].items[1]: expected them sorted, without repeats"),
        ("\"item\":\"item-11\"", "\"item\":\"item-11_\"", "datasets[0].items[1].item: expected an item's address"),
        ("[\"1999-2000\",\"2000-2001\"]", "[\"2000-2001\",\"1999-2000\"]", "cohorts[1]: expected them sorted"),
        ("\"1999-2000\"", "\"1999-2001\"", "cohorts[0]: expected a school year of birth"),
        ("[\"1999-2000\",\"2000-2001\"]", "[\"1999-2000\"]", "datasets[0].items[1].cohorts: expected cohorts that the"),
        ("\"within\":\"Key Stage 4\"", "\"within\":\"Key Stage 5\"", "people.within: expected the name of one of"),
        ("\"code\":\"ABAN\"", "\"code\":\"AAAA\"", "datasets[0].items[10].treatment.table[1]: expected them sorted"),
        ("{\"between\":[-1,16]}", "{\"between\":[17,16]}", "datasets[0].filters[0].keep: expected two whole numbers"),
        ("\"people\"", "\"persons\"", "unknown field `persons`"),
        ("\"v\":1", "\"v\":2", "version 2 of the specification is not known"),
        (
            "\"edition\":\"October 2018\"",
            "\"edition\":\"October\\n2018\"",
            "datasets[0].dictionary.edition: expected 1 to 300",
        ),
        ("\"people\"", " \"people\"", "expected canonical JSON"),
    ] {
        let error = changed(from, to).to_string();
        assert!(error.contains(said), "{to}: expected {said:?} in {error:?}");
    }
    for bytes in [&b""[..], b"null", b"[]", b"{}", b"{\"people\":{\"are\":\"everyone\"},\"v\":1}x", b"\xff"] {
        assert!(matches!(Specification::parse(bytes), Err(SpecificationError::Form { .. })), "{bytes:?}");
    }
    let deep = "[".repeat(100_000);
    assert!(matches!(Specification::parse(deep.as_bytes()), Err(SpecificationError::Form { .. })));
    assert_eq!(Specification::parse(&vec![b' '; MAX_FILE + 1]), Err(SpecificationError::TooLarge(MAX_FILE + 1)));
}

#[test]
fn an_item_that_identifies_or_is_sensitive_needs_a_justification_of_its_own() {
    let dictionary = dictionary();
    let mut basket = Specification::default();
    assert_eq!(basket.problems(), [SpecificationProblem::Empty]);
    basket.add_all(source(&dictionary), &["ks4-upn", "ks4-fsm", "ks4-gender"], (2005, 2010), &[]).unwrap();
    let told = |basket: &Specification| basket.problems().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        told(&basket),
        [
            "Say why you need KS4_FSM of Key Stage 4: Sensitivity (DfE) B",
            "Say why you need KS4_UPN of Key Stage 4: Identification risk (DfE) 2",
        ]
    );
    basket.justify("Key Stage 4", "ks4-fsm", " To compare\r\npupils on free meals. ").unwrap();
    let justified = basket.datasets[0].item("ks4-fsm").unwrap().justification.as_deref();
    assert_eq!(justified, Some("To compare\npupils on free meals."));
    basket.treat("Key Stage 4", "ks4-upn", Treatment::Pseudonymise {}).unwrap();
    assert_eq!(told(&basket), ["Say why you need KS4_UPN of Key Stage 4: Identification risk (DfE) 2"], "still asked");
    basket.treat("Key Stage 4", "ks4-upn", Treatment::Drop {}).unwrap();
    assert_eq!(told(&basket), [""; 0]);
    basket.justify("Key Stage 4", "ks4-fsm", "  ").unwrap();
    assert_eq!(told(&basket).len(), 1);
}

#[test]
fn an_item_that_nobody_classified_is_not_excused() {
    let mut dictionary = dictionary();
    dictionary.items[2].classes = vec![class("npd-tier", "4")];
    dictionary.items[3].classes = vec![class("dfe-identification-risk", "9"), class("dfe-sensitivity", "E")];
    let mut basket = Specification::default();
    basket.add_all(source(&dictionary), &["ks4-gender", "ks4-urn"], (2005, 2010), &[]).unwrap();
    let none = "not classified in Identification risk (DfE), not classified in Sensitivity (DfE)";
    assert_eq!(
        basket.problems().iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            format!("Say why you need KS4_GENDER of Key Stage 4: {none}"),
            "Say why you need KS4_URN of Key Stage 4: Identification risk (DfE) 9".to_owned(),
        ]
    );
}

#[test]
fn items_whose_name_stands_twice_are_two_items() {
    let dictionary = dictionary();
    let mut basket = Specification::default();
    basket.add_all(source(&dictionary), &["ks4-urn-2", "ks4-urn"], (2010, 2012), &[]).unwrap();
    let items: Vec<_> = basket.items().map(|(_, item)| (item.item.as_str(), item.name.as_str())).collect();
    assert_eq!(items, [("ks4-urn", "KS4_URN"), ("ks4-urn-2", "KS4_URN")]);
}

#[test]
fn the_basket_refuses_what_no_extract_could_give_and_stays_as_it_was() {
    let dictionary = dictionary();
    let mut basket = Specification::default();
    basket.add(source(&dictionary), "ks4-upn", (2005, 2010), &[]).unwrap();
    let before = basket.clone();
    let refused = |result: Result<(), BasketError>| result.unwrap_err().to_string();
    assert_eq!(
        refused(basket.add_all(source(&dictionary), &["ks4-fsm", "ks4-gender"], (2005, 2013), &[])),
        "KS4_GENDER was collected from 2001/02 to 2012/13; choose years within"
    );
    assert_eq!(
        refused(basket.add(source(&dictionary), "ks4-none", (2005, 2005), &[])),
        "There is no item ks4-none in Key Stage 4"
    );
    assert_eq!(
        refused(basket.add(source(&dictionary), "ks4-fsm", (2006, 2005), &[])),
        "The first year must not be after the last year"
    );
    assert_eq!(
        refused(basket.add(source(&dictionary), "ks4-fsm", (2005, 2005), &[cohort("1999-2000")])),
        "The basket does not cover people born in 1999-2000; choose among the cohorts that it covers"
    );
    let mut later = dictionary.clone();
    later.items.pop();
    assert_eq!(
        refused(basket.add(source(&later), "ks4-fsm", (2005, 2005), &[])),
        "The basket has items of Key Stage 4 from the edition \"October 2018\"; take them out before you choose from \
         another"
    );
    assert!(refused(basket.justify("Key Stage 4", "ks4-upn", &"x".repeat(2001))).contains("1 to 2000 characters"));
    assert!(refused(basket.treat("Key Stage 4", "ks4-upn", Treatment::Round { nearest: 0 })).contains("2 or more"));
    assert!(refused(basket.remove("Key Stage 4", "ks4-fsm")).contains("has no item ks4-fsm"));
    assert_eq!(basket, before);
}

#[test]
fn nothing_that_is_taken_away_widens_what_is_asked_for() {
    let dictionary = dictionary();
    let mut basket = Specification::default();
    let (older, younger) = (cohort("1999-2000"), cohort("2000-2001"));
    basket.cover(&[younger, older], People::Everyone {}).unwrap();
    basket.add(source(&dictionary), "ks4-upn", (2005, 2010), &[older]).unwrap();
    let in_use = basket.cover(&[younger], People::Everyone {}).unwrap_err();
    assert_eq!(in_use, BasketError::CohortInUse { name: "KS4_UPN".to_owned(), cohort: older });
    basket.cover(&[older], People::FoundIn { within: "Key Stage 4".to_owned() }).unwrap();
    let within = basket.remove("Key Stage 4", "ks4-upn").unwrap_err();
    assert_eq!(within, BasketError::PeopleWithin { dataset: "Key Stage 4".to_owned() });
    basket.cover(&[older], People::Everyone {}).unwrap();
    basket.remove("Key Stage 4", "ks4-upn").unwrap();
    assert!(basket.is_empty() && basket.datasets.is_empty());
}

#[test]
fn rows_are_kept_by_the_values_of_an_item_that_need_not_leave() {
    let dictionary = dictionary();
    let mut basket = Specification::default();
    let one = || Keep::OneOf(vec!["F".to_owned()]);
    assert!(matches!(basket.keep_rows(source(&dictionary), "ks4-gender", one()), Err(BasketError::NoDataset { .. })));
    basket.add(source(&dictionary), "ks4-urn", (2005, 2010), &[]).unwrap();
    basket.keep_rows(source(&dictionary), "ks4-gender", one()).unwrap();
    basket.keep_rows(source(&dictionary), "ks4-gender", Keep::Between(1, 2)).unwrap();
    assert_eq!(basket.datasets[0].filters.len(), 1);
    assert_eq!(basket.datasets[0].misfits(&dictionary), []);
    basket.keep_all_rows("Key Stage 4", "ks4-gender").unwrap();
    assert!(basket.keep_all_rows("Key Stage 4", "ks4-gender").is_err());
}

#[test]
fn what_the_dictionary_says_otherwise_is_named() {
    let mut dictionary = dictionary();
    let mut basket = Specification::default();
    basket.add_all(source(&dictionary), &["ks4-upn", "ks4-fsm", "ks4-gender"], (2005, 2010), &[]).unwrap();
    assert_eq!(basket.datasets[0].misfits(&dictionary), []);
    dictionary.items[0].classes.pop();
    dictionary.items[1].last_year = Some(2008);
    dictionary.items[2].alias = "KS4_SEX".to_owned();
    let told: Vec<String> = basket.datasets[0].misfits(&dictionary).iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        [
            "KS4_FSM of Key Stage 4 was collected from 2001/02 to 2008/09; choose years within",
            "KS4_GENDER of Key Stage 4 is not in the dictionary that is named; take it out and choose it again",
            "KS4_UPN of Key Stage 4 is classified otherwise in the dictionary; take it out and choose it again",
        ]
    );
}

#[test]
fn counts_keep_the_schemes_side_by_side_and_leave_out_what_does_not_leave() {
    let dictionary = dictionary();
    let mut basket = Specification::default();
    basket.add_all(source(&dictionary), &["ks4-upn", "ks4-fsm", "ks4-gender", "ks4-urn"], (2010, 2010), &[]).unwrap();
    basket.treat("Key Stage 4", "ks4-urn", Treatment::Drop {}).unwrap();
    let risk: Vec<_> = basket.counts_by("dfe-identification-risk").into_iter().collect();
    assert_eq!(risk, [(Some("2"), 1), (Some("5"), 2)]);
    assert_eq!(basket.counts_by("hdr-uk").into_iter().collect::<Vec<_>>(), [(None, 3)]);
    let matrix: Vec<_> = basket.matrix().into_iter().collect();
    assert_eq!(matrix, [((Some("2"), Some("E")), 1), ((Some("5"), Some("B")), 1), ((Some("5"), Some("E")), 1)]);
    assert_eq!(basket.item_counts().iter().map(|counted| counted.count).sum::<u64>(), 3);
    let uses = basket.dataset_uses();
    assert_eq!((uses[0].name.as_str(), uses[0].classes.len()), ("Key Stage 4", 7));
    assert_eq!(basket.years(), Some((2010, 2010)));
}

proptest! {
    #[test]
    fn what_is_written_is_read_and_is_the_canonical_form_of_another_hand(specification in any_specification()) {
        let bytes = specification.to_bytes().unwrap();
        prop_assert_eq!(Specification::parse(&bytes).unwrap(), specification.clone());
        let value: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
        prop_assert_eq!(serde_json_canonicalizer::to_vec(&value).unwrap(), bytes);
    }

    #[test]
    fn one_changed_byte_is_another_specification_or_none(
        specification in any_specification(), at in any::<prop::sample::Index>(), flip in 1_u8..,
    ) {
        let mut bytes = specification.to_bytes().unwrap();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        if let Ok(read) = Specification::parse(&bytes) {
            prop_assert_ne!(&read, &specification);
            prop_assert_eq!(read.to_bytes().unwrap(), bytes);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = Specification::parse(&bytes);
    }

    #[test]
    fn whatever_is_done_to_a_basket_it_can_be_written(
        steps in prop::collection::vec((0_u8..6, 0_usize..5, 1995_u16..2020, 0_u16..6, any_treatment()), 0..30),
    ) {
        let dictionary = dictionary();
        let addresses = ["ks4-upn", "ks4-fsm", "ks4-gender", "ks4-urn", "ks4-urn-2"];
        let mut basket = Specification::default();
        for (what, item, year, more, treatment) in steps {
            let before = basket.clone();
            let years = (year, year + more);
            let asked = cohort("1999-2000");
            let result = match what {
                0 => basket.add(source(&dictionary), addresses[item], years, &[]),
                1 => basket.add(source(&dictionary), addresses[item], years, &[asked]),
                2 => basket.remove("Key Stage 4", addresses[item]),
                3 => basket.treat("Key Stage 4", addresses[item], treatment),
                4 => basket.cover(&[asked], People::Everyone {}),
                _ => basket.justify("Key Stage 4", addresses[item], &"why ".repeat(usize::from(more))),
            };
            if result.is_err() {
                prop_assert_eq!(&basket, &before);
            }
            let bytes = basket.to_bytes().unwrap();
            prop_assert_eq!(&Specification::parse(&bytes).unwrap(), &basket);
            prop_assert!(basket.datasets.iter().all(|part| part.misfits(&dictionary).is_empty()));
        }
    }
}
