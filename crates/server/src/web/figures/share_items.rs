//! Items by class in one share: a matrix of its newest release that gives them, and every release in the table.

use super::super::database::{ReleaseView, ShareView};
use super::super::figure::{Cell, Figure, Table, grouped};
use super::super::words;
use super::cohorts::dated;
use super::items::{SCHEMES_APART, Summed, finding};
use super::share_csv_address;

const SUBJECT: &str = "Items by class, newest release";

/// The figure, and what stands beside it.
pub struct ShareItems {
    /// The matrix of the newest release that gives items.
    pub figure: Figure,
    /// Classes of other schemes in that release, each as `scheme`, `value` with its meaning, `items`.
    pub others: Vec<(String, String, String)>,
}

/// The figure; nothing where no release gives items.
pub fn share_items(share: &ShareView) -> Option<ShareItems> {
    let with: Vec<&ReleaseView> = share.releases.iter().filter(|release| !release.items.is_empty()).collect();
    let newest = with.first()?;
    let summed = Summed::of(&newest.items);
    let all: u128 = newest.items.iter().map(|items| u128::from(items.count)).sum();
    let mut rows = Vec::new();
    for release in &with {
        for row in Summed::of(&release.items).rows() {
            let lead = [Cell::Text(release.reference.clone()), dated(&release.released)];
            rows.push(lead.into_iter().chain(row).collect());
        }
    }
    let columns = vec![
        ("Release", "release"),
        ("Released", "released"),
        ("Scheme", "scheme"),
        ("Class", "class"),
        ("Items", "items"),
    ];
    let others = summed.others.iter().map(|(class, count)| {
        let value = match class.meaning() {
            Some(meaning) if meaning != class.value => format!("{}: {meaning}", class.value),
            _ => class.value.clone(),
        };
        (class.scheme_label().to_owned(), value, grouped(*count))
    });
    Some(ShareItems {
        others: others.collect(),
        figure: Figure {
            name: "share-items".into(),
            subject: SUBJECT.into(),
            finding: finding(&summed).unwrap_or_else(|| {
                format!("{} items, not classified by identification risk and sensitivity", grouped(all))
            }),
            drawing: summed.drawing("share-items"),
            table: Table { columns, rows },
            csv: share_csv_address("share-items", share),
            notes: notes(share, &with, newest),
        },
    })
}

fn notes(share: &ShareView, with: &[&ReleaseView], newest: &ReleaseView) -> Vec<String> {
    let mut notes = vec![format!(
        "The headline and the drawing are those of release {}, {}.",
        newest.reference,
        words::date_or(&newest.released, "without a date")
    )];
    if with.len() > 1 {
        notes.push(format!(
            "The table has the {} that give items. The same item is mostly in several releases, so they are not summed.",
            words::count(with.len() as u64, "release", "releases")
        ));
    }
    let silent = share.releases.len() - with.len();
    if silent > 0 {
        notes.push(format!("{} not give items.", words::count(silent as u64, "release does", "releases do")));
    }
    if newest.items.iter().any(|items| items.classes.len() > 2) {
        notes.push(SCHEMES_APART.to_owned());
    }
    notes
}
