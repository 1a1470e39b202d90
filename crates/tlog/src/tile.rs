//! Tiles: names of the pieces of 256 hashes in which a log serves its tree (tlog-tiles, "Merkle Tree").
//!
//! A tile here is a name, not content: level, index and width. The paths are the specification's own and have one
//! spelling each; leading zeroes, missing `x`, a partial width of 0 or 256, and needless leading groups are refused.

use crate::hash::Hash;
use crate::prelude::*;

/// Hashes in a full tile, and entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// Levels that a tree of 64-bit size can have: 256^8 = 2^64.
const LEVELS: u8 = 8;

/// The name of a tile, or of the entry bundle of the same index and width when the level is 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// 0 for leaf hashes; from 1 on, each hash is the root of a full tile of the level below. At most 63.
    pub level: u8,
    /// Which tile of its level, from the left, from 0.
    pub index: u64,
    /// Hashes in it: 1 to 255 in a partial tile, 256 in a full one.
    pub width: u16,
}

/// Why a path names no tile, or a tile's content cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TileError {
    /// The path is not spelt as tlog-tiles says.
    #[error("path {path:?}: expected {expected}")]
    BadPath {
        /// The path as given.
        path: String,
        /// What the specification wants there.
        expected: &'static str,
    },
    /// A tile has another number of bytes than its width wants.
    #[error("{path}: expected {expected} bytes, found {found}")]
    WrongSize {
        /// Path of the tile.
        path: String,
        /// 32 times the width.
        expected: usize,
        /// Bytes found.
        found: usize,
    },
    /// The reader that was passed in could not give the tile.
    #[error("{path}: cannot be read: {reason}")]
    Unavailable {
        /// Path of the tile.
        path: String,
        /// What the reader said.
        reason: String,
    },
}

impl Tile {
    /// `tile/<L>/<N>[.p/<W>]`.
    pub fn path(&self) -> String {
        format!("tile/{}/{}", self.level, sized_path(self.index, self.width))
    }

    /// `tile/entries/<N>[.p/<W>]`: the bundle with the entries behind this tile, which must be of level 0.
    pub fn entries_path(&self) -> String {
        format!("tile/entries/{}", sized_path(self.index, self.width))
    }

    /// Reads `tile/<L>/<N>[.p/<W>]`.
    pub fn parse_path(path: &str) -> Result<Tile, TileError> {
        let bad = |expected| TileError::BadPath { path: path.to_owned(), expected };
        let rest = path.strip_prefix("tile/").ok_or_else(|| bad("tile/<L>/<N>[.p/<W>]"))?;
        let (level, rest) = rest.split_once('/').ok_or_else(|| bad("tile/<L>/<N>[.p/<W>]"))?;
        let level = decimal(level)
            .filter(|level| *level <= 63)
            .ok_or_else(|| bad("a level from 0 to 63 without leading zeroes"))?;
        let (index, width) = parse_sized(rest).map_err(bad)?;
        Ok(Tile { level: level as u8, index, width })
    }

    /// Reads `tile/entries/<N>[.p/<W>]`; the tile has level 0.
    pub fn parse_entries_path(path: &str) -> Result<Tile, TileError> {
        let bad = |expected| TileError::BadPath { path: path.to_owned(), expected };
        let rest = path.strip_prefix("tile/entries/").ok_or_else(|| bad("tile/entries/<N>[.p/<W>]"))?;
        let (index, width) = parse_sized(rest).map_err(bad)?;
        Ok(Tile { level: 0, index, width })
    }

    /// Whether it holds fewer than 256 hashes.
    pub fn is_partial(&self) -> bool {
        self.width < TILE_WIDTH
    }

    /// The full tile of the same place: what a reader may fetch when a log has removed the partial one. Its first
    /// `width` hashes are those of the partial tile.
    pub fn full(&self) -> Tile {
        Tile { width: TILE_WIDTH, ..*self }
    }

