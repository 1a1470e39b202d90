//! The file of one release: who was in it, a set for each dataset, and what the release was. A question reads a few hundred
//! bytes of it at three places.
//!
//! ```text
//! magic            8 bytes
//! words            u64 where the text begins, u32 its length, u32 how many sets
//! for each set     u64 where it begins, u32 its chunks, u32 its people
//! digest           SHA-256 of all before it
//! sets             u32 for each chunk and one more: where it begins after these numbers; then the chunks
//! text             the release as JSON
//! digest           SHA-256 of the text
//! ```
//!
//! The sets have no digest: a question reads one chunk of each, and would have to read all of them.

use std::fs::File;
use std::io::{BufWriter, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use register::Digest;

use super::chunk::{self, WORDS};
use super::rows::MOST_DATASETS;
use super::{MembershipError, ReleaseRecord, at, private};

const MAGIC: &[u8; 8] = b"RCMEMB1\n";
const HEADER: u64 = 24;
const SET: u64 = 16;
const DIGEST: u64 = 32;
/// What is read at once when a file is opened: the directory of a set of 50 million people is in it.
const PAGE: usize = 4_096;

/// Which numbers are in a set, a bit each.
pub(super) struct Members {
    words: Vec<u64>,
}

impl Members {
    /// Nobody, with room for so many.
    pub(super) fn new(numbers: u64) -> Self {
        Self { words: vec![0; numbers.div_ceil(64) as usize] }
    }

    /// By their bits.
    pub(super) fn from_words(words: Vec<u64>) -> Self {
        Self { words }
    }

    /// Adds a number, growing as it must.
    pub(super) fn add(&mut self, number: u32) {
        let word = number as usize / 64;
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        self.words[word] |= 1 << (number % 64);
    }

    /// How many.
    fn people(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    fn chunks(&self) -> impl Iterator<Item = Vec<u8>> {
        let used = self.words.iter().rposition(|&word| word != 0).map_or(0, |last| last + 1);
        self.words[..used].chunks(WORDS).map(|words| {
            let mut whole = [0; WORDS];
            whole[..words.len()].copy_from_slice(words);
            chunk::encode(&whole)
        })
    }
}

/// Writes the file, durably.
pub(super) fn write(path: &Path, release: &ReleaseRecord, sets: &[Members]) -> Result<(), MembershipError> {
    let text = serde_json::to_vec(release).map_err(|_| MembershipError::Record)?;
    let mut out = BufWriter::new(private(path)?);
    let mut header = MAGIC.to_vec();
    let mut end = HEADER + SET * sets.len() as u64 + DIGEST;
    let mut write = || {
        out.write_all(&vec![0; end as usize])?;
        let mut table = Vec::new();
        for set in sets {
            let chunks: Vec<Vec<u8>> = set.chunks().collect();
            table.extend(end.to_le_bytes());
            table.extend((chunks.len() as u32).to_le_bytes());
            table.extend(set.people().to_le_bytes());
            // At most 65,536 chunks of 8 KiB: below 2^30.
            let mut begins = 0_u32;
            out.write_all(&begins.to_le_bytes())?;
            for chunk in &chunks {
                begins += chunk.len() as u32;
                out.write_all(&begins.to_le_bytes())?;
            }
            for chunk in &chunks {
                out.write_all(chunk)?;
            }
            end += 4 * (chunks.len() as u64 + 1) + u64::from(begins);
        }
        out.write_all(&text)?;
        out.write_all(&Digest::of(&text).0)?;
        header.extend(end.to_le_bytes());
        header.extend((text.len() as u32).to_le_bytes());
        header.extend((sets.len() as u32).to_le_bytes());
        header.extend(table);
        header.extend(Digest::of(&header).0);
        out.seek(SeekFrom::Start(0))?;
        out.write_all(&header)?;
        out.flush()?;
        out.get_ref().sync_all()
    };
    write().map_err(at(path))
}

/// The file of one release, opened.
pub(super) struct ReleaseFile {
    file: File,
    path: PathBuf,
    page: Vec<u8>,
    text: (u64, usize),
    sets: usize,
}

impl ReleaseFile {
    /// Opens it.
    pub(super) fn open(path: &Path) -> Result<Self, MembershipError> {
        let file = File::open(path).map_err(at(path))?;
        let mut page = vec![0; PAGE];
        let read = file.read_at(&mut page, 0).map_err(at(path))?;
        page.truncate(read);
        let mut opened = Self { file, path: path.to_owned(), page, text: (0, 0), sets: 0 };
        if !opened.page.starts_with(MAGIC) {
            return Err(opened.malformed("the file of a release, as this program writes it"));
        }
        opened.text = (opened.u64(8)?, opened.u32(16)? as usize);
        opened.sets = opened.u32(20)? as usize;
        // At most 256 sets: more are no release's, and would be read for nothing.
        let end = HEADER + SET * opened.sets.min(MOST_DATASETS) as u64;
        let (mut header, mut digest) = (vec![0; end as usize], [0; DIGEST as usize]);
        let read = opened.read(0, &mut header).and_then(|()| opened.read(end, &mut digest));
        if read.is_err() || Digest::of(&header).0 != digest {
            return Err(opened.malformed("the beginning of a release's file, as this program writes it"));
        }
        Ok(opened)
    }

    /// How many sets: one for each dataset.
    pub(super) fn sets(&self) -> usize {
        self.sets
    }

    /// Whether a number is in a set.
    pub(super) fn holds(&self, set: usize, number: u32) -> Result<bool, MembershipError> {
        let entry = HEADER + SET * set as u64;
        let (directory, chunks) = (self.u64(entry)?, u64::from(self.u32(entry + 8)?));
        let place = u64::from(number >> 16);
        if place >= chunks {
            return Ok(false);
        }
        let (begins, ends) = (self.u32(directory + 4 * place)?, self.u32(directory + 4 * place + 4)?);
        let length = ends.checked_sub(begins).filter(|&length| length as usize <= 3 + 8 * WORDS);
        let length = length.ok_or_else(|| self.malformed("chunks one after the other"))?;
        let mut chunk = vec![0; length as usize];
        self.read(directory + 4 * (chunks + 1) + u64::from(begins), &mut chunk)?;
        let found = chunk::contains(&chunk, number as u16);
        found.ok_or_else(|| self.malformed("chunks in one of the three forms"))
    }

    /// What the release was.
    pub(super) fn record(&self) -> Result<ReleaseRecord, MembershipError> {
        let whole = self.file.metadata().map_err(at(&self.path))?.len();
        let end = self.text.0.saturating_add(self.text.1 as u64);
        if whole != end.saturating_add(DIGEST) {
            return Err(self.malformed("a file that ends where its text does"));
        }
        let (mut text, mut digest) = (vec![0; self.text.1], [0; DIGEST as usize]);
        self.read(self.text.0, &mut text)?;
        self.read(end, &mut digest)?;
        if Digest::of(&text).0 != digest {
            return Err(self.malformed("the release as this program writes it"));
        }
        let record: ReleaseRecord =
            serde_json::from_slice(&text).map_err(|_| self.malformed("the release as JSON at its end"))?;
        let sets = record.datasets.len() == self.sets;
        if sets { Ok(record) } else { Err(self.malformed("a set for each dataset")) }
    }

    fn u32(&self, place: u64) -> Result<u32, MembershipError> {
        let mut bytes = [0; 4];
        self.read(place, &mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn u64(&self, place: u64) -> Result<u64, MembershipError> {
        let mut bytes = [0; 8];
        self.read(place, &mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// From what was read first, or else from the file.
    fn read(&self, place: u64, bytes: &mut [u8]) -> Result<(), MembershipError> {
        let first = usize::try_from(place).ok().and_then(|place| self.page.get(place..)?.get(..bytes.len()));
        match first {
            Some(first) => bytes.copy_from_slice(first),
            None => self.file.read_exact_at(bytes, place).map_err(at(&self.path))?,
        }
        Ok(())
    }

    fn malformed(&self, expected: &'static str) -> MembershipError {
        MembershipError::Malformed { path: self.path.clone(), expected }
    }
}
