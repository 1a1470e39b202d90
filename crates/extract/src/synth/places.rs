//! Where the invented children live and learn: authorities, neighbourhoods with their deprivation, postcodes, schools.
//!
//! How many there are follows from how many children there are, so that a small population has small numbers of ordinary
//! schools and not ordinary numbers of tiny ones.

use super::codes::{LEADING, REGIONS};
use super::dice::{Dice, Purpose};

/// Children of one year group in a neighbourhood, on average, until there are [`MOST_NEIGHBOURHOODS`].
const BIRTHS: u64 = 15;
const MOST_NEIGHBOURHOODS: u64 = 20_000;
const PRIMARY_INTAKE: f64 = 45.0;
const SECONDARY_INTAKE: f64 = 180.0;
const SPECIAL_INTAKE: f64 = 900.0;

/// Postcodes of a neighbourhood.
pub const UNITS: u64 = 40;

/// The letters that the second half of a postcode may end with.
const LETTERS: &[u8; 20] = b"ABDEFGHJLNPQRSTUWXYZ";

/// The number of the first school. Real numbers have six digits.
const FIRST_SCHOOL: i32 = 9_000_001;

/// A phase, as its place in `codes::PHASES`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Phase {
    Primary,
    Secondary,
    Special,
}

/// A range of schools or neighbourhoods that follow one another.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    pub first: u32,
    pub count: u32,
}

/// A local authority.
#[derive(Debug, Clone)]
pub struct Authority {
    pub region: u8,
    pub neighbourhoods: Span,
    /// The schools of each phase.
    pub schools: [Span; 3],
    /// The share of households outside the majority, and their largest group.
    mixture: f64,
    pub leading: u8,
}

/// A few hundred households.
#[derive(Debug, Clone, Copy)]
pub struct Neighbourhood {
    pub authority: u16,
    /// From 0 to 1, spread evenly over all neighbourhoods; 1 is the poorest.
    pub deprivation: f64,
    /// The share of households outside the majority.
    pub mixture: f64,
    /// Which postcode sector of its region, and which tenth of it.
    sector: u16,
    part: u8,
}

/// A school.
#[derive(Debug, Clone, Copy)]
pub struct School {
    pub urn: i32,
    pub phase: Phase,
    pub authority: u16,
}

/// All places.
#[derive(Debug)]
pub struct Places {
    pub authorities: Vec<Authority>,
    pub neighbourhoods: Vec<Neighbourhood>,
    pub schools: Vec<School>,
}

impl Places {
    /// The places of so many children, spread over so many years of birth.
    pub fn new(dice: Dice, people: u64, cohorts: u64) -> Self {
        let wanted = (people / (BIRTHS * cohorts)).clamp(9, MOST_NEIGHBOURHOODS);
        let count = (wanted / 40).clamp(3, 150);
        let sizes: Vec<u64> = (0..count).map(|at| 2 + dice.roll(Purpose::Authority, at, 0).below(5)).collect();
        let total: u64 = sizes.iter().sum();
        let mut places = Self { authorities: Vec::new(), neighbourhoods: Vec::new(), schools: Vec::new() };
        let mut ordinals = [0_u32; REGIONS.len()];
        for (at, size) in (0_u64..).zip(sizes) {
            let region = region_at(at, count);
            let neighbourhoods = (wanted * size / total).max(3) as u32;
            let spread = 0.3 + 1.4 * dice.roll(Purpose::Authority, at, 1).unit();
            let leading = LEADING[dice.roll(Purpose::Authority, at, 2).below(LEADING.len() as u64) as usize];
            let authority = Authority {
                region: region as u8,
                neighbourhoods: Span { first: places.neighbourhoods.len() as u32, count: neighbourhoods },
                schools: [Span { first: 0, count: 0 }; 3],
                mixture: (REGIONS[region].mixture * spread).min(0.85),
                leading,
            };
            places.build(dice, at as u16, &authority, &mut ordinals[region]);
            places.authorities.push(authority);
        }
        places.rank();
        let births = people as f64 / (cohorts as f64 * places.neighbourhoods.len() as f64);
        places.open_schools(births);
        places
    }

    /// The neighbourhoods of an authority. Their deprivation is a score for now.
    fn build(&mut self, dice: Dice, number: u16, authority: &Authority, ordinal: &mut u32) {
        let level = dice.roll(Purpose::Authority, u64::from(number), 3).unit();
        let sectors = REGIONS[usize::from(authority.region)].areas.len() as u32 * 100;
        for _ in 0..authority.neighbourhoods.count {
            let of = self.neighbourhoods.len() as u64;
            let own = dice.roll(Purpose::Neighbourhood, of, 0).unit();
            let deprivation = 0.45 * level + 0.55 * own;
            // Few neighbourhoods have most of an authority's minorities.
            let few = dice.roll(Purpose::Neighbourhood, of, 1).unit();
            let spread = 0.1 + 2.2 * few * few + 0.4 * own;
            self.neighbourhoods.push(Neighbourhood {
                authority: number,
                deprivation,
                mixture: (authority.mixture * spread).min(0.95),
                sector: (*ordinal % sectors) as u16,
                part: (*ordinal / sectors % 10) as u8,
            });
            *ordinal += 1;
        }
    }

