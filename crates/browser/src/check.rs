//! The check itself.
//!
//! That the log has only grown is shown in two steps, so that an alarm says exactly what is wrong. First the tiles must
//! make a consistency proof from some tree of the remembered size to the tree that is signed now; else the log's files are
//! not those of its checkpoint, and nothing follows from them. Then that tree must be the one remembered; else the log's
//! keeper has signed two histories, and the two checkpoints prove it to anybody.

use alloc::{string::String, vec, vec::Vec};

use tlog::{
    Checkpoint, Error, Frontier, Note, Proof, SignedCheckpoint, Tile, VerifierKey, consistency_proof, leaf_hash,
    verify_consistency, verify_inclusion,
};

use crate::request::{NotARequest, Now, Request};

/// What the check came to where nothing is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// These files of the log are needed before anything can be said, by their paths.
    Need(Vec<String>),
    /// Everything is as it must be.
    Holds {
        /// The statement that was shown to be in the log; nothing where only the checkpoint was asked about.
        statement: Option<u64>,
        /// How many statements the log holds now.
        size: u64,
        /// What it was compared with.
        since: Since,
    },
}

/// How the log stands to the checkpoint that was remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Since {
    /// Nothing was remembered.
    FirstVisit,
    /// It has not grown.
    Same,
    /// It held this many statements, and still holds them.
    Grown(u64),
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{}", crate::words::sentence(self.words(), &self.numbers()))]
pub enum Wrong {
    /// The script put the question wrongly.
    Request(#[from] NotARequest),
    /// The key is none.
    Key,
    /// The proof is none.
    Proof,
    /// The checkpoint is none.
    Checkpoint,
    /// The site gives another key than it did.
    KeyChanged,
    /// What was remembered is not signed by the key that was remembered.
    Remembered,
    /// The checkpoint is not signed by the log's key.
    Signature,
    /// The proof is about another statement.
    OtherStatement {
        /// Which was asked for.
        expected: u64,
        /// Which the proof is about.
        found: u64,
    },
    /// The statement's hash does not lead to the root.
    NotInLog,
    /// The log is shorter than it was.
    Shrank {
        /// How many it held.
        remembered: u64,
        /// How many it holds.
        now: u64,
    },
    /// The log's first statements are no longer those that it held.
    Forked {
        /// How many it held.
        remembered: u64,
    },
    /// The tiles do not make the signed tree.
    Files {
        /// How many it held.
        remembered: u64,
    },
}

/// Checks keys, signatures, the statement and that the log has only grown, in this order.
///
/// # Errors
/// The first thing that is wrong. A changed key comes before all else: whatever it signed means nothing here.
pub fn check(request: &Request<'_>) -> Result<Found, Wrong> {
    let key: VerifierKey = request.key.parse().map_err(|_| Wrong::Key)?;
    if let Some(remembered) = request.remembered_key {
        let remembered: VerifierKey = remembered.parse().map_err(|_| Wrong::Remembered)?;
        if remembered != key {
            return Err(Wrong::KeyChanged);
        }
    }
    let (signed, statement) = match &request.now {
        Now::Checkpoint(note) => (open(Note::parse(note).map_err(Error::from), &key)?, None),
        Now::Statement(statement) => {
            let proof = Proof::parse(statement.proof).map_err(|_| Wrong::Proof)?;
            let signed = open(Ok(proof.checkpoint.clone()), &key)?;
            if proof.index != statement.index {
                return Err(Wrong::OtherStatement { expected: statement.index, found: proof.index });
            }
            let Checkpoint { size, root, .. } = signed.checkpoint();
            verify_inclusion(&leaf_hash(statement.leaf), proof.index, *size, &proof.hashes, root)
                .map_err(|_| Wrong::NotInLog)?;
            (signed, Some(statement.index))
        }
    };
    let now = signed.checkpoint();
    let since = match request.remembered {
        None => Since::FirstVisit,
        Some(note) => {
            let remembered = SignedCheckpoint::open(note, &key).map_err(|_| Wrong::Remembered)?;
            match grown(remembered.checkpoint(), now, &request.tiles)? {
                Ok(since) => since,
                Err(needed) => return Ok(Found::Need(needed)),
            }
        }
    };
    Ok(Found::Holds { statement, size: now.size, since })
}

fn open(note: tlog::Result<Note>, key: &VerifierKey) -> Result<SignedCheckpoint, Wrong> {
    let note = note.map_err(|_| Wrong::Checkpoint)?;
    let _: Checkpoint = note.text().parse().map_err(|_| Wrong::Checkpoint)?;
    SignedCheckpoint::from_note(note, key).map_err(|_| Wrong::Signature)
}

/// How `now` stands to the older checkpoint, or which tiles are missing to say it.
fn grown(old: &Checkpoint, now: &Checkpoint, tiles: &[(&str, &[u8])]) -> Result<Result<Since, Vec<String>>, Wrong> {
    let remembered = old.size;
    if old.size > now.size {
        return Err(Wrong::Shrank { remembered, now: now.size });
    }
    if old.size == now.size {
        return if old.root == now.root { Ok(Ok(Since::Same)) } else { Err(Wrong::Forked { remembered }) };
    }
    let mut missing = Vec::new();
    let mut read = |tile: Tile| -> tlog::Result<Vec<u8>> {
        // The old tree's tile is the beginning of the one that stands there now.
        let wanted = usize::from(tile.width) * 32;
        let tile = Tile::in_tree(tile.level, tile.index, now.size).unwrap_or(tile);
        let path = tile.path();
        match tiles.iter().find(|(given, _)| *given == path).and_then(|(_, bytes)| bytes.get(..wanted)) {
            Some(bytes) => Ok(bytes.to_vec()),
            None => {
                if !missing.contains(&path) {
                    missing.push(path);
                }
                Ok(vec![0; wanted])
            }
        }
    };
    let before = Frontier::from_tiles(old.size, &mut read).map(|frontier| frontier.root());
    let proof = consistency_proof(old.size, now.size, &mut read);
    if !missing.is_empty() {
        return Ok(Err(missing));
    }
    let shown = before.and_then(|before| {
        verify_consistency(old.size, &before, now.size, &now.root, &proof?)?;
        Ok(before)
    });
    match shown {
        Err(_) => Err(Wrong::Files { remembered }),
        Ok(before) if before == old.root => Ok(Ok(Since::Grown(remembered))),
        Ok(_) => Err(Wrong::Forked { remembered }),
    }
}
