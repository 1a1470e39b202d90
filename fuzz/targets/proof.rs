//! A proof that is read is written back to the same bytes, and what it shows of one entry it shows of no other.
#![no_main]

use fuzz::{ENTRIES, log_key};
use libfuzzer_sys::fuzz_target;
use tlog::{Proof, leaf_hash, verify_inclusion};

fuzz_target!(|data: &[u8]| {
    let Ok(proof) = Proof::parse(data) else { return };
    assert_eq!(proof.to_string().as_bytes(), data);

    let log = log_key();
    let shown: Vec<usize> =
        (0..ENTRIES.len()).filter(|at| proof.verify(&leaf_hash(ENTRIES[*at]), log.verifier()).is_ok()).collect();
    assert!(shown.len() <= 1, "one proof for two entries");
    if let Some(at) = shown.first() {
        assert_eq!(proof.index, *at as u64);
        let read: Proof = proof.to_string().parse().expect("written here");
        let satisfied = read.verify(&leaf_hash(ENTRIES[*at]), log.verifier()).expect("verified above");
        // Extra data is not covered by anything, the rest is.
        let checkpoint = &satisfied.checkpoint;
        let leaf = leaf_hash(ENTRIES[*at]);
        let other = proof.index ^ 1;
        assert!(verify_inclusion(&leaf, other, checkpoint.size, &proof.hashes, &checkpoint.root).is_err());
        assert!(verify_inclusion(&leaf, proof.index, checkpoint.size, &[], &checkpoint.root).is_err());
    }
});
