//! School-year cohorts of all releases: how many releases hold each, and which of them the newest releases hold.

use std::collections::BTreeSet;

use register::vocabulary::Cover;

use super::super::database::{OfCohort, ReleaseCohorts};
use super::super::figure::bars::{Bar, Bars};
use super::super::figure::lanes::Lanes;
use super::super::figure::svg::Size;
use super::super::figure::{Cell, Drawing, Figure, Table};
use super::super::words;
use super::csv_address;

const SUBJECT: &str = "Releases by school-year cohort";

/// Cohorts that a drawing shows: the youngest.
const SHOWN: usize = 48;

/// What cohorts are.
pub const EXPLAINED: &str = "A cohort is everybody born in one school year. “All” and “some” say how much of it a release \
     holds, and not how many people that is.";

/// The names of the categories, in the order of [`category`].
pub const COVERS: [&str; 2] = ["All of the cohort", "Some of it"];

/// The category of a lane.
pub fn category(cover: Cover) -> usize {
    match cover {
        Cover::All => 0,
        Cover::Some => 1,
        Cover::None => 3,
    }
}

/// How many releases hold each cohort; `releases` say which they hold.
pub fn cohorts(cohorts: &[OfCohort], releases: u64) -> Figure {
    let held: Vec<&OfCohort> = cohorts.iter().filter(|of| of.all + of.some > 0).collect();
    let drawn = in_a_row(&held.iter().map(|of| of.cohort.as_str()).collect());
    let bar = |cohort: &String| {
        let of = held.iter().find(|of| of.cohort == *cohort);
        Bar { label: short(cohort), values: of.map_or([0; 4], |of| [of.all, of.some, 0, 0]), ..Bar::default() }
    };
    let bars = Bars { categories: &COVERS, rows: drawn.iter().map(bar).collect() };
    let words = "One bar for each school year of birth, in two parts: releases that hold all of the cohort and releases \
                 that hold some of it. The table after it has the same numbers.";
    let drawing = (!drawn.is_empty()).then(|| {
        Drawing::of(SUBJECT, words, |size| match size {
            Size::Wide => bars.up("cohorts"),
            Size::Narrow => bars.across("cohorts", size),
        })
    });
    let row = |of: &OfCohort| {
        vec![Cell::Text(of.cohort.clone()), Cell::number(of.all), Cell::number(of.some), Cell::number(of.none)]
    };
    let mut notes = Vec::new();
    if releases > 0 {
        let say = words::count(releases, "release that says", "releases that say");
        notes.push(format!("Counted in the {say} which school years of birth they hold."));
        notes.push(EXPLAINED.to_owned());
    }
    if held.first().is_some_and(|of| drawn.first() != Some(&of.cohort)) {
        notes.push(format!("The drawing shows the youngest {SHOWN} cohorts; the table has all."));
    }
    let columns = vec![
        ("School year of birth", "cohort"),
        ("Releases with all of it", "releases_all"),
        ("Releases with some of it", "releases_some"),
        ("Releases with none of it, expressly", "releases_none"),
    ];
    Figure {
        name: "cohorts".into(),
        subject: SUBJECT.into(),
        finding: finding(&held, releases),
        drawing,
        table: Table { columns, rows: cohorts.iter().map(row).collect() },
        csv: csv_address("cohorts"),
        notes,
    }
}

/// Which cohorts are in the most releases: a headline.
fn finding(held: &[&OfCohort], releases: u64) -> String {
    let most = held.iter().map(|of| of.all + of.some).max().unwrap_or(0);
    let names: Vec<&str> = held.iter().filter(|of| of.all + of.some == most).map(|of| of.cohort.as_str()).collect();
    let of_all = format!("{most} of the {}", words::count(releases, "release that says so", "releases that say so"));
    match names.as_slice() {
        [] => "No release says which school years of birth it holds".to_owned(),
        [one] => format!("Who was born in {one} is in more releases than anybody else: {of_all}"),
        names if names.len() == held.len() => {
            format!("Every school year of birth is in equally many releases: {of_all}")
        }
        names if put_together(names).len() <= 3 => {
            format!("Who was born in {} is in the most releases: {of_all}", either(&put_together(names)))
        }
        names => format!("{} school years of birth are in the most releases: {of_all}", names.len()),
    }
}

