//! Roots, tiles and proofs of a real log, compared with tlog_tiles and metamorphic-log.

use metamorphic_log::{merkle, proof, tile as metamorphic_tile};
use oracles::{Log, Random, entry};
use tlog::{Frontier, Hash, Tile, bundle, tile, tiles_between, tiles_of};
use tlog_tiles::{HashReader, TileHashReader, TileReader};

/// Sizes at which tiles and levels begin and end.
const BORDERS: [u64; 8] = [1, 2, 255, 256, 257, 65_535, 65_536, 65_537];

/// The hashes of a tree as tlog_tiles stores them.
#[derive(Default)]
struct Stored(Vec<tlog_tiles::Hash>);

impl HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<tlog_tiles::Hash>, tlog_tiles::Error> {
        Ok(indexes.iter().map(|index| self.0[*index as usize]).collect())
    }
}

/// A tree in all three implementations.
struct Trees {
    log: Log,
    stored: Stored,
    metamorphic: merkle::MerkleTree,
}

impl Trees {
    fn new(name: &str) -> Trees {
        Trees { log: Log::new(name), stored: Stored::default(), metamorphic: merkle::MerkleTree::new() }
    }

    fn grow(&mut self, size: u64) {
        for index in self.log.sequencer.size()..size {
            let entry = entry(index);
            self.metamorphic.push(&entry);
            let more = tlog_tiles::stored_hashes(index, &entry, &self.stored).unwrap();
            self.stored.0.extend(more);
        }
        self.log.grow(size);
    }

    /// Everything about the tree as it now is, with proofs of these positions and from these older sizes.
    fn compare(&self, indices: &[u64], olds: &[u64]) {
        let (size, root) = (self.log.sequencer.size(), self.log.sequencer.root());
        self.compare_roots(size, root);
        self.compare_tiles(size);
        for index in indices.iter().copied().filter(|index| *index < size) {
            self.compare_inclusion(index, size, root);
        }
        for old in olds.iter().copied().filter(|old| (1..=size).contains(old)) {
            self.compare_consistency(old, size, root);
        }
    }

    fn compare_roots(&self, size: u64, root: Hash) {
        assert_eq!(root.0, self.metamorphic.root());
        assert_eq!(root.0, tlog_tiles::tree_hash(size, &self.stored).unwrap().0);
        assert_eq!(root, tlog::root(&self.log.leaves));
        assert_eq!(root, Frontier::from_tiles(size, |tile| self.log.tile(tile)).unwrap().root());
    }

    /// The tiles are the same ones, under the same paths, with the same bytes.
    fn compare_tiles(&self, size: u64) {
        let ours: Vec<Tile> = tiles_of(size).collect();
        let metamorphic = metamorphic_tile::tiles_for_size(size);
        assert_eq!(ours.len(), metamorphic.len());
        let theirs = tlog_tiles::Tile::new_tiles(8, 0, size);
        assert_eq!(ours.len(), theirs.len());
        for ((ours, metamorphic), theirs) in ours.iter().zip(&metamorphic).zip(&theirs) {
            assert_eq!((ours.path(), ours.entries_path()), (metamorphic.path(), metamorphic.entries_path()));
            // The height that C2SP has not.
            assert_eq!(ours.path().replacen("tile/", "tile/8/", 1), theirs.path());
            let bytes = self.log.tile(*ours).unwrap();
            assert_eq!(bytes, theirs.read_data(&self.stored).unwrap(), "{}", ours.path());
            if !ours.is_partial() {
                let parent = metamorphic_tile::parent_hash(&metamorphic.hashes(&bytes).unwrap()).unwrap();
                assert_eq!(parent, tlog::root(&ours.hashes(&bytes).unwrap()).0);
            }
            if ours.level == 0 {
                let first = ours.index * 256;
                let expected: Vec<Vec<u8>> = (first..first + u64::from(ours.width)).map(entry).collect();
                assert_eq!(bundle::parse(&self.log.bundle(*ours)).unwrap(), expected);
            }
        }
    }

