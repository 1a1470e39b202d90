//! `rollcall verify`, the real binary, on real folders; and what happens when anything in them is changed.

#![allow(clippy::unwrap_used)] // a helper of a test may fail it

#[path = "../../../tests/support/sample.rs"]
mod sample;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use store::{DataFolder, Publisher};

struct Published {
    _place: tempfile::TempDir,
    folder: DataFolder,
    key: String,
}

/// A register of two full bundles and a partial one, published in three steps, with a correction and a redaction.
fn publish() -> Published {
    let place = tempfile::tempdir().unwrap();
    let folder = DataFolder::at(place.path().join("data"));
    folder.create(Some("register.example/log")).unwrap();
    let mut publisher = Publisher::open(folder.clone()).unwrap();
    let drafts = sample::batch(264);
    publisher.publish(&drafts[..520]).unwrap();
    publisher.write_files().unwrap();
    publisher.publish(&drafts[520..]).unwrap();
    publisher.write_files().unwrap();
    publisher.publish(&[sample::correction(265, 0), sample::redaction(4, &drafts[4])]).unwrap();
    publisher.write_files().unwrap();
    let key = publisher.verifier().to_string();
    Published { _place: place, folder, key }
}

fn verify(folder: &Path, key: &str, more: &[&str]) -> (i32, String) {
    let output: Output = Command::new(env!("CARGO_BIN_EXE_rollcall"))
        .arg("verify")
        .arg(folder)
        .args(["--key", key])
        .args(more)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
    (output.status.code().unwrap(), text)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { paths.extend(files(&path)) } else { paths.push(path) }
    }
    paths.sort();
    paths
}

#[test]
fn a_true_register_verifies_and_the_numbers_say_what_was_checked() {
    let published = publish();
    let public = published.folder.public();
    let (code, text) = verify(&public, &published.key, &[]);
    assert_eq!(code, 0, "{text}");
    for line in [
        "531 statements",
        "531 entries and",
        "526 public texts match their digests, 53 are withheld, 2 erased",
        "264 shares, 264 releases, 9 recipients",
        "6 computed again and compared",
        "2 have the size and digest of the signed list; their cells are not computed again",
        "VERIFIED",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let (_, json) = verify(&public, &published.key, &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["verdict"], &json["checked"]["size"]), (&"verified".into(), &531.into()));
}

#[test]
fn any_byte_changed_in_any_public_file_is_found_and_the_file_is_named() {
    let published = publish();
    let public = published.folder.public();
    let mut tried = 0;
    for path in files(&public) {
        let name = path.strip_prefix(&public).unwrap().to_str().unwrap().to_owned();
        let bytes = fs::read(&path).unwrap();
        // Every part of each file: its ends, and places spread over it.
        let step = (bytes.len() / 6).max(1);
        let mut places: Vec<usize> = (0..bytes.len()).step_by(step).collect();
        places.push(bytes.len() - 1);
        for at in places {
            let mut changed = bytes.clone();
            changed[at] ^= 0x04;
            fs::write(&path, &changed).unwrap();
            let (code, text) = verify(&public, &published.key, &[]);
            assert!(code == 4 || code == 5, "{name} byte {at}: code {code}: {text}");
            assert!(
                text.lines().any(|line| line.starts_with("PROBLEM") && line.contains(&name)),
                "{name} byte {at}: {text}"
            );
            tried += 1;
        }
        fs::write(&path, [&bytes[..], b"x"].concat()).unwrap();
        let (code, text) = verify(&public, &published.key, &[]);
        assert!((code == 4 || code == 5) && text.contains(&name), "{name} with a byte more: {text}");
        fs::remove_file(&path).unwrap();
        let (code, text) = verify(&public, &published.key, &[]);
        // A site need not repeat the key, and a log may drop what an earlier checkpoint needed.
        let may_go = name == "vkey" || (name.contains(".p/") && !name.ends_with("/19") && !name.ends_with("/2"));
        assert!(may_go == (code == 0) && (may_go || text.contains(&name)), "{name} removed: {code} {text}");
        fs::write(&path, &bytes).unwrap();
    }
    assert!(tried > 80, "only {tried} bytes were changed");
    assert_eq!(verify(&public, &published.key, &[]).0, 0);
}

#[test]
fn a_register_that_dropped_or_rewrote_history_fails_against_an_earlier_checkpoint() {
    let published = publish();
    let public = published.folder.public();
    let earlier = published.folder.root().join("earlier");
    fs::copy(public.join("checkpoint"), &earlier).unwrap();
    let mut publisher = Publisher::open(published.folder.clone()).unwrap();
    publisher.publish(&[sample::share(900)]).unwrap();
    publisher.write_files().unwrap();
    let since = ["--since", earlier.to_str().unwrap()];
    let (code, text) = verify(&public, &published.key, &since);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("still contains the checkpoint of 531 statements"), "{text}");

    // The same key begins again with another history of the same length.
    let other = tempfile::tempdir().unwrap();
    let rewritten = DataFolder::at(other.path().join("data"));
    rewritten.create(None).unwrap();
    fs::copy(published.folder.private().join("log.key"), rewritten.private().join("log.key")).unwrap();
    let mut publisher = Publisher::open(rewritten.clone()).unwrap();
    publisher.publish(&sample::batch(10)).unwrap();
    publisher.write_files().unwrap();
    let (code, text) = verify(&rewritten.public(), &published.key, &since);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("it has 531 statements, and the log now has only 21"), "{text}");
    let others: Vec<_> = (100..620).map(sample::share).collect();
    publisher.publish(&others).unwrap();
    publisher.write_files().unwrap();
    let (code, text) = verify(&rewritten.public(), &published.key, &since);
    assert_eq!(code, 4, "{text}");
    assert!(text.contains("the log was rewritten"), "{text}");
}

