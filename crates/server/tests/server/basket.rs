//! The basket against the department's own table of variables, where it is present.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use casework::Specification;
use casework::specification::{DictionarySource, Treatment};
use register::Digest;
use register::dictionary::{Dictionary, item_addresses};
use server::import::{ItemMapping, read_dictionary_file};

fn real() -> Option<PathBuf> {
    let named = std::env::var_os("ROLLCALL_REAL_DATA").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"));
    let file = folder.join("npd/ks4-variables.xlsx");
    if file.is_file() {
        return Some(file);
    }
    eprintln!("left out: the department's table is not here, set ROLLCALL_REAL_DATA to the path of the real data");
    None
}

#[test]
fn every_item_of_the_real_dictionary_can_be_asked_for_and_the_right_ones_need_a_justification() {
    let Some(path) = real() else { return };
    let file = read_dictionary_file(&path, &ItemMapping::named("npd-variables").unwrap(), None).unwrap();
    let dictionary: &Dictionary = &file.dictionaries[0].dictionary;
    let digest = Digest::of(&dictionary.to_bytes().unwrap());
    let source = DictionarySource { dataset: "Key Stage 4", digest, edition: "October 2018", dictionary };

    let mut basket = Specification::default();
    let addresses = item_addresses(dictionary);
    let mut by_years: BTreeMap<(u16, u16), Vec<&str>> = BTreeMap::new();
    for (address, item) in addresses.iter().zip(&dictionary.items) {
        let (first, last) = (item.first_year.unwrap(), item.last_year.unwrap_or(2017));
        by_years.entry((first, last.max(first))).or_default().push(address);
    }
    for (years, items) in by_years {
        basket.add_all(source, &items, years, &[]).unwrap();
    }
    assert_eq!(basket.items().count(), 1_224, "also those whose name stands twice or three times");
    assert_eq!(basket.datasets[0].misfits(dictionary), []);
    let risk: Vec<_> = basket.counts_by("dfe-identification-risk").into_iter().collect();
    assert_eq!(risk, [(Some("1"), 3), (Some("2"), 7), (Some("3"), 3), (Some("4"), 25), (Some("5"), 1_186)]);
    assert_eq!(basket.matrix().values().sum::<u64>(), 1_224);

    let asks = |item: &register::dictionary::Item| {
        ["1", "2"].contains(&item.class("dfe-identification-risk").unwrap())
            || ["A", "B", "C"].contains(&item.class("dfe-sensitivity").unwrap())
    };
    let expected = dictionary.items.iter().filter(|item| asks(item)).count();
    assert_eq!(basket.problems().len(), expected);
    assert!(expected > 10, "{expected}");

    basket.treat("Key Stage 4", "ks4-upn", Treatment::Pseudonymise {}).unwrap();
    let bytes = basket.to_bytes().unwrap();
    assert_eq!(Specification::parse(&bytes).unwrap(), basket);
    assert!(bytes.len() < 1 << 20, "{} bytes", bytes.len());
}
