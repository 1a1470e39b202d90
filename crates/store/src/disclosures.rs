//! The disclosure bundles beside the log: which files change when statements are added or texts erased.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use register::disclosure::{BUNDLE_WIDTH, encode_bundle, parse_bundle};
use register::{Digest, Disclosure};
use tlog::sequencer::Beside;
use tlog::tile::sized_path;

use crate::error::{Result, StoreError, file};

/// The path of a bundle in the public folder: like that of the entry bundle, under `disclosures/`.
pub(crate) fn bundle_path(index: u64, width: u64) -> String {
    // 256 is the width of a full bundle, which has no `.p/<W>`.
    format!("disclosures/{}", sized_path(index, width.min(BUNDLE_WIDTH) as u16))
}

/// Reads the public disclosures of every statement of a log of this size.
pub(crate) fn read_all(public: &Path, size: u64) -> Result<Vec<Vec<Disclosure>>> {
    let mut all = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    for bundle in 0..size.div_ceil(BUNDLE_WIDTH) {
        all.extend(read(public, bundle, size)?);
    }
    Ok(all)
}

/// The public disclosures of the statements of one bundle, in a log of this size.
pub(crate) fn read(public: &Path, bundle: u64, size: u64) -> Result<Vec<Vec<Disclosure>>> {
    let width = (size - bundle * BUNDLE_WIDTH).min(BUNDLE_WIDTH);
    let path: PathBuf = public.join(bundle_path(bundle, width));
    let bytes = fs::read(&path).map_err(file("read", &path))?;
    let lines = parse_bundle(&bytes).map_err(|source| StoreError::Disclosures { path: path.clone(), source })?;
    let (expected, found) = (width as usize, lines.len());
    if expected == found { Ok(lines) } else { Err(StoreError::ShortBundle { path, expected, found }) }
}

/// The changes to the bundles when statements with these public disclosures follow a log of this size, and these
/// digests, of the statements given, are erased.
pub(crate) fn changes(
    public: &Path,
    size: u64,
    added: &[Vec<Disclosure>],
    erased: &BTreeMap<u64, BTreeSet<Digest>>,
) -> Result<Vec<Beside>> {
    let new_size = size + added.len() as u64;
    let mut touched: BTreeSet<u64> = (size / BUNDLE_WIDTH..new_size.div_ceil(BUNDLE_WIDTH)).collect();
    touched.extend(erased.keys().map(|statement| statement / BUNDLE_WIDTH));
    let mut changes = Vec::new();
    for bundle in touched {
        let first = bundle * BUNDLE_WIDTH;
        let mut lines = if first < size { read(public, bundle, size)? } else { Vec::new() };
        let old_width = lines.len() as u64;
        let new_width = (new_size - first).min(BUNDLE_WIDTH);
        let skip = (first + old_width).saturating_sub(size) as usize;
        lines.extend(added.iter().skip(skip).take((new_width - old_width) as usize).cloned());
        for (statement, digests) in erased.range(first..first + BUNDLE_WIDTH) {
            if let Some(line) = lines.get_mut((statement - first) as usize) {
                line.retain(|disclosure| !digests.contains(&disclosure.digest()));
            }
        }
        let bytes = encode_bundle(lines.iter().map(Vec::as_slice)).into_bytes();
        changes.push(Beside::Put { path: bundle_path(bundle, new_width), bytes });
        if 0 < old_width && old_width < new_width {
            changes.push(Beside::Remove { path: bundle_path(bundle, old_width) });
        }
    }
    Ok(changes)
}
