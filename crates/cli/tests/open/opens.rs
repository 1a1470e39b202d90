//! What opens, and what is said of it.

use std::fs;

use super::registered::{holds, registered};

#[test]
fn a_package_opens_with_its_receipt_and_what_was_opened_is_told() {
    let registered = registered();
    let (code, text) = registered.open("package", Some("receipt"), &["--share", "S/1"]);
    assert_eq!(code, 0, "{text}");
    holds(&registered.at("out"), &registered.first);
    for line in [
        "share         S/1\n",
        "release       M1\n",
        "people        1200\n",
        "rows          7230\n",
        "files         3 and the manifest, in out\n",
        "  census.parquet: Census, 2410 rows, 1200 people, 300000 bytes\n",
        "log           register.example/log, statement 3 of 5\n",
        "witnesses     none; the policy asks for none\n",
        "OPENED",
    ] {
        assert!(text.contains(line), "{line:?} in {text}");
    }
    assert_eq!(registered.names(), ["identity", "out", "package", "policy", "receipt", "register"]);
}

#[cfg(unix)]
#[test]
fn nobody_but_the_owner_can_read_what_was_opened() {
    use std::os::unix::fs::PermissionsExt;
    let registered = registered();
    assert_eq!(registered.open("package", Some("receipt"), &[]).0, 0);
    let mode = |path: &std::path::Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&registered.at("out")), 0o700);
    for entry in fs::read_dir(registered.at("out")).unwrap() {
        assert_eq!(mode(&entry.unwrap().path()), 0o600);
    }
}

#[test]
fn the_witnesses_that_vouch_are_counted_and_named() {
    let registered = registered();
    let witness = tlog::SigningKey::cosigner("witness.example", &[3; 32]).unwrap();
    let line = format!("witness w {}\n", witness.verifier());
    registered.write("policy", registered.policy(&line, "w").as_bytes());
    let (code, text) = registered.open("package", Some("receipt"), &[]);
    assert_eq!(code, 13, "{text}");
    let said = "error: the receipt's proof is not good enough for the policy: ";
    assert!(text.starts_with(said) && text.contains("0 of 1 known witnesses have cosigned"), "{text}");

    let mut receipt = registered.receipt(&registered.first);
    let mut proof = registered.proof(&registered.first);
    proof.checkpoint.add(tlog::cosignature::sign(&witness, proof.checkpoint.text(), 1_700_000_000).unwrap());
    receipt.proof = proof.to_string();
    registered.write("receipt", package::document::to_json(&receipt).unwrap().as_bytes());
    let (code, text) = registered.open("package", Some("receipt"), &[]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("witnesses     1 vouch for it: witness.example\n"), "{text}");

    // A quorum of two, of which one has cosigned.
    let second = tlog::SigningKey::cosigner("other-witness.example", &[4; 32]).unwrap();
    let both = format!("{line}witness v {}\ngroup both all w v\n", second.verifier());
    registered.write("policy", registered.policy(&both, "both").as_bytes());
    let (code, text) = registered.open("package", Some("receipt"), &["--output", "out2"]);
    assert!(code == 13 && text.contains("1 of 2 known witnesses have cosigned"), "{code} {text}");
}

#[test]
fn the_reference_page_lists_the_exit_codes_of_the_program() {
    let page = include_str!("../../../../docs/reference/open.md");
    let rows: Vec<&str> = page.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| code")).collect();
    let expected: Vec<String> =
        cli::open::EXIT_CODES.iter().map(|(code, meaning)| format!("| {code} | {meaning} |")).collect();
    assert_eq!(rows, expected, "\n{}\n", expected.join("\n"));
    let help = std::process::Command::new(env!("CARGO_BIN_EXE_rollcall")).args(["open", "--help"]).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    for (code, meaning) in cli::open::EXIT_CODES {
        assert!(help.contains(&format!("{code:>5}  {meaning}\n")), "{meaning}: {help}");
    }
}
