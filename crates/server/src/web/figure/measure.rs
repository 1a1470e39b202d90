//! How wide a text is, and what to do when it is wider than its place. Nobody knows the reader's font, so widths are
//! those of a wide ordinary one: a text may take less than was kept for it, hardly ever more.

/// The size of letters in a drawing, in its units.
pub const LETTERS: u32 = 15;

/// Thousandths of the letters' size.
fn thousandths(letter: char) -> u32 {
    match letter {
        'i' | 'j' | 'l' | 'I' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' | ' ' => 300,
        'f' | 't' | 'r' | '(' | ')' | '-' | '/' => 400,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' => 1_000,
        'A'..='Z' => 750,
        '\u{0}'..='\u{7f}' => 580,
        '\u{80}'..='\u{24f}' | '\u{2010}'..='\u{2027}' => 750,
        _ => 1_100,
    }
}

/// The width of a text, in units of the drawing.
pub fn width(text: &str) -> u32 {
    let thousandths = text.chars().fold(0_u32, |sum, letter| sum.saturating_add(thousandths(letter)));
    thousandths.saturating_mul(LETTERS / 5) / 200 // times LETTERS / 1000, which a long text would overflow
}

/// The text, or as much of its beginning as fits, with an ellipsis.
pub fn fit(text: &str, room: u32) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut cut = String::new();
    for letter in text.chars() {
        cut.push(letter);
        if width(&cut) + width("…") > room {
            cut.pop();
            break;
        }
    }
    let mut cut = cut.trim_end().to_owned();
    cut.push('…');
    cut
}

/// A number in few letters: whole below a million, then in millions (m), billions (bn) and trillions (tn), rounded
/// down to one place.
pub fn short(number: u128) -> String {
    let (unit, name) = match number {
        0..1_000_000 => return grouped(number),
        1_000_000..1_000_000_000 => (1_000_000, "m"),
        1_000_000_000..1_000_000_000_000 => (1_000_000_000, "bn"),
        _ => (1_000_000_000_000, "tn"),
    };
    let tenth = number % unit * 10 / unit;
    let whole = grouped(number / unit);
    if tenth == 0 { format!("{whole}{name}") } else { format!("{whole}.{tenth}{name}") }
}

/// `1,234,567`
pub fn grouped(number: u128) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
