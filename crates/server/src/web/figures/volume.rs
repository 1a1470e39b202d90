//! How much the releases of one share held, over time.

use register::vocabulary::VolumeBasis;

use super::super::database::{ReleaseView, ShareView};
use super::super::figure::bars::{Bar, Bars};
use super::super::figure::svg::Size;
use super::super::figure::{Cell, Drawing, Figure, Table};
use super::super::words;
use super::cohorts::dated;
use super::share_csv_address;

/// Bars that a drawing shows: the newest.
const SHOWN: usize = 24;

const CATEGORIES: [&str; 3] = ["Measured", "Declared, not measured", "Fewer than this, exact number not published"];

/// What the bars count: people where two releases say how many, else rows, else requests.
#[derive(Clone, Copy, PartialEq, Eq)]
enum What {
    People,
    Rows,
    Requests,
}

impl What {
    const ALL: [Self; 3] = [Self::People, Self::Rows, Self::Requests];

    /// How much, and whether it is only a band.
    fn of(self, release: &ReleaseView) -> Option<(u64, bool)> {
        match self {
            Self::People => {
                release.people.map(|people| (people, false)).or(release.people_under.map(|under| (under, true)))
            }
            Self::Rows => release.rows.map(|rows| (rows, false)),
            Self::Requests => release.requests.map(|requests| (requests, false)),
        }
    }

    fn subject(self) -> &'static str {
        match self {
            Self::People => "People in each release",
            Self::Rows => "Rows in each release",
            Self::Requests => "Requests in each release",
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::People => ("person", "people"),
            Self::Rows => ("row", "rows"),
            Self::Requests => ("request", "requests"),
        }
    }

    fn said(self, (amount, band): (u64, bool)) -> String {
        let (one, many) = self.words();
        if band { format!("fewer than {} {many}", words::number(amount)) } else { words::count(amount, one, many) }
    }
}

/// The figure; nothing unless two releases say how much they held.
pub fn volume(share: &ShareView) -> Option<Figure> {
    let say = |what: &What| share.releases.iter().filter(|release| what.of(release).is_some()).count() > 1;
    let what = What::ALL.into_iter().find(say)?;
    // Oldest first, as time runs; what has no date stands before.
    let mut with: Vec<&ReleaseView> = share.releases.iter().filter(|release| what.of(release).is_some()).collect();
    with.reverse();
    let drawn = &with[with.len().saturating_sub(SHOWN)..];
    let bars = Bars { categories: &CATEGORIES, rows: drawn.iter().map(|release| bar(what, release)).collect() };
    let words = "One bar for each release, the oldest first. Measured, declared and banded numbers are told apart. The \
                 table after it has the same numbers.";
    let drawing = Drawing::of(what.subject(), words, |size| match size {
        Size::Wide if drawn.len() > 8 => bars.up("volume"),
        _ => bars.across("volume", size),
    });
    let mut notes =
        vec!["Who or what is in two releases is counted in each. The numbers must not be added up.".to_owned()];
    let silent = share.releases.len() - with.len();
    if silent > 0 {
        notes.push(format!(
            "{} not say. They are not shown.",
            words::count(silent as u64, "release does", "releases do")
        ));
    }
    if with.len() > drawn.len() {
        notes.push(format!("The drawing shows the newest {SHOWN} releases; the table has all."));
    }
    Some(Figure {
        name: "volume".into(),
        subject: what.subject().into(),
        finding: finding(what, &with),
        drawing: Some(drawing),
        table: Table { columns: COLUMNS.to_vec(), rows: with.iter().map(|release| row(release)).collect() },
        csv: share_csv_address("volume", share),
        notes,
    })
}

fn bar(what: What, release: &ReleaseView) -> Bar {
    let (amount, band) = what.of(release).unwrap_or_default();
    let mut values = [0; 4];
    let category = match (band, release.basis) {
        (true, _) => 2,
        (false, Some(VolumeBasis::Measured)) => 0,
        (false, _) => 1,
    };
    values[category] = amount;
    let said = band.then(|| format!("fewer than {amount}"));
    Bar { label: words::date_or(&release.released, "No date"), remark: None, values, said }
}

const COLUMNS: [(&str, &str); 7] = [
    ("Release", "release"),
    ("Released", "released"),
    ("People", "people"),
    ("Rows", "rows"),
    ("Requests", "requests"),
    ("Data supplied for", "supplied"),
    ("Measured or declared", "basis"),
];

fn row(release: &ReleaseView) -> Vec<Cell> {
    let number = |number: Option<u64>| number.map_or(Cell::Nothing, Cell::number);
    let people = match (release.people, release.people_under) {
        (Some(people), _) => Cell::number(people),
        (None, Some(under)) => Cell::Said { shown: format!("Fewer than {under}"), plain: format!("<{under}") },
        (None, None) => Cell::Nothing,
    };
    let basis = match release.basis {
        Some(basis) => Cell::Said { shown: basis.label().to_owned(), plain: basis.code().to_owned() },
        None => Cell::Nothing,
    };
    vec![
        Cell::Text(release.reference.clone()),
        dated(&release.released),
        people,
        number(release.rows),
        number(release.requests),
        number(release.supplied),
        basis,
    ]
}

/// The first release beside the newest: a headline. Without two dates, the largest.
fn finding(what: What, with: &[&ReleaseView]) -> String {
    let said = |release: &ReleaseView| {
        let amount = what.said(what.of(release).unwrap_or_default());
        let declared = release.basis != Some(VolumeBasis::Measured);
        if declared { format!("{amount} (declared)") } else { amount }
    };
    let dated: Vec<&&ReleaseView> = with.iter().filter(|release| release.released.is_some()).collect();
    if let [first, .., last] = dated.as_slice()
        && let (Some(from), Some(to)) = (first.released, last.released)
        && from != to
    {
        let (before, after) = (said(first), said(last));
        let (from, to) = (words::date(from), words::date(to));
        return if before == after {
            format!("The first release, {from}, and the newest, {to}, each held {after}")
        } else {
            format!("The first release, {from}, held {before}; the newest, {to}, {after}")
        };
    }
    let largest = with.iter().max_by_key(|release| what.of(release).map(|(amount, _)| amount));
    let count = words::count(with.len() as u64, "release says", "releases say");
    largest.map_or_else(String::new, |release| format!("{count} how much; the largest held {}", said(release)))
}
