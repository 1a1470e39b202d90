//! A signed manifest that is read is written back to the same bytes, and only the engine's own counts as signed.
#![no_main]

use fuzz::engine_key;
use libfuzzer_sys::fuzz_target;
use package::{Manifest, Signed, document};

fuzz_target!(|data: &[u8]| {
    // Most changes break the note's digest, so what may be signed is tried without it, too.
    let line = data.split(|byte| *byte == b'\n').next().unwrap_or(data);
    if let Ok(manifest) = document::parse_json::<Manifest>(line) {
        assert_eq!(document::to_json(&manifest).expect("read from its form").as_bytes(), line);
        assert!(manifest.items().iter().map(|part| part.count).sum::<u64>() <= line.len() as u64);
        assert!(manifest.datasets().is_sorted());
        let key = engine_key();
        let signed = Signed::sign(manifest.clone(), &key).expect("it has a form");
        let read = Signed::<Manifest>::parse(signed.to_string().as_bytes()).expect("written here");
        assert_eq!(read.verified_by(key.verifier()), Ok(&manifest));
    }
    let Ok(signed) = Signed::<Manifest>::parse(data) else { return };
    assert_eq!(signed.to_string().as_bytes(), data);
});
