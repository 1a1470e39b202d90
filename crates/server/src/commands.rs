//! What each command of `rollcall-server` does.

pub mod demo;
pub mod import;
pub mod serve;

use std::time::{SystemTime, UNIX_EPOCH};

use register::{Moment, Register};

/// The time at which the next statement is logged: now, or the last statement's moment where the clock stands behind it,
/// since the register's time does not run backwards.
fn next_moment(register: &Register) -> anyhow::Result<Moment> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let now = Moment::from_seconds(i64::try_from(seconds)?)?;
    Ok(register.last_logged().map_or(now, |last| last.max(now)))
}

/// A number with its thousands apart, as people read it.
fn shown(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_are_shown_with_their_thousands_apart() {
        let shown = [0, 12, 999, 1_000, 5_079, 1_234_567].map(super::shown);
        assert_eq!(shown, ["0", "12", "999", "1,000", "5,079", "1,234,567"]);
    }
}