    /// The tile of this level and index in a tree of `size` entries, unless that tree has none there.
    pub fn in_tree(level: u8, index: u64, size: u64) -> Option<Tile> {
        let hashes = hashes_at(level, size);
        let width = hashes.checked_sub(index.checked_mul(256)?)?.min(256) as u16;
        (width > 0).then_some(Tile { level, index, width })
    }

    /// The content as hashes; the bytes must be exactly 32 times the width.
    pub fn hashes(&self, bytes: &[u8]) -> Result<Vec<Hash>, TileError> {
        let expected = usize::from(self.width) * 32;
        if bytes.len() != expected {
            return Err(TileError::WrongSize { path: self.path(), expected, found: bytes.len() });
        }
        Ok(bytes.as_chunks::<32>().0.iter().map(|hash| Hash(*hash)).collect())
    }
}

/// Every tile of a tree of that size, from level 0 up and from left to right; the partial one of a level comes last.
pub fn tiles_of(size: u64) -> impl Iterator<Item = Tile> {
    tiles_between(0, size)
}

/// The tiles that a tree of `new` entries has and one of `old` has not, in the order of [`tiles_of`].
pub fn tiles_between(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    (0..LEVELS).flat_map(move |level| {
        let (before, now) = (hashes_at(level, old), hashes_at(level, new));
        let indices = if now > before { before / 256..now.div_ceil(256) } else { 0..0 };
        indices.filter_map(move |index| Tile::in_tree(level, index, new))
    })
}

/// The index in groups of three digits, all but the last with an `x`: 1234067 is `x001/x234/067`. Public because
/// other files beside the log mirror the bundles.
pub fn index_path(index: u64) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

/// `<N>[.p/<W>]`: the index, and the width unless it is 256.
pub fn sized_path(index: u64, width: u16) -> String {
    let index = index_path(index);
    if width == TILE_WIDTH { index } else { format!("{index}.p/{width}") }
}

/// Reads `<N>[.p/<W>]` into index and width.
pub fn parse_sized_path(path: &str) -> Result<(u64, u16), TileError> {
    parse_sized(path).map_err(|expected| TileError::BadPath { path: path.to_owned(), expected })
}

/// Complete hashes of this level in a tree of that size: `floor(size / 256^level)`.
fn hashes_at(level: u8, size: u64) -> u64 {
    size.checked_shr(8 * u32::from(level)).unwrap_or(0)
}

fn parse_sized(path: &str) -> Result<(u64, u16), &'static str> {
    match path.split_once(".p/") {
        None => Ok((parse_index(path)?, TILE_WIDTH)),
        Some((index, width)) => {
            let width = decimal(width)
                .filter(|width| (1..256).contains(width))
                .ok_or("a partial width from 1 to 255 without leading zeroes")?;
            Ok((parse_index(index)?, width as u16))
        }
    }
}

fn parse_index(path: &str) -> Result<u64, &'static str> {
    const SHAPE: &str = "an index in groups of three digits, all but the last beginning with x, such as x001/x234/067";
    let groups: Vec<&str> = path.split('/').collect();
    let (last, leading) = groups.split_last().ok_or(SHAPE)?;
    if leading.first() == Some(&"x000") {
        return Err("no needless leading group x000");
    }
    let mut index: u64 = 0;
    for group in leading.iter().map(|group| group.strip_prefix('x')).chain([Some(*last)]) {
        let digits =
            group.filter(|digits| digits.len() == 3 && digits.bytes().all(|b| b.is_ascii_digit())).ok_or(SHAPE)?;
        let value: u64 = digits.parse().map_err(|_| SHAPE)?;
        index = index.checked_mul(1000).and_then(|i| i.checked_add(value)).ok_or("an index below 2^64")?;
    }
    Ok(index)
}

/// An ASCII decimal without sign and without leading zeroes, as all C2SP formats write numbers.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}
