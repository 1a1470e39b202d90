//! What the comparisons share: a real log on disk that is grown to the sizes at hand, and a small generator.
//!
//! The comparisons themselves are in `tests/`. Here is no other implementation, only ours.

use std::{env, fs, path::PathBuf, process};

use tlog::{Batch, Error, Folder, Hash, Sequencer, SigningKey, Tile, TileError, leaf_hash};

/// Name and seed of the log's key.
pub const ORIGIN: &str = "log.example/oracle";
/// See [`ORIGIN`].
pub const SEED: [u8; 32] = [42; 32];

/// A log in a folder of its own, with the leaf hashes of all its entries.
pub struct Log {
    /// The writer.
    pub sequencer: Sequencer,
    /// Leaf hashes from the first entry on.
    pub leaves: Vec<Hash>,
    folder: PathBuf,
}

impl Log {
    /// A new log; `name` tells folders of tests apart.
    pub fn new(name: &str) -> Log {
        let folder = env::temp_dir().join(format!("oracle-{name}-{}", process::id()));
        let _ = fs::remove_dir_all(&folder);
        let storage = Folder::new(folder.join("private"), folder.join("public")).expect("a folder");
        let key = SigningKey::new(ORIGIN, &SEED).expect("a good name");
        let sequencer = Sequencer::open(storage, key).expect("a new log");
        Log { sequencer, leaves: Vec::new(), folder }
    }

    /// Appends entries until the log has this size.
    pub fn grow(&mut self, size: u64) {
        let entries: Vec<Vec<u8>> = (self.sequencer.size()..size).map(entry).collect();
        self.leaves.extend(entries.iter().map(|entry| leaf_hash(entry)));
        self.sequencer.append(Batch { entries, beside: Vec::new() }).expect("an append");
    }

    /// A tile as it is served.
    pub fn tile(&self, tile: Tile) -> Result<Vec<u8>, Error> {
        let path = tile.path();
        fs::read(self.folder.join("public").join(&path))
            .map_err(|error| TileError::Unavailable { path, reason: error.to_string() }.into())
    }

    /// A bundle as it is served.
    pub fn bundle(&self, tile: Tile) -> Vec<u8> {
        fs::read(self.folder.join("public").join(tile.entries_path())).expect("a bundle")
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// The entry of an index: 0 to 12 bytes, so that lengths vary and some are empty.
pub fn entry(index: u64) -> Vec<u8> {
    let bytes = [index.to_le_bytes().as_slice(), b"more"].concat();
    bytes[..(index % 13) as usize].to_vec()
}

/// A small generator (splitmix64), so that a failing run can be repeated.
pub struct Random(pub u64);

impl Random {
    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}
