//! An item dictionary has one form, whatever else its bytes are, and its rows fit its table.
#![no_main]

use libfuzzer_sys::fuzz_target;
use register::dictionary::{Dictionary, item_addresses, read_years};
use register::tables::item_rows;

fuzz_target!(|data: &[u8]| {
    let Ok(dictionary) = Dictionary::parse(data) else { return };
    assert_eq!(dictionary.to_bytes().as_deref(), Ok(data));
    let mut addresses = item_addresses(&dictionary);
    assert_eq!(addresses.len(), dictionary.items.len());
    addresses.sort();
    addresses.dedup();
    assert_eq!(addresses.len(), dictionary.items.len());
    for item in &dictionary.items {
        if let Some(years) = item.years.as_deref().and_then(read_years) {
            assert!(years.last.is_none_or(|last| years.first <= last));
        }
    }
    for (table, cells) in item_rows(1, "D", &dictionary) {
        assert_eq!(cells.len(), table.columns().len());
    }
});
