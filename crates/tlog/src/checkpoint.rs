//! Checkpoints: origin, size and root of a log, signed (tlog-checkpoint).
//!
//! Stricter than the specification in one point, where it only says SHOULD: the log's key must be named like the
//! origin. Extension lines are read and kept, since a cosignature covers them, and mean nothing here.

use core::{fmt, str::FromStr};

use crate::prelude::*;
use crate::{
    error::Result,
    hash::{Hash, HashError},
    note::{KeyType, Note, SigningKey, VerifierKey},
    tile::decimal,
    tree::{MAX_SIZE, TreeError},
};

/// What a log says of itself at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: a schema-less URL by custom, also the name of its key.
    pub origin: String,
    /// How many entries.
    pub size: u64,
    /// Root of the tree of that size.
    pub root: Hash,
    /// Further lines, opaque, not empty; not recommended.
    pub extensions: Vec<String>,
}

/// Why a text is no checkpoint, or not one by this log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// A line is missing or malformed.
    #[error("line {line}: expected {expected}")]
    BadLine {
        /// Line, from 1.
        line: usize,
        /// What the specification wants there.
        expected: &'static str,
    },
    /// The third line is no hash.
    #[error("line 3: {0}")]
    BadRoot(HashError),
    /// The origin is another log's.
    #[error("line 1: origin {found:?}, expected {expected:?}, the name of the key")]
    WrongOrigin {
        /// Origin in the text.
        found: String,
        /// Name of the key.
        expected: String,
    },
}

impl Checkpoint {
    /// The signed note. Fails if the key is a witness's, if it is not named like the origin, or if the fields make no
    /// checkpoint (an origin with a newline, for example).
    pub fn sign(&self, key: &SigningKey) -> Result<String> {
        key.expect(KeyType::Ed25519)?;
        self.check_origin(key.name())?;
        let text = self.to_string();
        if text.parse::<Checkpoint>()? != *self {
            return Err(CheckpointError::BadLine { line: 1, expected: "fields without newlines" }.into());
        }
        let mut note = Note::new(text)?;
        note.sign(key)?;
        Ok(note.to_string())
    }

    pub(crate) fn check_origin(&self, key_name: &str) -> Result<(), CheckpointError> {
        if self.origin == key_name {
            Ok(())
        } else {
            Err(CheckpointError::WrongOrigin { found: self.origin.clone(), expected: key_name.to_owned() })
        }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// Reads the text of a checkpoint, without signatures.
impl FromStr for Checkpoint {
    type Err = crate::Error;

    fn from_str(text: &str) -> Result<Checkpoint> {
        let bad = |line, expected| CheckpointError::BadLine { line, expected };
        let count = text.matches('\n').count();
        let body = text.strip_suffix('\n').ok_or(bad(count + 1, "a newline at the end"))?;
        if let Some(empty) = body.split('\n').position(str::is_empty) {
            return Err(bad(empty + 1, "a line that is not empty").into());
        }
        let mut lines = body.split('\n');
        let origin = lines.next().ok_or(bad(1, "the origin"))?;
        if origin.bytes().any(|b| b < 0x20) {
            return Err(bad(1, "an origin without control characters").into());
        }
        let size = lines.next().and_then(decimal).ok_or(bad(2, "the size in decimal without leading zeroes"))?;
        if size > MAX_SIZE {
            return Err(TreeError::TooLarge { size }.into());
        }
        let root = lines.next().ok_or(bad(3, "the root hash"))?.parse().map_err(CheckpointError::BadRoot)?;
        let extensions = lines.map(str::to_owned).collect();
        Ok(Checkpoint { origin: origin.to_owned(), size, root, extensions })
    }
}

/// A checkpoint whose signature by its log has been verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

impl SignedCheckpoint {
    /// Reads a signed checkpoint and checks that this key signed it and is named like the origin.
    pub fn open(bytes: &[u8], key: &VerifierKey) -> Result<SignedCheckpoint> {
        SignedCheckpoint::from_note(Note::parse(bytes)?, key)
    }

    /// [`SignedCheckpoint::open`] for a note that has been read already.
    pub fn from_note(note: Note, key: &VerifierKey) -> Result<SignedCheckpoint> {
        key.expect(KeyType::Ed25519)?;
        note.verify(core::slice::from_ref(key))?;
        let checkpoint: Checkpoint = note.text().parse()?;
        checkpoint.check_origin(key.name())?;
        Ok(SignedCheckpoint { checkpoint, note })
    }

    /// What the log said.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note with all its signatures, among them ones that were not verified.
    pub fn note(&self) -> &Note {
        &self.note
    }
}
