//! The catalogue against the plainest way of answering the same question, over random shares.

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

const TODAY: &str = "2024-06-30";

fn entry() -> impl Strategy<Value = Entry> {
    let date = proptest::option::of((2020_i16..2026, 1_u8..13).prop_map(|(y, m)| PartialDate::month(y, m).unwrap()));
    let value = |facet: Facet, most: u8| {
        vec(0..most, 0..3).prop_map(move |list| {
            list.into_iter().map(|n| (facet, format!("v{n}"), format!("V {n}"))).collect::<Vec<_>>()
        })
    };
    let values = (value(Facet::Sector, 3), value(Facet::Dataset, 4), value(Facet::Year, 2));
    ((0_u64..40, "[a-c]{0,2}", "[a-c]{0,2}"), (0_u64..9, 0_u64..4), (date.clone(), date), values).prop_map(
        |((id, title, recipient), (changed, releases), (released, due), (mut values, more, rest))| {
            values.extend(more);
            values.extend(rest);
            Entry { id, title, recipient, changed, released, releases, due, values }
        },
    )
}

fn filters() -> impl Strategy<Value = Filters> {
    let part = prop_oneof![
        (0..3).prop_map(|n| format!("sector=v{n}")),
        (0..5).prop_map(|n| format!("dataset=v{n}")),
        Just("overdue=yes".to_owned()),
    ];
    let sorts = ["", "relevance", "changed", "-changed", "title", "-title", "-recipient", "released", "-released"];
    (vec(part, 0..4), proptest::sample::select(sorts.to_vec()))
        .prop_map(|(parts, sort)| Filters::parse(&format!("{}&sort={sort}", parts.join("&"))).unwrap())
}

/// Later entries replace earlier ones of the same number.
fn last_of_each(entries: &[Entry]) -> Vec<&Entry> {
    let mut last: Vec<&Entry> = Vec::new();
    for entry in entries {
        last.retain(|known| known.id != entry.id);
        last.push(entry);
    }
    last
}

fn has(entry: &Entry, facet: Facet, filters: &Filters) -> bool {
    let today: PartialDate = TODAY.parse().unwrap();
    let wanted = filters.values(facet);
    match facet {
        _ if wanted.is_empty() => true,
        Facet::Late => entry.due.is_some_and(|due| due.days_until(today) > 0),
        _ => entry.values.iter().any(|(of, value, _)| *of == facet && wanted.contains(value)),
    }
}

proptest! {
    #[test]
    fn what_matches_is_counted_and_listed_once(entries in vec(entry(), 0..40), filters in filters()) {
        let mut catalogue = Catalogue::new();
        entries.iter().for_each(|entry| catalogue.put(entry.clone()));
        let today = TODAY.parse().unwrap();
        let answer = catalogue.answer(&filters, today, None, &Window::All, 100);
        let matching: Vec<&Entry> = last_of_each(&entries)
            .into_iter()
            .filter(|entry| Facet::ALL.iter().all(|facet| has(entry, *facet, &filters)))
            .collect();
        let mut expected: Vec<u64> = matching.iter().map(|entry| entry.id).collect();
        let mut listed = answer.ids.clone();
        expected.sort_unstable();
        listed.sort_unstable();
        prop_assert_eq!(listed, expected);
        prop_assert_eq!(answer.shares, matching.len() as u64);
        prop_assert_eq!(answer.releases, matching.iter().map(|entry| entry.releases).sum::<u64>());
        prop_assert_eq!(answer.next, None);
    }

    #[test]
    fn a_filter_counts_what_choosing_each_of_its_values_would_leave(
        entries in vec(entry(), 0..40),
        filters in filters(),
    ) {
        let mut catalogue = Catalogue::new();
        entries.iter().for_each(|entry| catalogue.put(entry.clone()));
        let today = TODAY.parse().unwrap();
        for (facet, choices) in catalogue.answer(&filters, today, None, &Window::All, 100).choices {
            for choice in choices {
                let others = Facet::ALL.iter().filter(|other| **other != facet);
                let left = last_of_each(&entries).into_iter().filter(|entry| {
                    let of_value = match facet {
                        Facet::Late => entry.due.is_some_and(|due| due.days_until(today) > 0),
                        _ => entry.values.iter().any(|(of, value, _)| *of == facet && *value == choice.value),
                    };
                    of_value && others.clone().all(|other| has(entry, *other, &filters))
                });
                prop_assert_eq!(choice.count, left.count() as u64, "{:?} {:?}", facet, choice);
            }
        }
    }

    #[test]
    fn windows_of_any_size_give_the_whole_list_in_order(
        entries in vec(entry(), 0..40),
        filters in filters(),
        limit in 1_usize..7,
    ) {
        let mut catalogue = Catalogue::new();
        entries.iter().for_each(|entry| catalogue.put(entry.clone()));
        let today = TODAY.parse().unwrap();
        let ask = |window: &Window| catalogue.answer(&filters, today, None, window, 0);
        let whole = ask(&Window::All).ids;
        let mut walked = Vec::new();
        let mut window = Window::First(limit);
        loop {
            let part = ask(&window);
            walked.extend(part.ids);
            let Some(next) = part.next else { break };
            prop_assert!(next.fits(filters.sort));
            window = Window::After(next, limit);
        }
        prop_assert_eq!(&walked, &whole);
        let first_page: Vec<u64> = whole.iter().copied().take(PAGE as usize).collect();
        prop_assert_eq!(ask(&Window::Page(1)).ids, first_page);
        let second_page: Vec<u64> = whole.iter().copied().skip(PAGE as usize).take(PAGE as usize).collect();
        prop_assert_eq!(ask(&Window::Page(2)).ids, second_page);
    }

    #[test]
    fn the_order_in_which_shares_came_to_be_known_does_not_matter(entries in vec(entry(), 0..30), filters in filters()) {
        let mut one = Catalogue::new();
        entries.iter().for_each(|entry| one.put(entry.clone()));
        let mut other = Catalogue::new();
        last_of_each(&entries).into_iter().rev().for_each(|entry| other.put(entry.clone()));
        let today = TODAY.parse().unwrap();
        let ask = |catalogue: &Catalogue| catalogue.answer(&filters, today, None, &Window::All, 100);
        prop_assert_eq!(ask(&one), ask(&other));
    }
}

#[test]
fn words_in_a_name_stand_before_words_in_a_text_and_newer_before_older() {
    let mut catalogue = Catalogue::new();
    for (id, changed) in [(1, 10), (2, 30), (3, 20), (4, 40)] {
        let (title, recipient) = (String::new(), String::new());
        let values = Vec::new();
        catalogue.put(Entry { id, title, recipient, changed, released: None, releases: 0, due: None, values });
    }
    let matches = Matches::new(vec![1, 2, 3], &[1, 3]);
    let filters = Filters::parse("q=word").unwrap();
    let found = catalogue.answer(&filters, TODAY.parse().unwrap(), Some(&matches), &Window::All, 0);
    assert_eq!(found.ids, [3, 1, 2]);
}
