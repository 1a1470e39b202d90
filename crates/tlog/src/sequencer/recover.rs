//! Opening a log: what a crash left is finished or discarded, and what cannot be explained by a crash halts.
//!
//! A crash leaves one of these, and nothing else:
//! - neither `committed` nor `checkpoint`, and no tiles: a new log;
//! - `committed` of size 0 and no `checkpoint`: a new log that was being made;
//! - both of one size: nothing to do but tidying;
//! - `committed` ahead, with the staged file that leads to it from what is published: replayed.
//!
//! Names that were renamed but perhaps not durable before the crash are made durable again before anything builds on
//! them.

use super::{
    Sequencer, SequencerError,
    append::{CHECKPOINT, COMMITTED, tidy, write_out},
    edge::Edge,
    read_bundle, read_tile,
    rehash::rehash,
    staged::{self, Staged},
    storage::{Storage, Zone, failed, make_folders, replace},
};
use crate::{
    checkpoint::{Checkpoint, SignedCheckpoint},
    error::{Error, Result},
    hash::empty_root,
    note::{SigningKey, VerifierKey},
};

pub(super) fn open<S: Storage>(mut storage: S, key: SigningKey) -> Result<Sequencer<S>> {
    if !storage.lock().map_err(failed(&storage, "lock", Zone::Private, "lock"))? {
        let lock_file = storage.describe(Zone::Private, "lock");
        return Err(SequencerError::Locked { lock_file }.into());
    }
    let found = find(&storage, &key)?;
    let Checkpoint { size, root, .. } = *found.committed.checkpoint();

    // Both sides are written once more even if they agree: a rename can be visible without being durable.
    make_private_folders(&mut storage)?;
    replace(&mut storage, Zone::Private, COMMITTED, &found.committed.note().to_string())?;
    if let (true, Some(staged)) = (found.replay, &found.staged) {
        let paths = staged.files.iter().map(|(path, _)| path.as_str());
        let folders = make_folders(&mut storage, Zone::Public, paths, true)?;
        write_out(&mut storage, staged, folders)?;
        rehash(&storage, staged.old_size, size, &root)?;
    }
    rehash(&storage, size.saturating_sub(1), size, &root)?;
    let text = found.published.note().to_string();
    replace(&mut storage, Zone::Public, CHECKPOINT, &text)?;

    if let Some(staged) = &found.staged {
        tidy(&mut storage, staged, size)?;
    }
    discard_staged(&mut storage)?;
    let edge = Edge::load(size, |tile| read_tile(&storage, tile), |tile| read_bundle(&storage, tile))?;
    Ok(Sequencer { storage, key, edge, checkpoint: found.published.note().clone(), text, poisoned: None })
}

/// What the two folders say, once it is certain that a crash can have left them so.
struct Found {
    committed: SignedCheckpoint,
    /// What is or will be published: the same tree.
    published: SignedCheckpoint,
    /// The batch that led to it, if it is still there.
    staged: Option<Staged>,
    /// Whether that batch has yet to be written out.
    replay: bool,
}

fn find<S: Storage>(storage: &S, key: &SigningKey) -> Result<Found> {
    let committed = read_checkpoint(storage, Zone::Private, COMMITTED, key.verifier())?;
    let published = read_checkpoint(storage, Zone::Public, CHECKPOINT, key.verifier())?;
    let (committed, published) = match (committed, published) {
        (Some(committed), Some(published)) => (committed, published),
        (Some(committed), None) if committed.checkpoint().size == 0 => (committed.clone(), committed),
        (None, None) => {
            let empty = empty_log(storage, key)?;
            (empty.clone(), empty)
        }
        (None, Some(_)) => return Err(side_missing(storage, (Zone::Private, COMMITTED), (Zone::Public, CHECKPOINT))),
        (Some(_), None) => return Err(side_missing(storage, (Zone::Public, CHECKPOINT), (Zone::Private, COMMITTED))),
    };
    let (ahead, behind) = (committed.checkpoint().clone(), published.checkpoint().clone());
    if behind.size > ahead.size {
        let (published, committed) = (behind.size, ahead.size);
        return Err(SequencerError::PublishedAhead { published, committed }.into());
    }
    let staged = read_staged(storage, &committed)?;
    if behind.size == ahead.size {
        if behind.root != ahead.root {
            let (published, committed) = (behind.root, ahead.root);
            return Err(SequencerError::Forked { size: ahead.size, published, committed }.into());
        }
        return Ok(Found { committed, published, staged: staged.ok(), replay: false });
    }
    let staged = staged.and_then(|staged| {
        let follows = (staged.old_size, staged.old_root) == (behind.size, behind.root);
        follows.then_some(staged).ok_or("it does not follow what is published")
    });
    match staged {
        Ok(staged) => Ok(Found { published: committed.clone(), committed, staged: Some(staged), replay: true }),
        Err(reason) => Err(SequencerError::CannotReplay {
            published: behind.size,
            committed: ahead.size,
            staged: storage.describe(Zone::Private, &staged::path(ahead.size)),
            reason: reason.to_owned(),
        }
        .into()),
    }
}

