//! Every reason not to open a package: the exit code and the words of each, and that nothing is left behind.

use package::document;
use tlog::SigningKey;

use super::registered::{Registered, holds, registered};

#[track_caller]
fn refused(registered: &Registered, package: &str, receipt: Option<&str>, more: &[&str], code: i32, said: &str) {
    let (found, text) = registered.open(package, receipt, more);
    assert_eq!(found, code, "{text}");
    assert!(text.starts_with("error: ") && text.contains(said), "expected {said:?} in {text:?}");
}

#[test]
fn without_a_receipt_no_package_opens() {
    let registered = registered();
    let said = "there is no receipt: this package cannot be opened until its release stands in the public log";
    refused(&registered, "package", None, &[], 10, said);
}

#[test]
fn a_receipt_whose_proof_does_not_verify_opens_nothing() {
    let registered = registered();
    let mut receipt = registered.receipt(&registered.first);
    // The proof of the other statement, which is in the log as well.
    receipt.proof = registered.proof(&registered.second).to_string();
    registered.write("moved", document::to_json(&receipt).unwrap().as_bytes());
    refused(&registered, "package", Some("moved"), &[], 12, "the receipt's proof does not hold");
    let mut receipt = registered.receipt(&registered.first);
    receipt.statement = receipt.statement.replace("S/1", "S/2");
    registered.write("rewritten", document::to_json(&receipt).unwrap().as_bytes());
    refused(&registered, "package", Some("rewritten"), &[], 12, "the receipt's proof does not hold");
    registered.write("cut", &registered.receipt_file(&registered.first).as_bytes()[..900]);
    refused(&registered, "package", Some("cut"), &[], 11, "the receipt cannot be read: the receipt, at ");
    refused(&registered, "package", Some("package"), &[], 11, "the receipt cannot be read: the receipt, at ");
}

#[test]
fn a_policy_that_knows_another_log_opens_nothing() {
    let registered = registered();
    let stranger = SigningKey::new("elsewhere.example/log", &[9; 32]).unwrap();
    registered.write("other", format!("log {}\nquorum none\n", stranger.verifier()).as_bytes());
    let said = "the policy lists no log with origin \"register.example/log\"";
    refused(&registered, "package", Some("receipt"), &["--policy", "other"], 13, said);
    // The log's name with another key.
    let stranger = SigningKey::new("register.example/log", &[9; 32]).unwrap();
    registered.write("other", format!("log {}\nquorum none\n", stranger.verifier()).as_bytes());
    refused(&registered, "package", Some("receipt"), &["--policy", "other"], 12, "not signed by any known key");
}

#[test]
fn a_receipt_for_another_recipient_opens_nothing() {
    let registered = registered();
    let mut identity = Vec::new();
    package::sealed::new_identity(&mut identity).unwrap();
    registered.write("somebody", &identity);
    let said = "the receipt is made out to somebody else: this identity does not open it";
    refused(&registered, "package", Some("receipt"), &["--identity", "somebody"], 16, said);
}

#[test]
fn a_receipt_that_is_replayed_for_another_share_opens_nothing() {
    let registered = registered();
    let said = "the receipt is for the share S/1, and not for S/2";
    refused(&registered, "package", Some("receipt"), &["--share", "S/2"], 15, said);
    // The statement of one share beside the manifest and the key of another.
    let mut mixed = registered.receipt(&registered.second);
    mixed.manifest = registered.receipt(&registered.first).manifest;
    registered.write("mixed", document::to_json(&mixed).unwrap().as_bytes());
    refused(&registered, "package", Some("mixed"), &[], 14, "it names another manifest");
}

#[test]
fn a_receipt_of_another_package_opens_nothing() {
    let registered = registered();
    registered.write("second", &registered.second.package);
    refused(&registered, "second", Some("receipt"), &[], 17, "the receipt belongs to another package");
    let mut mixed = registered.receipt(&registered.first);
    mixed.key = registered.receipt(&registered.second).key;
    registered.write("mixed", document::to_json(&mixed).unwrap().as_bytes());
    refused(&registered, "package", Some("mixed"), &[], 17, "the receipt belongs to another package");
    refused(
        &registered,
        "second",
        Some("mixed"),
        &[],
        18,
        "the package holds another manifest than the one that stands",
    );
}

#[test]
fn what_is_no_package_or_cannot_be_read_is_told_apart() {
    let registered = registered();
    refused(&registered, "policy", Some("receipt"), &[], 19, "this is not a package: it does not begin as one");
    refused(&registered, "nowhere", Some("receipt"), &[], 21, "the package cannot be read: nowhere: ");
    let whole = &registered.first.package;
    registered.write("cut", &whole[..whole.len() / 2]);
    refused(&registered, "cut", Some("receipt"), &[], 20, "the package was altered or is not whole: ");
    registered.write("long", &[whole, &b"\n"[..]].concat());
    refused(&registered, "long", Some("receipt"), &[], 20, "the package was altered or is not whole: ");
}

