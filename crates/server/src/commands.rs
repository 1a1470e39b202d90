//! What each command of `rollcall-server` does.

pub mod admin;
pub mod demo;
pub mod dictionary;
pub mod import;
pub mod publish;
pub mod serve;

use std::time::{SystemTime, UNIX_EPOCH};

use register::{Moment, Register};

/// The time at which the next statement is logged: now, or the last statement's moment where the clock stands behind it,
/// since the register's time does not run backwards.
fn next_moment(register: &Register) -> anyhow::Result<Moment> {
    let now = now()?;
    Ok(register.last_logged().map_or(now, |last| last.max(now)))
}

/// What time it is.
fn now() -> anyhow::Result<Moment> {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    Ok(Moment::from_seconds(i64::try_from(seconds)?)?)
}
