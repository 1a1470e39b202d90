//! The one error of the crate, with a nested one for each format.

use crate::{
    bundle::BundleError, checkpoint::CheckpointError, cosignature::CosignatureError, hash::HashError, note::NoteError,
    policy::PolicyError, proof::ProofError, tile::TileError, tree::TreeError,
};

/// What this crate's functions return.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// Why something was refused: which format, where in it, and what was expected.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A hash is not 32 bytes in strict base64.
    #[error("hash: {0}")]
    Hash(#[from] HashError),
    /// A proof does not hold, or the tiles do not make the tree.
    #[error("tree: {0}")]
    Tree(#[from] TreeError),
    /// A tile's path or content is wrong, or a tile could not be read.
    #[error("tile: {0}")]
    Tile(#[from] TileError),
    /// An entry bundle is malformed.
    #[error("entry bundle: {0}")]
    Bundle(#[from] BundleError),
    /// A signed note or a key is malformed, or a signature fails.
    #[error("signed note: {0}")]
    Note(#[from] NoteError),
    /// A checkpoint's text is malformed.
    #[error("checkpoint: {0}")]
    Checkpoint(#[from] CheckpointError),
    /// A cosignature is malformed or fails.
    #[error("cosignature: {0}")]
    Cosignature(#[from] CosignatureError),
    /// A tlog-proof is malformed or does not hold.
    #[error("tlog-proof: {0}")]
    Proof(#[from] ProofError),
    /// A policy is malformed, or a checkpoint does not satisfy it.
    #[error("tlog-policy: {0}")]
    Policy(#[from] PolicyError),
    /// The writer of the log refused or failed.
    #[cfg(feature = "sequencer")]
    #[error("sequencer: {0}")]
    Sequencer(#[from] crate::sequencer::SequencerError),
}
