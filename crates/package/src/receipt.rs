//! The receipt: what opens a package, once the release stands in the log for everybody to see.
//!
//! It holds the statement as the log has it, the proof that it is there (C2SP tlog-proof), the signed manifest that the
//! statement names by its digest, and the package's key sealed to the recipient. What it says is checked in that order, and
//! nothing is decrypted before all of it holds.

use std::io;

use register::Statement;
use register::statement::{Body, ReleaseRegistered};
use serde::{Deserialize, Serialize};
use tlog::{Checkpoint, Policy, PolicyError, Proof, Satisfied, leaf_hash};

use crate::document::{Document, DocumentError, Signed};
use crate::manifest::Manifest;

/// The largest sealed key: an armored age file over one line has some 400 bytes.
pub const MAX_KEY: usize = 16 << 10;

/// What opens one package for one recipient. Members stand in alphabetical order, which is their canonical order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The package's key, sealed to the recipient: an armored age file.
    pub key: String,
    /// The signed manifest, as its file has it.
    pub manifest: String,
    /// That the statement is in the log.
    pub proof: String,
    /// The statement, as the log has it.
    pub statement: String,
    /// The format version.
    pub v: u8,
}

/// What a receipt says, after all of it was found to hold.
#[derive(Debug)]
pub struct Checked {
    /// What the package holds.
    pub manifest: Signed<Manifest>,
    /// Where in the log the statement stands, from 0.
    pub index: u64,
    /// The statement.
    pub statement: Statement,
    /// The checkpoint that the proof leads to, and who has signed it.
    pub satisfied: Satisfied,
}

/// Why a package stays closed.
#[derive(Debug, thiserror::Error)]
pub enum Unopened {
    /// There is no receipt.
    #[error("there is no receipt: this package cannot be opened until its release stands in the public log")]
    NoReceipt,
    /// The receipt is malformed.
    #[error("the receipt cannot be read: {0}")]
    Receipt(DocumentError),
    /// The proof does not hold.
    #[error("the receipt's proof does not hold: {0}")]
    Proof(tlog::Error),
    /// The policy is not satisfied.
    #[error("the receipt's proof is not good enough for the policy: {0}")]
    Policy(tlog::Error),
    /// The statement is not one that releases this package.
    #[error("the receipt's statement releases something else: {0}")]
    Statement(&'static str),
    /// It is about another share.
    #[error("the receipt is for the share {found}, and not for {wanted}")]
    OtherShare {
        /// What was expected.
        wanted: String,
        /// What it says.
        found: String,
    },
    /// The key is sealed to somebody else.
    #[error("the receipt is made out to somebody else: this identity does not open it")]
    OtherRecipient,
    /// The key is that of another package.
    #[error("the receipt belongs to another package")]
    OtherPackage,
    /// The package holds another manifest than the one that was published.
    #[error("the package holds another manifest than the one that stands in the log")]
    OtherManifest,
    /// It does not begin as a package does.
    #[error("this is not a package: it does not begin as one")]
    NotAPackage,
    /// It was changed, or is not whole.
    #[error("the package was altered or is not whole: {0} does not hold")]
    Altered(&'static str),
    /// It cannot be read.
    #[error("the package cannot be read: {0}")]
    Read(io::Error),
    /// What it holds cannot be written.
    #[error("what the package holds cannot be written: {0}")]
    Write(io::Error),
}

impl Unopened {
    /// The exit code of a program that stops for this reason; each has its own, and none is 0 or 1.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::NoReceipt => 10,
            Self::Receipt(_) => 11,
            Self::Proof(_) => 12,
            Self::Policy(_) => 13,
            Self::Statement(_) => 14,
            Self::OtherShare { .. } => 15,
            Self::OtherRecipient => 16,
            Self::OtherPackage => 17,
            Self::OtherManifest => 18,
            Self::NotAPackage => 19,
            Self::Altered(_) => 20,
            Self::Read(_) => 21,
            Self::Write(_) => 22,
        }
    }
}

impl Receipt {
    /// The format version that this crate writes.
    pub const VERSION: u8 = 1;

    /// Checks all that a receipt says but for its key: that the statement is in a log that the policy accepts, that it is
    /// about this manifest, and that both are about one share, which is `share` where the caller knows it.
    ///
    /// # Errors
    /// The first thing that does not hold.
    pub fn check(&self, policy: &Policy, share: Option<&str>) -> Result<Checked, Unopened> {
        let proof = Proof::parse(self.proof.as_bytes()).map_err(Unopened::Proof)?;
        // Said before any signature is looked at: of a log that is not listed, no key is known either.
        let origin = proof.checkpoint.text().parse::<Checkpoint>().map_err(Unopened::Proof)?.origin;
        if policy.logs().iter().all(|log| log.key.name() != origin) {
            return Err(Unopened::Policy(PolicyError::UnknownLog { origin }.into()));
        }
        let satisfied = proof.verify(&leaf_hash(self.statement.as_bytes()), policy).map_err(|error| match error {
            tlog::Error::Policy(_) => Unopened::Policy(error),
            _ => Unopened::Proof(error),
        })?;
        let manifest = Signed::<Manifest>::parse(self.manifest.as_bytes()).map_err(Unopened::Receipt)?;
        let statement = Statement::from_leaf(self.statement.as_bytes())
            .map_err(|_| Unopened::Statement("it is none that this program knows"))?;
        let released = released(&statement)?;
        if released.manifest != Some(manifest.digest()) {
            return Err(Unopened::Statement("it names another manifest"));
        }
        let of_statement = statement.share.clone().unwrap_or_default();
        let of_manifest = manifest.unverified().share.clone();
        for wanted in share.into_iter().chain([of_manifest.as_str()]) {
            if of_statement != wanted {
                return Err(Unopened::OtherShare { wanted: wanted.to_owned(), found: of_statement });
            }
        }
        if released.release != manifest.unverified().release {
            return Err(Unopened::Statement("it is about another release of the share"));
        }
        Ok(Checked { manifest, index: proof.index, statement, satisfied })
    }
}

fn released(statement: &Statement) -> Result<&ReleaseRegistered, Unopened> {
    match &statement.body {
        Body::ReleaseRegistered(released) => Ok(released),
        _ => Err(Unopened::Statement("it does not register a release")),
    }
}

impl Document for Receipt {
    const KIND: &'static str = "rollcall/receipt/v1";
    const NAME: &'static str = "receipt";
    const MAX_BYTES: usize = 40 << 20;

    fn check(&self) -> Result<(), DocumentError> {
        if self.v != Self::VERSION {
            return Err(form("v", &format!("version {} is not known to this program", self.v)));
        }
        if self.key.len() > MAX_KEY {
            return Err(form("key", "expected a sealed key"));
        }
        Ok(())
    }
}

pub(crate) fn form(place: &str, expected: &str) -> DocumentError {
    DocumentError::Form { name: Receipt::NAME, place: place.to_owned(), expected: expected.to_owned() }
}
