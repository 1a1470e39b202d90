//! Keys are first put into partitions by the uppermost bits of their hash, so that what is counted together fits into the
//! nearest cache. Two passes over the keys: how many go where, then each to its place. The result depends on the keys alone
//! and not on the number of threads.

use std::ops::Range;

use super::keys::{Key, Keyed};

/// About how many keys a partition should have: a table of them has half a megabyte at most.
const PARTITION: usize = 1 << 14;

/// More partitions than this, and writing into each in turn misses the cache.
const MOST_BITS: u32 = 10;

/// Keys, those of one partition side by side.
pub struct Partitioned<T> {
    /// All of them.
    pub keys: Vec<T>,
    /// Where each partition begins, and the end.
    pub starts: Vec<usize>,
    /// How many bits of the hash are spent.
    pub bits: u32,
}

/// Partitions of `records` keys, which `fill` writes for a range of them.
pub fn partition<T: Keyed>(
    records: usize,
    threads: usize,
    fill: impl Fn(Range<usize>, &mut [T]) + Sync,
) -> Partitioned<T> {
    let bits = (records / PARTITION).next_power_of_two().trailing_zeros().min(MOST_BITS);
    let mut keys = vec![T::default(); records];
    if bits == 0 {
        fill(0..records, &mut keys);
        return Partitioned { keys, starts: vec![0, records], bits };
    }
    let part = |key: &T| (key.key().hash() >> (64 - bits)) as usize;
    let share = records.div_ceil(threads.max(1));
    let counts: Vec<Vec<usize>> = std::thread::scope(|scope| {
        let (fill, part) = (&fill, &part);
        let running: Vec<_> = keys
            .chunks_mut(share)
            .enumerate()
            .map(|(number, chunk)| {
                scope.spawn(move || {
                    let first = number * share;
                    let mut counts = vec![0; 1 << bits];
                    // In blocks, so that a key is counted while it is near.
                    for (block, keys) in chunk.chunks_mut(BLOCK).enumerate() {
                        let begin = first + block * BLOCK;
                        fill(begin..begin + keys.len(), keys);
                        keys.iter().for_each(|key| counts[part(key)] += 1);
                    }
                    counts
                })
            })
            .collect();
        running.into_iter().map(joined).collect()
    });
    let mut starts = vec![0; (1 << bits) + 1];
    for place in 0..1 << bits {
        starts[place + 1] = starts[place] + counts.iter().map(|of_thread| of_thread[place]).sum::<usize>();
    }
    let mut sorted = vec![T::default(); records];
    let mut targets: Vec<Vec<&mut [T]>> = counts.iter().map(|_| Vec::with_capacity(1 << bits)).collect();
    let mut rest = sorted.as_mut_slice();
    for place in 0..1 << bits {
        for (of_thread, target) in counts.iter().zip(&mut targets) {
            let (mine, others) = rest.split_at_mut(of_thread[place]);
            target.push(mine);
            rest = others;
        }
    }
    std::thread::scope(|scope| {
        for (chunk, mut target) in keys.chunks(share).zip(targets) {
            let part = &part;
            scope.spawn(move || {
                let mut filled = vec![0_u32; 1 << bits];
                for key in chunk {
                    let place = part(key);
                    target[place][filled[place] as usize] = *key;
                    filled[place] += 1;
                }
            });
        }
    });
    Partitioned { keys: sorted, starts, bits }
}

/// How many keys are written at once.
pub const BLOCK: usize = 1 << 10;

/// What a thread gives, or its panic.
pub fn joined<T>(running: std::thread::ScopedJoinHandle<'_, T>) -> T {
    running.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

impl<T: Keyed> Partitioned<T> {
    /// Runs over the partitions of each thread's half, and gives what each thread gives, in order.
    pub fn each_half<R: Send>(&mut self, threads: usize, run: impl Fn(usize, Vec<&mut [T]>) -> R + Sync) -> Vec<R> {
        let parts = self.starts.len() - 1;
        let mut slices = Vec::with_capacity(parts);
        let mut rest = self.keys.as_mut_slice();
        for pair in self.starts.windows(2) {
            let (mine, others) = rest.split_at_mut(pair[1] - pair[0]);
            slices.push(mine);
            rest = others;
        }
        let share = parts.div_ceil(threads.max(1));
        let mut halves = Vec::new();
        while !slices.is_empty() {
            let others = slices.split_off(share.min(slices.len()));
            halves.push(std::mem::replace(&mut slices, others));
        }
        std::thread::scope(|scope| {
            let run = &run;
            let numbered = halves.into_iter().enumerate();
            let running: Vec<_> =
                numbered.map(|(number, half)| scope.spawn(move || run(number * share, half))).collect();
            running.into_iter().map(joined).collect()
        })
    }
}

/// Open addressing with linear probing over keys whose upper bits of the hash are spent; made once and used for many
/// partitions.
pub struct Slots<K> {
    keys: Vec<K>,
    held: Vec<u32>,
    spent: u32,
    shift: u32,
    mask: usize,
}

impl<K: Key> Slots<K> {
    /// None yet; `spent` bits of hashes are the same for all keys of a partition.
    pub fn new(spent: u32) -> Self {
        Self { keys: Vec::new(), held: Vec::new(), spent, shift: 0, mask: 0 }
    }

    /// Makes room for so many keys, and forgets all others.
    pub fn clear_for(&mut self, keys: usize) {
        let slots = (keys * 2).next_power_of_two().max(16);
        if self.held.len() < slots {
            self.keys.resize(slots, K::default());
            self.held.resize(slots, 0);
        }
        self.held[..slots].fill(0);
        self.mask = slots - 1;
        self.shift = 64 - slots.trailing_zeros();
    }

    /// What is held with a key: 0 where it is not there, and whatever is set then stays.
    pub fn held(&mut self, key: K) -> &mut u32 {
        let mut place = ((key.hash() << self.spent) >> self.shift) as usize & self.mask;
        while self.held[place] != 0 && self.keys[place] != key {
            place = (place + 1) & self.mask;
        }
        self.keys[place] = key;
        &mut self.held[place]
    }

    /// What is held of all keys, in no order that means anything.
    pub fn all_held(&self) -> impl Iterator<Item = u32> {
        self.held[..=self.mask].iter().copied().filter(|held| *held != 0)
    }
}
