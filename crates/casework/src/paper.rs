//! A paper: what a document says and in which parts, before anybody has set it as HTML or PDF. A panel's pack and an
//! agreement are each written once, as a paper, so that no two forms of one can differ.
//!
//! A text is a text: nothing in it is markup, and line breaks are all the shape that it has. How a paper looks is not said
//! here.

mod clean;

use register::{Digest, Moment};
use serde::{Deserialize, Serialize};

/// The most bytes of text in a paper, and parts of it. An application with every answer at its longest has a tenth.
const TEXT: usize = 4_000_000;
const PARTS: usize = 20_000;

/// The most columns of a table that fit a page.
const COLUMNS: usize = 8;

/// A document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// What it is called.
    pub title: String,
    /// The reference that stands on each page, such as a share's.
    pub reference: String,
    /// Who issues it.
    pub issuer: String,
    /// As of when.
    pub made: Moment,
    /// What stands under the title: names and values.
    pub front: Vec<Definition>,
    /// Everything else.
    pub blocks: Vec<Block>,
}

/// A name and what it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The name.
    pub name: String,
    /// What it stands for.
    pub value: String,
}

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "block", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Block {
    /// A heading. Levels begin at 1 and none is left out.
    Heading {
        /// 1 to 3.
        level: u8,
        /// Its text.
        text: String,
    },
    /// Text; an empty line in it begins a new paragraph.
    Paragraph {
        /// Its text.
        text: String,
    },
    /// A list.
    List {
        /// Whether its items are numbered.
        numbered: bool,
        /// Its items.
        items: Vec<String>,
    },
    /// Names and what they stand for.
    Definitions {
        /// Which.
        items: Vec<Definition>,
    },
    /// A table.
    Table {
        /// What it shows.
        caption: String,
        /// The heads of its columns, at most eight.
        head: Vec<String>,
        /// Its rows, as wide as the head.
        rows: Vec<Vec<String>>,
    },
    /// Something that must not be overlooked.
    Notice {
        /// Its text.
        text: String,
    },
}

/// Why a paper cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPaper {
    /// It has no title.
    #[error("expected a title")]
    Title,
    /// A heading leaves a level out.
    #[error("part {part}: expected a heading of level 1 to {most}, found {found}")]
    Level {
        /// Which part, from 1.
        part: usize,
        /// The deepest that may follow.
        most: u8,
        /// What it has.
        found: u8,
    },
    /// A table has rows of another width, or too many columns.
    #[error("part {part}: expected a table of 1 to {COLUMNS} columns and rows as wide as its head")]
    Table {
        /// Which part, from 1.
        part: usize,
    },
    /// A list or definition list is empty.
    #[error("part {part}: expected at least one item")]
    Empty {
        /// Which part, from 1.
        part: usize,
    },
    /// There is too much of it.
    #[error("expected at most {TEXT} bytes of text in at most {PARTS} parts")]
    TooLarge,
}

impl Paper {
    /// Whether it can be set.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn check(&self) -> Result<(), NotAPaper> {
        if self.title.trim().is_empty() {
            return Err(NotAPaper::Title);
        }
        let size: usize = self.texts().map(|text| text.len()).sum();
        if size > TEXT || self.blocks.len() > PARTS {
            return Err(NotAPaper::TooLarge);
        }
        let mut above = 0;
        for (number, block) in self.blocks.iter().enumerate() {
            let part = number + 1;
            match block {
                Block::Heading { level, .. } => {
                    let most = (above + 1).min(3);
                    if !(1..=most).contains(level) {
                        return Err(NotAPaper::Level { part, most, found: *level });
                    }
                    above = *level;
                }
                Block::Table { head, rows, .. } => {
                    let fits = (1..=COLUMNS).contains(&head.len()) && rows.iter().all(|row| row.len() == head.len());
                    if !fits {
                        return Err(NotAPaper::Table { part });
                    }
                }
                Block::List { items, .. } if items.is_empty() => return Err(NotAPaper::Empty { part }),
                Block::Definitions { items } if items.is_empty() => return Err(NotAPaper::Empty { part }),
                _ => {}
            }
        }
        Ok(())
    }

    /// The paper without characters that cannot be seen or that change how others show, in every form alike. Who signs a
    /// paper must see what it says.
    pub fn cleaned(mut self) -> Self {
        self.texts_mut().into_iter().for_each(clean::clean);
        self
    }

    /// SHA-256 of its stored form, cleaned: what both sides of an agreement sign, whatever form they read.
    pub fn digest(&self) -> Digest {
        // A structure of texts and numbers always has this form.
        Digest::of(&serde_json::to_vec(&self.clone().cleaned()).unwrap_or_default())
    }

    /// Every text of it.
    pub fn texts(&self) -> impl Iterator<Item = &String> {
        let head = [&self.title, &self.reference, &self.issuer].into_iter();
        let front = self.front.iter().flat_map(|line| [&line.name, &line.value]);
        head.chain(front).chain(self.blocks.iter().flat_map(Block::texts))
    }

    /// Every text of it, to be changed.
    pub fn texts_mut(&mut self) -> Vec<&mut String> {
        let mut texts = vec![&mut self.title, &mut self.reference, &mut self.issuer];
        texts.extend(self.front.iter_mut().flat_map(|line| [&mut line.name, &mut line.value]));
        texts.extend(self.blocks.iter_mut().flat_map(Block::texts_mut));
        texts
    }
}

