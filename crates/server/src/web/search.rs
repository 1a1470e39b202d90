//! From what a visitor typed to an FTS5 query. Each word becomes a quoted string, so that nothing in it is syntax; what
//! stands between quotation marks is a phrase; the last word also matches longer ones, since it may not be complete.

/// Words of one query; more are left out.
const WORDS: usize = 16;

/// The FTS5 query, or nothing where there is no letter and no digit to look for.
pub fn expression(typed: &str) -> Option<String> {
    // A control character cannot be typed, and SQLite would take the first NUL for the end of the query.
    let typed: String = typed.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    let mut phrases = Vec::new();
    for (place, part) in typed.split('"').enumerate() {
        if place % 2 == 1 {
            phrases.push(part);
        } else {
            phrases.extend(part.split_whitespace());
        }
    }
    let complete = typed.ends_with(['"', ' ']);
    let words: Vec<&str> =
        phrases.into_iter().filter(|phrase| phrase.chars().any(char::is_alphanumeric)).take(WORDS).collect();
    let quoted: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
    if quoted.is_empty() {
        return None;
    }
    Some(quoted.join(" ") + if complete { "" } else { " *" })
}

/// Cuts a snippet at its marks: pieces of text, each with whether it is a match.
pub fn pieces(marked: &str) -> Vec<(String, bool)> {
    let mut pieces = Vec::new();
    for (place, part) in marked.split('\u{2}').enumerate() {
        if place == 0 {
            pieces.push((part.to_owned(), false));
            continue;
        }
        let (hit, rest) = part.split_once('\u{3}').unwrap_or((part, ""));
        pieces.push((hit.to_owned(), true));
        pieces.push((rest.to_owned(), false));
    }
    pieces.retain(|(text, _)| !text.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_and_the_last_one_may_be_incomplete() {
        assert_eq!(expression("school absen").as_deref(), Some("\"school\" \"absen\" *"));
        assert_eq!(expression("school ").as_deref(), Some("\"school\""));
        assert_eq!(expression("\"free school\" meals").as_deref(), Some("\"free school\" \"meals\" *"));
    }

    #[test]
    fn nothing_that_is_typed_is_syntax() {
        assert_eq!(expression("a\" OR b NEAR(c) title:d*^-").as_deref(), Some("\"a\" \" OR b NEAR(c) title:d*^-\" *"));
        assert_eq!(expression("' -- \u{0} ;"), None);
        assert_eq!(expression(""), None);
    }

    #[test]
    fn marks_in_a_snippet_become_pieces() {
        let plain = |text: &str, hit| (text.to_owned(), hit);
        assert_eq!(pieces("a \u{2}b\u{3} c"), [plain("a ", false), plain("b", true), plain(" c", false)]);
        assert_eq!(pieces("\u{2}b"), [plain("b", true)]);
    }
}
