//! What is written beside the files that leave, and never leaves: who is in them, and, where the files themselves do
//! not say it, to which person, year and cohort each row belongs. The measurement and the membership index read it.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::measure::token::Mixed;
use crate::sink::{close, create};

/// So many people are remembered at once by each reader, so that most are written once only: 9 MB.
const REMEMBERED: usize = 450_000;

/// The longest identifier.
const LONGEST: usize = 1 << 16;

/// The people whom one reader has met in a dataset, as the source has their identifiers, each with the place of the dataset
/// among those of which something leaves. Some may come more than once.
pub struct Met {
    dataset: u8,
    /// Who came lately, each at a place that follows from the token: most come again soon, and this stays near the processor.
    lately: Vec<u128>,
    seen: HashSet<u128, Mixed>,
    new: Vec<u8>,
}

/// Places of those who came lately: half a megabyte.
const LATELY: usize = 1 << 15;

/// What is to be written of people who were met.
pub struct Identifiers(Vec<u8>);

impl Met {
    /// Nobody yet.
    ///
    /// # Errors
    /// If there are more datasets than the 256 that a byte can name.
    pub fn in_dataset(number: usize) -> io::Result<Self> {
        let dataset = u8::try_from(number).map_err(|_| io::Error::other("a release has more than 256 datasets"))?;
        Ok(Self { dataset, lately: vec![0; LATELY], seen: HashSet::default(), new: Vec::new() })
    }

    /// Adds a person, known by a token of the identifier.
    ///
    /// # Errors
    /// If the identifier is too long.
    pub fn add(&mut self, identifier: &str, token: u128) -> io::Result<()> {
        let place = &mut self.lately[(token >> 64) as usize % LATELY];
        if *place == token {
            return Ok(());
        }
        *place = token;
        if self.seen.len() == REMEMBERED {
            self.seen.clear();
        }
        if !self.seen.insert(token) {
            return Ok(());
        }
        if identifier.len() > LONGEST {
            return Err(io::Error::other(format!("an identifier has more than {LONGEST} bytes")));
        }
        let length = u32::try_from(identifier.len()).map_err(io::Error::other)?;
        self.new.push(self.dataset);
        self.new.extend_from_slice(&length.to_le_bytes());
        self.new.extend_from_slice(identifier.as_bytes());
        Ok(())
    }

    /// Those who came since the last time.
    pub fn take(&mut self) -> Identifiers {
        Identifiers(std::mem::take(&mut self.new))
    }
}

/// The people in a release.
pub struct PeopleWriter(BufWriter<File>);

impl PeopleWriter {
    /// Begins.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        create(path).map(Self)
    }

    /// Adds people whom a reader has met.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn add(&mut self, people: &Identifiers) -> io::Result<()> {
        self.0.write_all(&people.0)
    }

    /// Ends.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> io::Result<()> {
        close(self.0)
    }
}

/// Reads what [`PeopleWriter`] wrote: the place of a dataset, and an identifier.
pub struct People(BufReader<File>);

impl People {
    /// Opens the file.
    ///
    /// # Errors
    /// If it is not there.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self(BufReader::with_capacity(1 << 17, File::open(path)?)))
    }

    fn read(&mut self) -> io::Result<Option<(usize, String)>> {
        let (mut dataset, mut length) = ([0], [0; 4]);
        if self.0.read(&mut dataset)? == 0 {
            return Ok(None);
        }
        self.0.read_exact(&mut length)?;
        let length = u32::from_le_bytes(length) as usize;
        if length > LONGEST {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes)?;
        let identifier = String::from_utf8(bytes).map_err(io::Error::other)?;
        Ok(Some((dataset[0].into(), identifier)))
    }
}

impl Iterator for People {
    type Item = io::Result<(usize, String)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read().transpose()
    }
}

