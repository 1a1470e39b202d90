//! What can go wrong in the store, in words for whoever runs it.

use std::io;
use std::path::{Path, PathBuf};

use register::Refusal;
use register::dictionary::Mismatch;
use register::disclosure::DisclosureError;
use register::statement::StatementError;

/// The result of everything in this crate.
pub type Result<T> = std::result::Result<T, StoreError>;

/// Why the store could not do something. Errors name files, indices and rules, never a text.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A file or folder could not be read or written.
    #[error("{path}: cannot {action}: {source}")]
    File {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is no data folder where one should be.
    #[error("{0}: there is no register here; `rollcall-server import` or `rollcall-server demo` makes one")]
    NoRegister(PathBuf),
    /// The key file does not hold a key.
    #[error("{0}: expected the key's name and a 32-byte key in hexadecimal, each on a line of its own")]
    Key(PathBuf),
    /// The file of the custodian's release key does not hold one.
    #[error("{0}: expected an age identity: one line that begins with AGE-SECRET-KEY-1")]
    ReleaseKey(PathBuf),
    /// The file of the documents' keys does not hold any.
    #[error("{0}: expected one or more keys, each 64 hexadecimal digits on a line of its own")]
    DocumentsKey(PathBuf),
    /// A file that somebody gave is not taken.
    #[error(transparent)]
    Document(#[from] crate::casework::documents::Refusal),
    /// A document's file was changed, exchanged or lost, or its key is not among those held.
    #[error("document {id}: its file cannot be opened with the keys held; it was changed, exchanged or lost")]
    Sealed {
        /// The document.
        id: i64,
        /// What was found while it was read, where that is what showed it.
        source: Option<io::Error>,
    },
    /// The log could not be written or read.
    #[error(transparent)]
    Log(#[from] tlog::Error),
    /// A statement is not in form.
    #[error("statement {index}: {source}")]
    Statement {
        /// Its index, or the one it would get.
        index: u64,
        /// What is wrong.
        source: StatementError,
    },
    /// A statement breaks a rule; nothing of its batch is published.
    #[error("statement {index}: {refusal}")]
    Refused {
        /// The index that it would get, or has.
        index: u64,
        /// The rule and what breaks it.
        refusal: Refusal,
    },
    /// A disclosure bundle cannot be read.
    #[error("{path}: {source}")]
    Disclosures {
        /// The bundle.
        path: PathBuf,
        /// What is wrong.
        source: DisclosureError,
    },
    /// A disclosure bundle has fewer lines than there are statements.
    #[error("{path}: expected {expected} lines, found {found}")]
    ShortBundle {
        /// The bundle.
        path: PathBuf,
        /// How many statements it stands for.
        expected: usize,
        /// How many lines it has.
        found: usize,
    },
    /// A draft does not bring the file that its statement commits to, or brings another; nothing of its batch is published.
    #[error("statement {index}: {problem}")]
    Files {
        /// The index that it would get.
        index: u64,
        /// What is wrong, and what was expected.
        problem: String,
    },
    /// The file of a dictionary is not the one that its statement names.
    #[error("{path}: {source}")]
    Dictionary {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        source: Mismatch,
    },
    /// A database could not be read or written.
    #[error("{path}: {source}")]
    Database {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// An event of a case cannot be read, or cannot follow those before it.
    #[error("case {reference}, event {seq}: {problem}")]
    Event {
        /// The case.
        reference: String,
        /// The event's place.
        seq: u64,
        /// What is wrong.
        problem: &'static str,
    },
    /// A case is not any more what it was when it was read.
    #[error("case {0} was changed meanwhile")]
    Changed(String),
    /// A database was made by a later version of this program.
    #[error("{path}: its tables are of version {version}, and this program knows them up to {known}; use a newer one")]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        version: usize,
        /// The newest version that this program knows.
        known: usize,
    },
    /// A state of the log was asked for that it has not reached.
    #[error("the log holds {held} statements, and its state after {size} was asked for")]
    NotYet {
        /// How many were asked for.
        size: u64,
        /// How many there are.
        held: u64,
    },
    /// A reader kept an old state of a database for too long.
    #[error("{0}: a reader holds an old state of it, so what was erased could not be removed from its write-ahead log")]
    Busy(PathBuf),
    /// The machine gave no random bytes.
    #[error("the system gave no random bytes: {0}")]
    Random(getrandom::Error),
}

/// Turns an I/O error into one that says what was tried on which file.
pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::File { action, path, source }
}

/// Turns a database error into one that names the database.
pub(crate) fn database(path: &Path) -> impl Fn(rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    move |source| StoreError::Database { path: path.clone(), source }
}
