//! The sealed package, and the keys around it.
//!
//! A package is the line [`MAGIC`] and an age file (age-encryption.org/v1) whose content is a tar archive: the signed manifest
//! first, then the files that it lists, in its order. The age file is made out to an identity of its own, the package's key.
//! That key is given to the custodian only, sealed to its release key; it opens nothing for the recipient until the custodian
//! seals it again, to the recipient, for the receipt. So whoever holds a package alone holds nothing that can be read.
//!
//! `age` draws its own randomness; nothing else in this crate does.

use std::io::{self, Read, Write};
use std::str::FromStr;

use age::secrecy::ExposeSecret;
pub use age::x25519::{Identity, Recipient};
use age::{Decryptor, Encryptor};
use register::Digest;
use sha2::{Digest as _, Sha256};

use crate::document::Signed;
use crate::manifest::{Manifest, MeasuredFile};
use crate::receipt::Unopened;

/// The first line of a package.
pub const MAGIC: &[u8] = b"rollcall-package/v1\n";

/// The name of the manifest within a package.
pub const MANIFEST: &str = "manifest";

/// The largest key file: an armored age file over one line has some 400 bytes.
pub const MAX_KEY: usize = 16 << 10;

/// Why a text is not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAKey {
    /// Not a public key.
    #[error("expected an age recipient, such as age1… with 62 letters and digits")]
    Recipient,
    /// Not a secret key. The text is not repeated.
    #[error("expected an age identity: a line that begins with AGE-SECRET-KEY-1")]
    Identity,
    /// A sealed key that is not sealed to this identity, or was changed.
    #[error("the sealed key is not one that this identity opens")]
    Sealed,
}

/// The key of one package.
pub struct PackageKey(Identity);

/// The recipient that a text names.
///
/// # Errors
/// If it is none.
pub fn recipient(text: &str) -> Result<Recipient, NotAKey> {
    Recipient::from_str(text).map_err(|_| NotAKey::Recipient)
}

/// The identity in the text of an identity file: one line that is neither empty nor a comment.
///
/// # Errors
/// If there is none, or more than one.
pub fn identity(text: &str) -> Result<Identity, NotAKey> {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    match (lines.next(), lines.next()) {
        (Some(line), None) => Identity::from_str(line).map_err(|_| NotAKey::Identity),
        _ => Err(NotAKey::Identity),
    }
}

/// Writes the text of a new identity file: its public half as a comment, and the secret on a line of its own.
///
/// # Errors
/// If it cannot be written.
pub fn write_identity(out: &mut impl Write) -> io::Result<()> {
    let new = Identity::generate();
    write!(out, "# public key: {}\n{}\n", new.to_public(), new.to_string().expose_secret())
}

impl PackageKey {
    /// A new one.
    pub fn generate() -> Self {
        Self(Identity::generate())
    }

    /// Seals it to somebody, as armored text.
    ///
    /// # Errors
    /// If the system gives no randomness.
    pub fn sealed_to(&self, recipient: &Recipient) -> io::Result<String> {
        age::encrypt_and_armor(recipient, self.0.to_string().expose_secret().as_bytes()).map_err(io::Error::other)
    }

    /// Opens a sealed key.
    ///
    /// # Errors
    /// If it is not sealed to this identity, or was changed.
    pub fn unsealed(sealed: &str, identity: &Identity) -> Result<Self, NotAKey> {
        if sealed.len() > MAX_KEY {
            return Err(NotAKey::Sealed);
        }
        let opened = age::decrypt(identity, sealed.as_bytes()).map_err(|_| NotAKey::Sealed)?;
        let text = String::from_utf8(opened).map_err(|_| NotAKey::Sealed)?;
        Identity::from_str(&text).map(Self).map_err(|_| NotAKey::Sealed)
    }
}

/// Writes a package, file after file.
pub struct Sealer<W: Write> {
    archive: tar::Builder<age::stream::StreamWriter<W>>,
}

