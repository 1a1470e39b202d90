//! Carrying out an instruction: plan, write, measure, compare with what was approved, seal, record, and only then put
//! in its place.
//!
//! A fault anywhere before the record leaves no package, no part of one and no folder. After the record only renames
//! are missing; where a crash comes between the two, the same instruction finishes them.

mod everybody;
mod finish;
mod listed;
mod locate;
mod made;
mod run;

use std::io;
use std::path::PathBuf;

use package::manifest::Excess;
use register::Moment;

pub use run::{extract, written_rows};

use crate::interrupt::{Interrupt, Interrupted};
use crate::measure::MeasureError;
use crate::plan::PlanError;
use crate::source::SourceError;
use crate::treat::RegionsError;
use crate::write::WriteError;
use crate::zone::ZoneError;

/// What is to be done, and with what.
pub struct Task<'a> {
    /// The signed instruction.
    pub instruction: &'a [u8],
    /// The zone.
    pub zone: &'a crate::Zone,
    /// What the zone holds.
    pub sources: &'a crate::Sources,
    /// Where the package comes to stand.
    pub out: PathBuf,
    /// The list of people, where the instruction asks for one: an identifier a line.
    pub people: Option<PathBuf>,
    /// Bytes of memory for the query engine.
    pub memory: usize,
    /// Threads that read.
    pub threads: usize,
    /// Now.
    pub now: Moment,
    /// The key of the measurement's tokens: random, and used once.
    pub token_key: [u8; 16],
    /// Whether nothing is shown.
    pub quiet: bool,
    /// Who may interrupt.
    pub interrupt: Interrupt,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// The package, its manifest and its key.
    pub files: [PathBuf; 3],
    /// What the zone has recorded.
    pub record: crate::record::Record,
    /// Whether it had been sealed before, and was only put in its place now.
    pub before: bool,
}

/// Why nothing left.
#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    /// The zone cannot be used.
    #[error(transparent)]
    Zone(#[from] ZoneError),
    /// Who is in the release cannot be recorded.
    #[error(transparent)]
    Membership(#[from] crate::membership::MembershipError),
    /// The instruction is not one that can be carried out.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// It was carried out before.
    #[error(
        "release {sequence} of {share} was carried out at {made}; a further release needs an instruction with its own \
         number"
    )]
    CarriedOut {
        /// The share.
        share: String,
        /// Which release.
        sequence: u32,
        /// When.
        made: Moment,
    },
    /// Another release of the share has this reference.
    #[error(
        "{share} has a release {release} already: it was number {sequence} and was sealed at {made}; a further release \
         needs an instruction with a reference of its own"
    )]
    ReferenceUsed {
        /// The share.
        share: String,
        /// The reference.
        release: String,
        /// Which release has it.
        sequence: u32,
        /// When it was sealed.
        made: Moment,
    },
    /// Another instruction of the same number was sealed.
    #[error(
        "release {sequence} of {share} was sealed at {made} by another instruction, and has not reached its place yet"
    )]
    OtherInstruction {
        /// The share.
        share: String,
        /// Which release.
        sequence: u32,
        /// When.
        made: Moment,
    },
    /// It was sealed and recorded, and the package is not where it was written.
    #[error(
        "release {sequence} of {share} was sealed at {made} and recorded, but {path} is not there as it was sealed; \
         give the folder that it was written to, or carry out an instruction with the next number"
    )]
    Lost {
        /// The share.
        share: String,
        /// Which release.
        sequence: u32,
        /// When.
        made: Moment,
        /// Which file.
        path: PathBuf,
    },
    /// There is no folder where the package should come to stand.
    #[error("{0}: there is no such folder; expected the folder in which package, manifest and key come to stand")]
    NoFolder(PathBuf),
    /// A file stands already where the package should come to stand.
    #[error("{0}: a file is here already, and nothing is overwritten")]
    Taken(PathBuf),
    /// The records cannot be read.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The table of regions cannot be used.
    #[error("the region-table: {0}")]
    Regions(#[from] RegionsError),
    /// The list of people cannot be used.
    #[error("{path}: {message}")]
    List {
        /// The file.
        path: PathBuf,
        /// What was expected.
        message: String,
    },
    /// Cells cannot be read.
    #[error("{dataset}, column {column:?}, {place}: {expected}{}", more(*.rows))]
    Cells {
        /// The dataset.
        dataset: String,
        /// The column.
        column: String,
        /// The file and the row of the first, where it was found again.
        place: String,
        /// What was expected.
        expected: String,
        /// How many there are among the rows that were read together.
        rows: usize,
    },
    /// What was written cannot be measured.
    #[error("{0}")]
    Measure(#[from] MeasureError),
    /// It is more than what was approved.
    #[error("what was written is more than what was approved, and was not sealed:{}", excesses(.0))]
    Beyond(Vec<Excess>),
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The manifest has no form, as with a name that is too long.
    #[error("the manifest cannot be written: {0}")]
    Manifest(package::DocumentError),
    /// Somebody interrupts.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

fn more(rows: usize) -> String {
    if rows > 1 { format!(" ({rows} such cells among the rows that were read together)") } else { String::new() }
}

fn excesses(found: &[Excess]) -> String {
    found.iter().map(|excess| format!("\n- {excess}")).collect()
}

impl From<WriteError> for ExtractError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Source(error) => Self::Source(error),
            WriteError::File { path, source } => Self::File { path, source },
            WriteError::Interrupted(error) => Self::Interrupted(error),
            // Whoever knows the dataset finds the place before it comes here.
            WriteError::Cells(found) => Self::Cells {
                dataset: String::new(),
                column: found.column,
                place: "a row that was not found again".to_owned(),
                expected: found.fault.expected,
                rows: found.fault.rows,
            },
        }
    }
}

pub(crate) fn at(path: &std::path::Path) -> impl FnOnce(io::Error) -> ExtractError {
    let path = path.to_owned();
    move |source| ExtractError::File { path, source }
}
