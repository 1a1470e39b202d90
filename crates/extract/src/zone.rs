//! The zone's folder: the engine's signing key, the custodian's key, and one key for each share, wrapped.
//!
//! ```text
//! zone.toml          the custodian's key that signs instructions, and the engine's name
//! engine.key         seed of the key that signs manifests, in hexadecimal
//! wrapping.key       under which the shares' keys are wrapped
//! shares/<hex>.key   the key of one share, whose reference stands in the file's name and is bound to it
//! membership/         who was in which release (see `membership`)
//! population/         who is in the sources, and of which cohort (see `population`)
//! lock               held by whoever writes
//! ```
//!
//! Secrets are in files that their owner alone may read, and never in an error.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use aes_siv::KeyInit;
use aes_siv::siv::Aes256Siv;
use hkdf::Hkdf;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use tlog::{SigningKey, VerifierKey};
use zeroize::Zeroizing;

/// A secret of 32 bytes, wiped when it is dropped.
pub type Secret = Zeroizing<[u8; 32]>;

/// Why the zone cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ZoneError {
    /// A file or folder cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is there already.
    #[error("{0}: a zone is here already")]
    Exists(PathBuf),
    /// A file of it is not what it should be. Its content is not repeated.
    #[error("{path}: expected {expected}")]
    Malformed {
        /// Which.
        path: PathBuf,
        /// What should stand there.
        expected: &'static str,
    },
    /// A key's name that no signed note can carry.
    #[error("the engine's name: {0}")]
    Name(tlog::NoteError),
    /// A share that has no key here.
    #[error("the zone has no key of the share {0}: nothing was ever released of it")]
    NoShare(String),
    /// Another process writes.
    #[error("{0}: another extract is running in this zone; wait until it has ended")]
    Locked(PathBuf),
    /// The system gives no randomness.
    #[error("the system gives no random bytes: {0}")]
    Random(getrandom::Error),
}

/// The zone's folder, opened.
pub struct Zone {
    folder: PathBuf,
    engine: SigningKey,
    custodian: VerifierKey,
    wrapping: Zeroizing<[u8; 64]>,
}

/// `zone.toml`.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    /// The engine's name.
    name: String,
    /// The key with which the custodian signs instructions.
    custodian: String,
}

impl Zone {
    /// Makes a zone with new keys.
    ///
    /// # Errors
    /// If something is there already, or cannot be made.
    pub fn create(folder: &Path, name: &str, custodian: &VerifierKey) -> Result<Self, ZoneError> {
        if folder.join("zone.toml").exists() {
            return Err(ZoneError::Exists(folder.to_owned()));
        }
        let seed = random::<32>()?;
        SigningKey::new(name, &seed).map_err(ZoneError::Name)?;
        for part in [folder, &folder.join("shares")] {
            let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(part);
            made.map_err(at(part))?;
        }
        write_new(&folder.join("engine.key"), hex(seed.as_ref()).as_bytes())?;
        write_new(&folder.join("wrapping.key"), hex(random::<64>()?.as_ref()).as_bytes())?;
        let settings = Settings { name: name.to_owned(), custodian: custodian.to_string() };
        let text = toml::to_string(&settings).map_err(|_| ZoneError::Malformed {
            path: folder.join("zone.toml"),
            expected: "a name and a key that TOML can hold",
        })?;
        // The last: a zone that is half made is none.
        write_new(&folder.join("zone.toml"), text.as_bytes())?;
        Self::open(folder)
    }

    /// Opens a zone.
    ///
    /// # Errors
    /// If a file of it is missing or malformed.
    pub fn open(folder: &Path) -> Result<Self, ZoneError> {
        let path = folder.join("zone.toml");
        let text = fs::read_to_string(&path).map_err(at(&path))?;
        let malformed = |path: &Path, expected| ZoneError::Malformed { path: path.to_owned(), expected };
        let settings: Settings =
            toml::from_str(&text).map_err(|_| malformed(&path, "the settings that init wrote: name and custodian"))?;
        let custodian = settings.custodian.parse().map_err(|_| malformed(&path, "a verifier key as custodian"))?;
        let seed = read_hex::<32>(&folder.join("engine.key"))?;
        let engine = SigningKey::new(&settings.name, &seed).map_err(ZoneError::Name)?;
        let wrapping = read_hex::<64>(&folder.join("wrapping.key"))?;
        Ok(Self { folder: folder.to_owned(), engine, custodian, wrapping })
    }

