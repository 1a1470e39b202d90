//! What is true of one child all its life: birth, gender, pupil number, and the latent numbers behind its results.

use super::calendar::{day, month_length};
use super::codes::MIXED;
use super::dice::Purpose;
use super::family::{Address, Family, household, is_english};
use super::{FIRST_YEAR, GRADES, Population};

/// One child.
#[derive(Debug, Clone, Copy)]
pub struct Child {
    /// From 0 to below the number of people.
    pub number: u64,
    /// Its pupil number.
    pub upn: Upn,
    /// The calendar year in which its school year of birth begins.
    pub cohort: i32,
    /// The day of its birth, as days since 1970.
    pub birth: i32,
    /// The calendar year of that day.
    pub birth_year: i32,
    /// The month of that day, 1 to 12.
    pub birth_month: i32,
    /// Place in `codes::GENDERS`.
    pub gender: u8,
    /// Place in `codes::ETHNICITIES`.
    pub ethnicity: u8,
    /// Place in `codes::LANGUAGES`.
    pub language: u8,
    /// What it can do at school, about normal.
    pub ability: f64,
    /// How often it is away, about normal.
    pub away: f64,
    /// The kind of special need that it has at some time.
    pub need: Option<Need>,
    /// Whether it came to the country with its family, after the first term.
    pub newcomer: bool,
}

/// A special educational need.
#[derive(Debug, Clone, Copy)]
pub struct Need {
    /// Place in `codes::SEN` while it lasts.
    pub level: u8,
    /// Place in `codes::SEN_NEEDS`.
    pub kind: u8,
    /// The first year group in which it is known.
    pub from: u8,
    /// The last.
    pub to: u8,
    /// Whether a special school would take it.
    pub special_school: bool,
}

/// A pupil number: a check letter and twelve digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Upn([u8; 13]);

impl Upn {
    /// The number of a child. All begin with 100 after the letter, where a real one has its authority's code, and those
    /// begin at 201.
    fn new(seed: u64, child: u64) -> Self {
        // A multiplier that shares no factor with the modulus gives every child a number of its own.
        let serial = (child * 387_420_489 + seed % 1_000_000_000) % 1_000_000_000;
        let mut text = *b"?100000000000";
        let mut left = serial;
        for place in (4..13).rev() {
            text[place] = b'0' + (left % 10) as u8;
            left /= 10;
        }
        text[0] = Self::check_letter(&text[1..]);
        Self(text)
    }

