//! Disclosures after RFC 9901 (SD-JWT): a text with its salt, kept beside the log, where the statement carries only the
//! digest. Whoever holds the disclosure can show that this is the text; once it is erased nobody can guess it back.

use std::fmt;
use std::str::FromStr;

use base64ct::{Base64UrlUnpadded, Encoding};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::Digest as _;

/// 256 random bits, fresh for each disclosure (RFC 9901 section 4.2.1 asks for at least 128).
#[derive(Clone, Copy)]
pub struct Salt(pub [u8; 32]);

/// The digest of a disclosure: base64url(SHA-256(ASCII(disclosure))), RFC 9901 section 4.2.3.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

/// Why a text is not a digest or a disclosure.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DisclosureError {
    /// The text is not a digest.
    #[error("expected a SHA-256 digest as 43 characters of base64url")]
    Digest,
    /// The disclosure is not base64url.
    #[error("disclosure {0}: expected base64url without padding")]
    Base64(usize),
    /// The decoded disclosure is not what RFC 9901 says.
    #[error("disclosure {0}: expected the JSON array [salt, name, value] of three strings")]
    Shape(usize),
    /// A bundle does not end its last line.
    #[error("line {0}: expected a line feed at the end of each line")]
    Unterminated(usize),
    /// A bundle is not text.
    #[error("expected one line of ASCII for each statement")]
    NotAscii,
}

impl Digest {
    /// The digest of any bytes, such as a document's.
    pub fn of(bytes: &[u8]) -> Self {
        Self(sha2::Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut buffer = [0_u8; 43];
        f.write_str(Base64UrlUnpadded::encode(&self.0, &mut buffer).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = DisclosureError;

    fn from_str(text: &str) -> Result<Self, DisclosureError> {
        let mut bytes = [0_u8; 32];
        match Base64UrlUnpadded::decode(text, &mut bytes) {
            Ok(decoded) if decoded.len() == 32 => Ok(Self(bytes)),
            _ => Err(DisclosureError::Digest),
        }
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A field's value with its salt.
#[derive(Clone, PartialEq, Eq)]
pub struct Disclosure {
    encoded: String,
    name: String,
    value: String,
}

impl Disclosure {
    /// Seals a value under a salt. The same salt must never seal two values.
    pub fn seal(salt: Salt, name: &str, value: &str) -> Self {
        let salt = Base64UrlUnpadded::encode_string(&salt.0);
        let json = serde_json::json!([salt, name, value]).to_string();
        Self {
            encoded: Base64UrlUnpadded::encode_string(json.as_bytes()),
            name: name.to_owned(),
            value: value.to_owned(),
        }
    }

    /// The field's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The field's value.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// The disclosure as it is kept and passed on.
    pub fn encoded(&self) -> &str {
        &self.encoded
    }

    /// The digest that the statement carries.
    pub fn digest(&self) -> Digest {
        Digest::of(self.encoded.as_bytes())
    }

    fn parse(encoded: &str, place: usize) -> Result<Self, DisclosureError> {
        let json = Base64UrlUnpadded::decode_vec(encoded).map_err(|_| DisclosureError::Base64(place))?;
        let (_salt, name, value): (String, String, String) =
            serde_json::from_slice(&json).map_err(|_| DisclosureError::Shape(place))?;
        Ok(Self { encoded: encoded.to_owned(), name, value })
    }
}

impl FromStr for Disclosure {
    type Err = DisclosureError;

    fn from_str(encoded: &str) -> Result<Self, DisclosureError> {
        Self::parse(encoded, 0)
    }
}

impl fmt::Debug for Disclosure {
    /// Shows the name only: a withheld value must not reach a log line by way of an error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disclosure").field("name", &self.name).finish_non_exhaustive()
    }
}

/// How many statements a disclosure bundle holds when it is full: as many as an entry bundle.
pub const BUNDLE_WIDTH: u64 = 256;

/// Writes a disclosure bundle: one line a statement, its public disclosures joined by `~` in the order of their digests;
/// an empty line where a statement has none.
pub fn encode_bundle<'a>(statements: impl IntoIterator<Item = &'a [Disclosure]>) -> String {
    let mut bundle = String::new();
    for disclosures in statements {
        let mut ordered: Vec<&Disclosure> = disclosures.iter().collect();
        ordered.sort_by_key(|disclosure| disclosure.digest());
        for (place, disclosure) in ordered.iter().enumerate() {
            if place > 0 {
                bundle.push('~');
            }
            bundle.push_str(&disclosure.encoded);
        }
        bundle.push('\n');
    }
    bundle
}

/// Reads a disclosure bundle: the public disclosures of each statement, in the log's order.
pub fn parse_bundle(bytes: &[u8]) -> Result<Vec<Vec<Disclosure>>, DisclosureError> {
    if !bytes.is_ascii() {
        return Err(DisclosureError::NotAscii);
    }
    let text = std::str::from_utf8(bytes).map_err(|_| DisclosureError::NotAscii)?;
    let mut statements = Vec::new();
    for (line, content) in text.split_inclusive('\n').enumerate() {
        let content = content.strip_suffix('\n').ok_or(DisclosureError::Unterminated(line))?;
        let fields = content.split('~').filter(|_| !content.is_empty());
        statements.push(fields.map(|field| Disclosure::parse(field, line)).collect::<Result<_, _>>()?);
    }
    Ok(statements)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 9901 section 4.2.3 hashes this disclosure of section 4.2.1 to this digest.
    #[test]
    fn the_digest_is_that_of_the_specification() {
        let disclosure: Disclosure =
            "WyJfMjZiYzRMVC1hYzZxMktJNmNCVzVlcyIsICJmYW1pbHlfbmFtZSIsICJNw7ZiaXVzIl0".parse().unwrap();
        assert_eq!((disclosure.name(), disclosure.value()), ("family_name", "Möbius"));
        assert_eq!(disclosure.digest().to_string(), "X9yH0Ajrdm1Oij4tWso9UzzKJvPoDxwmuEcO3XAdRC0");
    }

    #[test]
    fn a_bundle_keeps_every_statement_and_loses_nothing() {
        let first = [Disclosure::seal(Salt([1; 32]), "title", "Größe ~ \n"), Disclosure::seal(Salt([2; 32]), "a", "")];
        let bundle = encode_bundle([&first[..], &[], &first[..1]]);
        let read = parse_bundle(bundle.as_bytes()).unwrap();
        assert_eq!(read.iter().map(Vec::len).collect::<Vec<_>>(), [2, 0, 1]);
        assert_eq!(read[2], first[..1]);
        assert_eq!(encode_bundle(read.iter().map(Vec::as_slice)), bundle);
        assert_eq!(parse_bundle(b"").unwrap().len(), 0);
    }

    #[test]
    fn a_broken_bundle_says_where() {
        assert_eq!(parse_bundle(b"\nabc"), Err(DisclosureError::Unterminated(1)));
        assert_eq!(parse_bundle(b"\n!!!!\n"), Err(DisclosureError::Base64(1)));
        assert_eq!(parse_bundle(b"e30\n"), Err(DisclosureError::Shape(0)));
        assert_eq!(parse_bundle("é\n".as_bytes()), Err(DisclosureError::NotAscii));
    }

    #[test]
    fn debugging_a_disclosure_does_not_show_its_value() {
        let disclosure = Disclosure::seal(Salt([7; 32]), "applicants", "canary");
        assert!(!format!("{disclosure:?}").contains("canary"));
    }
}
