//! How much one client may ask for in a minute, so that nobody's program keeps everybody else waiting.
//!
//! Only what programs fetch is counted: the API, feeds and large downloads; pages and the log's own files never are. No
//! address is kept. A client is counted in two places of a small table, chosen by two keyed hashes of its address; the
//! keys are drawn anew and the table is emptied each minute. Two clients share a count only where both places agree,
//! which for a thousand clients at once is less than one chance in a hundred, and then for a minute at most.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::RANGE;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use register::Moment;

use super::Site;
use super::problem::Problem;

/// The length of a window in seconds.
const WINDOW: u32 = 60;

/// Places of one row of the table: 2 x 16,384 x 4 bytes are 128 KiB, whoever asks.
const PLACES: usize = 16_384;

/// What a large download counts for, in requests.
const DOWNLOAD: u32 = 10;

/// What the page of the API counts for: it asks for an example of every answer.
const REFERENCE: u32 = 5;

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");
/// How much there is of a window.
pub const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// How much is left of it.
pub const LEFT: HeaderName = HeaderName::from_static("ratelimit");

/// What the operator settles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Requests that one client may make in a minute; 0 for any number.
    pub a_minute: u32,
    /// Proxies of the operator's in front of this process, each of which adds the address that it saw to
    /// `X-Forwarded-For`. With 0 that header is never read.
    pub proxies: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { a_minute: 600, proxies: 0 }
    }
}

/// The counts of the window that is running.
pub struct FairUse {
    limits: Limits,
    window: Mutex<Window>,
}

struct Window {
    began: i64,
    keys: [RandomState; 2],
    counts: [Vec<u32>; 2],
}

/// What a client may still do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// Whether this request is answered.
    pub allowed: bool,
    /// Requests of a whole window.
    pub limit: u32,
    /// Requests left in it.
    pub left: u32,
    /// Seconds until the next begins.
    pub seconds: u32,
}

impl FairUse {
    /// Counts from nothing.
    pub fn new(limits: Limits) -> Self {
        let window = Window { began: i64::MIN, keys: keys(), counts: [vec![0; PLACES], vec![0; PLACES]] };
        Self { limits, window: Mutex::new(window) }
    }

    /// Counts a request that is worth so many; nothing where there is no limit.
    pub fn take(&self, client: IpAddr, cost: u32, now: Moment) -> Option<Verdict> {
        let limit = self.limits.a_minute;
        if limit == 0 || cost == 0 {
            return None;
        }
        let mut window = self.window.lock().unwrap_or_else(PoisonError::into_inner);
        let gone = now.seconds().checked_sub(window.began).and_then(|gone| u32::try_from(gone).ok());
        let gone = match gone.filter(|gone| *gone < WINDOW) {
            Some(gone) => gone,
            // The next window, or a clock that was put back.
            None => {
                window.began = now.seconds();
                window.keys = keys();
                window.counts.iter_mut().for_each(|row| row.fill(0));
                0
            }
        };
        let network = network(client);
        let places = [0, 1].map(|row| window.keys[row].hash_one(network) as usize % PLACES);
        let used = window.counts[0][places[0]].min(window.counts[1][places[1]]);
        // A request that is larger than the whole limit is still answered once a window.
        let allowed = used == 0 || used.saturating_add(cost) <= limit;
        let used = if allowed { used.saturating_add(cost) } else { used };
        for (row, place) in places.into_iter().enumerate() {
            let count = &mut window.counts[row][place];
            *count = (*count).max(used);
        }
        Some(Verdict { allowed, limit, left: limit.saturating_sub(used), seconds: WINDOW - gone })
    }

    fn client(&self, connection: IpAddr, headers: &HeaderMap) -> IpAddr {
        client(self.limits.proxies, connection, headers)
    }
}

/// Who asks: the other end of the connection, or whom the operator's proxies say they forward for.
pub(crate) fn client(proxies: usize, connection: IpAddr, headers: &HeaderMap) -> IpAddr {
    let Some(back) = proxies.checked_sub(1) else { return connection };
    let lines = headers.get_all(FORWARDED).iter().filter_map(|line| line.to_str().ok());
    let seen: Vec<&str> = lines.flat_map(|line| line.split(',')).map(str::trim).collect();
    // Each proxy adds at the end; whatever stands further in front was written by whoever asks.
    let forwarded = seen.len().checked_sub(back + 1).and_then(|place| seen[place].parse().ok());
    forwarded.unwrap_or(connection)
}

fn keys() -> [RandomState; 2] {
    [RandomState::new(), RandomState::new()]
}