    /// Turns scores into ranks from 0 to 1.
    fn rank(&mut self) {
        let mut order: Vec<usize> = (0..self.neighbourhoods.len()).collect();
        order.sort_by(|a, b| {
            let score = |at: &usize| self.neighbourhoods[*at].deprivation;
            score(a).total_cmp(&score(b)).then(a.cmp(b))
        });
        let count = order.len() as f64;
        for (rank, at) in order.into_iter().enumerate() {
            self.neighbourhoods[at].deprivation = (rank as f64 + 0.5) / count;
        }
    }

    fn open_schools(&mut self, births: f64) {
        for (number, authority) in (0_u16..).zip(&mut self.authorities) {
            let children = f64::from(authority.neighbourhoods.count) * births;
            let phases = [
                (Phase::Primary, (children / PRIMARY_INTAKE).round().max(2.0)),
                (Phase::Secondary, (children / SECONDARY_INTAKE).round().max(2.0)),
                (Phase::Special, (children / SPECIAL_INTAKE).round().max(1.0)),
            ];
            for (phase, count) in phases {
                let span = Span { first: self.schools.len() as u32, count: count as u32 };
                authority.schools[phase as usize] = span;
                let urns = FIRST_SCHOOL + span.first as i32..;
                self.schools.extend(urns.take(span.count as usize).map(|urn| School { urn, phase, authority: number }));
            }
        }
    }

    /// The school of a phase that serves a neighbourhood.
    pub fn local_school(&self, neighbourhood: u32, phase: Phase) -> u32 {
        let authority = self.authority_of(neighbourhood);
        let schools = authority.schools[phase as usize];
        let place = u64::from(neighbourhood - authority.neighbourhoods.first);
        schools.first + (place * u64::from(schools.count) / u64::from(authority.neighbourhoods.count)) as u32
    }

    /// The school of the same authority and phase so many further on, in a ring.
    pub fn another_school(&self, school: u32, further: u32) -> u32 {
        let here = self.schools[school as usize];
        let schools = self.authorities[usize::from(here.authority)].schools[here.phase as usize];
        schools.first + (school - schools.first + further) % schools.count
    }

    /// A neighbourhood's authority.
    pub fn authority_of(&self, neighbourhood: u32) -> &Authority {
        &self.authorities[usize::from(self.neighbourhoods[neighbourhood as usize].authority)]
    }

    /// Writes the postcode of a unit (below [`UNITS`]) of a neighbourhood, such as `QA1 4BD`.
    pub fn postcode(&self, neighbourhood: u32, unit: u8, into: &mut String) {
        let at = &self.neighbourhoods[neighbourhood as usize];
        let region = &REGIONS[usize::from(self.authority_of(neighbourhood).region)];
        let digit = |number: u16| char::from(b'0' + (number % 10) as u8);
        into.push_str(region.areas[usize::from(at.sector / 100)]);
        into.push(digit(at.sector / 10));
        into.push(' ');
        into.push(digit(at.sector));
        // Each tenth of a sector has two of the first letters.
        into.push(char::from(LETTERS[usize::from(at.part * 2 + unit / 20)]));
        into.push(char::from(LETTERS[usize::from(unit % 20)]));
    }
}

impl Neighbourhood {
    /// From 1, the poorest tenth of neighbourhoods, to 10.
    pub fn decile(&self) -> i32 {
        10 - (self.deprivation * 10.0) as i32
    }
}

/// The region of an authority: each has its share of them.
fn region_at(authority: u64, count: u64) -> usize {
    let mut place = (authority * 200 + 100) / (count * 2);
    let found = REGIONS.iter().position(|region| {
        let here = place < u64::from(region.share);
        place = place.saturating_sub(u64::from(region.share));
        here
    });
    found.unwrap_or(REGIONS.len() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_unit_of_every_neighbourhood_has_a_postcode_of_its_own() {
        let places = Places::new(Dice::new(3), 900_000, 17);
        let mut seen = BTreeSet::new();
        for neighbourhood in 0..places.neighbourhoods.len() as u32 {
            for unit in 0..UNITS as u8 {
                let mut text = String::new();
                places.postcode(neighbourhood, unit, &mut text);
                assert_eq!(text.len(), 7, "{text}");
                assert!(seen.insert(text));
            }
        }
    }

    #[test]
    fn schools_stand_in_their_authority_and_all_regions_have_some() {
        let places = Places::new(Dice::new(3), 900_000, 17);
        let regions: BTreeSet<u8> = places.authorities.iter().map(|authority| authority.region).collect();
        assert_eq!(regions.len(), REGIONS.len());
        for at in 0..places.neighbourhoods.len() as u32 {
            for phase in [Phase::Primary, Phase::Secondary, Phase::Special] {
                let local = places.local_school(at, phase);
                for school in [local, places.another_school(local, 1)] {
                    let school = places.schools[school as usize];
                    assert_eq!((school.phase, school.authority), (phase, places.neighbourhoods[at as usize].authority));
                }
            }
            assert!((1..=10).contains(&places.neighbourhoods[at as usize].decile()));
        }
    }
}
