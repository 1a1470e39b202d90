//! Who has which number: segments of tokens in order, twenty bytes a person. A segment is never changed; when a later one has
//! grown to half its size the two are written as one, so that few are to be looked through.
//!
//! Numbers are given in the order in which the zone first met people, so that those who stand together in the records (a
//! school, a year) stand together in the sets, which makes these short.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::{MembershipError, at, private};

/// A token, most significant byte first, and a number, least significant byte first.
const ROW: u64 = 20;
/// Rows that are read at a time: 80 KiB.
const PAGE: u64 = 4_096;

/// One segment, opened.
pub(super) struct Segment {
    file: File,
    path: PathBuf,
    rows: u64,
    page: Vec<u8>,
    /// Rows before the end of the page.
    read: u64,
    place: usize,
}

impl Segment {
    /// Opens a segment that has so many rows.
    pub(super) fn open(path: &Path, rows: u64) -> Result<Self, MembershipError> {
        let file = File::open(path).map_err(at(path))?;
        let bytes = file.metadata().map_err(at(path))?.len();
        if bytes != rows * ROW {
            return Err(MembershipError::Malformed { path: path.to_owned(), expected: "20 bytes for each person" });
        }
        Ok(Self { file, path: path.to_owned(), rows, page: Vec::new(), read: 0, place: 0 })
    }

