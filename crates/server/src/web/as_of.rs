//! The register as of a past date or checkpoint. `/as-of/2019-06-30/…` and `/as-of/checkpoint-1234/…` are every page as
//! it was then, and so is `…?as_of=2019-06-30`, which suits programs.
//!
//! A page as of then links to pages as of then: its own links get the prefix here, in one place, so that no template can
//! forget it. Texts of the register are escaped, so that none of them can look like a link. A link that leads to the
//! present from a page as of then is written in single quotes, and so is left alone.

use std::fmt;
use std::str::FromStr;

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Uri;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::uri::PathAndQuery;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use register::PartialDate;

use super::problem::Problem;

/// Where pages as of then stand.
const PREFIX: &str = "/as-of/";

/// The largest page whose links are changed; the largest that we have is a tenth of it.
const LARGEST: usize = 16 << 20;

/// Addresses that have no past: they are the log itself, or do not depend on the register.
const TIMELESS: &[&str] = &[
    "as-of/",
    "assets/",
    "checkpoint",
    "dictionaries/",
    "disclosures/",
    "downloads/",
    "files",
    "register.sqlite",
    "tile/",
    "vkey",
];

/// A past moment, as it is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// At the end of a day, month or year.
    Date(PartialDate),
    /// After so many statements.
    Checkpoint(u64),
}

impl FromStr for When {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let number = text.strip_prefix("checkpoint-").map(|number| (number, number.parse::<u64>()));
        match number {
            // One spelling for each: no sign, no leading zero.
            Some((digits, Ok(size))) if size > 0 && size.to_string() == digits => return Ok(Self::Checkpoint(size)),
            Some(_) => {}
            None => {
                if let Ok(date) = text.parse() {
                    return Ok(Self::Date(date));
                }
            }
        }
        Err(bad(
            "It can be a date such as 2019-06-30, 2019-06 or 2019, or a number of statements such as checkpoint-1234.",
        ))
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => write!(f, "{date}"),
            Self::Checkpoint(size) => write!(f, "checkpoint-{size}"),
        }
    }
}

impl When {
    /// The address of a page as of then.
    pub fn address(&self, page: &str) -> String {
        format!("{PREFIX}{self}{page}")
    }
}

/// A problem with this parameter.
pub fn bad(message: impl Into<String>) -> Problem {
    Problem::BadParameter { parameter: "as_of", message: message.into() }
}

/// What an address asks for, in the words of whoever asks; it is read where it is used.
#[derive(Debug, Clone)]
pub struct Asked(pub String);

/// Takes the past moment off an address, before the router looks for the page. An address that asks in both ways asks for
/// what its parameter says.
pub fn take_prefix(mut request: Request) -> Request {
    let parameter = request.uri().query().and_then(|query| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(name, value)| name == "as_of" && !value.is_empty()).map(|(_, value)| value.into_owned())
    });
    let path = request.uri().path();
    let mut asked = None;
    if let Some(rest) = path.strip_prefix(PREFIX) {
        let (when, page) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        let page = if page.is_empty() { "/" } else { page };
        asked = Some(percent_encoding::percent_decode_str(when).decode_utf8_lossy().into_owned());
        let query = request.uri().query().map_or_else(String::new, |query| format!("?{query}"));
        if let Ok(rest) = PathAndQuery::try_from(format!("{page}{query}")) {
            let mut parts = request.uri().clone().into_parts();
            parts.path_and_query = Some(rest);
            if let Ok(uri) = Uri::from_parts(parts) {
                *request.uri_mut() = uri;
            }
        }
    }
    if let Some(asked) = parameter.or(asked) {
        request.extensions_mut().insert(Asked(asked));
    }
    request
}

/// Gives the links of a page as of then their prefix.
pub async fn link_to_then(request: Request, next: Next) -> Response {
    let asked = request.extensions().get::<Asked>().and_then(|asked| asked.0.parse::<When>().ok());
    let response = next.run(request).await;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    let Some(when) = asked.filter(|_| is_page) else { return response };
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else { return Problem::Fault.into_response() };
    let page = with_prefix(&String::from_utf8_lossy(&bytes), &when);
    parts.headers.remove(CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(page))
}

fn with_prefix(page: &str, when: &When) -> String {
    let prefix = when.address("");
    let mut out = String::with_capacity(page.len() + page.len() / 8);
    let mut rest = page;
    while let Some(at) = ["href=\"/", "action=\"/"].iter().filter_map(|mark| Some(rest.find(mark)? + mark.len())).min()
    {
        let (before, after) = rest.split_at(at - 1);
        out.push_str(before);
        // `/`, and what comes after it up to the end of the address.
        let page = &after[1..];
        if !TIMELESS.iter().any(|timeless| page.starts_with(timeless)) {
            out.push_str(&prefix);
        }
        out.push('/');
        rest = page;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_one_spelling() {
        for good in ["2019", "2019-06", "2019-06-30", "checkpoint-1", "checkpoint-1234"] {
            assert_eq!(good.parse::<When>().unwrap().to_string(), good);
        }
        for bad in
            ["", "checkpoint-", "checkpoint-0", "checkpoint-012", "checkpoint--1", "1234567", "2019-13", "now", "../x"]
        {
            assert!(bad.parse::<When>().is_err(), "{bad}");
        }
    }

    #[test]
    fn links_lead_to_pages_as_of_then_except_to_what_has_no_past() {
        let page = r#"<link href="/assets/1/main.css"><a href="/">Home</a><a href="/share/A%2F1">A</a><form action="/find">
            <a href="/as-of/2020/share/x">x</a><a href="/checkpoint">c</a><a href="https://other.example/">o</a> href=&quot;/x"#;
        let then = with_prefix(page, &"2019-06".parse().unwrap());
        let expected = r#"<link href="/assets/1/main.css"><a href="/as-of/2019-06/">Home</a><a href="/as-of/2019-06/share/A%2F1">A</a><form action="/as-of/2019-06/find">
            <a href="/as-of/2020/share/x">x</a><a href="/checkpoint">c</a><a href="https://other.example/">o</a> href=&quot;/x"#;
        assert_eq!(then, expected);
    }

    #[test]
    fn an_address_loses_its_prefix_and_keeps_its_query() {
        let taken = |address: &str| {
            let request = take_prefix(Request::builder().uri(address).body(Body::empty()).unwrap());
            let asked = request.extensions().get::<Asked>().map(|asked| asked.0.clone());
            (request.uri().to_string(), asked)
        };
        let asked = |text: &str| Some(text.to_owned());
        assert_eq!(taken("/as-of/2019/find?q=x"), ("/find?q=x".to_owned(), asked("2019")));
        assert_eq!(taken("/as-of/2019"), ("/".to_owned(), asked("2019")));
        assert_eq!(taken("/as-of/x%2Fy/share/a%2Fb"), ("/share/a%2Fb".to_owned(), asked("x/y")));
        assert_eq!(taken("/find?q=x&as_of=2018"), ("/find?q=x&as_of=2018".to_owned(), asked("2018")));
        assert_eq!(taken("/as-of/2019/find?as_of=2018"), ("/find?as_of=2018".to_owned(), asked("2018")));
        assert_eq!(taken("/find?as_of="), ("/find?as_of=".to_owned(), None));
    }
}
