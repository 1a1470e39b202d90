//! Instruction and manifest: their stored form, their signatures, and what is refused.

use package::document::{Document, parse_json, to_json};
use package::{DocumentError, Instruction, Manifest, Signed};
use proptest::prelude::*;
use register::{Count, Digest};
use serde::Serialize;

use super::released::{engine_key, instruction, instruction_key, manifest, moment, signed_manifest};
use super::samples::{any_specification, classes};

const INSTRUCTION: &str = include_str!("../golden/instruction.v1");
const MANIFEST: &str = include_str!("../golden/manifest.v1");

#[test]
fn version_1_of_instruction_and_manifest_is_read_for_ever() {
    let read = Signed::<Instruction>::parse(INSTRUCTION.as_bytes()).unwrap();
    assert_eq!(read.verified_by(instruction_key().verifier()).unwrap(), &instruction());
    assert_eq!(read.to_string(), INSTRUCTION);
    let read = Signed::<Manifest>::parse(MANIFEST.as_bytes()).unwrap();
    assert_eq!(read.verified_by(engine_key().verifier()).unwrap(), &manifest());
    assert_eq!(read.to_string(), MANIFEST);
    assert_eq!(read.digest(), Digest::of(MANIFEST.lines().next().unwrap().as_bytes()));
}

#[test]
fn a_signature_counts_by_the_key_that_was_asked_for_and_for_its_own_kind_of_document() {
    let signed = signed_manifest();
    let stranger = tlog::SigningKey::new(engine_key().name(), &[9; 32]).unwrap();
    for key in [stranger.verifier(), instruction_key().verifier()] {
        let error = signed.verified_by(key).unwrap_err();
        assert_eq!(error.to_string(), format!("the manifest is not signed with the key {}", key.name()));
    }
    // The same line of JSON, signed by the same key as a document of another kind.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize, serde::Deserialize)]
    #[serde(transparent)]
    struct Other(Manifest);
    impl Document for Other {
        const KIND: &'static str = "rollcall/other/v1";
        const NAME: &'static str = "other document";
        const MAX_BYTES: usize = Manifest::MAX_BYTES;
        fn check(&self) -> Result<(), DocumentError> {
            self.0.check()
        }
    }
    let other = Signed::sign(Other(manifest()), &engine_key()).unwrap();
    assert_eq!(other.digest(), signed.digest());
    let read = Signed::<Manifest>::parse(other.to_string().as_bytes());
    assert_eq!(read, Err(DocumentError::Shape { name: "manifest" }));
}

/// Every bit of a signed document, one at a time: none may be other and the document still be signed.
fn no_bit_of_it_can_be_changed<T: Document + std::fmt::Debug>(text: &str, key: &tlog::VerifierKey) {
    assert!(Signed::<T>::parse(text.as_bytes()).unwrap().verified_by(key).is_ok());
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut changed = text.as_bytes().to_vec();
            changed[at] ^= 1 << bit;
            if let Ok(read) = Signed::<T>::parse(&changed) {
                assert!(read.verified_by(key).is_err(), "byte {at}, bit {bit}");
            }
        }
    }
    for length in 0..text.len() {
        assert!(Signed::<T>::parse(&text.as_bytes()[..length]).is_err(), "{length}");
    }
    assert!(Signed::<T>::parse(format!("{text}\n").as_bytes()).is_err());
    assert!(Signed::<T>::parse(format!("\n{text}").as_bytes()).is_err());
}

#[test]
fn no_bit_of_a_signed_instruction_can_be_changed() {
    let mut short = instruction();
    short.specification = package::Specification::default();
    let signed = Signed::sign(short, &instruction_key()).unwrap();
    no_bit_of_it_can_be_changed::<Instruction>(&signed.to_string(), instruction_key().verifier());
}

#[test]
fn no_bit_of_a_signed_manifest_can_be_changed() {
    let mut short = manifest();
    short.files.truncate(1);
    short.files[0].columns.truncate(2);
    let signed = Signed::sign(short, &engine_key()).unwrap();
    no_bit_of_it_can_be_changed::<Manifest>(&signed.to_string(), engine_key().verifier());
}

fn refused<T: Document + std::fmt::Debug>(file: &str, cases: &[(&str, &str, &str)]) {
    let json = file.lines().next().unwrap();
    for (from, to, said) in cases {
        assert!(json.contains(from), "{from}");
        let error = parse_json::<T>(json.replacen(from, to, 1).as_bytes()).unwrap_err().to_string();
        assert!(error.contains(said), "{to}: expected {said:?} in {error:?}");
    }
}

