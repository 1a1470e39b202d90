//! Dates as registers give them: a year, a month or a day; and the moment at which a statement was logged.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A date as exact as its source: `2021`, `2021-02` or `2021-02-28` (ISO 8601).
///
/// Ordered by time; a coarser date stands before the finer ones that it contains.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PartialDate {
    year: i16,
    /// 1 to 12, or 0 where only the year is known.
    month: u8,
    /// 1 to 31, or 0 where the day is not known.
    day: u8,
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Why a text is not a date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a date such as 2021, 2021-02 or 2021-02-28")]
pub struct NotADate;

impl PartialDate {
    /// A whole day of the Gregorian calendar, years 1000 to 9999.
    pub fn day(year: i16, month: u8, day: u8) -> Result<Self, NotADate> {
        let month_number = i8::try_from(month).map_err(|_| NotADate)?;
        let day_number = i8::try_from(day).map_err(|_| NotADate)?;
        jiff::civil::Date::new(year, month_number, day_number).map_err(|_| NotADate)?;
        if !(1000..=9999).contains(&year) {
            return Err(NotADate);
        }
        Ok(Self { year, month, day })
    }

    /// A month of which the day is not known.
    pub fn month(year: i16, month: u8) -> Result<Self, NotADate> {
        Self::day(year, month, 1).map(|date| Self { day: 0, ..date })
    }

    /// A year of which no more is known.
    pub fn year(year: i16) -> Result<Self, NotADate> {
        Self::day(year, 1, 1).map(|date| Self { month: 0, day: 0, ..date })
    }

    /// The calendar year.
    pub fn year_number(self) -> i16 {
        self.year
    }

    /// The last day that this date can mean: a deadline given as a month has passed when the month has.
    pub fn last_day(self) -> jiff::civil::Date {
        let month = if self.month == 0 { 12 } else { self.month };
        let first = jiff::civil::Date::constant(self.year, month as i8, 1);
        if self.day == 0 {
            first.last_of_month()
        } else {
            jiff::civil::Date::constant(self.year, month as i8, self.day as i8)
        }
    }

    /// The first day that this date can mean.
    pub fn first_day(self) -> jiff::civil::Date {
        jiff::civil::Date::constant(self.year, self.month.max(1) as i8, self.day.max(1) as i8)
    }

    /// `14 March 2024`, `March 2024` or `2024`, as exact as the date is.
    pub fn in_words(self) -> String {
        match (MONTHS.get(usize::from(self.month).wrapping_sub(1)), self.day) {
            (None, _) => self.year.to_string(),
            (Some(month), 0) => format!("{month} {}", self.year),
            (Some(month), day) => format!("{day} {month} {}", self.year),
        }
    }

    /// Whole days from the last day that this date can mean until `today`; negative while it is ahead.
    pub fn days_until(self, today: PartialDate) -> i32 {
        (today.last_day() - self.last_day()).get_days()
    }
}

impl From<jiff::civil::Date> for PartialDate {
    fn from(day: jiff::civil::Date) -> Self {
        Self { year: day.year(), month: day.month() as u8, day: day.day() as u8 }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.month, self.day) {
            (0, _) => write!(f, "{:04}", self.year),
            (month, 0) => write!(f, "{:04}-{month:02}", self.year),
            (month, day) => write!(f, "{:04}-{month:02}-{day:02}", self.year),
        }
    }
}

impl fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PartialDate {
    type Err = NotADate;

    fn from_str(text: &str) -> Result<Self, NotADate> {
        let bytes = text.as_bytes();
        let digits = |from: usize, to: usize| -> Result<i16, NotADate> {
            let part = bytes.get(from..to).ok_or(NotADate)?;
            part.iter().try_fold(0_i16, |sum, byte| match byte {
                b'0'..=b'9' => Ok(sum * 10 + i16::from(byte - b'0')),
                _ => Err(NotADate),
            })
        };
        let dash = |at: usize| if bytes.get(at) == Some(&b'-') { Ok(()) } else { Err(NotADate) };
        match bytes.len() {
            4 => Self::year(digits(0, 4)?),
            7 => {
                dash(4)?;
                Self::month(digits(0, 4)?, digits(5, 7)? as u8)
            }
            10 => {
                dash(4)?;
                dash(7)?;
                Self::day(digits(0, 4)?, digits(5, 7)? as u8, digits(8, 10)? as u8)
            }
            _ => Err(NotADate),
        }
    }
}

