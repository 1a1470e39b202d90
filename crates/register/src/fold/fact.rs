//! A fact: a statement as it stands now, after corrections and redactions.

use crate::date::{Moment, PartialDate};
use crate::disclosure::{Digest, Disclosure};
use crate::statement::{Body, Statement};
use crate::vocabulary::Ground;

/// One statement as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// Its index in the log.
    pub index: u64,
    /// When it happened.
    pub at: PartialDate,
    /// When it was logged.
    pub logged: Moment,
    /// What it says now.
    pub body: Body,
    /// Its texts.
    pub texts: Vec<Text>,
    /// Texts that a correction replaced or cleared, each with that correction's index.
    pub former: Vec<(u64, Text)>,
    /// The statements that corrected it, oldest first.
    pub corrected_by: Vec<u64>,
    /// The statement that it corrects.
    pub corrects: Option<u64>,
    /// The recipient that it was about when it was logged, by its place among the register's.
    pub recipient: Option<usize>,
}

/// One text of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The index of the statement that carries it: the fact's own, or a correction's.
    pub carried_by: u64,
    /// The digest that the statement carries.
    pub digest: Digest,
    /// What can be said of it.
    pub state: TextState,
}

/// What can be said of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TextState {
    /// It is public.
    Public {
        /// The field's name.
        name: String,
        /// The text.
        value: String,
    },
    /// It exists and is not public.
    Withheld {
        /// The field's name.
        name: String,
        /// Why.
        ground: Ground,
        /// When it opens.
        opens: Option<PartialDate>,
    },
    /// Its disclosure is not there; a redaction must follow, or the files are incomplete.
    Missing,
    /// It was erased.
    Erased {
        /// The redaction's index.
        by: u64,
    },
}

impl Text {
    /// The field's name, unless it went with the text.
    pub fn name(&self) -> Option<&str> {
        match &self.state {
            TextState::Public { name, .. } | TextState::Withheld { name, .. } => Some(name),
            TextState::Missing | TextState::Erased { .. } => None,
        }
    }
}

impl Fact {
    pub(super) fn new(index: u64, statement: &Statement, disclosures: &[Disclosure]) -> Self {
        Self {
            index,
            at: statement.at,
            logged: statement.logged,
            body: statement.body.clone(),
            texts: texts_of(index, statement, disclosures),
            former: Vec::new(),
            corrected_by: Vec::new(),
            corrects: statement.corrects,
            recipient: None,
        }
    }

    /// Erases these texts of a statement, wherever they stand in this fact.
    ///
    /// Whoever folds the log after the erasure never learns their names, and so cannot tell which of them a correction
    /// had replaced: they stand last among the texts, in an order that needs no name. So both come to the same fact.
    pub(super) fn erase(&mut self, by: u64, of: u64, digests: &[Digest]) {
        let meant = |text: &Text| text.carried_by == of && digests.binary_search(&text.digest).is_ok();
        let is_erased = |text: &Text| matches!(text.state, TextState::Erased { .. });
        let mut erased: Vec<Text> = self.texts.extract_if(.., |text| meant(text) || is_erased(text)).collect();
        erased.extend(self.former.extract_if(.., |(_, text)| meant(text)).map(|(_, text)| text));
        for text in erased.iter_mut().filter(|text| !is_erased(text)) {
            text.state = TextState::Erased { by };
        }
        erased.sort_by_key(|text| (text.carried_by, text.digest));
        self.texts.extend(erased);
    }

    /// The public text of this name.
    pub fn text(&self, wanted: &str) -> Option<&str> {
        self.texts.iter().find_map(|text| match &text.state {
            TextState::Public { name, value } if name == wanted => Some(value.as_str()),
            _ => None,
        })
    }
}

/// The texts of a statement: each digest, with what is known of it.
pub(super) fn texts_of(index: u64, statement: &Statement, disclosures: &[Disclosure]) -> Vec<Text> {
    let public: Vec<(Digest, &Disclosure)> = disclosures.iter().map(|public| (public.digest(), public)).collect();
    let state_of = |digest: &Digest| {
        if let Some((_, open)) = public.iter().find(|(public, _)| public == digest) {
            return TextState::Public { name: open.name().to_owned(), value: open.value().to_owned() };
        }
        match statement.withheld.iter().find(|withheld| withheld.digest == *digest) {
            Some(closed) => {
                TextState::Withheld { name: closed.name.clone(), ground: closed.ground, opens: closed.opens }
            }
            None => TextState::Missing,
        }
    };
    statement.sealed.iter().map(|digest| Text { carried_by: index, digest: *digest, state: state_of(digest) }).collect()
}
