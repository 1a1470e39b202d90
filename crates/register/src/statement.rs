//! Statements: one public fact each, one leaf of the log each.
//!
//! A leaf is UTF-8 JSON in RFC 8785 canonical form. No floating-point number stands in a statement and every name is
//! ASCII, so that canonical form is: members sorted by name, no white space, integers in decimal, and the escapes of
//! RFC 8785 section 3.2.2.2, which are those that `serde_json` writes. Struct members are declared in that order and
//! reading a leaf writes it again and compares, so that a leaf has exactly one form.
//!
//! A statement never holds free text or a person's name: those are disclosures, and the leaf carries their digests.

mod body;
mod code;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

pub use body::*;
pub use code::{NotACode, check_code};

use crate::date::{Moment, PartialDate};
use crate::disclosure::{Digest, Disclosure};
use crate::vocabulary::Ground;

/// The format version that this crate writes.
pub const VERSION: u8 = 1;

/// The largest leaf: entry bundles give each entry's length in 16 bits (tlog-tiles).
pub const MAX_LEAF: usize = 65_535;

/// The longest text that may stand in a leaf in clear; what is longer is free text and belongs in a disclosure.
pub const MAX_CLEAR: usize = 300;

/// One public fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// When it happened, as exactly as is known.
    pub at: PartialDate,
    /// What it says.
    pub body: Body,
    /// The index of the statement that it corrects.
    pub corrects: Option<u64>,
    /// Documents that were before whoever decided, by salted digest.
    pub evidence: Vec<Evidence>,
    /// Chosen by the publisher, unique in the log: the same fact cannot be published twice by accident.
    pub id: String,
    /// When it was handed to the log.
    pub logged: Moment,
    /// The digests of its disclosures, public, withheld or erased, sorted.
    pub sealed: Vec<Digest>,
    /// The reference of the share that it is about.
    pub share: Option<String>,
    /// Which disclosures are not public, and why.
    pub withheld: Vec<Withheld>,
}

/// A document that was decided upon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// The digest of salt and document.
    pub digest: Digest,
    /// What kind of document, such as `application-form` or `dpia`.
    pub kind: String,
}

/// A field that exists and is not public.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withheld {
    /// The digest of its disclosure.
    pub digest: Digest,
    /// Why it is withheld.
    pub ground: Ground,
    /// The field's name.
    pub name: String,
    /// When it opens, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<PartialDate>,
}

/// Why bytes are not a statement, or a statement cannot be a leaf.
#[derive(Debug, thiserror::Error)]
pub enum StatementError {
    /// Not JSON, or not the members that this kind has.
    #[error("not a statement: {0}")]
    Json(#[from] serde_json::Error),
    /// A format version that this program does not know.
    #[error("format version {0} is not known to this program; a newer one may read it")]
    Version(u8),
    /// A kind that this program does not know.
    #[error("the kind {0:?} is not known to this program; a newer one may read it")]
    Kind(String),
    /// The bytes are JSON, but not in canonical form.
    #[error("the leaf is not in canonical form (RFC 8785): it differs at byte {0}")]
    NotCanonical(usize),
    /// The leaf would be larger than a log entry may be.
    #[error("the leaf has {0} bytes; a log entry has at most {MAX_LEAF}")]
    TooLarge(usize),
    /// A text that must be a code is none.
    #[error("{member}: {error}")]
    Code {
        /// Where it stands.
        member: &'static str,
        /// What is wrong with it.
        error: NotACode,
    },
    /// A text in clear is too long or spans lines, so it is free text.
    #[error("{member}: expected a short text in clear (1 to {MAX_CLEAR} bytes, one line); free text is a disclosure")]
    FreeText {
        /// The member that holds it.
        member: String,
    },
    /// A member's name is not one that canonical form can order.
    #[error("member {0:?}: expected 1 to 40 letters, digits, hyphens or underscores")]
    Name(String),
    /// A number that is not a whole one that every JSON reader keeps exactly (RFC 8785 section 3.2.2.3, RFC 7493).
    #[error("member {member:?}: expected a whole number from 0 to 2^53 - 1")]
    Number {
        /// The member that holds it.
        member: String,
    },
    /// An object's members are not in the order of RFC 8785 section 3.2.3.
    #[error("member {0:?}: expected members sorted by name, without repeats")]
    MemberOrder(String),
    /// Digests or withheld fields are not sorted and unique.
    #[error("{member}: expected sorted, without repeats")]
    Unsorted {
        /// Where they stand.
        member: &'static str,
    },
    /// A withheld field has no digest among those of the statement.
    #[error("withheld field {0:?}: its digest is not among the statement's")]
    WithheldUnsealed(String),
}

/// The leaf's members in canonical order.
#[derive(Serialize)]
struct LeafOut<'a> {
    #[serde(rename = "_sd", skip_serializing_if = "<[_]>::is_empty")]
    sealed: &'a [Digest],
    at: PartialDate,
    body: &'a Body,
    #[serde(skip_serializing_if = "Option::is_none")]
    corrects: Option<u64>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    evidence: &'a [Evidence],
    id: &'a str,
    kind: &'static str,
    logged: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<&'a str>,
    v: u8,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    withheld: &'a [Withheld],
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LeafIn<'a> {
    #[serde(rename = "_sd", default)]
    sealed: Vec<Digest>,
    at: PartialDate,
    #[serde(borrow)]
    body: &'a RawValue,
    #[serde(default)]
    corrects: Option<u64>,
    #[serde(default)]
    evidence: Vec<Evidence>,
    id: String,
    kind: String,
    logged: Moment,
    #[serde(default)]
    share: Option<String>,
    v: u8,
    #[serde(default)]
    withheld: Vec<Withheld>,
}

