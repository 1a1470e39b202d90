//! The two cookies of the desk, both needed for what was asked for: one for the session (or for the form before it), one
//! that says that somebody has signed in with this browser before. Scripts cannot read them, and other sites' forms do not
//! send them.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use store::casework::token::Token;

use super::Desk;

/// A cookie of the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cookie {
    /// The session, or the form before there is one. It ends with the browser.
    Session,
    /// Somebody has signed in with this browser before.
    Device,
}

impl Cookie {
    /// Its name. Where the site is reached over TLS the browser holds it to that, and to this host alone.
    pub fn name(self, desk: &Desk) -> &'static str {
        match (self, desk.is_secure()) {
            (Self::Session, true) => "__Host-rollcall",
            (Self::Session, false) => "rollcall",
            (Self::Device, true) => "__Host-rollcall-known",
            (Self::Device, false) => "rollcall-known",
        }
    }

    /// What the browser sent; nothing where that has not the form of a token.
    pub fn read(self, desk: &Desk, headers: &HeaderMap) -> Option<Token> {
        let name = self.name(desk);
        let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
        let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(key, _)| *key == name).and_then(|(_, value)| Token::shown(value))
    }

    /// The header that sets it.
    pub fn set(self, desk: &Desk, token: &Token) -> HeaderValue {
        let lasts = match self {
            Self::Session => String::new(),
            Self::Device => format!("; Max-Age={}", store::casework::devices::KNOWN),
        };
        self.header(desk, token.secret(), &lasts)
    }

    /// The header that removes it.
    pub fn clear(self, desk: &Desk) -> HeaderValue {
        self.header(desk, "", "; Max-Age=0")
    }

    fn header(self, desk: &Desk, value: &str, lasts: &str) -> HeaderValue {
        let secure = if desk.is_secure() { "; Secure" } else { "" };
        let text = format!("{}={value}; Path=/{lasts}; HttpOnly; SameSite=Lax{secure}", self.name(desk));
        HeaderValue::from_str(&text).unwrap_or_else(|_| unreachable!("a cookie is made of letters and digits"))
    }
}

impl Desk {
    /// Whether people reach this server over TLS.
    pub fn is_secure(&self) -> bool {
        self.settings().address.is_https()
    }
}
