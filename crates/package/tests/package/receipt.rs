//! The receipt: what it says is checked in order, and each refusal is told apart.

use package::document::{parse_json, to_json};
use package::sealed::{PackageKey, identity, new_identity, unpack};
use package::{Receipt, Signed, Unopened};
use register::{Digest, Statement};
use tlog::{Note, Policy, Proof};

use super::released::opened::{IDENTITY, log_key, package, policy, proof, receipt, statement};
use super::released::{engine_key, manifest, signed_manifest};

const RECEIPT: &str = include_str!("../golden/receipt.v1.json");
const PACKAGE: &[u8] = include_bytes!("../golden/package.v1");

fn golden() -> Receipt {
    parse_json(RECEIPT.trim_end().as_bytes()).unwrap()
}

#[test]
fn version_1_of_receipt_and_package_is_opened_for_ever() {
    let read = golden();
    assert_eq!(to_json(&read).unwrap(), RECEIPT.trim_end());
    let checked = read.check(&policy(), Some("DS/0042")).unwrap();
    assert_eq!(checked.manifest, signed_manifest());
    assert_eq!(checked.index, 1);
    assert_eq!(checked.satisfied.checkpoint.size, 2);
    assert_eq!(checked.satisfied.log.name(), "register.example/log");
    let key = read.key(&identity(IDENTITY).unwrap()).unwrap();
    let mut names = Vec::new();
    let place = |file: &package::manifest::MeasuredFile| {
        names.push(file.name.clone());
        Ok(std::io::sink())
    };
    unpack(PACKAGE, &key, &checked.manifest, place).unwrap();
    assert_eq!(names, ["a.parquet", "b.parquet", "c.parquet"]);
}

/// A receipt for the sample's manifest under this statement.
fn under(statement: &Statement) -> Receipt {
    receipt(&signed_manifest(), statement, &PackageKey::generate())
}

fn refusal(receipt: &Receipt, policy: &Policy, share: Option<&str>) -> (u8, String) {
    let error = receipt.check(policy, share).unwrap_err();
    (error.exit_code(), error.to_string())
}

#[test]
fn a_receipt_for_another_share_is_refused() {
    let (code, said) = refusal(&golden(), &policy(), Some("DS/0043"));
    assert_eq!((code, &*said), (15, "the receipt is for the share DS/0042, and not for DS/0043"));
    // A statement of one share with the manifest of another.
    let replayed = under(&statement("DS/0043", "R1", signed_manifest().digest()));
    assert_eq!(refusal(&replayed, &policy(), None).0, 15);
    assert_eq!(refusal(&replayed, &policy(), Some("DS/0043")).0, 15);
    assert_eq!(refusal(&replayed, &policy(), Some("DS/0042")).0, 15);
}

#[test]
fn a_statement_that_does_not_release_this_manifest_is_refused() {
    let (code, said) = refusal(&under(&statement("DS/0042", "R1", Digest([1; 32]))), &policy(), None);
    assert_eq!((code, &*said), (14, "the receipt's statement releases something else: it names another manifest"));
    let (code, said) = refusal(&under(&statement("DS/0042", "R2", signed_manifest().digest())), &policy(), None);
    assert!(code == 14 && said.ends_with("it is about another release of the share"), "{code} {said}");
    let opened = register::statement::ReleaseOpened { release: "R1".to_owned() };
    let mut other = statement("DS/0042", "R1", signed_manifest().digest());
    other.body = opened.into();
    let (code, said) = refusal(&under(&other), &policy(), None);
    assert!(code == 14 && said.ends_with("it does not register a release"), "{code} {said}");
    let mut unknown = golden();
    unknown.statement = "an entry of this log that is no statement".to_owned();
    unknown.proof = proof(unknown.statement.as_bytes()).to_string();
    let (code, said) = refusal(&unknown, &policy(), None);
    assert!(code == 14 && said.ends_with("it is none that this program knows"), "{code} {said}");
}

#[test]
fn a_proof_that_does_not_hold_is_refused_before_anything_else_is_read() {
    let mut other = golden();
    other.statement = other.statement.replace("DS/0042", "DS/0043");
    assert_eq!(refusal(&other, &policy(), None).0, 12);
    let mut other = golden();
    other.proof = "c2sp.org/tlog-proof@v1\n".to_owned();
    other.manifest.clear();
    assert_eq!(refusal(&other, &policy(), None).0, 12);
    // A checkpoint that another key signed under the log's name.
    let stranger = tlog::SigningKey::new(log_key().name(), &[9; 32]).unwrap();
    let mut read = Proof::parse(golden().proof.as_bytes()).unwrap();
    let mut note = Note::new(read.checkpoint.text().to_owned()).unwrap();
    note.sign(&stranger).unwrap();
    read.checkpoint = note;
    let mut other = golden();
    other.proof = read.to_string();
    let (code, said) = refusal(&other, &policy(), None);
    assert!(matches!(code, 12 | 13), "{code} {said}");
}

