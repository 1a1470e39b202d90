//! A bundle that is read is written back to the same bytes.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tlog::bundle;

fuzz_target!(|data: &[u8]| {
    let Ok(entries) = bundle::parse(data) else { return };
    assert!((1..=256).contains(&entries.len()));
    assert_eq!(bundle::encode(&entries).expect("entries of a bundle"), data);
});
