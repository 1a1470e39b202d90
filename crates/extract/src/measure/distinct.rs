//! Exact sets of tokens in bounded memory: what does not fit is spilt in 256 parts, and each part sorted by itself.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::token::{Mixed, mixed};

/// Parts of a set that is spilt.
pub const PARTS: usize = 256;

/// Tokens that wait for the disk, of each part: 4 KB.
const WAITING: usize = 256;

/// Tokens that a set takes from a budget at once.
const TAKEN: usize = 1 << 10;

/// How many tokens several sets may hold in memory together: most columns have few values, and one or two have many.
#[derive(Clone)]
pub struct Budget(Arc<AtomicUsize>);

impl Budget {
    /// So many.
    pub fn new(tokens: usize) -> Self {
        Self(Arc::new(AtomicUsize::new(tokens)))
    }

    fn take(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(TAKEN)).is_ok()
    }
}

/// A set of tokens.
pub struct Distinct {
    seen: HashSet<u128, Mixed>,
    /// The most that `seen` holds until it takes more.
    limit: usize,
    budget: Budget,
    folder: PathBuf,
    spilt: Option<Spilt>,
    /// Tokens that came lately, each at a place that follows from it: most columns have few values.
    lately: Vec<u128>,
}

/// Places of tokens that came lately: 16 KiB.
const LATELY_BITS: u32 = 10;

struct Spilt {
    file: File,
    length: u64,
    waiting: Vec<Vec<u128>>,
    /// Where the chunks of each part begin, and how many tokens each has.
    chunks: Vec<Vec<(u64, u32)>>,
}

impl Distinct {
    /// An empty set that holds so many tokens in memory and spills to a folder.
    pub fn new(limit: usize, folder: &Path) -> Self {
        Self { limit: limit.max(1), ..Self::within(&Budget::new(0), folder) }
    }

    /// An empty set that holds in memory what a budget leaves it, and spills to a folder.
    pub fn within(budget: &Budget, folder: &Path) -> Self {
        let (budget, folder) = (budget.clone(), folder.to_owned());
        // No token is all ones: those of texts of more than 15 bytes have eight ones in front of a hash.
        let lately = vec![u128::MAX; 1 << LATELY_BITS];
        Self { seen: HashSet::default(), limit: 0, budget, folder, spilt: None, lately }
    }

