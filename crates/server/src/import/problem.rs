//! What is wrong with a file, said so that its publisher can find the cell and put it right.

use std::fmt;

/// How many problems or warnings a message shows; the rest is counted.
pub const SHOWN: usize = 50;

/// How many problems are kept. A file of a million wrong cells must not fill the memory with complaints.
const KEPT: usize = 1_000;

/// How much of a value a message shows.
const SHOWN_VALUE: usize = 60;

/// Where something stands in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// The sheet's name; a CSV file has none.
    pub sheet: Option<String>,
    /// The row as the spreadsheet numbers it, from 1; for a CSV file the line where the record begins.
    pub row: Option<u32>,
    /// The column, from 0, with its header where it has one.
    pub column: Option<(u32, String)>,
}

impl Place {
    /// A whole sheet.
    pub fn sheet(sheet: Option<&str>) -> Self {
        Self { sheet: sheet.map(str::to_owned), row: None, column: None }
    }

    /// A row of a sheet.
    pub fn row(sheet: Option<&str>, row: u32) -> Self {
        Self { row: Some(row), ..Self::sheet(sheet) }
    }

    /// A cell.
    pub fn cell(sheet: Option<&str>, row: u32, column: u32, header: &str) -> Self {
        Self { column: Some((column, header.to_owned())), ..Self::row(sheet, row) }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        if let Some(sheet) = &self.sheet {
            write!(f, "sheet {}", quoted(sheet))?;
            separator = ", ";
        }
        if let Some(row) = self.row {
            write!(f, "{separator}row {row}")?;
            separator = ", ";
        }
        if let Some((column, header)) = &self.column {
            write!(f, "{separator}column {}", letters(*column))?;
            if !header.is_empty() {
                write!(f, " {}", quoted(header))?;
            }
            separator = ", ";
        }
        if separator.is_empty() { f.write_str("the file") } else { Ok(()) }
    }
}

/// One thing that keeps a file from being imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where.
    pub place: Place,
    /// What was found, shortened; never a value that the mapping withholds.
    pub found: Option<String>,
    /// What was expected instead.
    pub expected: String,
}

impl Problem {
    /// A problem without a value of its own.
    pub fn new(place: Place, expected: impl Into<String>) -> Self {
        Self { place, found: None, expected: expected.into() }
    }

    /// The same with what was found.
    #[must_use]
    pub fn finding(mut self, found: &str) -> Self {
        self.found = Some(shortened(found));
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if let Some(found) = &self.found {
            write!(f, "found {}, ", quoted(found))?;
        }
        write!(f, "expected {}", self.expected)
    }
}

/// Everything that keeps a file from being imported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    /// The file's name.
    pub file: String,
    /// The problems in the file's order, at most a thousand.
    pub list: Vec<Problem>,
    /// How many there are altogether.
    pub count: u64,
}

impl Problems {
    /// No problem yet.
    pub fn in_file(file: &str) -> Self {
        Self { file: file.to_owned(), list: Vec::new(), count: 0 }
    }

    /// Adds one.
    pub fn add(&mut self, problem: Problem) {
        self.count += 1;
        if self.list.len() < KEPT {
            self.list.push(problem);
        }
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.count == 1 { "problem" } else { "problems" };
        write!(f, "{}: {} {noun}; nothing was imported", self.file, self.count)?;
        for problem in self.list.iter().take(SHOWN) {
            write!(f, "\n  {problem}")?;
        }
        let rest = self.count.saturating_sub(SHOWN as u64);
        if rest > 0 {
            write!(f, "\n  and {rest} more")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

/// Something that the publisher should look at, and that does not keep the file from being imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Where.
    pub place: Place,
    /// What is odd about it.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// The letters by which a spreadsheet names a column, counted from 0.
pub(super) fn letters(column: u32) -> String {
    let mut rest = u64::from(column) + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        rest -= 1;
        letters.push(b'A' + (rest % 26) as u8);
        rest /= 26;
    }
    letters.reverse();
    String::from_utf8_lossy(&letters).into_owned()
}

/// A text on one line, cut after 60 characters, so that no cell can flood a terminal or forge a line of a message.
pub(super) fn shortened(text: &str) -> String {
    let one_line = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter });
    let mut short: String = one_line.clone().take(SHOWN_VALUE).collect();
    if one_line.count() > SHOWN_VALUE {
        short.push('…');
    }
    short
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", shortened(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_have_the_letters_of_a_spreadsheet() {
        let named = [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA"), (16_383, "XFD")];
        for (column, name) in named {
            assert_eq!(letters(column), name);
        }
    }

    #[test]
    fn fifty_problems_are_shown_and_the_rest_is_counted() {
        let mut problems = Problems::in_file("a.csv");
        for row in 0..2_000 {
            problems.add(Problem::new(Place::row(None, row), "a date").finding("x\ny"));
        }
        let text = problems.to_string();
        assert_eq!(text.lines().count(), 52);
        assert!(
            text.starts_with("a.csv: 2000 problems; nothing was imported\n  row 0: found \"x y\", expected a date")
        );
        assert!(text.ends_with("\n  and 1950 more"));
    }

    #[test]
    fn a_value_is_shortened_to_sixty_characters_of_one_line() {
        assert_eq!(shortened(&"é\n".repeat(40)), format!("{}…", "é ".repeat(30)));
    }
}
