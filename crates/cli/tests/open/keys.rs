//! `rollcall keygen`.

use std::fs;
use std::process::Command;

use package::document;
use package::sealed::{identity, recipient};

use super::registered::{registered, told};

fn keygen(path: &std::path::Path) -> (i32, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rollcall"));
    told(&command.args(["keygen", "--output"]).arg(path).output().unwrap())
}

#[test]
fn a_new_identity_is_its_owners_only_and_its_public_part_is_printed() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("identity");
    let (code, public) = keygen(&path);
    assert_eq!(code, 0, "{public}");
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(format!("{}\n", identity(&text).unwrap().to_public()), public);
    assert!(recipient(public.trim_end()).is_ok());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    // It is never overwritten.
    let (code, said) = keygen(&path);
    assert!(code == 3 && said.contains("exists already, and an identity is never overwritten"), "{code} {said}");
    assert_eq!(fs::read_to_string(&path).unwrap(), text);
    let (code, said) = keygen(&place.path().join("nowhere/identity"));
    assert!(code == 3 && said.contains("nowhere/identity"), "{code} {said}");
}

#[test]
fn a_receipt_made_out_to_a_new_identity_opens_with_it() {
    let registered = registered();
    let (code, public) = keygen(&registered.at("new"));
    assert_eq!(code, 0, "{public}");
    let mut receipt = registered.receipt(&registered.first);
    let key = receipt.key(&identity(super::registered::IDENTITY).unwrap()).unwrap();
    receipt.key = key.sealed_to(&recipient(public.trim_end()).unwrap()).unwrap();
    registered.write("receipt", document::to_json(&receipt).unwrap().as_bytes());
    let (code, text) = registered.open("package", Some("receipt"), &["--identity", "new"]);
    assert_eq!(code, 0, "{text}");
    assert_eq!(registered.open("package", Some("receipt"), &["--output", "out2"]).0, 16);
}
