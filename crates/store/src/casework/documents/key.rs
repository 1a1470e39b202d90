//! The keys that wrap the keys of documents: `private/documents.key`, a line of 64 hexadecimal digits for each, the one
//! in use first. An older one is kept under it until every document has been wrapped again. Never shown, not even in
//! errors.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};

use crate::data_folder::{hex, unhex};
use crate::durable::{keep_secret, sync_folder};
use crate::error::{Result, StoreError, file};

/// Bytes of a nonce for wrapping.
const NONCE: usize = 24;

/// A document's own key.
pub(super) type FileKey = [u8; 32];

/// The master keys.
pub(super) struct KeyRing {
    path: PathBuf,
    /// The one in use first; each with its name.
    keys: Vec<(String, XChaCha20Poly1305)>,
}

/// Shows the names of the keys only.
impl std::fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(name, _)| name)).finish()
    }
}

impl KeyRing {
    /// Reads the keys; makes the first one, durably, where there is no file yet.
    pub(super) fn open(path: &Path) -> Result<Self> {
        if !path.is_file() {
            add(path, "")?;
        }
        let text = fs::read_to_string(path).map_err(file("read", path))?;
        let wrong = || StoreError::DocumentsKey(path.to_owned());
        let keys = text.lines().map(|line| unhex(line).map(|key| (name(&key), XChaCha20Poly1305::new(&key.into()))));
        let keys: Vec<_> = keys.collect::<Option<_>>().ok_or_else(wrong)?;
        if keys.is_empty() { Err(wrong()) } else { Ok(Self { path: path.to_owned(), keys }) }
    }

    /// Puts a new key in use; the older ones stay readable.
    pub(super) fn rotate(path: &Path) -> Result<()> {
        let held = fs::read_to_string(path).map_err(file("read", path))?;
        add(path, &held)
    }

    /// The name of the key in use.
    pub(super) fn current(&self) -> &str {
        self.keys.first().map_or("", |(name, _)| name)
    }

    /// Wraps a document's key under the key in use. The label says which document: it opens under no other.
    pub(super) fn wrap(&self, key: &FileKey, label: &[u8]) -> Result<Vec<u8>> {
        let (_, master) = self.keys.first().ok_or_else(|| StoreError::DocumentsKey(self.path.clone()))?;
        let mut wrapped = vec![0; NONCE];
        getrandom::fill(&mut wrapped).map_err(StoreError::Random)?;
        let nonce = XNonce::try_from(&wrapped[..]).map_err(|_| StoreError::DocumentsKey(self.path.clone()))?;
        let sealed = master
            .encrypt(&nonce, Payload { msg: key, aad: label })
            .map_err(|_| StoreError::DocumentsKey(self.path.clone()))?;
        wrapped.extend(sealed);
        Ok(wrapped)
    }

    /// Opens a wrapped key; nothing where the master key is another, or key or label were changed.
    pub(super) fn unwrap(&self, name: &str, wrapped: &[u8], label: &[u8]) -> Option<FileKey> {
        let (_, master) = self.keys.iter().find(|(held, _)| held == name)?;
        let (nonce, sealed) = wrapped.split_at_checked(NONCE)?;
        let nonce = XNonce::try_from(nonce).ok()?;
        master.decrypt(&nonce, Payload { msg: sealed, aad: label }).ok()?.try_into().ok()
    }
}

/// Part of a digest of the key tells keys apart, and says nothing about them.
fn name(key: &[u8; 32]) -> String {
    let mut labelled = b"rollcall documents key\n".to_vec();
    labelled.extend(key);
    hex(&register::Digest::of(&labelled).0[..8])
}

/// Writes a new key before those that are held. It is durable before anything is wrapped under it.
fn add(path: &Path, held: &str) -> Result<()> {
    let mut key = [0_u8; 32];
    getrandom::fill(&mut key).map_err(StoreError::Random)?;
    keep_secret(path, |out| write!(out, "{}\n{held}", hex(&key)))?;
    path.parent().map_or(Ok(()), sync_folder)
}
