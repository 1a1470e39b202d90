//! `/glossary`: the words of `GLOSSARY.md` in plain English, for whoever does not deal with data for a living.
//!
//! `glossary.toml` holds each word with the meaning that `GLOSSARY.md` gives it and with the plain one. A test holds the
//! two files against each other, so that whoever changes a meaning is shown the plain words that may have to change too.

use std::sync::LazyLock;

use axum::response::Response;
use serde::Deserialize;

use super::View;
use super::page::{Frame, Section, html};
use super::problem::Problem;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The word, or several that are explained together, separated by commas.
    pub word: String,
    /// What `GLOSSARY.md` says.
    pub exact: String,
    /// What the page says.
    pub plain: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entries {
    entry: Vec<Entry>,
}

/// Every entry, in the order of the alphabet.
static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let Ok(Entries { mut entry }) = toml::from_str(include_str!("glossary.toml")) else {
        unreachable!("glossary.toml is part of the program, and a test reads all of it")
    };
    entry.sort_by(|a, b| a.word.cmp(&b.word));
    entry
});

impl Entry {
    /// The words of this entry, each with its place in the page's address: `no longer listed` stands at
    /// `#no-longer-listed`.
    pub fn words(&self) -> Vec<(&str, String)> {
        self.word.split(", ").map(|word| (word, word.to_lowercase().replace(' ', "-"))).collect()
    }
}

#[derive(askama::Template)]
#[template(path = "glossary.html")]
struct Glossary {
    frame: Frame,
    entries: &'static [Entry],
}

/// `/glossary`
pub async fn glossary(view: View) -> Result<Response, Problem> {
    let info = view.info().await?;
    Ok(html(&Glossary { frame: Frame::new(&view, Some(info), Section::None), entries: &ENTRIES }))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The rows of the table in `GLOSSARY.md`: word and meaning.
    fn written() -> BTreeSet<(String, String)> {
        let text = include_str!("../../../../GLOSSARY.md");
        let rows = text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| word |"));
        rows.map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').splitn(2, '|').map(str::trim).collect();
            (cells[0].to_owned(), cells[1].to_owned())
        })
        .collect()
    }

    #[test]
    fn the_page_explains_the_words_of_the_glossary_and_no_others() {
        let shown: BTreeSet<(String, String)> =
            ENTRIES.iter().map(|entry| (entry.word.clone(), entry.exact.clone())).collect();
        let written = written();
        let missing: Vec<_> = written.difference(&shown).collect();
        let left_over: Vec<_> = shown.difference(&written).collect();
        assert!(written.len() > 30, "GLOSSARY.md has a table");
        assert!(
            missing.is_empty() && left_over.is_empty(),
            "GLOSSARY.md and glossary.toml differ. Write the row's meaning into `exact`, and see whether `plain` still \
             says the same.\nonly in GLOSSARY.md: {missing:#?}\nonly in glossary.toml: {left_over:#?}"
        );
    }

    #[test]
    fn every_word_has_a_place_of_its_own() {
        let places: Vec<String> =
            ENTRIES.iter().flat_map(|entry| entry.words().into_iter().map(|(_, place)| place)).collect();
        assert_eq!(places.iter().collect::<BTreeSet<_>>().len(), places.len());
        assert!(places.iter().all(|place| place.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
    }
}
