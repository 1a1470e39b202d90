//! One append, step by step, and the steps that recovery repeats.
//!
//! What is refused for what a batch holds is refused before the first step. What could make a committed batch
//! impossible to write, such as a file where a folder must be, is tried before the commit.

use std::collections::{BTreeSet, HashSet};

use super::{
    Batch, Beside, Published, Sequencer, SequencerError,
    edge::Edge,
    rehash::rehash,
    staged::{self, Staged},
    storage::{Storage, TEMPORARY, Zone, failed, make_folders, parent, place, replace},
};
use crate::{
    checkpoint::{Checkpoint, SignedCheckpoint},
    error::Result,
    hash::Hash,
    note::{Note, VerifierKey},
    tile::{TILE_WIDTH, Tile},
};

/// The current signed checkpoint, private and public.
pub(super) const COMMITTED: &str = "committed";
pub(super) const CHECKPOINT: &str = "checkpoint";

pub(super) fn append<S: Storage>(log: &mut Sequencer<S>, batch: Batch) -> Result<Published> {
    if let Some(reason) = &log.poisoned {
        return Err(SequencerError::Poisoned { reason: reason.clone() }.into());
    }
    let (staged, edge) = prepare(log, batch)?;
    if let Err(error) = carry_out(log, &staged, &edge) {
        log.poisoned = Some(error.to_string());
        return Err(SequencerError::AppendFailed { source: Box::new(error) }.into());
    }
    log.edge = edge;
    log.checkpoint = Note::parse(staged.checkpoint.as_bytes())?;
    log.text = staged.checkpoint;
    Ok(Published { first_index: staged.old_size, size: log.size(), root: log.root(), checkpoint: log.text.clone() })
}

/// Hashes, signs and checks; touches nothing.
fn prepare<S: Storage>(log: &Sequencer<S>, batch: Batch) -> Result<(Staged, Edge)> {
    if batch.entries.is_empty() {
        return Err(SequencerError::EmptyBatch.into());
    }
    check_beside(&batch.beside)?;
    let (edge, mut files) = log.edge.extend(&batch.entries)?;
    let mut removals = Vec::new();
    for change in batch.beside {
        match change {
            Beside::Put { path, bytes } => files.push((path, bytes)),
            Beside::Remove { path } => removals.push(path),
        }
    }
    let checkpoint =
        Checkpoint { origin: log.key.name().to_owned(), size: edge.size(), root: edge.root(), extensions: Vec::new() };
    let checkpoint = checkpoint.sign(&log.key)?;
    let staged = Staged { old_size: log.size(), old_root: log.root(), checkpoint, files, removals };
    Ok((staged, edge))
}

fn carry_out<S: Storage>(log: &mut Sequencer<S>, staged: &Staged, edge: &Edge) -> Result<()> {
    let storage = &mut log.storage;
    let (size, root) = (edge.size(), edge.root());
    // Before the commit, whatever could not be done after it: folders, and names that are folders already.
    let made = make_folders(storage, Zone::Public, staged.files.iter().map(|(path, _)| path.as_str()), false)?;
    for path in staged.files.iter().map(|(path, _)| path).chain(&staged.removals) {
        let is_folder = storage.is_folder(Zone::Public, path);
        if is_folder.map_err(failed(storage, "look at", Zone::Public, path))? {
            let expected = "a file; there is a folder of that name";
            return Err(SequencerError::BadPath { path: path.clone(), expected }.into());
        }
    }
    stage(storage, staged, size)?;
    commit(storage, log.key.verifier(), staged)?;
    write_out(storage, staged, made)?;
    rehash(storage, staged.old_size, size, &root)?;
    replace(storage, Zone::Public, CHECKPOINT, &staged.checkpoint)?;
    tidy(storage, staged, size)
}

fn stage<S: Storage>(storage: &mut S, staged: &Staged, size: u64) -> Result<(), SequencerError> {
    let path = staged::path(size);
    let file = staged.with_parts(|parts| storage.write(Zone::Private, &path, parts));
    let file = file.map_err(failed(storage, "write", Zone::Private, &path))?;
    storage.sync(file).map_err(failed(storage, "sync", Zone::Private, &path))?;
    let folder = parent(&path);
    storage.sync_folder(Zone::Private, folder).map_err(failed(storage, "sync the folder", Zone::Private, folder))
}

