//! The log itself: checkpoint, entries, tiles, and an earlier checkpoint.

use tlog::bundle;
use tlog::tree::root;
use tlog::{Hash, Note, SignedCheckpoint, TILE_WIDTH, Tile, leaf_hash, tiles_of};

use super::{Question, Report, Stop, in_parallel};
use crate::source::Source;

/// A log whose entries hash to its checkpoint.
pub(super) struct Log {
    pub(super) origin: String,
    pub(super) size: u64,
    pub(super) bundles: Vec<Vec<u8>>,
    /// Hashes by level: of entries, of full tiles of entries, and so on.
    levels: Vec<Vec<Hash>>,
}

impl Log {
    /// Every entry, in order.
    pub(super) fn entries(&self) -> impl Iterator<Item = &[u8]> {
        // Bundles that do not parse were found before.
        self.bundles.iter().flat_map(|bytes| bundle::parse(bytes).unwrap_or_default())
    }

    /// The root hash of its first so many entries; nothing where it has not so many.
    pub(super) fn root_at(&self, size: u64) -> Option<Hash> {
        self.levels[0].get(..usize::try_from(size).ok()?).map(root)
    }

    /// What a tile holds, or the first part of it that is under the checkpoint; nothing beyond.
    pub(super) fn tile(&self, tile: Tile) -> Option<Vec<u8>> {
        let hashes = self.levels.get(usize::from(tile.level))?;
        let first = usize::try_from(tile.index).ok()? * usize::from(TILE_WIDTH);
        let hashes = hashes.get(first..first + usize::from(tile.width))?;
        Some(hashes.iter().flat_map(|hash| hash.0).collect())
    }
}

/// Reads the checkpoint and checks who signed it.
pub(super) fn checkpoint(source: &Source, question: &Question, report: &mut Report) -> Result<SignedCheckpoint, Stop> {
    let bytes = demand(source, "checkpoint", report)?;
    let signed = match SignedCheckpoint::open(&bytes, &question.key) {
        Ok(signed) => signed,
        Err(error) => return broken(report, "checkpoint", error),
    };
    if signed.note().to_string().as_bytes() != bytes {
        return broken(report, "checkpoint", "expected one form only; it reads the same but is written otherwise");
    }
    let held = signed.checkpoint();
    report.checked.origin.clone_from(&held.origin);
    report.checked.size = held.size;
    report.checked.root = held.root.to_string();
    if let Some(policy) = &question.policy {
        match policy.check(&bytes) {
            Ok(satisfied) => report.checked.cosignatures = satisfied.cosigned.len() as u64,
            Err(error) => return broken(report, "checkpoint", format!("the policy is not satisfied: {error}")),
        }
    }
    Ok(signed)
}

/// Reads every bundle and tile and holds them against the root.
pub(super) fn read(source: &Source, signed: &SignedCheckpoint, report: &mut Report) -> Result<Log, Stop> {
    let checkpoint = signed.checkpoint();
    let size = checkpoint.size;
    let width = u64::from(TILE_WIDTH);
    let bundles = in_parallel(size.div_ceil(width), |index| -> Result<ReadBundle, Stop> {
        let tile = Tile::in_tree(0, index, size).ok_or(Stop::Broken)?;
        let bytes = read_bundle(source, tile)?;
        let hashes = match &bytes {
            Some(bytes) => hash_entries(bytes, tile),
            None => Err("it is missing".to_owned()),
        };
        Ok(ReadBundle { tile, bytes: bytes.unwrap_or_default(), hashes })
    })?;
    let tiles: Vec<Tile> = tiles_of(size).collect();
    let tile_bytes = in_parallel(tiles.len() as u64, |number| read_tile(source, tiles[number as usize]))?;
    let tiles: Vec<ReadTile> = tiles.into_iter().zip(tile_bytes).collect();

    let mut leaves = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    for bundle in &bundles {
        match &bundle.hashes {
            Ok(hashes) => leaves.extend(hashes),
            Err(_) => leaves.extend(std::iter::repeat_n(Hash([0; 32]), usize::from(bundle.tile.width))),
        }
    }
    if root(&leaves) != checkpoint.root {
        blame(&bundles, &tiles, checkpoint.root, report);
        return Err(Stop::Broken);
    }
    let log = Log {
        origin: checkpoint.origin.clone(),
        size,
        bundles: bundles.into_iter().map(|bundle| bundle.bytes).collect(),
        levels: levels_above(leaves),
    };
    for (tile, bytes) in &tiles {
        match bytes {
            None => report.broken(tile.path(), "it is missing"),
            Some(bytes) if log.tile(*tile).as_ref() != Some(bytes) => {
                report.broken(tile.path(), "it is not what the entries hash to");
            }
            Some(_) => {}
        }
    }
    let read = log.bundles.iter().chain(tiles.iter().filter_map(|(_, bytes)| bytes.as_ref()));
    report.checked.bytes += read.map(|bytes| bytes.len() as u64).sum::<u64>();
    report.checked.entries = size;
    report.checked.tiles = tiles.len() as u64;
    if report.findings.is_empty() { Ok(log) } else { Err(Stop::Broken) }
}

