//! Which people were in which release: what a subject access request is answered from. It never leaves the zone.
//!
//! ```text
//! membership/state.json      every other file that counts
//! membership/people-N        tokens in order, with each person's number
//! membership/release-N       who was in a release, a compressed set of numbers for each dataset
//! ```
//!
//! No file holds an identifier: a token is the identifier's pseudonym under a key of the zone's own, derived from the one that
//! wraps the shares' keys. Numbers are given to people who are in a release and to nobody else, so that to be unknown here and
//! to be in no release are the same thing.

mod chunk;
mod generated;
mod people;
mod recorder;
mod release_file;
mod rows;
mod state;

use std::error::Error;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use register::PartialDate;
use serde::{Deserialize, Serialize};

use crate::pseudonym::{PseudonymError, Pseudonymiser};
use crate::zone::Zone;

pub use generated::{Generated, generate};
pub use recorder::{Recorded, Recorder};

use people::Segment;
use release_file::ReleaseFile;
use state::State;

/// What the zone's key for tokens is derived under.
const LABEL: &str = "rollcall/membership/v1";

/// Why membership cannot be recorded or read. Nobody's identifier is repeated.
#[derive(Debug, thiserror::Error)]
pub enum MembershipError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file is not what it should be.
    #[error("{path}: expected {expected}")]
    Malformed {
        /// Which.
        path: PathBuf,
        /// What should stand there.
        expected: &'static str,
    },
    /// A person without a name.
    #[error(transparent)]
    Identifier(#[from] PseudonymError),
    /// People could not be read to the end.
    #[error("the people of the release: {0}")]
    People(Box<dyn Error + Send + Sync>),
    /// A dataset that the release does not list.
    #[error("dataset {0} of the release: it lists {1}, numbered from 0")]
    Dataset(usize, usize),
    /// More than one byte can name.
    #[error("the release has {0} datasets: at most 256 can be recorded")]
    Datasets(usize),
    /// The release is recorded with other people, or as something else.
    #[error("release {sequence} ({release}) of the share {share} is recorded already, and differs")]
    Differs {
        /// The share.
        share: String,
        /// Which release of it.
        sequence: u32,
        /// Its reference.
        release: String,
    },
    /// Numbers have 32 bits.
    #[error("the zone would know {0} people: at most 4,294,967,295 have a number")]
    Full(u64),
    /// The release cannot be written as JSON.
    #[error("the release has no form as JSON")]
    Record,
}

/// What a release was, to those who were in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRecord {
    /// The share.
    pub share: String,
    /// Which release of the share this is, from 1.
    pub sequence: u32,
    /// The release's reference, unique within its share.
    pub release: String,
    /// The day on which it was made.
    pub date: PartialDate,
    /// What it took from; at most 256.
    pub datasets: Vec<DatasetRecord>,
}

/// One dataset of a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetRecord {
    /// Its name.
    pub name: String,
    /// The items of it that left, as the dictionary names them.
    pub items: Vec<String>,
}

/// Records who was in a release: each person with the place of a dataset in `release.datasets`, in any order and as often as
/// they come. The release is recorded whole or not at all; to record it again is fine only if it is the same. The caller holds
/// the zone's lock.
///
/// # Errors
/// If people cannot be read, one of them is empty, the release is recorded otherwise, or files cannot be written.
pub fn record<E: Into<Box<dyn Error + Send + Sync>>>(
    zone: &Zone,
    release: &ReleaseRecord,
    people: impl IntoIterator<Item = Result<(usize, String), E>>,
) -> Result<Recorded, MembershipError> {
    let mut recorder = Recorder::new(zone, release)?;
    for person in people {
        let (dataset, identifier) = person.map_err(|error| MembershipError::People(error.into()))?;
        recorder.add(dataset, &identifier)?;
    }
    recorder.finish()
}

/// Every release that held a person, in the order in which they were recorded, each with those datasets only that held them.
/// As much is read for somebody who was in none.
///
/// # Errors
/// If the identifier is empty, or a file cannot be read.
pub fn releases_of(zone: &Zone, identifier: &str) -> Result<Vec<ReleaseRecord>, MembershipError> {
    let token = u128::from_be_bytes(tokens(zone).token(identifier)?);
    let folder = state::folder(zone);
    let mut state = State::read(&folder)?;
    loop {
        match search(&folder, &state, token) {
            // A file that a writer has replaced meanwhile: the state names the new one.
            Err(MembershipError::File { source, path }) if source.kind() == io::ErrorKind::NotFound => {
                let now = State::read(&folder)?;
                if now.next == state.next {
                    return Err(MembershipError::File { source, path });
                }
                state = now;
            }
            found => return found,
        }
    }
}

fn search(folder: &Path, state: &State, token: u128) -> Result<Vec<ReleaseRecord>, MembershipError> {
    let mut number = None;
    for segment in &state.segments {
        number = number.or(Segment::open(&folder.join(&segment.file), segment.people)?.number(token)?);
    }
    // The work is the same for somebody who has no number: it is done for any other number, and nothing is kept of it.
    let looked_up = number.unwrap_or((token % u128::from(state.people.max(1))) as u32);
    let mut releases = Vec::new();
    for entry in &state.releases {
        let file = ReleaseFile::open(&folder.join(&entry.file))?;
        let mut held = Vec::with_capacity(file.sets());
        for set in 0..file.sets() {
            held.push(file.holds(set, looked_up)? & number.is_some());
        }
        if held.contains(&true) {
            let mut release = file.record()?;
            let mut held = held.into_iter();
            release.datasets.retain(|_| held.next() == Some(true));
            releases.push(release);
        }
    }
    Ok(releases)
}

fn tokens(zone: &Zone) -> Pseudonymiser {
    Pseudonymiser::new(&zone.derived(LABEL))
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> MembershipError {
    let path = path.to_owned();
    move |source| MembershipError::File { path, source }
}

/// A new file that its owner alone may read.
fn private(path: &Path) -> Result<File, MembershipError> {
    OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path).map_err(at(path))
}

#[cfg(test)]
mod tests;
