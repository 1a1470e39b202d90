//! Minimal special uniques: the smallest sets of up to three columns by which a person is alone (Elliot, Manning and Ford
//! 2002). A person who is alone by one column is alone by every set with it, and counts for the one only.
//!
//! Every set of columns is counted over all records. A cell of a set's counters holds the one record that was seen there, or
//! that there were several, so reading the cells gives the uniques.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::classes::tagged;
use super::coded::{Coded, Table};
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
    let mut alone = all_alone(table, most, threads);
    alone.sort_by(|a, b| (a.columns.len(), &a.columns).cmp(&(b.columns.len(), &b.columns)));
    let minimal = |set: &SpecialSet| {
        // Who is alone by any part is alone by one of the parts that lack a single column.
        let part = |other: &&SpecialSet| {
            other.columns.len() + 1 == set.columns.len() && other.columns.iter().all(|one| set.columns.contains(one))
        };
        let parts = alone.iter().filter(part).map(|smaller| smaller.records.as_slice());
        SpecialSet { columns: set.columns.clone(), records: without(&set.records, parts) }
    };
    alone.iter().map(minimal).filter(|set| !set.records.is_empty()).collect()
}

/// Who is alone by each set of columns, minimal or not; sets by which nobody is are left out. Threads share the work out by the
/// first two columns of a set, whose part of a cell's number is the same for all third ones.
fn all_alone(table: &Table<'_>, most: usize, threads: usize) -> Vec<SpecialSet> {
    let columns = table.columns.len();
    let singles = (0..columns).filter(|_| most > 0).map(|a| (a, None));
    let pairs = (0..columns).filter(|_| most > 1).flat_map(|a| (a + 1..columns).map(move |b| (a, Some(b))));
    // Pairs first: those of early columns have most third ones.
    let work: Vec<(usize, Option<usize>)> = pairs.chain(singles).collect();
    let next = AtomicUsize::new(0);
    let mark = |record: usize| if table.weight(record) == 1 { record as u32 + 1 } else { SEVERAL };
    let marks: Vec<u32> = (0..table.records).map(mark).collect();
    std::thread::scope(|scope| {
        let (next, work, marks) = (&next, &work, marks.as_slice());
        let run = move || {
            let mut counter = Counter { table, marks, cells: Vec::new(), found: Vec::new() };
            while let Some((a, b)) = work.get(next.fetch_add(1, Ordering::Relaxed)) {
                match b {
                    None => counter.count(&[*a], &table.columns[*a].codes),
                    Some(b) => counter.pair(*a, *b, most > 2),
                }
            }
            counter.found
        };
        let running: Vec<_> = (0..threads.clamp(1, work.len().max(1))).map(|_| scope.spawn(run)).collect();
        running.into_iter().flat_map(joined).collect()
    })
}

/// What a thread has found.
struct Counter<'a> {
    table: &'a Table<'a>,
    /// What a cell holds that a record alone is in.
    marks: &'a [u32],
    cells: Vec<u32>,
    found: Vec<SpecialSet>,
}

impl Counter<'_> {
    /// A pair of columns, and every third one after them.
    fn pair(&mut self, a: usize, b: usize, triples: bool) {
        let (first, second) = (self.table.columns[a], self.table.columns[b]);
        self.count(&[a, b], &first.codes);
        let others = b + 1..self.table.columns.len();
        if !triples || others.is_empty() {
            return;
        }
        // Where these wrap there are more combinations than cells, and they are not used.
        let both = first.codes.iter().zip(&second.codes);
        let both: Vec<u32> = both.map(|(a, b)| b.wrapping_mul(first.values).wrapping_add(*a)).collect();
        others.for_each(|c| self.count(&[a, b, c], &both));
    }

    /// One set, with the part of each record's cell that is due to all its columns but the last, or to the only one.
    fn count(&mut self, set: &[usize], before: &[u32]) {
        let columns: Vec<&Coded> = set.iter().map(|column| self.table.columns[*column]).collect();
        let table = Table { columns, ..self.table.clone() };
        let mut records = match table.cells() {
            // Cells that are many times the records cost more to clear and read than keys do.
            Some(count) if count <= DENSE && count <= (table.records as u128 * 16).max(1 << 10) => {
                let (last, others) = match table.columns.split_last() {
                    Some((last, others)) if !others.is_empty() => (*last, others),
                    // The only column is before already.
                    _ => (table.columns[0], &[][..]),
                };
                // A place of 0 leaves the last out.
                let place: u32 =
                    others.iter().map(|column| column.values).product::<u32>() * u32::from(!others.is_empty());
                self.cells.clear();
                self.cells.resize(count as usize, 0);
                mark_cells(&mut self.cells, before, &last.codes, place, self.marks);
                self.cells.iter().filter_map(one_record).collect()
            }
            Some(count) if count <= 1 << 64 => alone_by_key::<u64>(&table, self.marks),
            _ => alone_by_key::<u128>(&table, self.marks),
        };
        if !records.is_empty() {
            records.sort_unstable();
            self.found.push(SpecialSet { columns: set.to_vec(), records });
        }
    }
}

/// The innermost loop: each record into its cell.
fn mark_cells(cells: &mut [u32], before: &[u32], last: &[u32], place: u32, marks: &[u32]) {
    for ((before, last), mark) in before.iter().zip(last).zip(marks) {
        let cell = &mut cells[(before + last * place) as usize];
        *cell = if *cell == 0 { *mark } else { SEVERAL };
    }
}

fn alone_by_key<K: Key>(table: &Table<'_>, marks: &[u32]) -> Vec<u32> {
    let mut parts = tagged::<K>(table, 1, |record| record as u32);
    let bits = parts.bits;
    let found = parts.each_half(1, |_, partitions| {
        let (mut slots, mut alone) = (Slots::new(bits), Vec::new());
        for keys in partitions {
            slots.clear_for(keys.len());
            for Tagged { key, tag } in keys.iter() {
                let held = slots.held(*key);
                *held = if *held == 0 { marks[*tag as usize] } else { SEVERAL };
            }
            alone.extend(slots.all_held().filter_map(|held| one_record(&held)));
        }
        alone
    });
    found.into_iter().flatten().collect()
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