    fn compare_inclusion(&self, index: u64, size: u64, root: Hash) {
        let leaf = self.log.leaves[index as usize];
        let ours = tlog::inclusion_proof(index, size, |tile| self.log.tile(tile)).unwrap();
        assert_eq!(raw(&ours), self.metamorphic.inclusion_proof(index, size));
        let (their_root, their_leaf) = (tlog_tiles::Hash(root.0), tlog_tiles::Hash(leaf.0));
        let stored = tlog_tiles::prove_record(size, index, &self.stored).unwrap();
        assert_eq!(ours, from_theirs(&stored));
        // tlog_tiles authenticates every tile of ours that it reads.
        let tiles = OurTiles(&self.log);
        let from_tiles = TileHashReader::new(size, their_root, &tiles);
        assert_eq!(ours, from_theirs(&tlog_tiles::prove_record(size, index, &from_tiles).unwrap()));
        // Of the true proof, and of all that were changed a little, all three think the same.
        for (proof, index) in changed(&ours, index) {
            let own = tlog::verify_inclusion(&leaf, index, size, &proof, &root).is_ok();
            let metamorphic = proof::verify_inclusion(index, size, &leaf.0, &vectors(&proof), &root.0).is_ok();
            let theirs = index < size
                && tlog_tiles::check_record(&to_theirs(&proof), size, their_root, index, their_leaf).is_ok();
            assert_eq!((own, metamorphic), (theirs, theirs), "{index} of {size}: {proof:?}");
        }
        tlog::verify_inclusion(&leaf, index, size, &ours, &root).unwrap();
    }

    fn compare_consistency(&self, old: u64, new: u64, new_root: Hash) {
        let old_root = tlog::root(&self.log.leaves[..old as usize]);
        assert_eq!(old_root.0, self.metamorphic.root_at(old));
        let ours = tlog::consistency_proof(old, new, |tile| self.log.tile(tile)).unwrap();
        assert_eq!(raw(&ours), self.metamorphic.consistency_proof(old, new));
        assert_eq!(ours, from_theirs(&tlog_tiles::prove_tree(new, old, &self.stored).unwrap()));
        let (their_old, their_new) = (tlog_tiles::Hash(old_root.0), tlog_tiles::Hash(new_root.0));
        for (proof, old) in changed(&ours, old).into_iter().filter(|(_, old)| (1..=new).contains(old)) {
            let own = tlog::verify_consistency(old, &old_root, new, &new_root, &proof).is_ok();
            let metamorphic = proof::verify_consistency(old, new, &vectors(&proof), &old_root.0, &new_root.0).is_ok();
            let theirs = tlog_tiles::check_tree(&to_theirs(&proof), new, their_new, old, their_old).is_ok();
            assert_eq!((own, metamorphic), (theirs, theirs), "{old} to {new}: {proof:?}");
        }
        tlog::verify_consistency(old, &old_root, new, &new_root, &ours).unwrap();
    }
}

/// Our served tiles, for tlog_tiles to read.
struct OurTiles<'l>(&'l Log);

impl TileReader for OurTiles<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let ours = |tile: &tlog_tiles::Tile| {
            self.0.tile(Tile { level: tile.level(), index: tile.level_index(), width: tile.width() as u16 }).unwrap()
        };
        Ok(tiles.iter().map(ours).collect())
    }

    fn save_tiles(&self, _: &[tlog_tiles::Tile], _: &[Vec<u8>]) {}
}

/// The proof itself, and proofs for neighbours, with a hash changed, missing, doubled or too many.
fn changed(proof: &[Hash], position: u64) -> Vec<(Vec<Hash>, u64)> {
    let mut all = vec![(proof.to_vec(), position), (proof.to_vec(), position + 1), (proof.to_vec(), position ^ 2)];
    for at in 0..proof.len() {
        let mut other = proof.to_vec();
        other[at].0[at % 32] ^= 1;
        all.push((other.clone(), position));
        other[at] = proof[at];
        other.insert(at, proof[at]);
        all.push((other.clone(), position));
        other.drain(at..at + 2);
        all.push((other, position));
    }
    all.push(([proof, &[Hash([0; 32])]].concat(), position));
    all
}

