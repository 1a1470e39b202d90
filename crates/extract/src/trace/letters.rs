//! Finds what may be a pseudonym in any bytes: letters and digits between other characters, in small letters whatever they
//! were. A zero byte is passed over, so that text in UTF-16 reads as well.

use crate::pseudonym::{BLOCK_LETTERS, LONG_LETTERS};

/// The longest that is looked at: an identifier of some five thousand bytes.
const LONGEST: usize = 8_192;

/// What was read since the last other character.
#[derive(Debug, Default)]
pub(super) struct Letters {
    waiting: Vec<u8>,
    too_long: bool,
}

impl Letters {
    /// The next bytes of a stream.
    pub(super) fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(&[u8])) {
        for &byte in bytes {
            match byte {
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' if self.waiting.len() < LONGEST => {
                    self.waiting.push(byte.to_ascii_lowercase());
                }
                b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' => self.too_long = true,
                0 => {}
                _ => self.end(each),
            }
        }
    }

    /// A value, or the stream, ends here.
    pub(super) fn end(&mut self, each: &mut dyn FnMut(&[u8])) {
        let length = self.waiting.len();
        if !self.too_long && (length == BLOCK_LETTERS || length >= LONG_LETTERS) {
            each(&self.waiting);
        }
        self.waiting.clear();
        self.too_long = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pieces: &[&[u8]]) -> Vec<String> {
        let (mut letters, mut found) = (Letters::default(), Vec::new());
        let mut each = |value: &[u8]| found.push(String::from_utf8(value.to_vec()).unwrap());
        pieces.iter().for_each(|piece| letters.feed(piece, &mut each));
        letters.end(&mut each);
        found
    }

    #[test]
    fn values_are_found_wherever_they_stand_and_however_the_stream_is_cut() {
        let value = "abcdefghijklmnopqrstuvwxyz";
        assert_eq!(found(&[b"id=", value.as_bytes(), b";"]), [value]);
        assert_eq!(found(&[b"\"abcdefghijklm", b"nopqrstuvwxyz\",1"]), [value]);
        assert_eq!(found(&[b"(ABCDEFGHIJKLMNOPQRSTUVWXYZ)"]), [value]);
        assert_eq!(found(&[b"abcdefghijklmnopqrstuvwxyza, abcdefghijklmnopqrstuvwxy"]), [""; 0]);
        let wide: Vec<u8> = value.bytes().flat_map(|byte| [byte, 0]).collect();
        assert_eq!(found(&[b"\xff\xfe", &wide]), [value]);
        assert_eq!(found(&[&[b'x'; 50], b" ", &[b'x'; 9_000]]), ["x".repeat(50)]);
    }
}
