//! The data folder: what is private and what is public, and the log's key.
//!
//! ```text
//! FOLDER/private/          readable by its owner only
//!   log.key                the log's name and its signing key
//!   log/                   the sequencer's own files
//!   casework.sqlite        withheld texts; events, accounts, the outbox of mail
//!   documents/             files that people gave, sealed
//!   documents.key          what opens the keys of those files
//!   instruction.key        what signs instructions to the data zone
//!   release.key            what opens the keys of packages that were released
//! FOLDER/site/             what the site reads; changed in place, computed from the log, never copied
//!   register.sqlite
//! FOLDER/public/           all that a public server needs; may be copied anywhere
//!   vkey                   the log's public key
//!   checkpoint, tile/      the log
//!   disclosures/           public texts, beside the entry bundles
//!   register.sqlite, downloads/, files
//! ```

use std::fs::{self, DirBuilder};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use tlog::SigningKey;

use crate::durable::{Replacement, keep_secret, make_folder, sync_folder};
use crate::error::{Result, StoreError, file};
use crate::release_keys::read_signing_key;

/// Where everything lies.
#[derive(Debug, Clone)]
pub struct DataFolder {
    root: PathBuf,
}

impl DataFolder {
    /// The data folder at this path, whether it is there yet or not.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The path of the whole folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The private folder.
    pub fn private(&self) -> PathBuf {
        self.root.join("private")
    }

    /// The public folder.
    pub fn public(&self) -> PathBuf {
        self.root.join("public")
    }

    /// The database that the site reads while the publisher changes it.
    pub fn site_database(&self) -> PathBuf {
        self.root.join("site").join("register.sqlite")
    }

    /// Whether there is a register here.
    pub fn exists(&self) -> bool {
        self.key_file().is_file()
    }

    fn key_file(&self) -> PathBuf {
        self.private().join("log.key")
    }

    /// Makes the folders and a new key for a log of this name. A folder that has a key keeps it, whatever its name.
    ///
    /// The key is durable before anything is signed with it.
    ///
    /// # Errors
    /// If files cannot be written, or the system has no random bytes.
    pub fn create(&self, origin: Option<&str>) -> Result<()> {
        if self.exists() {
            return Ok(());
        }
        make_folder(&self.root)?;
        let private = self.private();
        if !private.is_dir() {
            DirBuilder::new().mode(0o700).create(&private).map_err(file("make", &private))?;
        }
        make_folder(&self.public())?;
        let mut seed = [0_u8; 32];
        getrandom::fill(&mut seed).map_err(StoreError::Random)?;
        let unnamed = || format!("rollcall.invalid/{}", hex(&sha2_prefix(&seed)));
        let origin = origin.map_or_else(unnamed, str::to_owned);
        SigningKey::new(&origin, &seed).map_err(tlog::Error::from)?;
        let path = self.key_file();
        keep_secret(&path, |out| write!(out, "{origin}\n{}\n", hex(&seed)))?;
        sync_folder(&private)?;
        sync_folder(&self.root)
    }

    /// The log's key.
    ///
    /// # Errors
    /// If there is no register here, or the key file is damaged. The error never shows the key.
    pub fn key(&self) -> Result<SigningKey> {
        let path = self.key_file();
        if !path.is_file() {
            return Err(StoreError::NoRegister(self.root.clone()));
        }
        read_signing_key(&path)
    }

    /// Writes the public key where the public finds it.
    pub(crate) fn write_verifier(&self, key: &SigningKey) -> Result<()> {
        let path = self.public().join("vkey");
        let line = format!("{}\n", key.verifier());
        if fs::read_to_string(&path).is_ok_and(|held| held == line) {
            return Ok(());
        }
        let replacement = Replacement::of(&path)?;
        replacement.write(|out| out.write_all(line.as_bytes()))?;
        replacement.publish()?;
        sync_folder(&self.public())
    }
}

/// Part of a digest of the key tells logs without a name apart, and says nothing about the key.
fn sha2_prefix(seed: &[u8; 32]) -> [u8; 4] {
    let digest = register::Digest::of(seed).0;
    [digest[0], digest[1], digest[2], digest[3]]
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    (text.len() == 64 && text.is_ascii()).then_some(())?;
    for (place, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * place..2 * place + 2)?, 16).ok()?;
    }
    Some(bytes)
}
