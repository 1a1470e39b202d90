//! People of a release, sorted within bounded memory: what does not fit is written to a file that nobody else can open, and
//! sorted from there part by part. What stands in it are tokens, never identifiers.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::rc::Rc;

/// Most datasets of a release.
pub(super) const MOST_DATASETS: usize = 256;
/// Bits of an arrival; the dataset stands above them in the same word.
const ARRIVAL_BITS: u32 = 56;
/// Parts that are sorted one by one.
const PARTS: usize = 256;
/// Rows of a part from which on those that repeat others are thrown out while it is read.
const ONCE: usize = 1 << 20;
/// Bytes of a row in a file.
const ROW: usize = 24;
/// Rows that are read at a time.
const PAGE: usize = 2_048;

/// One person in one dataset of a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row {
    /// Who.
    pub token: u128,
    /// In which dataset.
    pub dataset: u8,
    /// When the person was first seen there, counted from 0 over all rows.
    pub arrival: u64,
}

/// A token's two halves, then dataset and arrival: 24 bytes, where a whole token would make it 32.
type Packed = (u64, u64, u64);

/// First rows of a file and those after the last.
type Places = Vec<(u64, u64)>;

impl Row {
    fn packed(self) -> Packed {
        let seen = u64::from(self.dataset) << ARRIVAL_BITS | self.arrival;
        ((self.token >> 64) as u64, self.token as u64, seen)
    }

    fn unpacked((high, low, seen): Packed) -> Self {
        let token = u128::from(high) << 64 | u128::from(low);
        let arrival = seen & ((1 << ARRIVAL_BITS) - 1);
        Self { token, dataset: (seen >> ARRIVAL_BITS) as u8, arrival }
    }

    /// Whether both are of one person in one dataset.
    fn repeats(self, other: &Self) -> bool {
        self.token == other.token && self.dataset == other.dataset
    }
}

/// Gathers people in any order. Tokens are as good as drawn, so their first byte deals them into equal parts, and each part is
/// sorted alone.
pub(super) struct Sorter {
    parts: Vec<Vec<Packed>>,
    waiting: usize,
    most: usize,
    spill: Spill,
    /// For each part where its rows stand in the file.
    spilled: Vec<Places>,
}

impl Sorter {
    /// Keeps at most so many rows in memory, 24 bytes each; the rest goes to a file without a name in a folder.
    pub(super) fn new(folder: &Path, most: usize) -> io::Result<Self> {
        let spill = Spill::new(folder)?;
        Ok(Self { parts: vec![Vec::new(); PARTS], waiting: 0, most, spill, spilled: vec![Vec::new(); PARTS] })
    }

    /// One person in one dataset.
    pub(super) fn add(&mut self, row: Row) -> io::Result<()> {
        if self.waiting == self.most {
            for (part, spilled) in self.parts.iter_mut().zip(&mut self.spilled) {
                let first = self.spill.rows;
                part.drain(..).try_for_each(|row| self.spill.write(&Row::unpacked(row)))?;
                spilled.push((first, self.spill.rows));
            }
            self.waiting = 0;
        }
        self.parts[(row.token >> 120) as usize].push(row.packed());
        self.waiting += 1;
        Ok(())
    }

    /// Every person once in each dataset, by token and dataset. In memory stand the rows that were there, and one part.
    pub(super) fn sorted(self) -> io::Result<Sorted> {
        let file = self.spill.finish()?;
        let parts = self.parts.into_iter().zip(self.spilled).collect::<Vec<_>>().into_iter();
        Ok(Sorted { file, parts, rows: Vec::new(), place: 0 })
    }
}

/// All parts in order.
pub(super) struct Sorted {
    file: Rc<File>,
    parts: std::vec::IntoIter<(Vec<Packed>, Places)>,
    rows: Vec<Packed>,
    place: usize,
}

impl Sorted {
    /// The next row; the earliest of those that repeat it.
    pub(super) fn next(&mut self) -> io::Result<Option<Row>> {
        while self.place == self.rows.len() {
            let Some((rows, spilled)) = self.parts.next() else { return Ok(None) };
            self.load(rows, &spilled)?;
        }
        self.place += 1;
        Ok(Some(Row::unpacked(self.rows[self.place - 1])))
    }

    fn load(&mut self, mut rows: Vec<Packed>, spilled: &[(u64, u64)]) -> io::Result<()> {
        let mut most = ONCE;
        for &(first, end) in spilled {
            let mut from = Rows::new(self.file.clone(), first, end);
            while let Some(row) = from.next()? {
                rows.push(row.packed());
            }
            // A part in which few come very often never grows far beyond these few.
            if rows.len() >= most {
                once(&mut rows);
                most = ONCE.max(2 * rows.len());
            }
        }
        once(&mut rows);
        (self.rows, self.place) = (rows, 0);
        Ok(())
    }
}

