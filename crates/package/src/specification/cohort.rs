//! School-year cohorts: everybody born from one September to the next August, in the words of the register's statements.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// The people born in one school year, such as `2009-2010`: from 1 September 2009 to 31 August 2010.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cohort(u16);

/// Why a text is not a cohort.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a school year of birth from 1900-1901 to 2100-2101, such as 2009-2010")]
pub struct NotACohort;

impl Cohort {
    /// Those born in the school year that begins in this calendar year, 1900 to 2100.
    pub fn beginning(year: u16) -> Result<Self, NotACohort> {
        if (1900..=2100).contains(&year) { Ok(Self(year)) } else { Err(NotACohort) }
    }

    /// The calendar year in which its school year of birth begins.
    pub fn first_year(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Cohort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.0, self.0 + 1)
    }
}

impl FromStr for Cohort {
    type Err = NotACohort;

    fn from_str(text: &str) -> Result<Self, NotACohort> {
        let (first, second) = text.split_once('-').ok_or(NotACohort)?;
        let number = |part: &str| -> Result<u16, NotACohort> {
            let plain = part.len() == 4 && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse().ok().filter(|_| plain).ok_or(NotACohort)
        };
        let cohort = Self::beginning(number(first)?)?;
        if number(second)? == cohort.0 + 1 { Ok(cohort) } else { Err(NotACohort) }
    }
}

impl Serialize for Cohort {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cohort {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cohort_is_two_years_that_follow_one_another() {
        assert_eq!("2009-2010".parse::<Cohort>().unwrap().to_string(), "2009-2010");
        for text in ["", "2009", "2009-2011", "2010-2009", "09-10", "2009/2010", "+209-2010", "1899-1900", "2101-2102"]
        {
            assert_eq!(text.parse::<Cohort>(), Err(NotACohort), "{text}");
        }
    }
}
