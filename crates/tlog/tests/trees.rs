//! Proofs on trees of random and of awkward sizes: every true one verifies, and every changed one does not.

#![allow(clippy::unwrap_used)] // a helper of a test may fail it

use std::collections::HashMap;

use proptest::prelude::*;
use tlog::{
    Error, Frontier, Hash, Result, Tile, TileError, TreeError, consistency_proof, empty_root, inclusion_proof,
    leaf_hash, node_hash, root, tiles_between, tiles_of, verify_consistency, verify_inclusion,
};

fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|index| leaf_hash(&index.to_be_bytes())).collect()
}

/// The tiles of a tree by the formal definition.
fn tiles(leaves: &[Hash]) -> HashMap<Tile, Vec<u8>> {
    let content = |tile: Tile| {
        let span = 256usize.pow(tile.level.into());
        let first = tile.index as usize * 256;
        (first..first + usize::from(tile.width)).flat_map(|i| root(&leaves[i * span..(i + 1) * span]).0).collect()
    };
    tiles_of(leaves.len() as u64).map(|tile| (tile, content(tile))).collect()
}

fn reader(tiles: &HashMap<Tile, Vec<u8>>) -> impl FnMut(Tile) -> Result<Vec<u8>> {
    |tile| {
        let missing = || TileError::Unavailable { path: tile.path(), reason: "not in this tree".into() };
        Ok(tiles.get(&tile).ok_or_else(missing)?.clone())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_inclusion_proof_verifies_and_no_changed_one(size in 1u64..1200, at in any::<prop::sample::Index>()) {
        let leaves = leaves(size);
        let tiles = tiles(&leaves);
        let (index, root) = (at.index(size as usize) as u64, root(&leaves));
        let leaf = leaves[index as usize];
        let proof = inclusion_proof(index, size, reader(&tiles)).unwrap();
        verify_inclusion(&leaf, index, size, &proof, &root).unwrap();

        let holds = |leaf, index, size, proof: &[Hash], root| verify_inclusion(leaf, index, size, proof, root).is_ok();
        for at in 0..proof.len() {
            let mut changed = proof.clone();
            changed[at].0[at] ^= 1;
            prop_assert!(!holds(&leaf, index, size, &changed, &root));
            changed.remove(at);
            prop_assert!(!holds(&leaf, index, size, &changed, &root));
        }
        let longer = [proof.as_slice(), &[root]].concat();
        prop_assert!(!holds(&leaf, index, size, &longer, &root));
        prop_assert!(!holds(&Hash([0; 32]), index, size, &proof, &root));
        prop_assert!(!holds(&leaf, index, size, &proof, &Hash([0; 32])));
        prop_assert!(!holds(&leaf, size, size, &proof, &root));
        for other in (0..size).filter(|other| *other != index) {
            prop_assert!(!holds(&leaf, other, size, &proof, &root), "index {}", other);
        }
    }

    #[test]
    fn every_consistency_proof_verifies_and_no_changed_one(new in 1u64..1200, at in any::<prop::sample::Index>()) {
        let leaves = leaves(new);
        let tiles = tiles(&leaves);
        let old = at.index(new as usize + 1) as u64;
        let (old_root, new_root) = (root(&leaves[..old as usize]), root(&leaves));
        let proof = consistency_proof(old, new, reader(&tiles)).unwrap();
        verify_consistency(old, &old_root, new, &new_root, &proof).unwrap();

        let wrong = Hash([0; 32]);
        let holds = |old, old_root, new, new_root, proof: &[Hash]| {
            verify_consistency(old, old_root, new, new_root, proof).is_ok()
        };
        for at in 0..proof.len() {
            let mut changed = proof.clone();
            changed[at].0[at] ^= 1;
            prop_assert!(!holds(old, &old_root, new, &new_root, &changed));
            changed.remove(at);
            prop_assert!(!holds(old, &old_root, new, &new_root, &changed));
        }
        let longer = [proof.as_slice(), &[new_root]].concat();
        prop_assert!(!holds(old, &old_root, new, &new_root, &longer));
        prop_assert!(!holds(old, &wrong, new, &new_root, &proof));
        // From the empty tree nothing is proved of the new root: every tree continues the empty one.
        prop_assert_eq!(holds(old, &old_root, new, &wrong, &proof), old == 0);
        for other in (1..new).filter(|other| *other != old && old != 0) {
            prop_assert!(!holds(other, &old_root, new, &new_root, &proof), "old size {}", other);
        }
    }

    #[test]
    fn a_frontier_has_the_root_of_its_leaves_however_it_is_made(size in 0u64..1500) {
        let leaves = leaves(size);
        let mut grown = Frontier::new();
        for (count, leaf) in leaves.iter().enumerate() {
            if count % 97 == 0 {
                prop_assert_eq!(grown.root(), root(&leaves[..count]));
            }
            grown.push(*leaf);
        }
        prop_assert_eq!((grown.size(), grown.root()), (size, root(&leaves)));
        prop_assert_eq!(&Frontier::from_tiles(size, reader(&tiles(&leaves))).unwrap(), &grown);
    }

    #[test]
    fn the_tiles_between_two_sizes_are_those_that_only_the_larger_has(old in 0u64..200_000, more in 0u64..70_000) {
        let new = old + more;
        let before: std::collections::HashSet<Tile> = tiles_of(old).collect();
        let expected: Vec<Tile> = tiles_of(new).filter(|tile| !before.contains(tile)).collect();
        prop_assert_eq!(tiles_between(old, new).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn proofs_hold_at_the_borders_of_tiles() {
    let leaves = leaves(65_537);
    for size in [1u64, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537] {
        let leaves = &leaves[..size as usize];
        let (tiles, root_of_all) = (tiles(leaves), root(leaves));
        for index in [0, 1, 254, 255, 256, 257, 65_279, 65_280, 65_535, size - 1].into_iter().filter(|i| *i < size) {
            let proof = inclusion_proof(index, size, reader(&tiles)).unwrap();
            verify_inclusion(&leaves[index as usize], index, size, &proof, &root_of_all).unwrap();
        }
        for old in [0, 1, 2, 3, 128, 255, 256, 257, 65_535, 65_536, size - 1, size].into_iter().filter(|o| *o <= size) {
            let proof = consistency_proof(old, size, reader(&tiles)).unwrap();
            verify_consistency(old, &root(&leaves[..old as usize]), size, &root_of_all, &proof).unwrap();
        }
    }
}

#[test]
fn roots_of_small_trees_are_those_of_the_rfc() {
    let [a, b, c] = [leaf_hash(b"a"), leaf_hash(b"b"), leaf_hash(b"c")];
    assert_eq!(empty_root().to_string(), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    assert_eq!(leaf_hash(b"").to_string(), "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=");
    assert_eq!(root(&[]), empty_root());
    assert_eq!(root(&[a]), a);
    assert_eq!(root(&[a, b, c]), node_hash(&node_hash(&a, &b), &c));
}

#[test]
fn positions_and_sizes_that_cannot_be_are_refused() {
    let zero = Hash([0; 32]);
    let tree = |result: Result<()>| match result {
        Err(Error::Tree(error)) => error,
        other => panic!("{other:?}"),
    };
    assert!(matches!(tree(verify_inclusion(&zero, 3, 3, &[], &zero)), TreeError::IndexOutOfRange { .. }));
    assert!(matches!(tree(verify_inclusion(&zero, 0, 0, &[], &zero)), TreeError::IndexOutOfRange { .. }));
    assert!(matches!(tree(verify_inclusion(&zero, 0, 1 << 63, &[], &zero)), TreeError::TooLarge { .. }));
    assert!(matches!(tree(verify_consistency(4, &zero, 3, &zero, &[])), TreeError::SizesSwapped { .. }));
    assert!(matches!(tree(verify_consistency(0, &zero, 3, &zero, &[])), TreeError::WrongRoot { .. }));
    assert!(matches!(tree(verify_consistency(3, &zero, 3, &zero, &[zero])), TreeError::WrongLength { .. }));
    let proof = vec![zero; 63];
    assert!(matches!(tree(verify_inclusion(&zero, 0, i64::MAX as u64, &proof, &zero)), TreeError::WrongRoot { .. }));
    let short = |tile: Tile| Ok(vec![0; usize::from(tile.width) * 32 - 1]);
    assert!(matches!(inclusion_proof(0, 5, short), Err(Error::Tile(TileError::WrongSize { .. }))));
}

#[test]
fn a_wrong_tile_makes_a_proof_that_does_not_hold() {
    let leaves = leaves(600);
    let mut tiles = tiles(&leaves);
    let sibling = Tile { level: 0, index: 1, width: 256 };
    tiles.get_mut(&sibling).unwrap()[0] ^= 1;
    let proof = inclusion_proof(257, 600, reader(&tiles)).unwrap();
    assert!(verify_inclusion(&leaves[257], 257, 600, &proof, &root(&leaves)).is_err());
}
