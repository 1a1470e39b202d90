//! From values to lengths. Everything is whole numbers, so that no drawing can hold what is not a number, and a zero
//! among the data divides nothing.

/// The part of `room` that `value` takes where `largest` takes all of it. What is there is never drawn as nothing.
pub fn length(value: u128, largest: u128, room: u32) -> u32 {
    if value == 0 || largest == 0 || room == 0 {
        return 0;
    }
    // A sum of four 64-bit numbers times a 32-bit length fits into 128 bits.
    let exact = value.min(largest) * u128::from(room) / largest;
    u32::try_from(exact).unwrap_or(room).clamp(1, room)
}

/// Round marks from zero to at least `largest`, at most `most` steps apart.
pub fn marks(largest: u128, most: u128) -> Vec<u128> {
    let step = step(largest, most);
    (0..=largest.div_ceil(step).max(1)).map(|mark| mark * step).collect()
}

/// The smallest of 1, 2, 5, 10, 20, 50, … of which `most` reach `largest`.
pub fn step(largest: u128, most: u128) -> u128 {
    let mut power = 1_u128;
    loop {
        for digit in [1, 2, 5] {
            let step = power.saturating_mul(digit);
            if largest.div_ceil(step) <= most.max(1) || step == u128::MAX {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}
