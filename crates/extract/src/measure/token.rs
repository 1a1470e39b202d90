//! Values as numbers of 128 bits, equal where the values are equal.
//!
//! Short values are packed whole, so that nothing is left to chance; longer ones are hashed with SipHash under a key
//! that nobody knows and that is new in every run, so that nobody can make two of them meet.

use std::hash::{BuildHasherDefault, Hasher};

use siphasher::sip128::SipHasher13;

/// Makes tokens under one key.
#[derive(Clone, Copy)]
pub struct Tokens(SipHasher13);

/// Low bits that no token of a person uses, so that a cohort can stand there.
const COHORT: u128 = 0xFFFF;

impl Tokens {
    /// Under a key of 16 random bytes.
    pub fn new(key: &[u8; 16]) -> Self {
        Self(SipHasher13::new_with_key(key))
    }

    /// A person's token, hashed however short the identifier is: 112 bits.
    pub fn person(&self, identifier: &str) -> u128 {
        self.0.hash(identifier.as_bytes()).as_u128() & !COHORT
    }

    /// A text's token.
    pub fn text(&self, text: &str) -> u128 {
        let bytes = text.as_bytes();
        if bytes.len() <= 15 {
            let mut packed = [0; 16];
            packed[0] = bytes.len() as u8;
            packed[1..=bytes.len()].copy_from_slice(bytes);
            return u128::from_be_bytes(packed);
        }
        self.0.hash(bytes).as_u128() | 0xFF << 120
    }

    /// A number's token.
    pub fn number(number: u64) -> u128 {
        u128::from(number) << 32
    }
}

/// A person of a cohort, as one number. Cohorts are counted from 1900.
pub fn in_cohort(person: u128, cohort: i32) -> Option<u128> {
    let cohort = u16::try_from(cohort - 1900).ok().filter(|cohort| *cohort <= 200)?;
    Some(person | u128::from(cohort))
}

/// The two of [`in_cohort`].
pub fn of_cohort(pair: u128) -> (u128, u16) {
    (pair & !COHORT, (pair & COHORT) as u16 + 1900)
}

/// Mixes the bits of a token: multiplied by odd numbers with bits all over, and folded.
pub fn mixed(token: u128) -> u64 {
    let (high, low) = ((token >> 64) as u64, token as u64);
    let product = (u128::from(high ^ 0x9E37_79B9_7F4A_7C15) * u128::from(low ^ 0xD1B5_4A32_D192_ED03))
        .wrapping_add(u128::from(low | 1) * 0xA076_1D64_78BD_642F);
    let folded = (product >> 64) as u64 ^ product as u64;
    let again = u128::from(folded ^ high.rotate_left(32)) * 0xE703_7ED1_A0B4_28DB;
    (again >> 64) as u64 ^ again as u64
}

/// How sets of tokens find their places.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mixing(u64);

/// See [`Mixing`].
pub type Mixed = BuildHasherDefault<Mixing>;

impl Hasher for Mixing {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = mixed(u128::from(self.0) << 8 | u128::from(*byte));
        }
    }

    fn write_u128(&mut self, token: u128) {
        self.0 = mixed(token);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn tokens_are_equal_where_texts_are(texts in proptest::collection::vec(".{0,20}", 0..30)) {
            let tokens = Tokens::new(&[3; 16]);
            let found: HashSet<u128> = texts.iter().map(|text| tokens.text(text)).collect();
            prop_assert_eq!(found.len(), texts.iter().collect::<HashSet<_>>().len());
        }

        #[test]
        fn a_cohort_stands_beside_a_person(name in ".{1,20}", cohort in 1900_i32..=2100) {
            let person = Tokens::new(&[3; 16]).person(&name);
            prop_assert_eq!(of_cohort(in_cohort(person, cohort).unwrap()), (person, cohort as u16));
        }
    }

    #[test]
    fn short_texts_and_numbers_spread_over_all_places() {
        let places: HashSet<u64> = (0..4_096_u64).map(|number| mixed(Tokens::number(number)) >> 56).collect();
        assert_eq!(places.len(), 256);
        let tokens = Tokens::new(&[3; 16]);
        let places: HashSet<u64> = (0..4_096).map(|number| mixed(tokens.text(&number.to_string())) >> 56).collect();
        assert_eq!(places.len(), 256);
    }
}
