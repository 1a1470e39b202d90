//! `/other-access`: channels, their figures and what is withheld.

use register::vocabulary::Channel;

use super::between;
use crate::support::site::{demonstration, get};

const CHANNELS: [Channel; 5] =
    [Channel::Police, Channel::HomeOffice, Channel::Court, Channel::Standing, Channel::Internal];

#[tokio::test]
async fn every_channel_has_its_shares_and_their_legal_bases() {
    let site = demonstration();
    let page = get(&site, "/other-access").await.text;
    for channel in CHANNELS {
        let part = between(&page, &format!("aria-labelledby=\"{channel}\">"), "</section>")[0];
        let shares = site.register().shares().iter().filter(|share| share.access().channel == channel);
        let mut count = 0;
        for share in shares {
            count += 1;
            assert!(part.contains(&format!(">{}", share.reference)), "{}", share.reference);
            for basis in &share.access().bases {
                assert!(part.contains(&format!("<li>{basis}: ")), "{basis}");
            }
        }
        assert!(count > 0 && part.contains(&format!("<strong>{count} shares</strong>")), "{channel}");
    }
}

#[tokio::test]
async fn the_corrected_figures_of_2017_stand_with_what_they_were() {
    let site = demonstration();
    let page = get(&site, "/other-access").await.text;
    let cell = |number: &str| format!("\">{number}</td>");
    let police = between(&page, "aria-labelledby=\"police\">", "</section>")[0];
    for number in ["33", "16", "62"] {
        assert!(police.contains(&cell(number)), "{number}");
    }
    let home_office = between(&page, "aria-labelledby=\"home-office\">", "</section>")[0];
    for number in ["531", "2,461"] {
        assert!(home_office.contains(&cell(number)), "{number}");
    }
    for (before, after) in [("31", "33"), ("21", "16"), ("21", "62"), ("2,462", "2,461"), ("520", "531")] {
        let change =
            format!("<del class=\"rc-before\">{before}</del></td><td class=\"govuk-table__cell\">{after}</td>");
        assert!(page.contains(&change), "{before} to {after}");
    }
}

#[tokio::test]
async fn withheld_texts_give_ground_and_opening_date_and_those_without_a_date_stand_last() {
    let site = demonstration();
    let page = get(&site, "/other-access").await.text;
    let part = page.split("id=\"withheld\"").nth(1).unwrap();
    let rows = between(part, "<tr class=\"govuk-table__row\" role=\"row\">\n", "</tr>");
    assert_eq!(rows.len(), crate::support::site::withheld_values().len());
    let dated = rows.iter().take_while(|row| row.contains("1 June 2029")).count();
    assert_eq!(dated, 3);
    assert!(rows[dated..].iter().all(|row| row.contains("No date set")));
    assert!(rows.iter().any(|row| row.contains("It would prejudice the prevention or detection of crime")));
    assert!(!part.contains("Overdue by"));
}

#[tokio::test]
async fn a_text_that_should_have_opened_is_overdue() {
    let later = demonstration();
    let page = get(&later.on("2029-06-11T12:00:00Z"), "/other-access").await.text;
    assert_eq!(page.matches("Overdue by 10 days: today is 11 June 2029").count(), 3);
}
