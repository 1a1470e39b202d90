//! Counts of an assessment in plain words. The file holds exact counts; whoever reads a page learns them rounded to 10, and
//! of 1 to 9 no more than that. Every share is one of a rounded count to a rounded count, so that none gives away more.

use register::Count;

use crate::web::figure::Cell;
use crate::web::words;

/// How many names stand in a sentence.
const SOME: usize = 6;

/// A count: `1,230`, `fewer than 10` or `0`.
pub fn count(count: u64) -> String {
    match Count::banded(count) {
        Count::Under(limit) => format!("fewer than {limit}"),
        Count::Exactly(count) => words::number(count),
    }
}

/// How many people: `1,230 people`, `fewer than 10 people` or `nobody`.
pub fn people(people: u64) -> String {
    if people == 0 { "nobody".to_owned() } else { format!("{} people", count(people)) }
}

/// How many of all people, as somebody says it: `12 in 1,000 people`, `60 of 120 people`, `nobody`.
pub fn share(these: u64, all: u64) -> String {
    let (Count::Exactly(these), Count::Exactly(all)) = (Count::banded(these), Count::banded(all)) else {
        return people(these);
    };
    if these == 0 {
        return people(these);
    }
    if all < 1_000 {
        return format!("{} of {} people", words::number(these), words::number(all));
    }
    match in_1000(these, all) {
        0 => "fewer than 1 in 1,000 people".to_owned(),
        1_000.. => "all, or nearly all, people".to_owned(),
        share => format!("{share} in 1,000 people"),
    }
}

/// The same for a cell of a table, short; nothing where one of the counts is a band.
pub fn in_1000_cell(these: u64, all: u64) -> Cell {
    match (Count::banded(these), Count::banded(all)) {
        (Count::Exactly(these), Count::Exactly(all)) if all >= 1_000 => match in_1000(these, all) {
            0 if these > 0 => Cell::Said { shown: "under 1".to_owned(), plain: "<1".to_owned() },
            share => Cell::number(share),
        },
        (Count::Exactly(0), _) => Cell::number(0),
        _ => Cell::Said { shown: "–".to_owned(), plain: String::new() },
    }
}

/// A count as a cell of a table.
pub fn cell(of: u64) -> Cell {
    match Count::banded(of) {
        Count::Exactly(exact) => Cell::number(exact),
        band @ Count::Under(_) => Cell::Said { shown: count(of), plain: band.to_string() },
    }
}

/// How long a bar is; that of a few people is as short as one can be.
pub fn length(count: u64) -> u64 {
    match Count::banded(count) {
        Count::Exactly(count) => count,
        Count::Under(_) => 1,
    }
}

fn in_1000(these: u64, all: u64) -> u64 {
    let (these, all) = (u128::from(these), u128::from(all));
    u64::try_from((these * 2_000 + all).checked_div(all * 2).unwrap_or(0)).unwrap_or(u64::MAX)
}

/// A name within a sentence: `A neighbour` becomes `a neighbour`, and `DfE` stays.
pub fn within(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.clone().next()) {
        (Some(first), second) if second.is_none_or(|second| !second.is_uppercase()) => {
            first.to_lowercase().chain(letters).collect()
        }
        _ => name.to_owned(),
    }
}

/// `a, b and c`, as many as a sentence can hold: `a, b and 7 others`.
pub fn some(names: &[String]) -> String {
    match names.get(..SOME) {
        Some(some) if names.len() > SOME + 1 => {
            format!("{} and {} others", some.join(", "), words::number((names.len() - SOME) as u64))
        }
        _ => listed(names),
    }
}

/// `a, b and c`.
pub fn listed(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} and {last}", all.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_said_as_somebody_says_it_and_gives_away_no_few_people() {
        for (these, all, said) in [
            (0, 5_000, "nobody"),
            (7, 120, "fewer than 10 people"),
            (7, 5_000_000, "fewer than 10 people"),
            (64, 120, "60 of 120 people"),
            (12_340, 1_000_000, "12 in 1,000 people"),
            (400, 1_000_000, "fewer than 1 in 1,000 people"),
            (600, 1_000_000, "1 in 1,000 people"),
            (999_999, 1_000_000, "all, or nearly all, people"),
            (u64::MAX, u64::MAX, "all, or nearly all, people"),
            (3, 5, "fewer than 10 people"),
        ] {
            assert_eq!(share(these, all), said, "{these} of {all}");
        }
    }

    #[test]
    fn no_share_is_of_an_exact_count() {
        // 1,004 and 995 people read the same in every form.
        for (one, other) in [(1_004, 995), (14, 5)] {
            assert_eq!(share(one, 20_000) == share(other, 20_000), one > 100);
        }
        assert_eq!(in_1000_cell(1_004, 20_004), in_1000_cell(995, 19_996));
        assert_eq!(in_1000_cell(9, 20_000).shown(), "–");
        assert_eq!(in_1000_cell(4, 1_000_000), in_1000_cell(9, 1_000_000));
    }

    #[test]
    fn a_sentence_names_six_things_and_counts_the_others() {
        let names: Vec<String> = (1..=9).map(|number| number.to_string()).collect();
        assert_eq!(some(&names), "1, 2, 3, 4, 5, 6 and 3 others");
        assert_eq!(some(&names[..7]), "1, 2, 3, 4, 5, 6 and 7");
        assert_eq!((some(&names[..1]), some(&[])), ("1".to_owned(), String::new()));
    }

    #[test]
    fn a_name_keeps_its_capitals_where_they_are_more_than_the_first() {
        assert_eq!(within("A neighbour"), "a neighbour");
        assert_eq!(within("Somebody who reads"), "somebody who reads");
        assert_eq!(within("DVLA clerk"), "DVLA clerk");
        assert_eq!(within(""), "");
    }
}
