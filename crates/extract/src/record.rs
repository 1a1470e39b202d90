//! What the zone remembers of a release: its exact measure, what was published, and whether the package has reached its
//! place.
//!
//! The record is written before the package becomes visible. So a release that was carried out is never carried out
//! again with other content, and one that a crash stopped between the two is put in its place by the same instruction.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use register::{Digest, Moment};
use serde::{Deserialize, Serialize};

use crate::measure::Measured;
use crate::published::Published;
use crate::zone::{Zone, ZoneError, hex, write_new};

/// One release of a share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The share.
    pub share: String,
    /// Which of its releases.
    pub sequence: u32,
    /// The release's reference.
    pub release: String,
    /// The digest of the instruction's JSON.
    pub instruction: Digest,
    /// When it was measured and sealed.
    pub made: Moment,
    /// How many releases the zone had recorded before this one.
    pub number: u64,
    /// Rows that would have left and name no person, and so stayed.
    pub rows_without_person: u64,
    /// What was measured, exactly.
    pub measured: Measured,
    /// What was published of the share, with this release.
    pub published: Published,
    /// The digests of the package, its manifest and its key.
    pub sealed: [Digest; 3],
    /// Whether they have reached their place.
    pub placed: bool,
}

/// All records of a zone.
pub struct Records {
    folder: PathBuf,
}

impl Records {
    /// Opens them.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn open(zone: &Zone) -> Result<Self, ZoneError> {
        let folder = zone.folder().join("releases");
        make_private(&folder)?;
        Ok(Self { folder })
    }

    /// That of a release, if it was carried out.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn of(&self, share: &str, sequence: u32) -> Result<Option<Record>, ZoneError> {
        let path = self.path(share, sequence);
        match fs::read(&path) {
            Ok(bytes) => parse(&path, &bytes).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(ZoneError::File { path, source }),
        }
    }

    /// That of the release which has this reference, if one of the share does.
    ///
    /// # Errors
    /// If a record cannot be read.
    pub fn named(&self, share: &str, release: &str) -> Result<Option<Record>, ZoneError> {
        Ok(self.of_share(share)?.into_iter().find(|record| record.release == release))
    }

    /// What was published last of a share, and how many releases of it were recorded.
    ///
    /// # Errors
    /// If a record cannot be read.
    pub fn published(&self, share: &str) -> Result<(Published, u64), ZoneError> {
        let last = self.of_share(share)?.into_iter().max_by_key(|record| record.number);
        Ok(last.map_or_else(Default::default, |last| (last.published, last.number + 1)))
    }

    /// All of a share, in no order.
    fn of_share(&self, share: &str) -> Result<Vec<Record>, ZoneError> {
        let prefix = format!("{}-", hex(share.as_bytes()));
        let file = |source| ZoneError::File { path: self.folder.clone(), source };
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.folder).map_err(file)? {
            let path = entry.map_err(file)?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if name.starts_with(&prefix) && name.ends_with(".json") {
                let bytes = fs::read(&path).map_err(|source| ZoneError::File { path: path.clone(), source })?;
                found.push(parse(&path, &bytes)?);
            }
        }
        Ok(found)
    }

    /// Writes one, durably: whole, or not at all.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, record: &Record) -> Result<(), ZoneError> {
        let path = self.path(&record.share, record.sequence);
        let unwritten = |error| ZoneError::File { path: path.clone(), source: io::Error::other(error) };
        let sha256 = digest(record).map_err(unwritten)?;
        let stored = Stored { record: record.clone(), sha256 };
        write_new(&path, &serde_json::to_vec_pretty(&stored).map_err(unwritten)?)
    }

    fn path(&self, share: &str, sequence: u32) -> PathBuf {
        self.folder.join(format!("{}-{sequence}.json", hex(share.as_bytes())))
    }
}

/// The file: a record, and a digest of what it says. A disk that has changed one digit of a count must not decide what is published.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    record: Record,
    sha256: Digest,
}

fn digest(record: &Record) -> serde_json::Result<Digest> {
    serde_json::to_vec(record).map(|bytes| Digest::of(&bytes))
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Record, ZoneError> {
    let stored: Option<Stored> = serde_json::from_slice(bytes).ok();
    let whole = stored.filter(|stored| digest(&stored.record).is_ok_and(|digest| digest == stored.sha256));
    whole.map(|stored| stored.record).ok_or_else(|| ZoneError::Malformed {
        path: path.to_owned(),
        expected: "the record of a release, as the extract wrote it",
    })
}

/// Makes a folder that its owner alone may open.
pub(crate) fn make_private(folder: &Path) -> Result<(), ZoneError> {
    use std::os::unix::fs::DirBuilderExt;
    let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|source| ZoneError::File { path: folder.to_owned(), source })
}