fn once(rows: &mut Vec<Packed>) {
    rows.sort_unstable();
    rows.dedup_by(|row, before| Row::unpacked(*row).repeats(&Row::unpacked(*before)));
}

/// Rows by person.
pub(super) struct Persons<F> {
    next: F,
    head: Option<Row>,
}

impl<F: FnMut() -> io::Result<Option<Row>>> Persons<F> {
    /// Of rows in order.
    pub(super) fn new(next: F) -> Self {
        Self { next, head: None }
    }

    /// All rows of the next person; false after the last.
    pub(super) fn next(&mut self, rows: &mut Vec<Row>) -> io::Result<bool> {
        rows.clear();
        let first = match self.head.take() {
            Some(first) => Some(first),
            None => (self.next)()?,
        };
        let Some(first) = first else { return Ok(false) };
        rows.push(first);
        while let Some(row) = (self.next)()? {
            if row.token != first.token {
                self.head = Some(row);
                break;
            }
            rows.push(row);
        }
        Ok(true)
    }
}

/// Rows in a file without a name, written once and read afterwards.
pub(super) struct Spill {
    file: BufWriter<File>,
    /// How many stand in it.
    pub rows: u64,
}

impl Spill {
    pub(super) fn new(folder: &Path) -> io::Result<Self> {
        Ok(Self { file: BufWriter::with_capacity(PAGE * ROW, tempfile::tempfile_in(folder)?), rows: 0 })
    }

    pub(super) fn write(&mut self, row: &Row) -> io::Result<()> {
        let (high, low, seen) = row.packed();
        self.rows += 1;
        [high, low, seen].iter().try_for_each(|word| self.file.write_all(&word.to_le_bytes()))
    }

    fn finish(self) -> io::Result<Rc<File>> {
        Ok(Rc::new(self.file.into_inner().map_err(io::IntoInnerError::into_error)?))
    }

    /// All of them, in the order in which they were written.
    pub(super) fn read(self) -> io::Result<Rows> {
        let rows = self.rows;
        Ok(Rows::new(self.finish()?, 0, rows))
    }
}

/// Reads rows, a page at a time.
pub(super) struct Rows {
    file: Rc<File>,
    at: u64,
    end: u64,
    page: Vec<u8>,
    place: usize,
}

impl Rows {
    fn new(file: Rc<File>, at: u64, end: u64) -> Self {
        Self { file, at, end, page: Vec::new(), place: 0 }
    }

    pub(super) fn next(&mut self) -> io::Result<Option<Row>> {
        if self.place == self.page.len() {
            let rows = (self.end - self.at).min(PAGE as u64);
            if rows == 0 {
                return Ok(None);
            }
            self.page.resize(rows as usize * ROW, 0);
            self.file.read_exact_at(&mut self.page, self.at * ROW as u64)?;
            self.at += rows;
            self.place = 0;
        }
        let row = &self.page[self.place..self.place + ROW];
        self.place += ROW;
        let word = |at: usize| u64::from_le_bytes(row[at..].first_chunk().copied().unwrap_or_default());
        Ok(Some(Row::unpacked((word(0), word(8), word(16)))))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn people_come_out_once_a_dataset_and_sorted_whatever_fits_in_memory(
            people in prop::collection::vec((0..40_u8, 0..4_u8), 0..200), most in 1..50_usize,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter::new(folder.path(), most).unwrap();
            let mut expected: BTreeMap<u128, BTreeMap<u8, u64>> = BTreeMap::new();
            for (&(person, dataset), arrival) in people.iter().zip(0..) {
                let token = u128::from_be_bytes([person.wrapping_mul(101); 16]);
                // The last dataset that a byte can name, so that it is seen to be kept apart from arrivals.
                let dataset = 255 - dataset;
                sorter.add(Row { token, dataset, arrival }).unwrap();
                expected.entry(token).or_default().entry(dataset).or_insert(arrival);
            }
            let mut sorted = sorter.sorted().unwrap();
            let (mut persons, mut rows) = (Persons::new(|| sorted.next()), Vec::new());
            for (token, datasets) in expected {
                prop_assert!(persons.next(&mut rows).unwrap());
                let all: Vec<Row> =
                    datasets.into_iter().map(|(dataset, arrival)| Row { token, dataset, arrival }).collect();
                prop_assert_eq!(&rows, &all);
            }
            prop_assert!(!persons.next(&mut rows).unwrap());
        }
    }
}
