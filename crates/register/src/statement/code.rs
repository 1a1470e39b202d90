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

/// Checks every text of a leaf in canonical form: short, not empty, one line, no control character; and every member's
/// name: ASCII letters, digits, `-` and `_`, so that byte order is the order of RFC 8785.
pub(super) fn check_texts(leaf: &[u8]) -> Result<(), StatementError> {
    let mut rest = leaf;
    let mut member = "";
    while let Some(start) = rest.iter().position(|byte| *byte == b'"') {
        let text = &rest[start + 1..];
        let length = length_of(text);
        let (content, after) = text.split_at(length);
        rest = &after[1.min(after.len())..];
        if rest.first() == Some(&b':') {
            member = std::str::from_utf8(content).unwrap_or_default();
            let plain = content.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
            if !plain || content.is_empty() || content.len() > 40 {
                return Err(StatementError::Name(String::from_utf8_lossy(content).into_owned()));
            }
        } else if content.is_empty() || content.len() > MAX_CLEAR || has_control(content) {
            return Err(StatementError::FreeText { member: member.to_owned() });
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
