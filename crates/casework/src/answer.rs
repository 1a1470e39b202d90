//! Answers: what an applicant says to a question, in the form in which it is stored for ever.
//!
//! `answer/read.rs` makes them from what a page sends, `answer/check.rs` says what is wrong with one. Nothing here decides
//! whether a question is asked; that is the form's.

mod check;
mod read;

use std::collections::BTreeMap;

use register::vocabulary::Safeguard;
use register::{Digest, Organisation, PartialDate};
use serde::{Deserialize, Serialize};

pub use check::Fault;
pub use read::{Fields, identifier_label};

/// The answers of an application, by the codes of their questions.
pub type Answers = BTreeMap<String, Answer>;

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "value", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Answer {
    /// A line, or paragraphs with line feeds between them.
    Text(String),
    /// Yes or no.
    YesNo(bool),
    /// The code of one choice.
    Choice(String),
    /// The codes of several choices, in the form's order.
    Choices(Vec<String>),
    /// A day.
    Date(PartialDate),
    /// A whole number.
    Number(i64),
    /// Organisations.
    Organisations(Vec<Organisation>),
    /// People who will have access.
    People(Vec<AccreditedPerson>),
    /// Safeguards.
    Safeguards(Vec<SafeguardEvidence>),
    /// Files.
    Files(Vec<AttachedFile>),
}

/// A person who will have access.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccreditedPerson {
    /// The code of their accreditation.
    pub accreditation: String,
    /// Until when the accreditation holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<PartialDate>,
    /// Their name.
    pub name: String,
    /// The accreditation's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

/// A safeguard with its evidence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafeguardEvidence {
    /// What the evidence is, such as a certificate's number.
    pub evidence: String,
    /// Until when it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<PartialDate>,
    /// Which safeguard.
    pub safeguard: Safeguard,
}

/// A file that was uploaded. Its bytes lie, encrypted, in the store of documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachedFile {
    /// The number of its bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub digest: Digest,
    /// The name that it had, without folders.
    pub name: String,
}

/// The answer as a text, where it is one.
pub fn as_text(answer: &Answer) -> Option<&str> {
    if let Answer::Text(text) = answer { Some(text) } else { None }
}

impl Answer {
    /// Whether it says nothing, such as a list without entries.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) | Self::Choice(text) => text.is_empty(),
            Self::Choices(codes) => codes.is_empty(),
            Self::Organisations(rows) => rows.is_empty(),
            Self::People(rows) => rows.is_empty(),
            Self::Safeguards(rows) => rows.is_empty(),
            Self::Files(rows) => rows.is_empty(),
            Self::YesNo(_) | Self::Date(_) | Self::Number(_) => false,
        }
    }

    /// Whether it is or includes one of these codes; `yes` and `no` for yes or no.
    pub fn is_one_of(&self, codes: &[String]) -> bool {
        let listed = |code: &str| codes.iter().any(|other| other == code);
        match self {
            Self::YesNo(yes) => listed(if *yes { "yes" } else { "no" }),
            Self::Choice(code) => listed(code),
            Self::Choices(chosen) => chosen.iter().any(|code| listed(code)),
            _ => false,
        }
    }
}
