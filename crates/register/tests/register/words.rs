//! Vocabularies and classification schemes.

use std::collections::BTreeSet;
use std::str::FromStr;

use register::classification::{Class, SCHEMES};
use register::statement::Kind;
use register::vocabulary::*;

macro_rules! vocabularies {
    ($($name:ident)+) => {
        #[test]
        fn every_code_is_read_back_as_its_value() {
            $(for value in $name::ALL {
                assert_eq!($name::from_str(value.code()).unwrap(), *value);
                assert_eq!(value.to_string(), value.code());
                let json = serde_json::to_string(value).unwrap();
                assert_eq!(json, format!("\"{}\"", value.code()));
                assert_eq!(serde_json::from_str::<$name>(&json).unwrap(), *value);
                assert!(register::statement::check_code(value.code()).is_ok());
            })+
        }

        #[test]
        fn no_two_values_share_a_code_or_a_label() {
            $(let codes: BTreeSet<_> = $name::ALL.iter().map(|value| value.code()).collect();
            let labels: BTreeSet<_> = $name::ALL.iter().map(|value| value.label()).collect();
            let count = $name::ALL.len();
            assert_eq!((codes.len(), labels.len()), (count, count), stringify!($name));)+
        }

        #[test]
        fn an_unknown_code_is_refused_with_the_codes_that_are_known() {
            $(let error = $name::from_str("nonsense").unwrap_err().to_string();
            assert!($name::ALL.iter().all(|value| error.contains(value.code())), "{error}");
            assert!(serde_json::from_str::<$name>("\"nonsense\"").is_err());)+
        }
    };
}

vocabularies! {
    Channel Route Outcome Reason VolumeBasis Cover Ground ErasureGround CorrectionReason EndGround SuspensionGround
    Safeguard CopyPlace Method SanctionKind SanctionGround IncidentEffect ConcernTopic ConcernOutcome Progress
    Destruction Status
}

#[test]
fn every_kind_is_found_by_its_code() {
    for kind in Kind::ALL {
        assert_eq!(Kind::from_code(kind.code()), Some(*kind));
    }
    assert_eq!(Kind::from_code("nonsense"), None);
    let labels: BTreeSet<_> = Kind::ALL.iter().map(|kind| kind.label()).collect();
    assert_eq!(labels.len(), Kind::ALL.len());
}

#[test]
fn schemes_stand_side_by_side_and_know_their_values() {
    let labels: BTreeSet<_> = SCHEMES.iter().map(|scheme| scheme.label).collect();
    assert_eq!(labels.len(), SCHEMES.len());
    for scheme in SCHEMES {
        for (value, meaning) in scheme.values {
            let class = Class { scheme: scheme.code.to_owned(), value: (*value).to_owned() };
            assert_eq!((class.meaning(), class.scheme_label()), (Some(*meaning), scheme.label));
        }
    }
}

#[test]
fn a_value_that_no_scheme_knows_is_kept_as_given() {
    for (scheme, value, label) in [("npd-tier", "Tier 2a ", "NPD tier (until 2018)"), ("own-scheme", "Ω", "own-scheme")]
    {
        let class = Class { scheme: scheme.to_owned(), value: value.to_owned() };
        let json = serde_json::to_string(&class).unwrap();
        assert_eq!(serde_json::from_str::<Class>(&json).unwrap(), class);
        assert_eq!((class.meaning(), class.scheme_label()), (None, label));
    }
}

#[test]
fn texts_and_facts_have_labels_of_their_own_and_unknown_ones_plain_letters() {
    for list in [TEXTS, FACTS] {
        let labels: BTreeSet<_> = list.iter().map(|(_, label)| label).collect();
        let codes: BTreeSet<_> = list.iter().map(|(code, _)| code).collect();
        assert_eq!((labels.len(), codes.len()), (list.len(), list.len()));
    }
    assert_eq!(
        (text_label("title"), text_label("own-words"), text_label("")),
        ("Title".into(), "Own words".into(), "".into())
    );
    assert_eq!(
        (fact_label("article-6"), fact_label("élan-vital")),
        ("Legal basis under Article 6".into(), "élan vital".into())
    );
}
