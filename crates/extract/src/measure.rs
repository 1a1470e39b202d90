//! What was written, measured by a reader that knows the files only.
//!
//! It shares nothing with what wrote them but the names of the columns: Parquet is read with the Parquet library and
//! CSV with the CSV reader, from the first byte to the last. Counts are exact; memory is bounded by spilling. Where a
//! file does not say to whom or when a row belongs, because that column does not leave, it is counted from the rows
//! that were written beside it, and the measurement says so.

pub mod cohorts;
pub mod distinct;
pub mod form;
mod reader;
pub mod token;
mod when;

use std::collections::BTreeSet;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use package::instruction::Format;
use package::specification::Treatment;
use register::Digest;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use self::distinct::Distinct;
use self::reader::{Counting, Wanted};
use self::token::Tokens;
use crate::aside::Row;
use crate::interrupt::{Interrupt, Interrupted};

/// The most tokens in memory, over all sets: about 70 MB.
const IN_MEMORY: usize = 2 << 20;

/// Why files cannot be measured.
#[derive(Debug, thiserror::Error)]
pub enum MeasureError {
    /// A file cannot be read, or not spilt.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file that was written is not what it should be.
    #[error("{path}: {message}")]
    Written {
        /// Which.
        path: PathBuf,
        /// What was expected, without any value.
        message: String,
    },
    /// Somebody interrupts.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

/// From what something was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum From {
    /// From the bytes that leave.
    File,
    /// From the rows that were written beside the file.
    Beside,
    /// All rows have the one that the sources say.
    Sources,
    /// Nobody knows it.
    Nowhere,
}

/// Where the reader finds something that a row says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a column of the file.
    Column(String),
    /// In the rows beside it.
    Beside,
    /// All rows have this year.
    OfYear(u16),
    /// Nowhere.
    Nowhere,
}

/// A file to be measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its name within the package.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
    /// Where the rows beside it lie.
    pub beside: PathBuf,
    /// The dataset.
    pub dataset: String,
    /// Who.
    pub person: Place,
    /// When.
    pub year: Place,
    /// Of which cohort.
    pub cohort: Place,
    /// What was to be done to each of its columns.
    pub treatments: Vec<(String, Treatment)>,
}

/// The exact measure of a release. It never leaves the zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    /// Each file, sorted by name.
    pub files: Vec<MeasuredFile>,
    /// Distinct people over all files.
    pub people: u64,
    /// How much of each cohort of the sources it holds, sorted.
    pub cohorts: Vec<cohorts::Held>,
}

/// The exact measure of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasuredFile {
    /// Its name.
    pub name: String,
    /// The dataset.
    pub dataset: String,
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Rows.
    pub rows: u64,
    /// Distinct people.
    pub people: u64,
    /// Where they were counted.
    pub people_from: From,
    /// The years of its rows, sorted.
    pub years: Vec<u16>,
    /// Where they were found.
    pub years_from: From,
    /// The cohorts of its people, by the calendar year in which each begins, sorted.
    pub cohorts: Vec<u16>,
    /// Where they were found.
    pub cohorts_from: From,
    /// Its columns, in their order.
    pub columns: Vec<MeasuredColumn>,
}

/// The exact measure of a column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeasuredColumn {
    /// Its name.
    pub name: String,
    /// Missing values.
    pub nulls: u64,
    /// Distinct values.
    pub distinct: u64,
    /// The years of the rows in which it has a value, sorted, where the file's are known.
    pub years: Vec<u16>,
    /// The cohorts of those rows' people, likewise.
    pub cohorts: Vec<u16>,
}

/// How to measure.
pub struct Measuring<'a> {
    /// The format of the files.
    pub format: Format,
    /// The key of tokens.
    pub tokens: &'a Tokens,
    /// Where to spill.
    pub spill: &'a Path,
    /// How many threads.
    pub threads: usize,
    /// Who may interrupt.
    pub interrupt: &'a Interrupt,
}

