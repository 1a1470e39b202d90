//! The sequencer on a disk that fails and loses power at every single step, and on real folders.

#![allow(clippy::unwrap_used)] // a helper of a test may fail it

mod crashes;
mod disk;
mod folders;
mod halts;

use std::{
    collections::BTreeMap,
    sync::{LazyLock, Mutex},
};

use disk::Disk;
use tlog::{
    Batch, Beside, Checkpoint, Hash, SignedCheckpoint, SigningKey, Tile, VerifierKey, bundle, leaf_hash, root,
    sequencer::storage::Zone, tiles_of,
};

const ORIGIN: &str = "log.example/register";

fn key() -> SigningKey {
    SigningKey::new(ORIGIN, &[7; 32]).unwrap()
}

/// Entries that differ by batch and position.
fn entries(batch: u64, count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|index| format!("batch {batch}, entry {index}").into_bytes()).collect()
}

fn put(path: &str, content: &str) -> Beside {
    Beside::Put { path: path.to_owned(), bytes: content.as_bytes().to_vec() }
}

fn remove(path: &str) -> Beside {
    Beside::Remove { path: path.to_owned() }
}

fn only_entries(entries: Vec<Vec<u8>>) -> Batch {
    Batch { entries, beside: Vec::new() }
}

/// Reads a public folder as an outsider does, and checks everything that its checkpoint covers. Remembers the root of
/// every size it has ever seen, so that a second root for a size, which is a fork, is noticed.
#[derive(Clone, Default)]
struct Reader {
    seen: BTreeMap<u64, Hash>,
}

impl Reader {
    /// The published checkpoint, if there is one, and the entries below it.
    fn audit(&mut self, disk: &Disk) -> Option<(Checkpoint, Vec<Vec<u8>>)> {
        let checkpoint = verified(disk.read(Zone::Public, "checkpoint")?);
        let known = *self.seen.entry(checkpoint.size).or_insert(checkpoint.root);
        assert_eq!(known, checkpoint.root, "a second root for size {}", checkpoint.size);

        let mut all = Vec::new();
        for tile in tiles_of(checkpoint.size).filter(|tile| tile.level == 0) {
            let bytes =
                disk.read(Zone::Public, &tile.entries_path()).unwrap_or_else(|| panic!("no {}", tile.entries_path()));
            let entries = bundle::parse(&bytes).unwrap();
            assert_eq!(entries.len(), usize::from(tile.width), "{}", tile.entries_path());
            all.extend(entries.into_iter().map(<[u8]>::to_vec));
        }
        let leaves: Vec<Hash> = all.iter().map(|entry| leaf_hash(entry)).collect();
        assert_eq!(root(&leaves), checkpoint.root, "the bundles make the root of size {}", checkpoint.size);
        for tile in tiles_of(checkpoint.size) {
            let found = disk.read(Zone::Public, &tile.path()).unwrap_or_else(|| panic!("no {}", tile.path()));
            assert_eq!(found, content(tile, &leaves), "{}", tile.path());
        }
        Some((checkpoint, all))
    }
}

/// Opens a published checkpoint. Verifying takes long in a debug build, so each note is verified once.
fn verified(note: Vec<u8>) -> Checkpoint {
    static VERIFIER: LazyLock<VerifierKey> = LazyLock::new(|| key().verifier().clone());
    static KNOWN: LazyLock<Mutex<BTreeMap<Vec<u8>, Checkpoint>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap();
    let open = |note: &[u8]| {
        let signed = SignedCheckpoint::open(note, &VERIFIER);
        signed.expect("the published checkpoint is whole and signed").checkpoint().clone()
    };
    known.entry(note.clone()).or_insert_with(|| open(&note)).clone()
}

/// What a tile must hold, by the formal definition in tlog-tiles.
fn content(tile: Tile, leaves: &[Hash]) -> Vec<u8> {
    let span = 256usize.pow(tile.level.into());
    let first = tile.index as usize * 256;
    (first..first + usize::from(tile.width)).flat_map(|i| root(&leaves[i * span..(i + 1) * span]).0).collect()
}
