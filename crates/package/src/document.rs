//! Documents that one zone signs and another reads.
//!
//! A signed document is one line of canonical JSON, an empty line, and a signed note (C2SP signed-note) over two lines: what
//! kind of document it is, and `sha256:` with the digest of the line. So a document of any size is signed by a note that is
//! short, and a signature over one kind is worth nothing under another.

use std::fmt;

use register::Digest;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tlog::{Note, SigningKey, VerifierKey};

/// Whole numbers in a document are below this, so that every reader of JSON keeps them exactly (RFC 8785 section 3.2.2.3).
pub const MAX_NUMBER: u64 = 1 << 53;

/// What documents have in common.
pub trait Document: Serialize + DeserializeOwned {
    /// What stands in the note, such as `rollcall/instruction/v1`.
    const KIND: &'static str;
    /// What it is called in errors.
    const NAME: &'static str;
    /// The most bytes of its JSON.
    const MAX_BYTES: usize;

    /// What the types cannot say of its form.
    ///
    /// # Errors
    /// The place, and what is expected there.
    fn check(&self) -> Result<(), DocumentError>;
}

/// Why bytes are not a document, or not one that is signed by whom it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// More bytes than it may have.
    #[error("the {name} has {bytes} bytes, expected at most {limit}")]
    TooLarge {
        /// Which document.
        name: &'static str,
        /// How many.
        bytes: usize,
        /// How many there may be.
        limit: usize,
    },
    /// Something in it is not what should stand there.
    #[error("the {name}, at {place}: {expected}")]
    Form {
        /// Which document.
        name: &'static str,
        /// Where, such as `files[0].rows`.
        place: String,
        /// What was expected, or what the reader of JSON says.
        expected: String,
    },
    /// It says something, in another form than the one that its digest would stand for.
    #[error("the {name}, at byte {at}: expected canonical JSON (RFC 8785): members sorted, no spaces")]
    NotCanonical {
        /// Which document.
        name: &'static str,
        /// The first byte that is otherwise.
        at: usize,
    },
    /// The signature's part is missing or malformed.
    #[error("the {name}: expected one line of JSON, an empty line and a signed note over its digest")]
    Shape {
        /// Which document.
        name: &'static str,
    },
    /// No signature of the key that it should be signed with holds.
    #[error("the {name} is not signed with the key {key}")]
    Signature {
        /// Which document.
        name: &'static str,
        /// The key's name.
        key: String,
    },
}

/// A document with its signatures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed<T> {
    says: T,
    json: String,
    note: Note,
}

/// The bytes of a document without signatures.
///
/// # Errors
/// The first place that has no form.
pub fn to_json<T: Document>(document: &T) -> Result<String, DocumentError> {
    document.check()?;
    let json = match serde_json::to_string(document) {
        Ok(json) => json,
        Err(error) => unreachable!("texts, whole numbers and lists of them are always JSON: {error}"),
    };
    if json.len() > T::MAX_BYTES {
        return Err(DocumentError::TooLarge { name: T::NAME, bytes: json.len(), limit: T::MAX_BYTES });
    }
    Ok(json)
}

/// Reads a document without signatures.
///
/// # Errors
/// The first place that is not in form, and what was expected there.
pub fn parse_json<T: Document>(json: &[u8]) -> Result<T, DocumentError> {
    if json.len() > T::MAX_BYTES {
        return Err(DocumentError::TooLarge { name: T::NAME, bytes: json.len(), limit: T::MAX_BYTES });
    }
    let mut reader = serde_json::Deserializer::from_slice(json);
    let form = |place: &str, error: &serde_json::Error| DocumentError::Form {
        name: T::NAME,
        place: if place == "." { "its beginning".to_owned() } else { place.to_owned() },
        expected: error.to_string(),
    };
    let read: T = serde_path_to_error::deserialize(&mut reader)
        .map_err(|error| form(&error.path().to_string(), error.inner()))?;
    reader.end().map_err(|error| form("its end", &error))?;
    let written = to_json(&read)?;
    if written.as_bytes() != json {
        let at = written.bytes().zip(json).take_while(|(a, b)| a == *b).count();
        return Err(DocumentError::NotCanonical { name: T::NAME, at });
    }
    Ok(read)
}

impl<T: Document> Signed<T> {
    /// Signs a document.
    ///
    /// # Errors
    /// If it has no form, or the key is not one that signs notes.
    pub fn sign(says: T, key: &SigningKey) -> Result<Self, DocumentError> {
        let json = to_json(&says)?;
        let unsigned = DocumentError::Signature { name: T::NAME, key: key.name().to_owned() };
        let mut note = Note::new(note_text::<T>(&json)).map_err(|_| unsigned.clone())?;
        note.sign(key).map_err(|_| unsigned)?;
        Ok(Self { says, json, note })
    }

    /// Reads a signed document; its signatures are not verified yet, but they are over this document.
    ///
    /// # Errors
    /// The first place that is not in form.
    pub fn parse(bytes: &[u8]) -> Result<Self, DocumentError> {
        let shape = || DocumentError::Shape { name: T::NAME };
        let end = bytes.iter().position(|byte| *byte == b'\n').ok_or_else(shape)?;
        let (json, rest) = bytes.split_at(end);
        let note = rest.strip_prefix(b"\n\n").ok_or_else(shape)?;
        let says = parse_json(json)?;
        let json = String::from_utf8(json.to_vec()).map_err(|_| shape())?;
        let note = Note::parse(note).map_err(|_| shape())?;
        let signed = Self { says, json, note };
        // There is one form only of the note, too.
        if signed.note.text() == note_text::<T>(&signed.json) && signed.to_string().as_bytes() == bytes {
            Ok(signed)
        } else {
            Err(shape())
        }
    }

    /// What it says, where one of these keys has signed it.
    ///
    /// # Errors
    /// If the key has not, or a line under its name does not hold.
    pub fn verified_by(&self, key: &VerifierKey) -> Result<&T, DocumentError> {
        match self.note.verify(std::slice::from_ref(key)) {
            Ok(_) => Ok(&self.says),
            Err(_) => Err(DocumentError::Signature { name: T::NAME, key: key.name().to_owned() }),
        }
    }

    /// What it says, by whomever it is signed.
    pub fn unverified(&self) -> &T {
        &self.says
    }

    /// The digest of its line of JSON.
    pub fn digest(&self) -> Digest {
        Digest::of(self.json.as_bytes())
    }
}

/// The file's text.
impl<T> fmt::Display for Signed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n\n{}", self.json, self.note)
    }
}

fn note_text<T: Document>(json: &str) -> String {
    format!("{}\nsha256:{}\n", T::KIND, Digest::of(json.as_bytes()))
}
