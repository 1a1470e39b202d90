//! tlog-proof: one text that shows, without any network, that an entry is in a log (tlog-proof).
//!
//! A proof that has been read is only well-formed. [`Proof::verify`] binds it to an entry's leaf hash and to keys that
//! the caller trusts. The extra data is not authenticated by anything and is never looked at here.

use core::{fmt, str::FromStr};

use base64ct::{Base64, Encoding};

use crate::prelude::*;
use crate::{
    checkpoint::{Checkpoint, SignedCheckpoint},
    error::{Error, Result},
    hash::{Hash, HashError},
    note::{MAX_NOTE, Note, VerifierKey},
    policy::{Policy, Satisfied},
    tile::decimal,
    tree::verify_inclusion,
};

const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Bytes in the largest proof that is read: a note, 63 hashes and extra data.
pub const MAX_PROOF: usize = 2 * MAX_NOTE;

/// Hashes in the longest inclusion proof, that of a tree of 2^63 - 1 entries.
const MAX_HASHES: usize = 63;

/// An inclusion proof with the signed checkpoint it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// Data for the application, not authenticated. Never empty.
    pub extra: Option<Vec<u8>>,
    /// Index of the entry, from 0.
    pub index: u64,
    /// From the leaf's sibling up to the root's child.
    pub hashes: Vec<Hash>,
    /// The checkpoint as the log published it, with cosignatures.
    pub checkpoint: Note,
}

/// Whom a proof must convince: one log's key, or a policy.
#[derive(Debug, Clone, Copy)]
pub enum Trust<'a> {
    /// The log's own signature is enough.
    Key(&'a VerifierKey),
    /// A listed log and a quorum of witnesses.
    Policy(&'a Policy),
}

/// Why a text is no tlog-proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// More bytes than a proof may have.
    #[error("{bytes} bytes, expected at most {MAX_PROOF}")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// Not UTF-8.
    #[error("offset {offset}: expected UTF-8")]
    NotUtf8 {
        /// The first byte that is not.
        offset: usize,
    },
    /// A line is missing or malformed.
    #[error("line {line}: expected {expected}")]
    BadLine {
        /// Line, from 1.
        line: usize,
        /// What the specification wants there.
        expected: &'static str,
    },
    /// A line of the inclusion proof is no hash.
    #[error("line {line}: {reason}")]
    BadHash {
        /// Line, from 1.
        line: usize,
        /// Why not.
        reason: HashError,
    },
}

impl Proof {
    /// Reads a proof. Neither signatures nor hashes are verified yet; the checkpoint must be one.
    pub fn parse(bytes: &[u8]) -> Result<Proof> {
        if bytes.len() > MAX_PROOF {
            return Err(ProofError::TooLarge { bytes: bytes.len() }.into());
        }
        let mut rest = str::from_utf8(bytes).map_err(|e| ProofError::NotUtf8 { offset: e.valid_up_to() })?;
        let mut number = 0;
        let mut next = || {
            let (line, after) = rest.split_once('\n')?;
            rest = after;
            number += 1;
            Some((number, line))
        };
        let bad = |line, expected| ProofError::BadLine { line, expected };
        if next().is_none_or(|(_, line)| line != HEADER) {
            return Err(bad(1, HEADER).into());
        }
        let mut current = next();
        let extra = match current.and_then(|(line, text)| Some((line, text.strip_prefix("extra ")?))) {
            Some((line, text)) => {
                let extra = Base64::decode_vec(text)
                    .ok()
                    .filter(|extra| !extra.is_empty())
                    .ok_or(bad(line, "extra data in standard base64, or no such line"))?;
                current = next();
                Some(extra)
            }
            None => None,
        };
        let index = current
            .and_then(|(_, text)| text.strip_prefix("index "))
            .and_then(decimal)
            .ok_or(bad(if extra.is_some() { 3 } else { 2 }, "index and a decimal number without leading zeroes"))?;
        let mut hashes = Vec::new();
        loop {
            let (line, text) =
                next().ok_or(bad(hashes.len() + 3, "an empty line between the hashes and the checkpoint"))?;
            if text.is_empty() {
                break;
            }
            if hashes.len() == MAX_HASHES {
                return Err(bad(line, "at most 63 hashes").into());
            }
            hashes.push(text.parse().map_err(|reason| ProofError::BadHash { line, reason })?);
        }
        let checkpoint = Note::parse(rest.as_bytes())?;
        let _: Checkpoint = checkpoint.text().parse()?;
        Ok(Proof { extra, index, hashes, checkpoint })
    }

    /// Checks that the entry with this leaf hash is in a log that is trusted: the checkpoint's signature, the policy
    /// if there is one, and the inclusion. Returns the checkpoint and who signed it.
    pub fn verify<'a>(&self, leaf: &Hash, trust: impl Into<Trust<'a>>) -> Result<Satisfied> {
        let satisfied = match trust.into() {
            Trust::Policy(policy) => policy.check_note(&self.checkpoint)?,
            Trust::Key(key) => {
                let signed = SignedCheckpoint::from_note(self.checkpoint.clone(), key)?;
                Satisfied { checkpoint: signed.checkpoint().clone(), log: key.clone(), cosigned: Vec::new() }
            }
        };
        let Checkpoint { size, root, .. } = &satisfied.checkpoint;
        verify_inclusion(leaf, self.index, *size, &self.hashes, root)?;
        Ok(satisfied)
    }
}

impl<'a> From<&'a VerifierKey> for Trust<'a> {
    fn from(key: &'a VerifierKey) -> Trust<'a> {
        Trust::Key(key)
    }
}

impl<'a> From<&'a Policy> for Trust<'a> {
    fn from(policy: &'a Policy) -> Trust<'a> {
        Trust::Policy(policy)
    }
}

impl FromStr for Proof {
    type Err = Error;

    fn from_str(text: &str) -> Result<Proof> {
        Proof::parse(text.as_bytes())
    }
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = self.extra.as_deref().filter(|extra| !extra.is_empty()) {
            writeln!(f, "extra {}", Base64::encode_string(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.hashes.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}
