//! A disclosure bundle keeps every statement's line and every disclosure's digest; in the order that is written, it is
//! written back to the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use register::disclosure::{encode_bundle, parse_bundle};

fuzz_target!(|data: &[u8]| {
    let Ok(read) = parse_bundle(data) else { return };
    let written = encode_bundle(read.iter().map(Vec::as_slice));
    let again = parse_bundle(written.as_bytes()).expect("written here");
    assert_eq!(again.len(), read.len());
    for (before, after) in read.iter().zip(&again) {
        let mut sorted: Vec<_> = before.iter().map(|disclosure| disclosure.digest()).collect();
        sorted.sort();
        assert!(after.iter().map(|disclosure| disclosure.digest()).eq(sorted));
    }
    if read.iter().all(|line| line.is_sorted_by_key(|disclosure| disclosure.digest())) {
        assert_eq!(written.as_bytes(), data);
    }
});
