//! The staged file: one batch, ready to be written out, as often as a crash makes it necessary.
//!
//! Numbers are big-endian; the last 32 bytes are the SHA-256 of all before them, so that a file that was cut short or
//! damaged is known. Only the sequencer that wrote it reads it: this is no format for others.

use sha2::{Digest, Sha256};

use super::edge::File;
use crate::hash::Hash;

const MAGIC: &[u8; 16] = b"rollcall-staged1";

/// Everything that takes the log from one published checkpoint to the next.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Staged {
    /// Size and root that must be published before it.
    pub(super) old_size: u64,
    pub(super) old_root: Hash,
    /// The signed checkpoint that it leads to.
    pub(super) checkpoint: String,
    /// Tiles, bundles and files beside.
    pub(super) files: Vec<File>,
    /// Files beside that are removed after the checkpoint is published.
    pub(super) removals: Vec<String>,
}

/// Path of the staged file that leads to a size.
pub(super) fn path(size: u64) -> String {
    format!("staged/{size}")
}

impl Staged {
    /// Hands the file to `write` in parts, without a second copy of the contents.
    pub(super) fn with_parts<T>(&self, write: impl FnOnce(&[&[u8]]) -> T) -> T {
        let mut head = MAGIC.to_vec();
        head.extend(self.old_size.to_be_bytes());
        head.extend(self.old_root.0);
        push_field(&mut head, self.checkpoint.as_bytes());
        push_number(&mut head, self.removals.len());
        self.removals.iter().for_each(|path| push_field(&mut head, path.as_bytes()));
        push_number(&mut head, self.files.len());
        let names: Vec<Vec<u8>> = self
            .files
            .iter()
            .map(|(path, bytes)| {
                let mut name = Vec::new();
                push_field(&mut name, path.as_bytes());
                push_number(&mut name, bytes.len());
                name
            })
            .collect();
        let mut parts: Vec<&[u8]> = vec![&head];
        for (name, (_, bytes)) in std::iter::zip(&names, &self.files) {
            parts.extend([name.as_slice(), bytes.as_slice()]);
        }
        let mut checksum = Sha256::new();
        parts.iter().for_each(|part| checksum.update(part));
        let checksum = checksum.finalize();
        parts.push(&checksum);
        write(&parts)
    }

    /// Reads a staged file; the error says what is wrong with it.
    pub(super) fn parse(bytes: &[u8]) -> Result<Staged, &'static str> {
        let (content, checksum) = bytes.split_last_chunk::<32>().ok_or("it is too short")?;
        if Sha256::digest(content).as_slice() != checksum {
            return Err("its checksum is wrong");
        }
        let mut rest = content.strip_prefix(MAGIC).ok_or("it is not a staged batch")?;
        let old_size = take_number(&mut rest)?;
        let (root, after) = rest.split_first_chunk::<32>().ok_or("it ends early")?;
        rest = after;
        let checkpoint = take_text(&mut rest)?;
        let mut removals = Vec::new();
        for _ in 0..take_number(&mut rest)? {
            removals.push(take_text(&mut rest)?);
        }
        let mut files = Vec::new();
        for _ in 0..take_number(&mut rest)? {
            let path = take_text(&mut rest)?;
            files.push((path, take_field(&mut rest)?.to_vec()));
        }
        if !rest.is_empty() {
            return Err("it goes on after its end");
        }
        Ok(Staged { old_size, old_root: Hash(*root), checkpoint, files, removals })
    }
}

fn push_number(bytes: &mut Vec<u8>, number: usize) {
    bytes.extend((number as u64).to_be_bytes());
}

fn push_field(bytes: &mut Vec<u8>, field: &[u8]) {
    push_number(bytes, field.len());
    bytes.extend(field);
}

fn take_number(rest: &mut &[u8]) -> Result<u64, &'static str> {
    let (number, after) = rest.split_first_chunk::<8>().ok_or("it ends early")?;
    *rest = after;
    Ok(u64::from_be_bytes(*number))
}

fn take_field<'b>(rest: &mut &'b [u8]) -> Result<&'b [u8], &'static str> {
    let length = usize::try_from(take_number(rest)?).map_err(|_| "a length is too large")?;
    let (field, after) = rest.split_at_checked(length).ok_or("it ends early")?;
    *rest = after;
    Ok(field)
}

fn take_text(rest: &mut &[u8]) -> Result<String, &'static str> {
    String::from_utf8(take_field(rest)?.to_vec()).map_err(|_| "a text is not UTF-8")
}
