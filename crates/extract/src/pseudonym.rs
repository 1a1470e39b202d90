//! Stands in for the pseudonyms until they are merged: the same signatures, AES-SIV alone.

use aes_siv::KeyInit;
use aes_siv::siv::Aes256Siv;
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use crate::zone::Secret;

/// Why there is no pseudonym. The identifier is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PseudonymError {
    /// Nobody is identified by nothing.
    #[error("the identifier is empty: expected at least one character")]
    Empty,
}

/// Makes the pseudonyms of one share.
pub struct Pseudonymiser {
    key: Zeroizing<[u8; 64]>,
}

impl Pseudonymiser {
    /// With the key of a share.
    pub fn new(secret: &Secret) -> Self {
        Self { key: Zeroizing::new(Sha512::digest(secret.as_slice()).into()) }
    }

    /// The pseudonym of an identifier: small letters and digits.
    ///
    /// # Errors
    /// If it is empty.
    pub fn pseudonymise(&self, identifier: &str) -> Result<String, PseudonymError> {
        const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        if identifier.is_empty() {
            return Err(PseudonymError::Empty);
        }
        let headers: [&[u8]; 0] = [];
        let sealed = Aes256Siv::new((&*self.key).into()).encrypt(headers, identifier.as_bytes());
        let sealed = sealed.map_err(|_| PseudonymError::Empty)?;
        let bits = sealed.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect::<Vec<u8>>();
        let letter = |five: &[u8]| {
            let number = five.iter().chain([0; 5].iter()).take(5).fold(0, |sum, bit| sum * 2 + usize::from(*bit));
            char::from(LETTERS[number])
        };
        Ok(bits.chunks(5).map(letter).collect())
    }
}
