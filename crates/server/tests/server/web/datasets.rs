//! Pages of datasets and items over the demonstration register, through the real router.

use crate::support::site::{TestSite, demonstration, get, header};
use axum::http::StatusCode;
use register::dictionary::{Dictionary, dataset_address, published};
use register::{Digest, PartialDate};

/// What the current dictionary of a dataset lists, by its file.
fn listed(site: &TestSite, dataset: &str) -> (Dictionary, String) {
    let all = published(site.register());
    let current = all.iter().find(|one| one.current && one.says.dataset == dataset).unwrap();
    let path = register::dictionary::path(current.says.digest);
    (Dictionary::parse(&std::fs::read(site.public().join(&path)).unwrap()).unwrap(), path)
}

#[tokio::test]
async fn every_dataset_of_the_register_is_listed_whether_a_dictionary_describes_it_or_not() {
    let site = demonstration();
    let page = get(&site, "/datasets").await.text;
    let mut named = 0;
    for share in site.register().shares() {
        for dataset in &share.access().datasets {
            assert!(
                page.contains(&format!("href=\"/dataset/{}\"", dataset_address(&dataset.name))),
                "{}",
                dataset.name
            );
            named += 1;
        }
    }
    assert!(named > 60, "{named}");
    assert!(page.contains("No dictionary describes it.") && page.contains("The tests that pupils sit at about eleven"));
}

#[tokio::test]
async fn a_dataset_shows_its_items_with_their_classes_side_by_side_and_the_dictionary_behind_them() {
    let site = demonstration();
    let (dictionary, path) = listed(&site, "School Census");
    let page = get(&site, "/dataset/school-census").await.text;
    for item in &dictionary.items {
        assert!(page.contains(&item.alias), "{}", item.alias);
    }
    for scheme in ["Identification risk (DfE)", "Sensitivity (DfE)", "NPD tier (until 2018)"] {
        assert!(page.contains(scheme), "{scheme}");
    }
    assert!(page.contains(&format!("href=\"/{path}\"")) && page.contains("Earlier dictionaries"));
    let file = get(&site, &format!("/{path}")).await;
    assert_eq!((file.status, header(&file, "content-type")), (StatusCode::OK, "application/x-ndjson"));
    assert!(page.contains(&Digest::of(&file.bytes).to_string()));
}

#[tokio::test]
async fn the_table_of_classes_counts_what_the_dictionary_lists() {
    let site = demonstration();
    let (dictionary, _) = listed(&site, "School Census");
    let page = get(&site, "/dataset/school-census").await.text;
    let mut pairs = 0;
    for risk in ["1", "2", "3", "4", "5"] {
        for level in ["A", "B", "C", "D", "E"] {
            let has = |item: &&register::dictionary::Item| {
                item.class("dfe-identification-risk") == Some(risk) && item.class("dfe-sensitivity") == Some(level)
            };
            let count = dictionary.items.iter().filter(has).count();
            let link = format!(
                "href=\"/dataset/school-census?class=dfe-identification-risk%3A{risk}&#38;class=dfe-sensitivity%3A{level}#items\">{count}<"
            );
            assert_eq!(page.contains(&link), count > 0, "{link}");
            pairs += usize::from(count > 0);
        }
    }
    assert!(pairs >= 8, "{pairs}");
}

#[tokio::test]
async fn items_are_filtered_by_words_and_by_class() {
    let site = demonstration();
    let (dictionary, _) = listed(&site, "School Census");
    let sensitive = dictionary.items.iter().filter(|item| item.class("dfe-sensitivity") == Some("D"));
    let page = get(&site, "/dataset/school-census?class=dfe-sensitivity:D").await.text;
    let expected: Vec<&str> = sensitive.map(|item| item.alias.as_str()).collect();
    assert!(page.contains(&format!("{} items of {}", expected.len(), dictionary.items.len())), "{expected:?}");
    for item in &dictionary.items {
        let link = format!(">{}</a>", item.alias);
        assert_eq!(page.contains(&link), expected.contains(&item.alias.as_str()), "{link}");
    }
    let by_word = get(&site, "/dataset/school-census?q=postcode").await.text;
    assert!(by_word.contains(">POSTCODE</a>") && !by_word.contains(">SURNAME</a>"));
    let by_name = get(&site, "/dataset/school-census?q=SEN_TYPE").await.text;
    assert!(by_name.contains(">SEN_TYPE</a>") && by_name.contains("1 item of 30"));
    let none = get(&site, "/dataset/school-census?q=zebra").await.text;
    assert!(none.contains("No item matches."));
    for nothing in ["?q=%27%20--%20%3B", "?q=%00", "?q=NEAR(", "?class=no-such:x"] {
        let page = get(&site, &format!("/dataset/school-census{nothing}")).await;
        assert_eq!(page.status, StatusCode::OK, "{nothing}");
        assert!(page.text.contains("No item matches."), "{nothing}");
    }
    for (bad, said) in [("?class=nonsense", "such as dfe-sensitivity:B"), ("?page=0", "a whole number from 1")] {
        let page = get(&site, &format!("/dataset/school-census{bad}")).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST);
        assert!(page.text.contains(said), "{bad}");
    }
}

