//! What counts: the one file that names every other. A release is recorded when this file, renamed over the one before,
//! names it; files that it does not name are what an interrupted run has left, and the next one removes them.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use register::Digest;
use serde::{Deserialize, Serialize};

use super::{MembershipError, ReleaseRecord, at, private};
use crate::zone::Zone;

const NAME: &str = "state.json";

/// `membership/state.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    v: u8,
    /// How many people have a number.
    pub people: u64,
    /// Where their tokens are.
    pub segments: Vec<SegmentEntry>,
    /// Every release, in the order in which they were recorded.
    pub releases: Vec<ReleaseEntry>,
    /// From which the next file has its name.
    pub next: u64,
}

/// The file: the state, and a digest of what it says, so that nothing is looked for where a disk has changed it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored<State> {
    state: State,
    sha256: Digest,
}

fn digest(state: &State) -> Result<Digest, MembershipError> {
    serde_json::to_vec(state).map(|bytes| Digest::of(&bytes)).map_err(|_| MembershipError::Record)
}

/// One segment of the table of people.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SegmentEntry {
    pub file: String,
    pub people: u64,
}

/// One release.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReleaseEntry {
    pub file: String,
    pub share: String,
    pub sequence: u32,
    pub release: String,
}

impl ReleaseEntry {
    /// Whether both name the same release: a sequence and a reference are each given once in a share.
    pub(super) fn is(&self, release: &ReleaseRecord) -> bool {
        self.share == release.share && (self.sequence == release.sequence || self.release == release.release)
    }
}

/// The folder in the zone.
pub(super) fn folder(zone: &Zone) -> PathBuf {
    zone.folder().join("membership")
}

/// Makes the folder where it is not there yet.
pub(super) fn make_folder(zone: &Zone) -> Result<PathBuf, MembershipError> {
    let folder = folder(zone);
    DirBuilder::new().recursive(true).mode(0o700).create(&folder).map_err(at(&folder))?;
    Ok(folder)
}

impl State {
    /// Reads it; nothing is recorded where there is none.
    pub(super) fn read(folder: &Path) -> Result<Self, MembershipError> {
        let path = folder.join(NAME);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { v: 1, people: 0, segments: Vec::new(), releases: Vec::new(), next: 1 });
            }
            Err(source) => return Err(MembershipError::File { path, source }),
        };
        let stored: Option<Stored<Self>> = serde_json::from_slice(&text).ok();
        let expected = "version 1 of the state that this program writes";
        let whole = |stored: &Stored<Self>| {
            stored.state.v == 1 && digest(&stored.state).is_ok_and(|digest| digest == stored.sha256)
        };
        let stored = stored.filter(whole).ok_or(MembershipError::Malformed { path, expected })?;
        Ok(stored.state)
    }

    /// Puts it in the place of the one before: here a release becomes recorded.
    pub(super) fn write(&self, folder: &Path) -> Result<(), MembershipError> {
        let (path, fresh) = (folder.join(NAME), folder.join("state.tmp"));
        let stored = Stored { state: self, sha256: digest(self)? };
        let text = serde_json::to_vec(&stored).map_err(|_| MembershipError::Record)?;
        // The files that it names have to be found after a crash before it is.
        sync(folder)?;
        let mut file = private(&fresh)?;
        file.write_all(&text).and_then(|()| file.sync_all()).map_err(at(&fresh))?;
        fs::rename(&fresh, &path).map_err(at(&path))?;
        sync(folder)
    }

    /// A name that no file has had.
    pub(super) fn new_name(&mut self, kind: &str) -> String {
        let name = format!("{kind}-{:06}", self.next);
        self.next += 1;
        name
    }

    /// Removes what is not named. A file that cannot be removed does no harm.
    pub(super) fn remove_others(&self, folder: &Path) -> Result<(), MembershipError> {
        for entry in fs::read_dir(folder).map_err(at(folder))? {
            let entry = entry.map_err(at(folder))?;
            let name = entry.file_name();
            let ours = name
                .to_str()
                .is_some_and(|name| name == "state.tmp" || name.starts_with("people-") || name.starts_with("release-"));
            let named = self.segments.iter().any(|segment| *segment.file == *name)
                || self.releases.iter().any(|release| *release.file == *name);
            if ours && !named {
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }
}

fn sync(folder: &Path) -> Result<(), MembershipError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}
