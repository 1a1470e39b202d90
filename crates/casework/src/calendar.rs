//! Days in England: the date on which a moment falls, and which days are worked.

use std::collections::BTreeSet;

use jiff::civil::{Date, Weekday};
use register::{Moment, PartialDate};

/// The bank holidays that ship with the program, as England and Wales have them.
const ENGLAND: &str = include_str!("../data/bank-holidays-england.toml");

/// Which days are worked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    holidays: BTreeSet<Date>,
}

/// Why a list of holidays cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    /// It is no TOML of the expected form.
    #[error("bank holidays: {0}")]
    Form(#[from] toml::de::Error),
    /// A day is no date.
    #[error("bank holidays, {0:?}: expected a date such as 2026-12-25")]
    Date(String),
    /// There is no day in it.
    #[error("bank holidays: expected at least one day")]
    Empty,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    days: Vec<String>,
}

impl Calendar {
    /// Reads a list of holidays: `days = ["2026-12-25", ...]`.
    ///
    /// # Errors
    /// What is not a date, or not of that form.
    pub fn parse(text: &str) -> Result<Self, CalendarError> {
        let file: File = toml::from_str(text)?;
        let day = |text: String| text.parse::<Date>().map_err(|_| CalendarError::Date(text));
        let holidays: BTreeSet<Date> = file.days.into_iter().map(day).collect::<Result<_, _>>()?;
        if holidays.is_empty() {
            return Err(CalendarError::Empty);
        }
        Ok(Self { holidays })
    }

    /// England's.
    pub fn england() -> Self {
        Self::parse(ENGLAND).unwrap_or_else(|error| unreachable!("the list that ships with the program: {error}"))
    }

    /// Whether this day is worked.
    pub fn is_worked(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.holidays.contains(&day)
    }

    /// Worked days after `from`, up to and with `to`: what is asked for today and answered today took none.
    pub fn between(&self, from: Date, to: Date) -> u32 {
        let mut count = 0;
        let mut day = from;
        while day < to {
            day = day.saturating_add(jiff::Span::new().days(1));
            count += u32::from(self.is_worked(day));
        }
        count
    }

    /// The day that is this many worked days after another.
    pub fn after(&self, from: Date, days: u32) -> Date {
        let (mut day, mut left) = (from, days);
        while left > 0 {
            day = day.saturating_add(jiff::Span::new().days(1));
            left -= u32::from(self.is_worked(day));
        }
        day
    }
}

/// The day on which a moment falls in England: British Summer Time runs from 01:00 UTC on the last Sunday of March to
/// 01:00 UTC on the last Sunday of October (Summer Time Act 1972 as amended in 2002).
pub fn day_in_england(moment: Moment) -> Date {
    let year = moment.date().year_number();
    let change = |month: i8| {
        let last = Date::constant(year, month, 1).last_of_month();
        let sunday = last.saturating_sub(jiff::Span::new().days(i64::from(last.weekday().to_sunday_zero_offset())));
        format!("{sunday}T01:00:00Z").parse::<Moment>().map_or(0, Moment::seconds)
    };
    let summer = (change(3)..change(10)).contains(&moment.seconds());
    let local = Moment::from_seconds(moment.seconds() + if summer { 3_600 } else { 0 }).unwrap_or(moment);
    local.date().first_day()
}

/// The same as a date of the register.
pub fn date_in_england(moment: Moment) -> PartialDate {
    PartialDate::from(day_in_england(moment))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn england_at(moment: &str) -> String {
        day_in_england(moment.parse().unwrap()).to_string()
    }

    #[test]
    fn a_late_summer_evening_in_utc_is_the_next_day_in_england() {
        assert_eq!(england_at("2026-07-01T22:59:59Z"), "2026-07-01");
        assert_eq!(england_at("2026-07-01T23:00:00Z"), "2026-07-02");
        assert_eq!(england_at("2026-12-01T23:30:00Z"), "2026-12-01");
    }

    #[test]
    fn the_clocks_change_on_the_last_sundays_of_march_and_october() {
        assert_eq!(england_at("2026-03-28T23:30:00Z"), "2026-03-28");
        assert_eq!(england_at("2026-03-29T23:30:00Z"), "2026-03-30");
        assert_eq!(england_at("2026-10-24T23:30:00Z"), "2026-10-25");
        assert_eq!(england_at("2026-10-25T23:30:00Z"), "2026-10-25");
    }

    #[test]
    fn weekends_and_bank_holidays_are_not_worked() {
        let calendar = Calendar::england();
        assert_eq!(calendar.between(day("2026-11-27"), day("2026-11-30")), 1, "Friday to Monday");
        assert_eq!(calendar.between(day("2026-12-24"), day("2026-12-29")), 1, "Boxing Day moved to Monday");
        assert_eq!(calendar.between(day("2024-02-28"), day("2024-03-01")), 2, "a leap day is worked");
        assert_eq!(calendar.between(day("2026-11-27"), day("2026-11-27")), 0);
        assert_eq!(calendar.after(day("2026-12-24"), 1), day("2026-12-29"));
    }

    /// The rules from which nearly every day of the list follows; the days that were proclaimed are named.
    #[test]
    fn the_list_is_what_the_rules_and_proclamations_give() {
        let calendar = Calendar::england();
        let mut expected = BTreeSet::new();
        let year_of = |day: Option<&Date>| day.unwrap().year();
        for year in year_of(calendar.holidays.first())..=year_of(calendar.holidays.last()) {
            expected.extend(by_rule(year));
        }
        for (gone, come) in [("2012-05-28", "2012-06-04"), ("2020-05-04", "2020-05-08"), ("2022-05-30", "2022-06-02")] {
            assert!(expected.remove(&day(gone)));
            expected.insert(day(come));
        }
        expected.extend(["2012-06-05", "2022-06-03", "2022-09-19", "2023-05-08"].map(day));
        assert_eq!(calendar.holidays, expected);
    }

    fn by_rule(year: i16) -> Vec<Date> {
        let at = |month: i8, day: i8| Date::constant(year, month, day);
        let plus = |date: Date, days: i64| date.saturating_add(jiff::Span::new().days(days));
        let monday_from = |date: Date| plus(date, i64::from((7 - date.weekday().to_monday_zero_offset()) % 7));
        let last_monday = |date: Date| plus(date, -i64::from(date.weekday().to_monday_zero_offset()));
        let weekend = |date: Date| matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday);
        let new_year = if weekend(at(1, 1)) { monday_from(at(1, 1)) } else { at(1, 1) };
        let easter = easter(year);
        let christmas = match at(12, 25).weekday() {
            Weekday::Friday => [at(12, 25), at(12, 28)],
            Weekday::Saturday => [at(12, 27), at(12, 28)],
            Weekday::Sunday => [at(12, 27), at(12, 26)],
            _ => [at(12, 25), at(12, 26)],
        };
        let spring = last_monday(at(5, 31));
        let summer = last_monday(at(8, 31));
        let mut days = vec![new_year, plus(easter, -2), plus(easter, 1), monday_from(at(5, 1)), spring, summer];
        days.extend(christmas);
        days
    }

    /// Easter Sunday of the Gregorian calendar, by the method that was published anonymously in Nature, 1876.
    fn easter(year: i16) -> Date {
        let y = i32::from(year);
        let (a, b, c) = (y % 19, y / 100, y % 100);
        let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
        let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
        let m = (a + 11 * h + 22 * l) / 451;
        let n = h + l - 7 * m + 114;
        Date::constant(year, (n / 31) as i8, (n % 31 + 1) as i8)
    }
}
