//! A child's way through school, term by term: where it is enrolled, in which year group, and what the census says of it then.

use super::calendar::{day, term_begins};
use super::child::Child;
use super::dice::Purpose;
use super::family::{Address, Family};
use super::places::Phase;
use super::{FIRST_YEAR, GRADES, Population};

/// The first year group of secondary school.
const SECONDARY: i32 = 7;

/// One child at one school on the census day of one term.
#[derive(Debug, Clone, Copy)]
pub struct Enrolment {
    /// The calendar year in which the school year begins.
    pub year: i32,
    /// 0 to 2.
    pub term: u8,
    /// The year group: 0 is reception, 11 the last.
    pub grade: u8,
    /// Place in `places.schools`.
    pub school: u32,
    /// The day on which the child came to this school.
    pub entry: i32,
    /// Where it lives.
    pub address: Address,
    /// Whether it has free school meals.
    pub meals: bool,
    /// Whether it has them now or has had them in the five years before.
    pub meals_before: bool,
    /// Place in `codes::SEN`.
    pub sen: u8,
}

/// What a household's children share, term by term and year by year.
#[derive(Debug, Default)]
pub struct Surroundings {
    /// Where they live, for each term.
    pub addresses: Vec<Address>,
    /// Whether they are poor enough for free meals, for each year.
    pub poverty: Vec<bool>,
}

impl Population {
    /// What a household lives in.
    pub fn surroundings(&self, family: &Family, into: &mut Surroundings) {
        self.addresses(family, &mut into.addresses);
        self.poverty(family, &into.addresses, &mut into.poverty);
    }

    /// The terms in which a child is enrolled, in order; `into` is cleared first. There is at least one.
    pub fn enrolments(&self, child: &Child, family: &Family, around: &Surroundings, into: &mut Vec<Enrolment>) {
        into.clear();
        let stays = self.stays(child, family);
        let mut school = None;
        let mut entry = 0;
        for at in stays.first..stays.end {
            let (year, term) = (FIRST_YEAR + (at / 3) as i32, (at % 3) as usize);
            let grade = grade_in(child, year);
            let address = around.addresses[at as usize];
            let sen = child.need.filter(|need| (i32::from(need.from)..=i32::from(need.to)).contains(&grade));
            let special = sen.is_some_and(|need| need.special_school);
            let phase = match grade {
                _ if special => Phase::Special,
                grade if grade < SECONDARY => Phase::Primary,
                _ => Phase::Secondary,
            };
            let (next, came) = match school {
                None => (self.choice(child, family, address.neighbourhood, phase), self.first_day(child, at, grade)),
                Some(school) => {
                    let moved = at > 0 && around.addresses[at as usize - 1] != address;
                    let next = self.next_school((child, family), school, phase, address, (at, moved));
                    (next, if next == school { entry } else { self.entry_day(child, year, term) })
                }
            };
            (school, entry) = (Some(next), came);
            if stays.missing == Some(at) {
                continue;
            }
            let meals = self.meals(child, &around.poverty, year);
            let meals_before = (year - 5..=year).any(|year| self.meals(child, &around.poverty, year));
            let sen = sen.map_or(0, |need| need.level);
            let (term, grade) = (term as u8, grade as u8);
            into.push(Enrolment { year, term, grade, school: next, entry, address, meals, meals_before, sen });
        }
    }

    /// The terms, counted from the first of all, from which and until which a child is enrolled, and one that it misses.
    fn stays(&self, child: &Child, family: &Family) -> Stays {
        let years = i32::from(self.years);
        let entry = (child.cohort + 5 - FIRST_YEAR).clamp(0, years - 1);
        let leaving = (child.cohort + 5 + GRADES - FIRST_YEAR).clamp(1, years);
        let (earliest, latest) = (entry as u32 * 3, leaving as u32 * 3);
        let first = family.arrives.unwrap_or(earliest).clamp(earliest, latest - 1);
        let roll = |purpose, nth: u64| self.dice.roll(purpose, child.number, (1 << 32) + nth);
        let own = roll(Purpose::Departure, 0).chance(0.02);
        let own = own.then(|| first + 1 + roll(Purpose::Departure, 1).below(12) as u32);
        let end = family.leaves.into_iter().chain(own).min().unwrap_or(latest).clamp(first + 1, latest);
        let middle = end.saturating_sub(first + 2);
        let missing = (middle > 0 && roll(Purpose::Gap, 0).chance(0.012))
            .then(|| first + 1 + roll(Purpose::Gap, 1).below(u64::from(middle)) as u32);
        Stays { first, end, missing }
    }