#[test]
fn a_file_that_cannot_be_used_is_named() {
    let registered = registered();
    refused(&registered, "package", Some("nowhere"), &[], 3, "nowhere: ");
    refused(&registered, "package", Some("receipt"), &["--policy", "nowhere"], 3, "nowhere: ");
    refused(&registered, "package", Some("receipt"), &["--policy", "identity"], 3, "identity: expected a policy");
    refused(&registered, "package", Some("receipt"), &["--identity", "nowhere"], 3, "nowhere: ");
    refused(&registered, "package", Some("receipt"), &["--identity", "policy"], 3, "policy: expected an age identity");
    refused(&registered, "package", Some("receipt"), &["--output", "nowhere/out"], 3, "nowhere/out: cannot be made: ");
    refused(&registered, "package", Some("receipt"), &["--output", ".."], 3, "..: expected the name of a folder");
}

#[test]
fn a_folder_that_exists_already_is_left_as_it_is() {
    let registered = registered();
    std::fs::create_dir(registered.at("out")).unwrap();
    let said = "out exists already; name a folder that does not";
    refused(&registered, "package", Some("receipt"), &[], 3, said);
    assert_eq!(std::fs::read_dir(registered.at("out")).unwrap().count(), 0);
    refused(&registered, "package", Some("receipt"), &["--output", "policy"], 3, "policy exists already");
    assert!(registered.open("package", Some("receipt"), &["--output", "out2"]).0 == 0);
    refused(&registered, "package", Some("receipt"), &["--output", "out2"], 3, "out2 exists already");
    holds(&registered.at("out2"), &registered.first);
}

#[cfg(unix)]
#[test]
fn an_identity_that_others_can_read_is_refused_and_the_remedy_named() {
    use std::os::unix::fs::PermissionsExt;
    let registered = registered();
    for mode in [0o644, 0o640, 0o604, 0o620, 0o666] {
        std::fs::set_permissions(registered.at("identity"), std::fs::Permissions::from_mode(mode)).unwrap();
        let said =
            format!("identity: others than its owner can use this identity (mode {mode:04o}); run: chmod 600 identity");
        refused(&registered, "package", Some("receipt"), &[], 3, &said);
    }
    std::fs::set_permissions(registered.at("identity"), std::fs::Permissions::from_mode(0o400)).unwrap();
    assert_eq!(registered.open("package", Some("receipt"), &[]).0, 0);
}

/// Every byte of the beginning and the end, and places spread over the rest.
fn places(length: usize, spread: usize) -> impl Iterator<Item = usize> {
    let edges = (0..24).chain(length - 24..length);
    edges.chain((1..spread).map(move |number| number * length / spread))
}

#[test]
fn one_bit_of_the_package_altered_anywhere_opens_nothing() {
    let registered = registered();
    for (number, at) in places(registered.first.package.len(), 160).enumerate() {
        let mut altered = registered.first.package.clone();
        altered[at] ^= 1 << (number % 8);
        registered.write("altered", &altered);
        let (code, text) = registered.open("altered", Some("receipt"), &[]);
        assert!([17, 19, 20].contains(&code), "byte {at}: {code} {text}");
    }
    // In the header, byte by byte.
    for at in 20..300 {
        let mut altered = registered.first.package.clone();
        altered[at] ^= 1 << (at % 8);
        registered.write("altered", &altered);
        let (code, text) = registered.open("altered", Some("receipt"), &[]);
        assert!([17, 20].contains(&code), "byte {at}: {code} {text}");
    }
}

#[test]
fn one_bit_of_the_receipt_altered_anywhere_opens_nothing_else() {
    let registered = registered();
    let receipt = registered.receipt_file(&registered.first).into_bytes();
    let (mut refused, mut opened) = (0, 0);
    for (number, at) in places(receipt.len(), 240).enumerate() {
        let mut altered = receipt.clone();
        altered[at] ^= 1 << (number % 8);
        registered.write("altered", &altered);
        let (code, text) = registered.open("package", Some("altered"), &[]);
        if code == 0 {
            // Nothing that matters was changed, such as a space after the armor's last line.
            holds(&registered.at("out"), &registered.first);
            std::fs::remove_dir_all(registered.at("out")).unwrap();
            opened += 1;
        } else {
            assert!((11..=18).contains(&code), "byte {at}: {code} {text}");
            refused += 1;
        }
    }
    assert!(refused > 250 && opened < 10, "{refused} were refused, {opened} opened");
}