/// The moment at which a statement was logged: UTC, to the second, as `2026-11-23T09:30:00Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Seconds since 1970-01-01T00:00:00Z.
    seconds: i64,
}

/// Why a text is not a moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a moment in UTC such as 2026-11-23T09:30:00Z")]
pub struct NotAMoment;

impl Moment {
    /// A moment of the years 1970 to 9999, from seconds since the Epoch.
    pub fn from_seconds(seconds: i64) -> Result<Self, NotAMoment> {
        if (0..253_402_300_800).contains(&seconds) { Ok(Self { seconds }) } else { Err(NotAMoment) }
    }

    /// Seconds since the Epoch.
    pub fn seconds(self) -> i64 {
        self.seconds
    }

    /// The day in UTC.
    pub fn date(self) -> PartialDate {
        let civil = self.civil();
        PartialDate { year: civil.year(), month: civil.month() as u8, day: civil.day() as u8 }
    }

    fn civil(self) -> jiff::civil::DateTime {
        let epoch = jiff::civil::DateTime::constant(1970, 1, 1, 0, 0, 0, 0);
        epoch.saturating_add(jiff::SignedDuration::from_secs(self.seconds))
    }
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.civil();
        write!(
            f,
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z",
            t.year(),
            t.month(),
            t.day(),
            t.hour(),
            t.minute(),
            t.second()
        )
    }
}

impl fmt::Debug for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Moment {
    type Err = NotAMoment;

    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        let bytes = text.as_bytes();
        if bytes.len() != 20 || bytes[10] != b'T' || bytes[13] != b':' || bytes[16] != b':' || bytes[19] != b'Z' {
            return Err(NotAMoment);
        }
        let day: PartialDate = text.get(..10).ok_or(NotAMoment)?.parse().map_err(|NotADate| NotAMoment)?;
        let two = |at: usize| -> Result<i64, NotAMoment> {
            match (bytes[at], bytes[at + 1]) {
                (a @ b'0'..=b'9', b @ b'0'..=b'9') => Ok(i64::from(a - b'0') * 10 + i64::from(b - b'0')),
                _ => Err(NotAMoment),
            }
        };
        let (hour, minute, second) = (two(11)?, two(14)?, two(17)?);
        if hour > 23 || minute > 59 || second > 59 {
            return Err(NotAMoment);
        }
        let epoch = jiff::civil::Date::constant(1970, 1, 1);
        let days = i64::from((day.last_day() - epoch).get_days());
        Self::from_seconds(days * 86_400 + hour * 3_600 + minute * 60 + second)
    }
}

macro_rules! as_text {
    ($type:ty) => {
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

as_text!(PartialDate);
as_text!(Moment);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_keep_the_exactness_of_their_source() {
        for text in ["2021", "2021-02", "2021-02-28", "2024-02-29"] {
            assert_eq!(text.parse::<PartialDate>().unwrap().to_string(), text);
        }
        for text in ["", "21", "2021-13", "2021-00", "2021-02-29", "2021-2-3", "2021/02/03", "0999", "2021-02-00"] {
            assert_eq!(text.parse::<PartialDate>(), Err(NotADate), "{text}");
        }
    }

    #[test]
    fn a_deadline_given_as_a_month_has_passed_when_the_month_has() {
        let due: PartialDate = "2024-02".parse().unwrap();
        assert_eq!(due.days_until("2024-02-29".parse().unwrap()), 0);
        assert_eq!(due.days_until("2024-03-01".parse().unwrap()), 1);
    }

    #[test]
    fn moments_survive_a_round_trip() {
        for text in ["1970-01-01T00:00:00Z", "2024-02-29T23:59:59Z", "9999-12-31T23:59:59Z"] {
            assert_eq!(text.parse::<Moment>().unwrap().to_string(), text);
        }
        for text in ["2024-02-29T24:00:00Z", "2024-02-29 23:59:59Z", "2024-02-30T00:00:00Z", "1969-12-31T23:59:59Z"] {
            assert_eq!(text.parse::<Moment>(), Err(NotAMoment), "{text}");
        }
    }
}
