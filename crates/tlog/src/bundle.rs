//! Entry bundles: up to 256 entries, each with its length as a big-endian uint16 before it (tlog-tiles, "Log entries").
//!
//! It refuses an empty bundle, since empty tiles are never served, and anything after the last entry.

use crate::prelude::*;
use crate::tile::TILE_WIDTH;

/// Bytes in the largest entry: what a uint16 can count.
pub const MAX_ENTRY: usize = u16::MAX as usize;

/// Why entries make no bundle, or bytes are none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BundleError {
    /// An entry is longer than its length field can say.
    #[error("entry {index}: {bytes} bytes, expected at most 65,535")]
    EntryTooLong {
        /// Which entry of the bundle, from 0.
        index: usize,
        /// Its length.
        bytes: usize,
    },
    /// More entries than a bundle holds.
    #[error("more than 256 entries")]
    TooMany,
    /// No entry at all.
    #[error("no entry; expected 1 to 256")]
    Empty,
    /// The bytes end within an entry or its length.
    #[error("offset {offset}: {expected} more bytes expected, {found} found")]
    CutShort {
        /// Where the missing piece begins.
        offset: usize,
        /// Bytes it should have.
        expected: usize,
        /// Bytes there are.
        found: usize,
    },
}

/// Writes 1 to 256 entries as a bundle.
pub fn encode<I>(entries: I) -> Result<Vec<u8>, BundleError>
where
    I: IntoIterator,
    I::Item: AsRef<[u8]>,
{
    let mut bytes = Vec::new();
    let mut count = 0;
    for (index, entry) in entries.into_iter().enumerate() {
        if index >= usize::from(TILE_WIDTH) {
            return Err(BundleError::TooMany);
        }
        push(&mut bytes, index, entry.as_ref())?;
        count += 1;
    }
    if count == 0 { Err(BundleError::Empty) } else { Ok(bytes) }
}

/// Reads a bundle into its entries, 1 to 256. The caller compares their number with the width it asked for.
pub fn parse(bytes: &[u8]) -> Result<Vec<&[u8]>, BundleError> {
    let mut entries = Vec::new();
    let mut offset = 0;
    while offset < bytes.len() {
        if entries.len() >= usize::from(TILE_WIDTH) {
            return Err(BundleError::TooMany);
        }
        let length = usize::from(u16::from_be_bytes([take(bytes, offset, 2)?[0], bytes[offset + 1]]));
        entries.push(take(bytes, offset + 2, length)?);
        offset += 2 + length;
    }
    if entries.is_empty() { Err(BundleError::Empty) } else { Ok(entries) }
}

/// Appends one entry with its length.
pub(crate) fn push(bytes: &mut Vec<u8>, index: usize, entry: &[u8]) -> Result<(), BundleError> {
    let length = u16::try_from(entry.len()).map_err(|_| BundleError::EntryTooLong { index, bytes: entry.len() })?;
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(entry);
    Ok(())
}

fn take(bytes: &[u8], offset: usize, expected: usize) -> Result<&[u8], BundleError> {
    let found = bytes.len() - offset;
    bytes.get(offset..offset + expected).ok_or(BundleError::CutShort { offset, expected, found })
}
