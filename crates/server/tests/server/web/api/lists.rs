//! Lists: the same answer as the pages, and walks that survive what is published meanwhile.

use std::collections::{BTreeMap, BTreeSet};

use register::statement::{Access, ReleaseRegistered, ShareApplied, ShareDecided};
use register::vocabulary::{Channel, Outcome, Reason};
use register::{Draft, Organisation, Salt, Statement};
use serde_json::Value;
use store::Publisher;

use super::{json, walk};
use crate::support::site::{TestSite, demonstration, get};

fn references(rows: &[Value]) -> Vec<String> {
    rows.iter().map(|row| row["reference"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_page_the_download_and_the_api_give_the_same_answer_to_the_same_question() {
    let site = demonstration();
    for question in [
        "",
        "status=live&status=refused",
        "q=school",
        "q=absence&sort=-releases",
        "overdue=yes&sort=title",
        "channel=panel&sort=recipient",
        "sort=-released",
        "q=zzzz",
    ] {
        let rows = walk(&site, &format!("/api/v1/shares?{question}&limit=7").replace("?&", "?")).await;
        let answer = json(&site, &format!("/api/v1/shares?{question}")).await;
        assert_eq!(answer["shares"], rows.len(), "{question}");
        let table = get(&site, &format!("/find.csv?{question}")).await;
        let mut table = csv::Reader::from_reader(table.bytes.as_slice());
        let listed: Vec<String> = table.records().map(|row| row.unwrap()[1].to_owned()).collect();
        assert_eq!(references(&rows), listed, "{question}");
        let page = get(&site, &format!("/find?{question}")).await.text;
        let count = if rows.len() == 1 { "1 share<".to_owned() } else { format!("{} shares", rows.len()) };
        assert!(page.contains(count.trim_end_matches('<')), "{question}");
        let releases = walk(&site, &format!("/api/v1/releases?{question}&limit=4").replace("?&", "?")).await;
        assert_eq!(answer["releases"], releases.len(), "{question}");
        let distinct: BTreeSet<u64> = releases.iter().map(|row| row["statement"].as_u64().unwrap()).collect();
        assert_eq!(distinct.len(), releases.len(), "{question}");
        let facets = json(
            &site,
            &format!("/api/v1/facets?{}", question.split("&sort").next().unwrap()).replace("?sort=-released", ""),
        )
        .await;
        assert_eq!(facets["shares"], answer["shares"], "{question}");
    }
}

#[tokio::test]
async fn a_choice_says_how_many_shares_it_would_leave() {
    let site = demonstration();
    let facets = json(&site, "/api/v1/facets?q=school").await;
    for facet in facets["facets"].as_array().unwrap() {
        let name = facet["parameter"].as_str().unwrap();
        for choice in facet["choices"].as_array().unwrap().iter().take(4) {
            let value: String = form_urlencoded::byte_serialize(choice["value"].as_str().unwrap().as_bytes()).collect();
            let left = json(&site, &format!("/api/v1/shares?q=school&{name}={value}")).await;
            assert_eq!(left["shares"], choice["shares"], "{name}={value}");
        }
    }
}

#[tokio::test]
async fn decisions_recipients_datasets_and_statements_are_all_of_them() {
    let site = demonstration();
    let register = site.register();
    let decided = register.shares().iter().filter(|share| share.outcome().is_some()).count();
    let decisions = walk(&site, "/api/v1/decisions?limit=9").await;
    assert_eq!(decisions.len(), decided);
    let dates: Vec<&str> = decisions.iter().map(|row| row["decided"].as_str().unwrap_or("")).collect();
    assert!(dates.is_sorted_by(|a, b| a >= b), "{dates:?}");
    let refused = walk(&site, "/api/v1/decisions?outcome=refused").await;
    assert!(!refused.is_empty() && refused.iter().any(|row| !row["reasons"].as_array().unwrap().is_empty()));
    let recipients = walk(&site, "/api/v1/recipients?limit=6").await;
    assert_eq!(recipients.len(), register.recipients().len());
    let mut shares_of: BTreeMap<String, u64> = BTreeMap::new();
    for recipient in &recipients {
        let one = json(&site, recipient["address"].as_str().unwrap()).await;
        let listed = json(&site, one["shares"].as_str().unwrap()).await;
        assert_eq!(listed["shares"], recipient["shares"]);
        shares_of.insert(recipient["slug"].as_str().unwrap().to_owned(), recipient["shares"].as_u64().unwrap());
    }
    assert_eq!(shares_of.values().sum::<u64>(), register.shares().len() as u64);
    for dataset in walk(&site, "/api/v1/datasets").await {
        assert_eq!(json(&site, dataset["list"].as_str().unwrap()).await["shares"], dataset["shares"]);
    }
    let mut seen = 0;
    let mut address = "/api/v1/statements?limit=100".to_owned();
    loop {
        let part = json(&site, &address).await;
        let rows = part["items"].as_array().unwrap();
        for row in rows {
            assert_eq!(row["index"], seen);
            seen += 1;
        }
        address = part["next"].as_str().unwrap().to_owned();
        if rows.is_empty() {
            break;
        }
    }
    assert_eq!(seen, site.size());
}

#[tokio::test]
async fn changes_are_those_that_were_logged_between_two_dates() {
    let site = demonstration();
    let all = walk(&site, "/api/v1/changes?limit=100").await;
    let heartbeats = walk_kind(&site, "heartbeat").await;
    assert_eq!(all.len() as u64 + heartbeats, site.size());
    for (from, to) in [("2018", "2020"), ("2019-03", "2019-03"), ("2024-05-17", "2024-12-31")] {
        let some = walk(&site, &format!("/api/v1/changes?from={from}&to={to}&limit=10")).await;
        let day = |row: &Value| row["logged"].as_str().unwrap()[..10].to_owned();
        let within = |row: &&Value| &day(row)[..from.len()] >= from && &day(row)[..to.len()] <= to;
        assert_eq!(some, all.iter().filter(within).cloned().collect::<Vec<_>>(), "{from} to {to}");
    }
    assert!(walk(&site, "/api/v1/changes?from=2026&to=2018").await.is_empty());
}

async fn walk_kind(site: &TestSite, kind: &str) -> u64 {
    json(site, &format!("/api/v1/statements?kind={kind}&limit=100")).await["items"].as_array().unwrap().len() as u64
}

/// Publishes a share with two releases, and changes nothing that was there.
fn publish_between(site: &TestSite, number: u64) {
    let mut publisher = Publisher::open(site.data()).unwrap();
    let logged = publisher.register().last_logged().unwrap();
    let statement = |id: String, body: register::Body| {
        let reference = format!("BETWEEN-{number}");
        Draft::new(Statement::new(&id, logged.date(), logged, body).about(&reference))
    };
    let access = Access {
        bases: Vec::new(),
        channel: [Channel::Police, Channel::Standing, Channel::Internal][number as usize % 3],
        datasets: Vec::new(),
        facts: Default::default(),
        // In front of, among and behind those that are there, by name.
        recipient: Organisation::named(["Aardvark", "Middle of the list", "Zzz"][number as usize % 3]),
        route: None,
    };
    let release = |reference: &str| ReleaseRegistered {
        bases: Vec::new(),
        classes: Vec::new(),
        cohorts: Vec::new(),
        datasets: vec!["Between".to_owned()],
        facts: Default::default(),
        frequency: None,
        items: Vec::new(),
        manifest: None,
        release: reference.to_owned(),
        released: Some(logged.date()),
        source: None,
        volume: None,
    };
    let decided = ShareDecided {
        conditions: Vec::new(),
        datasets: Vec::new(),
        decided_by: "A panel".to_owned(),
        outcome: Outcome::Approved,
        reasons: vec![Reason::BenefitClear],
    };
    let salt = Salt([200 + number as u8; 32]);
    let drafts = [
        statement(format!("between-{number}"), ShareApplied { access }.into()),
        statement(format!("between-{number}-0"), decided.into()).saying("reasons", "It serves the public.", salt),
        statement(format!("between-{number}-1"), release("1").into()),
        statement(format!("between-{number}-2"), release("2").into()),
    ];
    publisher.publish(&drafts).unwrap();
}

#[tokio::test]
async fn a_walk_neither_repeats_nor_loses_a_row_while_statements_are_published() {
    let questions = [
        ("/api/v1/shares?", "reference"),
        ("/api/v1/shares?sort=changed&", "reference"),
        ("/api/v1/shares?sort=title&", "reference"),
        ("/api/v1/shares?sort=-recipient&", "reference"),
        ("/api/v1/shares?sort=released&", "reference"),
        ("/api/v1/shares?sort=-released&", "reference"),
        ("/api/v1/shares?sort=-releases&", "reference"),
        ("/api/v1/shares?q=school&", "reference"),
        ("/api/v1/releases?sort=recipient&", "statement"),
        ("/api/v1/releases?", "statement"),
        ("/api/v1/decisions?", "share"),
        ("/api/v1/recipients?", "slug"),
        ("/api/v1/changes?from=2017&", "index"),
    ];
    let site = demonstration();
    let mut published = 0;
    for (question, key) in questions {
        let rows_at_the_start = walk(&site, &format!("{question}limit=100")).await;
        let name = |row: &Value| row[key].to_string();
        let mut seen: Vec<String> = Vec::new();
        let mut next = Some(format!("{question}limit=11"));
        while let Some(address) = next {
            let part = json(&site, &address).await;
            seen.extend(part["items"].as_array().unwrap().iter().map(name));
            next = part["next"].as_str().map(str::to_owned);
            if published < 40 {
                publish_between(&site, published);
                published += 1;
            }
        }
        let distinct: BTreeSet<&String> = seen.iter().collect();
        assert_eq!(distinct.len(), seen.len(), "{question} repeats a row");
        for row in rows_at_the_start {
            assert!(distinct.contains(&name(&row)), "{question} lost {}", name(&row));
        }
    }
    assert!(published > 20, "{published}");
}

#[tokio::test]
async fn a_walk_as_of_then_stays_there_whichever_way_it_was_asked_for() {
    let site = demonstration();
    let then = walk(&site, "/api/v1/shares?as_of=checkpoint-300&limit=100").await;
    let now = walk(&site, "/api/v1/shares?limit=100").await;
    assert!(!then.is_empty() && then.len() < now.len(), "{} {}", then.len(), now.len());
    for address in ["/api/v1/shares?limit=7&as_of=checkpoint-300", "/as-of/checkpoint-300/api/v1/shares?limit=7"] {
        assert_eq!(walk(&site, address).await, then, "{address}");
        let part = json(&site, address).await;
        assert_eq!(part["checkpoint"]["size"], 300, "{address}");
        assert_eq!(json(&site, part["next"].as_str().unwrap()).await["checkpoint"]["size"], 300, "{address}");
    }
    let releases = walk(&site, "/as-of/2020/api/v1/releases?limit=9").await;
    let day = |row: &Value| row["released"].as_str().unwrap_or("").to_owned();
    assert!(!releases.is_empty() && releases.iter().all(|row| day(row).as_str() < "2021"));
}