impl Block {
    fn texts(&self) -> Vec<&String> {
        match self {
            Self::Heading { text, .. } | Self::Paragraph { text } | Self::Notice { text } => vec![text],
            Self::List { items, .. } => items.iter().collect(),
            Self::Definitions { items } => items.iter().flat_map(|item| [&item.name, &item.value]).collect(),
            Self::Table { caption, head, rows } => {
                std::iter::once(caption).chain(head).chain(rows.iter().flatten()).collect()
            }
        }
    }

    fn texts_mut(&mut self) -> Vec<&mut String> {
        match self {
            Self::Heading { text, .. } | Self::Paragraph { text } | Self::Notice { text } => vec![text],
            Self::List { items, .. } => items.iter_mut().collect(),
            Self::Definitions { items } => {
                items.iter_mut().flat_map(|item| [&mut item.name, &mut item.value]).collect()
            }
            Self::Table { caption, head, rows } => {
                std::iter::once(caption).chain(head).chain(rows.iter_mut().flatten()).collect()
            }
        }
    }
}

/// A heading.
pub fn heading(level: u8, text: impl Into<String>) -> Block {
    Block::Heading { level, text: text.into() }
}

/// A paragraph.
pub fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph { text: text.into() }
}

/// Something that must not be overlooked.
pub fn notice(text: impl Into<String>) -> Block {
    Block::Notice { text: text.into() }
}

/// A list without numbers.
pub fn list(items: impl IntoIterator<Item = impl Into<String>>) -> Block {
    Block::List { numbered: false, items: items.into_iter().map(Into::into).collect() }
}

/// A name and what it stands for.
pub fn definition(name: impl Into<String>, value: impl Into<String>) -> Definition {
    Definition { name: name.into(), value: value.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(blocks: Vec<Block>) -> Paper {
        let made = Moment::from_seconds(1_790_000_000).unwrap();
        let (title, reference, issuer) = ("Title".to_owned(), "DR1".to_owned(), "Issuer".to_owned());
        Paper { title, reference, issuer, made, front: Vec::new(), blocks }
    }

    fn table(head: usize, row: usize) -> Block {
        Block::Table { caption: "c".into(), head: vec!["h".into(); head], rows: vec![vec!["r".into(); row]] }
    }

    #[test]
    fn a_paper_that_cannot_be_set_is_refused_with_the_part_and_what_was_expected() {
        let said = |blocks| paper(blocks).check().unwrap_err().to_string();
        assert_eq!(said(vec![heading(2, "x")]), "part 1: expected a heading of level 1 to 1, found 2");
        assert_eq!(said(vec![heading(1, "x"), heading(3, "x")]), "part 2: expected a heading of level 1 to 2, found 3");
        for wrong in [table(2, 1), table(0, 0), table(9, 9)] {
            assert_eq!(said(vec![wrong]), "part 1: expected a table of 1 to 8 columns and rows as wide as its head");
        }
        assert_eq!(said(vec![list(Vec::<String>::new())]), "part 1: expected at least one item");
        assert_eq!(said(vec![paragraph("x".repeat(TEXT))]), NotAPaper::TooLarge.to_string());
        assert_eq!(paper(vec![heading(1, "a"), heading(2, "b"), heading(1, "c"), table(8, 8)]).check(), Ok(()));
    }

    #[test]
    fn its_stored_form_is_read_again_and_an_unknown_part_is_refused() {
        let whole = paper(vec![heading(1, "a"), paragraph("b"), list(["c"]), table(2, 2), notice("d")]);
        let json = serde_json::to_string(&whole).unwrap();
        assert!(json.contains(r#"{"block":"heading","level":1,"text":"a"}"#), "{json}");
        assert_eq!(serde_json::from_str::<Paper>(&json).unwrap(), whole);
        assert!(serde_json::from_str::<Paper>(&json.replace("notice", "script")).is_err());
    }

    #[test]
    fn what_hides_or_turns_text_round_is_taken_out_everywhere() {
        let hostile = "pay\u{202e}100\u{200b}\0 now\r\nline\ttab";
        let cleaned = paper(vec![heading(1, hostile), table(1, 1), notice(hostile)]).cleaned();
        assert_eq!(cleaned.blocks[0], heading(1, "pay100 now\nline tab"));
        assert_eq!(cleaned.blocks[2], notice("pay100 now\nline tab"));
    }
}