    /// The letter before the digits: their sum, weighted from 2 on, modulo 23.
    fn check_letter(digits: &[u8]) -> u8 {
        let sum: usize = digits.iter().zip(2..).map(|(digit, weight)| usize::from(digit - b'0') * weight).sum();
        b"ABCDEFGHJKLMNPQRTUVWXYZ"[sum % 23]
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// Births in each month from September on; more in early autumn.
const BIRTHS: [u16; 12] = [90, 87, 82, 83, 82, 76, 83, 80, 84, 83, 87, 86];

impl Population {
    /// A child, of its household whose addresses and poverty are known.
    pub fn child(&self, number: u64, family: &Family, addresses: &[Address], poverty: &[bool]) -> Child {
        let roll = |purpose, nth| self.dice.roll(purpose, number, nth);
        let (cohort, month_of_cohort) = self.birth_month(number);
        let (birth_year, month) =
            if month_of_cohort < 4 { (cohort, 9 + month_of_cohort) } else { (cohort + 1, month_of_cohort - 3) };
        let birth = day(birth_year, month, 1) + self.birth_day(number, u64::from(month_length(birth_year, month)));
        let gender = u8::from(roll(Purpose::Gender, 0).chance(0.512));
        let mixed = family.ethnicity != MIXED && roll(Purpose::Ethnicity, 1 << 32).chance(0.03);
        let unknown = roll(Purpose::Ethnicity, (1 << 32) + 1).chance(0.012);
        let ethnicity = match (unknown, mixed) {
            (true, _) => super::codes::NOT_KNOWN,
            (_, true) => MIXED,
            _ => family.ethnicity,
        };
        let own_language = roll(Purpose::Language, 1 << 32).chance(0.03);
        let language = if own_language { self.language(number, 1 << 31, ethnicity) } else { family.language };
        let poor = poverty.first().is_some_and(|poor| *poor);
        let deprivation = self.places.neighbourhoods[addresses[0].neighbourhood as usize].deprivation;
        // From 0 for the oldest of a year group to 1.
        let young = f64::from(month_of_cohort) / 11.0;
        let disadvantage = 0.85 * f64::from(u8::from(poor)) + 0.7 * (deprivation - 0.5) + 0.15 * family.strain;
        let need = self.need(number, gender, disadvantage + 0.2 * (young - 0.5));
        let weight = need.map_or(0.0, |need| if need.level == 2 { 1.5 } else { 0.75 });
        let newcomer = family.arrives.is_some_and(|term| term > 0);
        let foreign = if newcomer && !is_english(language) { 0.3 } else { 0.0 };
        let ability =
            0.5 * family.gift + 0.65 * roll(Purpose::Gift, 1 << 32).normal() + 0.12 * (1.0 - f64::from(gender))
                - 0.6 * disadvantage
                - 0.3 * (young - 0.5)
                - weight
                - foreign;
        let away = 0.5 * family.strain + 0.7 * roll(Purpose::Absence, 1 << 32).normal() + 0.6 * disadvantage
            - 0.2 * ability
            + 0.3 * weight;
        let upn = Upn::new(self.seed, number);
        let birth_month = month as i32;
        Child {
            number,
            upn,
            cohort,
            birth,
            birth_year,
            birth_month,
            gender,
            ethnicity,
            language,
            ability,
            away,
            need,
            newcomer,
        }
    }

    /// The cohort of a child, and its month of birth from 0 for September.
    ///
    /// The first of a household is born in any month; each further one a year or more before or after the one before it,
    /// and in any case in a cohort that is at school in some year.
    fn birth_month(&self, number: u64) -> (i32, u32) {
        let (family, order) = household(self.dice, number);
        let months = 12 * i64::from(self.cohorts());
        let cohort = self.dice.roll(Purpose::Birth, family, 0).below(u64::from(self.cohorts())) as i64;
        let eldest = cohort * 12 + self.dice.roll(Purpose::Birth, family, 1).pick(&BIRTHS) as i64;
        let apart: i64 = (1..=order).map(|nth| self.gap(family, nth)).sum();
        let later = self.dice.roll(Purpose::Birth, family, 2).chance(0.5);
        let (one, other) = if later { (eldest + apart, eldest - apart) } else { (eldest - apart, eldest + apart) };
        let within = |month: i64| (0..months).contains(&month);
        let month = if within(one) {
            one
        } else if within(other) {
            other
        } else {
            one.rem_euclid(months)
        };
        (FIRST_YEAR - 4 - GRADES + (month / 12) as i32, (month % 12) as u32)
    }

    /// Months between a child of a household and the one before it: none for twins.
    fn gap(&self, family: u64, nth: u64) -> i64 {
        let roll = |part| self.dice.roll(Purpose::BirthGap, family, nth * 4 + part);
        if roll(0).chance(0.03) { 0 } else { 12 + (roll(1).below(25) + roll(2).below(25)) as i64 }
    }

    /// The day of the month from 0: twins share it.
    fn birth_day(&self, number: u64, length: u64) -> i32 {
        let (family, order) = household(self.dice, number);
        let mut first = order;
        while first > 0 && self.gap(family, first) == 0 {
            first -= 1;
        }
        self.dice.roll(Purpose::BirthDay, family, first).below(length) as i32
    }

    fn need(&self, number: u64, gender: u8, disadvantage: f64) -> Option<Need> {
        let roll = |nth| self.dice.roll(Purpose::Need, number, nth);
        let weight = roll(0).normal() + 0.4 * f64::from(gender) + 0.45 * disadvantage;
        let level = match weight {
            weight if weight > 2.12 => 2,
            weight if weight > 1.2 => 1,
            _ => return None,
        };
        let kinds: [u16; 8] = if level == 2 { [8, 14, 16, 13, 34, 4, 8, 3] } else { [34, 1, 24, 20, 10, 3, 3, 5] };
        let kind = self.dice.roll(Purpose::NeedKind, number, 0).pick(&kinds) as u8;
        let from = roll(1).below(if level == 2 { 4 } else { 6 }) as u8;
        let lasts = if level == 2 { 12 } else { 2 + roll(2).below(11) as u8 };
        Some(Need { level, kind, from, to: from + lasts, special_school: level == 2 && roll(3).chance(0.45) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn pupil_numbers_differ_and_have_their_check_letter() {
        let numbers: BTreeSet<Upn> = (0..50_000).map(|child| Upn::new(u64::MAX, child)).collect();
        assert_eq!(numbers.len(), 50_000);
        // By hand: 1 times 2 for the first digit and 1 times 13 for the last are 15, and the letter after 14 others is R.
        assert_eq!(Upn::check_letter(b"100000000001"), b'R');
    }
}
