//! Item dictionaries for programs: against the files that statements commit to.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use register::dictionary::{Dictionary, Published, dataset_address, published};
use register::{Digest, Draft};
use serde_json::Value;

use super::{json, walk};
use crate::support::site::{TestSite, demonstration, get};

const CENSUS: &str = "/api/v1/datasets/school-census/items";

/// A dictionary's file.
fn file(site: &TestSite, published: &Published<'_>) -> Dictionary {
    let path = site.public().join(register::dictionary::path(published.says.digest));
    Dictionary::parse(&std::fs::read(path).unwrap()).unwrap()
}

/// The current dictionary of a dataset.
fn current(site: &TestSite, dataset: &str) -> (u64, Dictionary) {
    let all = published(site.register());
    let found = all.iter().find(|one| one.current && one.says.dataset == dataset).unwrap();
    (found.index, file(site, found))
}

/// Publishes another dictionary, a few days after everything else.
fn publish(site: &TestSite, dataset: &str, dictionary: &Dictionary) {
    let logged = "2026-11-20T09:00:00Z".parse().unwrap();
    let on = "2026-11-20".parse().unwrap();
    site.publish(&[Draft::of_dictionary(dataset, "2026", dictionary, on, logged).unwrap()]);
}

fn aliases(rows: &[Value]) -> BTreeSet<&str> {
    rows.iter().map(|row| row["alias"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_dataset_says_which_dictionary_is_current_and_which_it_replaced() {
    let site = demonstration();
    let all = published(site.register());
    let mut compared = 0;
    for current in all.iter().filter(|one| one.current) {
        let slug = dataset_address(&current.says.dataset);
        let answer = json(&site, &format!("/api/v1/datasets/{slug}")).await;
        let dictionary = &answer["dictionary"];
        assert_eq!(dictionary["statement"], current.index, "{slug}");
        assert_eq!(dictionary["edition"], current.says.edition.as_str(), "{slug}");
        assert_eq!(dictionary["published"], current.at.to_string(), "{slug}");
        assert_eq!(dictionary["items"], current.says.items, "{slug}");
        assert_eq!(dictionary["digest"], current.says.digest.to_string(), "{slug}");
        assert_eq!(dictionary["schemes"], serde_json::json!(current.says.schemes), "{slug}");
        let bytes = get(&site, dictionary["file"].as_str().unwrap()).await.bytes;
        assert_eq!(Digest::of(&bytes), current.says.digest, "{slug}");
        let statement = json(&site, dictionary["address"].as_str().unwrap()).await;
        assert_eq!(statement["statement"]["kind"], "item-dictionary-published", "{slug}");
        let earlier: Vec<u64> =
            answer["earlier"].as_array().unwrap().iter().map(|one| one["statement"].as_u64().unwrap()).collect();
        let replaced = all.iter().rev().filter(|one| !one.current && dataset_address(&one.says.dataset) == slug);
        assert_eq!(earlier, replaced.map(|one| one.index).collect::<Vec<_>>(), "{slug}");
        compared += 1 + earlier.len();
    }
    assert!(compared == all.len() && compared > 3, "{compared}");
    let none = json(&site, "/api/v1/datasets/key-stage-5").await;
    assert_eq!((&none["dictionary"], &none["earlier"]), (&Value::Null, &Value::Array(Vec::new())));
}

#[tokio::test]
async fn the_list_of_items_is_the_dictionarys_file_with_every_class_as_it_was_given() {
    let site = demonstration();
    let mut compared = 0;
    for one in published(site.register()).iter().filter(|one| one.current) {
        let slug = dataset_address(&one.says.dataset);
        let rows = walk(&site, &format!("/api/v1/datasets/{slug}/items?limit=7")).await;
        let listed = file(&site, one).items;
        assert_eq!(rows.len(), listed.len(), "{slug}");
        let addresses: Vec<&str> = rows.iter().map(|row| row["slug"].as_str().unwrap()).collect();
        assert!(addresses.is_sorted_by(|a, b| a < b), "{addresses:?}");
        for row in &rows {
            let item = &listed[row["line"].as_u64().unwrap() as usize - 1];
            assert_eq!(row["dictionary"], one.index);
            assert_eq!(row["alias"], item.alias.as_str());
            assert_eq!(row["years"].as_str(), item.years.as_deref(), "{}", item.alias);
            assert_eq!(row["span"]["first"].as_u64(), item.first_year.map(u64::from), "{}", item.alias);
            assert_eq!(row["former_names"], serde_json::json!(item.former_names), "{}", item.alias);
            let classes: Vec<(&str, &str)> = row["classes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|class| (class["scheme"].as_str().unwrap(), class["value"].as_str().unwrap()))
                .collect();
            let given: Vec<(&str, &str)> =
                item.classes.iter().map(|class| (class.scheme.as_str(), class.value.as_str())).collect();
            assert_eq!(classes, given, "{}", item.alias);
            let whole = json(&site, row["address"].as_str().unwrap()).await;
            assert_eq!((&whole["item"], &whole["current"]), (row, &Value::Bool(true)));
            assert_eq!(get(&site, row["page"].as_str().unwrap()).await.status, StatusCode::OK);
            compared += 1;
        }
    }
    assert!(compared > 60, "{compared}");
}

#[tokio::test]
async fn the_page_and_the_api_give_the_same_items_for_the_same_question() {
    let site = demonstration();
    let (_, dictionary) = current(&site, "School Census");
    for question in [
        "q=postcode",
        "q=%20pupil%20",
        "q=zebra",
        "q=%00",
        "q=%20",
        "class=dfe-sensitivity:D",
        "class=dfe-sensitivity:B&class=dfe-identification-risk:4",
        "class=dfe-sensitivity:A&class=dfe-sensitivity:B",
        "q=home&class=npd-tier:1",
        "class=no-such:x",
    ] {
        let rows = walk(&site, &format!("{CENSUS}?{question}&limit=3")).await;
        let page = get(&site, &format!("/dataset/school-census?{question}")).await.text;
        let shown: BTreeSet<&str> = dictionary
            .items
            .iter()
            .map(|item| item.alias.as_str())
            .filter(|alias| page.contains(&format!(">{alias}</a>")))
            .collect();
        assert_eq!(aliases(&rows), shown, "{question}");
    }
    assert_eq!(walk(&site, &format!("{CENSUS}?q=SEN_TYPE")).await.len(), 1);
}

#[tokio::test]
async fn an_item_names_every_dictionary_that_lists_it_and_every_other_row_of_its_name() {
    let site = demonstration();
    let answer = json(&site, "/api/v1/datasets/key-stage-4/items/k4-pupil-number").await;
    let (index, dictionary) = current(&site, "Key Stage 4");
    let lines: Vec<u64> = (1..)
        .zip(&dictionary.items)
        .filter(|(_, item)| answer["item"]["alias"] == item.alias.as_str())
        .map(|(line, _)| line)
        .collect();
    assert!(lines.len() > 1, "the demonstration lists a name twice");
    assert_eq!(answer["listed"][0]["dictionary"]["statement"], index);
    assert_eq!(answer["listed"][0]["lines"], serde_json::json!(lines));
    assert_eq!(answer["listed"].as_array().unwrap().len(), 2, "two editions list it");
    assert_eq!(answer["others"], serde_json::json!(["/api/v1/datasets/key-stage-4/items/k4-pupil-number-2"]));
    let other = json(&site, answer["others"][0].as_str().unwrap()).await;
    assert_eq!(other["others"], serde_json::json!([answer["item"]["address"]]));
    let meaning = "A number that other people know, such as the pupil number of schools";
    assert!(answer["item"]["classes"].as_array().unwrap().iter().any(|class| class["meaning"] == meaning));
    assert_eq!(answer["dataset"]["name"], "Key Stage 4");
}

#[tokio::test]
async fn a_walk_goes_on_in_a_newer_dictionary_and_loses_no_item_that_both_list() {
    let site = demonstration();
    let (_, mut dictionary) = current(&site, "School Census");
    let before = walk(&site, &format!("{CENSUS}?limit=100")).await;
    let first = json(&site, &format!("{CENSUS}?limit=10")).await;
    // The order of the file is another, one item is gone and one is new.
    dictionary.items.reverse();
    let gone = dictionary.items.iter().position(|item| item.alias == "POSTCODE").unwrap();
    let mut new = dictionary.items.remove(gone);
    new.alias = "ZONE".to_owned();
    dictionary.items.push(new);
    publish(&site, "School Census", &dictionary);
    let mut rows = first["items"].as_array().unwrap().clone();
    rows.extend(walk(&site, first["next"].as_str().unwrap()).await);
    let seen = aliases(&rows);
    assert_eq!(rows.len(), before.len(), "no row stands twice");
    assert_eq!(aliases(&before).difference(&seen).collect::<Vec<_>>(), [&"POSTCODE"]);
    assert!(seen.contains("ZONE"));
    let dictionaries: BTreeSet<u64> = rows.iter().map(|row| row["dictionary"].as_u64().unwrap()).collect();
    assert_eq!(dictionaries.len(), 2, "each row says in which dictionary it stands");
    let dropped = json(&site, "/api/v1/datasets/school-census/items/postcode").await;
    assert_eq!((&dropped["current"], &dropped["item"]["alias"]), (&Value::Bool(false), &"POSTCODE".into()));
}

#[tokio::test]
async fn dictionaries_and_items_as_of_then_are_those_of_then() {
    let site = demonstration();
    let all = published(site.register());
    let of_census: Vec<&Published<'_>> = all.iter().filter(|one| one.says.dataset == "School Census").collect();
    let [first, .., newest] = of_census[..] else { panic!("two dictionaries of the census") };
    let then = format!("checkpoint-{}", newest.index);
    let answer = json(&site, &format!("/api/v1/datasets/school-census?as_of={then}")).await;
    let before = of_census[of_census.len() - 2];
    assert_eq!(answer["dictionary"]["statement"], before.index);
    let expected: BTreeSet<String> = file(&site, before).items.into_iter().map(|item| item.alias).collect();
    for address in [format!("{CENSUS}?limit=5&as_of={then}"), format!("/as-of/{then}{CENSUS}?limit=5")] {
        let rows = walk(&site, &address).await;
        assert_eq!(aliases(&rows), expected.iter().map(String::as_str).collect(), "{address}");
        assert!(rows.iter().all(|row| row["dictionary"] == before.index), "{address}");
    }
    let item = walk(&site, &format!("{CENSUS}?as_of={then}")).await[0]["address"].as_str().unwrap().to_owned();
    let item = json(&site, &format!("{item}?as_of={then}")).await;
    assert_eq!(
        (&item["item"]["dictionary"], &item["checkpoint"]["size"]),
        (&before.index.into(), &newest.index.into())
    );
    let nothing = get(&site, &format!("/api/v1/datasets/school-census?as_of=checkpoint-{}", first.index)).await;
    let described = serde_json::from_str::<Value>(&nothing.text).unwrap()["dictionary"].clone();
    assert!(nothing.status == StatusCode::NOT_FOUND || described.is_null(), "{}", nothing.text);
}

#[tokio::test]
async fn a_dataset_that_no_share_names_is_there_by_its_dictionary() {
    let site = demonstration();
    let (_, dictionary) = current(&site, "Absence");
    publish(&site, "Never released", &dictionary);
    let listed = walk(&site, "/api/v1/datasets").await;
    let row = listed.iter().find(|row| row["slug"] == "never-released").unwrap();
    assert_eq!((&row["name"], &row["shares"], &row["recipients"]), (&"Never released".into(), &0.into(), &0.into()));
    assert_eq!(json(&site, row["list"].as_str().unwrap()).await["shares"], 0);
    assert_eq!(walk(&site, row["items"].as_str().unwrap()).await.len(), dictionary.items.len());
    let one = json(&site, row["address"].as_str().unwrap()).await;
    assert_eq!((&one["dataset"], &one["dictionary"]["edition"]), (row, &"2026".into()));
    for address in ["/dataset/never-released", "/dataset/never-released/description.jsonld"] {
        assert_eq!(get(&site, address).await.status, StatusCode::OK, "{address}");
    }
    let absence = json(&site, "/api/v1/datasets/absence/items?limit=1").await;
    let other = format!("/api/v1/datasets/never-released/items?limit=1&{}", cursor_of(&absence));
    let refused = get(&site, &other).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST, "a cursor belongs to its dataset");
}

fn cursor_of(part: &Value) -> String {
    let next = part["next"].as_str().unwrap();
    next[next.find("cursor=").unwrap()..].to_owned()
}

#[tokio::test]
async fn what_there_is_not_is_not_found_and_what_cannot_be_is_refused_with_its_parameter() {
    let site = demonstration();
    for address in [
        "/api/v1/datasets/no-such/items",
        "/api/v1/datasets/no-such/items/postcode",
        "/api/v1/datasets/school-census/items/no-such",
        "/api/v1/datasets/key-stage-5/items/postcode",
        "/api/v1/datasets/school-census/items/..%2F..",
    ] {
        let answer = get(&site, address).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{address}");
        assert_eq!(serde_json::from_str::<Value>(&answer.text).unwrap()["type"], "/api#problem-not-found", "{address}");
    }
    assert!(walk(&site, "/api/v1/datasets/key-stage-5/items").await.is_empty());
    for (question, parameter) in [
        ("class=nonsense", "class"),
        ("class=:B", "class"),
        ("class=dfe-sensitivity:", "class"),
        ("limit=0", "limit"),
        ("cursor=AAAA", "cursor"),
        ("q=a&q=b", "q"),
    ] {
        let answer = get(&site, &format!("{CENSUS}?{question}")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{question}");
        assert_eq!(serde_json::from_str::<Value>(&answer.text).unwrap()["parameter"], parameter, "{question}");
    }
}
