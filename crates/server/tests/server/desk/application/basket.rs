//! The basket: items of the published dictionaries, with their classes, years, reasons and treatments.

use axum::http::StatusCode;
use casework::specification::{Keep, People, Specification, Treatment};
use register::dictionary::{Dictionary, Item, item_addresses};
use store::Publisher;

use super::support::{Place, owned, save, with_dictionaries};

/// The current dictionary of the school census.
fn census(place: &Place) -> Dictionary {
    let data = place.site.desk.data();
    let publisher = Publisher::open(data.clone()).unwrap();
    let all = register::dictionary::published(publisher.register());
    let current = all.iter().rev().find(|one| one.current && one.says.dataset == "School Census").unwrap();
    Dictionary::parse(&std::fs::read(data.public().join(register::dictionary::path(current.says.digest))).unwrap())
        .unwrap()
}

fn first(dictionary: &Dictionary, wanted: impl Fn(&Item) -> bool) -> String {
    let collected = |item: &Item| item.first_year.is_some_and(|year| year <= 2015) && item.last_year.is_none();
    let place = dictionary.items.iter().position(|item| collected(item) && wanted(item)).unwrap();
    item_addresses(dictionary).swap_remove(place)
}

fn is_telling(item: &Item) -> bool {
    ["1", "2"].contains(&item.class("dfe-identification-risk").unwrap_or("1"))
        || ["A", "B", "C"].contains(&item.class("dfe-sensitivity").unwrap_or("A"))
}

/// An item that needs no reason.
pub fn harmless(place: &Place) -> String {
    first(&census(place), |item| !is_telling(item))
}

fn basket(place: &Place, address: &str) -> Specification {
    place.case(address).application.specification.unwrap()
}

#[tokio::test]
async fn items_are_searched_for_and_added_for_years_and_each_shows_its_classes() {
    let place = with_dictionaries();
    let (mut browser, address) = place.begun().await;
    let empty = browser.get(&format!("{address}/basket")).await;
    assert!(empty.text.contains("The basket is empty") && empty.text.contains("Choose at least one item of data"));
    let datasets = browser.get(&format!("{address}/basket/find")).await;
    assert!(datasets.text.contains("basket/find?dataset=school-census"), "{}", datasets.text);
    let page = format!("{address}/basket/find?dataset=school-census");
    let (dictionary, harmless) = (census(&place), harmless(&place));
    let telling = first(&dictionary, is_telling);
    let shown = browser.get(&page).await;
    assert!(shown.text.contains("<th scope=\"col\" class=\"govuk-table__header\">Sensitivity</th>"));
    assert!(browser.get(&format!("{page}&q=zebra")).await.text.contains("No item has these words"));
    let by_word = browser.get(&format!("{page}&q=postcode")).await;
    assert!(by_word.text.to_lowercase().contains("postcode</label>"), "{}", by_word.text);

    let none = save(&mut browser, &page, &owned(&[("first", "2015"), ("last", "x")])).await;
    assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(none.text.contains("Select at least one item") && none.text.contains("the last school year begins"));
    let early = save(&mut browser, &page, &owned(&[("item", &harmless), ("first", "1901"), ("last", "1902")])).await;
    assert!(early.text.contains("; choose years within"), "{}", early.text);
    let sent = [("item", harmless.as_str()), ("item", telling.as_str()), ("first", "2015"), ("last", "2016")];
    let added = save(&mut browser, &page, &owned(&sent)).await;
    assert_eq!(added.location(), format!("{address}/basket"), "{}", added.text);
    let shown = browser.get(&format!("{address}/basket")).await;
    for said in ["2 items", "2015/16 to 2016/17", "Needed</strong>", "Not needed", "Say why you need"] {
        assert!(shown.text.contains(said), "{said}: {}", shown.text);
    }
}

