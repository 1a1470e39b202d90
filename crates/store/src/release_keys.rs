//! The two keys with which the custodian lets data go: `private/instruction.key` signs what the data zone is to do, and
//! `private/release.key` opens the keys of packages, so that they can be sealed again to their recipients. Made when they are
//! first asked for; never shown, not even in errors.

use std::fs;
use std::path::{Path, PathBuf};

use package::sealed::{Identity, Recipient, identity, write_identity};
use tlog::{SigningKey, VerifierKey};

use crate::data_folder::{DataFolder, hex, unhex};
use crate::durable::{keep_secret, sync_folder};
use crate::error::{Result, StoreError, file};

/// What follows the log's name in the name of the key that signs instructions.
const INSTRUCTIONS: &str = "/instructions";

/// The keys.
pub struct ReleaseKeys {
    instruction: SigningKey,
    release: Identity,
}

/// Shows the public halves only.
impl std::fmt::Debug for ReleaseKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entry(self.verifier()).entry(&self.recipient().to_string()).finish()
    }
}

impl ReleaseKeys {
    /// Reads the keys of a data folder; makes those that are not there yet, durably. One process does so at a time.
    ///
    /// # Errors
    /// If there is no register, a file cannot be read or written or holds no key, or the system has no random bytes.
    pub fn open(folder: &DataFolder) -> Result<Self> {
        let origin = folder.key()?.name().to_owned();
        let (instruction, release) = (folder.private().join("instruction.key"), folder.private().join("release.key"));
        if !instruction.is_file() {
            make_instruction_key(&instruction, &format!("{origin}{INSTRUCTIONS}"))?;
        }
        if !release.is_file() {
            keep_secret(&release, write_identity)?;
            sync_folder(&folder.private())?;
        }
        Ok(Self { instruction: read_signing_key(&instruction)?, release: read_identity(&release)? })
    }

    /// What signs instructions.
    pub fn instruction(&self) -> &SigningKey {
        &self.instruction
    }

    /// What the data zone verifies instructions with.
    pub fn verifier(&self) -> &VerifierKey {
        self.instruction.verifier()
    }

    /// What opens the keys of packages.
    pub fn release(&self) -> &Identity {
        &self.release
    }

    /// To whom the keys of packages are sealed.
    pub fn recipient(&self) -> Recipient {
        self.release.to_public()
    }
}

fn make_instruction_key(path: &Path, name: &str) -> Result<()> {
    let mut seed = [0_u8; 32];
    getrandom::fill(&mut seed).map_err(StoreError::Random)?;
    SigningKey::new(name, &seed).map_err(tlog::Error::from)?;
    keep_secret(path, |out| std::io::Write::write_fmt(out, format_args!("{name}\n{}\n", hex(&seed))))?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// A signing key in the form of `log.key`: its name and its seed, each on a line of its own.
pub(crate) fn read_signing_key(path: &Path) -> Result<SigningKey> {
    let text = fs::read_to_string(path).map_err(file("read", path))?;
    let wrong = || StoreError::Key(PathBuf::from(path));
    let mut lines = text.lines();
    let (Some(name), Some(seed), None) = (lines.next(), lines.next(), lines.next()) else { return Err(wrong()) };
    let seed = unhex(seed).ok_or_else(wrong)?;
    SigningKey::new(name, &seed).map_err(|_| wrong())
}

fn read_identity(path: &Path) -> Result<Identity> {
    let text = fs::read_to_string(path).map_err(file("read", path))?;
    identity(&text).map_err(|_| StoreError::ReleaseKey(path.to_owned()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn keys_are_made_once_readable_by_their_owner_only_and_never_shown() {
        let place = tempfile::tempdir().unwrap();
        let folder = DataFolder::at(place.path());
        assert!(matches!(ReleaseKeys::open(&folder), Err(StoreError::NoRegister(_))));
        folder.create(Some("desk.invalid/register")).unwrap();
        let first = ReleaseKeys::open(&folder).unwrap();
        assert_eq!(first.verifier().name(), "desk.invalid/register/instructions");
        let again = ReleaseKeys::open(&folder).unwrap();
        assert_eq!(first.verifier(), again.verifier());
        assert_eq!(first.recipient().to_string(), again.recipient().to_string());
        let shown = format!("{first:?}");
        for name in ["instruction.key", "release.key"] {
            let path = folder.private().join(name);
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
            let text = fs::read_to_string(&path).unwrap();
            assert!(!shown.contains(text.lines().last().unwrap()), "{name}");
            fs::write(&path, "AGE-SECRET-KEY-1NOTAKEY").unwrap();
            let error = ReleaseKeys::open(&folder).unwrap_err().to_string();
            assert!(error.contains(name) && !error.contains("NOTAKEY"), "{error}");
            fs::write(&path, text).unwrap();
        }
    }
}
