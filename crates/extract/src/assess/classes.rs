//! Equivalence classes: the people who have the same codes in all of some columns. Exact counts, on three ways that give the
//! same: counters side by side where there are few combinations, else partitions of packed keys and open addressing; columns
//! whose combinations have more than 128 bits are first drawn together.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::coded::{Coded, Table};
use super::keys::{Key, Keyed, Tagged, pack};
use super::partition::{BLOCK, Partitioned, Slots, joined, partition};

/// Up to how many combinations have a counter each: 16 MB for each thread.
const DENSE: u128 = 1 << 22;

/// How many classes there are of each size.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sizes {
    of_size: BTreeMap<u32, u64>,
}

/// Which class each record is in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Classes {
    /// The class of each record, numbered from 0 in an order that depends on the codes alone.
    pub of_record: Vec<u32>,
    /// How many people each class has.
    pub sizes: Vec<u32>,
}

impl Sizes {
    /// How many classes.
    pub fn classes(&self) -> u64 {
        self.of_size.values().sum()
    }

    /// How many people.
    pub fn people(&self) -> u64 {
        self.people_under(u32::MAX)
    }

    /// How many people are alone in their class.
    pub fn uniques(&self) -> u64 {
        self.people_under(2)
    }

    /// How many people are in classes of fewer people than this.
    pub fn people_under(&self, size: u32) -> u64 {
        self.of_size.range(..size).map(|(size, classes)| u64::from(*size) * classes).sum()
    }

    /// Each size that occurs, ascending, with the number of classes.
    pub fn of_size(&self) -> impl Iterator<Item = (u32, u64)> {
        self.of_size.iter().map(|(size, classes)| (*size, *classes))
    }

    fn sum(parts: impl IntoIterator<Item = Tally>) -> Self {
        let mut sizes = Self::default();
        for part in parts {
            let small = part.small.iter().enumerate().map(|(size, classes)| (size as u32, *classes));
            for (size, classes) in small.chain(part.large).filter(|(_, classes)| *classes > 0) {
                *sizes.of_size.entry(size).or_default() += classes;
            }
        }
        sizes
    }
}

/// Sizes while they are counted: almost all are small.
struct Tally {
    small: Vec<u64>,
    large: BTreeMap<u32, u64>,
}

impl Tally {
    fn new() -> Self {
        Self { small: vec![0; 256], large: BTreeMap::new() }
    }

    fn add(&mut self, size: u32) {
        match self.small.get_mut(size as usize) {
            Some(classes) => *classes += 1,
            None => *self.large.entry(size).or_default() += 1,
        }
    }
}

impl Classes {
    /// Counts of their sizes.
    pub fn sizes(&self) -> Sizes {
        let mut tally = Tally::new();
        self.sizes.iter().for_each(|size| tally.add(*size));
        Sizes::sum([tally])
    }

    /// How many people are in the class of a record.
    pub fn size_of(&self, record: usize) -> u32 {
        self.sizes[self.of_record[record] as usize]
    }
}

/// What can write the keys of a range of its records.
pub trait Packed: Sync {
    /// The type of its keys.
    type Key: Key + Keyed<Key = Self::Key>;
    /// Writes the keys of some records.
    fn pack(&self, records: Range<usize>, keys: &mut [Self::Key]);
}

/// The sizes of the classes of records whose keys are under `cells`.
pub fn packed_sizes(rows: &impl Packed<Key = u64>, records: usize, cells: u128, threads: usize) -> Sizes {
    if records == 0 {
        return Sizes::default();
    }
    let pack = |records: Range<usize>, keys: &mut [u64]| rows.pack(records, keys);
    if is_dense(cells, records) {
        dense_sizes(records, cells as usize, threads, pack, |_| 1)
    } else {
        Sizes::sum(tallies(partition(records, threads, pack), threads, |_| 1))
    }
}

