//! Silence: whether the register kept saying that it is kept. How often it does is worked out from when it did, so that
//! nobody has to promise a date to be held to one.

use register::PartialDate;

use super::words;

/// How often the register says that it is kept, and when it did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cadence {
    /// The usual number of days from one time to the next: the middle one of all gaps.
    pub days: u64,
    /// How often it has said so.
    pub count: u64,
    /// The last time.
    pub last: PartialDate,
    /// Gaps of more than one and a half times the usual, oldest first.
    pub silences: Vec<Silence>,
}

/// A gap that is longer than usual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silence {
    /// The day before it.
    pub from: PartialDate,
    /// The day after it; nothing while it lasts.
    pub to: Option<PartialDate>,
    /// Its length in days.
    pub days: u64,
}

impl Cadence {
    /// Works it out from the days on which the register said so, oldest first. Two gaps are needed to tell the usual one.
    pub fn of(days: &[PartialDate], today: PartialDate) -> Option<Self> {
        let (last, _) = days.split_last()?;
        let length = |from: PartialDate, to| u64::try_from(from.days_until(to)).unwrap_or(0);
        let gaps: Vec<u64> = days.windows(2).map(|pair| length(pair[0], pair[1])).filter(|gap| *gap > 0).collect();
        if gaps.len() < 2 {
            return None;
        }
        let mut sorted = gaps;
        sorted.sort_unstable();
        let usual = sorted[sorted.len() / 2];
        let is_long = |gap: u64| gap * 2 > usual * 3;
        let past = days.windows(2).map(|pair| (pair[0], Some(pair[1]), length(pair[0], pair[1])));
        let now = [(*last, None, length(*last, today))];
        let silences = past.chain(now).filter(|(.., days)| is_long(*days));
        Some(Self {
            days: usual,
            count: days.len() as u64,
            last: *last,
            silences: silences.map(|(from, to, days)| Silence { from, to, days }).collect(),
        })
    }

    /// Whether the register is silent now.
    pub fn is_silent(&self) -> bool {
        self.silences.last().is_some_and(|silence| silence.to.is_none())
    }

    /// How often, in words.
    pub fn usual(&self) -> String {
        if self.days == 1 { "every day".to_owned() } else { format!("every {} days", words::number(self.days)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(texts: &[&str]) -> Vec<PartialDate> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_quarter_that_was_left_out_shows_with_its_length() {
        let said = days(&["2020-01-01", "2020-04-01", "2020-10-01", "2021-01-01", "2021-04-01"]);
        let cadence = Cadence::of(&said, "2021-05-01".parse().unwrap()).unwrap();
        assert_eq!(cadence.days, 92);
        assert!(!cadence.is_silent());
        let [silence] = cadence.silences.as_slice() else { panic!("expected one silence") };
        assert_eq!((silence.from.to_string(), silence.days), ("2020-04-01".to_owned(), 183));
    }

    #[test]
    fn silence_shows_while_it_lasts() {
        let said = days(&["2020-01-01", "2020-02-01", "2020-03-01"]);
        let silent = |today: &str| Cadence::of(&said, today.parse().unwrap()).unwrap().is_silent();
        assert!(!silent("2020-04-16"));
        assert!(silent("2020-04-17"));
    }

    #[test]
    fn too_few_times_tell_nothing() {
        let today = "2020-06-01".parse().unwrap();
        assert_eq!(Cadence::of(&[], today), None);
        assert_eq!(Cadence::of(&days(&["2020-01-01", "2020-02-01"]), today), None);
        assert_eq!(Cadence::of(&days(&["2020-01-01"; 4]), today), None);
    }
}
