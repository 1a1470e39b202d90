//! Reads what was just written and hashes it up to the root that was signed.
//!
//! It reads the tiles and bundles that a tree of one size has and a smaller one has not, and the right edge: nothing
//! else, so its work is in proportion to the batch. Every hash in what it reads is bound to the root: entries to
//! level 0, a full tile to its parent, partial tiles to the root itself.

use std::collections::HashMap;

use super::{SequencerError, read_bundle, read_tile, storage::Storage};
use crate::{
    bundle,
    error::{Error, Result},
    hash::{Hash, leaf_hash},
    tile::{Tile, tiles_between},
    tree::{Frontier, root},
};

/// Checks the public files that make a tree of `new` entries out of one of `old`.
pub(super) fn rehash<S: Storage>(storage: &S, old: u64, new: u64, expected: &Hash) -> Result<()> {
    let wrong = |reason: String| SequencerError::NotTheTree { size: new, reason };
    // Roots of the full tiles of the level below the one at hand, by their index.
    let mut below: HashMap<(u8, u64), Hash> = HashMap::new();
    let mut partial: HashMap<Tile, Vec<u8>> = HashMap::new();
    for tile in tiles_between(old, new) {
        let bytes = read_tile(storage, tile)?;
        let hashes = tile.hashes(&bytes)?;
        if tile.level == 0 {
            let entries = read_bundle(storage, tile)?;
            let entries = bundle::parse(&entries).map_err(|e| wrong(format!("{}: {e}", tile.entries_path())))?;
            if entries.len() != hashes.len() || !std::iter::zip(&entries, &hashes).all(|(e, h)| leaf_hash(e) == *h) {
                return Err(wrong(format!("{} and {} differ", tile.entries_path(), tile.path())).into());
            }
        } else {
            for (index, hash) in (tile.index * 256..).zip(&hashes) {
                if below.remove(&(tile.level - 1, index)).is_some_and(|found| found != *hash) {
                    return Err(wrong(format!("{} is not the parent of what was written", tile.path())).into());
                }
            }
        }
        if tile.is_partial() {
            partial.insert(tile, bytes);
        } else {
            below.insert((tile.level, tile.index), root(&hashes));
        }
    }
    let edge = Frontier::from_tiles(new, |tile: Tile| -> Result<Vec<u8>, Error> {
        partial.remove(&tile).map_or_else(|| read_tile(storage, tile), Ok)
    })?;
    if edge.root() != *expected {
        return Err(wrong(format!("the right edge makes root {}, expected {expected}", edge.root())).into());
    }
    Ok(())
}