#[test]
fn what_is_not_in_form_in_a_manifest_is_refused_and_its_place_is_named() {
    let name = "files[0].name: expected 1 to 100 letters, digits, dots, hyphens and underscores";
    let of_file = "[2010,2015]},{\"bytes\"";
    let long = format!("\"name\":\"{}\"", "a".repeat(101));
    refused::<Manifest>(
        MANIFEST,
        &[
            ("\"v\":1}", "\"v\":2}", "the manifest, at v: version 2 is not known"),
            ("\"sequence\":1", "\"sequence\":0", "at sequence: expected a number from 1"),
            ("\"share\":\"DS/0042\"", "\"share\":\"\"", "at share: expected 1 to 300 bytes on one line"),
            ("\"share\":\"DS/0042\"", "\"share\":\"DS\\u001b42\"", "at share: expected 1 to 300 bytes on one line"),
            ("\"people\":1200,\"release\"", "\"people\":1204,\"release\"", "at people: expected a count below 2^53"),
            ("\"rows\":2410", "\"rows\":2411", "at files[0].rows: expected a count below 2^53, rounded to 10"),
            ("\"rows\":2410", "\"rows\":9007199254740992", "at files[0].rows: expected a count below 2^53"),
            ("\"distinct\":\"<10\"", "\"distinct\":\"<5\"", "at files[0].columns[0].distinct: expected a count"),
            ("\"bytes\":13", "\"bytes\":9007199254740992", "at files[0].bytes: expected a number below 2^53"),
            ("\"bytes\":13", "\"bytes\":13.0", "at files[0].bytes: invalid type"),
            ("\"bytes\":13", "\"bytes\":-13", "at files[0].bytes: invalid value"),
            (of_file, "[2015,2010]},{\"bytes\"", "at files[0].years: expected years from 1900 to 2100, sorted"),
            (of_file, "[2010,65535]},{\"bytes\"", "at files[0].years: expected years from 1900 to 2100, sorted"),
            ("[2010,2015]", "[2015,2010]", "files[0].columns[0].years: expected some of the file's years, sorted"),
            ("[2010,2015]", "[2010,2011]", "files[0].columns[0].years: expected some of the file's years, sorted"),
            ("2000-2001\"],\"distinct", "2001-2002\"],\"distinct", "files[0].columns[0].cohorts: expected some"),
            ("\"name\":\"a.parquet\"", "\"name\":\"../a.parquet\"", name),
            ("\"name\":\"a.parquet\"", "\"name\":\"/a.parquet\"", name),
            ("\"name\":\"a.parquet\"", "\"name\":\".a.parquet\"", name),
            ("\"name\":\"a.parquet\"", "\"name\":\"\"", name),
            ("\"name\":\"a.parquet\"", &long, name),
            ("\"name\":\"c.parquet\"", "\"name\":\"manifest\"", "files[2].name: expected 1 to 100 letters"),
            ("\"name\":\"a.parquet\"", "\"name\":\"B.parquet\"", "files: expected names that differ in more than"),
            ("\"name\":\"b.parquet\"", "\"name\":\"d.parquet\"", "files: expected files sorted by name"),
            ("\"cohort\":\"1999-2000\"", "\"cohort\":\"2001-2002\"", "cohorts: expected school years of birth"),
            ("\"cohort\":\"1999-2000\"", "\"cohort\":\"1999\"", "cohorts: expected school years of birth"),
            ("[\"1999-2000\",\"2000-2001\"]", "[\"2000-2001\",\"1999-2000\"]", "files[0].cohorts: expected cohorts"),
            ("\"years\":5}", "\"years\":1}", "treatment.years: expected bands of 2 to 50 years"),
            ("\"value\":\"2\"", "\"value\":\"\"", "files[0].columns[1].classes: expected 1 to 300 bytes"),
            ("\"engine\"", "\"machine\"", "unknown field `machine`"),
            ("\"engine\"", " \"engine\"", "expected canonical JSON (RFC 8785)"),
        ],
    );
}

#[test]
fn what_is_not_in_form_in_an_instruction_is_refused_and_its_place_is_named() {
    refused::<Instruction>(
        INSTRUCTION,
        &[
            ("\"v\":1,\"valid_until\"", "\"v\":2,\"valid_until\"", "the instruction, at v: version 2 is not known"),
            ("\"key\":\"age1", "\"key\":\"age2", "at key: expected an age recipient"),
            ("\"recipient\":\"age1", "\"recipient\":\"AGE1", "at recipient: expected an age recipient"),
            ("\"sequence\":1", "\"sequence\":0", "at sequence: expected a number from 1"),
            ("\"people_at_most\":1204", "\"people_at_most\":0", "at people_at_most: expected a number from 1"),
            ("\"people_at_most\":1204", "\"people_at_most\":9007199254740992", "at people_at_most: expected a number"),
            ("\"release\":\"R1\"", "\"release\":\"R\\n1\"", "at release: expected 1 to 300 bytes on one line"),
            ("\"format\":\"parquet\"", "\"format\":\"xlsx\"", "at format: unknown variant `xlsx`"),
            ("\"valid_until\":\"2024-09\"", "\"valid_until\":\"2024-13\"", "at valid_until: "),
            ("\"do\":\"age-band\",\"years\":5", "\"do\":\"age-band\",\"years\":1", "at specification: "),
            ("\"issued\"", "\"signed\"", "unknown field `signed`"),
        ],
    );
}

