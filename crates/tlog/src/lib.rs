//! A transparency log by the C2SP specifications: the tree, its tiles and entry bundles, signed notes,
//! checkpoints, cosignatures, proofs, the trust policy and, behind the feature `sequencer`, the one writer of a log.
//!
//! Without that feature the crate is pure: no file, no clock, no randomness, no standard library, and it builds for
//! `wasm32-unknown-unknown`. Times and seeds are arguments. Everything that is read from outside is refused unless it
//! is written exactly as its specification says; there is no lenient mode.
//!
//! What it refuses to do: to promise. There is no "signed timestamp": an entry is either under a published checkpoint,
//! and then there is a proof, or it is nothing.

#![cfg_attr(not(feature = "sequencer"), no_std)]

extern crate alloc;

/// What the standard library's own prelude would bring.
mod prelude {
    pub(crate) use alloc::{
        borrow::ToOwned,
        format,
        string::{String, ToString},
        vec::Vec,
    };
}

pub mod bundle;
pub mod checkpoint;
pub mod cosignature;
mod error;
pub mod hash;
pub mod note;
pub mod policy;
pub mod proof;
#[cfg(feature = "sequencer")]
pub mod sequencer;
pub mod tile;
pub mod tree;

pub use bundle::BundleError;
pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint};
pub use cosignature::CosignatureError;
pub use error::{Error, Result};
pub use hash::{Hash, HashError, empty_root, leaf_hash, node_hash};
pub use note::{KeyType, Note, NoteError, Signature, SigningKey, Verified, VerifierKey};
pub use policy::{Cosigned, Policy, PolicyError, Satisfied};
pub use proof::{Proof, ProofError, Trust};
#[cfg(feature = "sequencer")]
pub use sequencer::{Batch, Beside, Published, Sequencer, SequencerError, folder::Folder};
pub use tile::{TILE_WIDTH, Tile, TileError, tiles_between, tiles_of};
pub use tree::{
    Frontier, MAX_SIZE, ReadTile, TreeError, consistency_proof, inclusion_proof, root, verify_consistency,
    verify_inclusion,
};
