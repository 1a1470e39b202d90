//! The Merkle tree of RFC 6962, section 2.1: roots, inclusion and consistency proofs, and their verification.
//!
//! Proofs are computed from tiles, of which they read a handful, and are checked by the algorithms of RFC 9162,
//! sections 2.1.3.2 and 2.1.4.2, strictly: a proof that is too short or too long fails even if its hashes fit.
//! Nothing here checks what a tile reader returns against a root. A wrong tile makes a wrong proof, and the
//! verification says so.

use crate::prelude::*;
use crate::{
    error::Result,
    hash::{Hash, empty_root, node_hash},
    tile::{Tile, TileError},
};

/// The largest size of a tree that is handled, 2^63 - 1, so that no sum here can overflow.
pub const MAX_SIZE: u64 = i64::MAX as u64;

/// Why a tree, a position or a proof is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TreeError {
    /// There is no such entry.
    #[error("index {index} is not below the size {size}")]
    IndexOutOfRange {
        /// Index asked for.
        index: u64,
        /// Size of the tree.
        size: u64,
    },
    /// The older tree is the larger one.
    #[error("the old size {old} is above the new size {new}")]
    SizesSwapped {
        /// Size of the older tree.
        old: u64,
        /// Size of the newer tree.
        new: u64,
    },
    /// More than [`MAX_SIZE`] entries.
    #[error("size {size} is above 2^63 - 1")]
    TooLarge {
        /// The size.
        size: u64,
    },
    /// A proof has another number of hashes than these sizes want.
    #[error("expected a proof of {expected} hashes, found {found}")]
    WrongLength {
        /// Hashes wanted.
        expected: usize,
        /// Hashes found.
        found: usize,
    },
    /// The proof leads to another root.
    #[error("the proof leads to root {found}, expected {expected}")]
    WrongRoot {
        /// The root that was to be proved.
        expected: Hash,
        /// Where the proof leads.
        found: Hash,
    },
}

/// Gives the content of a tile: from a folder, from a server, from a map. Any closure of this shape is one.
///
/// It is asked for tiles as they are in the tree at hand, partial ones included, and must return exactly
/// `32 * width` bytes. One that finds only the full tile may return its first part.
pub trait ReadTile {
    /// The bytes of this tile.
    fn read_tile(&mut self, tile: Tile) -> Result<Vec<u8>>;
}

impl<F: FnMut(Tile) -> Result<Vec<u8>>> ReadTile for F {
    fn read_tile(&mut self, tile: Tile) -> Result<Vec<u8>> {
        self(tile)
    }
}

/// The root of the tree with these leaf hashes: `MTH` as the RFC defines it.
pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len() as u64) as usize);
            node_hash(&root(left), &root(right))
        }
    }
}

/// A tree that only grows, kept as the roots of its complete subtrees, largest first: at most 63 hashes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// The tree without leaves.
    pub fn new() -> Frontier {
        Frontier::default()
    }

    /// Rebuilds the frontier of a tree of `size` from its rightmost tiles, at most one of each level. The caller must
    /// compare [`Frontier::root`] with a signed root.
    pub fn from_tiles(size: u64, reader: impl ReadTile) -> Result<Frontier> {
        check_size(size)?;
        let mut tiles = TileHashes::new(size, reader);
        let mut subtrees = Vec::new();
        let mut start = 0;
        while start < size {
            let length = 1u64 << (size - start).ilog2();
            subtrees.push(tiles.range(start, start + length)?);
            start += length;
        }
        Ok(Frontier { size, subtrees })
    }

    /// Adds a leaf. Panics beyond [`MAX_SIZE`] leaves, which no machine reaches.
    pub fn push(&mut self, leaf: Hash) {
        assert!(self.size < MAX_SIZE, "a tree holds at most 2^63 - 1 leaves");
        let mut subtree = leaf;
        for _ in 0..self.size.trailing_ones() {
            // As many trailing ones as there are complete subtrees to merge with, so there is always one to pop.
            if let Some(left) = self.subtrees.pop() {
                subtree = node_hash(&left, &subtree);
            }
        }
        self.subtrees.push(subtree);
        self.size += 1;
    }

    /// How many leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root of the tree so far.
    pub fn root(&self) -> Hash {
        self.subtrees.iter().rev().copied().reduce(|right, left| node_hash(&left, &right)).unwrap_or_else(empty_root)
    }
}

