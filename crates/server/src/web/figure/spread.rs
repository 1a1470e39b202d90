//! How many of something took how many days.

use std::collections::BTreeMap;

/// Counts by days.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread {
    /// How many took so many days.
    pub days: BTreeMap<u32, u64>,
}

impl Spread {
    /// Adds some.
    pub fn add(&mut self, days: u32, count: u64) {
        *self.days.entry(days).or_default() += count;
    }

    /// How many there are.
    pub fn count(&self) -> u64 {
        self.days.values().sum()
    }

    /// The most days; 0 where there is nothing.
    pub fn longest(&self) -> u32 {
        self.days.last_key_value().map_or(0, |(days, _)| *days)
    }

    /// The fewest days within which at least `percent` in a hundred lie (the nearest-rank percentile, no days between
    /// two that occur are made up); 0 where there is nothing.
    pub fn at_percent(&self, percent: u8) -> u32 {
        let wanted = (u128::from(self.count()) * u128::from(percent.min(100))).div_ceil(100);
        let mut so_far = 0_u128;
        for (days, count) in &self.days {
            so_far += u128::from(*count);
            if so_far >= wanted {
                return *days;
            }
        }
        self.longest()
    }
}
