//! Pseudonyms against vectors of another program, and what holds for any identifier and key.

use std::process::Command;

use arrow::array::{Array, StringArray};
use proptest::prelude::*;

use super::*;

const VECTORS: &str = include_str!("../../tests/pseudonyms/vectors.tsv");

fn bytes(hexadecimal: &str) -> Vec<u8> {
    (0..hexadecimal.len()).step_by(2).map(|at| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap()).collect()
}

fn of(key: u8) -> Pseudonymiser {
    Pseudonymiser::new(&Zeroizing::new([key; 32]))
}

#[test]
fn pseudonyms_are_those_that_another_program_computed() {
    let mut compared = 0;
    for line in VECTORS.lines() {
        let [key, identifier, pseudonym]: [&str; 3] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let share = Pseudonymiser::new(&Zeroizing::new(bytes(key).try_into().unwrap()));
        let identifier = String::from_utf8(bytes(identifier)).unwrap();
        assert_eq!(share.pseudonymise(&identifier).unwrap(), pseudonym, "{identifier:?}");
        assert_eq!(share.reverse(pseudonym).unwrap(), identifier);
        compared += 1;
    }
    assert_eq!(compared, 51);
}

#[test]
fn the_other_program_still_says_the_same() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/pseudonyms/vectors.py");
    let said = Command::new("python3").arg(script).output();
    match said {
        Ok(said) if said.status.success() => assert_eq!(String::from_utf8(said.stdout).unwrap(), VECTORS),
        _ => eprintln!("not compared: python3 with the package cryptography is not here"),
    }
}

#[test]
fn an_empty_identifier_is_refused_alone_and_by_its_row() {
    assert_eq!(of(1).pseudonymise(""), Err(PseudonymError::Empty));
    let column = StringArray::from(vec![Some("A1"), None, Some("")]);
    assert_eq!(of(1).pseudonymise_array(&column), Err(PseudonymError::EmptyRow(2)));
}

#[test]
fn a_wrong_key_never_goes_back() {
    let identifiers = ["A123456789012", "1", "a", "Zoë", "urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66"];
    let made: Vec<String> = identifiers.iter().map(|identifier| of(1).pseudonymise(identifier).unwrap()).collect();
    for key in 0..20_000_u32 {
        let mut secret = Zeroizing::new([9; 32]);
        secret[..4].copy_from_slice(&key.to_be_bytes());
        let other = Pseudonymiser::new(&secret);
        assert!(made.iter().all(|pseudonym| other.reverse(pseudonym).is_none()));
    }
}

#[test]
fn a_changed_letter_is_no_pseudonym_of_the_share() {
    for identifier in ["A123456789012", "a name of more than eleven bytes"] {
        let made = of(1).pseudonymise(identifier).unwrap();
        for place in 0..made.len() {
            let mut changed = made.clone().into_bytes();
            changed[place] = if changed[place] == b'a' { b'b' } else { b'a' };
            assert_eq!(of(1).reverse(std::str::from_utf8(&changed).unwrap()), None, "letter {place}");
        }
    }
}

#[test]
fn ten_thousand_shares_give_one_person_ten_thousand_pseudonyms() {
    let made: std::collections::BTreeSet<String> = (0..10_000_u32)
        .map(|share| {
            let mut secret = Zeroizing::new([3; 32]);
            secret[28..].copy_from_slice(&share.to_be_bytes());
            Pseudonymiser::new(&secret).pseudonymise("A123456789012").unwrap()
        })
        .collect();
    assert_eq!(made.len(), 10_000);
}

fn identifier() -> impl Strategy<Value = String> {
    prop_oneof!["[A-Z0-9]{1,18}", "[A-Za-z0-9 ]{1,18}", any::<String>().prop_filter("empty", |text| !text.is_empty())]
}

proptest! {
    #[test]
    fn going_back_gives_the_identifier_whatever_it_is(text in identifier(), key in any::<u8>()) {
        let pseudonym = of(key).pseudonymise(&text).unwrap();
        prop_assert!(pseudonym.bytes().all(|letter| matches!(letter, b'a'..=b'z' | b'2'..=b'7')));
        prop_assert_eq!(pseudonym.len() == BLOCK_LETTERS, !pseudonym.starts_with('x') || pseudonym.len() < LONG_LETTERS);
        let back = of(key).reverse(&pseudonym);
        prop_assert_eq!(back.as_deref(), Some(text.as_str()));
        prop_assert_eq!(of(key.wrapping_add(1)).reverse(&pseudonym), None);
    }

    #[test]
    fn two_identifiers_have_two_pseudonyms_and_one_has_one(one in "[A-B1a]{1,18}", other in "[A-B1a]{1,18}") {
        let (first, second) = (of(1).pseudonymise(&one).unwrap(), of(1).pseudonymise(&other).unwrap());
        prop_assert_eq!(one == other, first == second);
        prop_assert_eq!(one == other, of(1).token(&one).unwrap() == of(1).token(&other).unwrap());
    }

    #[test]
    fn a_column_is_pseudonymised_as_each_of_its_rows_is(
        rows in prop::collection::vec(prop::option::of(identifier()), 0..400), skip in 0..3_usize,
    ) {
        let share = of(5);
        let slow: Vec<Option<String>> =
            rows.iter().map(|row| row.as_ref().map(|text| share.pseudonymise(text).unwrap())).collect();
        let slow = StringArray::from(slow);
        let column = StringArray::from(rows);
        prop_assert_eq!(&share.pseudonymise_array(&column).unwrap(), &slow);
        // A part of a column, whose offsets do not begin at nothing.
        let skip = skip.min(column.len());
        let (part, expected) = (column.slice(skip, column.len() - skip), slow.slice(skip, slow.len() - skip));
        prop_assert_eq!(share.pseudonymise_array(&part).unwrap(), expected);
    }
}
