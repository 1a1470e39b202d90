//! 65,536 numbers at a time: which of them are in a set, in the shortest of three forms.
//!
//! ```text
//! nothing                                    none of them
//! 1  u16 runs - 1    u16 first, u16 last …   runs of neighbours: whole cohorts, and almost all
//! 2  u16 members - 1 low bits, unary steps   Elias-Fano: a few among many, below one byte each from one in 64 on
//! 3  u16 0           8,192 bytes             a bit for each
//! ```
//! Numbers are little-endian. A roaring bitmap takes two bytes for each member of a sparse chunk; this one about half.

/// Words of a chunk that is not compressed.
pub(super) const WORDS: usize = 1_024;
const RUNS: u8 = 1;
const FEW: u8 = 2;
const BITS: u8 = 3;
const HEADER: usize = 3;

/// The shortest form of a chunk; empty where nobody is in it.
pub(super) fn encode(words: &[u64; WORDS]) -> Vec<u8> {
    let members: usize = words.iter().map(|word| word.count_ones() as usize).sum();
    if members == 0 {
        return Vec::new();
    }
    let runs = count_runs(words);
    let (low, steps) = few_bits(members);
    let few = low.div_ceil(8) + steps.div_ceil(8);
    if few < 8 * WORDS && few < 4 * runs {
        return encode_few(words, members);
    }
    let mut chunk = Vec::with_capacity(HEADER + 8 * WORDS);
    if 4 * runs <= 8 * WORDS {
        chunk.push(RUNS);
        chunk.extend(((runs - 1) as u16).to_le_bytes());
        for (first, last) in self::runs(words) {
            chunk.extend(first.to_le_bytes());
            chunk.extend(last.to_le_bytes());
        }
    } else {
        chunk.extend([BITS, 0, 0]);
        chunk.extend(words.iter().flat_map(|word| word.to_le_bytes()));
    }
    chunk
}

/// Whether a number is in a chunk; none where it is not in the form that [`encode`] writes.
pub(super) fn contains(chunk: &[u8], number: u16) -> Option<bool> {
    let Some((&[kind, low, high], body)) = chunk.split_first_chunk::<HEADER>() else {
        return chunk.is_empty().then_some(false);
    };
    let count = usize::from(u16::from_le_bytes([low, high])) + 1;
    match kind {
        RUNS if body.len() == 4 * count => {
            let (runs, _) = body.as_chunks::<4>();
            let after = runs.partition_point(|run| u16::from_le_bytes([run[0], run[1]]) <= number);
            Some(after > 0 && number <= u16::from_le_bytes([runs[after - 1][2], runs[after - 1][3]]))
        }
        FEW => few_contains(body, count, u32::from(number)),
        BITS if body.len() == 8 * WORDS => Some(body[usize::from(number / 8)] >> (number % 8) & 1 == 1),
        _ => None,
    }
}

fn members(words: &[u64; WORDS]) -> impl Iterator<Item = u32> {
    let (mut rest, mut place) = (words[0], 0);
    std::iter::from_fn(move || {
        while rest == 0 {
            place += 1;
            rest = *words.get(place)?;
        }
        let bit = rest.trailing_zeros();
        rest &= rest - 1;
        Some(64 * place as u32 + bit)
    })
}

fn count_runs(words: &[u64; WORDS]) -> usize {
    let before = std::iter::once(0).chain(words.iter().map(|word| word >> 63));
    words.iter().zip(before).map(|(word, before)| (word & !(word << 1 | before)).count_ones() as usize).sum()
}

fn runs(words: &[u64; WORDS]) -> Vec<(u16, u16)> {
    let mut runs: Vec<(u16, u16)> = Vec::new();
    for number in members(words) {
        let number = number as u16;
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == number => *last = number,
            _ => runs.push((number, number)),
        }
    }
    runs
}

/// How many low bits a member keeps: what is left of it is below twice the number of members.
fn kept(members: usize) -> usize {
    (65_536 / members).ilog2() as usize
}

/// Bits of both parts.
fn few_bits(members: usize) -> (usize, usize) {
    let kept = kept(members);
    (members * kept, members + (65_535 >> kept) + 1)
}

fn encode_few(words: &[u64; WORDS], count: usize) -> Vec<u8> {
    let kept = kept(count);
    let (low, steps) = few_bits(count);
    let start = low.div_ceil(8);
    let mut chunk = Vec::with_capacity(HEADER + start + steps.div_ceil(8));
    chunk.push(FEW);
    chunk.extend(((count - 1) as u16).to_le_bytes());
    let mut unary = vec![0; steps.div_ceil(8)];
    // Low bits that wait to be a byte: at most seven, and sixteen more.
    let (mut waiting, mut bits) = (0_u32, 0);
    for (place, number) in members(words).enumerate() {
        waiting |= (number & ((1 << kept) - 1)) << bits;
        bits += kept;
        while bits >= 8 {
            chunk.push(waiting as u8);
            waiting >>= 8;
            bits -= 8;
        }
        let at = (number as usize >> kept) + place;
        unary[at / 8] |= 1 << (at % 8);
    }
    if bits > 0 {
        chunk.push(waiting as u8);
    }
    chunk.extend(unary);
    chunk
}

