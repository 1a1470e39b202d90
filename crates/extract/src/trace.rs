//! Trace: which share a leaked file came from, by the pseudonyms in it.
//!
//! A pseudonym deciphers to a packed identifier under the key that made it, and under any other with a chance below one in
//! 2^45 (`pseudonym::packing`), so one intact value tells among many thousands of shares. What a value deciphers to is
//! compared and forgotten: nobody's identifier, and no value of the file, is shown.

mod leak;
mod letters;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use crate::pseudonym::{Candidate, Pseudonymiser};
use crate::zone::{Zone, ZoneError};

/// Values of no share that are tried under every key before only a part of them is.
const PATIENCE: u64 = 10_000;
/// Values of no share that are remembered, so that none is tried twice: a few megabytes.
const REMEMBERED: usize = 100_000;
/// Of how many blocks at most one is a packed identifier.
const BLOCKS: u64 = 1 << 45;

/// Why a file cannot be traced. No value of it is repeated.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// The file is of a kind that is not looked into.
    #[error("{path}: expected {expected}")]
    Form {
        /// Which.
        path: PathBuf,
        /// What can be read.
        expected: String,
    },
    /// The zone's keys cannot be read.
    #[error(transparent)]
    Zone(#[from] ZoneError),
}

/// What was found.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Finding {
    /// The shares whose key made values of the file, most values first.
    pub shares: Vec<Found>,
    /// Values with the form of a pseudonym, however often they come.
    pub values: u64,
    /// Those among them that no share's key made.
    pub of_no_share: u64,
    /// Those that were not tried under every key, since very many before them were of no share.
    pub not_tried: u64,
    /// How many keys the zone has.
    pub keys: usize,
    /// The chance that any of the matches is an accident is below one in this.
    pub accident_below_one_in: u64,
}

/// One share that values came from.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Found {
    /// Its reference.
    pub share: String,
    /// How many values, however often each comes.
    pub values: u64,
}

/// Looks for pseudonyms in a file: in one column of it, or wherever they stand.
///
/// # Errors
/// If the file or the zone's keys cannot be read, or the column is not there.
pub fn trace(zone: &Zone, file: &Path, column: Option<&str>) -> Result<Finding, TraceError> {
    let keys = zone.share_keys()?;
    let mut tracer = Tracer::new(keys.iter().map(|(share, key)| (share.clone(), Pseudonymiser::new(key))).collect());
    leak::read(file, column, &mut |value| tracer.look(value))?;
    Ok(tracer.finding())
}

/// Tries values under the keys of all shares.
pub struct Tracer {
    shares: Vec<(String, Pseudonymiser)>,
    /// Places of shares that were found, with how many values: the last one that matched stands first.
    found: Vec<(usize, u64)>,
    values: u64,
    of_no_share: u64,
    not_tried: u64,
    /// Values that were tried under every key in vain.
    vain: u64,
    remembered: HashSet<Candidate>,
    /// Values times keys.
    attempts: u64,
}

impl Tracer {
    /// With the shares of the zone.
    pub fn new(shares: Vec<(String, Pseudonymiser)>) -> Self {
        Self {
            shares,
            found: Vec::new(),
            values: 0,
            of_no_share: 0,
            not_tried: 0,
            vain: 0,
            remembered: HashSet::new(),
            attempts: 0,
        }
    }

    /// One value, in small letters. What has not the form of a pseudonym is passed over.
    pub fn look(&mut self, value: &[u8]) {
        let Some(candidate) = Candidate::read(value) else { return };
        self.values += 1;
        self.attempts += self.found.len() as u64;
        if let Some(place) = self.found.iter().position(|&(share, _)| self.shares[share].1.made(&candidate)) {
            self.found[place].1 += 1;
            self.found[..=place].rotate_right(1);
            return;
        }
        if self.remembered.contains(&candidate) {
            self.of_no_share += 1;
            return;
        }
        // Where thousands were of no share, half as many are tried after every further ten thousand.
        let every = 1_u64 << (self.vain / PATIENCE).min(40);
        if !self.values.is_multiple_of(every) {
            self.not_tried += 1;
            return;
        }
        self.attempts += self.shares.len() as u64;
        match self.shares.iter().position(|(_, share)| share.made(&candidate)) {
            Some(share) => self.found.insert(0, (share, 1)),
            None => {
                self.of_no_share += 1;
                self.vain += 1;
                if self.remembered.len() < REMEMBERED {
                    self.remembered.insert(candidate);
                }
            }
        }
    }

    /// What was found so far.
    pub fn finding(&self) -> Finding {
        let named = |&(share, values): &(usize, u64)| Found { share: self.shares[share].0.clone(), values };
        let mut shares: Vec<Found> = self.found.iter().map(named).collect();
        shares.sort_by(|a, b| b.values.cmp(&a.values).then_with(|| a.share.cmp(&b.share)));
        Finding {
            shares,
            values: self.values,
            of_no_share: self.of_no_share,
            not_tried: self.not_tried,
            keys: self.shares.len(),
            accident_below_one_in: BLOCKS / self.attempts.max(1),
        }
    }
}

#[cfg(test)]
mod tests;
