//! Lateness: computed from dates when somebody asks, never stored, and shown with its sum.

use register::PartialDate;
use register::vocabulary::{Destruction, Status};

use super::words;

/// How late something is, and by what sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late {
    /// Days since.
    pub days: u64,
    /// The date that has passed.
    pub due: PartialDate,
    /// The day on which it was computed.
    pub today: PartialDate,
}

impl Late {
    fn since(due: Option<PartialDate>, today: PartialDate) -> Option<Self> {
        let due = due?;
        let days = u64::try_from(due.days_until(today)).ok().filter(|days| *days > 0)?;
        Some(Self { days, due, today })
    }

    /// `34 days`.
    pub fn length(&self) -> String {
        words::count(self.days, "day", "days")
    }

    /// The date that has passed, in words.
    pub fn due_words(&self) -> String {
        words::date(self.due)
    }

    /// The day on which it was computed, in words.
    pub fn today_words(&self) -> String {
        words::date(self.today)
    }
}

/// Destruction is late when its date has passed and nobody independent has confirmed it.
pub fn destruction(due: Option<PartialDate>, stage: Destruction, today: PartialDate) -> Option<Late> {
    if stage == Destruction::Confirmed { None } else { Late::since(due, today) }
}

/// A withheld text is late when the date on which it opens has passed and it is withheld still.
pub fn opening(opens: Option<PartialDate>, today: PartialDate) -> Option<Late> {
    Late::since(opens, today)
}

/// The end is late when its date has passed and the register does not say that access ended.
pub fn end(end: Option<PartialDate>, status: Status, today: PartialDate) -> Option<Late> {
    match status {
        Status::Approved | Status::Live | Status::Suspended => Late::since(end, today),
        _ => None,
    }
}
