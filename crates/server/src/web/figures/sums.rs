//! Sums by year: which years a figure shows, and how two of them compare in words.

use register::PartialDate;

use super::super::figure::grouped;

/// Years that a figure shows; earlier ones are put together.
const SHOWN: i16 = 30;

/// What a row of a figure by year stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Years {
    /// Every year up to this one.
    Until(i16),
    /// This year.
    Of(i16),
    /// Every year after this one.
    After(i16),
}

impl Years {
    /// What a figure calls it.
    pub fn label(self) -> String {
        match self {
            Self::Until(year) => format!("to {year}"),
            Self::Of(year) => year.to_string(),
            Self::After(year) => format!("after {year}"),
        }
    }

    /// Whether it holds this year.
    pub fn hold(self, year: i16) -> bool {
        match self {
            Self::Until(last) => year <= last,
            Self::Of(this) => year == this,
            Self::After(last) => year > last,
        }
    }
}

/// The rows of a figure by year: without gaps from the first year to the last that has something, at most to this year.
pub fn rows(years: impl Iterator<Item = i16> + Clone, today: PartialDate) -> Vec<Years> {
    let this = today.year_number();
    let past = years.clone().filter(|year| *year <= this);
    let mut rows = Vec::new();
    if let (Some(first), Some(last)) = (past.clone().min(), past.max()) {
        let begin = first.max(last.saturating_sub(SHOWN - 1));
        if first < begin {
            rows.push(Years::Until(begin - 1));
        }
        rows.extend((begin..=last).map(Years::Of));
    }
    if years.clone().any(|year| year > this) {
        rows.push(Years::After(this));
    }
    rows
}

/// How sums of whole years compare: a headline. `sums` are those of years with something or without, oldest first and
/// without gaps; the running year is compared with nothing. `what` begins the sentence, such as `Releases`.
pub fn compare(what: &str, sums: &[(i16, u128)], today: PartialDate) -> Option<String> {
    let this = today.year_number();
    let (last, newest) = *sums.iter().rev().find(|(year, sum)| *sum > 0 && *year <= this)?;
    if last + 1 < this {
        return Some(format!("{what} stop in {last}, a year with {}", grouped(newest)));
    }
    let whole: Vec<(i16, u128)> = sums.iter().copied().filter(|(year, _)| *year < this).collect();
    Some(match whole.as_slice() {
        [.., (before, old), (year, new)] => {
            let (old_words, new_words) = (grouped(*old), grouped(*new));
            match old.cmp(new) {
                std::cmp::Ordering::Less => {
                    format!("{what} rose from {old_words} in {before} to {new_words} in {year}")
                }
                std::cmp::Ordering::Greater => {
                    format!("{what} fell from {old_words} in {before} to {new_words} in {year}")
                }
                std::cmp::Ordering::Equal => format!("{what} were as many in {year} as in {before}: {new_words}"),
            }
        }
        [(year, sum)] if last == this => {
            format!("{what}: {} in {year}, and {} in {this} so far", grouped(*sum), grouped(newest))
        }
        [(year, sum)] => format!("{what}: {} in {year}, the first year", grouped(*sum)),
        [] => format!("{what}: {} in {this} so far, the first year", grouped(newest)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn today() -> PartialDate {
        "2026-11-24".parse().unwrap()
    }

    fn said(sums: &[(i16, u128)]) -> String {
        compare("Releases", sums, today()).unwrap_or_default()
    }

    #[test]
    fn two_whole_years_are_compared_and_the_running_one_with_nothing() {
        assert_eq!(said(&[(2024, 812), (2025, 540), (2026, 2)]), "Releases fell from 812 in 2024 to 540 in 2025");
        assert_eq!(said(&[(2024, 1), (2025, 1_540)]), "Releases rose from 1 in 2024 to 1,540 in 2025");
        assert_eq!(said(&[(2024, 7), (2025, 7), (2026, 9)]), "Releases were as many in 2025 as in 2024: 7");
        assert_eq!(said(&[(2024, 7), (2025, 0), (2026, 9)]), "Releases fell from 7 in 2024 to 0 in 2025");
    }

    #[test]
    fn one_year_is_no_trend() {
        assert_eq!(said(&[(2025, 5)]), "Releases: 5 in 2025, the first year");
        assert_eq!(said(&[(2025, 5), (2026, 3)]), "Releases: 5 in 2025, and 3 in 2026 so far");
        assert_eq!(said(&[(2026, 3)]), "Releases: 3 in 2026 so far, the first year");
    }

    #[test]
    fn a_register_that_stopped_says_when() {
        assert_eq!(said(&[(2019, 3), (2020, 812)]), "Releases stop in 2020, a year with 812");
        assert_eq!(said(&[]), "");
        assert_eq!(said(&[(2030, 4)]), "");
    }

    #[test]
    fn rows_have_no_gaps_and_no_end_of_them() {
        let years =
            |given: &[i16]| rows(given.iter().copied(), today()).iter().map(|years| years.label()).collect::<Vec<_>>();
        assert_eq!(years(&[2018, 2020]), ["2018", "2019", "2020"]);
        let many = years(&[1000, 2026, 9999]);
        assert_eq!(many.len(), 32);
        assert_eq!((many[0].as_str(), many[1].as_str(), many[31].as_str()), ("to 1996", "1997", "after 2026"));
        assert!(years(&[]).is_empty());
        assert_eq!(years(&[3000]), ["after 2026"]);
    }
}
