//! A paper as plain text: one form only, which is signed where no PDF can be made.

use std::fmt::Write as _;

use crate::paper::{Block, Paper};

/// The paper as text in UTF-8. It ends with a line feed, and says all that the paper says.
pub fn plain(paper: &Paper) -> String {
    let mut text = format!("{}\n{}\n", paper.title, "=".repeat(paper.title.chars().count()));
    // Writing to a string cannot fail.
    let _ = writeln!(text, "\nReference: {}\nIssued by: {}\nMade: {}", paper.reference, paper.issuer, paper.made);
    for line in &paper.front {
        let _ = writeln!(text, "{}: {}", line.name, line.value);
    }
    for block in &paper.blocks {
        text.push('\n');
        match block {
            Block::Heading { text: heading, level } => {
                let _ = writeln!(text, "{} {heading}", "#".repeat(usize::from(*level)));
            }
            Block::Paragraph { text: said } => {
                let _ = writeln!(text, "{said}");
            }
            Block::Notice { text: said } => {
                let _ = writeln!(text, "! {said}");
            }
            Block::List { numbered, items } => {
                for (number, item) in (1..).zip(items) {
                    let _ = if *numbered { writeln!(text, "{number}. {item}") } else { writeln!(text, "- {item}") };
                }
            }
            Block::Definitions { items } => {
                for item in items {
                    let _ = writeln!(text, "{}: {}", item.name, item.value);
                }
            }
            Block::Table { caption, head, rows } => {
                let _ = writeln!(text, "{caption}\n{}", head.join(" | "));
                for row in rows {
                    let _ = writeln!(text, "{}", row.join(" | "));
                }
            }
        }
    }
    text
}
