//! The last step: membership, and the package in its place. A crash in between is made good by the same instruction.

use std::fs::{self, File};
use std::path::Path;

use super::made::digest;
use super::{ExtractError, Extracted, Task, at};
use package::specification::Treatment;

use crate::aside::People;
use crate::membership::{self, DatasetRecord, ReleaseRecord};
use crate::partial::{Partial, Place};
use crate::plan::Approved;
use crate::record::{Record, Records};
use crate::zone::Zone;

/// A release that has a record: refused if it was carried out, put in its place if that alone is missing.
///
/// # Errors
/// If it was carried out, or what was sealed is not there.
pub(super) fn recorded(
    task: &Task<'_>,
    records: &Records,
    approved: &Approved,
    record: Record,
    place: Place,
) -> Result<Extracted, ExtractError> {
    let (share, sequence, made) = (record.share.clone(), record.sequence, record.made);
    if record.placed {
        return Err(ExtractError::CarriedOut { share, sequence, made });
    }
    if record.instruction != approved.digest {
        return Err(ExtractError::OtherInstruction { share, sequence, made });
    }
    let partial = Partial::sealed(task.zone, &share, sequence, place);
    self::place(task, records, approved, record, partial, true)
}

/// Puts a sealed and recorded release in its place. Who is in it is recorded first: nothing becomes visible before a
/// subject could be told of it.
///
/// # Errors
/// If a file is not there as it was sealed, or cannot be moved.
pub(super) fn place(
    task: &Task<'_>,
    records: &Records,
    approved: &Approved,
    mut record: Record,
    partial: Partial,
    before: bool,
) -> Result<Extracted, ExtractError> {
    let (partials, finals) = (partial.place().partials(), partial.place().finals());
    let here = |path: &Path, sealed| path.is_file() && digest(path).is_ok_and(|digest| digest == sealed);
    let mut moves = Vec::new();
    for ((from, to), sealed) in partials.iter().zip(&finals).zip(record.sealed) {
        if here(from, sealed) {
            if to.exists() {
                return Err(ExtractError::Taken(to.clone()));
            }
            moves.push((from, to));
        } else if !here(to, sealed) {
            let (share, sequence, made) = (record.share, record.sequence, record.made);
            return Err(ExtractError::Lost { share, sequence, made, path: to.clone() });
        }
    }
    let path = partial.aside().people();
    if path.exists() {
        membership(task.zone, approved, &record, People::open(&path).map_err(at(&path))?)?;
    }
    for (from, to) in moves {
        fs::rename(from, to).map_err(at(to))?;
    }
    let folder = &partial.place().folder;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))?;
    record.placed = true;
    records.write(&record)?;
    partial.finish()?;
    Ok(Extracted { files: finals, record, before })
}

/// Tells the membership index who is in a release: exact identifiers of the source with the place of their dataset, some of them
/// more than once. It may be told again, since a crash may come right after it.
fn membership(zone: &Zone, approved: &Approved, record: &Record, people: People) -> Result<(), ExtractError> {
    let datasets = leaving(approved).into_iter().map(|(name, items)| DatasetRecord { name, items });
    let release = ReleaseRecord {
        share: record.share.clone(),
        sequence: record.sequence,
        release: approved.instruction.release.clone(),
        date: record.made.date(),
        datasets: datasets.collect(),
    };
    membership::record(zone, &release, people)?;
    Ok(())
}

/// The datasets of which something leaves, with the names of the items that do.
fn leaving(approved: &Approved) -> Vec<(String, Vec<String>)> {
    let parts = approved.instruction.specification.datasets.iter().map(|part| {
        let items = part.items.iter().filter(|item| item.treatment != (Treatment::Drop {}));
        (part.name.clone(), items.map(|item| item.name.clone()).collect::<Vec<_>>())
    });
    parts.filter(|(_, items)| !items.is_empty()).collect()
}
