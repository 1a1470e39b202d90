//! A receipt that is read is written back to the same bytes, and checks only where its statement names its manifest.
#![no_main]

use fuzz::log_key;
use libfuzzer_sys::fuzz_target;
use package::{Receipt, document};
use register::{Body, Digest};
use tlog::Policy;

fuzz_target!(|data: &[u8]| {
    let Ok(receipt) = document::parse_json::<Receipt>(data) else { return };
    assert_eq!(document::to_json(&receipt).expect("read from its form").as_bytes(), data);
    let policy = format!("log {}\nquorum none\n", log_key().verifier());
    let policy = Policy::parse(policy.as_bytes()).expect("a good policy");
    let Ok(checked) = receipt.check(&policy, None) else { return };
    let Body::ReleaseRegistered(released) = &checked.statement.body else { panic!("it registers no release") };
    let line = receipt.manifest.lines().next().unwrap_or_default();
    assert_eq!(released.manifest, Some(Digest::of(line.as_bytes())));
    assert_eq!(checked.statement.share.as_ref(), Some(&checked.manifest.unverified().share));
    assert!(receipt.check(&policy, Some("another share")).is_err());
});
