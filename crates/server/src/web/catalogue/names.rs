//! The words of recipients' names, so that a name with a slip in it still finds its organisation.

use std::collections::BTreeSet;

use strsim::osa_distance;

/// Words shorter than this are taken as they are typed: nearly every short word is one slip away from another.
const SHORTEST: usize = 4;

/// Words of this length may have two slips in them.
const LONG: usize = 8;

/// Similar words that are tried for one that was typed.
const SIMILAR: usize = 8;

/// The words of names.
#[derive(Debug, Default)]
pub struct Names {
    words: BTreeSet<String>,
}

impl Names {
    /// Adds the words of a name.
    pub fn add(&mut self, name: &str) {
        for word in words(name).filter(|word| word.chars().count() >= SHORTEST) {
            if !self.words.contains(&word) {
                self.words.insert(word);
            }
        }
    }

    /// The words of names that are one slip away from this one, or two where it is long: a letter too many, too few,
    /// another, or two in the wrong order. The nearest first, then by the alphabet; none where the word is one of them.
    pub fn similar(&self, typed: &str) -> Vec<&str> {
        let typed = typed.to_lowercase();
        let length = typed.chars().count();
        if length < SHORTEST || self.words.contains(&typed) || typed.chars().any(|letter| !letter.is_alphabetic()) {
            return Vec::new();
        }
        let slips = if length >= LONG { 2 } else { 1 };
        let near = |word: &&String| word.len().abs_diff(typed.len()) <= 4 * slips;
        let mut similar: Vec<(usize, &str)> = self
            .words
            .iter()
            .filter(near)
            .map(|word| (osa_distance(word, &typed), word.as_str()))
            .filter(|(distance, _)| *distance <= slips)
            .collect();
        similar.sort_unstable();
        similar.truncate(SIMILAR);
        similar.into_iter().map(|(_, word)| word).collect()
    }
}

fn words(name: &str) -> impl Iterator<Item = String> {
    name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        ["University of Rutland", "Rutherford Trust", "The Care Bank"].iter().for_each(|name| names.add(name));
        names
    }

    #[test]
    fn one_slip_in_a_word_and_two_in_a_long_one_still_find_it() {
        assert_eq!(names().similar("rutlnd"), ["rutland"]);
        assert_eq!(names().similar("Rutalnd"), ["rutland"]);
        assert_eq!(names().similar("univresityy"), ["university"]);
        assert_eq!(names().similar("rutln"), Vec::<&str>::new());
    }

    #[test]
    fn short_words_numbers_and_words_that_occur_stay_as_they_are() {
        for typed in ["cre", "bank", "university", "2021", "b4nk", ""] {
            assert_eq!(names().similar(typed), Vec::<&str>::new(), "{typed}");
        }
    }
}
