//! Random numbers by what they are for: a draw is a function of the seed, its purpose, what it is about and which of several it
//! is, so that the facts of any person can be computed alone, in any order, by any number of threads.
//!
//! Arithmetic is limited to what every machine rounds alike (no logarithm, no sine), so that equal arguments give equal bytes
//! everywhere. The numbers are well mixed and of no use as secrets.

/// What a draw decides. Values are part of the output: a new purpose goes to the end.
#[derive(Debug, Clone, Copy)]
#[repr(u64)]
pub enum Purpose {
    Authority = 1,
    Neighbourhood,
    School,
    Households,
    Birth,
    BirthGap,
    BirthDay,
    Gender,
    Home,
    Ethnicity,
    Language,
    Poverty,
    Claim,
    Gift,
    Strain,
    Arrival,
    Departure,
    Gap,
    HomeMove,
    Unit,
    Choice,
    OwnChoice,
    SchoolMove,
    Entry,
    Need,
    NeedKind,
    Results,
    Absence,
    Episode,
    EpisodePart,
}

/// All draws of one seed.
#[derive(Debug, Clone, Copy)]
pub struct Dice {
    seed: u64,
}

/// One draw: 64 random bits. Each method is a way to read the same bits; two answers take two draws.
#[derive(Debug, Clone, Copy)]
pub struct Roll(u64);

impl Dice {
    /// The draws of this seed.
    pub fn new(seed: u64) -> Self {
        Self { seed: mix(seed ^ 0x526f_6c6c_6361_6c6c) }
    }

    /// The draw for a purpose, about one thing, the nth of its kind.
    pub fn roll(self, purpose: Purpose, about: u64, nth: u64) -> Roll {
        let key = self.seed.wrapping_add((purpose as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let about = mix(mix(key) ^ about.wrapping_mul(0xd6e8_feb8_6659_fd93));
        Roll(mix(about.wrapping_add(nth.wrapping_mul(0xa076_1d64_78bd_642f))))
    }
}

impl Roll {
    /// From 0 to 1, without 1.
    pub fn unit(self) -> f64 {
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether something of this probability happens.
    pub fn chance(self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// From 0 to below `limit`.
    pub fn below(self, limit: u64) -> u64 {
        ((u128::from(self.0) * u128::from(limit)) >> 64) as u64
    }

    /// Nearly normal, mean 0 and deviation 1, never beyond 3.5: the sum of four uniform numbers.
    pub fn normal(self) -> f64 {
        let sum: u64 = (0..4).map(|part| (self.0 >> (16 * part)) & 0xffff).sum();
        (sum as f64 / 65_536.0 - 2.0) * 1.732_050_807_568_877_2
    }

    /// The place of one weight, as often as it weighs. `weights` is not empty and not all zero.
    pub fn pick(self, weights: &[u16]) -> usize {
        let mut left = self.below(weights.iter().map(|weight| u64::from(*weight)).sum());
        let found = weights.iter().position(|weight| {
            let here = left < u64::from(*weight);
            left = left.saturating_sub(u64::from(*weight));
            here
        });
        found.unwrap_or(0)
    }
}

/// Mixes 64 bits so that each depends on all (the finaliser of SplitMix64).
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rolls() -> impl Iterator<Item = Roll> {
        (0..40_000).map(|about| Dice::new(7).roll(Purpose::Gift, about, 0))
    }

    #[test]
    fn draws_are_spread_as_their_names_say() {
        let count = |hit: &dyn Fn(Roll) -> bool| rolls().filter(|roll| hit(*roll)).count() as f64 / 40_000.0;
        assert!((count(&|roll| roll.chance(0.25)) - 0.25).abs() < 0.01);
        assert!((count(&|roll| roll.below(10) == 3) - 0.1).abs() < 0.01);
        assert!((count(&|roll| roll.pick(&[1, 0, 3]) == 2) - 0.75).abs() < 0.01);
        assert_eq!(count(&|roll| roll.pick(&[1, 0, 3]) == 1), 0.0);
        assert!((count(&|roll| roll.normal() > 1.0) - 0.16).abs() < 0.01);
    }

    #[test]
    fn a_draw_depends_on_all_that_it_is_for_and_on_nothing_else() {
        let of = |seed, purpose, about, nth| Dice::new(seed).roll(purpose, about, nth).0;
        let one = of(1, Purpose::Gift, 2, 3);
        assert_eq!(one, of(1, Purpose::Gift, 2, 3));
        for other in [of(2, Purpose::Gift, 2, 3), of(1, Purpose::Gap, 2, 3), of(1, Purpose::Gift, 3, 3)] {
            assert_ne!(one, other);
        }
        assert_ne!(one, of(1, Purpose::Gift, 2, 4));
    }
}
