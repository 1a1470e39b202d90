//! Slowing whoever guesses. Attempts are counted before they are looked at, so that many at once count as many; after a
//! few, each next one has to wait twice as long, up to a longest wait. Whoever waits is not counted, so a wait ends.
//!
//! Nobody can shut somebody else out. What is guessed from elsewhere counts apart from what the owner's own browsers try,
//! and a link by mail is a way in that does not depend on these counts. No address is kept: counts stand under a keyed
//! hash whose key lives as long as the process. A restart forgets them, which nobody outside can bring about.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::request::Parts;
use register::Moment;

use super::Desk;
use super::problem::Problem;
use crate::web::fair_use;

/// Counts that are kept at once, at 40 bytes each: 4 MB, whoever guesses.
const AT_MOST: usize = 100_000;

/// What attempts are counted for, and how many there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Counted<'a> {
    /// Passwords from a browser in which the owner has signed in before.
    KnownBrowser([u8; 32]),
    /// Passwords for an account from a network that is not known for it.
    AccountFrom(&'a str, Network),
    /// Passwords for an account from all that is not known for it.
    Account(&'a str),
    /// Passwords for whatever account from a network.
    Network(Network),
    /// Codes of a person's second factor.
    Codes(u64),
    /// The same from a browser in which they have signed in before.
    CodesFromKnown(u64, [u8; 32]),
    /// Links asked for an account.
    LinksFor(&'a str),
    /// Links asked for from a network.
    LinksFrom(Network),
    /// Invitations by one administrator.
    Invitations(u64),
}

/// How fast something may be tried.
struct Rule {
    /// So many without a wait.
    free: u32,
    /// The first wait in seconds; each further one is twice as long.
    first: i64,
    /// The longest wait in seconds.
    longest: i64,
    /// Seconds without an attempt after which the count is forgotten.
    forgotten: i64,
}

impl Counted<'_> {
    fn rule(&self) -> Rule {
        let rule = |free, first, longest, forgotten| Rule { free, first, longest, forgotten };
        match self {
            Self::KnownBrowser(_) => rule(10, 15, 300, 3_600),
            // A day of guessing from one network comes to about a hundred passwords.
            Self::AccountFrom(..) => rule(5, 30, 900, 86_400),
            // From everywhere at once: at most one in five minutes once sixty were wrong.
            Self::Account(_) => rule(60, 5, 300, 86_400),
            Self::Network(_) => rule(40, 5, 300, 3_600),
            Self::Codes(_) => rule(10, 30, 900, 86_400),
            Self::CodesFromKnown(..) => rule(10, 30, 300, 3_600),
            Self::LinksFor(_) => rule(3, 900, 3_600, 86_400),
            Self::LinksFrom(_) => rule(20, 60, 900, 3_600),
            Self::Invitations(_) => rule(60, 60, 900, 3_600),
        }
    }
}

/// What counts as one client: an IPv4 address, or the IPv6 network of one household or machine.
pub type Network = (u8, u64);

/// The counts.
#[derive(Debug, Default)]
pub struct Guesses {
    key: RandomState,
    counts: Mutex<HashMap<u64, Count>>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    attempts: u32,
    last: i64,
    forgotten_at: i64,
}

impl Guesses {
    /// Counts an attempt for each of these, or says how many seconds there are to wait, and then counts nothing.
    ///
    /// # Errors
    /// The seconds to wait.
    pub fn take(&self, of: &[Counted<'_>], now: Moment) -> Result<(), u32> {
        let now = now.seconds();
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let keys: Vec<(u64, Rule)> = of.iter().map(|counted| (self.key.hash_one(counted), counted.rule())).collect();
        let waits = keys.iter().filter_map(|(key, rule)| {
            let count = counts.get(key).filter(|count| now < count.forgotten_at)?;
            let doublings = count.attempts.checked_sub(rule.free)?;
            let wait = rule.first.saturating_mul(1_i64.checked_shl(doublings.min(40)).unwrap_or(i64::MAX));
            // A clock that was put back makes nobody wait longer than the rule says.
            let left = (count.last + wait.min(rule.longest) - now).min(rule.longest);
            u32::try_from(left).ok().filter(|left| *left > 0)
        });
        if let Some(wait) = waits.max() {
            return Err(wait);
        }
        if counts.len() + keys.len() > AT_MOST {
            make_room(&mut counts, now);
        }
        for (key, rule) in keys {
            let fresh = Count { attempts: 0, last: now, forgotten_at: now };
            let count = counts.entry(key).or_insert(fresh);
            if now >= count.forgotten_at {
                *count = fresh;
            }
            count.attempts = count.attempts.saturating_add(1);
            count.last = now;
            count.forgotten_at = now + rule.forgotten;
        }
        Ok(())
    }

    /// Takes back an attempt that was right.
    pub fn give_back(&self, of: &[Counted<'_>]) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for counted in of {
            if let Some(count) = counts.get_mut(&self.key.hash_one(counted)) {
                count.attempts = count.attempts.saturating_sub(1);
            }
        }
    }

    /// Forgets what was counted: the owner has shown who they are.
    pub fn forget(&self, of: &[Counted<'_>]) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for counted in of {
            counts.remove(&self.key.hash_one(counted));
        }
    }
}

/// Forgets what is old, and where that is not enough, the half that was tried least: what somebody guesses at stays.
fn make_room(counts: &mut HashMap<u64, Count>, now: i64) {
    counts.retain(|_, count| now < count.forgotten_at);
    if counts.len() > AT_MOST / 2 {
        let mut attempts: Vec<u32> = counts.values().map(|count| count.attempts).collect();
        let middle = attempts.len() / 2;
        let (_, least, _) = attempts.select_nth_unstable(middle);
        let least = *least;
        let mut spare = AT_MOST / 2;
        counts.retain(|_, count| {
            let kept = count.attempts > least || count.attempts == least && spare > AT_MOST / 4;
            spare = spare.saturating_sub(usize::from(kept));
            kept
        });
    }
}

/// The client that asks, as far as counts tell clients apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client(pub Network);

impl FromRequestParts<Desk> for Client {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Problem> {
        let connection = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let connection = connection.map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(address)| address.ip());
        Ok(Self(fair_use::network(fair_use::client(desk.settings().proxies, connection, &parts.headers))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Moment {
        Moment::from_seconds(1_000_000 + second).unwrap()
    }

    #[test]
    fn each_further_attempt_waits_twice_as_long_and_a_wait_ends() {
        let guesses = Guesses::default();
        let account = [Counted::AccountFrom("a@example.org", (4, 1))];
        for _ in 0..5 {
            assert_eq!(guesses.take(&account, at(0)), Ok(()));
        }
        assert_eq!(guesses.take(&account, at(0)), Err(30));
        assert_eq!(guesses.take(&account, at(29)), Err(1), "waiting does not make it longer");
        assert_eq!(guesses.take(&account, at(30)), Ok(()));
        assert_eq!(guesses.take(&account, at(30)), Err(60));
        assert_eq!(guesses.take(&[Counted::AccountFrom("a@example.org", (4, 2))], at(30)), Ok(()), "another network");
        guesses.forget(&account);
        assert_eq!(guesses.take(&account, at(31)), Ok(()));
    }

    #[test]
    fn the_longest_wait_is_never_passed() {
        let guesses = Guesses::default();
        let account = [Counted::AccountFrom("a@example.org", (4, 1))];
        let mut now = 0;
        for _ in 0..100 {
            match guesses.take(&account, at(now)) {
                Ok(()) => {}
                Err(wait) => {
                    assert!(wait <= 900);
                    now += i64::from(wait);
                }
            }
        }
        assert_eq!(guesses.take(&account, at(now + 86_401)), Ok(()), "a day later nothing is left of it");
    }

    #[test]
    fn there_are_never_more_counts_than_there_is_room_for() {
        let guesses = Guesses::default();
        let victim = [Counted::AccountFrom("a@example.org", (4, 1))];
        for _ in 0..5 {
            guesses.take(&victim, at(0)).unwrap();
        }
        for network in 0..150_000 {
            guesses.take(&[Counted::Network((6, network))], at(1)).unwrap();
        }
        assert!(guesses.counts.lock().unwrap().len() <= AT_MOST);
        assert!(guesses.take(&victim, at(1)).is_err(), "what was guessed at most is still slowed");
    }
}
