//! Results at 11 and 16, and absence, from what a child can do and how it lives.

use super::Population;
use super::child::Child;
use super::dice::Purpose;
use super::enrolment::Enrolment;

/// Results at the end of primary school.
#[derive(Debug, Clone, Copy)]
pub struct Ks2 {
    /// Scaled scores from 80 to 120; none where the child could not take the test.
    pub reading: Option<i32>,
    pub maths: Option<i32>,
    pub grammar: Option<i32>,
    /// Place in `codes::WRITING`.
    pub writing: u8,
    /// Whether reading, writing and mathematics are all as expected.
    pub expected: bool,
}

/// Results at the end of compulsory school.
#[derive(Debug, Clone, Copy)]
pub struct Ks4 {
    /// From 0 to 90 in steps of a half.
    pub attainment: f64,
    /// Against others with the same results at 11; none without those.
    pub progress: Option<f64>,
    /// Grades from 0 to 9.
    pub english: i32,
    pub maths: i32,
    /// Whether the child took the five subjects that count as one measure.
    pub five_subjects: bool,
}

/// Half-days of one term.
#[derive(Debug, Clone, Copy)]
pub struct Absence {
    pub possible: i32,
    pub authorised: i32,
    pub unauthorised: i32,
}

impl Absence {
    /// Whether the child was away a tenth of the time or more.
    pub fn is_persistent(&self) -> bool {
        (self.authorised + self.unauthorised) * 10 >= self.possible
    }
}

impl Population {
    /// A child's results at 11. They depend on the child alone.
    pub fn ks2(&self, child: &Child) -> Ks2 {
        let noise = |nth| self.dice.roll(Purpose::Results, child.number, nth);
        let girl = 1.0 - f64::from(child.gender);
        // Who has the largest needs seldom sits in the test, and so do a few others.
        let untested = if child.need.is_some_and(|need| need.level == 2) { 0.55 } else { 0.015 };
        let score = |nth, lean: f64| {
            let scaled = 105.2 + 6.6 * child.ability + 3.2 * noise(nth).normal() + lean;
            (!noise(nth + 8).chance(untested)).then(|| (scaled.round() as i32).clamp(80, 120))
        };
        let (reading, maths, grammar) = (score(0, 0.9 * girl), score(1, -0.8 * girl), score(2, 1.2 * girl));
        let written = child.ability + 0.45 * noise(3).normal() + 0.25 * girl;
        let writing = match written {
            written if written < -1.9 => 0,
            written if written < -0.75 => 1,
            written if written < 1.05 => 2,
            _ => 3,
        };
        let passed = |score: Option<i32>| score.is_some_and(|score| score >= 100);
        Ks2 { reading, maths, grammar, writing, expected: passed(reading) && passed(maths) && writing >= 2 }
    }

    /// A child's results at 16. They follow those at 11, and absence lowers them.
    pub fn ks4(&self, child: &Child) -> Ks4 {
        let noise = |nth: u64| self.dice.roll(Purpose::Results, child.number, 16 + nth).normal();
        let level = child.ability - 0.12 * child.away.max(0.0) + 0.65 * noise(0);
        let attainment = ((50.0 + 17.0 * level) * 2.0).round() / 2.0;
        let attainment = attainment.clamp(0.0, 90.0);
        let before = self.ks2(child);
        let progress = (!child.newcomer).then_some(before).and_then(|before| {
            let expected = 48.0 + 1.9 * (f64::from(before.reading? + before.maths?) / 2.0 - 105.2);
            Some(((attainment - expected) * 10.0).round() / 100.0)
        });
        let grade = |nth, lean: f64| ((4.8 + 1.8 * level + 0.8 * noise(nth) + lean).round() as i32).clamp(0, 9);
        let girl = 1.0 - f64::from(child.gender);
        Ks4 {
            attainment,
            progress,
            english: grade(1, 0.6 * girl),
            maths: grade(2, 0.0),
            five_subjects: level + 0.6 * noise(3) > 0.3,
        }
    }

    /// A child's absence in a term.
    pub fn absence(&self, child: &Child, at: &Enrolment) -> Absence {
        let term = (at.year * 4) as u64 + u64::from(at.term);
        let roll = |nth| self.dice.roll(Purpose::Absence, child.number, term * 4 + nth);
        let possible = match (at.term, at.grade) {
            (0, _) => 142,
            (1, _) => 118,
            (_, 11) => 56,
            _ => 122,
        };
        let poor = f64::from(u8::from(at.meals));
        let latent = child.away + 0.45 * poor + 0.12 * (f64::from(at.grade) - 5.0).max(0.0) + 0.5 * roll(0).normal();
        // A long tail: what is above average counts more than twice.
        let rate = (0.036 + 0.016 * latent + 0.014 * latent.max(0.0) * latent.max(0.0)).clamp(0.0, 0.95);
        let whole = |part: f64, roll: super::dice::Roll| (f64::from(possible) * part + roll.unit()) as i32;
        let missed = whole(rate, roll(1)).min(possible);
        let without_leave = (0.12 + 0.14 * poor + 0.08 * latent.max(0.0)).min(0.8);
        let unauthorised = (f64::from(missed) * without_leave + roll(2).unit()) as i32;
        let unauthorised = unauthorised.min(missed);
        Absence { possible, authorised: missed - unauthorised, unauthorised }
    }
}