    /// Adds a token, and says whether it may be new: it is not where that is known without looking at the disk.
    ///
    /// # Errors
    /// If it cannot be spilt.
    pub fn insert(&mut self, token: u128) -> io::Result<bool> {
        let folded = (token as u64 ^ (token >> 64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let lately = &mut self.lately[(folded >> (64 - LATELY_BITS)) as usize];
        if *lately == token {
            return Ok(false);
        }
        *lately = token;
        if self.seen.contains(&token) {
            return Ok(false);
        }
        if self.spilt.is_none() {
            if self.seen.len() == self.limit && self.budget.take() {
                self.limit += TAKEN;
            }
            if self.seen.len() < self.limit {
                self.seen.insert(token);
                return Ok(true);
            }
            // What is in memory stays there too, and keeps its repeats off the disk.
            let mut spilt = Spilt::new(&self.folder)?;
            self.seen.iter().try_for_each(|token| spilt.add(*token))?;
            self.spilt = Some(spilt);
        }
        if let Some(spilt) = &mut self.spilt {
            spilt.add(token)?;
        }
        Ok(true)
    }

    /// How many there are.
    ///
    /// # Errors
    /// If what was spilt cannot be read.
    pub fn count(self) -> io::Result<u64> {
        if self.spilt.is_none() {
            return Ok(self.seen.len() as u64);
        }
        let mut parts = self.parts();
        (0..PARTS).try_fold(0, |count, number| Ok(count + parts.part(number)?.len() as u64))
    }

    /// Its parts, to be read one by one.
    pub fn parts(self) -> Parts {
        Parts(match self.spilt {
            Some(spilt) => Either::Spilt(spilt),
            None => {
                let mut parts: Vec<Vec<u128>> = vec![Vec::new(); PARTS];
                self.seen.into_iter().for_each(|token| parts[part_of(token)].push(token));
                Either::Memory(parts)
            }
        })
    }
}

/// A set in parts: equal sets have equal parts, and [`part_of`] says in which a token is.
pub struct Parts(Either);

enum Either {
    Memory(Vec<Vec<u128>>),
    Spilt(Spilt),
}

impl Parts {
    /// How many tokens each part has.
    ///
    /// # Errors
    /// If what was spilt cannot be read.
    pub fn counts(&mut self) -> io::Result<Vec<u64>> {
        match &mut self.0 {
            Either::Memory(parts) => Ok(parts.iter().map(|part| part.len() as u64).collect()),
            Either::Spilt(spilt) => (0..PARTS).map(|number| Ok(spilt.part(number)?.len() as u64)).collect(),
        }
    }

    /// Takes out a part, sorted and without repeats.
    ///
    /// # Errors
    /// If what was spilt cannot be read.
    pub fn part(&mut self, number: usize) -> io::Result<Vec<u128>> {
        match &mut self.0 {
            Either::Memory(parts) => Ok(sorted(std::mem::take(&mut parts[number]))),
            Either::Spilt(spilt) => spilt.part(number),
        }
    }
}

/// In which part a token is. The lowest 16 bits do not matter, where a cohort may stand.
pub fn part_of(token: u128) -> usize {
    (mixed(token >> 16) >> 56) as usize
}

fn sorted(mut part: Vec<u128>) -> Vec<u128> {
    part.sort_unstable();
    part.dedup();
    part
}

impl Spilt {
    fn new(folder: &Path) -> io::Result<Self> {
        let file = tempfile::tempfile_in(folder)?;
        let waiting = (0..PARTS).map(|_| Vec::with_capacity(WAITING)).collect();
        Ok(Self { file, length: 0, waiting, chunks: vec![Vec::new(); PARTS] })
    }

    fn add(&mut self, token: u128) -> io::Result<()> {
        let number = part_of(token);
        let part = &mut self.waiting[number];
        part.push(token);
        if part.len() < WAITING {
            return Ok(());
        }
        let bytes: Vec<u8> = part.iter().flat_map(|token| token.to_le_bytes()).collect();
        self.file.write_all_at(&bytes, self.length)?;
        self.chunks[number].push((self.length, WAITING as u32));
        self.length += bytes.len() as u64;
        part.clear();
        Ok(())
    }

    fn part(&self, number: usize) -> io::Result<Vec<u128>> {
        let mut part = self.waiting[number].clone();
        for (from, tokens) in &self.chunks[number] {
            let mut bytes = vec![0; *tokens as usize * 16];
            self.file.read_exact_at(&mut bytes, *from)?;
            let read = bytes.chunks_exact(16).map(|chunk| {
                let mut token = [0; 16];
                token.copy_from_slice(chunk);
                u128::from_le_bytes(token)
            });
            part.extend(read);
        }
        Ok(sorted(part))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn a_set_counts_the_same_in_memory_and_spilt(
            seed in any::<u64>(), count in 0_usize..6_000, range in 1_u64..5_000, limit in 1_usize..6_000,
        ) {
            let place = tempfile::tempdir().unwrap();
            let mut set = Distinct::new(limit, place.path());
            let mut within = Distinct::within(&Budget::new(limit), place.path());
            let mut plain = std::collections::BTreeSet::new();
            let mut state = seed | 1;
            for _ in 0..count {
                state = state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
                let token = u128::from((state >> 33) % range) << 16;
                set.insert(token).unwrap();
                within.insert(token).unwrap();
                plain.insert(token);
            }
            prop_assert_eq!(within.count().unwrap(), plain.len() as u64);
            let mut found = Vec::new();
            let mut parts = set.parts();
            for number in 0..PARTS {
                let part = parts.part(number).unwrap();
                prop_assert!(part.iter().all(|token| part_of(*token) == number));
                found.extend(part);
            }
            found.sort_unstable();
            prop_assert_eq!(found, plain.into_iter().collect::<Vec<_>>());
        }
    }
}
