//! Passwords: argon2id, with the parameters of today, and hashes made with older ones replaced when their owner signs in.
//! Whether a password is right takes as long to find out for an address that nobody has.
//!
//! A password has a length and nothing else: no rule on which characters stand in it.

use std::sync::LazyLock;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::Semaphore;

use super::problem::Problem;

/// The fewest characters.
pub const SHORTEST: usize = 12;

/// The most, so that nobody keeps the machine busy with one.
pub const LONGEST: usize = 200;

/// Memory in KiB. With one pass it costs whoever guesses as much as OWASP's other recommendations (46 MiB, t=1, p=1).
const MEMORY: u32 = 47_104;
const PASSES: u32 = 1;

/// Hashes that are computed at once: 4 x 46 MiB. More wait for their turn.
static TURNS: Semaphore = Semaphore::const_new(4);

/// Passwords that wait for their turn; whoever comes after is asked to come back.
static QUEUE: Semaphore = Semaphore::const_new(64);

/// What is compared with where there is no account: nobody knows its password.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    let mut password = [0_u8; 32];
    let filled = getrandom::fill(&mut password).is_ok();
    let hashed = if filled { hash_now(&password) } else { None };
    hashed.unwrap_or_default()
});

/// What is wrong with a new password, in words for its owner; nothing where it will do.
pub fn problem_with(password: &str, again: &str) -> Option<(&'static str, String)> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Some(("password", format!("Enter a password of {SHORTEST} characters or more")));
    }
    if length > LONGEST {
        return Some(("password", format!("Enter a password of {LONGEST} characters or fewer")));
    }
    (password != again).then(|| ("again", "Enter the same password twice".to_owned()))
}

/// The hash of a new password, as a PHC string.
///
/// # Errors
/// [`Problem::Busy`] while too many wait.
pub async fn hash(password: String) -> Result<String, Problem> {
    in_turn(move || hash_now(password.as_bytes())).await?.ok_or(Problem::Fault)
}

/// Whether a password is the one of this hash; without a hash it takes as long to say no.
///
/// # Errors
/// [`Problem::Busy`] while too many wait.
pub async fn is_right(password: String, hash: Option<String>) -> Result<bool, Problem> {
    in_turn(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        // Longer ones are never anybody's, and cost their length before they are hashed.
        let password = if password.chars().count() > LONGEST { "" } else { password.as_str() };
        argon2().verify_password(password.as_bytes(), hash.as_str()).is_ok() && known
    })
    .await
}

/// Whether a hash was made with other parameters than today's.
pub fn is_outdated(hash: &str) -> bool {
    let parameters = PasswordHash::new(hash).ok().and_then(|hash| Params::try_from(&hash).ok());
    !parameters.is_some_and(|made| made.m_cost() == MEMORY && made.t_cost() == PASSES && made.p_cost() == 1)
}

fn argon2() -> Argon2<'static> {
    let parameters = Params::new(MEMORY, PASSES, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, parameters)
}

/// The hash of a new password, computed here and now: for commands, which keep nobody waiting.
pub(crate) fn hash_now(password: &[u8]) -> Option<String> {
    argon2().hash_password(password).ok().map(|hash| hash.to_string())
}

async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    let _place = QUEUE.try_acquire().map_err(|_| Problem::Busy)?;
    let _turn = TURNS.acquire().await.map_err(|_| Problem::Fault)?;
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::Fault)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_hash_is_argon2id_with_todays_cost_and_opens_with_its_password_only() {
        let hash = hash("correct horse battery".to_owned()).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"), "{hash}");
        assert!(!is_outdated(&hash));
        assert!(is_outdated("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"));
        assert!(is_right("correct horse battery".to_owned(), Some(hash.clone())).await.unwrap());
        assert!(!is_right("correct horse batter".to_owned(), Some(hash)).await.unwrap());
        assert!(!is_right(String::new(), None).await.unwrap());
    }

    #[test]
    fn a_password_has_a_length_and_no_other_rule() {
        assert_eq!(problem_with("aaaaaaaaaaaa", "aaaaaaaaaaaa"), None);
        assert_eq!(problem_with("ĝĝĝĝĝĝĝĝĝĝĝĝ", "ĝĝĝĝĝĝĝĝĝĝĝĝ"), None);
        assert_eq!(problem_with("short", "short").unwrap().0, "password");
        assert_eq!(problem_with(&"a".repeat(201), "").unwrap().0, "password");
        assert_eq!(problem_with("aaaaaaaaaaaa", "b").unwrap().0, "again");
    }
}
