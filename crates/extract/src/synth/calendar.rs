//! School years and their three census days, as days since 1 January 1970.

/// The terms of a school year, in order.
pub const TERMS: [&str; 3] = ["AUT", "SPR", "SUM"];

/// A day of the Gregorian calendar. Months count from 1; the caller gives a day that there is.
pub fn day(year: i32, month: u32, day: u32) -> i32 {
    // Years from March, so that the leap day is the last of its year; 719,468 days from 1 March of year 0 to 1970.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month as i32 + 2) / 5 + day as i32 - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// How many days a month has.
pub fn month_length(year: i32, month: u32) -> u32 {
    let next = if month == 12 { day(year + 1, 1, 1) } else { day(year, month + 1, 1) };
    (next - day(year, month, 1)) as u32
}

/// The census day of a term (0 to 2) in the school year that begins in `year`: the first Thursday of October, the third of
/// January, the third of May.
pub fn census_day(year: i32, term: usize) -> i32 {
    let earliest = match term {
        0 => day(year, 10, 1),
        1 => day(year + 1, 1, 15),
        _ => day(year + 1, 5, 15),
    };
    // Day 0 was a Thursday.
    earliest + (-earliest).rem_euclid(7)
}

/// The first day of a term, and how many days later its census is at least.
pub fn term_begins(year: i32, term: usize) -> (i32, u32) {
    match term {
        0 => (day(year, 9, 1), 30),
        1 => (day(year + 1, 1, 4), 11),
        _ => (day(year + 1, 4, 15), 30),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(day(1970, 1, 1), 0);
        assert_eq!(day(2000, 3, 1) - day(2000, 2, 28), 2);
        assert_eq!(day(2026, 11, 24), 20_781);
        assert_eq!((month_length(2024, 2), month_length(2023, 2), month_length(2023, 12)), (29, 28, 31));
    }

    #[test]
    fn census_days_are_thursdays_inside_their_term() {
        for year in 2015..2045 {
            for term in 0..3 {
                let (first, at_least) = term_begins(year, term);
                let census = census_day(year, term);
                assert_eq!(census.rem_euclid(7), 0);
                assert!(census >= first + at_least as i32 && census < first + 45, "{year} {term}");
            }
        }
        assert_eq!(census_day(2020, 0), day(2020, 10, 1));
    }
}