/// What is counted together: an IPv4 address, or the IPv6 network of one household or machine.
pub(crate) fn network(client: IpAddr) -> (u8, u64) {
    match client.to_canonical() {
        IpAddr::V4(address) => (4, u32::from(address).into()),
        IpAddr::V6(address) => (6, (u128::from(address) >> 64) as u64),
    }
}

/// What a request counts for.
fn cost(request: &Request) -> u32 {
    let path = request.uri().path();
    if request.method() == Method::OPTIONS {
        return 0;
    }
    let feed = path.ends_with(".atom") || path.starts_with("/sitemap") || path == "/catalogue.jsonld";
    if feed || path.starts_with("/api/") {
        return 1;
    }
    if path == "/api" {
        return REFERENCE;
    }
    let whole_lists = ["/find.", "/decisions.", "/changes.", "/downloads/", "/register.sqlite"];
    if whole_lists.iter().any(|list| path.starts_with(list)) {
        // Programs that read a database over the network ask for many small parts of it.
        let part = request.method() == Method::HEAD || request.headers().contains_key(RANGE);
        return if part { 1 } else { DOWNLOAD };
    }
    0
}

/// Counts what programs fetch, and says when to come back. A request without a connection, as in a test, is not counted.
pub async fn limit(State(site): State<Site>, request: Request, next: Next) -> Response {
    let Some(ConnectInfo(connection)) = request.extensions().get::<ConnectInfo<SocketAddr>>() else {
        return next.run(request).await;
    };
    let fair_use = site.fair_use();
    let client = fair_use.client(connection.ip(), request.headers());
    let Some(verdict) = fair_use.take(client, cost(&request), site.now()) else { return next.run(request).await };
    let mut response = match verdict.allowed {
        true => next.run(request).await,
        false => Problem::TooMany { seconds: verdict.seconds }.into_response(),
    };
    // RateLimit header fields for HTTP, as the IETF's draft has them: q of w seconds; r are left, for t seconds.
    let Verdict { limit, left, seconds, .. } = verdict;
    let fields =
        [(POLICY, format!("\"reads\";q={limit};w={WINDOW}")), (LEFT, format!("\"reads\";r={left};t={seconds}"))];
    for (name, value) in fields {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Moment {
        Moment::from_seconds(1_000_000 + second).unwrap()
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_client_that_asks_too_much_is_told_when_to_come_back_and_others_are_not() {
        let fair_use = FairUse::new(Limits { a_minute: 3, proxies: 0 });
        let ask = |client: &str, second| fair_use.take(address(client), 1, at(second)).unwrap();
        let left: Vec<u32> = (0..3).map(|second| ask("192.0.2.1", second).left).collect();
        assert_eq!(left, [2, 1, 0]);
        let refused = ask("192.0.2.1", 20);
        assert_eq!((refused.allowed, refused.left, refused.seconds), (false, 0, 40));
        assert!(ask("192.0.2.2", 20).allowed);
        assert!(ask("192.0.2.1", 60).allowed, "a new minute");
        assert!(ask("192.0.2.1", 5).allowed, "a clock that was put back begins a new minute");
    }

    #[test]
    fn a_download_larger_than_the_limit_is_still_answered_once() {
        let fair_use = FairUse::new(Limits { a_minute: 3, proxies: 0 });
        assert!(fair_use.take(address("192.0.2.1"), DOWNLOAD, at(0)).unwrap().allowed);
        assert!(!fair_use.take(address("192.0.2.1"), 1, at(1)).unwrap().allowed);
        assert_eq!(FairUse::new(Limits { a_minute: 0, proxies: 0 }).take(address("::1"), 1, at(0)), None);
    }

    #[test]
    fn an_ipv6_network_is_one_client_and_a_mapped_address_is_ipv4() {
        assert_eq!(network(address("2001:db8::1")), network(address("2001:db8::ffff:1")));
        assert_ne!(network(address("2001:db8::1")), network(address("2001:db8:0:1::1")));
        assert_eq!(network(address("::ffff:192.0.2.1")), network(address("192.0.2.1")));
    }

    #[test]
    fn a_forwarded_address_is_read_only_as_far_as_the_operators_proxies_wrote_it() {
        let mut headers = HeaderMap::new();
        headers.append(FORWARDED, HeaderValue::from_static("198.51.100.9, 203.0.113.5"));
        headers.append(FORWARDED, HeaderValue::from_static("203.0.113.6"));
        let client = |proxies| {
            FairUse::new(Limits { proxies, ..Limits::default() }).client(address("192.0.2.1"), &headers).to_string()
        };
        assert_eq!(
            [0, 1, 2, 3, 4].map(client),
            ["192.0.2.1", "203.0.113.6", "203.0.113.5", "198.51.100.9", "192.0.2.1"]
        );
    }
}
