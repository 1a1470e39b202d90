//! In which years, and of whose cohorts, a column has a value.
//!
//! Each row's year and cohort is one byte, read beside the columns batch by batch. A column is looked at row by row only in
//! a batch where some of its values are missing and a year or cohort would be new to it, so that most batches cost one
//! comparison.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use arrow::array::{Array, ArrayRef};

/// The year before the first that has a number. Specifications ask for 1900 to 2100.
const BEFORE: i32 = 1899;

/// A year or cohort as one byte: 0 where there is none that could be approved.
pub(super) fn code(year: Option<i32>) -> u8 {
    year.and_then(|year| u8::try_from(year - BEFORE).ok()).unwrap_or(0)
}

/// Years or cohorts, each once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Seen([u64; 4]);

impl Seen {
    fn of(codes: &[u8]) -> Self {
        let mut seen = Self::default();
        codes.iter().for_each(|code| seen.add(*code));
        seen
    }

    pub(super) fn has(&self, code: u8) -> bool {
        self.0[usize::from(code >> 6)] >> (code & 63) & 1 == 1
    }

    pub(super) fn add(&mut self, code: u8) {
        self.0[usize::from(code >> 6)] |= 1 << (code & 63);
    }

    fn add_all(&mut self, other: Self) {
        self.0.iter_mut().zip(other.0).for_each(|(own, other)| *own |= other);
    }

    fn has_all(&self, other: Self) -> bool {
        self.0.iter().zip(other.0).all(|(own, other)| own & other == other)
    }

    /// By the calendar year in which each begins, sorted.
    pub(super) fn years(&self) -> Vec<u16> {
        (1..=u8::MAX).filter(|code| self.has(*code)).map(|code| BEFORE as u16 + u16::from(code)).collect()
    }
}

/// The years, or the cohorts, of the rows of a batch.
pub(super) struct Codes {
    rows: Vec<u8>,
    all: Seen,
}

impl Codes {
    pub(super) fn of(rows: Vec<u8>) -> Self {
        let all = Seen::of(&rows);
        Self { rows, all }
    }

    /// Adds those of the rows in which a column has a value.
    pub(super) fn add_to(&self, seen: &mut Seen, array: &ArrayRef) {
        if array.null_count() == array.len() || seen.has_all(self.all) {
            return;
        }
        match array.nulls().filter(|nulls| nulls.null_count() > 0) {
            None => seen.add_all(self.all),
            Some(nulls) => nulls.valid_indices().for_each(|row| seen.add(self.rows[row])),
        }
    }
}

/// The codes of a file's rows, its years and cohorts in turn, set aside for those who read the columns.
pub(super) struct Aside(File);

/// See [`Aside`].
pub(super) struct AsideWriter(io::BufWriter<File>);

impl AsideWriter {
    pub(super) fn begin(folder: &Path) -> io::Result<Self> {
        Ok(Self(io::BufWriter::with_capacity(1 << 17, tempfile::tempfile_in(folder)?)))
    }

    pub(super) fn add(&mut self, year: Option<i32>, cohort: Option<i32>) -> io::Result<()> {
        io::Write::write_all(&mut self.0, &[code(year), code(cohort)])
    }

    pub(super) fn finish(self) -> io::Result<Aside> {
        self.0.into_inner().map(Aside).map_err(io::IntoInnerError::into_error)
    }
}

impl Aside {
    /// The years and the cohorts of so many rows from one on. Rows beyond the last say nothing.
    pub(super) fn read(&self, from: u64, rows: usize) -> io::Result<(Vec<u8>, Vec<u8>)> {
        let mut bytes = vec![0; rows * 2];
        let mut filled = 0;
        while filled < bytes.len() {
            match self.0.read_at(&mut bytes[filled..], from * 2 + filled as u64) {
                Ok(0) => break,
                Ok(read) => filled += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(bytes.chunks_exact(2).map(|pair| (pair[0], pair[1])).unzip())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use arrow::array::Int64Array;
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_column_has_the_years_of_its_values(
            batches in proptest::collection::vec(
                proptest::collection::vec((proptest::option::of(1895_i32..2160), any::<bool>()), 0..40), 0..5,
            ),
        ) {
            let mut seen = Seen::default();
            let mut plain = BTreeSet::new();
            for batch in batches {
                let codes = Codes::of(batch.iter().map(|row| code(row.0)).collect());
                let array: ArrayRef = Arc::new(Int64Array::from_iter(batch.iter().map(|row| row.1.then_some(7))));
                codes.add_to(&mut seen, &array);
                let valid = batch.iter().filter(|row| row.1).filter_map(|row| row.0);
                plain.extend(valid.filter(|year| (1900..=2154).contains(year)).map(|year| year as u16));
            }
            prop_assert_eq!(seen.years(), plain.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_is_set_aside_is_read_from_any_row_on() {
        let place = tempfile::tempdir().unwrap();
        let mut writer = AsideWriter::begin(place.path()).unwrap();
        (0..100_000).for_each(|row| writer.add(Some(1900 + row % 200), (row % 3 > 0).then_some(1990)).unwrap());
        let aside = writer.finish().unwrap();
        let (years, cohorts) = aside.read(99_998, 4).unwrap();
        assert_eq!(years, [code(Some(2098)), code(Some(2099)), 0, 0]);
        assert_eq!(cohorts, [code(Some(1990)), 0, 0, 0]);
    }
}