#[tokio::test]
async fn a_dataset_says_who_has_had_it_and_what_the_register_cannot_say() {
    let site = demonstration();
    let page = get(&site, "/dataset/key-stage-5").await.text;
    assert!(page.contains("No dictionary describes this dataset."));
    let mut named = 0;
    let mut released = 0;
    for share in site.register().shares() {
        let names = share.access().datasets.iter().any(|dataset| dataset.name == "Key Stage 5");
        let holds = share.releases().any(|(_, release, _)| release.datasets.iter().any(|name| name == "Key Stage 5"));
        assert_eq!(
            page.contains(&format!("> {}</a>", share.reference)) || page.contains(&format!("{} ·", share.reference)),
            names || holds,
            "{}",
            share.reference
        );
        named += usize::from(names || holds);
        released += usize::from(holds);
    }
    assert!(
        page.contains(&format!("{named} shares name this dataset. Under {released} of them data of it was released."))
    );
    assert!(page.contains("and not yet which items"));
}

#[tokio::test]
async fn an_item_shows_each_class_with_the_scheme_s_own_meaning_and_every_edition_that_lists_it() {
    let site = demonstration();
    let page = get(&site, "/dataset/key-stage-4/k4-pupil-number").await.text;
    for said in [
        "The number that a pupil keeps from school to school.",
        "A number that other people know, such as the pupil number of schools",
        "Identifiable and highly sensitive",
        "k4_number",
        "2002 onwards",
        "href=\"/dataset/key-stage-4/k4-pupil-number-2\"",
        "Edition 2018, published 11 June 2018",
        "Edition 2015 to 2016, published 3 May 2016",
        "So nobody can tell from it who has had this item.",
    ] {
        assert!(page.contains(said), "{said}");
    }
}

#[tokio::test]
async fn share_pages_lead_to_their_datasets_and_what_there_is_not_is_not_found() {
    let site = demonstration();
    let share = site.register().shares().iter().find(|share| !share.access().datasets.is_empty()).unwrap();
    let page = get(&site, &format!("/share/{}", share.reference.replace('/', "%2F"))).await.text;
    let dataset = format!("/dataset/{}", dataset_address(&share.access().datasets[0].name));
    assert!(page.contains(&format!("href=\"{dataset}\"")));
    assert_eq!(get(&site, &dataset).await.status, StatusCode::OK);
    let names =
        ["/dataset/no-such", "/dataset/school-census/no-such", "/dataset/no-such/postcode", "/dictionaries/x.jsonl"];
    let zeroes = format!("/dictionaries/{}.jsonl", "0".repeat(64));
    for name in names.into_iter().chain([zeroes.as_str(), "/dictionaries/..%2Fcheckpoint", "/dictionaries/.jsonl"]) {
        assert_eq!(get(&site, name).await.status, StatusCode::NOT_FOUND, "{name}");
    }
}

#[tokio::test]
async fn an_item_that_the_newest_dictionary_dropped_is_still_there_and_says_so() {
    let site = demonstration();
    let (mut dictionary, _) = listed(&site, "Absence");
    dictionary.items.retain(|item| item.alias != "AB_HOLIDAY");
    let on: PartialDate = "2026-11-20".parse().unwrap();
    let logged = "2026-11-20T09:00:00Z".parse().unwrap();
    site.publish(&[register::Draft::of_dictionary("Absence", "2026", &dictionary, on, logged).unwrap()]);
    let dropped = get(&site, "/dataset/absence/ab-holiday").await.text;
    assert!(dropped.contains("The newest dictionary no longer lists this item."));
    assert!(!get(&site, "/dataset/absence").await.text.contains("AB_HOLIDAY"));
    assert!(get(&site, "/dataset/absence?q=ill").await.text.contains("AB_ILLNESS"));
}
