//! The published files: each is computed again from the register and compared. Two spreadsheets are only held against
//! the signed list, because this program links nothing that writes them.

use std::collections::BTreeSet;
use std::io::{self, BufWriter, Write};

use register::dictionary::{self, published};
use register::download::Download;
use register::hdr_uk::SPREADSHEETS;
use register::listing::{self, Listing};
use register::tables::Snapshot;
use sha2::{Digest, Sha256};
use tlog::{Tile, bundle, tiles_of};

use super::dictionaries::Dictionaries;
use super::log::{Log, signed_text};
use super::statements::{Folded, disclosures_path};
use super::{Question, Report, Stop, rows};
use crate::source::Source;

/// The signed list of published files, if it can be used. The files may stand at an earlier checkpoint of the same log:
/// they are editions, and the log's entries after them say the rest.
pub(super) fn list(
    source: &Source,
    question: &Question,
    log: &Log,
    report: &mut Report,
) -> Result<Option<Listing>, Stop> {
    let key = format!("{}\n", question.key);
    if source.read("vkey")?.is_some_and(|held| held != key.as_bytes()) {
        report.differs("vkey", "it is not the key that you gave");
    }
    let Some(bytes) = source.read(listing::PATH)? else {
        report.differs(listing::PATH, "the signed list of published files is missing");
        return Ok(None);
    };
    let list: Listing = match signed_text(&bytes, question).map(|text| text.parse()) {
        Ok(Ok(list)) => list,
        Ok(Err(error)) => {
            report.differs(listing::PATH, error);
            return Ok(None);
        }
        Err(error) => {
            report.differs(listing::PATH, error);
            return Ok(None);
        }
    };
    let Snapshot { origin, size, root } = &list.snapshot;
    if log.root_at(*size).is_none_or(|then| then.to_string() != *root) || *origin != log.origin {
        let elsewhere = format!(
            "it stands at {size} statements with root {root}, which is no state of this log of {} statements; if a new \
             statement was just published, try again",
            log.size
        );
        report.differs(listing::PATH, elsewhere);
        return Ok(None);
    }
    report.checked.files_at = Some(*size);
    Ok(Some(list))
}

/// Compares every published file with what the register says at the list's checkpoint.
pub(super) fn compare(
    source: &Source,
    list: &Listing,
    log: &Log,
    folded: &Folded,
    dictionaries: &Dictionaries,
    report: &mut Report,
) -> Result<(), Stop> {
    let database = source.read(listing::DATABASE)?;
    std::thread::scope(|scope| -> Result<(), Stop> {
        let compared = scope
            .spawn(|| database.as_ref().map(|bytes| rows::compare(bytes, log, folded, dictionaries, &list.snapshot)));
        for download in Download::ALL {
            compare_download(source, *download, list, folded, report)?;
        }
        for path in SPREADSHEETS {
            compare_signed(source, path, list, report)?;
        }
        let expected = list.files.iter().find(|file| file.path == listing::DATABASE);
        match (&database, expected) {
            (Some(bytes), Some(file)) if hex(&Sha256::digest(bytes)) != file.sha256 => {
                report.differs(listing::DATABASE, "it does not have the digest of the signed list");
            }
            (Some(_), Some(_)) => {}
            (None, _) => report.differs(listing::DATABASE, "it is missing"),
            (_, None) => report.differs(listing::PATH, format!("it does not name {}", listing::DATABASE)),
        }
        report.checked.bytes += database.as_ref().map_or(0, Vec::len) as u64;
        match compared.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)) {
            Some(Ok(rows)) => {
                report.checked.rows = rows;
                report.checked.files += 1;
            }
            Some(Err(problem)) => report.differs(listing::DATABASE, problem),
            None => {}
        }
        Ok(())
    })?;
    for file in &list.files {
        let known = file.path == listing::DATABASE
            || SPREADSHEETS.contains(&file.path.as_str())
            || Download::ALL.iter().any(|download| download.path() == file.path);
        if !known {
            report.differs(&file.path, "the signed list names it, and this program cannot compute it");
        }
    }
    Ok(())
}

