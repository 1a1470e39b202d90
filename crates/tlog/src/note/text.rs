//! The note itself: reading, signing, verifying and writing it (signed-note, "Format" and "Signatures").

use core::fmt;

use base64ct::{Base64, Encoding};

use super::{
    NoteError,
    key::{KeyType, SigningKey, VerifierKey, is_key_name},
};
use crate::prelude::*;
use crate::{cosignature, error::Result};

/// Bytes in the largest note that is read. Sixteen post-quantum signatures of 5 kB in base64 need 110 kB.
pub const MAX_NOTE: usize = 1_000_000;

/// Signature lines in a note at most; the specification wants at least 16 to be accepted.
pub const MAX_SIGNATURES: usize = 100;

const DASH: &str = "\u{2014} ";

/// A note as it was read or written: not trusted until verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<Signature>,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Name of the key.
    pub name: String,
    /// Id of the key.
    pub key_id: u32,
    /// What the key made: 64 bytes for Ed25519, 72 for a cosignature.
    pub bytes: Vec<u8>,
}

/// A known key whose signature on a note holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified<'k> {
    /// The key.
    pub key: &'k VerifierKey,
    /// For a cosignature, when it was made, in seconds since 1970.
    pub time: Option<u64>,
}

impl Note {
    /// A note without signatures. The text must end in a newline and may hold no control character but newlines.
    pub fn new(text: impl Into<String>) -> Result<Note, NoteError> {
        let text = text.into();
        check_characters(&text)?;
        if !text.ends_with('\n') {
            return Err(NoteError::Shape { expected: "a text that ends in a newline" });
        }
        Ok(Note { text, signatures: Vec::new() })
    }

    /// Reads a signed note. Signatures are not verified yet.
    pub fn parse(bytes: &[u8]) -> Result<Note, NoteError> {
        if bytes.len() > MAX_NOTE {
            return Err(NoteError::TooLarge { bytes: bytes.len() });
        }
        let note = str::from_utf8(bytes).map_err(|e| NoteError::NotUtf8 { offset: e.valid_up_to() })?;
        check_characters(note)?;
        let end = bytes.windows(2).rposition(|pair| pair == b"\n\n");
        let (text, lines) = end
            .and_then(|end| Some((note.get(..=end)?, note.get(end + 2..)?)))
            .ok_or(NoteError::Shape { expected: "an empty line before the signatures" })?;
        if lines.is_empty() {
            return Err(NoteError::Shape { expected: "at least one signature" });
        }
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Shape { expected: "a newline at the end" })?;
        let first = text.bytes().filter(|b| *b == b'\n').count() + 2;
        let mut signatures = Vec::new();
        for (line, signature) in (first..).zip(lines.split('\n')) {
            if signatures.len() == MAX_SIGNATURES {
                return Err(NoteError::TooManySignatures { line });
            }
            signatures
                .push(Signature::parse(signature).map_err(|expected| NoteError::BadSignatureLine { line, expected })?);
        }
        Ok(Note { text: text.to_owned(), signatures })
    }

    /// The text, with its final newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in their order, by known and unknown keys.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds the signature of a log's key (0x01). For cosignatures see [`crate::cosignature::sign`].
    pub fn sign(&mut self, key: &SigningKey) -> Result<(), NoteError> {
        key.expect(KeyType::Ed25519)?;
        self.add(Signature {
            name: key.name().to_owned(),
            key_id: key.verifier().id(),
            bytes: key.sign_bytes(self.text.as_bytes()).to_vec(),
        });
        Ok(())
    }

    /// Adds a signature line that was made elsewhere. It is not verified here.
    pub fn add(&mut self, signature: Signature) {
        self.signatures.push(signature);
    }

    /// The signatures by these keys. A line by another key is ignored, even one that shares name or id with a known
    /// key; a line by one of these keys that does not hold refuses the whole note; and so does having none that holds.
    pub fn verify<'k>(&self, keys: &'k [VerifierKey]) -> Result<Vec<Verified<'k>>> {
        self.verify_by(keys)
    }

    /// [`Note::verify`] for keys that do not stand side by side.
    pub(crate) fn verify_by<'k>(&self, keys: impl IntoIterator<Item = &'k VerifierKey>) -> Result<Vec<Verified<'k>>> {
        let keys: Vec<&VerifierKey> = keys.into_iter().collect();
        let mut verified: Vec<Verified<'k>> = Vec::new();
        for signature in &self.signatures {
            let mut same = keys.iter().copied().filter(|key| signature.is_by(key));
            let Some(key) = same.next() else { continue };
            if same.any(|other| other != key) {
                return Err(NoteError::AmbiguousKeys { name: signature.name.clone(), key_id: signature.key_id }.into());
            }
            let time = match key.kind() {
                KeyType::Ed25519 if key.holds(self.text.as_bytes(), &signature.bytes) => None,
                KeyType::Ed25519 => {
                    let (name, key_id) = (signature.name.clone(), signature.key_id);
                    return Err(NoteError::SignatureFails { name, key_id }.into());
                }
                KeyType::Cosignature => Some(cosignature::verify(key, &self.text, signature)?),
            };
            verified.push(Verified { key, time });
        }
        if verified.is_empty() { Err(NoteError::NotSigned.into()) } else { Ok(verified) }
    }
}

impl Signature {
    /// Whether it claims to be by this key: name and id are both the same.
    pub fn is_by(&self, key: &VerifierKey) -> bool {
        self.key_id == key.id() && self.name == key.name()
    }

    /// Reads one signature line without its newline; the error is what was expected.
    pub(crate) fn parse(line: &str) -> Result<Signature, &'static str> {
        let rest = line.strip_prefix(DASH).ok_or("an em dash and a space before the key name")?;
        let (name, encoded) = rest.split_once(' ').ok_or("a space between key name and signature")?;
        if !is_key_name(name) {
            return Err("a key name without spaces and plus signs");
        }
        let bytes = Base64::decode_vec(encoded).map_err(|_| "a signature in standard base64 with padding")?;
        let (id, signature) = bytes
            .split_first_chunk::<4>()
            .filter(|(_, rest)| !rest.is_empty())
            .ok_or("a key id of four bytes and a signature")?;
        Ok(Signature { name: name.to_owned(), key_id: u32::from_be_bytes(*id), bytes: signature.to_vec() })
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&self.key_id.to_be_bytes(), self.bytes.as_slice()].concat();
        write!(f, "{DASH}{} {}", self.name, Base64::encode_string(&bytes))
    }
}

fn check_characters(text: &str) -> Result<(), NoteError> {
    match text.bytes().position(|b| b < 0x20 && b != b'\n') {
        None => Ok(()),
        Some(offset) => Err(NoteError::ControlCharacter { offset, found: text.as_bytes()[offset] }),
    }
}
