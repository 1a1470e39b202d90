//! For measuring: an index such as a large zone has after many years, made in minutes. Everybody is in the first release; the
//! others hold a block of neighbours, almost all, or a draw of one in 4, 16 or 32, which is what compresses worst.

use register::PartialDate;

use super::release_file::{self, Members};
use super::state::{self, ReleaseEntry, State};
use super::{DatasetRecord, MembershipError, Recorder, ReleaseRecord, at};
use crate::zone::Zone;

/// What was generated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Generated {
    /// People, each counted in each release that holds them.
    pub person_releases: u64,
    /// Bytes of the sets of all releases.
    pub set_bytes: u64,
    /// Bytes of the table of people.
    pub people_bytes: u64,
}

/// Fills a zone that has recorded nothing with so many people and releases, the same every time. The caller holds the lock.
///
/// # Errors
/// If the zone has releases of this name already, an identifier is empty, or files cannot be written.
pub fn generate(
    zone: &Zone,
    people: u64,
    releases: u32,
    date: PartialDate,
    identifier: impl Fn(u64) -> String,
) -> Result<Generated, MembershipError> {
    let mut recorder = Recorder::new(zone, &release(1, date))?;
    (0..people).try_for_each(|person| recorder.add(0, &identifier(person)))?;
    let mut person_releases = recorder.finish()?.people;
    let folder = state::folder(zone);
    let mut state = State::read(&folder)?;
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    for sequence in 2..=releases {
        let release = release(sequence, date);
        let mut words = draw(people, u64::from(sequence), &mut seed);
        if let Some(last) = words.last_mut().filter(|_| !people.is_multiple_of(64)) {
            *last &= (1 << (people % 64)) - 1;
        }
        person_releases += words.iter().map(|word| u64::from(word.count_ones())).sum::<u64>();
        let file = state.new_name("release");
        release_file::write(&folder.join(&file), &release, &[Members::from_words(words)])?;
        let ReleaseRecord { share, sequence, release, .. } = release;
        state.releases.push(ReleaseEntry { file, share, sequence, release });
    }
    state.write(&folder)?;
    let size = |file: &str| {
        let path = folder.join(file);
        path.metadata().map(|metadata| metadata.len()).map_err(at(&path))
    };
    let set_bytes = state.releases.iter().map(|release| size(&release.file)).sum::<Result<u64, _>>()?;
    let people_bytes = state.segments.iter().map(|segment| size(&segment.file)).sum::<Result<u64, _>>()?;
    Ok(Generated { person_releases, set_bytes, people_bytes })
}

fn draw(people: u64, sequence: u64, seed: &mut u64) -> Vec<u64> {
    let words = people.div_ceil(64);
    let mut next = || {
        *seed ^= *seed << 13;
        *seed ^= *seed >> 7;
        *seed ^= *seed << 17;
        *seed
    };
    // One bit in 2^steps.
    let mut few = |steps: u32| (0..steps).fold(u64::MAX, |word, _| word & next());
    let block = |word: u64| word * 10 / words.max(1) == sequence / 5 % 10;
    (0..words)
        .map(|word| match sequence % 5 {
            0 => {
                if block(word) {
                    u64::MAX
                } else {
                    0
                }
            }
            1 => !few(6),
            2 => few(2),
            3 => few(4),
            _ => few(5),
        })
        .collect()
}

fn release(sequence: u32, date: PartialDate) -> ReleaseRecord {
    let items = (1..=40).map(|item| format!("item-{item}")).collect();
    ReleaseRecord {
        share: "generated".to_owned(),
        sequence,
        release: format!("G-{sequence}"),
        date,
        datasets: vec![DatasetRecord { name: "Census".to_owned(), items }],
    }
}