#[test]
fn files_of_an_earlier_checkpoint_verify_and_the_report_says_how_far_behind_they_are() {
    let published = publish();
    let public = published.folder.public();
    let mut publisher = Publisher::open(published.folder.clone()).unwrap();
    publisher.publish(&[sample::share(900), sample::share(901)]).unwrap();
    let (code, text) = verify(&public, &published.key, &[]);
    assert_eq!(code, 0, "{text}");
    for line in ["533 statements", "6 computed again and compared", "files stand 2 statements before the checkpoint"] {
        assert!(text.contains(line), "{line}: {text}");
    }
    // A file of that checkpoint is held to what the register said then.
    let shares = public.join("downloads/shares.csv");
    let mut held = fs::read(&shares).unwrap();
    let middle = held.len() / 2;
    held[middle] ^= 0x04;
    fs::write(&shares, held).unwrap();
    let (code, text) = verify(&public, &published.key, &[]);
    assert!(code == 5 && text.contains("downloads/shares.csv"), "{code} {text}");
    publisher.write_files().unwrap();
    let (code, text) = verify(&public, &published.key, &[]);
    assert!(code == 0 && !text.contains("before the checkpoint"), "{code} {text}");
    // A list of another history is none of this log's.
    let list = fs::read_to_string(public.join("files")).unwrap();
    publisher.publish(&[sample::share(902)]).unwrap();
    fs::write(public.join("files"), list.replacen("533", "534", 1)).unwrap();
    let (code, text) = verify(&public, &published.key, &[]);
    assert!(code == 5 && text.contains("files"), "{code} {text}");
}

#[test]
fn what_cannot_be_read_is_told_apart_from_what_does_not_verify() {
    let published = publish();
    let empty = tempfile::tempdir().unwrap();
    let (code, text) = verify(empty.path(), &published.key, &[]);
    assert_eq!(code, 3, "{text}");
    assert!(text.contains("checkpoint"), "{text}");
    let (code, text) = verify(&published.folder.public(), "not a key", &[]);
    assert_eq!(code, 2, "{text}");
    let stranger = tlog::SigningKey::new("register.example/log", &[9; 32]).unwrap().verifier().to_string();
    let (code, text) = verify(&published.folder.public(), &stranger, &[]);
    assert_eq!(code, 4, "{text}");
}

#[test]
fn a_policy_that_wants_a_witness_is_not_satisfied_without_one() {
    let published = publish();
    let witness = tlog::SigningKey::cosigner("witness.example", &[3; 32]).unwrap();
    let file = published.folder.root().join("policy");
    let policy = |quorum: &str| format!("log {}\nwitness w {}\nquorum {quorum}\n", published.key, witness.verifier());
    fs::write(&file, policy("none")).unwrap();
    let with = ["--policy", file.to_str().unwrap()];
    assert_eq!(verify(&published.folder.public(), &published.key, &with).0, 0);
    fs::write(&file, policy("w")).unwrap();
    let (code, text) = verify(&published.folder.public(), &published.key, &with);
    assert_eq!(code, 4, "{text}");
    let path = published.folder.public().join("checkpoint");
    let mut note = tlog::Note::parse(&fs::read(&path).unwrap()).unwrap();
    note.add(tlog::cosignature::sign(&witness, note.text(), 1_700_000_000).unwrap());
    fs::write(&path, note.to_string()).unwrap();
    let (code, text) = verify(&published.folder.public(), &published.key, &with);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("cosigned by   1 witnesses"), "{text}");
}

#[test]
fn item_dictionaries_are_held_against_their_statements_and_a_wrong_file_is_named() {
    let published = publish();
    let public = published.folder.public();
    let mut publisher = Publisher::open(published.folder.clone()).unwrap();
    let editions = [sample::dictionary(12), sample::dictionary(14), sample::dictionary(5)];
    publisher.publish(&[sample::dictionary_published("Dataset 1", 2, &editions[0])]).unwrap();
    publisher
        .publish(&[
            sample::dictionary_published("Dataset 1", 3, &editions[1]),
            sample::dictionary_published("Census", 3, &editions[2]),
        ])
        .unwrap();
    let (code, text) = verify(&public, &published.key, &[]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("dictionaries  3 match their digests and list 31 items"), "{text}");

    for path in files(&public.join("dictionaries")) {
        let name = path.strip_prefix(&public).unwrap().to_str().unwrap().to_owned();
        let bytes = fs::read(&path).unwrap();
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 0x04;
            fs::write(&path, changed).unwrap();
            let (code, text) = verify(&public, &published.key, &[]);
            assert!(code == 5 && text.contains(&format!("PROBLEM       {name}: ")), "byte {at}: {code} {text}");
        }
        fs::remove_file(&path).unwrap();
        let (code, text) = verify(&public, &published.key, &[]);
        assert!(code == 5 && text.contains(&name) && text.contains("it is missing"), "{code} {text}");
        fs::write(&path, bytes).unwrap();
    }

    let stray = format!("dictionaries/{}.jsonl", "0".repeat(64));
    fs::write(public.join(&stray), "{\"alias\":\"A\"}\n").unwrap();
    let (code, text) = verify(&public, &published.key, &[]);
    assert!(code == 5 && text.contains(&stray), "{code} {text}");
    fs::remove_file(public.join(&stray)).unwrap();
    assert_eq!(verify(&public, &published.key, &[]).0, 0);

    // The published files stood at an earlier checkpoint until now; brought to this one they agree as well.
    publisher.write_files().unwrap();
    let (code, text) = verify(&public, &published.key, &[]);
    assert!(code == 0 && text.contains("dictionaries  3 match"), "{code} {text}");
}
