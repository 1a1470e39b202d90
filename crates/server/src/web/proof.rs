//! The proof that a statement is in the log, made from the tiles under the published checkpoint. It is checked before it is
//! given out: a proof that fails elsewhere would look like a forged log.

use std::path::Path;

use tlog::tile::TileError;
use tlog::{Checkpoint, Note, Proof, Tile};

use super::problem::Problem;
use super::{View, verify};

/// The leaf of a statement and its proof.
///
/// # Errors
/// [`Problem::NotFound`] where the published checkpoint does not cover it, [`Problem::Unavailable`] where the log cannot be
/// read.
pub async fn of(view: View, index: u64) -> Result<(String, Proof), Problem> {
    let (found, _) = view.read(move |reader| reader.leaf(index)).await?;
    let leaf = found.ok_or(Problem::NotFound)?;
    let note = verify::read(view.public(), "checkpoint").await.ok_or(Problem::Unavailable)?;
    let checkpoint = Note::parse(note.as_bytes()).map_err(|_| Problem::Unavailable)?;
    let Checkpoint { size, root, .. } = checkpoint.text().parse().map_err(|_| Problem::Unavailable)?;
    if index >= size {
        return Err(Problem::NotFound);
    }
    let computed = tokio::task::spawn_blocking(move || {
        let hashes = tlog::inclusion_proof(index, size, |tile: Tile| read_tile(view.public(), tile))?;
        tlog::verify_inclusion(&tlog::leaf_hash(leaf.as_bytes()), index, size, &hashes, &root)?;
        Ok::<_, tlog::Error>((leaf, hashes))
    });
    let (leaf, hashes) = computed.await.map_err(|_| Problem::Fault)?.map_err(|error| {
        tracing::error!(index, %error, "no proof could be made from the tiles");
        Problem::Unavailable
    })?;
    Ok((leaf, Proof { extra: None, index, hashes, checkpoint }))
}

/// A log may have removed a partial tile once the full one is there (tlog-tiles).
fn read_tile(public: &Path, tile: Tile) -> tlog::Result<Vec<u8>> {
    let wanted = usize::from(tile.width) * 32;
    let read = std::fs::read(public.join(tile.path()))
        .or_else(|error| if tile.is_partial() { std::fs::read(public.join(tile.full().path())) } else { Err(error) });
    match read {
        Ok(mut bytes) => {
            bytes.truncate(wanted);
            Ok(bytes)
        }
        Err(error) => Err(TileError::Unavailable { path: tile.path(), reason: error.kind().to_string() }.into()),
    }
}
