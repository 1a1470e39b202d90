//! Why a file cannot be read at all, before any of its cells counts.

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file is not there or may not be read.
    #[error("{file}: {error}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        error: std::io::Error,
    },
    /// The file has no bytes, or no rows.
    #[error("{file}: the file is empty; expected a spreadsheet with a row of headers")]
    Empty {
        /// The file.
        file: String,
    },
    /// It is something else.
    #[error("{file}: this is {found}; expected a spreadsheet as XLSX, ODS or CSV")]
    WrongType {
        /// The file.
        file: String,
        /// What it is.
        found: &'static str,
    },
    /// It is protected by a password.
    #[error("{file}: the file is protected with a password; expected one without, save it again unprotected")]
    Password {
        /// The file.
        file: String,
    },
    /// It breaks off, or its parts do not fit together.
    #[error("{file}: the file is damaged or cut off ({detail}); expected a whole {kind} file")]
    Damaged {
        /// The file.
        file: String,
        /// The format that it begins as.
        kind: &'static str,
        /// What does not fit.
        detail: String,
    },
    /// It is larger than a register can be.
    #[error("{file}: {what}; expected at most {limit}")]
    TooLarge {
        /// The file.
        file: String,
        /// What is too large.
        what: String,
        /// How large it may be.
        limit: String,
    },
    /// Bytes that are no letters.
    #[error(
        "{file}, line {line}: byte {byte:#04X} at position {position} is not UTF-8; expected UTF-8 throughout, or \
         encoding = \"windows-1252\" under [csv] in the mapping if an older Windows program wrote the file"
    )]
    NotUtf8 {
        /// The file.
        file: String,
        /// The line, from 1.
        line: u64,
        /// The byte.
        byte: u8,
        /// Its position in the file, from 0.
        position: u64,
    },
}