#[test]
fn a_document_that_is_too_large_is_refused_before_it_is_read() {
    let bytes = vec![b' '; Manifest::MAX_BYTES + 1];
    let error = parse_json::<Manifest>(&bytes).unwrap_err();
    assert_eq!(error.to_string(), "the manifest has 16777217 bytes, expected at most 16777216");
    assert!(matches!(parse_json::<Manifest>("[".repeat(100_000).as_bytes()), Err(DocumentError::Form { .. })));
    assert!(Signed::<Manifest>::parse(b"").is_err());
}

#[test]
fn items_and_datasets_count_once_however_many_files_hold_them() {
    let manifest = manifest();
    let counts: Vec<_> = manifest.items().into_iter().map(|part| (part.classes, part.count)).collect();
    assert_eq!(counts, [(vec![], 1), (classes("2", "C", "1"), 12)]);
    assert_eq!(manifest.datasets(), ["Key Stage 4"]);
}

fn any_count() -> impl Strategy<Value = Count> {
    prop_oneof![0_u64..40, 0..(1_u64 << 52)].prop_map(Count::banded)
}

/// Some manifest that has a form, with the instruction that it may have been made by.
pub fn any_manifest() -> impl Strategy<Value = (Instruction, Manifest)> {
    let counts = (any_count(), any_count(), any_count(), any_count());
    (any_specification(), counts, 0_u64..(1 << 53), any::<[u8; 32]>(), "[ -~]{1,9}", 1_u32..).prop_map(
        |(specification, (people, rows, distinct, nulls), bytes, digest, share, sequence)| {
            let instruction = Instruction { specification, sequence, share, people_at_most: None, ..instruction() };
            let mut made = super::beyond::made_by(&instruction);
            for file in &mut made.files {
                (file.bytes, file.sha256, file.rows) = (bytes, Digest(digest), rows);
                for column in &mut file.columns {
                    (column.distinct, column.nulls) = (distinct, nulls);
                }
            }
            made.people = if made.beyond(&instruction).is_empty() { people.min(made.people) } else { people };
            made.made = moment("2024-03-02T10:30:00Z");
            (instruction, made)
        },
    )
}

fn survives<T: Document + Clone + PartialEq + std::fmt::Debug>(says: &T) {
    let json = to_json(says).unwrap();
    assert_eq!(json.as_bytes(), serde_json_canonicalizer::to_vec(says).unwrap(), "another hand's RFC 8785");
    let signed = Signed::sign(says.clone(), &engine_key()).unwrap();
    let read = Signed::<T>::parse(signed.to_string().as_bytes()).unwrap();
    assert_eq!(read, signed);
    assert_eq!(read.verified_by(engine_key().verifier()).unwrap(), says);
    // The same in another form is none.
    let spread = serde_json::to_string_pretty(says).unwrap();
    assert!(matches!(parse_json::<T>(spread.as_bytes()), Err(DocumentError::NotCanonical { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_signed_is_read_again_and_in_one_form_only((instruction, manifest) in any_manifest()) {
        survives(&instruction);
        survives(&manifest);
    }

    #[test]
    fn bytes_of_any_kind_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Signed::<Manifest>::parse(&bytes).is_err());
        prop_assert!(Signed::<Instruction>::parse(&bytes).is_err());
    }

    #[test]
    fn a_document_with_a_piece_replaced_is_read_or_refused(
        from in 0..MANIFEST.len(),
        length in 0_usize..40,
        piece in "[\\[\\]{}:,\"0-9a-z\\\\\n]{0,40}",
    ) {
        let mut bytes = MANIFEST.as_bytes().to_vec();
        bytes.splice(from..(from + length).min(MANIFEST.len()), piece.bytes());
        if let Ok(read) = Signed::<Manifest>::parse(&bytes) {
            prop_assert_eq!(read.to_string().into_bytes(), bytes.clone());
            prop_assert!(bytes == MANIFEST.as_bytes() || read.verified_by(engine_key().verifier()).is_err());
        }
    }
}
