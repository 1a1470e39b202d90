//! From what a visitor typed to an FTS5 query. Each word becomes a quoted string, so that nothing in it is syntax; what
//! stands between quotation marks is a phrase; the last word also matches longer ones, since it may not be complete.

/// Words of one query; more are left out.
const WORDS: usize = 16;

/// One thing to look for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// A word, or several that stand together.
    pub text: String,
    /// Whether longer words that begin so count as well.
    pub may_be_longer: bool,
    /// Words of recipients' names that count as well, since this one may have a slip in it.
    pub similar: Vec<String>,
}

/// What was typed, as things to look for; none where there is no letter and no digit in it.
pub fn wanted(typed: &str) -> Vec<Wanted> {
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
    let last = words.len();
    let each = words.into_iter().enumerate();
    each.map(|(place, text)| Wanted {
        text: text.to_owned(),
        may_be_longer: place + 1 == last && !complete,
        similar: Vec::new(),
    })
    .collect()
}

/// The FTS5 query for one thing.
pub fn one(wanted: &Wanted) -> String {
    let longer = if wanted.may_be_longer { " *" } else { "" };
    let typed = format!("\"{}\"{longer}", wanted.text);
    if wanted.similar.is_empty() {
        return typed;
    }
    let similar: Vec<String> = wanted.similar.iter().map(|word| format!("\"{word}\"")).collect();
    format!("({typed} OR recipient : ({}))", similar.join(" OR "))
}

/// The FTS5 query for all of them together; nothing where there are none.
pub fn expression(all: &[Wanted]) -> Option<String> {
    let each: Vec<String> = all.iter().map(one).collect();
    (!each.is_empty()).then(|| each.join(" AND "))
}

/// The same, in names, titles and references only.
pub fn expression_in_names(all: &[Wanted]) -> Option<String> {
    Some(format!("{{reference recipient title}} : ({})", expression(all)?))
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

    fn typed(text: &str) -> Option<String> {
        expression(&wanted(text))
    }

    #[test]
    fn words_are_quoted_and_the_last_one_may_be_incomplete() {
        assert_eq!(typed("school absen").as_deref(), Some("\"school\" AND \"absen\" *"));
        assert_eq!(typed("school ").as_deref(), Some("\"school\""));
        assert_eq!(typed("\"free school\" meals").as_deref(), Some("\"free school\" AND \"meals\" *"));
    }

    #[test]
    fn a_word_with_a_slip_in_it_also_finds_names_like_it() {
        let mut all = wanted("rutlnd school ");
        all[0].similar.push("rutland".to_owned());
        let expected = "(\"rutlnd\" OR recipient : (\"rutland\")) AND \"school\"";
        assert_eq!(expression(&all).as_deref(), Some(expected));
    }

    #[test]
    fn nothing_that_is_typed_is_syntax() {
        assert_eq!(typed("a\" OR b NEAR(c) title:d*^-").as_deref(), Some("\"a\" AND \" OR b NEAR(c) title:d*^-\" *"));
        assert_eq!(typed("' -- \u{0} ;"), None);
        assert_eq!(typed(""), None);
    }

    #[test]
    fn marks_in_a_snippet_become_pieces() {
        let plain = |text: &str, hit| (text.to_owned(), hit);
        assert_eq!(pieces("a \u{2}b\u{3} c"), [plain("a ", false), plain("b", true), plain(" c", false)]);
        assert_eq!(pieces("\u{2}b"), [plain("b", true)]);
    }
}