/// A newer version may have members that this one does not know: the version is the better reason.
fn version_or(leaf: &[u8], error: serde_json::Error) -> StatementError {
    #[derive(Deserialize)]
    struct Versioned {
        v: u8,
    }
    match serde_json::from_slice(leaf) {
        Ok(Versioned { v }) if v != VERSION => StatementError::Version(v),
        _ => StatementError::Json(error),
    }
}

impl Statement {
    /// A statement without disclosures, evidence or share; the caller adds them.
    pub fn new(id: impl Into<String>, at: PartialDate, logged: Moment, body: Body) -> Self {
        Self {
            at,
            body,
            corrects: None,
            evidence: Vec::new(),
            id: id.into(),
            logged,
            sealed: Vec::new(),
            share: None,
            withheld: Vec::new(),
        }
    }

    /// The same statement about a share.
    #[must_use]
    pub fn about(mut self, share: impl Into<String>) -> Self {
        self.share = Some(share.into());
        self
    }

    /// The same statement with the digests of these disclosures, sorted.
    #[must_use]
    pub fn sealing<'a>(mut self, disclosures: impl IntoIterator<Item = &'a Disclosure>) -> Self {
        self.sealed.extend(disclosures.into_iter().map(Disclosure::digest));
        self.sealed.sort();
        self
    }

    /// The same statement with a disclosure that is not public.
    #[must_use]
    pub fn withholding(mut self, disclosure: &Disclosure, ground: Ground, opens: Option<PartialDate>) -> Self {
        let digest = disclosure.digest();
        self.withheld.push(Withheld { digest, ground, name: disclosure.name().to_owned(), opens });
        self.withheld.sort();
        self.sealing([disclosure])
    }

    /// The kind of this statement.
    pub fn kind(&self) -> Kind {
        self.body.kind()
    }

    /// Writes the leaf.
    ///
    /// # Errors
    /// Refuses a statement that breaks the format's own rules, so that what is logged can always be read again.
    pub fn to_leaf(&self) -> Result<Vec<u8>, StatementError> {
        let leaf = self.write()?;
        if leaf.len() > MAX_LEAF {
            return Err(StatementError::TooLarge(leaf.len()));
        }
        // Reading it back is the proof that it can be read: a patch may nest deeper than any reader follows.
        Self::from_leaf(&leaf)?;
        Ok(leaf)
    }

    /// Reads a leaf.
    ///
    /// # Errors
    /// Refuses anything but the one canonical form of a statement that this program knows.
    pub fn from_leaf(leaf: &[u8]) -> Result<Self, StatementError> {
        if leaf.len() > MAX_LEAF {
            return Err(StatementError::TooLarge(leaf.len()));
        }
        let parsed: LeafIn<'_> = serde_json::from_slice(leaf).map_err(|error| version_or(leaf, error))?;
        if parsed.v != VERSION {
            return Err(StatementError::Version(parsed.v));
        }
        let kind = Kind::from_code(&parsed.kind).ok_or(StatementError::Kind(parsed.kind))?;
        let statement = Self {
            at: parsed.at,
            body: Body::parse(kind, parsed.body.get())?,
            corrects: parsed.corrects,
            evidence: parsed.evidence,
            id: parsed.id,
            logged: parsed.logged,
            sealed: parsed.sealed,
            share: parsed.share,
            withheld: parsed.withheld,
        };
        let written = statement.write()?;
        if written != leaf {
            let same = written.iter().zip(leaf).take_while(|(a, b)| a == b).count();
            return Err(StatementError::NotCanonical(same));
        }
        statement.check_form(leaf)?;
        Ok(statement)
    }

    fn write(&self) -> Result<Vec<u8>, StatementError> {
        let leaf = LeafOut {
            sealed: &self.sealed,
            at: self.at,
            body: &self.body,
            corrects: self.corrects,
            evidence: &self.evidence,
            id: &self.id,
            kind: self.kind().code(),
            logged: self.logged,
            share: self.share.as_deref(),
            v: VERSION,
            withheld: &self.withheld,
        };
        let mut bytes = Vec::with_capacity(512);
        serde_json::to_writer(&mut bytes, &leaf)?;
        Ok(bytes)
    }

    fn check_form(&self, leaf: &[u8]) -> Result<(), StatementError> {
        code::check_texts(leaf)?;
        for evidence in &self.evidence {
            check_code(&evidence.kind).map_err(|error| StatementError::Code { member: "evidence", error })?;
        }
        for withheld in &self.withheld {
            check_code(&withheld.name).map_err(|error| StatementError::Code { member: "withheld", error })?;
            if self.sealed.binary_search(&withheld.digest).is_err() {
                return Err(StatementError::WithheldUnsealed(withheld.name.clone()));
            }
        }
        if !self.sealed.is_sorted_by(|a, b| a < b) {
            return Err(StatementError::Unsorted { member: "_sd" });
        }
        if !self.withheld.is_sorted_by(|a, b| a.digest < b.digest) {
            return Err(StatementError::Unsorted { member: "withheld" });
        }
        Ok(())
    }
}
