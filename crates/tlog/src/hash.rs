//! The hashes of the tree: SHA-256 with the prefixes of RFC 6962, section 2.1.
//!
//! Text is standard base64 with padding (RFC 4648, section 4), as in every C2SP format. Any other spelling of the same
//! bytes is refused, so that a text and its hash stand one to one.

use core::{fmt, str::FromStr};

use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

/// A SHA-256 hash: of a leaf, of an inner node, or of a whole tree.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

/// Why a text or bytes are not a hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HashError {
    /// Not standard base64, or not the canonical spelling.
    #[error("expected 44 characters of standard base64 with padding, found {found} characters")]
    NotBase64 {
        /// Characters found.
        found: usize,
    },
    /// Another number of bytes than 32.
    #[error("expected 32 bytes, found {found}")]
    WrongLength {
        /// Bytes found.
        found: usize,
    },
}

/// The hash of a leaf: `SHA-256(0x00 || entry)`.
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut sha = Sha256::new();
    sha.update([0x00]);
    sha.update(entry);
    Hash(sha.finalize().into())
}

/// The hash of an inner node: `SHA-256(0x01 || left || right)`.
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut node = [0x01; 65];
    node[1..33].copy_from_slice(&left.0);
    node[33..].copy_from_slice(&right.0);
    Hash(Sha256::digest(node).into())
}

/// The root of the tree without leaves: the SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Hash(Sha256::digest([]).into())
}

impl Hash {
    /// Takes exactly 32 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Hash, HashError> {
        bytes.try_into().map(Hash).map_err(|_| HashError::WrongLength { found: bytes.len() })
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&Base64::encode_string(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Hash, HashError> {
        let bytes = Base64::decode_vec(text).map_err(|_| HashError::NotBase64 { found: text.chars().count() })?;
        Hash::from_slice(&bytes)
    }
}