/// The sizes of the classes of a table.
pub fn class_sizes(table: &Table<'_>, threads: usize) -> Sizes {
    let columns = narrowed(table, threads);
    let table = Table { columns: columns.iter().map(AsRef::as_ref).collect(), ..table.clone() };
    match table.cells() {
        _ if table.records == 0 => Sizes::default(),
        Some(cells) if is_dense(cells, table.records) => {
            let pack = |records: Range<usize>, keys: &mut [u64]| pack(&table, records, keys);
            dense_sizes(table.records, cells as usize, threads, pack, |record| table.weight(record))
        }
        Some(cells) if cells <= 1 << 64 => sparse_sizes::<u64>(&table, threads),
        _ => sparse_sizes::<u128>(&table, threads),
    }
}

/// The class of each record of a table.
pub fn classes(table: &Table<'_>, threads: usize) -> Classes {
    let columns = narrowed(table, threads);
    let table = Table { columns: columns.iter().map(AsRef::as_ref).collect(), ..table.clone() };
    match table.cells() {
        _ if table.records == 0 => Classes::default(),
        Some(cells) if is_dense(cells, table.records) => dense_classes(&table, cells as usize),
        Some(cells) if cells <= 1 << 64 => sparse_classes::<u64>(&table, threads),
        _ => sparse_classes::<u128>(&table, threads),
    }
}

fn is_dense(cells: u128, records: usize) -> bool {
    // Clearing and reading more counters than there are records would cost more than it saves.
    cells <= DENSE && cells <= (records as u128 * 4).max(1 << 12)
}

/// The columns, drawn together until their combinations fit into 128 bits. Two columns always do.
fn narrowed<'a>(table: &Table<'a>, threads: usize) -> Vec<Cow<'a, Coded>> {
    let mut columns: Vec<Cow<'a, Coded>> = Vec::new();
    for column in &table.columns {
        columns.push(Cow::Borrowed(column));
        let fits = |columns: &[Cow<'a, Coded>]| {
            Table::of_people(table.records, columns.iter().map(AsRef::as_ref).collect()).cells().is_some()
        };
        if !fits(&columns) {
            let last = columns.pop();
            let before = Table::of_people(table.records, columns.iter().map(AsRef::as_ref).collect());
            let drawn = classes(&before, threads);
            let values = drawn.sizes.len() as u32;
            columns = vec![Cow::Owned(Coded { codes: drawn.of_record, values })];
            columns.extend(last);
        }
    }
    columns
}

fn dense_sizes(
    records: usize,
    cells: usize,
    threads: usize,
    pack: impl Fn(Range<usize>, &mut [u64]) + Sync,
    weight: impl Fn(usize) -> u32 + Sync,
) -> Sizes {
    let share = records.div_ceil(threads.max(1)).max(BLOCK);
    let firsts: Vec<usize> = (0..records).step_by(share).collect();
    let count = |first: usize| {
        let mut counters = vec![0_u32; cells];
        each_key(first..(first + share).min(records), &pack, |record, cell| counters[cell] += weight(record));
        counters
    };
    let counted: Vec<Vec<u32>> = std::thread::scope(|scope| {
        let count = &count;
        let running: Vec<_> = firsts.iter().map(|first| scope.spawn(move || count(*first))).collect();
        running.into_iter().map(joined).collect()
    });
    let mut tally = Tally::new();
    for cell in 0..cells {
        let size = counted.iter().map(|counters| counters[cell]).sum();
        if size > 0 {
            tally.add(size);
        }
    }
    Sizes::sum([tally])
}

fn dense_classes(table: &Table<'_>, cells: usize) -> Classes {
    let mut numbers = vec![0_u32; cells];
    let mut found = Classes { of_record: vec![0; table.records], sizes: Vec::new() };
    each_cell(table, 0..table.records, |record, cell| {
        if numbers[cell] == 0 {
            found.sizes.push(0);
            numbers[cell] = found.sizes.len() as u32;
        }
        let class = numbers[cell] - 1;
        found.of_record[record] = class;
        found.sizes[class as usize] += table.weight(record);
    });
    found
}

