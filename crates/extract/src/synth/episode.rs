//! Children in need: episodes that a household has, and that most of its children share.

use super::child::Child;
use super::dice::Purpose;
use super::family::Family;
use super::{FIRST_YEAR, Population, calendar};

/// The days from the first of a school year until the last term's census, in which a referral is made.
const REFERRALS: u64 = 250;

/// One episode of need of one child.
#[derive(Debug, Clone, Copy)]
pub struct Episode {
    /// The calendar year in which the school year of the referral begins.
    pub year: i32,
    pub referred: i32,
    /// Nothing while it lasts.
    pub closed: Option<i32>,
    /// Place in `codes::CHILD_NEEDS`.
    pub need: u8,
    /// Place in `codes::HARMS`; nothing without a protection plan.
    pub harm: Option<u8>,
    /// Whether the child was looked after by the authority.
    pub looked_after: bool,
}

impl Population {
    /// The child's episode that began in this school year, if one did. `poor` says whether its household was.
    pub fn episode(&self, child: &Child, family: &Family, deprivation: f64, poor: bool, year: i32) -> Option<Episode> {
        let at = (year - FIRST_YEAR) as u64;
        let shared = |nth| self.dice.roll(Purpose::Episode, family.number, at * 8 + nth);
        let own = |nth| self.dice.roll(Purpose::EpisodePart, child.number, at * 8 + nth);
        let risk = 0.009 + 0.03 * deprivation * deprivation + 0.045 * f64::from(u8::from(poor));
        let of_family = shared(0).chance(risk * (1.0 + 0.5 * family.strain).max(0.1)) && own(0).chance(0.85);
        let disabled = child.need.is_some_and(|need| need.level == 2) && own(1).chance(0.07);
        if !of_family && !disabled {
            return None;
        }
        let referred = calendar::day(year, 9, 1) + shared(1).below(REFERRALS) as i32;
        let length = 25 + (shared(2).unit() * shared(3).unit() * 900.0) as i32;
        let last = calendar::day(FIRST_YEAR + i32::from(self.years), 8, 31);
        let need = if of_family { shared(4).pick(&[52, 2, 6, 13, 15, 3, 1, 4, 4]) as u8 } else { 1 };
        let planned = need == 0 && shared(5).chance(0.24);
        let harm = planned.then(|| own(2).pick(&[48, 36, 7, 4, 5]) as u8);
        let looked_after = of_family && shared(6).chance(if planned { 0.3 } else { 0.06 });
        let closed = Some(referred + length).filter(|day| *day <= last);
        Some(Episode { year, referred, closed, need, harm, looked_after })
    }
}