    /// The school that a household would choose for a child: mostly the local one, and the same for its siblings.
    fn choice(&self, child: &Child, family: &Family, neighbourhood: u32, phase: Phase) -> u32 {
        let local = self.places.local_school(neighbourhood, phase);
        let nth = u64::from(neighbourhood) * 4 + phase as u64;
        let own = self.dice.roll(Purpose::OwnChoice, child.number, nth);
        let choice = if own.chance(0.06) { own } else { self.dice.roll(Purpose::Choice, family.number, nth) };
        match choice.below(1_000) {
            // The lowest sixty are those that choose alone: half of them go elsewhere.
            0..30 | 60..150 => self.places.another_school(local, 1),
            150..220 => self.places.another_school(local, 2),
            _ => local,
        }
    }

    /// The school in the next term: the same, unless the phase ends, the household moves or the child changes.
    fn next_school(
        &self,
        (child, family): (&Child, &Family),
        school: u32,
        phase: Phase,
        address: Address,
        (at, moved): (u32, bool),
    ) -> u32 {
        let here = &self.places.schools[school as usize];
        let there = self.places.neighbourhoods[address.neighbourhood as usize].authority;
        let far = here.authority != there;
        // A household that has moved inside its authority lets its children stay as often as not.
        let goes = self.dice.roll(Purpose::SchoolMove, family.number, u64::from(at) + (1 << 32)).chance(0.5);
        let leaves = moved && (far || goes);
        if here.phase != phase || leaves {
            return self.choice(child, family, address.neighbourhood, phase);
        }
        let hazard = (0.006 + 0.003 * child.away).max(0.001);
        if self.dice.roll(Purpose::SchoolMove, child.number, u64::from(at)).chance(hazard) {
            self.places.another_school(school, 1)
        } else {
            school
        }
    }

    /// When a child came to the school at which it is first seen: who is there in the very first term, or when its year
    /// group begins, came when the phase began.
    fn first_day(&self, child: &Child, at: u32, grade: i32) -> i32 {
        let (year, term) = (FIRST_YEAR + (at / 3) as i32, (at % 3) as usize);
        let since = if at == 0 { grade % SECONDARY } else { 0 };
        if at == 0 || term == 0 { day(year - since, 9, 1) } else { self.entry_day(child, year, term) }
    }

    fn entry_day(&self, child: &Child, year: i32, term: usize) -> i32 {
        let (first, days) = term_begins(year, term);
        let late = self.dice.roll(Purpose::Entry, child.number, (year * 4) as u64 + term as u64);
        // Most come on the first day of the year, and on any day of the other terms.
        if term == 0 && late.chance(0.9) { first } else { first + late.below(u64::from(days)) as i32 }
    }

    /// Whether a child has free meals in a year: its household is poor, and has claimed. Before the first year it was as poor
    /// as in it.
    fn meals(&self, child: &Child, poverty: &[bool], year: i32) -> bool {
        let at = (year - FIRST_YEAR).max(0) as usize;
        poverty.get(at).is_some_and(|poor| *poor) && self.dice.roll(Purpose::Claim, child.number, 0).chance(0.95)
    }
}

/// The year group of a child in the school year that begins in `year`.
pub fn grade_in(child: &Child, year: i32) -> i32 {
    year - 5 - child.cohort
}

struct Stays {
    first: u32,
    end: u32,
    missing: Option<u32>,
}
