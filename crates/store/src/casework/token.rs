//! Random tokens that open something: a session, a link, a device. Whoever holds one shows it; the database keeps its
//! digest only, so that who reads the database cannot use what it finds.

use std::fmt;

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use crate::error::{Result, StoreError};

/// 256 random bits in base64url, as they stand in a cookie or a link.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl Token {
    /// A new one.
    ///
    /// # Errors
    /// If the system has no random bytes.
    pub fn random() -> Result<Self> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(StoreError::Random)?;
        Ok(Self(Base64UrlUnpadded::encode_string(&bytes)))
    }

    /// One that somebody showed; nothing where it does not have a token's form.
    pub fn shown(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        (text.len() == 43 && text.bytes().all(plain)).then(|| Self(text.to_owned()))
    }

    /// What a cookie or a link holds. It must not be written anywhere else.
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// What is kept of it.
    pub fn digest(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// A second secret that is derived from it for a purpose: it can be shown where this one cannot, and does not lead
    /// back.
    pub fn derived(&self, purpose: &str) -> String {
        Base64UrlUnpadded::encode_string(&Sha256::digest(format!("{purpose}\n{}", self.0)))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_base64url_and_reads_back() {
        let token = Token::random().unwrap();
        assert_eq!(Token::shown(token.secret()), Some(token.clone()));
        assert_eq!(Token::shown(&token.secret()[1..]), None);
        assert_eq!(format!("{token:?}"), "Token(…)");
        assert_ne!(token.derived("form"), token.derived("other"));
    }
}
