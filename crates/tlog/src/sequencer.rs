//! The one writer of a log: takes batches of entries, and publishes a checkpoint over them when everything that the
//! checkpoint covers is durable.
//!
//! Sequencing is as Sunlight does it. A private folder holds the truth, a public one what is served; both may be lost
//! at any instruction to a crash, and [`Sequencer::open`] brings them together again.
//!
//! | step | writes | if the machine stops after it |
//! |---|---|---|
//! | 1 stage | `staged/<size>`: every tile, bundle and file beside, and the signed checkpoint, with a checksum | discarded |
//! | 2 commit | `committed`, replaced if it still has the size and root that are held here | replayed from 1 |
//! | 3 write | tiles, bundles and files beside, each by temporary file, fsync, rename, fsync of folders | replayed from 1 |
//! | 4 re-hash | nothing: what was written is read again and hashed up to the new root | replayed from 1 |
//! | 5 publish | `checkpoint`, in the same durable way | done; only tidying remains |
//! | 6 tidy | removes what is superseded, and the staged file | done |
//!
//! Guarantees, each of which has tests that stop the storage at every step:
//! - **Never two trees.** A checkpoint is signed once for a size and staged durably; after that it is either discarded
//!   before anyone has seen it, or published as it is. One writer at a time holds the lock; a second is refused.
//! - **Nothing promised that is not there.** When `checkpoint` says a size, every tile, partial tile, bundle and file
//!   beside of it is durable and has been re-hashed to that root.
//! - **All of a batch or none.** After an error the sequencer is poisoned and appends nothing until it is opened again;
//!   then the batch is in as a whole, or not at all.
//! - **Proofs only of what is published.** [`Sequencer::prove`] verifies each proof before it gives it away.
//! - **Work in proportion to the batch**, not to the log: the right edge of the tree is held in memory.
//!
//! What the store could betray, and what happens then:
//! - It loses what it said was durable: a public file that is missing is found by readers, and by `open` if it is on
//!   the right edge; a lost `committed` or `checkpoint` halts.
//! - It is restored from a backup, one side only: the two disagree, or the staged file between them is missing, and
//!   `open` halts. Both sides at once, consistently: nothing here can see that. A witness does, since it refuses a
//!   checkpoint that is older than the one it cosigned; ask a witness before the first append after a restore.
//! - It gives back other bytes than were written, later: re-hashing reads what the operating system has in memory, so
//!   it finds wrong writing, not a wrong disk. Readers verify every tile against the checkpoint anyway.
//! - Its lock does not lock (some network file systems): commit compares before it swaps, which narrows the gap
//!   between two writers to microseconds but does not close it. Use a local file system.
//! - It keeps what was deleted: removal unlinks a file and makes that durable, it does not shred it.
//!
//! Temporary files end in `.tmp`; a reader of the public folder must ignore them, and a web server need not serve them.
//! A partial tile goes when its full tile is published (tlog-tiles, "Partial Tiles"), so a reader that holds an older
//! checkpoint falls back to the full tile.

mod append;
mod edge;
pub mod folder;
mod recover;
mod rehash;
mod staged;
pub mod storage;

use std::{io, ops::Range};

use crate::{
    bundle,
    error::{Error, Result},
    hash::Hash,
    note::{Note, SigningKey, VerifierKey},
    proof::Proof,
    tile::{Tile, TileError},
    tree::{TreeError, inclusion_proof, verify_inclusion},
};
use edge::Edge;
use folder::Folder;
use storage::{Storage, Zone};

/// An open log: holds its lock, its key and the right edge of its tree.
#[derive(Debug)]
pub struct Sequencer<S: Storage = Folder> {
    storage: S,
    key: SigningKey,
    edge: Edge,
    checkpoint: Note,
    text: String,
    poisoned: Option<String>,
}

/// What one append adds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Batch {
    /// The entries in order, at least one, each at most 65,535 bytes.
    pub entries: Vec<Vec<u8>>,
    /// Other public files that belong to the same moment.
    pub beside: Vec<Beside>,
}

