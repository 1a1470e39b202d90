//! The trust policy: which logs count, which witnesses, and how many of them must have cosigned (tlog-policy).
//!
//! A policy file is octets, not text: names and URLs with the high bit set are opaque. This module never looks behind
//! a URL. It does not judge the times of cosignatures, which are reported to the caller.

mod parse;

use crate::prelude::*;
use crate::{
    checkpoint::Checkpoint,
    error::Result,
    note::{Note, NoteError, VerifierKey},
};

/// Bytes in the largest policy file that is read.
pub const MAX_POLICY: usize = 1_000_000;

/// Logs, witnesses and groups at most, of each; the specification recommends at least 32.
pub const MAX_OF_EACH: usize = 256;

/// A policy, read by [`Policy::parse`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    logs: Vec<Log>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    /// `None` is `quorum none`.
    quorum: Option<Member>,
}

/// A log that is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Its key, named like its origin.
    pub key: VerifierKey,
    /// Where it can be reached, opaque.
    pub url: Option<Vec<u8>>,
}

/// A witness that may count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    /// Its name in the policy, opaque; it need not be the name of the key.
    pub name: Vec<u8>,
    /// Its cosigning key.
    pub key: VerifierKey,
    /// Where it can be reached, opaque.
    pub url: Option<Vec<u8>>,
}

/// That a checkpoint is good enough, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Satisfied {
    /// The checkpoint.
    pub checkpoint: Checkpoint,
    /// The key of the log that signed it.
    pub log: VerifierKey,
    /// Every known witness that cosigned it, whether or not the quorum needed it.
    pub cosigned: Vec<Cosigned>,
}

/// One verified cosignature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosigned {
    /// Key of the witness.
    pub witness: VerifierKey,
    /// When, in seconds since 1970.
    pub time: u64,
}

/// Why a policy is refused, or a checkpoint under it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// More bytes than a policy may have.
    #[error("{bytes} bytes, expected at most {MAX_POLICY}")]
    TooLarge {
        /// Its length.
        bytes: usize,
    },
    /// An octet that the format does not allow.
    #[error("line {line}, offset {offset}: octet {found:#04x}, expected tab, newline, 0x20 to 0x7e or 0x80 to 0xff")]
    BadOctet {
        /// Line, from 1.
        line: usize,
        /// Offset in the file.
        offset: usize,
        /// The octet.
        found: u8,
    },
    /// A line that is not of a known form.
    #[error("line {line}: expected {expected}")]
    BadLine {
        /// Line, from 1.
        line: usize,
        /// What the specification wants there.
        expected: &'static str,
    },
    /// A vkey that is malformed or of a type that cannot be used in its place.
    #[error("line {line}: {reason}")]
    BadKey {
        /// Line, from 1.
        line: usize,
        /// Why.
        reason: NoteError,
    },
    /// A public key that an earlier line of the same kind has.
    #[error("line {line}: the public key is already that of line {first}")]
    DuplicateKey {
        /// Line, from 1.
        line: usize,
        /// The earlier line.
        first: usize,
    },
    /// A name that is taken, or `none`.
    #[error("line {line}: the name {name:?} is already taken")]
    NameTaken {
        /// Line, from 1.
        line: usize,
        /// The name, with any octets that are not UTF-8 replaced.
        name: String,
    },
    /// A name that no preceding line defines.
    #[error("line {line}: no preceding line defines {name:?}")]
    UnknownName {
        /// Line, from 1.
        line: usize,
        /// The name, with any octets that are not UTF-8 replaced.
        name: String,
    },
    /// A name that is a member already, of this group or another.
    #[error("line {line}: {name:?} is already a member of a group")]
    AlreadyMember {
        /// Line, from 1.
        line: usize,
        /// The name, with any octets that are not UTF-8 replaced.
        name: String,
    },
    /// A threshold of 0 or above the number of members.
    #[error("line {line}: threshold {found:?}, expected all, any, or a number from 1 to {members}")]
    BadThreshold {
        /// Line, from 1.
        line: usize,
        /// As written, with any octets that are not UTF-8 replaced.
        found: String,
        /// Members listed.
        members: usize,
    },
    /// More logs, witnesses or groups than are handled.
    #[error("line {line}: more than {MAX_OF_EACH} of a kind")]
    TooMany {
        /// Line, from 1.
        line: usize,
    },
    /// No quorum line.
    #[error("no quorum line; expected exactly one")]
    NoQuorum,
    /// The checkpoint is of a log that is not listed.
    #[error("the policy lists no log with origin {origin:?}")]
    UnknownLog {
        /// Origin of the checkpoint.
        origin: String,
    },
    /// Too few witnesses have cosigned.
    #[error("the quorum is not met: {cosigned} of {known} known witnesses have cosigned")]
    QuorumNotMet {
        /// Witnesses whose cosignatures hold.
        cosigned: usize,
        /// Witnesses listed.
        known: usize,
    },
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    name: Vec<u8>,
    threshold: usize,
    members: Vec<Member>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Witness(usize),
    Group(usize),
}