fn compare_download(
    source: &Source,
    download: Download,
    list: &Listing,
    folded: &Folded,
    report: &mut Report,
) -> Result<(), Stop> {
    let path = download.path();
    let Some(held) = source.read(path)? else {
        report.differs(path, "it is missing");
        return Ok(());
    };
    report.checked.bytes += held.len() as u64;
    let mut comparing = BufWriter::with_capacity(1 << 16, Comparing { held: &held, at: 0, same: true });
    let computed = download.write(&folded.register, &mut comparing).and_then(|()| comparing.flush());
    let comparing = comparing.into_inner().map_err(io::IntoInnerError::into_error);
    let Ok((comparing, ())) = comparing.and_then(|comparing| computed.map(|()| (comparing, ()))) else {
        report.differs(path, "it could not be computed again");
        return Ok(());
    };
    if !comparing.same || comparing.at != held.len() {
        report.differs(path, format!("it is not what the log says, from byte {} on", comparing.at));
    }
    if !is_listed(path, &held, list) {
        report.differs(path, "it does not have the size and digest of the signed list");
    }
    report.checked.files += 1;
    Ok(())
}

/// Holds a file against the signed list alone.
fn compare_signed(source: &Source, path: &str, list: &Listing, report: &mut Report) -> Result<(), Stop> {
    let Some(held) = source.read(path)? else {
        report.differs(path, "it is missing");
        return Ok(());
    };
    report.checked.bytes += held.len() as u64;
    if !is_listed(path, &held, list) {
        report.differs(path, "it does not have the size and digest of the signed list");
    }
    report.checked.signed_files += 1;
    Ok(())
}

fn is_listed(path: &str, held: &[u8], list: &Listing) -> bool {
    let listed = list.files.iter().find(|file| file.path == path);
    listed.is_some_and(|file| file.bytes == held.len() as u64 && file.sha256 == hex(&Sha256::digest(held)))
}

/// A writer that compares instead of keeping.
struct Comparing<'a> {
    held: &'a [u8],
    at: usize,
    same: bool,
}

impl Write for Comparing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.same {
            let rest = &self.held[self.at..];
            let common = rest.iter().zip(bytes).take_while(|(a, b)| a == b).count();
            self.at += common;
            self.same = common == bytes.len();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Files of a folder that nothing above has read: partial tiles and bundles of earlier checkpoints, which must agree with
/// the tree, and whatever should not be there.
pub(super) fn stray_files(source: &Source, log: &Log, folded: &Folded, report: &mut Report) -> Result<(), Stop> {
    let Some(files) = source.list()? else { return Ok(()) };
    let mut known: BTreeSet<String> =
        ["checkpoint", "vkey", listing::PATH, listing::DATABASE].map(str::to_owned).into_iter().collect();
    known.extend(Download::ALL.iter().map(|download| download.path().to_owned()));
    known.extend(SPREADSHEETS.iter().map(|path| (*path).to_owned()));
    known.extend(tiles_of(log.size).map(|tile| tile.path()));
    let bundles = log.bundles.len() as u64;
    known.extend((0..bundles).filter_map(|index| Some(Tile::in_tree(0, index, log.size)?.entries_path())));
    known.extend((0..bundles).map(|index| disclosures_path(index, log.size)));
    known.extend(published(&folded.register).iter().map(|one| dictionary::path(one.says.digest)));
    for path in files.iter().filter(|path| !known.contains(*path)) {
        if path.ends_with(".tmp") {
            continue;
        }
        let expected = if let Ok(tile) = Tile::parse_path(path) {
            log.tile(tile)
        } else if let Ok(tile) = Tile::parse_entries_path(path) {
            part_of_bundle(log, tile)
        } else {
            report.differs(path, "it does not belong to a register's public folder");
            continue;
        };
        match expected {
            None => report.differs(path, "the checkpoint does not cover it"),
            Some(expected) => {
                if source.read(path)?.as_deref() != Some(&expected[..]) {
                    report.broken(path, "it is not what the entries hash to");
                }
                report.checked.tiles += 1;
            }
        }
    }
    Ok(())
}

/// What an entry bundle held at an earlier checkpoint.
fn part_of_bundle(log: &Log, tile: Tile) -> Option<Vec<u8>> {
    let entries = bundle::parse(log.bundles.get(usize::try_from(tile.index).ok()?)?).ok()?;
    bundle::encode(entries.get(..usize::from(tile.width))?).ok()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