fn few_contains(body: &[u8], count: usize, number: u32) -> Option<bool> {
    let kept = kept(count);
    let (low, steps) = few_bits(count);
    let (low, unary) = body.split_at_checked(low.div_ceil(8))?;
    if unary.len() != steps.div_ceil(8) {
        return None;
    }
    let bucket = (number >> kept) as usize;
    let wanted = number & ((1 << kept) - 1);
    let mut at = after_zeroes(unary, bucket)?;
    while at < steps && unary[at / 8] >> (at % 8) & 1 == 1 {
        let found = bits(low, (at - bucket) * kept, kept);
        if found >= wanted {
            return Some(found == wanted);
        }
        at += 1;
    }
    Some(false)
}

/// The place after so many zeroes.
fn after_zeroes(unary: &[u8], mut zeroes: usize) -> Option<usize> {
    if zeroes == 0 {
        return Some(0);
    }
    let (words, rest) = unary.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let here = u64::from_le_bytes(*word).count_zeros() as usize;
        if here >= zeroes {
            break;
        }
        zeroes -= here;
        at += 8;
    }
    debug_assert!(at <= 8 * words.len() && rest.len() < 8);
    for (place, byte) in unary.iter().enumerate().skip(at) {
        let here = byte.count_zeros() as usize;
        if here < zeroes {
            zeroes -= here;
            continue;
        }
        for bit in 0..8 {
            zeroes -= usize::from(byte >> bit & 1 == 0);
            if zeroes == 0 {
                return Some(8 * place + bit + 1);
            }
        }
    }
    None
}

/// At most sixteen bits.
fn bits(bytes: &[u8], at: usize, count: usize) -> u32 {
    let three = bytes.iter().skip(at / 8).take(3);
    let word = three.rev().fold(0, |word, &byte| word << 8 | u32::from(byte));
    word >> (at % 8) & ((1 << count) - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use roaring::RoaringBitmap;

    use super::*;

    fn words(numbers: impl IntoIterator<Item = u16>) -> [u64; WORDS] {
        let mut words = [0; WORDS];
        numbers.into_iter().for_each(|number| words[usize::from(number / 64)] |= 1 << (number % 64));
        words
    }

    /// Scattered with a fixed step that shares no factor with the span.
    fn scattered(count: u32) -> impl Iterator<Item = u16> {
        (0..count).map(|place| (place.wrapping_mul(40_503) ^ place >> 3) as u16)
    }

    #[test]
    fn every_number_is_found_and_no_other_at_any_density() {
        for count in [0, 1, 2, 3, 50, 800, 2_000, 8_191, 8_192, 20_000, 40_000, 60_000, 65_536] {
            let words = words(scattered(count));
            let chunk = encode(&words);
            for number in 0..=u16::MAX {
                let expected = words[usize::from(number / 64)] >> (number % 64) & 1 == 1;
                assert_eq!(contains(&chunk, number), Some(expected), "{number} among {count}");
            }
        }
    }

    #[test]
    fn from_one_in_sixty_four_on_a_member_takes_at_most_a_byte() {
        for count in [1_030_u32, 1_500, 3_000, 6_000, 12_000, 30_000] {
            let set = words(scattered(count));
            let members = set.iter().map(|word| word.count_ones() as usize).sum::<usize>();
            assert!(encode(&set).len() <= members + HEADER, "{count}: {} bytes for {members}", encode(&set).len());
        }
        assert_eq!(encode(&words(0..=u16::MAX)).len(), 7);
    }

    #[test]
    fn a_chunk_that_is_cut_or_of_another_kind_is_refused() {
        for count in [3, 2_000, 40_000, 65_536] {
            let chunk = encode(&words(scattered(count)));
            for length in 1..chunk.len() {
                assert_eq!(contains(&chunk[..length], 7), None);
            }
        }
        assert_eq!(contains(&[9, 0, 0], 7), None);
    }

    proptest! {
        #[test]
        fn a_chunk_agrees_with_a_roaring_bitmap_and_is_no_longer(
            numbers in prop::collection::vec(any::<u16>(), 0..3_000),
            runs in prop::collection::vec((any::<u16>(), 0..3_000_u16), 0..20),
        ) {
            let from_runs = runs.iter().flat_map(|&(first, length)| first..first.saturating_add(length));
            let all: Vec<u16> = numbers.iter().copied().chain(from_runs).collect();
            let mut roaring: RoaringBitmap = all.iter().map(|&number| u32::from(number)).collect();
            roaring.optimize();
            let chunk = encode(&words(all));
            for number in 0..=u16::MAX {
                prop_assert_eq!(contains(&chunk, number), Some(roaring.contains(u32::from(number))));
            }
            prop_assert!(chunk.len() <= roaring.serialized_size());
        }
    }
}
