//! Base32 (RFC 4648) in small letters and without padding. Five bits a letter, and bits that are left over are zero, so that
//! no two texts stand for the same bytes.

use super::BLOCK_LETTERS;

const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
/// Two letters for every ten bits.
const PAIRS: [[u8; 2]; 1024] = pairs();
/// A letter's five bits; more for what is no letter of ours.
const BITS: [u8; 256] = bits();

const fn pairs() -> [[u8; 2]; 1024] {
    let mut pairs = [[0; 2]; 1024];
    let mut ten = 0;
    while ten < 1024 {
        pairs[ten] = [ALPHABET[ten >> 5], ALPHABET[ten & 31]];
        ten += 1;
    }
    pairs
}

const fn bits() -> [u8; 256] {
    let mut bits = [0xff; 256];
    let mut five = 0;
    while five < 32 {
        bits[ALPHABET[five] as usize] = five as u8;
        five += 1;
    }
    bits
}

/// One block in 26 letters.
pub(super) fn block(block: [u8; 16]) -> [u8; BLOCK_LETTERS] {
    let number = u128::from_be_bytes(block);
    let mut letters = [0; BLOCK_LETTERS];
    for (place, pair) in letters.as_chunks_mut::<2>().0.iter_mut().enumerate() {
        // Of the last pair eight bits are the block's and two are zero.
        let ten = if place < 12 { number >> (118 - 10 * place) } else { number << 2 };
        *pair = PAIRS[(ten & 1023) as usize];
    }
    letters
}

/// The block in 26 letters.
pub(super) fn read_block(letters: &[u8; BLOCK_LETTERS]) -> Option<[u8; 16]> {
    let (mut number, mut other) = (0_u128, 0);
    for &letter in &letters[..25] {
        let five = BITS[usize::from(letter)];
        other |= five;
        number = number << 5 | u128::from(five & 31);
    }
    let last = BITS[usize::from(letters[25])];
    // 125 bits stand in 25 letters, and three in the last.
    let fine = (other | last) & 0xe0 == 0 && last & 3 == 0;
    fine.then(|| (number << 3 | u128::from(last >> 2)).to_be_bytes())
}

/// Any bytes.
pub(super) fn encode(bytes: &[u8]) -> String {
    let mut letters = String::with_capacity(bytes.len() * 8 / 5 + 1);
    let (mut waiting, mut count) = (0_u32, 0);
    for &byte in bytes {
        waiting = waiting << 8 | u32::from(byte);
        count += 8;
        while count >= 5 {
            count -= 5;
            letters.push(char::from(ALPHABET[(waiting >> count & 31) as usize]));
        }
    }
    if count > 0 {
        letters.push(char::from(ALPHABET[(waiting << (5 - count) & 31) as usize]));
    }
    letters
}

/// The bytes of a text that [`encode`] wrote.
pub(super) fn decode(letters: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(letters.len() * 5 / 8);
    let (mut waiting, mut count) = (0_u32, 0);
    for &letter in letters {
        let five = BITS[usize::from(letter)];
        if five > 31 {
            return None;
        }
        waiting = waiting << 5 | u32::from(five);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((waiting >> count) as u8);
        }
    }
    // A letter too many, or bits that say something.
    (count < 5 && waiting & ((1 << count) - 1) == 0).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn letters_are_those_of_the_standard() {
        // RFC 4648, section 10, in small letters and without padding.
        for (bytes, letters) in [("", ""), ("f", "my"), ("fo", "mzxq"), ("foo", "mzxw6"), ("foobar", "mzxw6ytboi")] {
            assert_eq!(encode(bytes.as_bytes()), letters);
            assert_eq!(decode(letters.as_bytes()).as_deref(), Some(bytes.as_bytes()));
        }
        for wrong in ["m", "mz", "mzx", "MY", "m1", "my=", "mzxw6a"] {
            assert_eq!(decode(wrong.as_bytes()), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_block_is_written_and_read_as_any_bytes_are(bytes in any::<[u8; 16]>(), place in 0..26_usize) {
            let letters = block(bytes);
            prop_assert_eq!(letters.to_vec(), encode(&bytes).into_bytes());
            prop_assert_eq!(read_block(&letters), Some(bytes));
            let mut changed = letters;
            changed[place] = b'b';
            prop_assert_eq!(read_block(&changed).map(Vec::from), decode(&changed));
            changed[place] = b'0';
            prop_assert_eq!(read_block(&changed), None);
        }

        #[test]
        fn any_bytes_come_back(bytes in prop::collection::vec(any::<u8>(), 0..70)) {
            prop_assert_eq!(decode(encode(&bytes).as_bytes()), Some(bytes));
        }
    }
}
