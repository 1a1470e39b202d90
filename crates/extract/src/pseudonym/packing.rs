//! An identifier as one block: a byte that says how it is packed and how long it is, eleven bytes that hold it, and four
//! bytes of zeroes. Each identifier has one packing, and what is no packing of any is not read.
//!
//! Of all 2^128 blocks fewer than 2^83 are a packing (a test counts them), so a wrong key gives one with a chance below one
//! in 2^45.

/// Capital letters and digits that fit.
pub(crate) const MOST_CHARACTERS: usize = 16;
/// Bytes of anything else that fit.
pub(crate) const MOST_BYTES: usize = 11;
/// Marks bytes that are held as they are.
const RAW: u8 = 0x80;
/// 37^8.
const HALF: u64 = 3_512_479_453_921;

/// What no text in UTF-8 holds: here it stands after the last character.
const AFTER: u8 = 0xff;
/// A character's digit: A–Z are 1 to 26, 0–9 are 27 to 36, nothing is 0; the highest bit marks every other byte.
const DIGITS: [u8; 256] = digits();

const fn digits() -> [u8; 256] {
    let mut digits = [0x80; 256];
    let mut place = 0;
    while place < 36 {
        digits[character(place + 1) as usize] = place + 1;
        place += 1;
    }
    digits[AFTER as usize] = 0;
    digits
}

const fn character(digit: u8) -> u8 {
    if digit <= 26 { b'A' + digit - 1 } else { b'0' + digit - 27 }
}

/// Packs an identifier; none where it is empty or longer than a block holds.
pub(crate) fn pack(identifier: &str) -> Option<[u8; 16]> {
    let bytes = identifier.as_bytes();
    let length = bytes.len();
    if length == 0 || length > MOST_CHARACTERS {
        return None;
    }
    let mut padded = [AFTER; MOST_CHARACTERS];
    padded[..length].copy_from_slice(bytes);
    let (mut high, mut low, mut other) = (0_u64, 0_u64, 0_u8);
    for place in 0..8 {
        let (first, second) = (DIGITS[usize::from(padded[place])], DIGITS[usize::from(padded[place + 8])]);
        other |= first | second;
        high = high * 37 + u64::from(first);
        low = low * 37 + u64::from(second);
    }
    let mut block = [0; 16];
    if other & 0x80 == 0 {
        let number = u128::from(high) * u128::from(HALF) + u128::from(low);
        // The header, eleven bytes, and four of zeroes: the number ends 32 bits before the block does.
        block = (number << 32).to_be_bytes();
        block[0] = length as u8;
    } else if length <= MOST_BYTES {
        block[0] = RAW | length as u8;
        block[1..=length].copy_from_slice(bytes);
    } else {
        return None;
    }
    Some(block)
}

/// Whether a block ends in the zeroes: false for all but one in 2^32 of what a wrong key gives.
pub(crate) fn may_be_packed(block: &[u8; 16]) -> bool {
    block[12..] == [0; 4]
}

/// The identifier in a block; none where no identifier is packed so.
pub(crate) fn unpack(block: &[u8; 16]) -> Option<String> {
    let identifier = if block[0] & RAW == 0 { characters(block)? } else { raw(block)? };
    (pack(&identifier)? == *block).then_some(identifier)
}

fn characters(block: &[u8; 16]) -> Option<String> {
    let length = usize::from(block[0]);
    let mut rest = *block;
    rest[0] = 0;
    let mut number = u128::from_be_bytes(rest) >> 32;
    let mut text = [0; MOST_CHARACTERS];
    for place in text.iter_mut().rev() {
        *place = (number % 37) as u8;
        number /= 37;
    }
    let text = text.get(..length)?;
    if number != 0 || text.contains(&0) {
        return None;
    }
    Some(text.iter().map(|&digit| char::from(character(digit))).collect())
}

fn raw(block: &[u8; 16]) -> Option<String> {
    let length = usize::from(block[0] & !RAW);
    let bytes = block[1..=MOST_BYTES].get(..length)?;
    String::from_utf8(bytes.to_vec()).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn fewer_than_one_block_in_2_to_the_45_is_a_packing() {
        let characters: u128 = (1..=16).map(|length| 36_u128.pow(length)).sum();
        // Texts in UTF-8 of at most eleven bytes, by the bytes of their last character; an upper bound, surrogates counted in.
        let mut texts = vec![1_u128];
        for length in 1..=11_usize {
            let ending = |bytes: usize, ways: u128| if bytes <= length { texts[length - bytes] * ways } else { 0 };
            texts.push(ending(1, 128) + ending(2, 1_920) + ending(3, 63_488) + ending(4, 1_048_576));
        }
        let packings = characters + texts[1..].iter().sum::<u128>();
        assert!(packings < 1 << 83, "{packings}");
    }

    #[test]
    fn what_is_no_packing_is_not_read() {
        let block = pack("A123456789012").unwrap();
        assert_eq!(unpack(&block).unwrap(), "A123456789012");
        for (place, byte) in [(0, 12), (0, 14), (0, 0), (0, 0x11), (0, 0x8c), (12, 1), (15, 128), (1, 0xff)] {
            let mut changed = block;
            changed[place] = byte;
            assert_eq!(unpack(&changed), None, "byte {place} as {byte}");
        }
        // Capital letters as bytes: they have a packing already.
        let mut second = [0; 16];
        second[..3].copy_from_slice(&[RAW | 2, b'A', b'1']);
        assert_eq!(unpack(&second), None);
    }

    #[test]
    fn sixteen_letters_or_digits_fit_and_eleven_bytes_of_anything_else() {
        assert!(pack("ZZZZZZZZ99999999").is_some() && pack("ZZZZZZZZ999999999").is_none());
        assert!(pack("abcdefghijk").is_some() && pack("abcdefghijkl").is_none());
        assert!(pack("\0").is_some() && pack("").is_none());
        assert_ne!(pack("\0"), pack("\0\0"));
    }

    proptest! {
        #[test]
        fn two_identifiers_never_share_a_block(one in "[A-C0-2a\0]{0,17}", other in "[A-C0-2a\0]{0,17}") {
            if let (Some(packed), Some(second)) = (pack(&one), pack(&other)) {
                prop_assert_eq!(one == other, packed == second);
            }
        }

        #[test]
        fn a_block_that_is_read_is_the_block_that_is_written(header in any::<u8>(), payload in any::<[u8; 11]>()) {
            let mut block = [0; 16];
            block[0] = header % 0x90;
            block[1..12].copy_from_slice(&payload);
            if let Some(identifier) = unpack(&block) {
                prop_assert_eq!(pack(&identifier), Some(block));
            }
        }
    }
}
