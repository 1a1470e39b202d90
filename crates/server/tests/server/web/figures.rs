//! Figures over the demonstration register: what they say is what the fold says.

use std::collections::BTreeMap;

use crate::support::site::{demonstration, get, header, share_address};
use axum::http::StatusCode;
use register::Count;
use register::vocabulary::VolumeBasis;

const NAMES: [&str; 9] = [
    "releases",
    "people",
    "items",
    "sectors",
    "cohorts",
    "newest-cohorts",
    "decision-lag",
    "release-lag",
    "import-lag",
];

fn rows(bytes: &[u8]) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(bytes).records().map(Result::unwrap).collect()
}

/// Every drawing of a page.
fn drawings(page: &str) -> Vec<&str> {
    page.split("<svg ")
        .skip(1)
        .filter(|svg| svg.contains("rc-drawing"))
        .filter_map(|svg| svg.split("</svg>").next())
        .collect()
}

#[tokio::test]
async fn every_figure_has_a_finding_two_drawings_a_table_and_a_file() {
    let site = demonstration();
    let page = get(&site, "/figures").await;
    assert_eq!(page.status, StatusCode::OK);
    for name in NAMES {
        let part = page.text.split(&format!("id=\"figure-{name}\"")).nth(1).unwrap().split("</figure>").next().unwrap();
        assert!(part.contains(&format!("id=\"figure-{name}-title\">")), "{name}");
        assert!(part.contains("<table"), "{name}");
        // All decisions of the demonstration were published the same day, and so there is no spread to draw.
        assert_eq!(drawings(part).len(), if name == "decision-lag" { 0 } else { 2 }, "{name}");
        let address = format!("/figures/{name}.csv");
        assert!(part.contains(&format!("href=\"{address}\"")), "{name}");
        let file = get(&site, &address).await;
        assert_eq!(header(&file, "content-type"), "text/csv; charset=utf-8", "{name}");
        assert_eq!(header(&file, "content-disposition"), format!("attachment; filename=\"{name}.csv\""));
        assert!(!rows(&file.bytes).is_empty(), "{name}");
    }
}

#[tokio::test]
async fn drawings_are_well_formed_named_and_without_style_or_script() {
    let site = demonstration();
    let share = site.first_share("sort=-releases").await;
    for address in ["/figures", &share] {
        let page = get(&site, address).await.text;
        let drawings = drawings(&page);
        assert!(drawings.len() >= 2, "{address}");
        let mut names = std::collections::BTreeSet::new();
        for drawing in drawings {
            let text = format!("<svg {drawing}</svg>");
            let mut reader = quick_xml::Reader::from_str(&text);
            while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
            assert!(text.contains("role=\"img\"") && text.contains("<title ") && text.contains("<desc "), "{address}");
            for wrong in ["style=", "<script", "NaN", "http-equiv"] {
                assert!(!text.contains(wrong), "{address}: {wrong}");
            }
            for id in text.split(" id=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
                assert!(names.insert(id.to_owned()), "{address}: {id} stands twice");
            }
        }
    }
}

#[tokio::test]
async fn releases_and_people_by_year_are_those_of_the_fold() {
    let site = demonstration();
    let mut years: BTreeMap<String, (u64, u64, u64)> = BTreeMap::new();
    for share in site.register().shares() {
        for (_, release, _) in share.releases() {
            let year = release.released.map_or_else(String::new, |date| date.year_number().to_string());
            let sum = years.entry(year).or_default();
            sum.0 += 1;
            if let Some(volume) = &release.volume
                && let Some(Count::Exactly(people)) = volume.people
            {
                match volume.basis {
                    VolumeBasis::Measured => sum.1 += people,
                    VolumeBasis::Declared => sum.2 += people,
                }
            }
        }
    }
    let releases: BTreeMap<String, u64> = rows(&get(&site, "/figures/releases.csv").await.bytes)
        .iter()
        .map(|row| (row[0].to_owned(), row[1].parse().unwrap()))
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(releases, years.iter().map(|(year, sum)| (year.clone(), sum.0)).collect());
    for row in rows(&get(&site, "/figures/people.csv").await.bytes) {
        let (count, measured, declared) = years.get(&row[0]).copied().unwrap_or_default();
        assert_eq!([&row[1], &row[2]], [measured.to_string(), declared.to_string()], "{}", &row[0]);
        let said: u64 = (3..6).map(|place| row[place].parse::<u64>().unwrap()).sum();
        assert_eq!(said, count, "{}: each release gives a number, a band or nothing", &row[0]);
    }
}

#[tokio::test]
async fn lags_are_days_from_the_event_to_the_log() {
    let site = demonstration();
    let mut decisions = Vec::new();
    let mut imports = Vec::new();
    for share in site.register().shares() {
        for fact in &share.facts {
            if matches!(fact.body, register::Body::ShareDecided(_)) {
                decisions.push(fact.at.days_until(fact.logged.date()).max(0));
            }
        }
        for (fact, release, _) in share.releases() {
            if let (Some(_), Some(released)) = (&release.source, release.released) {
                imports.push(released.days_until(fact.logged.date()).max(0));
            }
        }
    }
    imports.sort_unstable();
    assert!(!decisions.is_empty() && !imports.is_empty());
    let files = [("decision-lag", decisions.len()), ("import-lag", imports.len())];
    for (name, expected) in files {
        let table = rows(&get(&site, &format!("/figures/{name}.csv")).await.bytes);
        let banded = table.iter().filter(|row| row[0].starts_with(|first: char| first.is_ascii_digit()));
        let counted: usize = banded.map(|row| row[1].parse::<usize>().unwrap()).sum();
        assert_eq!(counted, expected, "{name}");
        let median = table.iter().find(|row| &row[0] == "median").unwrap()[1].to_owned();
        if name == "import-lag" {
            assert_eq!(median, imports[(imports.len() - 1) / 2].to_string());
        }
    }
}