/// A change to a public file that is not part of the tree. Paths are relative to the public folder, with `/` between
/// parts; `checkpoint`, `tile/...` and names that end in `.tmp` are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Beside {
    /// Written, or replaced as a whole, and durable before the checkpoint is published.
    Put {
        /// Where.
        path: String,
        /// The whole content.
        bytes: Vec<u8>,
    },
    /// Removed, durably, after the checkpoint is published. A file that does not exist is no error.
    Remove {
        /// Which.
        path: String,
    },
}

/// What an append has published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Index of the first entry of the batch; the others follow it.
    pub first_index: u64,
    /// Size of the tree with the batch.
    pub size: u64,
    /// Its root.
    pub root: Hash,
    /// The signed checkpoint as published.
    pub checkpoint: String,
}

/// Why the log cannot be written, or what stopped it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SequencerError {
    /// Another writer has the log open.
    #[error("another writer holds the lock {lock_file}; a log has one writer at a time")]
    Locked {
        /// The file that is locked.
        lock_file: String,
    },
    /// The storage failed.
    #[error("{path}: cannot {action}: {source}")]
    Storage {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: String,
        /// What the storage said.
        source: io::Error,
    },
    /// A batch without entries.
    #[error("the batch has no entries; expected at least one, so that its checkpoint differs from the last")]
    EmptyBatch,
    /// The path of a file beside the log is not acceptable.
    #[error("path {path:?} of a file beside the log: expected {expected}")]
    BadPath {
        /// The path.
        path: String,
        /// What is allowed.
        expected: &'static str,
    },
    /// An append failed on the way.
    #[error(
        "append failed: {source}. Nothing more is appended until the log is opened again, which tells by its size whether the batch is in"
    )]
    AppendFailed {
        /// Why.
        source: Box<Error>,
    },
    /// An earlier append failed.
    #[error("an earlier append failed ({reason}); open the log again before appending")]
    Poisoned {
        /// What it said.
        reason: String,
    },
    /// `committed` is not what this writer committed last.
    #[error(
        "commit refused: committed size {found_size} with root {found_root}, expected size {size} with root {root}; another writer has been here"
    )]
    CommitRaced {
        /// Size that is held here.
        size: u64,
        /// Root that is held here.
        root: Hash,
        /// Size in `committed`.
        found_size: u64,
        /// Root in `committed`.
        found_root: Hash,
    },
    /// `committed` or `checkpoint` is not a checkpoint that this key signed.
    #[error("halted: {path}: {source}")]
    BadCheckpoint {
        /// The file.
        path: String,
        /// Why.
        source: Box<Error>,
    },
    /// The public folder is ahead: the private one is an old copy.
    #[error(
        "halted: size {published} is published but only {committed} is committed; the private folder is older than the public one (a restored backup?), and appending would fork the log"
    )]
    PublishedAhead {
        /// Published size.
        published: u64,
        /// Committed size.
        committed: u64,
    },
    /// The two sides have different trees of one size.
    #[error(
        "halted: at size {size} the published root is {published} and the committed one {committed}; these are two different logs"
    )]
    Forked {
        /// The size.
        size: u64,
        /// Published root.
        published: Hash,
        /// Committed root.
        committed: Hash,
    },
    /// One of the two sides is not there at all.
    #[error("halted: {missing} is missing although {present} is there; a folder was lost or exchanged")]
    SideMissing {
        /// The file that should be there.
        missing: String,
        /// The file that shows it should.
        present: String,
    },
    /// A commit is to be replayed, and its staged file does not fit.
    #[error(
        "halted: size {committed} is committed and {published} published, but {staged}: {reason}; the batch between them cannot be replayed (a restored backup?)"
    )]
    CannotReplay {
        /// Published size.
        published: u64,
        /// Committed size.
        committed: u64,
        /// The staged file.
        staged: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The public files do not hash to the root that was signed.
    #[error("the public files do not hash to the signed root of size {size}: {reason}")]
    NotTheTree {
        /// Size of the tree.
        size: u64,
        /// Where it goes wrong.
        reason: String,
    },
}

