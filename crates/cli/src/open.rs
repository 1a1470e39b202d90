//! Opens a package with its receipt. In this order: the receipt is one, its proof holds, the policy is satisfied, the
//! statement releases this manifest of this share, the key is sealed to this identity, and every byte of the package is what
//! the manifest says. Nothing is decrypted before all that comes before it holds, and nothing is in the output folder before
//! all of it does.
//!
//! What it cannot tell: whether the custodian kept another copy, and whether somebody else opened this one.

mod exit;
mod folder;
mod identity;
mod opened;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use package::document::{self, Document};
use package::sealed::unpack;
use package::{Receipt, Unopened};
use tlog::Policy;

pub use exit::{EXIT_CODES, exit_codes};
pub use opened::Opened;

use folder::Partial;

/// The exit code of a program that was stopped, as shells know it.
const STOPPED: u8 = 130;

/// What is to be opened, and with what.
#[derive(Debug)]
pub struct Request {
    /// The package.
    pub package: PathBuf,
    /// The receipt, where there is one.
    pub receipt: Option<PathBuf>,
    /// The file of the recipient's identity.
    pub identity: PathBuf,
    /// The file of the policy.
    pub policy: PathBuf,
    /// The share that is expected.
    pub share: Option<String>,
    /// The folder to make.
    pub output: PathBuf,
}

/// Why nothing was opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Receipt or package do not allow it.
    #[error(transparent)]
    Unopened(#[from] Unopened),
    /// A file that the command line names cannot be used.
    #[error("{}: {reason}", path.display())]
    Unusable {
        /// Which.
        path: PathBuf,
        /// Why not, or what is expected.
        reason: String,
    },
    /// The output folder exists already.
    #[error("{} exists already; name a folder that does not, so that nothing is mixed or overwritten", .0.display())]
    Exists(PathBuf),
    /// Somebody stopped it.
    #[error("stopped; nothing was kept")]
    Stopped,
}

impl OpenError {
    fn unusable(path: &Path, reason: impl ToString) -> Self {
        Self::Unusable { path: path.to_owned(), reason: reason.to_string() }
    }

    /// The program's exit code.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Unopened(reason) => reason.exit_code(),
            Self::Unusable { .. } | Self::Exists(_) => 3,
            Self::Stopped => STOPPED,
        }
    }
}

/// Opens a package, until somebody presses Ctrl-C or the system wants the program to end.
///
/// # Errors
/// As [`open`].
pub fn until_stopped(request: &Request) -> Result<Opened, OpenError> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    let stop = Arc::new(AtomicBool::new(false));
    let signals = [
        SIGINT,
        SIGTERM,
        #[cfg(unix)]
        signal_hook::consts::SIGHUP,
    ];
    for signal in signals {
        // Whoever asks a second time does not want to wait for a disk that does not answer. Where the system does not let
        // us know, it ends the program; in both cases a partial folder may stay, and says so by its name.
        let _ = signal_hook::flag::register_conditional_shutdown(signal, STOPPED.into(), Arc::clone(&stop));
        let _ = signal_hook::flag::register(signal, Arc::clone(&stop));
    }
    open(request, &stop)
}

/// Opens a package, unless it is stopped.
///
/// # Errors
/// The first thing that does not hold; the output folder does not exist then, nor any part of it.
pub fn open(request: &Request, stop: &AtomicBool) -> Result<Opened, OpenError> {
    let Some(receipt) = &request.receipt else { return Err(Unopened::NoReceipt.into()) };
    let policy = read(&request.policy, tlog::policy::MAX_POLICY)?;
    let policy = Policy::parse(&policy).map_err(|error| {
        OpenError::unusable(&request.policy, format!("expected a policy (C2SP tlog-policy): {error}"))
    })?;
    let identity = identity::read(&request.identity)?;

    let receipt: Receipt = document::parse_json(&read(receipt, Receipt::MAX_BYTES)?).map_err(Unopened::Receipt)?;
    let checked = receipt.check(&policy, request.share.as_deref())?;
    let key = receipt.key(&identity)?;

    let unread = |error: io::Error| {
        Unopened::Read(io::Error::new(error.kind(), format!("{}: {error}", request.package.display())))
    };
    let package = File::open(&request.package).map_err(unread)?;
    let partial = Partial::begin(&request.output)?;
    let unpacked = unpack(package, &key, &checked.manifest, |file| partial.file(&file.name, stop))
        .and_then(|()| partial.add_manifest(&checked.manifest).map_err(Unopened::Write));
    // Whatever failed, it was because of this.
    if stop.load(Ordering::Relaxed) {
        return Err(OpenError::Stopped);
    }
    unpacked?;
    partial.keep(&request.output)?;
    Ok(Opened::new(&checked, &request.output))
}

/// A file's bytes, and an error where it has one more than it may.
fn read(path: &Path, most: usize) -> Result<Vec<u8>, OpenError> {
    let file = File::open(path).map_err(|error| OpenError::unusable(path, error))?;
    read_file(file, path, most)
}

fn read_file(file: File, path: &Path, most: usize) -> Result<Vec<u8>, OpenError> {
    let mut bytes = Vec::new();
    file.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|error| OpenError::unusable(path, error))?;
    if bytes.len() > most {
        return Err(OpenError::unusable(path, format!("expected at most {most} bytes")));
    }
    Ok(bytes)
}
