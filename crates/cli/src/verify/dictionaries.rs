//! Item dictionaries: each file that a statement names is read, hashed and held against what its statement says.

use std::collections::BTreeMap;

use register::dictionary::{self, Dictionary, check_file, published};

use super::statements::Folded;
use super::{Report, Stop};
use crate::source::Source;

/// What the files list, by the statements that published them.
pub(super) struct Dictionaries {
    /// Those that are what their statements say.
    pub(super) read: BTreeMap<u64, Dictionary>,
    /// Whether all are.
    pub(super) complete: bool,
}

/// Reads and checks every dictionary's file.
pub(super) fn read(source: &Source, folded: &Folded, report: &mut Report) -> Result<Dictionaries, Stop> {
    let mut dictionaries = Dictionaries { read: BTreeMap::new(), complete: true };
    for published in published(&folded.register) {
        let path = dictionary::path(published.says.digest);
        let problem = match source.read(&path)? {
            None => "it is missing".to_owned(),
            Some(bytes) => {
                report.checked.bytes += bytes.len() as u64;
                match check_file(published.says, &bytes) {
                    Ok(read) => {
                        report.checked.dictionaries += 1;
                        report.checked.items += published.says.items;
                        dictionaries.read.insert(published.index, read);
                        continue;
                    }
                    Err(mismatch) => mismatch.to_string(),
                }
            }
        };
        dictionaries.complete = false;
        report.differs(
            path,
            format!("the items of {}, statement {}: {problem}", published.says.dataset, published.index),
        );
    }
    Ok(dictionaries)
}
