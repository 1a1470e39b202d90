//! Combinations of codes as one number. Columns are digits of a number whose radix differs from place to place, so that the
//! combination needs no bit more than it must: up to 64 bits it is a `u64`, up to 128 a `u128`.

use std::ops::Range;

use super::coded::Table;

/// What can stand for a combination of codes.
pub trait Key: Copy + Eq + Default + Send + Sync {
    /// Its value, of a number that is known to fit.
    fn of(number: u128) -> Self;
    /// This and a digit times its place's worth.
    fn plus(self, code: u32, worth: Self) -> Self;
    /// Sixty-four bits of which every one depends on every bit of the key.
    fn hash(self) -> u64;
}

/// What is put into partitions: a key, and perhaps something with it.
pub trait Keyed: Copy + Default + Send + Sync {
    /// The type of its key.
    type Key: Key;
    /// Its key.
    fn key(&self) -> Self::Key;
}

/// A key with the number of its record or how many people it stands for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tagged<K> {
    /// The key.
    pub key: K,
    /// What goes with it.
    pub tag: u32,
}

const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
const OTHER_ODD: u64 = 0xd6e8_feb8_6659_fd93;

fn mixed(mut bits: u64) -> u64 {
    bits = (bits ^ (bits >> 32)).wrapping_mul(OTHER_ODD);
    (bits ^ (bits >> 29)).wrapping_mul(ODD)
}

impl Key for u64 {
    fn of(number: u128) -> Self {
        number as Self
    }

    fn plus(self, code: u32, worth: Self) -> Self {
        self.wrapping_add(Self::from(code).wrapping_mul(worth))
    }

    fn hash(self) -> u64 {
        mixed(self)
    }
}

impl Key for u128 {
    fn of(number: u128) -> Self {
        number
    }

    fn plus(self, code: u32, worth: Self) -> Self {
        self.wrapping_add(Self::from(code).wrapping_mul(worth))
    }

    fn hash(self) -> u64 {
        mixed(self as u64 ^ mixed((self >> 64) as u64))
    }
}

impl Keyed for u64 {
    type Key = Self;

    fn key(&self) -> Self {
        *self
    }
}

impl Keyed for u128 {
    type Key = Self;

    fn key(&self) -> Self {
        *self
    }
}

impl<K: Key> Keyed for Tagged<K> {
    type Key = K;

    fn key(&self) -> K {
        self.key
    }
}

/// Writes the keys of a range of a table's records, whose combinations fit into the key.
pub fn pack<K: Key>(table: &Table<'_>, records: Range<usize>, keys: &mut [K]) {
    keys.fill(K::default());
    let mut worth = 1_u128;
    for column in &table.columns {
        let place = K::of(worth);
        for (key, code) in keys.iter_mut().zip(&column.codes[records.clone()]) {
            *key = key.plus(*code, place);
        }
        // The last place's successor may not fit, and is not used then.
        worth = worth.wrapping_mul(u128::from(column.values.max(1)));
    }
}
