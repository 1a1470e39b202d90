//! Everybody in the sources, with each school-year cohort that they are in, kept in the zone: it is counted once for a set
//! of files, and every release is held against it.
//!
//! ```text
//! population/<fingerprint>   "rollcall population 1\n", how many tokens each of the 256 parts has, the parts, SHA-256
//! ```
//!
//! Tokens of people are made under a key of the zone. A file that is not whole is counted again.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::FileExt;
use std::path::Path;

use register::Digest;
use sha2::{Digest as _, Sha256};

use crate::measure::distinct::{Distinct, PARTS};
use crate::measure::token::Tokens;
use crate::sink::{close, create};
use crate::zone::Zone;

const HEAD: &[u8; 22] = b"rollcall population 1\n";
const TOKEN: usize = 16;

/// A population that was counted.
#[derive(Debug)]
pub struct Population {
    file: File,
    /// Where each part begins in the file, and where the last ends.
    begins: Vec<u64>,
}

impl Population {
    /// What makes tokens of people in a zone's populations.
    pub fn tokens(zone: &Zone) -> Tokens {
        let secret = zone.derived("rollcall/population/v1");
        let mut key = [0; 16];
        key.copy_from_slice(&secret[..16]);
        Tokens::new(&key)
    }

    /// Writes a population under a name, which it has only when it is whole.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(path: &Path, people: Distinct) -> io::Result<()> {
        let fresh = path.with_extension("tmp");
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut parts = people.parts();
        let mut output = Hashed { inner: create(&fresh)?, hash: Sha256::new() };
        output.write_all(HEAD)?;
        let counts = parts.counts()?;
        for count in counts {
            output.write_all(&count.to_le_bytes())?;
        }
        for number in 0..PARTS {
            let bytes: Vec<u8> = parts.part(number)?.iter().flat_map(|token| token.to_le_bytes()).collect();
            output.write_all(&bytes)?;
        }
        let Hashed { mut inner, hash } = output;
        inner.write_all(&hash.finalize())?;
        close(inner)?;
        fs::rename(&fresh, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    }

    /// Opens one that is whole; none where it is not there, or not as it was written.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn open(path: &Path) -> io::Result<Option<Self>> {
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let length = file.metadata()?.len();
        let head = HEAD.len() + PARTS * 8;
        if length < (head + 32) as u64 {
            return Ok(None);
        }
        let (mut begins, mut at) = (Vec::with_capacity(PARTS + 1), head as u64);
        let mut counts = [0; PARTS * 8];
        file.read_exact_at(&mut counts, HEAD.len() as u64)?;
        for count in counts.chunks_exact(8) {
            begins.push(at);
            let count = count.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
            let bytes = count.checked_mul(TOKEN as u64).and_then(|bytes| at.checked_add(bytes));
            let Some(end) = bytes.filter(|end| *end <= length) else { return Ok(None) };
            at = end;
        }
        begins.push(at);
        if at + 32 != length {
            return Ok(None);
        }
        let mut read = Hashed { inner: io::sink(), hash: Sha256::new() };
        let mut input = BufReader::with_capacity(1 << 17, File::open(path)?);
        io::copy(&mut Read::by_ref(&mut input).take(at), &mut read)?;
        let mut written = [0; 32];
        input.read_exact(&mut written)?;
        let whole = Digest(read.hash.finalize().into()) == Digest(written);
        Ok(whole.then_some(Self { file, begins }))
    }

    /// A part of it, sorted: people with a cohort, as [`crate::measure::token::in_cohort`] makes them.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn part(&self, number: usize) -> io::Result<Vec<u128>> {
        let (begin, end) = (self.begins[number], self.begins[number + 1]);
        let mut bytes = vec![0; (end - begin) as usize];
        self.file.read_exact_at(&mut bytes, begin)?;
        Ok(bytes.as_chunks::<TOKEN>().0.iter().map(|token| u128::from_le_bytes(*token)).collect())
    }
}

struct Hashed<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn people(count: u128) -> Distinct {
        let place = tempfile::tempdir().unwrap();
        let mut people = Distinct::new(1 << 20, place.path());
        (0..count).for_each(|number| assert!(people.insert(number << 16 | 7).unwrap()));
        people
    }

    #[test]
    fn a_population_is_read_as_it_was_written_and_not_at_all_where_it_was_altered() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("p");
        assert!(Population::open(&path).unwrap().is_none());
        for count in [0, 300] {
            Population::write(&path, people(count)).unwrap();
            let read = Population::open(&path).unwrap().unwrap();
            let mut found: Vec<u128> = (0..PARTS).flat_map(|number| read.part(number).unwrap()).collect();
            found.sort_unstable();
            assert_eq!(found, (0..count).map(|number| number << 16 | 7).collect::<Vec<_>>());
        }
        let bytes = fs::read(&path).unwrap();
        for place in (0..bytes.len()).step_by(61) {
            let mut altered = bytes.clone();
            altered[place] ^= 1;
            fs::write(&path, &altered).unwrap();
            assert!(Population::open(&path).unwrap().is_none(), "byte {place}");
            fs::write(&path, &bytes[..place]).unwrap();
            assert!(Population::open(&path).unwrap().is_none(), "cut at {place}");
        }
    }
}
