//! Which changes are asked for, as it stands in an address.

use std::str::FromStr;

use register::statement::Kind;
use register::{Moment, PartialDate};

use crate::web::filters::bad;
use crate::web::problem::Problem;

/// Days that the page shows unless it is asked for others.
const DAYS: i64 = 30;

/// Which changes are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The first day; a month or a year stands for its first.
    pub from: Option<PartialDate>,
    /// The last day; a month or a year stands for its last.
    pub to: Option<PartialDate>,
    /// The kind of statement.
    pub kind: Option<Kind>,
    /// Only statements before this index.
    pub before: Option<u64>,
}

impl Asked {
    /// Reads the query of an address. Parameters that mean nothing here are passed over.
    ///
    /// # Errors
    /// A value that its parameter cannot have, or a first day after the last.
    pub fn parse(query: &str) -> Result<Self, Problem> {
        let mut asked = Self { before: before(query)?, ..Self::default() };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            match &*name {
                _ if value.is_empty() => {}
                "from" => asked.from = Some(date("from", value)?),
                "to" => asked.to = Some(date("to", value)?),
                "kind" => asked.kind = Some(kind(value)?),
                _ => {}
            }
        }
        match (asked.from, asked.to) {
            (Some(from), Some(to)) if from.first_day() > to.last_day() => {
                Err(bad("from", format!("It must not be after “to”, which is {to}.")))
            }
            _ => Ok(asked),
        }
    }

    /// The days that are meant: up to the newest statement, and thirty of them, unless the address says otherwise.
    pub fn days(&self, newest: PartialDate) -> (PartialDate, PartialDate) {
        let to = self.to.or(self.from.map(|from| from.max(newest))).unwrap_or(newest);
        let from = self.from.unwrap_or_else(|| days_before(to, DAYS));
        (whole(from.first_day().to_string(), from), whole(to.last_day().to_string(), to))
    }

    /// The query of the same days, of one kind or of any, before an index or from the newest.
    pub fn query(&self, kind: Option<Kind>, before: Option<u64>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, date) in [("from", self.from), ("to", self.to)] {
            if let Some(date) = date {
                query.append_pair(name, &date.to_string());
            }
        }
        if let Some(kind) = kind {
            query.append_pair("kind", kind.code());
        }
        if let Some(before) = before {
            query.append_pair("before", &before.to_string());
        }
        query.finish()
    }
}

/// The parameter `before`: only statements with a smaller index.
///
/// # Errors
/// Anything but a whole number.
pub fn before(query: &str) -> Result<Option<u64>, Problem> {
    let pair = form_urlencoded::parse(query.as_bytes()).filter(|(name, value)| name == "before" && !value.is_empty());
    let Some((_, value)) = pair.last() else { return Ok(None) };
    let number = value.trim().parse().ok().filter(|index| i64::try_from(*index).is_ok());
    let message = "It must be a whole number: the index of a statement.".to_owned();
    number.map(Some).ok_or_else(|| bad("before", message))
}

fn date(parameter: &'static str, value: &str) -> Result<PartialDate, Problem> {
    let message = "It must be a date such as 2024-03-14; 2024-03 and 2024 stand for the whole month or year.";
    PartialDate::from_str(value).map_err(|_| bad(parameter, message.to_owned()))
}

fn kind(value: &str) -> Result<Kind, Problem> {
    let all = || Kind::ALL.iter().map(|kind| kind.code()).collect::<Vec<_>>().join(", ");
    Kind::from_code(value).ok_or_else(|| bad("kind", format!("It can be one of: {}.", all())))
}

/// A date before 1970 has no statements before it.
fn days_before(date: PartialDate, days: i64) -> PartialDate {
    let midnight: Option<Moment> = format!("{}T00:00:00Z", date.last_day()).parse().ok();
    let earlier = midnight.and_then(|midnight| Moment::from_seconds(midnight.seconds() - days * 86_400).ok());
    earlier.map_or(date, Moment::date)
}

fn whole(day: String, otherwise: PartialDate) -> PartialDate {
    day.parse().unwrap_or(otherwise)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(query: &str) -> (String, String) {
        let (from, to) = Asked::parse(query).unwrap().days("2026-11-23".parse().unwrap());
        (from.to_string(), to.to_string())
    }

    #[test]
    fn thirty_days_up_to_the_newest_statement_unless_asked_otherwise() {
        let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        assert_eq!(days(""), pair("2026-10-24", "2026-11-23"));
        assert_eq!(days("from=2026-01"), pair("2026-01-01", "2026-11-23"));
        assert_eq!(days("to=2024-02"), pair("2024-01-30", "2024-02-29"));
        assert_eq!(days("from=2020&to=2021"), pair("2020-01-01", "2021-12-31"));
        assert_eq!(days("from=2030-01-01"), pair("2030-01-01", "2030-01-01"));
        assert_eq!(days("from=&to=+"), pair("2026-10-24", "2026-11-23"));
    }
}
