//! What of a text can be set with the fonts that there are. A character that none of them has is shown by its number, so
//! that nothing goes missing without a sign, and a run without a space is given places where it may be broken.

use typst::text::FontBook;

/// The longest run of characters without a space that is left whole; a line holds some ninety.
const RUN: usize = 40;

/// Whether all fonts together have every character of a text; where one is missing it is replaced.
pub(crate) fn settable(text: &mut String, book: &FontBook) {
    let has = |character: char| {
        character.is_ascii() && !character.is_ascii_control()
            || matches!(character, '\n' | '\u{200c}' | '\u{200d}')
            || (0..).map_while(|index| book.info(index)).any(|font| font.coverage.contains(u32::from(character)))
    };
    if !text.chars().all(has) {
        let shown = |character: char| match has(character) {
            true => character.to_string(),
            false => format!("[U+{:04X}]", u32::from(character)),
        };
        *text = text.chars().map(shown).collect();
    }
    let mut run = 0;
    let mut broken = String::new();
    for character in text.chars() {
        run = if character.is_whitespace() { 0 } else { run + 1 };
        if run > RUN {
            // A place where a line may end, which shows nothing itself.
            broken.push('\u{200b}');
            run = 1;
        }
        broken.push(character);
    }
    *text = broken;
}
