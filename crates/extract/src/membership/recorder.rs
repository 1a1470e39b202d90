//! Records one release: people come in any order, are sorted by token within bounded memory, and are met with the table of
//! those who have a number already. In memory stay the rows that wait to be sorted (48 MB at most), a bit for each person
//! whom the zone knows, for each dataset, and a bit for each row of those who are new.

use std::fs;
use std::path::{Path, PathBuf};

use aes::Block;

use super::people::{self, Segment};
use super::release_file::{self, Members, ReleaseFile};
use super::rows::{MOST_DATASETS, Persons, Row, Sorter, Spill};
use super::state::{self, ReleaseEntry, SegmentEntry, State};
use super::{MembershipError, ReleaseRecord, at, tokens};
use crate::pseudonym::{Pseudonymiser, packing};
use crate::zone::Zone;

/// Rows that wait in memory, 24 bytes each.
const WAITING: usize = 2_000_000;
/// Blocks that are enciphered together.
const GROUP: usize = 128;

/// What was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Recorded {
    /// Distinct people in the release.
    pub people: u64,
    /// Those among them whom no release before held.
    pub new: u64,
    /// Whether the release had been recorded before, and is the same.
    pub before: bool,
}

/// Records one release, person by person. Dropped before [`Recorder::finish`], it has recorded nothing.
pub struct Recorder {
    release: ReleaseRecord,
    tokens: Pseudonymiser,
    folder: PathBuf,
    sorter: Sorter,
    /// Packed identifiers that wait to be enciphered, with their datasets.
    packed: Vec<Block>,
    datasets: Vec<u8>,
    /// How many rows came so far; a person's first is their arrival.
    arrivals: u64,
}

impl Recorder {
    /// Begins. The caller holds the zone's lock until the end.
    ///
    /// # Errors
    /// If the release has more than 256 datasets, or the zone's folder cannot be written.
    pub fn new(zone: &Zone, release: &ReleaseRecord) -> Result<Self, MembershipError> {
        Self::within(zone, release, WAITING)
    }

    pub(super) fn within(zone: &Zone, release: &ReleaseRecord, most: usize) -> Result<Self, MembershipError> {
        if release.datasets.len() > MOST_DATASETS {
            return Err(MembershipError::Datasets(release.datasets.len()));
        }
        let folder = state::make_folder(zone)?;
        let sorter = Sorter::new(&folder, most).map_err(at(&folder))?;
        Ok(Self {
            release: release.clone(),
            tokens: tokens(zone),
            folder,
            sorter,
            packed: Vec::with_capacity(GROUP),
            datasets: Vec::with_capacity(GROUP),
            arrivals: 0,
        })
    }

    /// One person in the dataset at a place of the release's list; as often as they come.
    ///
    /// # Errors
    /// If there is no such dataset, the identifier is empty, or the disk is full.
    pub fn add(&mut self, dataset: usize, identifier: &str) -> Result<(), MembershipError> {
        if dataset >= self.release.datasets.len() {
            return Err(MembershipError::Dataset(dataset, self.release.datasets.len()));
        }
        // At most 256 are taken at the beginning.
        let dataset = dataset as u8;
        let Some(block) = packing::pack(identifier) else {
            let token = self.tokens.token(identifier)?;
            return self.keep(token, dataset);
        };
        let block = Block::from(block);
        // Records of one person often follow each other.
        if self.packed.last() == Some(&block) && self.datasets.last() == Some(&dataset) {
            return Ok(());
        }
        self.packed.push(block);
        self.datasets.push(dataset);
        if self.packed.len() == GROUP { self.encipher() } else { Ok(()) }
    }

    fn encipher(&mut self) -> Result<(), MembershipError> {
        let (mut packed, mut datasets) = (std::mem::take(&mut self.packed), std::mem::take(&mut self.datasets));
        self.tokens.encipher(&mut packed);
        for (&token, &dataset) in packed.iter().zip(&datasets) {
            self.keep(token.into(), dataset)?;
        }
        packed.clear();
        datasets.clear();
        (self.packed, self.datasets) = (packed, datasets);
        Ok(())
    }

    fn keep(&mut self, token: [u8; 16], dataset: u8) -> Result<(), MembershipError> {
        let row = Row { token: u128::from_be_bytes(token), dataset, arrival: self.arrivals };
        self.sorter.add(row).map_err(at(&self.folder))?;
        self.arrivals += 1;
        Ok(())
    }

