//! The right edge of the tree in memory: of each level the tile that is not yet full, and the entries of the bundle
//! that is not yet full. From it and a batch follow the new tiles and bundles, without reading anything.

use crate::{
    bundle::{self, BundleError},
    error::Result,
    hash::{Hash, leaf_hash},
    tile::{TILE_WIDTH, Tile},
    tree::{Frontier, TreeError, root},
};

/// A public file: path and content.
pub(super) type File = (String, Vec<u8>);

#[derive(Debug, Clone)]
pub(super) struct Edge {
    frontier: Frontier,
    /// Of level L, the hashes of its partial tile; none if its last tile is full.
    levels: Vec<Vec<Hash>>,
    /// The partial entry bundle as it is stored.
    bundle: Vec<u8>,
}

impl Edge {
    /// Reads the edge of the tree of `size`; the caller compares the root and checks the entries.
    pub(super) fn load(
        size: u64,
        mut read_tile: impl FnMut(Tile) -> Result<Vec<u8>>,
        mut read_bundle: impl FnMut(Tile) -> Result<Vec<u8>>,
    ) -> Result<Edge> {
        let frontier = Frontier::from_tiles(size, &mut read_tile)?;
        let mut levels = Vec::new();
        let mut bundle = Vec::new();
        for level in 0..8 {
            let partial = Tile::in_tree(level, size >> (8 * level) >> 8, size);
            let Some(tile) = partial else {
                levels.push(Vec::new());
                continue;
            };
            levels.push(tile.hashes(&read_tile(tile)?)?);
            if level == 0 {
                bundle = read_bundle(tile)?;
            }
        }
        Ok(Edge { frontier, levels, bundle })
    }

    pub(super) fn size(&self) -> u64 {
        self.frontier.size()
    }

    pub(super) fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// The edge after these entries, with every tile and bundle that is new.
    pub(super) fn extend(&self, entries: &[Vec<u8>]) -> Result<(Edge, Vec<File>)> {
        let old = self.size();
        if let Some((index, entry)) = entries.iter().enumerate().find(|(_, entry)| entry.len() > bundle::MAX_ENTRY) {
            return Err(BundleError::EntryTooLong { index, bytes: entry.len() }.into());
        }
        let new = old.checked_add(entries.len() as u64).filter(|new| *new <= crate::tree::MAX_SIZE);
        let new = new.ok_or(TreeError::TooLarge { size: old.saturating_add(entries.len() as u64) })?;
        let mut edge = self.clone();
        let mut files = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            bundle::push(&mut edge.bundle, index, entry)?;
            let leaf = leaf_hash(entry);
            edge.frontier.push(leaf);
            edge.push(leaf, &mut files);
        }
        for level in 0..8 {
            if old >> (8 * level) == new >> (8 * level) {
                break;
            }
            if let Some(tile) = Tile::in_tree(level, new >> (8 * level) >> 8, new) {
                files.push((tile.path(), concatenated(&edge.levels[usize::from(level)])));
                if level == 0 {
                    files.push((tile.entries_path(), edge.bundle.clone()));
                }
            }
        }
        Ok((edge, files))
    }

    /// Takes the leaf that the frontier has just taken, and emits the tiles that it completes.
    fn push(&mut self, leaf: Hash, files: &mut Vec<File>) {
        let mut hash = leaf;
        for level in 0..8u8 {
            let hashes = &mut self.levels[usize::from(level)];
            hashes.push(hash);
            if hashes.len() < usize::from(TILE_WIDTH) {
                break;
            }
            let index = (self.frontier.size() >> (8 * level) >> 8) - 1;
            let tile = Tile { level, index, width: TILE_WIDTH };
            files.push((tile.path(), concatenated(hashes)));
            if level == 0 {
                files.push((tile.entries_path(), std::mem::take(&mut self.bundle)));
            }
            hash = root(hashes);
            hashes.clear();
        }
    }
}

fn concatenated(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.0).collect()
}