fn raw(hashes: &[Hash]) -> Vec<[u8; 32]> {
    hashes.iter().map(|hash| hash.0).collect()
}

fn vectors(hashes: &[Hash]) -> Vec<Vec<u8>> {
    hashes.iter().map(|hash| hash.0.to_vec()).collect()
}

fn to_theirs(hashes: &[Hash]) -> Vec<tlog_tiles::Hash> {
    hashes.iter().map(|hash| tlog_tiles::Hash(hash.0)).collect()
}

fn from_theirs(hashes: &[tlog_tiles::Hash]) -> Vec<Hash> {
    hashes.iter().map(|hash| Hash(hash.0)).collect()
}

#[test]
fn the_empty_tree_is_the_same_for_all() {
    let empty = tlog::empty_root().0;
    assert_eq!(empty, merkle::empty_root());
    assert_eq!(empty, tlog_tiles::EMPTY_HASH.0);
    let log = Log::new("empty");
    assert_eq!(log.sequencer.root().0, merkle::MerkleTree::new().root());
    assert!(metamorphic_tile::tiles_for_size(0).is_empty() && tiles_of(0).next().is_none());
}

#[test]
fn trees_at_the_borders_of_tiles_are_the_same_for_all() {
    let mut trees = Trees::new("borders");
    for size in BORDERS {
        trees.grow(size);
        let near = [0, 1, 254, 255, 256, 65_279, 65_280, 65_535, size - 1];
        trees.compare(&near, &[BORDERS.as_slice(), &[128, 512, 65_280, size]].concat());
    }
}

#[test]
fn trees_of_random_sizes_are_the_same_for_all() {
    let mut random = Random(2026);
    let mut trees = Trees::new("random");
    for _ in 0..40 {
        let size = trees.log.sequencer.size() + 1 + random.below(180);
        trees.grow(size);
        let mut some = || (0..12).map(|_| random.below(size)).collect::<Vec<_>>();
        trees.compare(&some(), &some());
    }
}

#[test]
fn the_tiles_between_random_sizes_are_the_same_as_with_tlog_tiles() {
    let mut random = Random(7);
    for _ in 0..200 {
        let old = random.below(300_000);
        let new = old + random.below(70_000);
        let ours: Vec<String> = tiles_between(old, new).map(|t| t.path().replacen("tile/", "tile/8/", 1)).collect();
        let theirs: Vec<String> = tlog_tiles::Tile::new_tiles(8, old, new).iter().map(|t| t.path()).collect();
        assert_eq!(ours, theirs, "{old} to {new}");
    }
}

#[test]
fn paths_are_read_as_metamorphic_log_reads_them() {
    let mut random = Random(8);
    let letters = b"0123456789x/.pX-+t";
    let (mut good, mut bad) = (0, 0);
    for _ in 0..20_000 {
        let digits = 1 + random.below(40);
        let index = random.below(1 << digits);
        let tile = Tile { level: random.below(8) as u8, index, width: 1 + random.below(256) as u16 };
        let mut path = tile.path().into_bytes();
        // Half of them are changed: a letter replaced, removed or doubled.
        let at = random.below(path.len() as u64) as usize;
        match random.below(6) {
            0 => path[at] = letters[random.below(letters.len() as u64) as usize],
            1 => drop(path.remove(at)),
            2 => path.insert(at, path[at]),
            _ => {}
        }
        let path = String::from_utf8(path).unwrap();
        let ours = Tile::parse_path(&path).ok().map(|t| (t.level, t.index, t.width));
        let theirs = metamorphic_tile::Tile::parse_path(&path).ok().map(|t| (t.level(), t.index(), t.width()));
        assert_eq!(ours, theirs, "{path}");
        if ours.is_some() { good += 1 } else { bad += 1 }
    }
    assert!(good > 5000 && bad > 2000, "{good} good and {bad} bad paths");
    assert_eq!(tile::index_path(1_234_067), "x001/x234/067");
}
