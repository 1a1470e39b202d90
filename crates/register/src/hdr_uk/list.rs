//! Lists in one cell: entries with a separator between them, quoted where they would be read as several.

/// Writes a list in order and without repeats. An entry that holds the separator, or begins with a quotation mark, stands
/// in quotation marks, and those inside it are doubled.
pub fn joined(mut list: Vec<String>, separator: char) -> String {
    list.sort();
    list.dedup();
    let written: Vec<String> = list
        .into_iter()
        .map(|entry| match entry.contains(separator) || entry.starts_with('"') {
            true => format!("\"{}\"", entry.replace('"', "\"\"")),
            false => entry,
        })
        .collect();
    written.join(&format!("{separator} "))
}

/// Reads what [`joined`] wrote. A quotation mark that is never closed, or closed in the middle of an entry, is one like any
/// other letter.
pub fn entries(text: &str, separator: &str) -> Vec<String> {
    let mut list = Vec::new();
    let mut rest = text;
    loop {
        let (entry, after) = match quoted(rest.trim_start(), separator) {
            Some(found) => found,
            None => match rest.split_once(separator) {
                Some((entry, after)) => (entry.to_owned(), Some(after)),
                None => (rest.to_owned(), None),
            },
        };
        list.push(entry);
        match after {
            Some(after) => rest = after,
            None => return list,
        }
    }
}

/// A quoted entry at the start of the text, and what follows its separator.
fn quoted<'t>(text: &'t str, separator: &str) -> Option<(String, Option<&'t str>)> {
    let mut rest = text.strip_prefix('"')?;
    let mut entry = String::new();
    loop {
        let (part, after) = rest.split_once('"')?;
        entry.push_str(part);
        match after.strip_prefix('"') {
            Some(after) => {
                entry.push('"');
                rest = after;
            }
            None if after.trim_start().is_empty() => return Some((entry, None)),
            None => return Some((entry, Some(after.trim_start().strip_prefix(separator)?))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_back_as_it_was_written() {
        for list in [
            vec!["Births", "Deaths"],
            vec!["Births, marriages and deaths", "Census"],
            vec!["\"Quoted\"", "a \"b\" c", "x"],
            vec!["\"", ",", "a,\"b\",c"],
        ] {
            let mut list: Vec<String> = list.into_iter().map(str::to_owned).collect();
            list.sort();
            let read: Vec<String> =
                entries(&joined(list.clone(), ','), ",").iter().map(|entry| entry.trim().to_owned()).collect();
            assert_eq!(read, list);
        }
    }

    #[test]
    fn a_quotation_mark_that_closes_nothing_is_a_letter() {
        assert_eq!(entries("\"a, b", ","), ["\"a", " b"]);
        assert_eq!(entries("\"a\" b, c", ","), ["\"a\" b", " c"]);
        assert_eq!(entries("", ","), [""]);
    }
}