/// `a`, `a or b`, `a, b or c`
fn either(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// `2009-2010` as a drawing writes it, whose labels are narrow.
pub fn short(cohort: &str) -> String {
    match cohort.split_once('-') {
        Some((first, second)) if first.len() == 4 && second.len() == 4 && first.is_ascii() && second.is_ascii() => {
            format!("{first}/{}", &second[2..])
        }
        _ => cohort.to_owned(),
    }
}

/// The cohorts of the newest releases that give them.
pub fn newest(newest: &[ReleaseCohorts]) -> Figure {
    let subject = "Cohorts of the newest releases";
    let label = |of: &ReleaseCohorts| format!("{}, {}", of.share, words::date_or(&of.released, "no date"));
    let rows: Vec<(String, &[register::statement::Cohort])> =
        newest.iter().map(|of| (label(of), of.cohorts.as_slice())).collect();
    let union: BTreeSet<&str> = held_in(newest.iter().map(|of| of.cohorts.as_slice()));
    let count = words::count(newest.len() as u64, "release", "releases");
    let finding = match (union.first(), union.last()) {
        (Some(first), Some(last)) if first == last => format!("The newest {count} with cohorts: born in {first}"),
        (Some(first), Some(last)) => format!(
            "The newest {count} with cohorts: {} school years of birth between {first} and {last}",
            words::number(union.len() as u64)
        ),
        _ => format!("The newest {count} with cohorts: none of any cohort"),
    };
    let table_row = |of: &ReleaseCohorts| {
        vec![
            Cell::Link { text: of.share.clone(), address: words::share_address(&of.share) },
            Cell::Text(of.reference.clone()),
            dated(&of.released),
            runs(&of.cohorts, Cover::All),
            runs(&of.cohorts, Cover::Some),
        ]
    };
    Figure {
        name: "newest-cohorts".into(),
        subject: subject.into(),
        finding,
        drawing: draw(subject, "newest-cohorts", &rows),
        table: Table { columns: columns(true), rows: newest.iter().map(table_row).collect() },
        csv: csv_address("newest-cohorts"),
        notes: vec![EXPLAINED.to_owned()],
    }
}

/// The columns of a table of releases with their cohorts.
pub fn columns(with_share: bool) -> Vec<(&'static str, &'static str)> {
    let share = with_share.then_some(("Share", "share"));
    let rest = [
        ("Release", "release"),
        ("Released", "released"),
        ("All of these cohorts", "cohorts_all"),
        ("Some of these", "cohorts_some"),
    ];
    share.into_iter().chain(rest).collect()
}

/// A date as the page writes it and as the register holds it.
pub fn dated(date: &Option<register::PartialDate>) -> Cell {
    match date {
        Some(date) => Cell::Said { shown: words::date(*date), plain: date.to_string() },
        None => Cell::Said { shown: "No date".to_owned(), plain: String::new() },
    }
}

/// The cohorts that at least one of these holds.
pub fn held_in<'a>(lists: impl Iterator<Item = &'a [register::statement::Cohort]>) -> BTreeSet<&'a str> {
    lists.flatten().filter(|cohort| cohort.cover != Cover::None).map(|cohort| cohort.cohort.as_str()).collect()
}