/// The number of each record's combination.
fn each_cell(table: &Table<'_>, records: Range<usize>, see: impl FnMut(usize, usize)) {
    each_key(records, |records: Range<usize>, keys: &mut [u64]| pack(table, records, keys), see);
}

/// Keys in blocks, so that adding up is one loop a column.
fn each_key(records: Range<usize>, pack: impl Fn(Range<usize>, &mut [u64]), mut see: impl FnMut(usize, usize)) {
    let mut keys = [0_u64; BLOCK];
    for first in records.clone().step_by(BLOCK) {
        let block = first..(first + BLOCK).min(records.end);
        let keys = &mut keys[..block.len()];
        pack(block, keys);
        keys.iter().enumerate().for_each(|(place, key)| see(first + place, *key as usize));
    }
}

fn sparse_sizes<K: Key + Keyed<Key = K>>(table: &Table<'_>, threads: usize) -> Sizes {
    let tallies = match table.weights {
        None => {
            let parts = partition::<K>(table.records, threads, |records, keys| pack(table, records, keys));
            tallies(parts, threads, |_| 1)
        }
        Some(weights) => tallies(tagged::<K>(table, threads, |record| weights[record]), threads, |key| key.tag),
    };
    Sizes::sum(tallies)
}

fn tallies<T: Keyed>(mut parts: Partitioned<T>, threads: usize, people: impl Fn(&T) -> u32 + Sync) -> Vec<Tally> {
    let bits = parts.bits;
    parts.each_half(threads, |_, half| {
        let (mut slots, mut tally) = (Slots::new(bits), Tally::new());
        for keys in half {
            slots.clear_for(keys.len());
            for key in keys.iter() {
                *slots.held(key.key()) += people(key);
            }
            slots.all_held().for_each(|size| tally.add(size));
        }
        tally
    })
}

/// Keys with something that belongs to their records.
pub(super) fn tagged<K: Key>(
    table: &Table<'_>,
    threads: usize,
    tag: impl Fn(usize) -> u32 + Sync,
) -> Partitioned<Tagged<K>> {
    partition(table.records, threads, |records, keys: &mut [Tagged<K>]| {
        let mut packed = [K::default(); BLOCK];
        let mut first = records.start;
        for block in keys.chunks_mut(BLOCK) {
            pack(table, first..first + block.len(), &mut packed[..block.len()]);
            for (place, (key, packed)) in block.iter_mut().zip(&packed).enumerate() {
                *key = Tagged { key: *packed, tag: tag(first + place) };
            }
            first += block.len();
        }
    })
}

fn sparse_classes<K: Key>(table: &Table<'_>, threads: usize) -> Classes {
    let mut parts = tagged::<K>(table, threads, |record| record as u32);
    let bits = parts.bits;
    // Each thread numbers its own classes from 0; they follow one another afterwards.
    let halves = parts.each_half(threads, |_, half| {
        let (mut slots, mut sizes) = (Slots::new(bits), Vec::<u32>::new());
        let mut of_record = Vec::with_capacity(half.iter().map(|keys| keys.len()).sum());
        for keys in half {
            slots.clear_for(keys.len());
            for Tagged { key, tag } in keys.iter() {
                let held = slots.held(*key);
                if *held == 0 {
                    sizes.push(0);
                    *held = sizes.len() as u32;
                }
                let class = *held - 1;
                sizes[class as usize] += table.weight(*tag as usize);
                of_record.push((*tag, class));
            }
        }
        (sizes, of_record)
    });
    let mut found = Classes { of_record: vec![0; table.records], sizes: Vec::new() };
    for (sizes, of_record) in halves {
        let before = found.sizes.len() as u32;
        of_record.into_iter().for_each(|(record, class)| found.of_record[record as usize] = before + class);
        found.sizes.extend(sizes);
    }
    found
}
