//! How pages write dates, numbers, sizes and addresses.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use register::vocabulary::{Outcome, Status};
use register::{Moment, PartialDate};

/// A small value, or a reference to one: templates pass a field by reference and a result by value.
pub trait Given<T> {
    /// The value.
    fn given(&self) -> T;
}

impl<T: Copy> Given<T> for T {
    fn given(&self) -> T {
        *self
    }
}

impl<T: Copy> Given<T> for &T {
    fn given(&self) -> T {
        **self
    }
}

impl<T: Copy> Given<T> for &&T {
    fn given(&self) -> T {
        ***self
    }
}

/// `14 March 2024`, `March 2024` or `2024`, as exact as the date is.
pub fn date(date: impl Given<PartialDate>) -> String {
    date.given().in_words()
}

/// The same within a sentence: `on 14 March 2024`, `in March 2024`, `in 2024`.
pub fn on(date: impl Given<PartialDate>) -> String {
    let words = self::date(date);
    let preposition = if words.matches(' ').count() == 2 { "on" } else { "in" };
    format!("{preposition} {words}")
}

/// The same as [`date`] for a date that may not be known.
pub fn date_or(value: &Option<PartialDate>, otherwise: &str) -> String {
    value.as_ref().map_or_else(|| otherwise.to_owned(), date)
}

/// `14 March 2024 at 09:30 UTC`.
pub fn moment(moment: impl Given<Moment>) -> String {
    let moment = moment.given();
    let text = moment.to_string();
    format!("{} at {} UTC", date(moment.date()), text.get(11..16).unwrap_or_default())
}

/// `1,234,567`.
pub fn number(number: impl Given<u64>) -> String {
    let digits = number.given().to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `1 share`, `2 shares`.
pub fn count(amount: impl Given<u64>, one: &str, many: &str) -> String {
    let amount = amount.given();
    format!("{} {}", number(amount), if amount == 1 { one } else { many })
}

/// `1.4 MB`, in the decimal units that download pages use.
pub fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", number(bytes / unit), bytes % unit * 10 / unit);
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} kB", number(bytes / 1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

/// A code in plain letters: `company-number` becomes `Company number`.
pub fn plain(code: &str) -> String {
    let mut words = code.replace(['-', '_'], " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// The colour of a status's tag. The words carry the meaning; the colour only helps to skim.
pub fn status_colour(status: &Status) -> &'static str {
    match status {
        Status::Applied => "yellow",
        Status::Refused | Status::Suspended => "red",
        Status::Withdrawn | Status::Ended => "grey",
        Status::Approved => "teal",
        Status::Live => "green",
        Status::Destroyed => "purple",
    }
}

/// The colour of an outcome's tag.
pub fn outcome_colour(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Approved => "green",
        Outcome::ApprovedWithConditions => "teal",
        Outcome::Refused => "red",
        Outcome::Withdrawn => "grey",
    }
}

/// With a capital letter at its beginning, as errors of a form have.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Everything but unreserved characters (RFC 3986), so that a reference is one segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Percent-encodes a text for a segment or a parameter.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// The address of a share's page. Browsers take `.` and `..` for steps in a path, however they are encoded, and an
/// empty segment for none, so such references go into a parameter.
pub fn share_address(reference: &str) -> String {
    if matches!(reference, "" | "." | "..") {
        format!("/share?reference={}", encode(reference))
    } else {
        format!("/share/{}", encode(reference))
    }
}

/// The address of a dataset's page.
pub fn dataset_page(name: &str) -> String {
    format!("/dataset/{}", register::dictionary::dataset_address(name))
}

/// The address of a share as JSON.
pub fn share_json_address(reference: &str) -> String {
    let address = share_address(reference);
    let joined = if address.contains('?') { '&' } else { '?' };
    format!("{address}{joined}format=json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_as_exact_in_words_as_in_the_register() {
        let words = |text: &str| date(text.parse::<PartialDate>().unwrap());
        assert_eq!([words("2024-03-04"), words("2024-03"), words("2024")], ["4 March 2024", "March 2024", "2024"]);
    }

    #[test]
    fn dates_within_a_sentence_take_their_preposition() {
        let words = |text: &str| on(text.parse::<PartialDate>().unwrap());
        assert_eq!(
            [words("2024-03-04"), words("2024-03"), words("2024")],
            ["on 4 March 2024", "in March 2024", "in 2024"]
        );
    }

    #[test]
    fn numbers_and_sizes_are_easy_to_read() {
        assert_eq!([0, 999, 1_000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([12, 1_500, 1_450_000].map(size), ["12 bytes", "1 kB", "1.4 MB"]);
    }

    #[test]
    fn a_reference_is_one_segment_whatever_it_holds() {
        assert_eq!(share_address("DR161003.02"), "/share/DR161003.02");
        assert_eq!(share_address("a/../b c?d#e%"), "/share/a%2F..%2Fb%20c%3Fd%23e%25");
        assert_eq!(share_address(".."), "/share?reference=..");
    }
}