/// To whom and when a row belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// A keyed token of the person's identifier.
    pub person: u128,
    /// The calendar year in which the row's school year begins.
    pub year: i32,
    /// The calendar year in which the person's school year of birth begins, where it is known.
    pub cohort: Option<i32>,
}

/// Rows beside a file, in its order.
pub struct RowsWriter(BufWriter<File>);

impl RowsWriter {
    /// Begins.
    ///
    /// # Errors
    /// If the file cannot be made.
    pub fn create(path: &Path) -> io::Result<Self> {
        create(path).map(Self)
    }

    /// Adds rows, each of them as [`Row::put`] puts it.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn add(&mut self, rows: &[u8]) -> io::Result<()> {
        self.0.write_all(rows)
    }

    /// Ends.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> io::Result<()> {
        close(self.0)
    }
}

impl Row {
    const BYTES: usize = 24;

    /// Puts it after others.
    pub fn put(self, rows: &mut Vec<u8>) {
        rows.extend_from_slice(&self.person.to_le_bytes());
        rows.extend_from_slice(&self.year.to_le_bytes());
        rows.extend_from_slice(&self.cohort.unwrap_or(i32::MIN).to_le_bytes());
    }

    /// Reads the rows beside a file.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn read(path: &Path, mut each: impl FnMut(Self) -> io::Result<()>) -> io::Result<u64> {
        let mut input = BufReader::with_capacity(1 << 17, File::open(path)?);
        let (mut bytes, mut rows) = ([0; Self::BYTES], 0);
        loop {
            if input.read(&mut bytes[..1])? == 0 {
                return Ok(rows);
            }
            input.read_exact(&mut bytes[1..])?;
            let number = |at: usize| i32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
            let mut person = [0; 16];
            person.copy_from_slice(&bytes[..16]);
            let cohort = Some(number(20)).filter(|cohort| *cohort != i32::MIN);
            each(Self { person: u128::from_le_bytes(person), year: number(16), cohort })?;
            rows += 1;
        }
    }
}

/// Where these files lie within the folder of a release that is not finished.
#[derive(Debug, Clone)]
pub struct Aside(pub PathBuf);

impl Aside {
    /// The identifiers.
    pub fn people(&self) -> PathBuf {
        self.0.join("people")
    }

    /// The rows of a file.
    pub fn rows(&self, file: &str) -> PathBuf {
        self.0.join(format!("{file}.rows"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_and_rows_are_read_as_they_were_written() {
        let place = tempfile::tempdir().unwrap();
        let aside = Aside(place.path().to_owned());
        let mut people = PeopleWriter::create(&aside.people()).unwrap();
        let mut met = Met::in_dataset(0).unwrap();
        for (name, token) in [("A", 1), ("é\n", 2), ("A", 1)] {
            met.add(name, token).unwrap();
            people.add(&met.take()).unwrap();
        }
        let mut met = Met::in_dataset(3).unwrap();
        met.add("A", 1).unwrap();
        people.add(&met.take()).unwrap();
        people.finish().unwrap();
        let read: Vec<(usize, String)> = People::open(&aside.people()).unwrap().map(Result::unwrap).collect();
        assert_eq!(read, [(0, "A".to_owned()), (0, "é\n".to_owned()), (3, "A".to_owned())]);
        let rows =
            [Row { person: 7, year: 2010, cohort: None }, Row { person: u128::MAX, year: 2011, cohort: Some(2000) }];
        let mut writer = RowsWriter::create(&aside.rows("a.csv.zst")).unwrap();
        let mut bytes = Vec::new();
        rows.iter().for_each(|row| row.put(&mut bytes));
        writer.add(&bytes).unwrap();
        writer.finish().unwrap();
        let mut read = Vec::new();
        let count = Row::read(&aside.rows("a.csv.zst"), |row| {
            read.push(row);
            Ok(())
        });
        assert_eq!((count.unwrap(), read.as_slice()), (2, rows.as_slice()));
    }
}
