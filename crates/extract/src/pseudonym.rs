//! Pseudonyms: what stands in a release in the place of an identifier.
//!
//! A share has one key. Under it a person has the same pseudonym in every release, so that the recipient can link; under two
//! shares' keys nothing links, and only who has the key can go back. An identifier is packed into one block of sixteen bytes
//! (`packing`) and enciphered with AES-256; a longer one is enciphered with AES-SIV (RFC 5297). The block's packing leaves so
//! much out that a wrong key is recognised, which is what `trace` lives by. Byte for byte: `docs/reference/pseudonyms.md`.
//!
//! Nothing here normalises: an identifier is the same only if all its bytes are. Identifiers and keys never stand in an
//! error.

mod base32;
mod batch;
pub(crate) mod packing;

use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use aes::{Aes256, Block};
use aes_siv::siv::Aes256Siv;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::zone::Secret;

/// Letters of a pseudonym that is one block.
pub const BLOCK_LETTERS: usize = 26;
/// Letters of the shortest pseudonym of a longer identifier: `x`, then 28 bytes.
pub const LONG_LETTERS: usize = 46;

/// Why there is no pseudonym. The identifier is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PseudonymError {
    /// Nobody is identified by nothing.
    #[error("the identifier is empty: expected at least one character")]
    Empty,
    /// The same, in a batch.
    #[error("row {0} of the batch: the identifier is empty: expected at least one character, or null")]
    EmptyRow(usize),
    /// The pseudonyms of one batch do not fit into one array.
    #[error("the pseudonyms of a batch of {0} rows are longer than 2 GiB together: expected smaller batches")]
    Batch(usize),
    /// The cipher cannot take an identifier of this length.
    #[error("an identifier of {0} bytes is longer than the cipher takes")]
    Length(usize),
}

/// Makes the pseudonyms of one share, and goes back.
pub struct Pseudonymiser {
    block: Aes256,
    long: Zeroizing<[u8; 64]>,
}

/// An identifier, enciphered, before it is written in letters.
enum Enciphered {
    Block([u8; 16]),
    Long(Vec<u8>),
}

impl Pseudonymiser {
    /// With the key of a share. The keys of the two ciphers are derived from it by HKDF (RFC 5869) with SHA-256, no salt, and
    /// a label each, so that neither says anything about the other.
    pub fn new(secret: &Secret) -> Self {
        let hkdf = Hkdf::<Sha256>::new(None, secret.as_ref());
        let block = derived::<32>(&hkdf, "rollcall/pseudonym/v1/block");
        let long = derived::<64>(&hkdf, "rollcall/pseudonym/v1/siv");
        Self { block: Aes256::new((&*block).into()), long }
    }

    /// The pseudonym of an identifier: 26 small letters and digits, or `x` and more where it is longer than a block.
    ///
    /// # Errors
    /// If it is empty.
    pub fn pseudonymise(&self, identifier: &str) -> Result<String, PseudonymError> {
        Ok(match self.enciphered(identifier)? {
            Enciphered::Block(block) => String::from_utf8_lossy(&base32::block(block)).into_owned(),
            Enciphered::Long(bytes) => format!("x{}", base32::encode(&bytes)),
        })
    }

    /// The identifier behind a pseudonym; none under another share's key, or if it is no pseudonym.
    pub fn reverse(&self, pseudonym: &str) -> Option<String> {
        let candidate = Candidate::read(pseudonym.as_bytes())?;
        self.opened(&candidate)
    }

    /// Whether this share's key made a pseudonym.
    pub fn made(&self, candidate: &Candidate) -> bool {
        match candidate {
            Candidate::Block(block) => {
                let packed = self.deciphered(*block);
                packing::may_be_packed(&packed) && packing::unpack(&packed).is_some()
            }
            Candidate::Long(_) => self.opened(candidate).is_some(),
        }
    }

    /// Sixteen bytes that stand for an identifier and for no other: its enciphered block, or AES-SIV's tag of a longer one.
    pub(crate) fn token(&self, identifier: &str) -> Result<[u8; 16], PseudonymError> {
        match self.enciphered(identifier)? {
            Enciphered::Block(block) => Ok(block),
            Enciphered::Long(bytes) => {
                bytes.first_chunk::<16>().copied().ok_or(PseudonymError::Length(identifier.len()))
            }
        }
    }

    /// Enciphers packed identifiers where they stand, many at a time.
    pub(crate) fn encipher(&self, packed: &mut [Block]) {
        self.block.encrypt_blocks(packed);
    }

    fn enciphered(&self, identifier: &str) -> Result<Enciphered, PseudonymError> {
        if identifier.is_empty() {
            return Err(PseudonymError::Empty);
        }
        match packing::pack(identifier) {
            Some(packed) => {
                let mut block = Block::from(packed);
                self.block.encrypt_block(&mut block);
                Ok(Enciphered::Block(block.into()))
            }
            None => Ok(Enciphered::Long(sealed(&mut self.siv(), identifier)?)),
        }
    }

    fn siv(&self) -> Aes256Siv {
        Aes256Siv::new((&*self.long).into())
    }

    fn deciphered(&self, block: [u8; 16]) -> [u8; 16] {
        let mut block = Block::from(block);
        self.block.decrypt_block(&mut block);
        block.into()
    }

    fn opened(&self, candidate: &Candidate) -> Option<String> {
        match candidate {
            Candidate::Block(block) => packing::unpack(&self.deciphered(*block)),
            Candidate::Long(bytes) => {
                let opened = self.siv().decrypt([[0_u8; 0]; 0], bytes).ok()?;
                let identifier = String::from_utf8(opened).ok()?;
                packing::pack(&identifier).is_none().then_some(identifier)
            }
        }
    }
}

/// A text that has the form of a pseudonym. Whose it is, or that it is one, it does not say.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Candidate {
    /// One block.
    Block([u8; 16]),
    /// A longer one: AES-SIV's tag, and what it seals.
    Long(Vec<u8>),
}

impl Candidate {
    /// Reads one: small letters and digits only.
    pub fn read(text: &[u8]) -> Option<Self> {
        if let Ok(letters) = <&[u8; BLOCK_LETTERS]>::try_from(text) {
            return base32::read_block(letters).map(Self::Block);
        }
        if text.len() < LONG_LETTERS {
            return None;
        }
        base32::decode(text.strip_prefix(b"x")?).map(Self::Long)
    }
}

fn sealed(siv: &mut Aes256Siv, identifier: &str) -> Result<Vec<u8>, PseudonymError> {
    let sealed = siv.encrypt([[0_u8; 0]; 0], identifier.as_bytes());
    sealed.map_err(|_| PseudonymError::Length(identifier.len()))
}

fn derived<const N: usize>(hkdf: &Hkdf<Sha256>, label: &str) -> Zeroizing<[u8; N]> {
    let mut key = Zeroizing::new([0; N]);
    match hkdf.expand(label.as_bytes(), key.as_mut()) {
        Ok(()) => key,
        Err(error) => unreachable!("HKDF gives up to 8,160 bytes, not {N}: {error}"),
    }
}

#[cfg(test)]
mod tests;