    /// Its folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The key that signs manifests.
    pub fn engine(&self) -> &SigningKey {
        &self.engine
    }

    /// The key that instructions are signed with.
    pub fn custodian(&self) -> &VerifierKey {
        &self.custodian
    }

    /// Keeps every other writer out until what is returned is dropped.
    ///
    /// # Errors
    /// If another process writes.
    pub fn lock(&self) -> Result<File, ZoneError> {
        let path = self.folder.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path);
        let file = file.map_err(at(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(file),
            Err(fs::TryLockError::WouldBlock) => Err(ZoneError::Locked(path)),
            Err(fs::TryLockError::Error(source)) => Err(ZoneError::File { path, source }),
        }
    }

    /// The key of a share that has one.
    ///
    /// # Errors
    /// [`ZoneError::NoShare`], or a file that is malformed.
    pub fn share_key(&self, share: &str) -> Result<Secret, ZoneError> {
        let path = self.share_path(share);
        match fs::read(&path) {
            Ok(wrapped) => self.unwrapped(share, &path, &wrapped),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(ZoneError::NoShare(share.to_owned())),
            Err(source) => Err(ZoneError::File { path, source }),
        }
    }

    /// The key of a share, made if it has none. The caller holds the lock.
    ///
    /// # Errors
    /// If it cannot be read or made.
    pub fn share_key_or_new(&self, share: &str) -> Result<Secret, ZoneError> {
        match self.share_key(share) {
            Err(ZoneError::NoShare(_)) => {}
            found => return found,
        }
        let key = random::<32>()?;
        let wrapped = self.cipher().encrypt([share.as_bytes()], key.as_ref());
        let path = self.share_path(share);
        write_new(&path, &wrapped.map_err(|_| self.not_wrapped(&path))?)?;
        Ok(key)
    }

    /// Every share that has a key, with it, sorted by reference.
    ///
    /// # Errors
    /// If one cannot be read.
    pub fn share_keys(&self) -> Result<Vec<(String, Secret)>, ZoneError> {
        let folder = self.folder.join("shares");
        let mut shares = Vec::new();
        for entry in fs::read_dir(&folder).map_err(at(&folder))? {
            let path = entry.map_err(at(&folder))?.path();
            let name = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".key"));
            let share = name.and_then(unhex).and_then(|bytes| String::from_utf8(bytes).ok());
            // A temporary file that a crash has left is no key.
            let Some(share) = share else { continue };
            let wrapped = fs::read(&path).map_err(at(&path))?;
            let key = self.unwrapped(&share, &path, &wrapped)?;
            shares.push((share, key));
        }
        shares.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(shares)
    }

    /// A key of the zone's own for one purpose, which its label names: derived from the wrapping key by HKDF (RFC 5869) with
    /// SHA-256 and no salt, so that it says nothing about that key or any other that is derived.
    pub fn derived(&self, label: &str) -> Secret {
        let mut key = Zeroizing::new([0; 32]);
        match Hkdf::<Sha256>::new(None, self.wrapping.as_ref()).expand(label.as_bytes(), key.as_mut()) {
            Ok(()) => key,
            Err(error) => unreachable!("HKDF gives up to 8,160 bytes, not 32: {error}"),
        }
    }

    fn unwrapped(&self, share: &str, path: &Path, wrapped: &[u8]) -> Result<Secret, ZoneError> {
        let opened =
            Zeroizing::new(self.cipher().decrypt([share.as_bytes()], wrapped).map_err(|_| self.not_wrapped(path))?);
        let key: [u8; 32] = opened.as_slice().try_into().map_err(|_| self.not_wrapped(path))?;
        Ok(Zeroizing::new(key))
    }

    fn not_wrapped(&self, path: &Path) -> ZoneError {
        ZoneError::Malformed { path: path.to_owned(), expected: "a key that is wrapped for this share by this zone" }
    }

    fn cipher(&self) -> Aes256Siv {
        Aes256Siv::new((&*self.wrapping).into())
    }

    fn share_path(&self, share: &str) -> PathBuf {
        self.folder.join("shares").join(format!("{}.key", hex(share.as_bytes())))
    }
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> ZoneError {
    let path = path.to_owned();
    move |source| ZoneError::File { path, source }
}

fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, ZoneError> {
    let mut bytes = Zeroizing::new([0; N]);
    getrandom::fill(bytes.as_mut()).map_err(ZoneError::Random)?;
    Ok(bytes)
}

/// Writes a file that is not there yet, durably: whole under its name, or not at all.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), ZoneError> {
    let fresh = path.with_extension("tmp");
    let write = || {
        let mut file = OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(&fresh)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&fresh, path)?;
        path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
    };
    write().map_err(at(path))
}

fn read_hex<const N: usize>(path: &Path) -> Result<Zeroizing<[u8; N]>, ZoneError> {
    let text = Zeroizing::new(fs::read_to_string(path).map_err(at(path))?);
    let bytes = unhex(text.trim()).map(Zeroizing::new);
    let bytes = bytes.and_then(|bytes| <[u8; N]>::try_from(bytes.as_slice()).ok());
    bytes
        .map(Zeroizing::new)
        .ok_or(ZoneError::Malformed { path: path.to_owned(), expected: "a secret in hexadecimal, as init wrote it" })
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.is_ascii() && text.len().is_multiple_of(2);
    let pairs = (0..text.len()).step_by(2).map(|place| u8::from_str_radix(text.get(place..place + 2)?, 16).ok());
    if digits { pairs.collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> (tempfile::TempDir, Zone) {
        let place = tempfile::tempdir().unwrap();
        let custodian = SigningKey::new("desk.example/instructions", &[7; 32]).unwrap();
        let zone = Zone::create(&place.path().join("zone"), "zone.example/extract", custodian.verifier()).unwrap();
        (place, zone)
    }

    #[test]
    fn a_share_keeps_its_key_and_has_none_of_another_share() {
        let (_place, zone) = zone();
        assert!(matches!(zone.share_key("DS-1"), Err(ZoneError::NoShare(_))));
        let key = zone.share_key_or_new("DS-1").unwrap();
        let other = zone.share_key_or_new("DS/../2").unwrap();
        let again = Zone::open(zone.folder()).unwrap();
        assert_eq!(*again.share_key_or_new("DS-1").unwrap(), *key);
        assert_ne!(*key, *other);
        let names: Vec<String> = again.share_keys().unwrap().into_iter().map(|(share, _)| share).collect();
        assert_eq!(names, ["DS-1", "DS/../2"]);
    }

    #[test]
    fn a_key_that_was_put_in_the_place_of_another_is_refused() {
        let (_place, zone) = zone();
        zone.share_key_or_new("DS-1").unwrap();
        zone.share_key_or_new("DS-2").unwrap();
        fs::copy(zone.share_path("DS-1"), zone.share_path("DS-2")).unwrap();
        let said = zone.share_key("DS-2").unwrap_err().to_string();
        assert!(said.ends_with("expected a key that is wrapped for this share by this zone"), "{said}");
    }

    #[test]
    fn two_writers_at_once_are_one_too_many_and_a_zone_is_made_once() {
        let (_place, zone) = zone();
        let held = zone.lock().unwrap();
        assert!(matches!(zone.lock(), Err(ZoneError::Locked(_))));
        drop(held);
        zone.lock().unwrap();
        let again = Zone::create(zone.folder(), "zone.example/extract", zone.custodian());
        assert!(matches!(again, Err(ZoneError::Exists(_))));
    }
}
