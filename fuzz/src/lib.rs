//! The keys that the seeds are signed by. A fuzzer forges no signature, so what must hold of signed input is tried on
//! seeds that are, and on what the targets sign themselves.

use tlog::SigningKey;

/// The key of an invented log.
pub fn log_key() -> SigningKey {
    SigningKey::new(ORIGIN, &[1; 32]).expect("a good name")
}

/// The key of an invented witness.
pub fn witness_key() -> SigningKey {
    SigningKey::cosigner("fuzz.example/witness", &[2; 32]).expect("a good name")
}

/// The invented log's origin.
pub const ORIGIN: &str = "fuzz.example/log";

/// The entries of the invented log, three, so that proofs have hashes on both sides.
pub const ENTRIES: [&[u8]; 3] = [b"first", b"second", b"third"];

/// When the invented witness cosigned.
pub const TIME: u64 = 1_700_000_000;

/// The key of an invented extract engine.
pub fn engine_key() -> SigningKey {
    SigningKey::new("fuzz.example/engine", &[3; 32]).expect("a good name")
}