/// An entry bundle as it was read, and what its entries hash to.
struct ReadBundle {
    tile: Tile,
    bytes: Vec<u8>,
    hashes: Result<Vec<Hash>, String>,
}

/// A tile and its bytes, if it is there.
type ReadTile = (Tile, Option<Vec<u8>>);

/// Bundles or tiles are wrong. If the tiles hash to the root, the bundles that differ from them are; else both may be.
fn blame(bundles: &[ReadBundle], tiles: &[ReadTile], signed: Hash, report: &mut Report) {
    let mut by_tiles = Vec::new();
    for ReadBundle { tile, hashes, .. } in bundles {
        let found = tiles.iter().find(|(other, _)| other == tile).and_then(|(_, bytes)| bytes.as_ref());
        let listed = found.and_then(|bytes| tile.hashes(bytes).ok());
        match (&listed, hashes) {
            (_, Err(problem)) => report.broken(tile.entries_path(), problem),
            (Some(listed), Ok(hashes)) if listed != hashes => {
                let entry = listed.iter().zip(hashes).take_while(|(a, b)| a == b).count();
                report
                    .broken(tile.entries_path(), format!("entry {entry} does not hash to what {} holds", tile.path()));
            }
            (None, Ok(_)) => report.broken(tile.path(), "it is missing or has the wrong length"),
            _ => {}
        }
        by_tiles.extend(listed.unwrap_or_default());
    }
    if root(&by_tiles) != signed {
        report.broken("tile/0", "neither the entries nor the tiles of level 0 hash to the signed root");
    }
}

/// A partial tile may be gone once the full one is there (tlog-tiles, Partial Tiles).
fn read_tile(source: &Source, tile: Tile) -> Result<Option<Vec<u8>>, Stop> {
    if let Some(bytes) = source.read(&tile.path())? {
        return Ok(Some(bytes));
    }
    let full = if tile.is_partial() { source.read(&tile.full().path())? } else { None };
    Ok(full.map(|mut bytes| {
        bytes.truncate(usize::from(tile.width) * 32);
        bytes
    }))
}

/// The same for a partial entry bundle.
fn read_bundle(source: &Source, tile: Tile) -> Result<Option<Vec<u8>>, Stop> {
    if let Some(bytes) = source.read(&tile.entries_path())? {
        return Ok(Some(bytes));
    }
    let full = if tile.is_partial() { source.read(&tile.full().entries_path())? } else { None };
    Ok(full.and_then(|bytes| {
        let entries = bundle::parse(&bytes).ok()?;
        bundle::encode(entries.get(..usize::from(tile.width))?).ok()
    }))
}

fn hash_entries(bytes: &[u8], tile: Tile) -> Result<Vec<Hash>, String> {
    let entries = bundle::parse(bytes).map_err(|error| error.to_string())?;
    if entries.len() != usize::from(tile.width) {
        return Err(format!("it holds {} entries, expected {}", entries.len(), tile.width));
    }
    Ok(entries.iter().map(|entry| leaf_hash(entry)).collect())
}

fn levels_above(leaves: Vec<Hash>) -> Vec<Vec<Hash>> {
    let mut levels = vec![leaves];
    loop {
        let below = levels.last().map_or(&[][..], Vec::as_slice);
        let above: Vec<Hash> = below.chunks_exact(usize::from(TILE_WIDTH)).map(root).collect();
        if above.is_empty() {
            return levels;
        }
        levels.push(above);
    }
}

/// Checks that the log still contains an earlier checkpoint.
pub(super) fn since(question: &Question, log: &Log, report: &mut Report) -> Result<(), Stop> {
    let Some(bytes) = &question.since else { return Ok(()) };
    let earlier = match SignedCheckpoint::open(bytes, &question.key) {
        Ok(signed) => signed.checkpoint().clone(),
        Err(error) => return broken(report, "the earlier checkpoint", error),
    };
    let Some(then) = log.root_at(earlier.size) else {
        let problem = format!("it has {} statements, and the log now has only {}", earlier.size, log.size);
        return broken(report, "the earlier checkpoint", problem);
    };
    if then != earlier.root {
        let problem = format!("the first {} statements were others then: the log was rewritten", earlier.size);
        return broken(report, "the earlier checkpoint", problem);
    }
    report.checked.consistent_since = Some(earlier.size);
    Ok(())
}

/// Reads a note that the log's key must have signed.
pub(super) fn signed_text(bytes: &[u8], question: &Question) -> Result<String, tlog::Error> {
    let note = Note::parse(bytes)?;
    note.verify(std::slice::from_ref(&question.key))?;
    Ok(note.text().to_owned())
}

/// Reads a file that must be there.
pub(super) fn demand(source: &Source, path: &str, report: &mut Report) -> Result<Vec<u8>, Stop> {
    let bytes = source.read(path)?.ok_or_else(|| crate::source::Unreadable {
        place: path.to_owned(),
        reason: "there is no such file; expected the public folder of a register".to_owned(),
    })?;
    report.checked.bytes += bytes.len() as u64;
    Ok(bytes)
}

fn broken<T>(report: &mut Report, place: &str, problem: impl std::fmt::Display) -> Result<T, Stop> {
    report.broken(place, problem);
    Err(Stop::Broken)
}