#[test]
fn a_policy_that_is_not_satisfied_is_refused() {
    let stranger = tlog::SigningKey::new("elsewhere.example/log", &[4; 32]).unwrap();
    let unknown = Policy::parse(format!("log {}\nquorum none\n", stranger.verifier()).as_bytes()).unwrap();
    let (code, said) = refusal(&golden(), &unknown, None);
    assert!(code == 13 && said.contains("the policy lists no log with origin"), "{code} {said}");

    let witness = tlog::SigningKey::cosigner("witness.example", &[5; 32]).unwrap();
    let text = format!("log {}\nwitness w {}\nquorum w\n", log_key().verifier(), witness.verifier());
    let witnessed = Policy::parse(text.as_bytes()).unwrap();
    let (code, said) = refusal(&golden(), &witnessed, None);
    assert!(code == 13 && said.contains("0 of 1 known witnesses have cosigned"), "{code} {said}");

    let mut cosigned = golden();
    let mut read = Proof::parse(cosigned.proof.as_bytes()).unwrap();
    let line = tlog::cosignature::sign(&witness, read.checkpoint.text(), 1_700_000_000).unwrap();
    read.checkpoint.add(line);
    cosigned.proof = read.to_string();
    assert_eq!(cosigned.check(&witnessed, None).unwrap().satisfied.cosigned.len(), 1);
}

#[test]
fn a_key_for_somebody_else_and_a_key_that_was_altered_are_told_apart() {
    let mut file = Vec::new();
    new_identity(&mut file).unwrap();
    let somebody = identity(std::str::from_utf8(&file).unwrap()).unwrap();
    let error = golden().key(&somebody).err().unwrap();
    assert!(matches!(error, Unopened::OtherRecipient), "{error}");
    let mut altered = golden();
    altered.key.truncate(100);
    let error = altered.key(&identity(IDENTITY).unwrap()).err().unwrap();
    assert_eq!(error.exit_code(), 11);
    assert!(error.to_string().starts_with("the receipt cannot be read: the receipt, at key: expected"), "{error}");
}

#[test]
fn a_receipt_for_one_package_opens_no_other() {
    let (first, second) = (PackageKey::generate(), PackageKey::generate());
    let stated = statement("DS/0042", "R1", signed_manifest().digest());
    let of_first = receipt(&signed_manifest(), &stated, &first);
    let sealed = package(&signed_manifest(), &second);
    let checked = of_first.check(&policy(), None).unwrap();
    let key = of_first.key(&identity(IDENTITY).unwrap()).unwrap();
    let error = unpack(&sealed[..], &key, &checked.manifest, |_| Ok(std::io::sink())).unwrap_err();
    assert!(matches!(error, Unopened::OtherPackage), "{error}");
    // The right key beside the manifest of another release, which is published as well.
    let mut says = manifest();
    says.engine = "another rollcall-extract".to_owned();
    let other = Signed::sign(says, &engine_key()).unwrap();
    let mixed = receipt(&other, &statement("DS/0042", "R1", other.digest()), &second);
    let checked = mixed.check(&policy(), None).unwrap();
    let key = mixed.key(&identity(IDENTITY).unwrap()).unwrap();
    let error = unpack(&sealed[..], &key, &checked.manifest, |_| Ok(std::io::sink())).unwrap_err();
    assert!(matches!(error, Unopened::OtherManifest), "{error}");
}

#[test]
fn each_reason_has_an_exit_code_of_its_own() {
    let name = "receipt";
    let proof = || tlog::Proof::parse(b"").unwrap_err();
    let none = || std::io::Error::other("no");
    let all = [
        Unopened::NoReceipt,
        Unopened::Receipt(package::DocumentError::Shape { name }),
        Unopened::Proof(proof()),
        Unopened::Policy(proof()),
        Unopened::Statement("no"),
        Unopened::OtherShare { wanted: String::new(), found: String::new() },
        Unopened::OtherRecipient,
        Unopened::OtherPackage,
        Unopened::OtherManifest,
        Unopened::NotAPackage,
        Unopened::Altered("no"),
        Unopened::Read(none()),
        Unopened::Write(none()),
    ];
    assert_eq!(all.map(|reason| reason.exit_code()).to_vec(), (10..23).collect::<Vec<u8>>());
}

#[test]
fn what_is_not_in_form_is_refused_and_its_place_is_named() {
    let line = RECEIPT.trim_end();
    for (from, to, said) in [
        ("\"v\":1}", "\"v\":2}", "the receipt, at v: version 2 is not known to this program"),
        ("\"v\":1}", "\"v\":1,\"w\":1}", "unknown field `w`"),
        ("{\"key\"", "{ \"key\"", "the receipt, at byte 1: expected canonical JSON"),
    ] {
        let error = parse_json::<Receipt>(line.replacen(from, to, 1).as_bytes()).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
    let long = Receipt { key: "A".repeat(20_000), ..golden() };
    assert_eq!(to_json(&long).unwrap_err().to_string(), "the receipt, at key: expected a sealed key");
    for bytes in [&b""[..], b"null", b"{}", b"\xff", RECEIPT.as_bytes()] {
        assert!(parse_json::<Receipt>(bytes).is_err());
    }
}
