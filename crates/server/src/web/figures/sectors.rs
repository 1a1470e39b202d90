//! Recipients by sector, in the words of whoever gave the sector.

use super::super::database::OfSector;
use super::super::figure::bars::{Bar, Bars};
use super::super::figure::{Cell, Drawing, Figure, Table};
use super::super::words;
use super::csv_address;

const SUBJECT: &str = "Recipients by sector";

/// Sectors that have a bar of their own.
const SHOWN: usize = 12;

/// The figure. `sectors` stand in the order of their recipients, most first.
pub fn sectors(sectors: &[OfSector]) -> Figure {
    let label = |of: &OfSector| of.sector.clone().unwrap_or_else(|| "Sector not known".to_owned());
    let (known, unknown): (Vec<&OfSector>, Vec<&OfSector>) = sectors.iter().partition(|of| of.sector.is_some());
    let shown = &known[..known.len().min(SHOWN)];
    let rest = &known[shown.len()..];
    let bar = |label: String, count: u64| Bar { label, values: [count, 0, 0, 0], ..Bar::default() };
    let mut rows: Vec<Bar> = shown.iter().map(|of| bar(label(of), of.recipients)).collect();
    if !rest.is_empty() {
        let count = rest.iter().map(|of| of.recipients).sum();
        rows.push(bar(words::count(rest.len() as u64, "other sector", "other sectors"), count));
    }
    rows.extend(unknown.iter().map(|of| bar(label(of), of.recipients)));
    let bars = Bars { categories: &["Recipients"], rows };
    let words = "One bar for each sector, the largest first. The table after it has the same numbers.";
    let drawing = (!sectors.is_empty()).then(|| Drawing::of(SUBJECT, words, |size| bars.across("sectors", size)));
    let row = |of: &OfSector| {
        let sector = match &of.sector {
            Some(sector) => Cell::Text(sector.clone()),
            None => Cell::Said { shown: "Not known".to_owned(), plain: String::new() },
        };
        vec![sector, Cell::number(of.recipients), Cell::number(of.shares), Cell::number(of.releases)]
    };
    let columns = vec![
        ("Sector", "sector"),
        ("Recipients", "recipients"),
        ("Their shares", "shares"),
        ("Their releases", "releases"),
    ];
    Figure {
        name: "sectors".into(),
        subject: SUBJECT.into(),
        finding: finding(&known, unknown.iter().map(|of| of.recipients).sum()),
        drawing,
        table: Table { columns, rows: sectors.iter().map(row).collect() },
        csv: csv_address("sectors"),
        notes: vec![
            "A recipient is an organisation that got data or asked for it. One that was refused counts too.".to_owned(),
            "A sector is called what the publisher called it. No two names were put together.".to_owned(),
        ],
    }
}

/// Which sector has the most recipients: a headline.
fn finding(known: &[&OfSector], unknown: u64) -> String {
    let of_known: u64 = known.iter().map(|of| of.recipients).sum();
    let all = of_known + unknown;
    let most = known.first().map_or(0, |of| of.recipients);
    let names: Vec<&str> =
        known.iter().take_while(|of| of.recipients == most).filter_map(|of| of.sector.as_deref()).collect();
    let of_all = if unknown == 0 {
        words::count(all, "recipient", "recipients")
    } else {
        format!("the {} of which it is known", words::count(of_known, "recipient", "recipients"))
    };
    match names.as_slice() {
        _ if all == 0 => "The register has no recipients yet".to_owned(),
        [] => "The sector of no recipient is known".to_owned(),
        [name] if known.len() == 1 && unknown == 0 => format!("Every recipient is in one sector: {name}"),
        [name] => format!("The largest sector is {name}, with {} of {of_all}", words::number(most)),
        [one, other] => {
            format!("The largest sectors are {one} and {other}, each with {} of {of_all}", words::number(most))
        }
        many => format!(
            "{} sectors are equally large, each with {} of {of_all}",
            words::number(many.len() as u64),
            words::number(most)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(given: &[(Option<&str>, u64)]) -> String {
        let of = |(sector, recipients): &(Option<&str>, u64)| OfSector {
            sector: sector.map(str::to_owned),
            recipients: *recipients,
            shares: 1,
            releases: 1,
        };
        sectors(&given.iter().map(of).collect::<Vec<_>>()).finding
    }

    #[test]
    fn the_headline_names_the_largest_sector() {
        assert_eq!(
            said(&[(Some("Academic"), 12), (Some("Charity"), 26 - 12)]),
            "The largest sector is Academic, with 12 of 26 recipients"
        );
        assert_eq!(said(&[(Some("Academic"), 3)]), "Every recipient is in one sector: Academic");
        assert_eq!(
            said(&[(Some("Academic"), 3), (None, 9)]),
            "The largest sector is Academic, with 3 of the 3 recipients of which it is known"
        );
    }

    #[test]
    fn sectors_that_tie_are_all_named_or_counted() {
        assert_eq!(
            said(&[(Some("A"), 2), (Some("B"), 2), (Some("C"), 1)]),
            "The largest sectors are A and B, each with 2 of 5 recipients"
        );
        assert_eq!(
            said(&[(Some("A"), 1), (Some("B"), 1), (Some("C"), 1)]),
            "3 sectors are equally large, each with 1 of 3 recipients"
        );
    }

    #[test]
    fn what_is_not_known_is_said() {
        assert_eq!(said(&[]), "The register has no recipients yet");
        assert_eq!(said(&[(None, 4)]), "The sector of no recipient is known");
    }
}