    /// Records the release, durably. After an error, or if the machine stops before the end, it is not recorded.
    ///
    /// # Errors
    /// If it is recorded already and differs, or files cannot be read or written.
    pub fn finish(mut self) -> Result<Recorded, MembershipError> {
        self.encipher()?;
        let Self { release, folder, sorter, arrivals, .. } = self;
        let mut state = State::read(&folder)?;
        state.remove_others(&folder)?;
        let mut sets: Vec<Members> = release.datasets.iter().map(|_| Members::new(state.people)).collect();

        let mut table = segments(&folder, &state.segments)?;
        let (mut new, mut firsts) = (Spill::new(&folder).map_err(at(&folder))?, Firsts::new(arrivals));
        let mut recorded = Recorded { people: 0, new: 0, before: false };
        let mut sorted = sorter.sorted().map_err(at(&folder))?;
        let (mut persons, mut rows) = (Persons::new(|| sorted.next()), Vec::new());
        while persons.next(&mut rows).map_err(at(&folder))? {
            recorded.people += 1;
            let mut number = None;
            for segment in &mut table {
                number = number.or(segment.advance_to(rows[0].token)?);
            }
            if let Some(number) = number {
                rows.iter().for_each(|row| sets[usize::from(row.dataset)].add(number));
                continue;
            }
            recorded.new += 1;
            let arrival = rows.iter().map(|row| row.arrival).min().unwrap_or_default();
            firsts.mark(arrival);
            for row in &rows {
                new.write(&Row { arrival, ..*row }).map_err(at(&folder))?;
            }
        }
        drop((sorted, table));

        if let Some(before) = state.releases.iter().find(|before| before.is(&release)) {
            let differs = MembershipError::Differs {
                share: before.share.clone(),
                sequence: before.sequence,
                release: before.release.clone(),
            };
            if recorded.new > 0 {
                return Err(differs);
            }
            let (path, fresh) = (folder.join(&before.file), folder.join("release-again"));
            // The day of the first time stands: a run that was interrupted may be repeated on another.
            let date = ReleaseFile::open(&path)?.record()?.date;
            release_file::write(&fresh, &ReleaseRecord { date, ..release }, &sets)?;
            let read = |path: &Path| fs::read(path).map_err(at(path));
            let same = read(&path)? == read(&fresh)?;
            fs::remove_file(&fresh).map_err(at(&fresh))?;
            return if same { Ok(Recorded { before: true, ..recorded }) } else { Err(differs) };
        }

        let total = state.people + recorded.new;
        if total > u64::from(u32::MAX) {
            return Err(MembershipError::Full(total));
        }
        if recorded.new > 0 {
            let base = state.people;
            firsts.sum();
            let file = state.new_name("people");
            let mut old = state.segments.len();
            let mut count = recorded.new;
            while let Some(last) = state.segments[..old].last().filter(|last| last.people <= 2 * count) {
                count += last.people;
                old -= 1;
            }
            let path = folder.join(&file);
            let mut new = new.read().map_err(at(&folder))?;
            let mut persons = Persons::new(|| new.next());
            let people = people::write(&path, &mut segments(&folder, &state.segments[old..])?, || {
                if !persons.next(&mut rows).map_err(at(&folder))? {
                    return Ok(None);
                }
                let number = (base + firsts.before(rows[0].arrival)) as u32;
                rows.iter().for_each(|row| sets[usize::from(row.dataset)].add(number));
                Ok(Some((rows[0].token, number)))
            })?;
            state.segments.truncate(old);
            state.segments.push(SegmentEntry { file, people });
        }
        let file = state.new_name("release");
        release_file::write(&folder.join(&file), &release, &sets)?;
        state.people = total;
        let ReleaseRecord { share, sequence, release, .. } = release;
        state.releases.push(ReleaseEntry { file, share, sequence, release });
        state.write(&folder)?;
        state.remove_others(&folder)?;
        Ok(recorded)
    }
}

fn segments(folder: &Path, entries: &[SegmentEntry]) -> Result<Vec<Segment>, MembershipError> {
    entries.iter().map(|entry| Segment::open(&folder.join(&entry.file), entry.people)).collect()
}

/// Which rows brought somebody new, and how many did before a row.
struct Firsts {
    words: Vec<u64>,
    before: Vec<u64>,
}

impl Firsts {
    /// Words that share a sum.
    const SPAN: usize = 8;

    fn new(arrivals: u64) -> Self {
        Self { words: vec![0; arrivals.div_ceil(64) as usize], before: Vec::new() }
    }

    fn mark(&mut self, arrival: u64) {
        self.words[(arrival / 64) as usize] |= 1 << (arrival % 64);
    }

    /// Adds up; nothing is marked after it.
    fn sum(&mut self) {
        let mut sum = 0;
        for span in self.words.chunks(Self::SPAN) {
            self.before.push(sum);
            sum += span.iter().map(|word| u64::from(word.count_ones())).sum::<u64>();
        }
    }

    fn before(&self, arrival: u64) -> u64 {
        let word = (arrival / 64) as usize;
        let span = word / Self::SPAN;
        let words = self.words[span * Self::SPAN..word].iter().map(|word| u64::from(word.count_ones()));
        let here = (self.words[word] & ((1 << (arrival % 64)) - 1)).count_ones();
        self.before[span] + words.sum::<u64>() + u64::from(here)
    }
}
