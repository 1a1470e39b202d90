//! Minimal special uniques: the smallest sets of up to three columns by which a person is alone (Elliot, Manning and Ford
//! 2002). A person who is alone by one column is alone by every set with it, and counts for the one only.
//!
//! Every set of columns is counted over all records. A cell of a set's counters holds the one record that was seen there, or
//! that there were several, so reading the cells gives the uniques.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::classes::{each_cell, tagged};
use super::coded::Table;
use super::keys::{Key, Tagged};
use super::partition::{Slots, joined};

/// Up to how many combinations of three columns have a cell each: 16 MB for each thread.
const DENSE: u128 = 1 << 22;

/// A cell in which several people were seen. A record's number and one is less.
const SEVERAL: u32 = u32::MAX;

/// The people who are alone by one set of columns, and by no smaller part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpecialSet {
    /// The columns' places in the table, ascending: one, two or three.
    pub columns: Vec<usize>,
    /// The records, ascending.
    pub records: Vec<u32>,
}

/// Every set of up to `most` columns (at most 3) by which somebody is alone, fewer columns first, then in the columns' order.
///
/// The table has fewer than 2^32 - 2 records; one that stands for several people is never alone.
pub fn special_uniques(table: &Table<'_>, most: usize, threads: usize) -> Vec<SpecialSet> {
    let columns = table.columns.len();
    let singles: Vec<Vec<usize>> = (0..columns).map(|a| vec![a]).collect();
    let pairs: Vec<Vec<usize>> = (0..columns).flat_map(|a| (a + 1..columns).map(move |b| vec![a, b])).collect();
    let triples: Vec<Vec<usize>> =
        pairs.iter().flat_map(|pair| (pair[1] + 1..columns).map(move |c| vec![pair[0], pair[1], c])).collect();
    let mut found: Vec<SpecialSet> = Vec::new();
    // All who are alone by the sets of the level before, minimal or not.
    let mut before: Vec<SpecialSet> = Vec::new();
    for sets in [singles, pairs, triples].into_iter().take(most) {
        let alone = all_alone(table, sets, threads);
        for set in &alone {
            let parts = before.iter().filter(|smaller| smaller.columns.iter().all(|one| set.columns.contains(one)));
            let minimal = without(&set.records, parts.map(|smaller| smaller.records.as_slice()));
            if !minimal.is_empty() {
                found.push(SpecialSet { columns: set.columns.clone(), records: minimal });
            }
        }
        before = alone;
    }
    found
}

/// Who is alone by each of these sets, the sets shared out among threads.
fn all_alone(table: &Table<'_>, sets: Vec<Vec<usize>>, threads: usize) -> Vec<SpecialSet> {
    let next = AtomicUsize::new(0);
    let mut alone: Vec<(usize, Vec<u32>)> = std::thread::scope(|scope| {
        let (next, sets) = (&next, &sets);
        let work = move || {
            let (mut cells, mut done) = (Vec::new(), Vec::new());
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(set) = sets.get(number) else { return done };
                let columns = set.iter().map(|column| table.columns[*column]).collect();
                done.push((number, alone_by(&Table { columns, ..table.clone() }, &mut cells)));
            }
        };
        let running: Vec<_> = (0..threads.clamp(1, sets.len().max(1))).map(|_| scope.spawn(work)).collect();
        running.into_iter().flat_map(joined).collect()
    });
    alone.sort_unstable_by_key(|(number, _)| *number);
    sets.into_iter().zip(alone).map(|(columns, (_, records))| SpecialSet { columns, records }).collect()
}

/// The records that are alone by all columns of a table, ascending.
fn alone_by(table: &Table<'_>, cells: &mut Vec<u32>) -> Vec<u32> {
    let mut alone = match table.cells() {
        // Cells that are many times the records cost more to clear and read than keys do.
        Some(count) if count <= DENSE && count <= (table.records as u128 * 16).max(1 << 10) => {
            cells.clear();
            cells.resize(count as usize, 0);
            each_cell(table, 0..table.records, |record, cell| {
                cells[cell] = seen(cells[cell], record, table.weight(record));
            });
            cells.iter().filter_map(one_record).collect()
        }
        Some(count) if count <= 1 << 64 => alone_by_key::<u64>(table),
        _ => alone_by_key::<u128>(table),
    };
    alone.sort_unstable();
    alone
}

fn alone_by_key<K: Key>(table: &Table<'_>) -> Vec<u32> {
    let mut parts = tagged::<K>(table, 1, |record| record as u32);
    let bits = parts.bits;
    let found = parts.each_half(1, |_, partitions| {
        let (mut slots, mut alone) = (Slots::new(bits), Vec::new());
        for keys in partitions {
            slots.clear_for(keys.len());
            for Tagged { key, tag } in keys.iter() {
                let held = slots.held(*key);
                *held = seen(*held, *tag as usize, table.weight(*tag as usize));
            }
            alone.extend(slots.all_held().filter_map(|held| one_record(&held)));
        }
        alone
    });
    found.into_iter().flatten().collect()
}

fn seen(cell: u32, record: usize, people: u32) -> u32 {
    if cell == 0 && people == 1 { record as u32 + 1 } else { SEVERAL }
}

fn one_record(cell: &u32) -> Option<u32> {
    if *cell == 0 || *cell == SEVERAL { None } else { Some(cell - 1) }
}

/// Those of an ascending list that are in none of the others, which ascend too.
fn without<'a>(records: &[u32], others: impl Iterator<Item = &'a [u32]>) -> Vec<u32> {
    let mut left = records.to_vec();
    for other in others {
        let mut other = other.iter().copied().peekable();
        left.retain(|record| {
            while other.next_if(|one| one < record).is_some() {}
            other.peek() != Some(record)
        });
    }
    left
}
