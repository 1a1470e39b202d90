//! A note that is read is written back to the same bytes; what is signed here is read and verified here.
#![no_main]

use fuzz::log_key;
use libfuzzer_sys::fuzz_target;
use tlog::{Note, VerifierKey};

fuzz_target!(|data: &[u8]| {
    if let Ok(vkey) = str::from_utf8(data)
        && let Ok(key) = vkey.parse::<VerifierKey>()
    {
        assert_eq!(key.to_string(), vkey);
    }
    let Ok(note) = Note::parse(data) else { return };
    assert_eq!(note.to_string().as_bytes(), data);

    let keys = [log_key().verifier().clone()];
    if let Ok(verified) = note.verify(&keys) {
        assert!(verified.iter().all(|by| by.key == &keys[0] && by.time.is_none()));
    }
    let mut own = Note::new(note.text()).expect("a text that was in a note");
    own.sign(&log_key()).expect("a log's key");
    let read = Note::parse(own.to_string().as_bytes()).expect("a note that was written here");
    assert_eq!(read, own);
    assert_eq!(read.verify(&keys).expect("signed above").len(), 1);
});
