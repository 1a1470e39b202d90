//! A list of files has one form, and its paths lead out of no folder.
#![no_main]

use libfuzzer_sys::fuzz_target;
use register::listing::Listing;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(listing) = text.parse::<Listing>() else { return };
    assert_eq!(listing.to_string(), text);
    for file in &listing.files {
        assert!(!file.path.starts_with('/') && file.path.split('/').all(|part| !part.starts_with('.')));
    }
    assert!(listing.files.is_sorted_by(|a, b| a.path < b.path));
});
