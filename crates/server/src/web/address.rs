//! The site's own address, for documents that leave the site: feeds, the catalogue, sitemaps.
//!
//! The operator settles it with `--site-address`. Where nobody has, it is taken from the request's `Host` header, which
//! anybody can write: so it must have the form of a host name, and what is made with it is kept by no shared cache
//! (`conditional::keep`) and has another entity tag. Pages never hold an address that came from a header.

use std::fmt;
use std::net::Ipv6Addr;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::http::request::Parts;

use super::Site;
use super::problem::Problem;

/// The beginning of every absolute address: scheme, host and perhaps a port, without a slash at its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SiteAddress(String);

/// Why a text is not the address of a site.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected https:// or http:// with a host name and perhaps a port, such as https://register.example.org")]
pub struct NotASiteAddress;

impl SiteAddress {
    /// The address of the site as whoever asks knows it.
    pub fn of(site: &Site, headers: &HeaderMap) -> Option<Self> {
        site.address().cloned().or_else(|| {
            let host = headers.get(HOST)?.to_str().ok()?;
            is_host(host).then(|| Self(format!("http://{}", host.to_ascii_lowercase())))
        })
    }

    /// The address of a server that listens here, for whoever runs it on their own machine.
    pub fn of_listener(address: std::net::SocketAddr) -> Self {
        Self(format!("http://{address}"))
    }

    /// Whether it is reached over TLS.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// The absolute address of a path of this site.
    pub fn join(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

impl fmt::Display for SiteAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for SiteAddress {
    type Err = NotASiteAddress;

    fn from_str(text: &str) -> Result<Self, NotASiteAddress> {
        let text = text.strip_suffix('/').unwrap_or(text);
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).ok_or(NotASiteAddress)?;
        if is_host(host) { Ok(Self(text.to_ascii_lowercase())) } else { Err(NotASiteAddress) }
    }
}

impl FromRequestParts<Site> for SiteAddress {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Problem> {
        Self::of(site, &parts.headers).ok_or(Problem::Host)
    }
}

/// Whether this is a name or a number of a host, perhaps with a port (RFC 9110 section 7.2, names as in RFC 1123).
fn is_host(text: &str) -> bool {
    let (name, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let Some((address, port)) = rest.split_once(']') else { return false };
            if address.parse::<Ipv6Addr>().is_err() {
                return false;
            }
            ("", port)
        }
        None => text.split_at(text.find(':').unwrap_or(text.len())),
    };
    let port_holds = port.is_empty()
        || port
            .strip_prefix(':')
            .is_some_and(|port| port.parse::<u16>().is_ok_and(|number| number.to_string() == port));
    let label = |label: &str| {
        let plain = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        plain && !label.is_empty() && label.len() <= 63 && !label.starts_with('-') && !label.ends_with('-')
    };
    let name_holds = text.starts_with('[') || name.len() <= 253 && name.split('.').all(label);
    port_holds && name_holds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_a_number_and_nothing_else() {
        for host in ["example.org", "localhost:8080", "127.0.0.1", "[::1]:80", "A-b.example"] {
            assert!(is_host(host), "{host}");
        }
        for host in [
            "", ":80", "a b", "a/b", "a@b", "a..b", "-a", "a-", "a:b", "a:080", "a:99999", "[::1", "[x]", "a\"", "a,b",
            "é", "a:", "[::1]x", "<b>",
        ] {
            assert!(!is_host(host), "{host}");
        }
    }

    #[test]
    fn the_settled_address_has_no_path() {
        let read = |text: &str| text.parse::<SiteAddress>().map(|address| address.join("/find"));
        assert_eq!(read("https://Register.example/"), Ok("https://register.example/find".to_owned()));
        for text in ["register.example", "ftp://a", "https://a/b", "https://", "https://u@a"] {
            assert_eq!(read(text), Err(NotASiteAddress), "{text}");
        }
    }
}
