//! Why a file is not taken, in words for whoever gave it.

use super::kind::Kind;

/// Why a file is not taken. None of these shows the file's name or anything in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is nothing in it.
    #[error("The file is empty")]
    Empty,
    /// It is larger than files may be.
    #[error("The file must be smaller than {} MB", .most.div_ceil(1_000_000))]
    TooLarge {
        /// The most bytes that are taken.
        most: u64,
    },
    /// Its name does not say what it is.
    #[error("The file’s name must end in one of {}", endings())]
    NoEnding,
    /// Its content is none of those that are taken.
    #[error(
        "The file must be a PDF, Word (DOCX), Excel (XLSX), OpenDocument (ODT or ODS), CSV, plain text, PNG or JPEG file"
    )]
    UnknownKind,
    /// Its content is not what its name says.
    #[error(
        "The file’s name says that it is {claimed}, but it is {found}. Save it again in the form that its name says"
    )]
    Mismatch {
        /// What its name says.
        claimed: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// It carries a program.
    #[error("The file contains macros. Save it without macros and upload it again")]
    Macros,
    /// It can only be opened with a password.
    #[error("The file is protected with a password. Remove the password and upload it again")]
    Password,
    /// It is of a form that newer programs replaced.
    #[error("The file is of an old Office form. Save it as DOCX or XLSX and upload it again")]
    OldOffice,
    /// It cannot be opened.
    #[error("The file is damaged: it says that it is {claimed}, but cannot be opened as such")]
    Damaged {
        /// What its name says.
        claimed: &'static str,
    },
}

fn endings() -> String {
    let endings: Vec<String> =
        Kind::ALL.iter().flat_map(|kind| kind.endings()).map(|ending| format!(".{ending}")).collect();
    endings.join(", ")
}
