//! Texts as XML holds them, and as long as a cell holds them.

use std::borrow::Cow;

/// What ends a text that was cut.
pub(super) const MARK: &str = " … [cut here, see the sheet Notes]";

/// Adds a text to XML. What XML cannot hold (XML 1.0, section 2.2) becomes a replacement character.
pub(super) fn escape(text: &str, xml: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            '\n' | '\t' => xml.push(letter),
            '\u{FFFE}' | '\u{FFFF}' | '\0'..'\u{20}' => xml.push('\u{FFFD}'),
            _ => xml.push(letter),
        }
    }
}

/// A text with line feeds at the ends of its lines, which is what XML would make of other ends.
pub(super) fn with_line_feeds(text: &str) -> Cow<'_, str> {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n").into() } else { text.into() }
}

/// The text with a mark at its end, if it has more UTF-16 units than this.
pub(super) fn cut(text: &str, letters: usize) -> Option<String> {
    if text.len() <= letters || text.encode_utf16().count() <= letters {
        return None;
    }
    let room = letters.saturating_sub(MARK.encode_utf16().count());
    let mut length = 0;
    let kept = text.chars().take_while(|letter| {
        length += letter.len_utf16();
        length <= room
    });
    Some(kept.chain(MARK.chars()).collect())
}
