//! Cosignatures: a witness says that at a time this was the largest consistent tree it had seen (tlog-cosignature,
//! Ed25519, `cosignature/v1`).
//!
//! The time is an argument; this module reads no clock and makes no judgement whether a time is too old or in the
//! future. ML-DSA-44 cosignatures are not handled. It signs checkpoints and nothing else; that the tree is consistent
//! with what the witness signed before is for the witness to check.

use crate::prelude::*;
use crate::{
    checkpoint::Checkpoint,
    error::Result,
    note::{KeyType, NoteError, Signature, SigningKey, VerifierKey},
};

/// The latest time a cosignature may carry, 2^63 - 1.
pub const MAX_TIME: u64 = i64::MAX as u64;

/// Why a cosignature is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CosignatureError {
    /// Not a time and an Ed25519 signature.
    #[error("by {name}: {found} bytes, expected 72 (a time and an Ed25519 signature)")]
    WrongLength {
        /// Name of the key.
        name: String,
        /// Bytes found after the key id.
        found: usize,
    },
    /// A time beyond 2^63 - 1.
    #[error("by {name}: time {time} is above 2^63 - 1")]
    TimeTooLarge {
        /// Name of the key.
        name: String,
        /// The time.
        time: u64,
    },
}

/// Signs the text of a checkpoint at `time`, in seconds since 1970, with a witness's key (type 0x04).
pub fn sign(key: &SigningKey, checkpoint_text: &str, time: u64) -> Result<Signature> {
    key.expect(KeyType::Cosignature)?;
    let _: Checkpoint = checkpoint_text.parse()?;
    if time > MAX_TIME {
        return Err(CosignatureError::TimeTooLarge { name: key.name().to_owned(), time }.into());
    }
    let mut bytes = time.to_be_bytes().to_vec();
    bytes.extend_from_slice(&key.sign_bytes(message(checkpoint_text, time).as_bytes()));
    Ok(Signature { name: key.name().to_owned(), key_id: key.verifier().id(), bytes })
}

/// Checks a cosignature on the text of a checkpoint and returns its time, in seconds since 1970.
pub fn verify(key: &VerifierKey, checkpoint_text: &str, signature: &Signature) -> Result<u64> {
    key.expect(KeyType::Cosignature)?;
    let _: Checkpoint = checkpoint_text.parse()?;
    let name = || key.name().to_owned();
    let fails = || NoteError::SignatureFails { name: name(), key_id: key.id() };
    if !signature.is_by(key) {
        return Err(fails().into());
    }
    let (time, ed25519) = signature
        .bytes
        .split_first_chunk::<8>()
        .filter(|(_, rest)| rest.len() == 64)
        .ok_or_else(|| CosignatureError::WrongLength { name: name(), found: signature.bytes.len() })?;
    let time = u64::from_be_bytes(*time);
    if time > MAX_TIME {
        return Err(CosignatureError::TimeTooLarge { name: name(), time }.into());
    }
    if key.holds(message(checkpoint_text, time).as_bytes(), ed25519) { Ok(time) } else { Err(fails().into()) }
}

/// "Two newline terminated lines (one header line and one timestamp line) followed by the whole note body."
fn message(checkpoint_text: &str, time: u64) -> String {
    format!("cosignature/v1\ntime {time}\n{checkpoint_text}")
}
