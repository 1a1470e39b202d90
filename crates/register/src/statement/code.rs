//! What may stand in a leaf in clear: codes, and short single lines.

use super::{MAX_CLEAR, StatementError};

/// Why a text is not a code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected a code of 1 to 40 small letters, digits and hyphens, beginning with a letter")]
pub struct NotACode;

/// Checks a name that the format does not list: of a scheme, a coded fact, a text field.
///
/// # Errors
/// [`NotACode`] for anything else than `[a-z][a-z0-9-]{0,39}`.
pub fn check_code(text: &str) -> Result<(), NotACode> {
    let letters = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    let begins = text.starts_with(|first: char| first.is_ascii_lowercase());
    if letters && begins && text.len() <= 40 { Ok(()) } else { Err(NotACode) }
}

/// The largest whole number that every JSON reader keeps exactly, and RFC 8785 writes as it stands.
const MAX_NUMBER: u64 = (1 << 53) - 1;

/// Checks every text of a leaf in canonical form: short, not empty, one line, no control character; every member's
/// name: ASCII letters, digits, `-` and `_`, so that byte order is the order of RFC 8785, and in that order; and every
/// number: whole, and small enough that RFC 8785, which knows only IEEE 754 doubles, writes the same digits.
///
/// The order is checked here because what `serde_json` keeps a patch in depends on features that another crate may set.
pub(super) fn check_texts(leaf: &[u8]) -> Result<(), StatementError> {
    let mut rest = leaf;
    let mut member: &[u8] = b"";
    // The last name of each object that is open.
    let mut names: Vec<&[u8]> = Vec::new();
    let said = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        match first {
            b'{' => names.push(b""),
            b'}' => _ = names.pop(),
            b'"' => {
                let (content, after) = rest.split_at(length_of(rest));
                rest = after.get(1..).unwrap_or_default();
                if rest.first() != Some(&b':') {
                    if content.is_empty() || content.len() > MAX_CLEAR || has_control(content) {
                        return Err(StatementError::FreeText { member: said(member) });
                    }
                    continue;
                }
                member = content;
                let plain = content.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
                if !plain || content.is_empty() || content.len() > 40 {
                    return Err(StatementError::Name(said(content)));
                }
                if let Some(last) = names.last_mut() {
                    if *last >= content {
                        return Err(StatementError::MemberOrder(said(content)));
                    }
                    *last = content;
                }
            }
            b'0'..=b'9' | b'-' => {
                let begins = leaf.len() - rest.len() - 1;
                let length = rest.iter().take_while(|byte| !matches!(byte, b',' | b']' | b'}')).count();
                rest = &rest[length..];
                let digits = std::str::from_utf8(&leaf[begins..begins + 1 + length]).unwrap_or_default();
                if digits.starts_with('-') || !digits.parse().is_ok_and(|number: u64| number <= MAX_NUMBER) {
                    return Err(StatementError::Number { member: said(member) });
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// The length of a JSON string's content, up to its closing quote.
fn length_of(text: &[u8]) -> usize {
    let mut escaped = false;
    let end = text.iter().position(|byte| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    });
    end.unwrap_or(text.len())
}

/// Canonical JSON escapes quotes, backslashes and control characters only.
fn has_control(content: &[u8]) -> bool {
    let mut bytes = content.iter();
    while let Some(byte) = bytes.next() {
        if *byte == b'\\' && !matches!(bytes.next(), Some(b'"' | b'\\')) {
            return true;
        }
        if *byte == 0x7F {
            return true;
        }
    }
    false
}
