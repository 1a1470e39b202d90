//! Characters that have no place on a paper.

/// Takes out what shows nothing itself and changes how other characters show, and control characters. Joiners stay: some
/// scripts cannot be written without them.
pub(super) fn clean(text: &mut String) {
    if text.contains(|character: char| character.is_control() || is_hidden(character)) {
        let lines = text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
        *text = lines
            .chars()
            .map(|character| if character == '\t' { ' ' } else { character })
            .filter(|character| *character == '\n' || !character.is_control() && !is_hidden(*character))
            .collect();
    }
}

fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e000}'..='\u{f8ff}'
        | '\u{e0000}'..='\u{10ffff}')
}