#[tokio::test]
async fn a_telling_item_needs_a_reason_of_its_own_and_its_values_can_be_made_coarser() {
    let place = with_dictionaries();
    let (mut browser, address) = place.begun().await;
    let telling = first(&census(&place), is_telling);
    let find = format!("{address}/basket/find?dataset=school-census");
    save(&mut browser, &find, &owned(&[("item", &telling), ("first", "2015"), ("last", "2015")])).await;
    let page = format!("{address}/basket/item?dataset=School%20Census&item={telling}");
    let shown = browser.get(&page).await;
    assert!(shown.text.contains("A reason of its own is needed"), "{}", shown.text);
    let change = |reason: &str, treatment: &str, number: &str| {
        owned(&[
            ("justification", reason),
            ("first", "2015"),
            ("last", "2015"),
            ("treatment", treatment),
            ("number", number),
        ])
    };
    let bare = save(&mut browser, &page, &change("", "keep", "")).await;
    assert!(bare.text.contains("<a href=\"#justification\">Say why you need"), "{}", bare.text);
    let odd = save(&mut browser, &page, &change("Needed.", "round", "1")).await;
    assert!(odd.text.contains("<a href=\"#number\">Enter 2 or more"), "{}", odd.text);
    let none = save(&mut browser, &page, &change("Needed.", "burn", "")).await;
    assert!(none.text.contains("Select what is done to the values"));
    let taken = save(&mut browser, &page, &change("To link the years.", "pseudonymise", "")).await;
    assert_eq!(taken.location(), format!("{address}/basket"), "{}", taken.text);
    let item = basket(&place, &address).datasets[0].items[0].clone();
    assert_eq!(item.treatment, Treatment::Pseudonymise {});
    assert_eq!(item.justification.as_deref(), Some("To link the years."));
    let mut table = change("To link the years.", "recode", "");
    table.push(("table".to_owned(), "B = X\r\nA = X\r\n".to_owned()));
    save(&mut browser, &page, &table).await;
    let shown = browser.get(&page).await;
    assert!(shown.text.contains("A = X\nB = X</textarea>"), "{}", shown.text);
    let removed = [("dataset", "School Census"), ("item", telling.as_str())];
    let shown = browser.get(&page).await;
    let (token, seen) = (shown.form_token(), shown.between("name=\"seen\" value=\"", "\"").unwrap());
    let mut sent = vec![("form-token", token.as_str()), ("seen", seen.as_str())];
    sent.extend(removed);
    assert_eq!(browser.post(&format!("{address}/basket/remove"), &sent).await.status, StatusCode::SEE_OTHER);
    assert!(basket(&place, &address).is_empty());
    assert_eq!(browser.get(&page).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_people_covered_are_chosen_by_cohort_and_items_for_some_of_them() {
    let place = with_dictionaries();
    let (mut browser, address) = place.begun().await;
    let page = format!("{address}/basket/covered");
    let backwards = [("first", "2004"), ("last", "2003"), ("people", "everyone")];
    assert!(save(&mut browser, &page, &owned(&backwards)).await.text.contains("must not be after the last"));
    let listed = [("first", ""), ("last", ""), ("people", "listed"), ("up-to", "many")];
    assert!(save(&mut browser, &page, &owned(&listed)).await.text.contains("Enter how many people"));
    let taken = save(&mut browser, &page, &owned(&[("first", "2003"), ("last", "2004"), ("people", "everyone")])).await;
    assert_eq!(taken.location(), format!("{address}/basket"), "{}", taken.text);
    let find = format!("{address}/basket/find?dataset=school-census");
    let harmless = harmless(&place);
    let sent = [("item", harmless.as_str()), ("first", "2015"), ("last", "2015"), ("cohort", "2004-2005")];
    save(&mut browser, &find, &owned(&sent)).await;
    let specification = basket(&place, &address);
    assert_eq!(specification.cohorts.iter().map(ToString::to_string).collect::<Vec<_>>(), ["2003-2004", "2004-2005"]);
    assert_eq!(specification.datasets[0].items[0].cohorts[0].to_string(), "2004-2005");
    let in_use =
        save(&mut browser, &page, &owned(&[("first", "2003"), ("last", "2003"), ("people", "everyone")])).await;
    assert!(in_use.text.contains("is asked for people born in 2004-2005"), "{}", in_use.text);
    let within = [("first", "2003"), ("last", "2004"), ("people", "found-in"), ("within", "School Census")];
    save(&mut browser, &page, &owned(&within)).await;
    assert_eq!(basket(&place, &address).people, People::FoundIn { within: "School Census".to_owned() });
    let shown = browser.get(&format!("{address}/basket")).await;
    assert!(shown.text.contains("Only people who are in the chosen rows of School Census, born in 2 school years"));
}

#[tokio::test]
async fn a_basket_that_does_not_fit_the_published_dictionary_is_not_submitted() {
    let place = with_dictionaries();
    let (mut browser, address) = place.begun().await;
    place.answer_all(&mut browser, &address).await;
    place.fill_basket(&mut browser, &address).await;
    let chosen = place.case(&address).application.specification.unwrap();
    let mut official = place.site.signed_in(place.official);
    let declare = format!("{address}/declare");
    let dataset = chosen.datasets[0].name.clone();
    let mut elsewhere = chosen.clone();
    elsewhere.datasets[0].dictionary.digest = register::Digest::of(b"a dictionary that nobody published");
    let mut renamed = chosen.clone();
    renamed.datasets[0].items[0].name = "ANOTHER_NAME".to_owned();
    for (basket, said) in [
        (elsewhere, format!("The register has no item dictionary of {dataset}")),
        (renamed, format!("ANOTHER_NAME of {dataset} is not in the dictionary that is named")),
    ] {
        place.set_basket(&address, basket);
        let shown = official.get(&declare).await;
        assert!(shown.text.contains(&said), "{}", shown.text);
        assert!(browser.get(&format!("{address}/basket")).await.text.contains(&said));
        let seen = place.case(&address).seq.to_string();
        let token = official.get("/desk/account").await.form_token();
        let fields =
            [("form-token", token.as_str()), ("seen", &seen), ("signed", "Olga Official"), ("confirmed", "yes")];
        assert_eq!(official.post(&declare, &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    place.set_basket(&address, chosen);
    let signed = save(&mut official, &declare, &owned(&[("signed", "Olga Official"), ("confirmed", "yes")])).await;
    assert_eq!(signed.status, StatusCode::SEE_OTHER, "{}", signed.text);
}

#[tokio::test]
async fn rows_are_narrowed_by_the_values_of_an_item_and_all_are_asked_for_again() {
    let place = with_dictionaries();
    let (mut browser, address) = place.begun().await;
    place.fill_basket(&mut browser, &address).await;
    let dataset = place.case(&address).application.specification.unwrap().datasets[0].name.clone();
    let rows = format!("{address}/basket/rows?dataset={}", dataset.replace(' ', "%20"));
    let dictionary = census(&place);
    let name = dictionary.items[0].alias.clone();
    for (typed, said) in [
        (&[("item", "NO_SUCH_ITEM"), ("values", "1")][..], "as its dictionary has it"),
        (&[("item", &name), ("values", ""), ("from", ""), ("to", "")], "Enter the values to keep"),
        (&[("item", &name), ("values", "a"), ("from", "1"), ("to", "2")], "not both"),
        (&[("item", &name), ("from", "3"), ("to", "2")], "must not be larger"),
    ] {
        let answer = save(&mut browser, &rows, &owned(typed)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains(said), "{said}: {}", answer.text);
    }
    let answer = save(&mut browser, &rows, &owned(&[("item", &name), ("values", "B\n A \nB\n")])).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let part = place.case(&address).application.specification.unwrap().datasets.swap_remove(0);
    assert_eq!(part.filters[0].keep, Keep::OneOf(vec!["A".to_owned(), "B".to_owned()]));
    let said = format!("Only rows are kept in which {name} is one of A, B.");
    assert!(browser.get(&format!("{address}/basket")).await.text.contains(&said));
    let item = part.filters[0].item.clone();
    let all = format!("{address}/basket/rows/all?dataset={}", dataset.replace(' ', "%20"));
    let answer = browser.submit(&rows, &all, &[("item", &item), ("seen", &place.case(&address).seq.to_string())]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert!(place.case(&address).application.specification.unwrap().datasets[0].filters.is_empty());
}