/// The first checkpoint of a log that has left no trace anywhere yet.
fn empty_log<S: Storage>(storage: &S, key: &SigningKey) -> Result<SignedCheckpoint> {
    for (missing, zone, folder) in [(CHECKPOINT, Zone::Public, "tile"), (COMMITTED, Zone::Private, "staged")] {
        let names = storage.list(zone, folder).map_err(failed(storage, "list", zone, folder))?;
        if !names.is_empty() {
            return Err(side_missing(storage, (zone, missing), (zone, folder)));
        }
    }
    let origin = key.name().to_owned();
    let empty = Checkpoint { origin, size: 0, root: empty_root(), extensions: Vec::new() };
    SignedCheckpoint::open(empty.sign(key)?.as_bytes(), key.verifier())
}

fn read_checkpoint<S: Storage>(
    storage: &S,
    zone: Zone,
    path: &str,
    key: &VerifierKey,
) -> Result<Option<SignedCheckpoint>> {
    let bytes = storage.read(zone, path).map_err(failed(storage, "read", zone, path))?;
    let open = |bytes: Vec<u8>| {
        SignedCheckpoint::open(&bytes, key).map_err(|source| {
            let path = storage.describe(zone, path);
            SequencerError::BadCheckpoint { path, source: Box::new(source) }.into()
        })
    };
    bytes.map(open).transpose()
}

/// The staged file that leads to what is committed; the inner error says why there is none of use.
fn read_staged<S: Storage>(storage: &S, committed: &SignedCheckpoint) -> Result<Result<Staged, &'static str>> {
    let path = staged::path(committed.checkpoint().size);
    let bytes = storage.read(Zone::Private, &path).map_err(failed(storage, "read", Zone::Private, &path))?;
    let Some(bytes) = bytes else { return Ok(Err("it is missing")) };
    Ok(Staged::parse(&bytes).and_then(|staged| {
        let leads_here = staged.checkpoint == committed.note().to_string();
        leads_here.then_some(staged).ok_or("it leads to another checkpoint")
    }))
}

fn make_private_folders<S: Storage>(storage: &mut S) -> Result<(), SequencerError> {
    // Its name is made durable with that of `committed`, in the same folder.
    storage.make_folder(Zone::Private, "staged").map_err(failed(
        storage,
        "make the folder",
        Zone::Private,
        "staged",
    ))?;
    Ok(())
}

/// Removes batches that were staged and never committed, and the one that has been published.
fn discard_staged<S: Storage>(storage: &mut S) -> Result<(), SequencerError> {
    let names = storage.list(Zone::Private, "staged").map_err(failed(storage, "list", Zone::Private, "staged"))?;
    for name in names {
        let path = format!("staged/{name}");
        storage.remove_file(Zone::Private, &path).map_err(failed(storage, "remove", Zone::Private, &path))?;
    }
    Ok(())
}

fn side_missing<S: Storage>(storage: &S, missing: (Zone, &str), present: (Zone, &str)) -> Error {
    let describe = |(zone, path)| storage.describe(zone, path);
    SequencerError::SideMissing { missing: describe(missing), present: describe(present) }.into()
}
