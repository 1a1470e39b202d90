//! Clocks: each working day is charged to whoever had the turn, and lateness is computed when somebody asks.

use std::collections::BTreeMap;

use jiff::civil::Date;
use register::{Moment, PartialDate};

use crate::calendar::{Calendar, day_in_england};
use crate::case::Case;
use crate::stage::{Party, Stage};
use crate::standing;

/// How long a stage may take, in working days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standard {
    /// The stage.
    pub stage: Stage,
    /// Working days.
    pub days: u32,
}

/// What the department promises. The stages of an applicant have no standard, but a return names its own day.
pub const STANDARDS: &[Standard] = &[
    Standard { stage: Stage::Submitted, days: 2 },
    Standard { stage: Stage::Screening, days: 10 },
    Standard { stage: Stage::Review, days: 30 },
    Standard { stage: Stage::Decided, days: 20 },
];

/// How late a stage is, with the sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overdue {
    /// Whose turn it is.
    pub party: Party,
    /// The day on which the count began; the next working day is the first.
    pub since: Date,
    /// How many working days were allowed; nothing where a day was named.
    pub allowed: Option<u32>,
    /// The last day that was in time.
    pub due: Date,
    /// Working days since then.
    pub late: u32,
}

impl Overdue {
    /// The sum as a sentence.
    pub fn sum(&self) -> String {
        let days = |count: u32| if count == 1 { "1 working day".to_owned() } else { format!("{count} working days") };
        let (since, due) = (PartialDate::from(self.since).in_words(), PartialDate::from(self.due).in_words());
        match self.allowed {
            Some(allowed) => {
                format!("{} from {since} ended on {due}; that is {} ago.", days(allowed), days(self.late))
            }
            None => format!("It was asked for by {due}; that is {} ago.", days(self.late)),
        }
    }
}

/// The working days that each party has had the turn until now.
pub fn spent(case: &Case, now: Moment, calendar: &Calendar) -> BTreeMap<Party, u32> {
    let ends = case.turns.iter().skip(1).map(|(since, _)| *since).chain([now]);
    let mut days = BTreeMap::new();
    for ((since, party), until) in case.turns.iter().zip(ends) {
        if let Some(party) = party {
            let worked = calendar.between(day_in_england(*since), day_in_england(until));
            *days.entry(*party).or_insert(0) += worked;
        }
    }
    days
}

/// Whether the case is late, and by what sum; never while it waits for a third party.
pub fn overdue(case: &Case, now: Moment, calendar: &Calendar) -> Option<Overdue> {
    let party = case.turn()?;
    let due = standing::due(case, calendar)?;
    let late = calendar.between(due, day_in_england(now));
    let allowed = if party == Party::Department { standing::allowed(case) } else { None };
    (late > 0).then_some(Overdue { party, since: standing::counted_from(case), allowed, due, late })
}
