//! The instruction: an approved specification, signed by the custodian for one release. The data zone does what it says and
//! nothing else.

use register::{Digest, Moment, PartialDate};
use serde::{Deserialize, Serialize};

use crate::document::{Document, DocumentError, MAX_NUMBER};
use crate::specification::{MAX_FILE, Specification};

/// One release, as it is to be made. Members stand in alphabetical order, which is their canonical order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Instruction {
    /// In which format the files are written.
    pub format: Format,
    /// When it was signed.
    pub issued: Moment,
    /// The age recipient of the custodian: the package's key is sealed to it, and opened again only when the release stands
    /// in the log.
    pub key: String,
    /// The most distinct people that may leave; none where the specification alone says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people_at_most: Option<u64>,
    /// The age recipient to whom the receipt will be made out.
    pub recipient: String,
    /// The release's reference, unique within its share.
    pub release: String,
    /// Which release of the share this is, from 1.
    pub sequence: u32,
    /// The share.
    pub share: String,
    /// What was approved, whole.
    pub specification: Specification,
    /// The format version.
    pub v: u8,
    /// The last day on which it may be carried out: the agreement's end, or earlier.
    pub valid_until: PartialDate,
}

/// In which format data leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Apache Parquet, its pages compressed with zstd.
    Parquet,
    /// CSV (RFC 4180) in UTF-8, compressed with zstd.
    Csv,
}

impl Format {
    /// How names of such files end.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv.zst",
        }
    }
}

impl Instruction {
    /// The format version that this crate writes.
    pub const VERSION: u8 = 1;

    /// The digest of the specification in it.
    pub fn specification_digest(&self) -> Digest {
        match self.specification.digest() {
            Ok(digest) => digest,
            // An instruction is only ever made or read with a specification that has a form.
            Err(error) => unreachable!("a specification without a form: {error}"),
        }
    }
}

impl Document for Instruction {
    const KIND: &'static str = "rollcall/instruction/v1";
    const NAME: &'static str = "instruction";
    const MAX_BYTES: usize = MAX_FILE + 4_096;

    fn check(&self) -> Result<(), DocumentError> {
        let form =
            |place: &str, expected: String| DocumentError::Form { name: Self::NAME, place: place.to_owned(), expected };
        if self.v != Self::VERSION {
            return Err(form("v", format!("version {} is not known to this program", self.v)));
        }
        for (place, key) in [("key", &self.key), ("recipient", &self.recipient)] {
            if !is_age_recipient(key) {
                return Err(form(place, "expected an age recipient: age1 and 58 small letters and digits".to_owned()));
            }
        }
        short::<Self>("release", &self.release)?;
        short::<Self>("share", &self.share)?;
        if self.sequence == 0 {
            return Err(form("sequence", "expected a number from 1".to_owned()));
        }
        if self.people_at_most.is_some_and(|most| most == 0 || most >= MAX_NUMBER) {
            return Err(form("people_at_most", "expected a number from 1 and below 2^53".to_owned()));
        }
        self.specification.to_bytes().map_err(|error| form("specification", error.to_string()))?;
        Ok(())
    }
}

/// Whether a text looks like the public key of an age X25519 identity. That it is one shows when something is sealed to it.
pub fn is_age_recipient(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.len() == 62 && text.starts_with("age1") && text.bytes().all(plain)
}

/// A short text on one line.
pub(crate) fn short<T: Document>(place: &str, text: &str) -> Result<(), DocumentError> {
    let fine = !text.is_empty() && text.len() <= register::statement::MAX_CLEAR && !text.chars().any(char::is_control);
    if fine {
        return Ok(());
    }
    Err(DocumentError::Form {
        name: T::NAME,
        place: place.to_owned(),
        expected: format!("expected 1 to {} bytes on one line", register::statement::MAX_CLEAR),
    })
}
