//! What the text of a cell means: a short text in clear, a date, a count, a code.

use register::organisation::fold_spaces;
use register::statement::MAX_CLEAR;
use register::{Count, PartialDate};

use super::mapping::{Column, DateForm, OtherValues};

/// A text with every run of white space folded to one space and none at its ends.
pub(super) fn folded(text: &str) -> String {
    fold_spaces(text)
}

/// A header in the form in which headers are compared.
pub(super) fn header_key(text: &str) -> String {
    folded(text).to_lowercase()
}

/// A text as a disclosure keeps it: line ends as line feeds, nothing at its ends.
pub(super) fn long_text(text: &str) -> String {
    let text = text.trim();
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

/// What a column's `empty` and `values` make of a cell, white space folded; nothing for an empty one.
///
/// # Errors
/// What was expected of a value that the column does not list.
pub(super) fn mapped(column: &Column, text: &str) -> Result<Option<String>, String> {
    let text = folded(text);
    if text.is_empty() || is_empty_word(column, &text) {
        return Ok(None);
    }
    if column.values.is_empty() {
        return Ok(Some(text));
    }
    let key = text.to_lowercase();
    let known = column.values.iter().find(|(from, _)| header_key(from) == key);
    match (known, column.other_values.unwrap_or(OtherValues::Refuse)) {
        (Some((_, to)), _) => Ok(Some(folded(to)).filter(|to| !to.is_empty())),
        (None, OtherValues::Keep) => Ok(Some(text)),
        (None, OtherValues::LeaveOut) => Ok(None),
        (None, OtherValues::Refuse) => {
            let names: Vec<String> = column.values.keys().map(|value| format!("{value:?}")).collect();
            Err(format!("one of {}", names.join(", ")))
        }
    }
}

/// Whether a column's mapping says that this value means the same as an empty cell.
pub(super) fn is_empty_word(column: &Column, text: &str) -> bool {
    !column.empty.is_empty() && column.empty.iter().any(|word| header_key(word) == header_key(text))
}

/// Checks a text that stands in a leaf in clear, where every quote and backslash takes two bytes.
///
/// # Errors
/// What was expected.
pub(super) fn in_clear(text: String) -> Result<String, String> {
    let escapes = text.bytes().filter(|byte| matches!(byte, b'"' | b'\\')).count();
    if text.is_empty() || text.len() + escapes > MAX_CLEAR {
        return Err(format!(
            "a short text of at most {MAX_CLEAR} bytes; what is longer is free text, for a column to = \"text\""
        ));
    }
    if text.bytes().any(|byte| byte < 0x20 || byte == 0x7F) {
        return Err("a text without control characters".to_owned());
    }
    Ok(text)
}

/// A date in one of the forms of its column; ISO dates always count.
///
/// # Errors
/// What was expected.
pub(super) fn date(column: &Column, text: &str) -> Result<PartialDate, String> {
    let text = folded(text);
    // A cell that holds a date and a time keeps the date; registers give no times.
    let iso = match text.split_once('T') {
        Some((day, time)) if time.starts_with(|first: char| first.is_ascii_digit()) => day.parse(),
        _ => text.parse(),
    };
    let read = iso.ok().or_else(|| column.dates.iter().find_map(|form| form_of(*form, &text)));
    let Some(date) = read else {
        let examples: Vec<&str> = column.dates.iter().map(|form| form.example()).collect();
        let others = if examples.is_empty() { String::new() } else { format!(", {}", examples.join(", ")) };
        return Err(format!("a date such as 2021-02-28, 2021-02{others}"));
    };
    if column.month_only {
        let month = date.to_string();
        return Ok(month.get(..7).and_then(|month| month.parse().ok()).unwrap_or(date));
    }
    Ok(date)
}

fn form_of(form: DateForm, text: &str) -> Option<PartialDate> {
    let parts: Vec<&str> = text.split(['/', '.', '-', ' ', ',']).filter(|part| !part.is_empty()).collect();
    match (form, parts.as_slice()) {
        (DateForm::DayMonthYear, [day, month, year]) | (DateForm::MonthDayYear, [month, day, year]) => {
            PartialDate::day(year_of(year)?, month_of(month)?, number(day, 2)?.try_into().ok()?).ok()
        }
        (DateForm::MonthYear, [month, year]) => PartialDate::month(year_of(year)?, month_of(month)?).ok(),
        _ => None,
    }
}

fn number(digits: &str, longest: usize) -> Option<u16> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit()) && (1..=longest).contains(&digits.len());
    if plain { digits.parse().ok() } else { None }
}

