//! Where datasets and items stand among the pages.

use std::collections::HashMap;

use super::Dictionary;
use crate::disclosure::Digest;
use crate::fold::slug;

/// The address of a dataset. Names that differ only in case, spaces and punctuation have the same: they are one dataset,
/// as different sources spell it. A name of which the address would lose letters has a piece of its digest behind it.
pub fn dataset_address(name: &str) -> String {
    let plain = slug(name);
    let kept = plain.chars().filter(char::is_ascii_alphanumeric).count();
    if name.chars().filter(|letter| letter.is_alphanumeric()).count() == kept {
        return plain;
    }
    let digest = Digest::of(name.to_lowercase().as_bytes()).0;
    format!("{plain}-{:02x}{:02x}{:02x}{:02x}", digest[0], digest[1], digest[2], digest[3])
}

/// The addresses of a dictionary's items, one each: the second row of a name has `-2` behind it.
pub fn item_addresses(dictionary: &Dictionary) -> Vec<String> {
    // Taken ones, each with the number that the next of the same letters may get.
    let mut taken: HashMap<String, u64> = HashMap::new();
    let address = |alias: &str| {
        let plain = slug(alias);
        let mut free = plain.clone();
        while let Some(number) = taken.get(&plain).copied().filter(|_| taken.contains_key(&free)) {
            free = format!("{plain}-{number}");
            taken.insert(plain.clone(), number + 1);
        }
        taken.insert(free.clone(), 2);
        free
    };
    dictionary.items.iter().map(|item| item.alias.as_str()).map(address).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dictionary::Item;

    #[test]
    fn spellings_of_a_dataset_share_an_address_and_other_scripts_keep_their_own() {
        assert_eq!(dataset_address("Key Stage 4"), "key-stage-4");
        assert_eq!(dataset_address(" Key stage 4."), "key-stage-4");
        let others = ["学校", "学生", "École", "Ecole"].map(dataset_address);
        assert_eq!(others.iter().collect::<std::collections::BTreeSet<_>>().len(), 4, "{others:?}");
        let long = |end: &str| dataset_address(&("x".repeat(100) + end));
        assert_ne!(long("1"), long("2"));
    }

    #[test]
    fn every_item_has_an_address_of_its_own() {
        let names = ["A", "a", "A 2", "a-2", "A", "学"];
        let items = names.map(|alias| Item { alias: alias.to_owned(), ..Item::default() });
        let addresses = item_addresses(&Dictionary { items: items.to_vec() });
        assert_eq!(addresses, ["a", "a-2", "a-2-2", "a-2-3", "a-3", "unnamed"]);
    }
}
