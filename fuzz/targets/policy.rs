//! A policy means the same with a comment more, names only logs and witnesses that it lists, and is never satisfied by
//! fewer cosignatures and refused for more.
#![no_main]

use fuzz::{ENTRIES, ORIGIN, TIME, log_key, witness_key};
use libfuzzer_sys::fuzz_target;
use tlog::{Checkpoint, Note, Policy, cosignature, leaf_hash, tree::root};

fuzz_target!(|data: &[u8]| {
    let Ok(policy) = Policy::parse(data) else { return };
    let with_comment = [data, b"\n \t# a comment, and an empty line before it\n"].concat();
    assert_eq!(Policy::parse(&with_comment).expect("only a comment more"), policy);

    let leaves = ENTRIES.map(leaf_hash);
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 3, root: root(&leaves), extensions: Vec::new() };
    let signed = checkpoint.sign(&log_key()).expect("a good checkpoint");
    let mut note = Note::parse(signed.as_bytes()).expect("written here");
    let alone = policy.check_note(&note);
    note.add(cosignature::sign(&witness_key(), note.text(), TIME).expect("a good checkpoint"));
    let cosigned = policy.check_note(&note);
    if alone.is_ok() {
        assert!(cosigned.is_ok(), "refused for one cosignature more");
    }
    for satisfied in alone.iter().chain(&cosigned) {
        assert!(policy.logs().iter().any(|log| log.key == satisfied.log));
        assert_eq!(satisfied.checkpoint, checkpoint);
        for by in &satisfied.cosigned {
            assert!(policy.witnesses().iter().any(|witness| witness.key == by.witness));
            assert_eq!(by.time, TIME);
        }
    }
});
