//! Values, each once, and what a treatment makes of each. Treatments are done to the distinct values of a column and not to
//! its rows; what is a fault in an extract is one here, and names the column without its value.

use package::specification::{Coarser, DateTo, PostcodeTo, Treatment};

/// A distinct value of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// None. It is a value of its own.
    Missing,
    /// A whole number.
    Whole(i64),
    /// A number with a fraction. It cannot be counted unless it is rounded.
    Fraction(f64),
    /// A day, in days since 1970.
    Day(i32),
    /// A text.
    Text(Box<str>),
}

/// Why a treatment cannot be done to a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    /// The value is not of the kind that the treatment takes.
    Expected(&'static str),
    /// It can be treated, and could not be counted then: numbers with a fraction are the same by accident only.
    Fraction,
}

impl Value {
    /// As a file of text would have it; nothing where it is missing.
    pub fn label(&self) -> Option<String> {
        match self {
            Self::Missing => None,
            Self::Whole(number) => Some(number.to_string()),
            Self::Fraction(number) => Some(number.to_string()),
            Self::Day(day) => Some(date(*day).to_string()),
            Self::Text(text) => Some(text.to_string()),
        }
    }

    /// Its whole number.
    pub fn whole(&self) -> Option<i64> {
        match self {
            Self::Whole(number) => Some(*number),
            Self::Text(text) => text.parse().ok(),
            _ => None,
        }
    }

    /// Its day.
    pub fn day(&self) -> Option<jiff::civil::Date> {
        match self {
            Self::Day(day) => Some(date(*day)),
            Self::Text(text) if text.len() == 10 => text.parse().ok(),
            _ => None,
        }
    }

    /// Whether it is a number with a fraction, in whatever form.
    pub fn is_fraction(&self) -> bool {
        match self {
            Self::Fraction(_) => true,
            Self::Text(text) => text.contains('.') && self.number().is_some(),
            _ => false,
        }
    }

    /// Its number, with a fraction or without: digits, with a sign and a point where it has them.
    fn number(&self) -> Option<f64> {
        match self {
            Self::Whole(number) => Some(*number as f64),
            Self::Fraction(number) => Some(*number).filter(|number| number.is_finite()),
            Self::Text(text) => {
                let plain = text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
                text.parse().ok().filter(|number: &f64| plain && number.is_finite())
            }
            Self::Missing | Self::Day(_) => None,
        }
    }
}

/// What a treatment makes of a value: a label, or nothing where the value is missing. `year` is the calendar year in which the
/// row's school year begins; ages are counted at the August before it.
///
/// # Errors
/// What the treatment takes, where the value is something else.
pub fn treated(value: &Value, treatment: &Treatment, year: Option<i32>) -> Result<Option<String>, Unfit> {
    if *value == Value::Missing {
        return Ok(None);
    }
    let of = |label: Option<String>, expected| label.map(Some).ok_or(Unfit::Expected(expected));
    match treatment {
        Treatment::Keep {} => Ok(value.label()),
        Treatment::Drop {} | Treatment::Pseudonymise {} => Err(Unfit::Expected("a value that leaves")),
        Treatment::Date { to } => of(value.day().map(|day| coarse_date(day, *to)), "dates such as 2009-04-30"),
        Treatment::AgeBand { years } => {
            let width = i64::from((*years).max(1));
            let age = match value.day() {
                Some(born) => year.map(|year| i64::from(year - i32::from(born.year())) - i64::from(born.month() >= 9)),
                None => value.number().map(|age| age.floor() as i64),
            };
            let band = |age: i64| format!("{}-{}", age / width * width, age / width * width + width - 1);
            of(age.filter(|age| (0..=130).contains(age)).map(band), "ages, or dates of birth beside a year")
        }
        Treatment::Postcode { to } => match (to, value) {
            (PostcodeTo::Region, _) => {
                Err(Unfit::Expected("a sector or a district: there is no table of regions here"))
            }
            (_, Value::Text(text)) => of(postcode(text, *to), "postcodes such as AB1 2CD"),
            _ => Err(Unfit::Expected("postcodes such as AB1 2CD")),
        },
        Treatment::Recode { other, table } => {
            let code = value.label().unwrap_or_default();
            let found = table.binary_search_by(|row: &Coarser| row.code.as_str().cmp(&code)).ok();
            let found = found.map(|place| table[place].to.clone()).or_else(|| other.clone());
            of(found, "codes that stand in its table, which has no `other`")
        }
        Treatment::Round { nearest } => of(rounded(value, *nearest).map(|number| number.to_string()), "numbers"),
        Treatment::TopCode { limit } => match (value.whole(), value.number()) {
            (Some(number), _) if number > i64::from(*limit) => Ok(Some(limit.to_string())),
            (Some(_), _) => Ok(value.label()),
            (None, Some(_)) => Err(Unfit::Fraction),
            (None, None) => Err(Unfit::Expected("numbers")),
        },
    }
}

fn date(day: i32) -> jiff::civil::Date {
    jiff::civil::date(1970, 1, 1).saturating_add(jiff::Span::new().days(day))
}

/// `2009-04`, `2008/09 summer` or `2009`. Terms: autumn from September, spring from January, summer from April.
fn coarse_date(day: jiff::civil::Date, to: DateTo) -> String {
    let year = day.year();
    let (begins, term) = match day.month() {
        9.. => (year, "autumn"),
        4.. => (year - 1, "summer"),
        _ => (year - 1, "spring"),
    };
    match to {
        DateTo::Month => format!("{year}-{:02}", day.month()),
        DateTo::Term => format!("{begins}/{:02} {term}", (begins + 1).rem_euclid(100)),
        DateTo::Year => year.to_string(),
    }
}

fn postcode(text: &str, to: PostcodeTo) -> Option<String> {
    let plain: String = text.chars().filter(|letter| *letter != ' ').collect::<String>().to_ascii_uppercase();
    let fine = plain.is_ascii() && (5..=7).contains(&plain.len());
    let (district, rest) = fine.then(|| plain.split_at(plain.len() - 3))?;
    let sector = rest.get(..1).filter(|digit| digit.bytes().all(|byte| byte.is_ascii_digit()))?;
    Some(if to == PostcodeTo::Sector { format!("{district} {sector}") } else { district.to_owned() })
}

/// The nearest multiple, half away from zero.
fn rounded(value: &Value, nearest: u32) -> Option<i64> {
    let nearest = i64::from(nearest.max(1));
    match value.whole() {
        Some(number) => {
            let (multiple, rest) = (number / nearest, number % nearest);
            let up = i64::from(rest.abs() * 2 >= nearest) * rest.signum();
            (multiple + up).checked_mul(nearest)
        }
        None => {
            // Half away from zero is how `round` rounds. Beyond 2^53 a float has no unit to round.
            let number = value.number().filter(|number| number.abs() < 9e15)?;
            Some((number / nearest as f64).round() as i64 * nearest)
        }
    }
}