/// Compares what is committed with what the batch follows, and swaps.
fn commit<S: Storage>(storage: &mut S, key: &VerifierKey, staged: &Staged) -> Result<()> {
    let now = storage.read(Zone::Private, COMMITTED);
    let now = now.map_err(failed(storage, "read", Zone::Private, COMMITTED))?.unwrap_or_default();
    let now = SignedCheckpoint::open(&now, key)?;
    let Checkpoint { size: found_size, root: found_root, .. } = *now.checkpoint();
    let (size, root): (u64, Hash) = (staged.old_size, staged.old_root);
    if (found_size, found_root) != (size, root) {
        return Err(SequencerError::CommitRaced { size, root, found_size, found_root }.into());
    }
    Ok(replace(storage, Zone::Private, COMMITTED, &staged.checkpoint)?)
}

/// Writes every public file of the batch but the checkpoint, durably. Writing them again is harmless.
pub(super) fn write_out<S: Storage>(
    storage: &mut S,
    staged: &Staged,
    folders: BTreeSet<String>,
) -> Result<(), SequencerError> {
    let files: Vec<(&str, &[u8])> =
        staged.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    place(storage, Zone::Public, &files, folders)
}

/// Removes what the published checkpoint of `size` has superseded, and then the staged file. Doing it again is
/// harmless.
pub(super) fn tidy<S: Storage>(storage: &mut S, staged: &Staged, size: u64) -> Result<()> {
    for level in 0..8u8 {
        let index = staged.old_size >> (8 * level) >> 8;
        let was_partial = Tile::in_tree(level, index, staged.old_size).is_some();
        let now = Tile::in_tree(level, index, size);
        if let Some(full) = now.filter(|tile| was_partial && tile.width == TILE_WIDTH) {
            remove_partials(storage, &format!("{}.p", full.path()))?;
            if level == 0 {
                remove_partials(storage, &format!("{}.p", full.entries_path()))?;
            }
        }
    }
    let mut folders = BTreeSet::new();
    for path in &staged.removals {
        storage.remove_file(Zone::Public, path).map_err(failed(storage, "remove", Zone::Public, path))?;
        folders.insert(parent(path));
    }
    for folder in folders {
        sync_emptied(storage, folder)?;
    }
    let path = staged::path(size);
    storage.remove_file(Zone::Private, &path).map_err(failed(storage, "remove", Zone::Private, &path))?;
    Ok(())
}

/// Removes the partial forms of a full tile. Not synced: one that comes back after a crash does no harm.
fn remove_partials<S: Storage>(storage: &mut S, folder: &str) -> Result<(), SequencerError> {
    let names = storage.list(Zone::Public, folder).map_err(failed(storage, "list", Zone::Public, folder))?;
    for name in names {
        let path = format!("{folder}/{name}");
        storage.remove_file(Zone::Public, &path).map_err(failed(storage, "remove", Zone::Public, &path))?;
    }
    storage.remove_folder(Zone::Public, folder).map_err(failed(storage, "remove", Zone::Public, folder))
}

/// Makes removals durable: a file that was erased must not come back. A folder `<N>.p` without files goes too.
fn sync_emptied<S: Storage>(storage: &mut S, folder: &str) -> Result<(), SequencerError> {
    let exists = storage.is_folder(Zone::Public, folder);
    if exists.map_err(failed(storage, "look at", Zone::Public, folder))? {
        storage.sync_folder(Zone::Public, folder).map_err(failed(storage, "sync the folder", Zone::Public, folder))?;
        let names = storage.list(Zone::Public, folder).map_err(failed(storage, "list", Zone::Public, folder))?;
        if folder.ends_with(".p") && names.is_empty() {
            storage.remove_folder(Zone::Public, folder).map_err(failed(storage, "remove", Zone::Public, folder))?;
        }
    }
    Ok(())
}

fn check_beside(beside: &[Beside]) -> Result<(), SequencerError> {
    let mut seen = HashSet::new();
    for change in beside {
        let (Beside::Put { path, .. } | Beside::Remove { path }) = change;
        let bad = |expected| Err(SequencerError::BadPath { path: path.clone(), expected });
        if path.len() > 1000 || path.split('/').any(|part| part.len() > 200) {
            return bad("at most 1,000 bytes, and 200 in each part");
        }
        if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return bad("a relative path without empty parts, `.` and `..`");
        }
        if path.chars().any(|c| c.is_control() || c == '\\') {
            return bad("no control characters and no backslash");
        }
        if path.split('/').any(|part| part.ends_with(TEMPORARY)) {
            return bad("no part that ends in .tmp, which marks temporary files");
        }
        if path == CHECKPOINT || path.split('/').next().is_some_and(|first| first == "tile" || first == CHECKPOINT) {
            return bad("a path outside checkpoint and tile/, which are the log's own");
        }
        if !seen.insert(path) {
            return bad("each path once in a batch");
        }
    }
    Ok(())
}