impl Measuring<'_> {
    /// Measures files, and the people over all of them. Their cohorts are [`cohorts::held`]'s.
    ///
    /// # Errors
    /// If one cannot be read, or is not what it should be.
    pub fn files(&self, files: &[Written]) -> Result<(Vec<MeasuredFile>, u64), MeasureError> {
        let mut everybody = Distinct::new(IN_MEMORY / 4, self.spill);
        // The people of a single file are counted there.
        let several = files.len() > 1;
        let mut measured = Vec::new();
        for file in files {
            measured.push(self.file(file, several.then_some(&mut everybody))?);
        }
        measured.sort_by(|a, b| a.name.cmp(&b.name));
        let people = match measured.as_slice() {
            [only] => only.people,
            _ => everybody.count().map_err(at(self.spill))?,
        };
        Ok((measured, people))
    }

    fn file(&self, file: &Written, everybody: Option<&mut Distinct>) -> Result<MeasuredFile, MeasureError> {
        let column = |place: &Place| if let Place::Column(name) = place { Some(name.clone()) } else { None };
        let wanted = Wanted {
            person: column(&file.person).filter(|_| everybody.is_some()),
            year: column(&file.year),
            cohort: column(&file.cohort),
            of_year: if let Place::OfYear(year) = file.year { Some(year.into()) } else { None },
        };
        let (hashed, counted) = std::thread::scope(|scope| {
            let hashing = scope.spawn(|| self.hashed(&file.path));
            let counted = self.counted(file, &wanted, everybody);
            let hashed = hashing.join().unwrap_or_else(|_| Err(at(&file.path)(io::Error::other("hashing it stopped"))));
            (hashed, counted)
        });
        let ((bytes, sha256), (mut counted, beside_people)) = (hashed?, counted?);
        let people = match (&file.person, beside_people) {
            (Place::Column(name), _) => {
                counted.columns.iter().find(|column| column.name == *name).map_or(0, |column| column.distinct)
            }
            (_, people) => people,
        };
        if let Place::OfYear(year) = file.year
            && counted.rows > 0
        {
            counted.years.insert(year.into());
        }
        let numbers = |set: BTreeSet<i32>| set.into_iter().filter_map(|number| u16::try_from(number).ok()).collect();
        Ok(MeasuredFile {
            name: file.name.clone(),
            dataset: file.dataset.clone(),
            bytes,
            sha256,
            rows: counted.rows,
            people,
            people_from: file.person.from(),
            years: numbers(counted.years),
            years_from: file.year.from(),
            cohorts: numbers(counted.cohorts),
            cohorts_from: file.cohort.from(),
            columns: counted.columns,
        })
    }

    /// The rows beside a file, where it does not say everything, and then its columns.
    fn counted(
        &self,
        file: &Written,
        wanted: &Wanted,
        mut everybody: Option<&mut Distinct>,
    ) -> Result<(reader::Counted, u64), MeasureError> {
        let beside = if [&file.person, &file.year, &file.cohort].contains(&&Place::Beside) {
            Some(self.beside(file, everybody.as_deref_mut())?)
        } else {
            None
        };
        let counting = Counting {
            path: &file.path,
            format: self.format,
            tokens: self.tokens,
            spill: self.spill,
            threads: self.threads,
            limit: IN_MEMORY / 2,
            treatments: &file.treatments,
            beside: beside.as_ref().map(|beside| &beside.when),
            interrupt: self.interrupt,
        };
        let mut counted = counting.columns(wanted, everybody)?;
        let Some(mut beside) = beside else { return Ok((counted, 0)) };
        if beside.rows != counted.rows {
            let message = format!("it has {} rows, and {} were written", counted.rows, beside.rows);
            return Err(MeasureError::Written { path: file.path.clone(), message });
        }
        counted.years.append(&mut beside.years);
        counted.cohorts.append(&mut beside.cohorts);
        Ok((counted, beside.people.count().map_err(at(self.spill))?))
    }

    fn beside(&self, file: &Written, mut everybody: Option<&mut Distinct>) -> Result<Beside, MeasureError> {
        let mut people = Distinct::new(IN_MEMORY / 4, self.spill);
        let (mut years, mut cohorts) = (BTreeSet::new(), BTreeSet::new());
        let mut when = when::AsideWriter::begin(self.spill).map_err(at(self.spill))?;
        let [by_year, by_cohort] = [&file.year, &file.cohort].map(|place| *place == Place::Beside);
        let rows = Row::read(&file.beside, |row| {
            if file.person == Place::Beside {
                people.insert(row.person)?;
                if let Some(everybody) = everybody.as_deref_mut() {
                    everybody.insert(row.person)?;
                }
            }
            if by_year {
                years.insert(row.year);
            }
            if by_cohort {
                cohorts.extend(row.cohort);
            }
            when.add(by_year.then_some(row.year), row.cohort.filter(|_| by_cohort))
        });
        let rows = rows.map_err(at(&file.beside))?;
        Ok(Beside { rows, people, years, cohorts, when: when.finish().map_err(at(self.spill))? })
    }

    fn hashed(&self, path: &Path) -> Result<(u64, Digest), MeasureError> {
        let mut file = std::fs::File::open(path).map_err(at(path))?;
        let (mut hash, mut buffer, mut bytes) = (Sha256::new(), vec![0; 1 << 17], 0);
        loop {
            self.interrupt.check()?;
            match file.read(&mut buffer).map_err(at(path))? {
                0 => return Ok((bytes, Digest(hash.finalize().into()))),
                read => {
                    hash.update(&buffer[..read]);
                    bytes += read as u64;
                }
            }
        }
    }
}

/// What the rows beside a file say.
struct Beside {
    rows: u64,
    people: Distinct,
    years: BTreeSet<i32>,
    cohorts: BTreeSet<i32>,
    when: when::Aside,
}

impl Place {
    fn from(&self) -> From {
        match self {
            Self::Column(_) => From::File,
            Self::Beside => From::Beside,
            Self::OfYear(_) => From::Sources,
            Self::Nowhere => From::Nowhere,
        }
    }
}

pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> MeasureError {
    let path = path.to_owned();
    move |source| MeasureError::File { path, source }
}