#[tokio::test]
async fn the_running_year_is_compared_with_nothing() {
    let site = demonstration();
    let now = get(&site, "/figures").await.text;
    assert!(now.contains("2026 is not over. It is compared with no other year."));
    assert!(now.contains("in 2024 to"), "the two last whole years are compared");
    let later = get(&site.on("2031-03-01T00:00:00Z"), "/figures").await.text;
    assert!(later.contains("Releases stop in 2026, a year with"));
    assert!(!later.contains("is not over"));
}

#[tokio::test]
async fn a_share_shows_volume_only_where_two_releases_say_how_much() {
    let site = demonstration();
    let mut shown = 0;
    for share in site.register().shares() {
        let people = share
            .releases()
            .filter(|(_, release, _)| release.volume.as_ref().is_some_and(|volume| volume.people.is_some()));
        let several = people.count() > 1;
        let page = get(&site, &share_address(&share.reference)).await.text;
        if several {
            shown += 1;
            assert!(page.contains("id=\"figure-volume\""), "{}", share.reference);
            let address = page.split("href=\"/figures/volume.csv?share=").nth(1).unwrap().split('"').next().unwrap();
            let table = get(&site, &format!("/figures/volume.csv?share={address}")).await;
            assert_eq!(rows(&table.bytes).len() as u64, share.release_count(), "{}", share.reference);
        }
        if share.release_count() < 2 {
            assert!(!page.contains("id=\"figure-volume\""), "{}", share.reference);
        }
    }
    assert!(shown > 0);
}

#[tokio::test]
async fn a_band_is_shown_as_one_and_never_as_a_number() {
    let site = demonstration();
    let banded = site.register().shares().iter().find(|share| {
        let bands = share.releases().filter(|(_, release, _)| {
            matches!(release.volume.as_ref().and_then(|volume| volume.people), Some(Count::Under(_)))
        });
        bands.count() > 0 && share.release_count() > 1
    });
    let share = banded.expect("the demonstration has a share with several releases, one of them banded");
    let page = get(&site, &share_address(&share.reference)).await.text;
    assert!(page.contains("fewer than 10"));
    let reference: String = form_urlencoded::byte_serialize(share.reference.as_bytes()).collect();
    let file = get(&site, &format!("/figures/volume.csv?share={reference}")).await;
    assert!(rows(&file.bytes).iter().any(|row| &row[2] == "<10"));
}

#[tokio::test]
async fn items_of_a_share_are_given_for_each_release_and_in_every_scheme() {
    let site = demonstration();
    for share in site.register().shares() {
        let given: u64 = share
            .releases()
            .flat_map(|(_, release, _)| &release.items)
            .map(|items| {
                let pair = items.classes.iter().filter(|class| class.scheme.starts_with("dfe-")).count() == 2;
                let other = items.classes.iter().filter(|class| !class.scheme.starts_with("dfe-")).count() as u64;
                items.count * (u64::from(pair) + other)
            })
            .sum();
        if given == 0 {
            continue;
        }
        let reference: String = form_urlencoded::byte_serialize(share.reference.as_bytes()).collect();
        let file = get(&site, &format!("/figures/share-items.csv?share={reference}")).await;
        let said: u64 = rows(&file.bytes).iter().map(|row| row[4].parse::<u64>().unwrap()).sum();
        assert_eq!(said, given, "{}", share.reference);
    }
}

#[tokio::test]
async fn every_statement_of_a_share_is_in_one_of_its_versions() {
    let site = demonstration();
    for share in site.register().shares() {
        let page = get(&site, &share_address(&share.reference)).await.text;
        let part = page.split("id=\"versions\"").nth(1).unwrap().split("</section>").next().unwrap();
        let last = share.facts.iter().map(|fact| fact.index).max().unwrap();
        let address = format!("href=\"/as-of/checkpoint-{}{}\"", last + 1, share_address(&share.reference));
        assert!(part.contains(&address), "{}: {address}", share.reference);
        let moments: std::collections::BTreeSet<_> = share.facts.iter().map(|fact| fact.logged).collect();
        assert_eq!(part.matches("href=\"/as-of/").count(), moments.len(), "{}", share.reference);
        let corrected = share.facts.iter().any(|fact| matches!(fact.body, register::Body::Correction(_)));
        assert!(!corrected || part.contains(">Correction</strong>"), "{}", share.reference);
    }
}

#[tokio::test]
async fn a_figure_that_is_not_there_is_not_found() {
    let site = demonstration();
    for address in [
        "/figures/nonsense.csv",
        "/figures/releases",
        "/figures/releases.json",
        "/figures/volume.csv",
        "/figures/history.csv?share=there-is-none",
        "/figures/..%2Freleases.csv",
    ] {
        assert_eq!(get(&site, address).await.status, StatusCode::NOT_FOUND, "{address}");
    }
    assert_eq!(get(&site, "/figures/history.csv?share=DS00014").await.status, StatusCode::OK);
}

#[tokio::test]
async fn hostile_names_stay_text_in_pages_and_files() {
    let site = demonstration();
    site.publish_another_share();
    let page = get(&site, "/figures").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(!page.text.contains("<b>Bold"));
    let share = get(&site, &share_address("a/../b c?d#e%2F")).await.text;
    assert!(share.contains("id=\"versions\"") && !share.contains("<b>Bold"));
    assert_eq!(get(&site, "/figures/history.csv?share=a%2F..%2Fb%20c%3Fd%23e%252F").await.status, StatusCode::OK);
}
