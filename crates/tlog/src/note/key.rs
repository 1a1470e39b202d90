//! Keys: the seed that signs and the verifier key (vkey) that checks (signed-note, "Verifier keys").
//!
//! A key's id must follow from its name, type and public key; small-order public keys are refused, and signatures are
//! checked strictly, so that no signature holds under two readings. The seed is never shown and is wiped on drop.

use core::{fmt, str::FromStr};

use base64ct::{Base64, Encoding};
use ed25519_dalek::{Signer, VerifyingKey};
use sha2::{Digest, Sha256};

use super::NoteError;
use crate::prelude::*;

/// The signature types that are handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum KeyType {
    /// 0x01: Ed25519 over the note's text, by a log.
    Ed25519 = 0x01,
    /// 0x04: timestamped Ed25519 cosignature of a checkpoint, by a witness.
    Cosignature = 0x04,
}

/// A name and a secret Ed25519 key. `Debug` shows the verifier key only; the secret is wiped on drop. It cannot be
/// cloned; the caller wipes its own copy of the seed.
pub struct SigningKey {
    secret: ed25519_dalek::SigningKey,
    verifier: VerifierKey,
}

/// A name and a public key: `<name>+<id in hex>+<base64 of type and public key>`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct VerifierKey {
    name: String,
    id: u32,
    kind: KeyType,
    public: VerifyingKey,
}

impl SigningKey {
    /// The key of a log (0x01) from its name and 32 secret random bytes.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<SigningKey, NoteError> {
        SigningKey::of_type(KeyType::Ed25519, name, seed)
    }

    /// The key of a witness (0x04) from its name and 32 secret random bytes.
    pub fn cosigner(name: &str, seed: &[u8; 32]) -> Result<SigningKey, NoteError> {
        SigningKey::of_type(KeyType::Cosignature, name, seed)
    }

    /// The public half.
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// The name, which for a log is its origin.
    pub fn name(&self) -> &str {
        &self.verifier.name
    }

    pub(crate) fn expect(&self, kind: KeyType) -> Result<(), NoteError> {
        self.verifier.expect(kind)
    }

    pub(crate) fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }

    fn of_type(kind: KeyType, name: &str, seed: &[u8; 32]) -> Result<SigningKey, NoteError> {
        let secret = ed25519_dalek::SigningKey::from_bytes(seed);
        let verifier = VerifierKey::of_public(name, kind, secret.verifying_key())?;
        Ok(SigningKey { secret, verifier })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, secret not shown)", self.verifier)
    }
}

impl VerifierKey {
    /// Name of the key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first four bytes of SHA-256 over name, newline, type and public key.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// What it signs, and how.
    pub fn kind(&self) -> KeyType {
        self.kind
    }

    /// The 32 bytes of the public key. A policy compares keys by them.
    pub fn public(&self) -> &[u8; 32] {
        self.public.as_bytes()
    }

    pub(crate) fn expect(&self, kind: KeyType) -> Result<(), NoteError> {
        if self.kind == kind {
            Ok(())
        } else {
            Err(NoteError::WrongType { name: self.name.clone(), found: self.kind as u8, expected: kind as u8 })
        }
    }

    pub(crate) fn holds(&self, message: &[u8], signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.public.verify_strict(message, &signature).is_ok())
    }

    fn of_public(name: &str, kind: KeyType, public: VerifyingKey) -> Result<VerifierKey, NoteError> {
        if !is_key_name(name) {
            return Err(NoteError::BadName { name: name.to_owned() });
        }
        let digest = Sha256::new()
            .chain_update(name)
            .chain_update([b'\n', kind as u8])
            .chain_update(public.as_bytes())
            .finalize();
        let id = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
        Ok(VerifierKey { name: name.to_owned(), id, kind, public })
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut key = [self.kind as u8; 33];
        key[1..].copy_from_slice(self.public.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id, Base64::encode_string(&key))
    }
}

impl fmt::Debug for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VerifierKey({self})")
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;

    fn from_str(vkey: &str) -> Result<VerifierKey, NoteError> {
        let bad = |expected| NoteError::BadKey { vkey: vkey.to_owned(), expected };
        // Base64 may contain a plus, a name may not: so the first two separate.
        let mut parts = vkey.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad("<name>+<key id>+<base64 of type and public key>"));
        };
        if !is_key_name(name) {
            return Err(NoteError::BadName { name: name.to_owned() });
        }
        if id.len() != 8 || !id.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(bad("a key id of eight lowercase hexadecimal digits"));
        }
        let found = u32::from_str_radix(id, 16).map_err(|_| bad("a key id of eight hexadecimal digits"))?;
        let key = Base64::decode_vec(key).map_err(|_| bad("type and public key in standard base64 with padding"))?;
        let kind = match key.first() {
            Some(0x01) => KeyType::Ed25519,
            Some(0x04) => KeyType::Cosignature,
            Some(&found) => return Err(NoteError::UnknownType { name: name.to_owned(), found }),
            None => return Err(bad("a type byte and a public key")),
        };
        let public: &[u8; 32] = key[1..].try_into().map_err(|_| bad("a public key of 32 bytes after its type"))?;
        let public = VerifyingKey::from_bytes(public)
            .ok()
            .filter(|key| !key.is_weak() && key.to_bytes() == *public)
            .ok_or_else(|| bad("a valid Ed25519 public key"))?;
        let verifier = VerifierKey::of_public(name, kind, public)?;
        if verifier.id == found {
            Ok(verifier)
        } else {
            Err(NoteError::WrongKeyId { name: name.to_owned(), found, expected: verifier.id })
        }
    }
}

/// "Key names MUST be non-empty and MUST NOT contain any Unicode spaces or plus", nor a control character, since a
/// note could not carry it.
pub(super) fn is_key_name(name: &str) -> bool {
    !name.is_empty() && !name.chars().any(|c| c.is_whitespace() || c < '\u{20}' || c == '+')
}
