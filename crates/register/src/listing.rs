//! The list of files that are published beside the log and computed from it: path, size and SHA-256 of each, with the
//! checkpoint at which they were computed. The log's key signs it, so that a changed download shows at once, even to
//! somebody who does not compute it again.
//!
//! Format, each line ended by a line feed:
//! ```text
//! rollcall files v1
//! <origin>
//! <tree size>
//! <root hash, base64>
//! <sha256, hex> <bytes> <path>
//! ```
//! The first line keeps the signature from standing under anything else, a checkpoint above all.

use std::fmt;
use std::str::FromStr;

use crate::tables::Snapshot;

const HEADER: &str = "rollcall files v1";

/// The path of the signed list in the public folder.
pub const PATH: &str = "files";

/// The path of the register database in the public folder.
pub const DATABASE: &str = "register.sqlite";

/// The list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// The checkpoint at which the files were computed.
    pub snapshot: Snapshot,
    /// The files, sorted by path.
    pub files: Vec<ListedFile>,
}

/// One file of the list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListedFile {
    /// Its path in the public folder.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
}

/// Why a text is not a list of files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: expected {expected}")]
pub struct ListingError {
    line: usize,
    expected: &'static str,
}

impl fmt::Display for Listing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Snapshot { origin, size, root } = &self.snapshot;
        write!(f, "{HEADER}\n{origin}\n{size}\n{root}\n")?;
        self.files.iter().try_for_each(|file| writeln!(f, "{} {} {}", file.sha256, file.bytes, file.path))
    }
}

impl FromStr for Listing {
    type Err = ListingError;

    fn from_str(text: &str) -> Result<Self, ListingError> {
        let wrong = |line, expected| ListingError { line, expected };
        let lines: Vec<&str> = text.lines().collect();
        let line = |number: usize, expected| lines.get(number - 1).copied().ok_or(wrong(number, expected));
        if line(1, HEADER)? != HEADER {
            return Err(wrong(1, HEADER));
        }
        let snapshot = Snapshot {
            origin: line(2, "the log's origin")?.to_owned(),
            size: line(3, "the tree size")?.parse().map_err(|_| wrong(3, "the tree size"))?,
            root: line(4, "the root hash")?.to_owned(),
        };
        let parse = |(place, content)| file(content).ok_or(wrong(place + 5, "digest, size and path of a file"));
        let files = lines.iter().skip(4).copied().enumerate().map(parse).collect::<Result<_, _>>()?;
        let list = Self { snapshot, files };
        // One form only: a size with leading zeroes or a path out of order would read the same and hash otherwise.
        if list.to_string() != text || !list.files.is_sorted_by(|a, b| a.path < b.path) {
            return Err(ListingError { line: 5, expected: "files sorted by path, numbers without leading zeroes" });
        }
        Ok(list)
    }
}

fn file(line: &str) -> Option<ListedFile> {
    let (sha256, rest) = line.split_once(' ')?;
    let (bytes, path) = rest.split_once(' ')?;
    let hex = sha256.len() == 64 && sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let parts = path.split('/').all(|part| !part.is_empty() && !part.starts_with('.'));
    let plain = path.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_'));
    (hex && parts && plain).then_some(())?;
    Some(ListedFile { path: path.to_owned(), bytes: bytes.parse().ok()?, sha256: sha256.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list() -> Listing {
        Listing {
            snapshot: Snapshot { origin: "example.org/log".into(), size: 7, root: "abc=".into() },
            files: vec![ListedFile { path: "downloads/a.csv".into(), bytes: 12, sha256: "0".repeat(64) }],
        }
    }

    #[test]
    fn a_list_survives_a_round_trip() {
        assert_eq!(list().to_string().parse(), Ok(list()));
        let none = Listing { files: Vec::new(), ..list() };
        assert_eq!(none.to_string().parse(), Ok(none));
    }

    #[test]
    fn a_list_in_any_other_form_is_refused() {
        let good = list().to_string();
        let bad = [
            good.replace("files v1", "files v2"),
            good.replace("\n7\n", "\n07\n"),
            good.replace("downloads/", "../"),
            good.replace(" 12 ", " 012 "),
            good.trim_end().to_owned(),
            good.lines().take(3).map(|line| format!("{line}\n")).collect(),
            String::new(),
        ];
        for text in bad {
            assert!(text.parse::<Listing>().is_err(), "{text}");
        }
    }
}
