//! How hard the pages are to read on which families look for help.
//!
//! Measured by the Flesch–Kincaid grade (Kincaid and others, 1975): 0.39 × words in a sentence + 11.8 × syllables in a
//! word − 15.59. A grade is a school year in the United States; the child in it is about five years older. Reading age 9
//! to 11 is then grade 4 to 6, and 6 is the limit. The figure knows nothing of meaning: it finds pages that are too hard,
//! and does not prove that one is easy.
//!
//! Measured are the sentences of paragraphs, list items and explanations. Headings, terms, table headings and boxes of law
//! are left out: they are short, and would make a page look easier than it is.

use crate::support::site::{demonstration, get};

/// The hardest that a page may be.
const LIMIT: f64 = 6.0;

/// The longest sentence, in words.
const LONGEST: usize = 30;

/// The pages for families.
const PAGES: &[&str] = &["/about", "/glossary", "/cookies", "/privacy", "/contact"];

/// Words and syllables of one sentence.
type Sentence = (usize, usize);

/// The text of a page's main part, one block a line, without what is not measured.
fn blocks(page: &str) -> Vec<String> {
    let main = page.split("<main").nth(1).unwrap().split("</main>").next().unwrap();
    let mut text = String::new();
    let mut left_out = 0_usize;
    for piece in main.split('<').skip(1) {
        let (tag, after) = piece.split_once('>').unwrap_or(("", piece));
        let name: String = tag.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
        let closing = name.starts_with('/');
        let element = name.trim_start_matches('/');
        // A box of law is a `div` that holds no other.
        let is_out = matches!(element, "h1" | "h2" | "h3" | "dt" | "th")
            || element == "div" && (left_out > 0 || tag.contains("rc-law"));
        match (is_out, closing) {
            (true, false) => left_out += 1,
            (true, true) => left_out = left_out.saturating_sub(1),
            _ => {}
        }
        if left_out == 0 {
            if matches!(element, "p" | "li" | "dd" | "div" | "ul" | "ol" | "dl" | "br" | "nav" | "section") {
                text.push('\n');
            }
            text.push_str(after);
        }
    }
    let text = text.replace("&#39;", "'").replace("&#38;", "&").replace("&quot;", "\"");
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The sentences of a block. A full stop within a word, such as that of an address, ends none.
fn sentences(block: &str) -> Vec<Sentence> {
    let mut all = Vec::new();
    let mut current = (0, 0);
    for token in block.split(|c: char| c.is_whitespace() || matches!(c, '–' | '—' | '-' | '/')) {
        if token.chars().any(char::is_alphabetic) {
            current.0 += 1;
            current.1 += syllables(token);
        }
        if token.trim_end_matches(['”', '"', ')']).ends_with(['.', '!', '?']) {
            all.push(std::mem::take(&mut current));
        }
    }
    all.push(current);
    all.retain(|(words, _)| *words > 0);
    all
}

/// Syllables of an English word: groups of vowels, without the endings that are not heard. A rule of thumb, and
/// good enough to tell easy pages from hard ones.
fn syllables(word: &str) -> usize {
    let word = word.to_lowercase().replace("’s", "").replace("'s", "");
    let letters: Vec<char> = word.chars().filter(char::is_ascii_lowercase).collect();
    if letters.len() <= 3 {
        return 1;
    }
    let is_vowel = |c: &char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let groups = letters.chunk_by(|a, b| is_vowel(a) == is_vowel(b)).filter(|group| is_vowel(&group[0])).count();
    let ends = |ending: &str| letters.iter().collect::<String>().ends_with(ending);
    let before_last_two = letters[letters.len() - 3];
    let silent = if ends("e") {
        !ends("le") || is_vowel(&before_last_two)
    } else if ends("es") {
        !["ies", "ses", "xes", "zes", "ches", "shes", "ces", "ges"].iter().any(|ending| ends(ending))
    } else {
        ends("ed") && !matches!(before_last_two, 't' | 'd')
    };
    (groups - usize::from(silent && groups > 0)).max(1)
}

fn grade(sentences: &[Sentence]) -> f64 {
    let words: usize = sentences.iter().map(|(words, _)| words).sum();
    let syllables: usize = sentences.iter().map(|(_, syllables)| syllables).sum();
    let (count, words, syllables) = (sentences.len() as f64, words as f64, syllables as f64);
    0.39 * words / count + 11.8 * syllables / words - 15.59
}

#[tokio::test]
async fn pages_for_families_can_be_read_at_eleven() {
    let site = demonstration();
    for page in PAGES {
        let text = get(&site, page).await.text;
        let blocks = blocks(&text);
        let measured: Vec<Sentence> = blocks.iter().flat_map(|block| sentences(block)).collect();
        assert!(measured.len() >= 10, "{page}: {blocks:#?}");
        let grade = grade(&measured);
        println!("{page}: grade {grade:.1} over {} sentences", measured.len());
        assert!(grade <= LIMIT, "{page}: grade {grade:.1}, expected at most {LIMIT}");
        for block in &blocks {
            let longest = sentences(block).into_iter().map(|(words, _)| words).max().unwrap_or(0);
            assert!(longest <= LONGEST, "{page}: a sentence of {longest} words: {block}");
        }
    }
}

#[test]
fn the_measure_tells_easy_from_hard() {
    let of = |text: &str| grade(&sentences(text));
    assert!(of("The cat sat on the mat. It was a big red cat.") < 1.0);
    let hard = "Notwithstanding the aforementioned considerations, authorisation of dissemination necessitates \
                comprehensive documentation of pseudonymisation methodologies.";
    assert!(of(hard) > 20.0);
    let counts = ["data", "release", "public", "table", "asked", "decided", "copies", "changes", "the", "people"];
    assert_eq!(counts.map(syllables), [2, 2, 2, 2, 1, 3, 2, 2, 1, 2]);
}

#[test]
fn law_and_headings_are_not_measured() {
    let page = "<main id=\"x\"><h1>Heading</h1><p>One. Two</p><div class=\"rc-law\"><h3>Law</h3><p>Article</p></div>\
                <ul><li>Three</li></ul></main>";
    assert_eq!(blocks(page), ["One. Two", "Three"]);
}
