//! Where a register's public files are: a folder, or a site that serves one.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The largest file that is read; a register of a million releases stays far below it.
const MAX_FILE: u64 = 4 << 30;

/// A place to read public files from.
#[derive(Debug)]
pub enum Source {
    /// A folder on this machine.
    Folder(PathBuf),
    /// A site, by the address of its root.
    Site {
        /// Makes requests.
        agent: ureq::Agent,
        /// The address, without a slash at the end.
        root: String,
    },
}

/// Why a file could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct Unreadable {
    /// The file or address.
    pub place: String,
    /// What went wrong.
    pub reason: String,
}

impl Source {
    /// A site if the text begins with `http://` or `https://`, else a folder.
    pub fn at(place: &str) -> Self {
        if !place.starts_with("http://") && !place.starts_with("https://") {
            return Self::Folder(PathBuf::from(place));
        }
        let timeouts = ureq::Agent::config_builder()
            .timeout_connect(Some(Duration::from_secs(20)))
            .timeout_recv_response(Some(Duration::from_secs(60)))
            .http_status_as_error(false)
            .user_agent(concat!("rollcall/", env!("CARGO_PKG_VERSION")));
        Self::Site { agent: timeouts.build().new_agent(), root: place.trim_end_matches('/').to_owned() }
    }

    /// The file's bytes, or nothing if there is no such file.
    ///
    /// # Errors
    /// If the file cannot be read, or the site answers anything but "here it is" and "not found".
    pub fn read(&self, path: &str) -> Result<Option<Vec<u8>>, Unreadable> {
        match self {
            Self::Folder(folder) => read_file(&folder.join(path)),
            Self::Site { agent, root } => fetch(agent, &format!("{root}/{path}")),
        }
    }

    /// Every file of a folder, with its path below it, sorted. A site cannot list its files.
    ///
    /// # Errors
    /// If a folder cannot be read.
    pub fn list(&self) -> Result<Option<Vec<String>>, Unreadable> {
        let Self::Folder(folder) = self else { return Ok(None) };
        let mut files = Vec::new();
        walk(folder, "", &mut files)?;
        files.sort();
        Ok(Some(files))
    }
}

fn read_file(path: &Path) -> Result<Option<Vec<u8>>, Unreadable> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unreadable(path.display(), error)),
    }
}

fn fetch(agent: &ureq::Agent, address: &str) -> Result<Option<Vec<u8>>, Unreadable> {
    let mut response = agent.get(address).call().map_err(|error| unreadable(address, error))?;
    match response.status().as_u16() {
        200 => {}
        404 => return Ok(None),
        status => return Err(unreadable(address, format!("the site answered with status {status}"))),
    }
    let mut bytes = Vec::new();
    let mut body = response.body_mut().as_reader().take(MAX_FILE);
    body.read_to_end(&mut bytes).map_err(|error| unreadable(address, error))?;
    Ok(Some(bytes))
}

fn walk(root: &Path, below: &str, files: &mut Vec<String>) -> Result<(), Unreadable> {
    let folder = root.join(below);
    let failed = |error: io::Error| unreadable(folder.display(), error);
    for entry in std::fs::read_dir(&folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.file_type().map_err(failed)?.is_dir() {
            walk(root, &path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}

fn unreadable(place: impl ToString, reason: impl ToString) -> Unreadable {
    Unreadable { place: place.to_string(), reason: reason.to_string() }
}
