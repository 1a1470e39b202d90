//! The name that a file was given with: data to show, never a path.

/// Characters that a name keeps.
const LONGEST: usize = 100;

/// A name as it is kept and shown: the last part of whatever path it was given with, without what hides or breaks text.
pub(super) fn clean(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept = last.chars().filter(|character| !hides(*character)).map(|character| {
        if character.is_control() || character.is_whitespace() || "<>:\"|?*".contains(character) {
            ' '
        } else {
            character
        }
    });
    let kept: String = kept.collect();
    let words = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    let name = words.trim_matches(['.', ' ']);
    let (stem, ending) = match name.rsplit_once('.') {
        Some((stem, ending)) if ending.len() <= 8 => (stem.trim_end_matches(['.', ' ']), Some(ending)),
        _ => (name, None),
    };
    let stem: String = stem.chars().take(LONGEST).collect();
    match (stem.is_empty(), ending) {
        (true, None) => "document".to_owned(),
        (true, Some(ending)) => format!("document.{ending}"),
        (false, None) => stem,
        (false, Some(ending)) => format!("{stem}.{ending}"),
    }
}

/// Whether a character shows nothing itself and changes how others show: an ending could be made to look like another.
fn hides(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn a_name_is_the_last_part_of_its_path_without_what_hides_or_breaks_text() {
        for (given, kept) in [
            ("report.pdf", "report.pdf"),
            ("../../etc/passwd", "passwd"),
            ("C:\\Users\\somebody\\plan.docx", "plan.docx"),
            ("..", "document"),
            ("", "document"),
            (".pdf", "pdf"),
            ("a\0b\r\nc.pdf", "a b c.pdf"),
            ("invoice\u{202e}fdp.exe", "invoicefdp.exe"),
            ("a\u{200b}b.pdf", "ab.pdf"),
            ("x\"; filename=\"evil.html", "x ; filename= evil.html"),
            ("  spaces   inside .pdf ", "spaces inside.pdf"),
            ("الملف.pdf", "الملف.pdf"),
        ] {
            assert_eq!(clean(given), kept, "{given:?}");
        }
        let long = clean(&format!("{}.pdf", "é".repeat(5_000)));
        assert_eq!(long.chars().count(), 104);
        assert!(long.ends_with(".pdf"));
    }
}