impl<W: Write> Sealer<W> {
    /// Begins a package with its manifest.
    ///
    /// # Errors
    /// If nothing can be written.
    pub fn begin(mut output: W, key: &PackageKey, manifest: &Signed<Manifest>) -> io::Result<Self> {
        output.write_all(MAGIC)?;
        let recipient = key.0.to_public();
        let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as _)).map_err(io::Error::other)?;
        let mut sealer = Self { archive: tar::Builder::new(encryptor.wrap_output(output)?) };
        let text = manifest.to_string();
        sealer.add(MANIFEST, text.len() as u64, text.as_bytes())?;
        Ok(sealer)
    }

    /// Adds a file of so many bytes.
    ///
    /// # Errors
    /// If it cannot be read, has not so many bytes, or cannot be written.
    pub fn add(&mut self, name: &str, bytes: u64, content: impl Read) -> io::Result<()> {
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes);
        header.set_mode(0o600);
        let mut counted = content.take(bytes.saturating_add(1));
        self.archive.append_data(&mut header, name, &mut counted)?;
        if counted.limit() == 1 {
            Ok(())
        } else {
            Err(io::Error::other(format!("{name} does not have the {bytes} bytes that were measured")))
        }
    }

    /// Ends the package. What was written before is worth nothing without it.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn finish(self) -> io::Result<W> {
        self.archive.into_inner()?.finish()
    }
}

/// Reads a package to its last byte and hands out its files, each checked against the manifest that the receipt brought.
/// Whoever writes them somewhere keeps nothing where this ends with an error.
///
/// # Errors
/// If it is no package, is not opened by this key, differs from the manifest, or was changed anywhere.
pub fn unpack<W: Write>(
    mut package: impl Read,
    key: &PackageKey,
    manifest: &Signed<Manifest>,
    mut place: impl FnMut(&MeasuredFile) -> io::Result<W>,
) -> Result<(), Unopened> {
    let mut magic = [0; MAGIC.len()];
    package.read_exact(&mut magic).map_err(unread(|| Unopened::NotAPackage))?;
    if magic != MAGIC {
        return Err(Unopened::NotAPackage);
    }
    let decryptor = Decryptor::new(package).map_err(|error| match error {
        age::DecryptError::Io(error) => unread(|| Unopened::Altered("its header"))(error),
        _ => Unopened::Altered("its header"),
    })?;
    let content = decryptor.decrypt(std::iter::once(&key.0 as _)).map_err(|error| match error {
        age::DecryptError::NoMatchingKeys => Unopened::OtherPackage,
        age::DecryptError::Io(error) => unread(|| Unopened::Altered("its header"))(error),
        _ => Unopened::Altered("its header"),
    })?;
    let mut archive = tar::Archive::new(content);
    let altered = || Unopened::Altered("its content");
    let mut entries = archive.entries().map_err(unread(altered))?;
    let mut next = |name: &str, bytes: u64| {
        let entry = entries.next().ok_or_else(altered)?.map_err(unread(altered))?;
        let is_it = entry.path_bytes().as_ref() == name.as_bytes() && entry.size() == bytes;
        if is_it { Ok(entry) } else { Err(altered()) }
    };
    let text = manifest.to_string();
    let mut inside = Vec::new();
    next(MANIFEST, text.len() as u64)?.read_to_end(&mut inside).map_err(unread(altered))?;
    if inside != text.as_bytes() {
        return Err(Unopened::OtherManifest);
    }
    for file in &manifest.unverified().files {
        let entry = next(&file.name, file.bytes)?;
        let mut hashing = Hashing { inner: place(file).map_err(Unopened::Write)?, hash: Sha256::new() };
        copy(entry, &mut hashing, altered)?;
        hashing.inner.flush().map_err(Unopened::Write)?;
        if Digest(hashing.hash.finalize().into()) != file.sha256 {
            return Err(Unopened::Altered("a file of it"));
        }
    }
    if entries.next().is_some() {
        return Err(altered());
    }
    // Only the last chunk says that it is the last.
    copy(archive.into_inner(), &mut io::sink(), altered)
}

struct Hashing<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// As [`io::copy`], which does not say whether reading failed or writing.
fn copy(mut from: impl Read, to: &mut impl Write, altered: impl Fn() -> Unopened) -> Result<(), Unopened> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let read = match from.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(unread(&altered)(error)),
        };
        to.write_all(&buffer[..read]).map_err(Unopened::Write)?;
    }
}

/// What reading failed of: a disk that cannot be read says so itself; everything else is what the bytes say.
fn unread(altered: impl Fn() -> Unopened) -> impl Fn(io::Error) -> Unopened {
    move |error| if error.raw_os_error().is_some() { Unopened::Read(error) } else { altered() }
}
