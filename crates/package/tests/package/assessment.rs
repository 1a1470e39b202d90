//! The assessment: its file, and what is refused in one.

use package::assessment::{Assessment, per_million};
use package::document::{parse_json, to_json};
use proptest::prelude::*;

const GOLDEN: &str = include_str!("../golden/assessment.v1.json");

/// Something that is done to an assessment.
type Change<'a> = &'a dyn Fn(&mut Assessment);

fn golden() -> Assessment {
    parse_json(GOLDEN.as_bytes()).unwrap()
}

#[test]
fn version_1_is_read_for_ever() {
    assert_eq!(to_json(&golden()).unwrap(), GOLDEN);
    let dataset = &golden().datasets[0];
    assert_eq!((dataset.name.as_str(), dataset.people, dataset.rows), ("Census", 120, 200));
    assert!(dataset.scenarios[0].risk.unique > 0);
}

#[test]
fn it_is_canonical_as_another_hand_writes_it() {
    let value: serde_json::Value = serde_json::from_str(GOLDEN).unwrap();
    assert_eq!(serde_json_canonicalizer::to_string(&value).unwrap(), GOLDEN);
}

#[test]
fn what_is_not_in_form_is_refused_and_its_place_is_named() {
    let changed = |change: Change<'_>| {
        let mut other = golden();
        change(&mut other);
        to_json(&other).unwrap_err().to_string()
    };
    let cases: [(Change<'_>, &str); 11] = [
        (&|it| it.v = 2, "at v: "),
        (&|it| it.engine = String::new(), "at engine: "),
        (&|it| it.intruders.clear(), "at datasets[0].scenarios[0].intruder: "),
        (&|it| it.intruders[0].wants = "a\nb".to_owned(), "at intruders[0].wants: "),
        (&|it| it.datasets[0].columns.reverse(), "at datasets[0].columns: "),
        (&|it| it.datasets[0].rows = 1, "at datasets[0].people: "),
        (&|it| it.datasets[0].scenarios[0].risk.unique += 1, "at datasets[0].scenarios[0].risk"),
        (&|it| it.datasets[0].scenarios[0].histogram[0].people += 1, "at datasets[0].scenarios[0].histogram: "),
        (&|it| it.datasets[0].scenarios[0].known.push("shoes".to_owned()), "at datasets[0].scenarios[0].known: "),
        (
            &|it| it.datasets[0].scenarios[0].small_groups[0].largest[0].risk.people = 9,
            "at datasets[0].scenarios[0].small_groups[0].largest[0].risk.people: expected ten people or more",
        ),
        (&|it| it.datasets[0].minimisation.as_mut().unwrap().steps.reverse(), "at datasets[0].minimisation.steps[1]"),
    ];
    for (change, said) in cases {
        let error = changed(change);
        assert!(error.contains(said), "expected {said:?} in {error:?}");
    }
    for (from, to, said) in [
        ("\"people\":120", "\"people\":\"120\"", "datasets[0]"),
        ("\"engine\"", "\"engines\"", "unknown field `engines`"),
        ("{\"datasets\"", "{ \"datasets\"", "canonical"),
        ("\"v\":1", "\"v\":1.0", "at v: "),
    ] {
        let error = parse_json::<Assessment>(GOLDEN.replacen(from, to, 1).as_bytes()).unwrap_err().to_string();
        assert!(error.contains(said), "expected {said:?} in {error:?}");
    }
    for bytes in [&b""[..], b"null", b"[]", b"{}", b"\xff"] {
        assert!(parse_json::<Assessment>(bytes).is_err());
    }
}

#[test]
fn shares_are_rounded_half_up_and_nobody_has_none() {
    assert_eq!(per_million(1, 3), 333_333);
    assert_eq!(per_million(2, 3), 666_667);
    assert_eq!(per_million(1, 2_000_000), 1);
    assert_eq!(per_million(0, 0), 0);
    assert_eq!(per_million(u64::MAX, u64::MAX), 1_000_000);
}

proptest! {
    #[test]
    fn one_changed_byte_is_another_assessment_or_none(place in 0..GOLDEN.len(), byte in any::<u8>()) {
        let mut bytes = GOLDEN.as_bytes().to_vec();
        bytes[place] = byte;
        if let Ok(read) = parse_json::<Assessment>(&bytes) {
            prop_assert_eq!(to_json(&read).unwrap().into_bytes(), bytes);
        }
    }
}
