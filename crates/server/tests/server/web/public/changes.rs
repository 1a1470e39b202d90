//! `/changes` and `/corrections`: what was logged, day by day.

use std::collections::BTreeSet;

use super::{between, every_page};
use crate::support::site::{demonstration, get, header};

/// The indices of the statements that a list of changes shows.
fn indices(pages: &[String]) -> Vec<u64> {
    let lists = pages.iter().flat_map(|page| between(page, "<li class=\"rc-changes__item\">", "</li>"));
    lists.map(|item| between(item, "href=\"/statement/", "\"")[0].parse().unwrap()).collect()
}

#[tokio::test]
async fn without_dates_it_is_the_thirty_days_up_to_the_newest_statement() {
    let site = demonstration();
    let page = get(&site, "/changes").await.text;
    let newest = site.register().last_logged().unwrap().date();
    assert!(page.contains(&format!("name=\"to\" type=\"date\" value=\"{newest}\"")));
    let shown = indices(&[page]);
    assert_eq!(shown[0], site.size() - 1);
}

#[tokio::test]
async fn paging_reaches_the_end_without_loss_or_repetition() {
    let site = demonstration();
    let pages = every_page(&site, "/changes?from=2000").await;
    assert!(pages.len() > 5);
    let all: Vec<u64> = (0..site.size()).rev().collect();
    assert_eq!(indices(&pages), all);
}

#[tokio::test]
async fn a_day_belongs_to_the_days_on_which_something_was_logged() {
    let site = demonstration();
    let facts = site.register().shares().iter().flat_map(|share| share.facts.iter()).chain(site.register().general());
    let expected: BTreeSet<u64> =
        facts.filter(|fact| fact.logged.date().to_string().starts_with("2017-12")).map(|fact| fact.index).collect();
    assert!(!expected.is_empty());
    let shown = indices(&every_page(&site, "/changes?from=2017-12&to=2017-12").await);
    assert_eq!(shown.into_iter().collect::<BTreeSet<_>>(), expected);
    let nothing = get(&site, "/changes?from=1999&to=1999").await.text;
    assert!(nothing.contains("Nothing was logged from 1 January 1999 to 31 December 1999."));
}

#[tokio::test]
async fn kinds_are_counted_and_can_be_asked_for() {
    let site = demonstration();
    let page = get(&site, "/changes?from=2000").await.text;
    let counts: Vec<u64> =
        between(&page, "rc-kinds__count\">", "<").iter().map(|count| count.parse().unwrap()).collect();
    assert_eq!(counts.iter().sum::<u64>(), site.size());
    let kind = page.split("kind=share-decided\">Decision made</a> <span class=\"rc-kinds__count\">").nth(1).unwrap();
    let expected: usize = kind.split('<').next().unwrap().parse().unwrap();
    let decided = every_page(&site, "/changes?from=2000&kind=share-decided").await;
    assert!(expected > 50 && decided.len() > 1);
    assert_eq!(indices(&decided).len(), expected);
}

#[tokio::test]
async fn the_same_changes_can_be_taken_as_a_table() {
    let site = demonstration();
    let answer = get(&site, "/changes.csv?from=2017-12&to=2017-12").await;
    assert_eq!(header(&answer, "content-type"), "text/csv; charset=utf-8");
    let mut table = csv::Reader::from_reader(answer.bytes.as_slice());
    let rows: Vec<u64> = table.records().map(|row| row.unwrap()[0].parse().unwrap()).collect();
    assert_eq!(rows, indices(&every_page(&site, "/changes?from=2017-12&to=2017-12").await));
    assert!(header(&answer, "link").is_empty());
}

#[tokio::test]
async fn silence_shows_on_changes_and_method() {
    let site = demonstration();
    for page in ["/changes", "/method"] {
        let text = get(&site, page).await.text;
        assert!(text.contains("It was silent once."), "{page}");
        assert!(text.contains("from 31 March 2020 to 30 September 2020: 183 days"), "{page}");
        let later = get(&site.on("2027-11-24T12:00:00Z"), page).await.text;
        assert!(later.contains("It is silent now.") && later.contains("days so far"), "{page}");
    }
}

#[tokio::test]
async fn every_correction_and_redaction_is_listed_with_before_and_after() {
    let site = demonstration();
    let pages = every_page(&site, "/corrections").await.concat();
    let facts = site.register().shares().iter().flat_map(|share| share.facts.iter()).chain(site.register().general());
    let (mut expected, mut redactions) = (BTreeSet::new(), 0);
    for fact in facts {
        match &fact.body {
            register::Body::Correction(_) => _ = expected.insert(fact.index),
            register::Body::Redaction(_) => {
                redactions += 1;
                expected.insert(fact.index);
            }
            _ => {}
        }
    }
    let listed: Vec<u64> =
        between(&pages, "id=\"correction-", "\"").iter().map(|index| index.parse().unwrap()).collect();
    assert_eq!(listed, expected.iter().rev().copied().collect::<Vec<_>>());
    assert!(redactions > 0);
    assert_eq!(pages.matches("(erased)</td>").count(), redactions);
    assert!(pages.contains("<del class=\"rc-before\">31</del>"));
}