impl Policy {
    /// Reads a policy file.
    pub fn parse(file: &[u8]) -> Result<Policy, PolicyError> {
        parse::parse(file)
    }

    /// The logs in the order of the file.
    pub fn logs(&self) -> &[Log] {
        &self.logs
    }

    /// The witnesses in the order of the file.
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// Checks a signed checkpoint: a listed log of that origin signed it, no signature by a known key fails, and the
    /// quorum is met.
    pub fn check(&self, signed_checkpoint: &[u8]) -> Result<Satisfied> {
        self.check_note(&Note::parse(signed_checkpoint)?)
    }

    /// [`Policy::check`] for a note that has been read already.
    pub fn check_note(&self, note: &Note) -> Result<Satisfied> {
        let checkpoint: Checkpoint = note.text().parse()?;
        let logs = self.logs.iter().map(|log| &log.key);
        let verified = note.verify_by(logs.clone().chain(self.witnesses.iter().map(|witness| &witness.key)))?;
        let mut of_origin = logs.filter(|key| checkpoint.check_origin(key.name()).is_ok()).peekable();
        if of_origin.peek().is_none() {
            return Err(PolicyError::UnknownLog { origin: checkpoint.origin }.into());
        }
        let log = of_origin
            .find(|key| verified.iter().any(|by| by.time.is_none() && by.key == *key))
            .ok_or(NoteError::NotSigned)?
            .clone();
        // A witness counts once, however many lines it has; the first is reported.
        let time_of = |witness: &Witness| verified.iter().find(|by| *by.key == witness.key).and_then(|by| by.time);
        let times: Vec<Option<u64>> = self.witnesses.iter().map(time_of).collect();
        let cosigned: Vec<Cosigned> = core::iter::zip(&self.witnesses, &times)
            .filter_map(|(witness, time)| Some(Cosigned { witness: witness.key.clone(), time: (*time)? }))
            .collect();
        if !self.quorum_met(&times) {
            let (cosigned, known) = (cosigned.len(), self.witnesses.len());
            return Err(PolicyError::QuorumNotMet { cosigned, known }.into());
        }
        Ok(Satisfied { checkpoint, log, cosigned })
    }

    fn quorum_met(&self, times: &[Option<u64>]) -> bool {
        // Members of a group stand before it in the file, so one pass decides every group.
        let mut groups: Vec<bool> = Vec::with_capacity(self.groups.len());
        let met = |groups: &[bool], member: &Member| match *member {
            Member::Witness(index) => times[index].is_some(),
            Member::Group(index) => groups[index],
        };
        for group in &self.groups {
            let count = group.members.iter().filter(|member| met(&groups, member)).count();
            groups.push(count >= group.threshold);
        }
        self.quorum.is_none_or(|quorum| met(&groups, &quorum))
    }
}