impl<S: Storage> Sequencer<S> {
    /// Takes the lock, recovers what a crash left, checks the right edge of the tree against the published checkpoint,
    /// and, for a log that is new, publishes a checkpoint of size 0. The name of the key is the origin.
    pub fn open(storage: S, key: SigningKey) -> Result<Sequencer<S>> {
        recover::open(storage, key)
    }

    /// How many entries are published.
    pub fn size(&self) -> u64 {
        self.edge.size()
    }

    /// Root of the published tree.
    pub fn root(&self) -> Hash {
        self.edge.root()
    }

    /// The published signed note.
    pub fn checkpoint(&self) -> &str {
        &self.text
    }

    /// The key by which readers verify the log.
    pub fn verifier(&self) -> &VerifierKey {
        self.key.verifier()
    }

    /// Adds a batch and returns when it is published. A batch that is refused for what it holds changes nothing; any
    /// other error poisons the sequencer until the log is opened again.
    pub fn append(&mut self, batch: Batch) -> Result<Published> {
        append::append(self, batch)
    }

    /// The proof that a published entry is in the log, verified before it is returned.
    pub fn prove(&self, index: u64) -> Result<Proof> {
        let (size, root) = (self.size(), self.root());
        let mut read = |tile| read_tile(&self.storage, tile);
        let hashes = inclusion_proof(index, size, &mut read)?;
        let tile = Tile::in_tree(0, index / 256, size).ok_or(TreeError::IndexOutOfRange { index, size })?;
        let leaf = tile.hashes(&read(tile)?)?[(index % 256) as usize];
        verify_inclusion(&leaf, index, size, &hashes, &root)?;
        Ok(Proof { extra: None, index, hashes, checkpoint: self.checkpoint.clone() })
    }

    /// Published entries, read from their bundles. They are not compared with the tree here.
    pub fn read_entries(&self, range: Range<u64>) -> Result<Vec<Vec<u8>>> {
        let size = self.size();
        if range.end > size {
            return Err(TreeError::IndexOutOfRange { index: range.end - 1, size }.into());
        }
        let mut entries = Vec::new();
        let mut next = range.start;
        while next < range.end {
            let tile = Tile::in_tree(0, next / 256, size).ok_or(TreeError::IndexOutOfRange { index: next, size })?;
            let bytes = read_bundle(&self.storage, tile)?;
            let first = tile.index * 256;
            let end = range.end.min(first + u64::from(tile.width));
            let wanted = bundle::parse(&bytes)?;
            let wanted = wanted.get((next - first) as usize..(end - first) as usize).ok_or_else(|| {
                TileError::Unavailable { path: tile.entries_path(), reason: "it has too few entries".to_owned() }
            })?;
            entries.extend(wanted.iter().map(|entry| entry.to_vec()));
            next = end;
        }
        Ok(entries)
    }

    /// Closes the log and gives the storage back, with its lock still held.
    pub fn into_storage(self) -> S {
        self.storage
    }
}

/// Reads a tile of the public folder.
fn read_tile<S: Storage>(storage: &S, tile: Tile) -> Result<Vec<u8>> {
    read_public(storage, tile.path())
}

/// Reads the entry bundle behind a tile of level 0.
fn read_bundle<S: Storage>(storage: &S, tile: Tile) -> Result<Vec<u8>> {
    read_public(storage, tile.entries_path())
}

fn read_public<S: Storage>(storage: &S, path: String) -> Result<Vec<u8>> {
    let found = storage.read(Zone::Public, &path).map_err(storage::failed(storage, "read", Zone::Public, &path))?;
    found.ok_or_else(|| TileError::Unavailable { path, reason: "there is no such file".to_owned() }.into())
}
