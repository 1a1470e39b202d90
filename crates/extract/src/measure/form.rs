//! What a value looks like after its treatment. Whoever measures looks at every distinct value, so that no fault in
//! what wrote the file lets a value out that was to be treated.

use std::collections::HashSet;

use package::specification::{DateTo, PostcodeTo, Treatment};

/// The form of a column's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// Any: it was to be kept.
    Any,
    /// None: it was to be left out.
    Nothing,
    /// Small letters and digits, at least as many as one block of a cipher has.
    Pseudonym,
    /// `2009-04`.
    Month,
    /// `2008/09 summer`.
    Term,
    /// A year.
    Year,
    /// `10-14`, of so many years.
    Band(i64),
    /// `AB1 2`.
    Sector,
    /// `AB1`.
    District,
    /// A text that is no postcode.
    Region,
    /// One of these.
    Codes(HashSet<String>),
    /// A multiple of this.
    Multiple(i64),
    /// A number that is not more than this.
    AtMost(u32),
}

impl Form {
    /// That of a treatment.
    pub fn of(treatment: &Treatment) -> Self {
        match treatment {
            Treatment::Keep {} => Self::Any,
            Treatment::Drop {} => Self::Nothing,
            Treatment::Pseudonymise {} => Self::Pseudonym,
            Treatment::Date { to: DateTo::Month } => Self::Month,
            Treatment::Date { to: DateTo::Term } => Self::Term,
            Treatment::Date { to: DateTo::Year } => Self::Year,
            Treatment::AgeBand { years } => Self::Band((*years).into()),
            Treatment::Postcode { to: PostcodeTo::Sector } => Self::Sector,
            Treatment::Postcode { to: PostcodeTo::District } => Self::District,
            Treatment::Postcode { to: PostcodeTo::Region } => Self::Region,
            Treatment::Recode { other, table } => {
                Self::Codes(table.iter().map(|row| &row.to).chain(other).cloned().collect())
            }
            Treatment::Round { nearest } => Self::Multiple((*nearest).into()),
            Treatment::TopCode { limit } => Self::AtMost(*limit),
        }
    }

    /// Whether a text has it.
    pub fn text(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Nothing => false,
            Self::Pseudonym => {
                text.len() >= 26 && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            }
            Self::Month => shaped(text, "0000-00"),
            Self::Term => ["autumn", "spring", "summer"]
                .iter()
                .any(|term| text.strip_suffix(term).is_some_and(|year| shaped(year, "0000/00 "))),
            Self::Band(width) => text.split_once('-').is_some_and(|(from, to)| {
                let (Ok(from), Ok(to)) = (from.parse::<i64>(), to.parse::<i64>()) else { return false };
                from >= 0 && from % width == 0 && to == from + width - 1
            }),
            Self::Sector => {
                text.split_once(' ').is_some_and(|(district, digit)| is_district(district) && shaped(digit, "0"))
            }
            Self::District => is_district(text),
            Self::Region => !text.bytes().any(|byte| byte.is_ascii_digit()),
            Self::Codes(codes) => codes.contains(text),
            // A CSV file has them as text.
            Self::Year | Self::Multiple(_) => text.parse().is_ok_and(|number| self.whole(number)),
            Self::AtMost(limit) => text.parse::<f64>().is_ok_and(|number| number <= f64::from(*limit)),
        }
    }

    /// Whether a whole number has it.
    pub fn whole(&self, number: i64) -> bool {
        match self {
            Self::Any => true,
            Self::Year => (1000..=9999).contains(&number),
            Self::Multiple(of) => number % of == 0,
            Self::AtMost(limit) => number <= i64::from(*limit),
            _ => false,
        }
    }

    /// Whether another number has it.
    pub fn fraction(&self, number: f64) -> bool {
        match self {
            Self::Any => true,
            Self::AtMost(limit) => number <= f64::from(*limit),
            _ => false,
        }
    }
}

/// Whether a text has digits where the shape has `0`, and elsewhere what the shape has.
fn shaped(text: &str, shape: &str) -> bool {
    let fits = |(byte, shape): (u8, u8)| if shape == b'0' { byte.is_ascii_digit() } else { byte == shape };
    text.len() == shape.len() && text.bytes().zip(shape.bytes()).all(fits)
}

fn is_district(text: &str) -> bool {
    (2..=4).contains(&text.len())
        && text.starts_with(|letter: char| letter.is_ascii_uppercase())
        && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn treated_values_have_their_form_and_untreated_ones_do_not() {
        let coarser = package::specification::Coarser { code: "WBRI".to_owned(), to: "W".to_owned() };
        let cases = [
            (Treatment::Drop {}, vec![], vec!["anything"]),
            (Treatment::Pseudonymise {}, vec!["abcdefghijklmnopqrstuvwxyz"], vec!["A123456789012", "abc"]),
            (Treatment::Date { to: DateTo::Month }, vec!["2009-04"], vec!["2009-04-30", "2009"]),
            (Treatment::Date { to: DateTo::Term }, vec!["2008/09 summer"], vec!["2009-04-30", "2008/09 "]),
            (Treatment::Date { to: DateTo::Year }, vec!["2009"], vec!["2009-04", "14"]),
            (Treatment::AgeBand { years: 5 }, vec!["0-4", "10-14"], vec!["12", "11-15", "10-15"]),
            (Treatment::Postcode { to: PostcodeTo::Sector }, vec!["AB1 2", "EC1A 1"], vec!["AB1 2CD", "AB1"]),
            (Treatment::Postcode { to: PostcodeTo::District }, vec!["AB1", "EC1A"], vec!["AB1 2", "AB12CD"]),
            (Treatment::Postcode { to: PostcodeTo::Region }, vec!["North East"], vec!["AB1", "AB1 2CD"]),
            (Treatment::Recode { other: Some("Z".to_owned()), table: vec![coarser] }, vec!["W", "Z"], vec!["WBRI"]),
            (Treatment::Round { nearest: 5 }, vec!["10", "-5"], vec!["12", "x"]),
            (Treatment::TopCode { limit: 40 }, vec!["40", "007", "39.5", "-3"], vec!["41", "40.5", "many"]),
        ];
        for (treatment, treated, untreated) in cases {
            let form = Form::of(&treatment);
            assert!(treated.iter().all(|text| form.text(text)), "{treatment}");
            assert!(!untreated.iter().any(|text| form.text(text)), "{treatment}");
        }
        assert!(Form::of(&Treatment::TopCode { limit: 40 }).fraction(40.0));
        assert!(!Form::of(&Treatment::Pseudonymise {}).whole(7));
    }
}
