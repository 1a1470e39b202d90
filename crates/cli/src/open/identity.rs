//! Reads the recipient's identity, and refuses one that others can read, as ssh does with its keys.

use std::fs::File;
use std::path::Path;

use super::{OpenError, read_file};

/// The largest identity file: one key and what its owner noted beside it.
const MAX_IDENTITY: usize = 16 << 10;

/// The identity in a file.
///
/// # Errors
/// If it cannot be read, others can read it, or it holds no identity. No error repeats any of it.
pub(super) fn read(path: &Path) -> Result<package::sealed::Identity, OpenError> {
    let unusable = |reason: String| OpenError::unusable(path, reason);
    let file = File::open(path).map_err(|error| unusable(error.to_string()))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = file.metadata().map_err(|error| unusable(error.to_string()))?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(unusable(format!(
                "others than its owner can use this identity (mode {mode:04o}); run: chmod 600 {}",
                path.display()
            )));
        }
    }
    let bytes = read_file(file, path, MAX_IDENTITY)?;
    let text =
        String::from_utf8(bytes).map_err(|_| unusable("expected a text file with an age identity".to_owned()))?;
    package::sealed::identity(&text).map_err(|error| unusable(error.to_string()))
}
