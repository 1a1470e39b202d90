//! The school-year cohorts of one share's releases.

use register::vocabulary::Cover;

use super::super::database::{ReleaseView, ShareView};
use super::super::figure::{Figure, Table};
use super::super::words;
use super::cohorts::{EXPLAINED, columns, dated, draw, held_in, runs};
use super::share_csv_address;

const SUBJECT: &str = "School years of birth";

/// Lanes that a drawing shows: the newest.
const SHOWN: usize = 24;

/// The figure; nothing where no release gives cohorts.
pub fn share_cohorts(share: &ShareView) -> Option<Figure> {
    let with: Vec<&ReleaseView> = share.releases.iter().filter(|release| !release.cohorts.is_empty()).collect();
    if with.is_empty() {
        return None;
    }
    let lane = |release: &&ReleaseView| {
        (format!("{}: {}", words::date_or(&release.released, "No date"), release.reference), release.cohorts.clone())
    };
    let lanes: Vec<_> = with.iter().take(SHOWN).map(lane).collect();
    let lanes: Vec<_> = lanes.iter().map(|(label, cohorts)| (label.clone(), cohorts.as_slice())).collect();
    let row = |release: &&ReleaseView| {
        vec![
            super::super::figure::Cell::Text(release.reference.clone()),
            dated(&release.released),
            runs(&release.cohorts, Cover::All),
            runs(&release.cohorts, Cover::Some),
        ]
    };
    let mut notes = vec![EXPLAINED.to_owned()];
    let silent = share.releases.len() - with.len();
    if silent > 0 {
        notes.push(format!(
            "{} not say which cohorts. They are not shown.",
            words::count(silent as u64, "release does", "releases do")
        ));
    }
    if with.len() > SHOWN {
        notes.push(format!("The drawing shows the newest {SHOWN} releases; the table has all."));
    }
    Some(Figure {
        name: "share-cohorts".into(),
        subject: SUBJECT.into(),
        finding: finding(&with),
        drawing: draw(SUBJECT, "share-cohorts", &lanes),
        table: Table { columns: columns(false), rows: with.iter().map(row).collect() },
        csv: share_csv_address("share-cohorts", share),
        notes,
    })
}

fn finding(with: &[&ReleaseView]) -> String {
    let held = held_in(with.iter().map(|release| release.cohorts.as_slice()));
    let (Some(first), Some(last)) = (held.first(), held.last()) else {
        return "No release holds any cohort".to_owned();
    };
    if first == last {
        return format!("Everybody in it was born in the school year {first}");
    }
    let again = |cohort: &&&str| {
        let holds =
            |release: &&&ReleaseView| release.cohorts.iter().any(|of| of.cohort == **cohort && of.cover != Cover::None);
        with.iter().filter(holds).count() > 1
    };
    let repeated = held.iter().filter(again).count() as u64;
    let all = words::count(held.len() as u64, "school year of birth", "school years of birth");
    let between = format!("{all} between {first} and {last}");
    match repeated {
        _ if with.len() == 1 => format!("One release holds {between}"),
        0 => format!("Releases hold {between}, each in one release only"),
        repeated if repeated == held.len() as u64 => format!("Releases hold {between}, each in more than one release"),
        repeated => format!("Releases hold {between}; {} of them in more than one release", words::number(repeated)),
    }
}
