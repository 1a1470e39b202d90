//! Days, terms and cohorts, from the number of a day since 1970. Pure arithmetic on the Gregorian calendar.

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day {
    /// The year.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

/// Days in 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;

/// Days from 1 March of the year 0 to 1 January 1970.
const EPOCH: i64 = 719_468;

/// The school term in which a day lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Term {
    /// September to December.
    Autumn,
    /// January to March.
    Spring,
    /// April to August, holidays and all.
    Summer,
}

impl Day {
    /// The day that is so many days after 1 January 1970.
    pub fn from_number(number: i32) -> Self {
        // Years that begin in March have their leap day last, so that months have a rule.
        let days = i64::from(number) + EPOCH;
        let (era, in_era) = (days.div_euclid(ERA), days.rem_euclid(ERA));
        let year_of_era = (in_era - in_era / 1_460 + in_era / 36_524 - in_era / 146_096) / 365;
        let in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * in_year + 2) / 153;
        let day = in_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self { year: year as i32, month: month as u8, day: day as u8 }
    }

    /// The number of days from 1 January 1970.
    pub fn number(self) -> i32 {
        let year = i64::from(self.year) - i64::from(self.month <= 2);
        let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let march_month = (i64::from(self.month) + 9) % 12;
        let in_year = (153 * march_month + 2) / 5 + i64::from(self.day) - 1;
        (era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + in_year - EPOCH) as i32
    }

    /// Reads `2009-04-30`, years 1000 to 9999.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |from: usize, to: usize| {
            bytes[from..to].iter().try_fold(0_i32, |sum, byte| match byte {
                b'0'..=b'9' => Some(sum * 10 + i32::from(byte - b'0')),
                _ => None,
            })
        };
        let day = Self { year: number(0, 4)?, month: number(5, 7)? as u8, day: number(8, 10)? as u8 };
        let possible = day.year >= 1000 && (1..=12).contains(&day.month) && (1..=31).contains(&day.day);
        (possible && Self::from_number(day.number()) == day).then_some(day)
    }

    /// The calendar year in which the day's school year begins: it runs from 1 September to 31 August.
    pub fn school_year(self) -> i32 {
        if self.month >= 9 { self.year } else { self.year - 1 }
    }

    /// The school term.
    pub fn term(self) -> Term {
        match self.month {
            9..=12 => Term::Autumn,
            1..=3 => Term::Spring,
            _ => Term::Summer,
        }
    }

    /// Whole years from this day of birth to 31 August of a year, which is how ages of a school year are counted;
    /// negative for somebody not yet born.
    pub fn age_before_school_year(self, year: i32) -> i32 {
        year - self.year - i32::from(self.month >= 9)
    }
}

impl Term {
    /// What a value calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Autumn => "autumn",
            Self::Spring => "spring",
            Self::Summer => "summer",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn days_are_those_of_another_calendar(number in -354_285_i32..2_932_896) {
            let day = Day::from_number(number);
            let other = jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(number));
            let plain = (i32::from(other.year()), other.month() as u8, other.day() as u8);
            prop_assert_eq!((day.year, day.month, day.day), plain);
            prop_assert_eq!(day.number(), number);
            prop_assert_eq!(Day::parse(&other.to_string()), Some(day));
        }

        #[test]
        fn whatever_is_no_date_is_none(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}|.{0,12}") {
            let is_one = text.len() == 10 && text.as_str() >= "1000" && text.parse::<jiff::civil::Date>().is_ok();
            prop_assert_eq!(Day::parse(&text).is_some(), is_one);
        }
    }

    #[test]
    fn a_cohort_begins_on_the_first_of_september() {
        let school_year = |text: &str| Day::parse(text).unwrap().school_year();
        assert_eq!((school_year("2009-08-31"), school_year("2009-09-01")), (2008, 2009));
        let age = |born: &str, year| Day::parse(born).unwrap().age_before_school_year(year);
        assert_eq!((age("2009-08-31", 2014), age("2009-09-01", 2014)), (5, 4));
    }
}
