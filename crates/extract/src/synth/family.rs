//! Households: who are siblings, and what they share.
//!
//! Children are numbered so that siblings follow one another: each sixteen are cut into households by one of eight patterns,
//! so that any child's siblings are known from its number.

use super::Population;
use super::codes::{LANGUAGES, MINORITIES, NOT_KNOWN, SPOKEN};
use super::dice::Purpose;
use super::places::UNITS;

const BLOCK: u64 = 16;

/// Ways to cut sixteen children into households; together they have 1.9 children on average.
const PATTERNS: [&[u8]; 8] = [
    &[1, 1, 1, 1, 2, 2, 2, 2, 3, 1],
    &[1, 1, 2, 2, 2, 3, 3, 2],
    &[1, 1, 1, 1, 1, 1, 2, 2, 2, 4],
    &[2, 2, 2, 1, 1, 1, 1, 3, 3],
    &[1, 2, 2, 2, 1, 1, 1, 1, 5],
    &[1, 1, 1, 2, 2, 2, 2, 2, 3],
    &[1, 1, 1, 1, 1, 2, 2, 3, 2, 2],
    &[3, 2, 1, 1, 2, 1, 1, 2, 3],
];

/// One household with children.
#[derive(Debug, Clone)]
pub struct Family {
    /// The number of its first child, and so its own.
    pub number: u64,
    /// Where it lives when the first year begins.
    pub home: Address,
    /// Place in `codes::ETHNICITIES`.
    pub ethnicity: u8,
    /// Place in `codes::LANGUAGES`.
    pub language: u8,
    /// What it gives its children at school, about normal.
    pub gift: f64,
    /// How hard its life is, about normal.
    pub strain: f64,
    /// The term, counted from the first of all, before which none of it is at school here.
    pub arrives: Option<u32>,
    /// The term from which none of it is any more.
    pub leaves: Option<u32>,
}

/// A postcode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// Place in `places.neighbourhoods`.
    pub neighbourhood: u32,
    /// Which of the neighbourhood's postcodes.
    pub unit: u8,
}

/// The household of a child: its number, and which child of it this is.
pub fn household(dice: super::dice::Dice, child: u64) -> (u64, u64) {
    let block = child / BLOCK;
    let mut slot = child % BLOCK;
    let pattern = PATTERNS[dice.roll(Purpose::Households, block, 0).below(PATTERNS.len() as u64) as usize];
    for size in pattern {
        if slot < u64::from(*size) {
            break;
        }
        slot -= u64::from(*size);
    }
    (child - slot, slot)
}

impl Population {
    /// A household by its number.
    pub fn family(&self, number: u64) -> Family {
        let roll = |purpose, nth| self.dice.roll(purpose, number, nth);
        let neighbourhood = roll(Purpose::Home, 0).below(self.places.neighbourhoods.len() as u64) as u32;
        let place = &self.places.neighbourhoods[neighbourhood as usize];
        let ethnicity = if !roll(Purpose::Ethnicity, 0).chance(place.mixture) {
            0
        } else if roll(Purpose::Ethnicity, 1).chance(0.4) {
            self.places.authority_of(neighbourhood).leading
        } else {
            roll(Purpose::Ethnicity, 2).pick(&MINORITIES) as u8
        };
        let language = self.language(number, 0, ethnicity);
        let newcomers = if language == 0 { 0.03 } else { 0.12 };
        let terms = u64::from(self.terms());
        let some_term = |purpose| roll(purpose, 1).below(terms) as u32;
        Family {
            number,
            home: self.address(number, neighbourhood, 0),
            ethnicity,
            language,
            gift: roll(Purpose::Gift, 0).normal(),
            strain: roll(Purpose::Strain, 0).normal(),
            arrives: roll(Purpose::Arrival, 0).chance(newcomers).then(|| some_term(Purpose::Arrival)),
            leaves: roll(Purpose::Departure, 0).chance(0.03).then(|| some_term(Purpose::Departure)),
        }
    }

    /// The language that is spoken in a household, or by one child of it where it differs.
    pub(super) fn language(&self, number: u64, nth: u64, ethnicity: u8) -> u8 {
        let (share, languages) = &SPOKEN[usize::from(ethnicity)];
        if self.dice.roll(Purpose::Language, number, nth * 2).below(100) < u64::from(*share) {
            self.dice.roll(Purpose::Language, number, nth * 2 + 1).pick(languages) as u8
        } else {
            0
        }
    }

    /// Where a household lives after so many moves.
    fn address(&self, number: u64, neighbourhood: u32, moves: u64) -> Address {
        Address { neighbourhood, unit: self.dice.roll(Purpose::Unit, number, moves).below(UNITS) as u8 }
    }

    /// Where a household lives in each term; `into` is cleared first. It moves at most once a year, the poorer the more
    /// often, and four times in five inside its authority.
    pub fn addresses(&self, family: &Family, into: &mut Vec<Address>) {
        into.clear();
        let (mut here, mut moves) = (family.home, 0);
        for year in 0..u64::from(self.years) {
            let roll = |nth| self.dice.roll(Purpose::HomeMove, family.number, year * 4 + nth);
            let poor = self.places.neighbourhoods[here.neighbourhood as usize].deprivation;
            let hazard = (0.04 + 0.05 * poor + 0.02 * family.strain).max(0.01);
            let moving = roll(0).chance(hazard).then(|| roll(1).below(3));
            for term in 0..3 {
                // Where it lives in the very first term is its home.
                if moving == Some(term) && year + term > 0 {
                    moves += 1;
                    let inside = self.places.authority_of(here.neighbourhood).neighbourhoods;
                    let to = if roll(2).chance(0.8) {
                        inside.first + roll(3).below(u64::from(inside.count)) as u32
                    } else {
                        roll(3).below(self.places.neighbourhoods.len() as u64) as u32
                    };
                    here = self.address(family.number, to, moves);
                }
                into.push(here);
            }
        }
    }

    /// Whether a household is poor enough for free meals, in each year; `into` is cleared first. Nine in ten keep from one
    /// year to the next what they earn.
    pub fn poverty(&self, family: &Family, addresses: &[Address], into: &mut Vec<bool>) {
        into.clear();
        let roll = |nth| self.dice.roll(Purpose::Poverty, family.number, nth);
        let mut income = roll(0).unit();
        let shift = match family.ethnicity {
            2 => 0.25,
            4 | 5 | 8 | 9 => 0.06,
            3 | 6 => -0.05,
            NOT_KNOWN => 0.02,
            _ => 0.0,
        };
        for year in 0..u64::from(self.years) {
            if year > 0 && roll(year * 2).chance(0.1) {
                income = roll(year * 2 + 1).unit();
            }
            let place = &self.places.neighbourhoods[addresses[year as usize * 3].neighbourhood as usize];
            let line = 0.03 + 0.48 * place.deprivation * place.deprivation + 0.05 * family.strain + shift;
            into.push(income < line.max(0.01));
        }
    }
}

/// English.
pub(super) fn is_english(language: u8) -> bool {
    LANGUAGES[usize::from(language)] == "ENG"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::synth::dice::Dice;

    #[test]
    fn siblings_follow_one_another_and_agree_on_their_household() {
        assert!(PATTERNS.iter().all(|pattern| pattern.iter().map(|size| u64::from(*size)).sum::<u64>() == BLOCK));
        let dice = Dice::new(1);
        let mut before = (0, 0);
        for child in 1..10_000 {
            let (number, order) = household(dice, child);
            assert!((number, order) == (before.0, before.1 + 1) || (number, order) == (child, 0), "{child}");
            before = (number, order);
        }
    }
}
