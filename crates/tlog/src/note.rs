//! Signed notes: text with signature lines below it, and the keys that make and check them (signed-note).
//!
//! Two signature types are known: Ed25519 (0x01), by which a log signs, and timestamped Ed25519 cosignatures (0x04),
//! by which witnesses sign (see [`crate::cosignature`]). Keys of other types are refused, since nothing here could
//! check them; signature lines by other keys are kept and ignored, as the specification wants.
//!
//! Nothing random and no clock: an Ed25519 signature follows from seed and text. Text in a parsed note is not yet
//! trusted; [`Note::verify`] says who signed it.

use crate::prelude::*;

mod key;
mod text;

pub use key::{KeyType, SigningKey, VerifierKey};
pub use text::{MAX_NOTE, MAX_SIGNATURES, Note, Signature, Verified};

/// Why a note or a key is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoteError {
    /// A key name that the format cannot carry.
    #[error("key name {name:?}: expected a name without spaces, control characters and plus signs")]
    BadName {
        /// The name.
        name: String,
    },
    /// A verifier key that is not `<name>+<id>+<key>`.
    #[error("verifier key {vkey:?}: expected {expected}")]
    BadKey {
        /// The key as given.
        vkey: String,
        /// What the specification wants there.
        expected: &'static str,
    },
    /// A verifier key whose id does not follow from its name and public key.
    #[error("verifier key {name}: the key id says {found:08x}, name and public key make {expected:08x}")]
    WrongKeyId {
        /// Name of the key.
        name: String,
        /// Id in the text.
        found: u32,
        /// Id computed.
        expected: u32,
    },
    /// A verifier key of a type that is not handled here.
    #[error("verifier key {name}: signature type {found:#04x}, expected 0x01 (Ed25519) or 0x04 (cosignature/v1)")]
    UnknownType {
        /// Name of the key.
        name: String,
        /// The type byte.
        found: u8,
    },
    /// A key of the other type than the operation needs.
    #[error("key {name} has signature type {found:#04x}, expected {expected:#04x}")]
    WrongType {
        /// Name of the key.
        name: String,
        /// Its type byte.
        found: u8,
        /// The one needed.
        expected: u8,
    },
    /// More bytes than a note may have.
    #[error("{bytes} bytes, expected at most {MAX_NOTE}")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// More signature lines than a note may have.
    #[error("line {line}: more than {MAX_SIGNATURES} signatures")]
    TooManySignatures {
        /// The first line too many, from 1.
        line: usize,
    },
    /// Not UTF-8.
    #[error("offset {offset}: expected UTF-8")]
    NotUtf8 {
        /// The first byte that is not.
        offset: usize,
    },
    /// A character below U+0020 other than newline.
    #[error("offset {offset}: control character {found:#04x}, expected none but newline")]
    ControlCharacter {
        /// Where it stands.
        offset: usize,
        /// Which it is.
        found: u8,
    },
    /// No text, no empty line after it, or no end of line at the end.
    #[error("expected {expected}")]
    Shape {
        /// What is missing.
        expected: &'static str,
    },
    /// A signature line that is not `— <name> <base64>`.
    #[error("line {line}: expected {expected}")]
    BadSignatureLine {
        /// Line of the note, from 1.
        line: usize,
        /// What the specification wants there.
        expected: &'static str,
    },
    /// A signature by a known key that does not hold. The whole note is refused.
    #[error("the signature by {name}+{key_id:08x} does not hold")]
    SignatureFails {
        /// Name of the key.
        name: String,
        /// Id of the key.
        key_id: u32,
    },
    /// Two different keys share name and id, so that it is unknown which one a signature line means.
    #[error("two known keys share name and id {name}+{key_id:08x}")]
    AmbiguousKeys {
        /// Name of both.
        name: String,
        /// Id of both.
        key_id: u32,
    },
    /// No signature by any of the keys given.
    #[error("not signed by any known key")]
    NotSigned,
}
