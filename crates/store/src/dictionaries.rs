//! The files of item dictionaries: what a draft must bring, and what the public folder holds.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use register::dictionary::{self, check_file, published};
use register::tables::{Row, item_rows};
use register::{Body, Draft, Register, Statement};
use tlog::sequencer::Beside;

use crate::error::{Result, StoreError, file};

/// Whether this statement changes which dictionaries there are, or what is said of one. It is asked before the register
/// takes the statement.
pub(crate) fn is_about_one(statement: &Statement, register: &Register) -> bool {
    let corrected = statement.corrects.and_then(|index| register.fact(index)).map(|fact| &fact.body);
    let body = if let Some(body) = corrected { body } else { &statement.body };
    matches!(body, Body::ItemDictionaryPublished(_))
}

/// Checks that a draft brings the file that its statement commits to, and no other. It is asked before the register takes
/// the statement.
pub(crate) fn check(draft: &Draft, register: &Register) -> Result<()> {
    let wrong = |problem: String| Err(StoreError::Files { index: register.size(), problem });
    match (&draft.statement.body, draft.files.as_slice()) {
        (Body::ItemDictionaryPublished(says), [brought]) => {
            let path = dictionary::path(says.digest);
            if brought.path != path {
                return wrong(format!("it brings the file {}; expected {path}", brought.path));
            }
            match check_file(says, &brought.bytes) {
                Ok(_) => Ok(()),
                Err(mismatch) => wrong(format!("{path}: {mismatch}")),
            }
        }
        (Body::ItemDictionaryPublished(says), brought) => {
            let path = dictionary::path(says.digest);
            wrong(format!("it brings {} files; expected one, the dictionary's {path}", brought.len()))
        }
        (Body::Correction(correction), []) if is_about_one(&draft.statement, register) => {
            let fixed =
                ["digest", "items", "schemes"].into_iter().find(|member| correction.patch.contains_key(*member));
            match fixed {
                Some(member) => wrong(format!(
                    "it corrects the {member} of a dictionary, which its file fixes; publish the dictionary again instead"
                )),
                None => Ok(()),
            }
        }
        (_, []) => Ok(()),
        (body, _) => wrong(format!("a statement of kind {} brings no file", body.kind().code())),
    }
}

/// The files that these drafts bring, each once.
pub(crate) fn beside(drafts: &[Draft]) -> impl Iterator<Item = Beside> {
    let files = drafts.iter().flat_map(|draft| &draft.files);
    let once: BTreeMap<&str, &[u8]> = files.map(|file| (file.path.as_str(), file.bytes.as_slice())).collect();
    once.into_iter().map(|(path, bytes)| Beside::Put { path: path.to_owned(), bytes: bytes.to_vec() })
}

/// The rows of the items of every dictionary of which the statement's index is at least this, read from the files.
pub(crate) fn rows(public: &Path, register: &Register, from: u64) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for published in published(register).into_iter().filter(|published| published.index >= from) {
        let path = public.join(dictionary::path(published.says.digest));
        let bytes = fs::read(&path).map_err(file("read", &path))?;
        let read = check_file(published.says, &bytes).map_err(|source| StoreError::Dictionary { path, source })?;
        rows.extend(item_rows(published.index, &published.says.dataset, &read));
    }
    Ok(rows)
}