/// The inclusion proof of the entry `index` in the tree of `size`, from the leaf's sibling up (RFC 6962, 2.1.1).
pub fn inclusion_proof(index: u64, size: u64, reader: impl ReadTile) -> Result<Vec<Hash>> {
    check_index(index, size)?;
    let mut tiles = TileHashes::new(size, reader);
    let mut proof = Vec::new();
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(tiles.range(middle, end)?);
            end = middle;
        } else {
            proof.push(tiles.range(start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The consistency proof from the tree of `old` entries to that of `new` (RFC 6962, 2.1.2). It is empty from the empty
/// tree and between equal sizes. The reader is asked for tiles of the newer tree only.
pub fn consistency_proof(old: u64, new: u64, reader: impl ReadTile) -> Result<Vec<Hash>> {
    check_sizes(old, new)?;
    let mut tiles = TileHashes::new(new, reader);
    let mut proof = Vec::new();
    if old == 0 {
        return Ok(proof);
    }
    let (mut start, mut end) = (0, new);
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(tiles.range(middle, end)?);
            end = middle;
        } else {
            proof.push(tiles.range(start, middle)?);
            start = middle;
        }
    }
    if start > 0 {
        proof.push(tiles.range(start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Checks that `leaf` is the entry `index` of the tree with this size and root.
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, proof: &[Hash], root: &Hash) -> Result<()> {
    check_index(index, size)?;
    check_length(inclusion_length(index, size), proof)?;
    // RFC 9162, 2.1.3.2, where `node` and `last` are called fn and sn.
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            let skipped = levels_without_sibling(node);
            node >>= skipped;
            last >>= skipped;
        } else {
            hash = node_hash(&hash, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    check_root(root, &hash)
}

/// Checks that the tree of `new_size` begins with the whole tree of `old_size`.
pub fn verify_consistency(
    old_size: u64,
    old_root: &Hash,
    new_size: u64,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<()> {
    check_sizes(old_size, new_size)?;
    check_length(consistency_length(old_size, new_size), proof)?;
    if old_size == 0 {
        check_root(old_root, &empty_root())?;
        return if new_size == 0 { check_root(new_root, &empty_root()) } else { Ok(()) };
    }
    if old_size == new_size {
        return check_root(new_root, old_root);
    }
    // RFC 9162, 2.1.4.2. A whole old tree that is one complete subtree is not repeated in the proof.
    let whole = old_size.is_power_of_two().then_some(*old_root);
    let mut hashes = whole.into_iter().chain(proof.iter().copied());
    let skipped = (old_size - 1).trailing_ones();
    let (mut node, mut last) = ((old_size - 1) >> skipped, (new_size - 1) >> skipped);
    let first = hashes.next().ok_or(TreeError::WrongLength { expected: 1, found: 0 })?;
    let (mut old, mut new) = (first, first);
    for hash in hashes {
        if node & 1 == 1 || node == last {
            old = node_hash(&hash, &old);
            new = node_hash(&hash, &new);
            let skipped = levels_without_sibling(node);
            node >>= skipped;
            last >>= skipped;
        } else {
            new = node_hash(&new, &hash);
        }
        node >>= 1;
        last >>= 1;
    }
    check_root(old_root, &old)?;
    check_root(new_root, &new)
}

/// The largest power of two below `length`, which must be at least 2.
fn split(length: u64) -> u64 {
    1 << (length - 1).ilog2()
}

/// How many levels up the rightmost node goes before it is a right child: there it has no sibling to hash with.
fn levels_without_sibling(node: u64) -> u32 {
    if node == 0 { 0 } else { node.trailing_zeros() }
}

fn inclusion_length(index: u64, size: u64) -> usize {
    let (mut start, mut end, mut length) = (0, size, 0);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            end = middle
        } else {
            start = middle
        }
        length += 1;
    }
    length
}

fn consistency_length(old: u64, new: u64) -> usize {
    if old == 0 {
        return 0;
    }
    let (mut start, mut end, mut length) = (0, new, 0);
    while end != old {
        let middle = start + split(end - start);
        if old <= middle {
            end = middle
        } else {
            start = middle
        }
        length += 1;
    }
    length + usize::from(start > 0)
}

fn check_size(size: u64) -> Result<(), TreeError> {
    if size > MAX_SIZE { Err(TreeError::TooLarge { size }) } else { Ok(()) }
}

fn check_index(index: u64, size: u64) -> Result<(), TreeError> {
    check_size(size)?;
    if index < size { Ok(()) } else { Err(TreeError::IndexOutOfRange { index, size }) }
}

fn check_sizes(old: u64, new: u64) -> Result<(), TreeError> {
    check_size(new)?;
    if old <= new { Ok(()) } else { Err(TreeError::SizesSwapped { old, new }) }
}

fn check_length(expected: usize, proof: &[Hash]) -> Result<(), TreeError> {
    if proof.len() == expected { Ok(()) } else { Err(TreeError::WrongLength { expected, found: proof.len() }) }
}

fn check_root(expected: &Hash, found: &Hash) -> Result<()> {
    if expected == found { Ok(()) } else { Err(TreeError::WrongRoot { expected: *expected, found: *found }.into()) }
}

/// Hashes of ranges of leaves, computed from tiles, each of which is read once.
struct TileHashes<R> {
    size: u64,
    reader: R,
    /// A handful at most, so that looking through them costs nothing.
    read: Vec<(Tile, Vec<Hash>)>,
}

impl<R: ReadTile> TileHashes<R> {
    fn new(size: u64, reader: R) -> Self {
        TileHashes { size, reader, read: Vec::new() }
    }

    /// `MTH(D[start:end])` for a range that the recursion of RFC 6962 visits: `start` is a multiple of the power of
    /// two at or above the length.
    fn range(&mut self, start: u64, end: u64) -> Result<Hash> {
        let length = end - start;
        if length.is_power_of_two() {
            return self.complete(start, length.ilog2());
        }
        let middle = start + split(length);
        let left = self.range(start, middle)?;
        Ok(node_hash(&left, &self.range(middle, end)?))
    }

    /// The root of the complete subtree of this height whose first leaf is `start`.
    fn complete(&mut self, start: u64, height: u32) -> Result<Hash> {
        let level = (height / 8) as u8;
        let first = start >> (8 * u32::from(level));
        let count = 1usize << (height % 8);
        let tile = Tile::in_tree(level, first / 256, self.size)
            .ok_or(TreeError::IndexOutOfRange { index: start, size: self.size })?;
        let known = self.read.iter().position(|(known, _)| *known == tile);
        let place = match known {
            Some(place) => place,
            None => {
                let bytes = self.reader.read_tile(tile)?;
                self.read.push((tile, tile.hashes(&bytes)?));
                self.read.len() - 1
            }
        };
        let hashes = &self.read[place].1;
        let offset = (first % 256) as usize;
        let range = hashes.get(offset..offset + count).ok_or_else(|| TileError::WrongSize {
            path: tile.path(),
            expected: (offset + count) * 32,
            found: hashes.len() * 32,
        })?;
        Ok(root(range))
    }
}
