//! A checkpoint's text has one form; signed and cosigned, it opens as the same checkpoint.
#![no_main]

use fuzz::{TIME, log_key, witness_key};
use libfuzzer_sys::fuzz_target;
use tlog::{Checkpoint, MAX_SIZE, SignedCheckpoint, SigningKey, cosignature};

fuzz_target!(|data: &[u8]| {
    if let Ok(signed) = SignedCheckpoint::open(data, log_key().verifier()) {
        assert_eq!(signed.note().to_string().as_bytes(), data);
        assert_eq!(signed.checkpoint().to_string(), signed.note().text());
    }
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(checkpoint) = text.parse::<Checkpoint>() else { return };
    assert_eq!(checkpoint.to_string(), text);
    assert!(checkpoint.size <= MAX_SIZE);

    // An origin need not be a key's name, and then nobody can sign it.
    let Ok(key) = SigningKey::new(&checkpoint.origin, &[3; 32]) else { return };
    let Ok(signed) = checkpoint.sign(&key) else {
        // A checkpoint's text may be read with control characters in an extension line; a note carries none.
        assert!(checkpoint.extensions.iter().any(|line| line.bytes().any(|b| b < 0x20)), "read, but not signed");
        return;
    };
    let opened = SignedCheckpoint::open(signed.as_bytes(), key.verifier()).expect("signed above");
    assert_eq!(opened.checkpoint(), &checkpoint);

    let cosignature = cosignature::sign(&witness_key(), text, TIME).expect("a checkpoint's text");
    assert_eq!(cosignature::verify(witness_key().verifier(), text, &cosignature).expect("signed above"), TIME);
});