/// Cohorts of one cover, those in a row put together.
pub fn runs(cohorts: &[register::statement::Cohort], cover: Cover) -> Cell {
    let mut names: Vec<&str> =
        cohorts.iter().filter(|cohort| cohort.cover == cover).map(|cohort| cohort.cohort.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let shown = put_together(&names);
    let shown = if shown.is_empty() { "None".to_owned() } else { shown.join(", ") };
    Cell::Said { shown, plain: names.join("; ") }
}

/// What a drawing shows across: school years without a gap, so that none seems to follow another that it does not; the
/// youngest, where they are many.
fn in_a_row(named: &BTreeSet<&str>) -> Vec<String> {
    let year = |name: &&str| {
        let (first, second) = name.split_once('-')?;
        let (first, second) = (first.parse::<u16>().ok()?, second.parse::<u16>().ok()?);
        (first.checked_add(1) == Some(second)).then_some(first)
    };
    let years: Option<Vec<u16>> = named.iter().map(year).collect();
    let span = years.as_ref().and_then(|years| years.iter().min().zip(years.iter().max()));
    let mut row: Vec<String> = match span {
        Some((first, last)) => (*first..=*last).map(|year| format!("{year}-{}", u32::from(year) + 1)).collect(),
        None => named.iter().map(|name| (*name).to_owned()).collect(),
    };
    row.split_off(row.len().saturating_sub(SHOWN))
}

/// Names of cohorts in order, those that follow one another as one span.
fn put_together(names: &[&str]) -> Vec<String> {
    let follows = |one: &&str, other: &&str| one.split_once('-').is_some_and(|(_, end)| other.starts_with(end));
    let spans = names.chunk_by(follows).map(|run| match run {
        [first, .., last] => format!("{first} to {last}"),
        run => run.join(", "),
    });
    spans.collect()
}

/// Lanes of releases over every cohort that one of them names.
pub fn draw(subject: &str, id: &str, releases: &[(String, &[register::statement::Cohort])]) -> Option<Drawing> {
    let named: BTreeSet<&str> =
        releases.iter().flat_map(|(_, cohorts)| *cohorts).map(|cohort| cohort.cohort.as_str()).collect();
    let steps = in_a_row(&named);
    if steps.is_empty() {
        return None;
    }
    let lane = |(label, cohorts): &(String, &[register::statement::Cohort])| {
        let at = |step: &String| cohorts.iter().find(|of| of.cohort == *step).map(|of| category(of.cover));
        (label.clone(), steps.iter().map(at).collect())
    };
    let lanes = Lanes {
        categories: &["All of the cohort", "Some of it"],
        steps: steps.iter().map(|step| short(step)).collect(),
        rows: releases.iter().map(lane).collect(),
    };
    let words = "A lane for each release, the newest first, over school years of birth. A solid bar is all of a cohort, a \
                 hatched bar is some of it, a thin line is expressly none, and no mark is not said. The table after it \
                 says the same in words.";
    Some(Drawing::of(subject, words, |size| lanes.draw(id, size)))
}

#[cfg(test)]
mod tests {
    use register::statement::Cohort;

    use super::*;

    fn said(given: &[(&str, u64, u64)]) -> String {
        let of = |(cohort, all, some): &(&str, u64, u64)| OfCohort {
            cohort: (*cohort).to_owned(),
            all: *all,
            some: *some,
            none: 0,
        };
        cohorts(&given.iter().map(of).collect::<Vec<_>>(), 9).finding
    }

    #[test]
    fn the_headline_names_the_cohorts_in_most_releases() {
        assert_eq!(said(&[]), "No release says which school years of birth it holds");
        assert_eq!(
            said(&[("2001-2002", 3, 1), ("2002-2003", 2, 1)]),
            "Who was born in 2001-2002 is in more releases than anybody else: 4 of the 9 releases that say so"
        );
        assert_eq!(
            said(&[("2001-2002", 3, 1), ("2002-2003", 0, 4)]),
            "Every school year of birth is in equally many releases: 4 of the 9 releases that say so"
        );
        let many = [("2001-2002", 3, 1), ("2002-2003", 4, 0), ("2003-2004", 0, 1), ("2005-2006", 4, 0)];
        assert_eq!(
            said(&many),
            "Who was born in 2001-2002 to 2002-2003 or 2005-2006 is in the most releases: 4 of the 9 releases that say so"
        );
    }

    #[test]
    fn cohorts_in_a_row_are_put_together_and_a_gap_shows() {
        let list: Vec<Cohort> = ["2001-2002", "2002-2003", "2003-2004", "2006-2007"]
            .iter()
            .map(|name| Cohort { cohort: (*name).to_owned(), cover: Cover::All })
            .collect();
        assert_eq!(runs(&list, Cover::All).shown(), "2001-2002 to 2003-2004, 2006-2007");
        assert_eq!(runs(&list, Cover::Some).shown(), "None");
        let steps = in_a_row(&["2001-2002", "2004-2005"].into());
        assert_eq!(steps, ["2001-2002", "2002-2003", "2003-2004", "2004-2005"]);
        assert_eq!(in_a_row(&["2001-2002", "unknown"].into()), ["2001-2002", "unknown"]);
        assert_eq!(in_a_row(&["1-2", "65534-65535"].into()).len(), SHOWN);
        assert_eq!([short("2009-2010"), short("whole school")], ["2009/10", "whole school"]);
    }
}