    /// The number of one person, by halving.
    pub(super) fn number(&self, token: u128) -> Result<Option<u32>, MembershipError> {
        let (mut low, mut high) = (0, self.rows);
        while low < high {
            let middle = low + (high - low) / 2;
            let (found, number) = self.row(middle)?;
            match found.cmp(&token) {
                std::cmp::Ordering::Equal => return Ok(Some(number)),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        Ok(None)
    }

    /// The number of the next person who is looked for; tokens are given in order.
    pub(super) fn advance_to(&mut self, token: u128) -> Result<Option<u32>, MembershipError> {
        let last = self.page.last_chunk::<{ ROW as usize }>().map(|row| parsed(row).0);
        if last.is_none_or(|last| last < token) {
            self.load_page_of(token)?;
        }
        let (rows, _) = self.page.as_chunks::<{ ROW as usize }>();
        let found = rows[self.place..].binary_search_by_key(&token, |row| parsed(row).0);
        self.place += found.unwrap_or_else(|place| place);
        Ok(found.is_ok().then(|| parsed(&rows[self.place]).1))
    }

    /// The page after what was read whose first token is at most this one: by steps that double, and then by halving.
    fn load_page_of(&mut self, token: u128) -> Result<(), MembershipError> {
        let (mut low, mut step) = (self.read, PAGE);
        let mut high = loop {
            if low + step >= self.rows {
                break self.rows;
            }
            if self.row(low + step)?.0 > token {
                break low + step;
            }
            low += step;
            step *= 2;
        };
        while high - low > PAGE {
            let middle = low + ((high - low) / 2).next_multiple_of(PAGE);
            if self.row(middle)?.0 <= token { low = middle } else { high = middle }
        }
        self.load(low)
    }

    fn load(&mut self, first: u64) -> Result<(), MembershipError> {
        let rows = PAGE.min(self.rows - first);
        self.page.resize((rows * ROW) as usize, 0);
        self.file.read_exact_at(&mut self.page, first * ROW).map_err(at(&self.path))?;
        self.read = first + rows;
        self.place = 0;
        Ok(())
    }

    fn row(&self, place: u64) -> Result<(u128, u32), MembershipError> {
        let mut row = [0; ROW as usize];
        self.file.read_exact_at(&mut row, place * ROW).map_err(at(&self.path))?;
        Ok(parsed(&row))
    }

    /// The next row, from the first to the last.
    fn next(&mut self) -> Result<Option<(u128, u32)>, MembershipError> {
        if self.place == self.page.as_chunks::<{ ROW as usize }>().0.len() {
            if self.read == self.rows {
                return Ok(None);
            }
            self.load(self.read)?;
        }
        let row = self.page.as_chunks::<{ ROW as usize }>().0.get(self.place).map(parsed);
        self.place += 1;
        Ok(row)
    }
}

fn parsed(row: &[u8; ROW as usize]) -> (u128, u32) {
    let token = row.first_chunk::<16>().copied().unwrap_or_default();
    let number = row.last_chunk::<4>().copied().unwrap_or_default();
    (u128::from_be_bytes(token), u32::from_le_bytes(number))
}

/// Writes one segment, durably, of several and of people who are new; how many rows it has.
pub(super) fn write(
    path: &Path,
    old: &mut [Segment],
    mut new: impl FnMut() -> Result<Option<(u128, u32)>, MembershipError>,
) -> Result<u64, MembershipError> {
    let mut out = BufWriter::with_capacity((PAGE * ROW) as usize, private(path)?);
    let mut heads = Vec::with_capacity(old.len() + 1);
    for segment in old.iter_mut() {
        heads.push(segment.next()?);
    }
    heads.push(new()?);
    let mut rows = 0;
    // A handful of segments: looking at each head is no slower than a heap.
    while let Some((least, row)) =
        heads.iter().enumerate().filter_map(|(from, head)| Some((from, (*head)?))).min_by_key(|head| head.1)
    {
        heads[least] = match old.get_mut(least) {
            Some(segment) => segment.next()?,
            None => new()?,
        };
        let write = out.write_all(&row.0.to_be_bytes()).and_then(|()| out.write_all(&row.1.to_le_bytes()));
        write.map_err(at(path))?;
        rows += 1;
    }
    let file = out.into_inner().map_err(io::IntoInnerError::into_error).map_err(at(path))?;
    file.sync_all().map_err(at(path))?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segment(folder: &Path, tokens: impl Iterator<Item = u128>) -> Segment {
        let path = folder.join("segment");
        let mut rows = tokens.zip(0..);
        let count = write(&path, &mut [], || Ok(rows.next())).unwrap();
        Segment::open(&path, count).unwrap()
    }

    #[test]
    fn everybody_is_found_on_the_way_and_nobody_else() {
        let folder = tempfile::tempdir().unwrap();
        for people in [0_u128, 1, 4_095, 4_096, 4_097, 50_000] {
            let mut all = segment(folder.path(), (0..people).map(|person| 3 * person + 1));
            for token in (0..3 * people + 9).step_by(2) {
                let expected = (token % 3 == 1 && token < 3 * people).then_some((token / 3) as u32);
                assert_eq!(all.advance_to(token).unwrap(), expected, "{token} among {people}");
                assert_eq!(all.number(token).unwrap(), expected);
            }
        }
    }

    proptest! {
        #[test]
        fn leaps_of_any_length_land(mut wanted in prop::collection::btree_set(0..200_000_u128, 0..30)) {
            let folder = tempfile::tempdir().unwrap();
            let mut all = segment(folder.path(), (0..60_000).map(|person| 3 * person));
            wanted.insert(179_997);
            for token in wanted {
                let expected = (token % 3 == 0 && token < 180_000).then_some((token / 3) as u32);
                prop_assert_eq!(all.advance_to(token).unwrap(), expected);
            }
        }
    }

    #[test]
    fn segments_become_one_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let (first, second) = (folder.path().join("first"), folder.path().join("second"));
        let mut odd = (0..10_000).map(|person| (2 * u128::from(person) + 1, person));
        let count = write(&first, &mut [], || Ok(odd.next())).unwrap();
        let mut even = (0..10_000).map(|person| (2 * u128::from(person), 10_000 + person));
        let count = write(&second, &mut [Segment::open(&first, count).unwrap()], || Ok(even.next())).unwrap();
        let all = Segment::open(&second, count).unwrap();
        assert_eq!((count, all.number(7).unwrap(), all.number(8).unwrap()), (20_000, Some(3), Some(10_004)));
        assert!(matches!(Segment::open(&second, count - 1), Err(MembershipError::Malformed { .. })));
    }
}
