//! The recipient's own list of people, one identifier a line.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use package::specification::People;

use super::ExtractError;

/// Reads it: each identifier once, sorted.
///
/// # Errors
/// If it cannot be read, or names more people than were approved. No identifier is in the error.
pub(super) fn read(path: &Path, people: &People) -> Result<Vec<String>, ExtractError> {
    let list = |message: String| ExtractError::List { path: path.to_owned(), message };
    let most = match people {
        People::Listed { up_to } => *up_to as usize,
        People::Everyone {} | People::FoundIn { .. } => 0,
    };
    let input = BufReader::new(File::open(path).map_err(|error| list(error.to_string()))?);
    let mut found = BTreeSet::new();
    for (number, line) in input.lines().enumerate() {
        let line = line.map_err(|_| list(format!("line {}: expected UTF-8", number + 1)))?;
        let identifier = line.trim_matches(['\r', '\u{feff}']);
        if identifier.is_empty() {
            continue;
        }
        found.insert(identifier.to_owned());
        if found.len() > most {
            return Err(list(format!("it names more than the {most} people who were approved")));
        }
    }
    Ok(found.into_iter().collect())
}