/// Four digits. Two would leave the century to a guess.
fn year_of(text: &str) -> Option<i16> {
    if text.len() == 4 { number(text, 4)?.try_into().ok() } else { None }
}

/// A month by number or by its English name, whole or in three letters.
fn month_of(text: &str) -> Option<u8> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    if let Some(month) = number(text, 2) {
        return month.try_into().ok();
    }
    let name = text.to_ascii_lowercase();
    let matches = |month: &&str| **month == name || (month.get(..3) == Some(name.as_str()));
    let found = MONTHS.iter().position(|month| matches(&month))?;
    u8::try_from(found + 1).ok()
}

/// A whole number, with or without thousands separated by commas.
///
/// # Errors
/// What was expected.
pub(super) fn whole(text: &str) -> Result<u64, String> {
    let wrong = || "a whole number such as 1234 or 1,234".to_owned();
    let text = folded(text);
    let groups: Vec<&str> = text.split(',').collect();
    let grouped = groups.len() == 1
        || (groups.iter().skip(1).all(|group| group.len() == 3) && (1..=3).contains(&groups[0].len()));
    let digits: String = groups.concat();
    if !grouped || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(wrong());
    }
    // Canonical JSON (RFC 8785) holds integers up to 2^53 - 1 exactly.
    digits.parse().ok().filter(|number| *number < (1_u64 << 53)).ok_or_else(wrong)
}

/// A number of people, or a band such as `<10`.
///
/// # Errors
/// What was expected.
pub(super) fn people(text: &str) -> Result<Count, String> {
    let text = folded(text);
    let wrong = |_| "a whole number such as 1234 or 1,234, or a band such as <10".to_owned();
    match text.strip_prefix('<') {
        Some(limit) => {
            let limit = whole(limit).map_err(wrong)?;
            let limit = u32::try_from(limit).ok().filter(|limit| *limit > 0);
            limit.map(Count::Under).ok_or_else(|| wrong(String::new()))
        }
        None => whole(&text).map(Count::Exactly).map_err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(form: DateForm, text: &str) -> Option<String> {
        form_of(form, text).map(|date| date.to_string())
    }

    #[test]
    fn dates_are_read_in_the_forms_that_a_mapping_names() {
        for text in ["28/02/2021", "28.2.2021", "28-Feb-2021", "28 February 2021"] {
            assert_eq!(form(DateForm::DayMonthYear, text).as_deref(), Some("2021-02-28"), "{text}");
        }
        for text in ["02/28/2021", "February 28, 2021", "feb-28-2021"] {
            assert_eq!(form(DateForm::MonthDayYear, text).as_deref(), Some("2021-02-28"), "{text}");
        }
        for text in ["February 2021", "Feb-2021", "02/2021", "2 2021"] {
            assert_eq!(form(DateForm::MonthYear, text).as_deref(), Some("2021-02"), "{text}");
        }
        for text in ["28/02/21", "31/02/2021", "28/13/2021", "28/02", "", "1/1/1/1", "Febr 1 2021", "+1/02/2021"] {
            assert_eq!(form(DateForm::DayMonthYear, text), None, "{text}");
        }
    }

    #[test]
    fn counts_are_whole_numbers_and_bands() {
        let read = |text| people(text).ok().map(|count| count.to_string());
        assert_eq!(read("1,234"), Some("1234".to_owned()));
        assert_eq!(read(" <10 "), Some("<10".to_owned()));
        for text in ["", "-1", "1.5", "12,34", ",123", "<", "<0", "9007199254740992", "ten", "<4294967296"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_text_in_clear_is_short_with_its_escapes() {
        assert!(in_clear("a".repeat(300)).is_ok());
        assert!(in_clear("\"".repeat(151)).is_err());
        assert!(in_clear("a\u{7f}".to_owned()).is_err());
    }
}
