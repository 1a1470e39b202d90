//! The one way into the register: drafts are checked, logged, and only then shown.
//!
//! | step | if it stops there |
//! |---|---|
//! | every draft is checked against the rules and written as a leaf | nothing has happened |
//! | withheld texts are kept | texts that nothing refers to are kept; the next attempt uses them |
//! | the batch is logged with its disclosure bundles, all or nothing | the log recovers when it is opened |
//! | the site's database follows by what changed | it follows when the publisher is opened |
//!
//! Each step costs work in proportion to the batch. The published files (`register.sqlite`, the downloads, the signed
//! list) cost work in proportion to the register: [`Publisher::write_files`] brings them to the checkpoint, at the end of
//! a command, at a cadence, and at once where a text was erased.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use register::fold::TextState;
use register::statement::{Body, Statement};
use register::tables::Snapshot;
use register::{Digest, Disclosure, Draft, Register, Salt};
use tlog::{Batch, Folder, Sequencer, SigningKey};

use crate::data_folder::DataFolder;
use crate::dictionaries;
use crate::disclosures;
use crate::error::{Result, StoreError};
use crate::published;
use crate::register_database::{Changes, Logged};
use crate::site_database::SiteDatabase;
use crate::withheld::Withheld;

/// The register's one writer.
#[derive(Debug)]
pub struct Publisher {
    folder: DataFolder,
    log: Sequencer,
    key: SigningKey,
    register: Register,
    withheld: Withheld,
    site: SiteDatabase,
}

impl Publisher {
    /// Opens the register in this folder: recovers the log, folds every statement, and brings whatever is computed from it
    /// to the published checkpoint.
    ///
    /// # Errors
    /// If there is no register, another writer has it open, or anything in it does not verify.
    pub fn open(folder: DataFolder) -> Result<Self> {
        let key = folder.key()?;
        let log = Sequencer::open(Folder::new(folder.private(), folder.public())?, folder.key()?)?;
        folder.write_verifier(&key)?;
        let withheld = Withheld::open(&folder.private().join("casework.sqlite"))?;
        let standing = standing(&log, &folder.site_database())?;
        let (register, changes) = fold(&folder, &log, standing)?;
        let site = follow(&folder, &log, &register, standing, &changes)?;
        let mut publisher = Self { folder, log, key, register, withheld, site };
        publisher.finish_erasures()?;
        publisher.write_files()?;
        Ok(publisher)
    }

    /// The register as published.
    pub fn register(&self) -> &Register {
        &self.register
    }

    /// The checkpoint as published.
    pub fn checkpoint(&self) -> &str {
        self.log.checkpoint()
    }

    /// The key by which anybody verifies the log.
    pub fn verifier(&self) -> &tlog::VerifierKey {
        self.log.verifier()
    }

    /// A withheld text, for whoever may see it.
    ///
    /// # Errors
    /// If the private database cannot be read.
    pub fn withheld(&self, digest: Digest) -> Result<Option<Disclosure>> {
        self.withheld.find(digest)
    }

    /// The inclusion proof of a published statement.
    ///
    /// # Errors
    /// If there is no such statement.
    pub fn prove(&self, index: u64) -> Result<tlog::Proof> {
        Ok(self.log.prove(index)?)
    }

    /// Publishes these drafts, all of them or none. An empty list changes nothing. The published files stay at their
    /// checkpoint until [`Publisher::write_files`], unless a text was erased.
    ///
    /// # Errors
    /// A draft that breaks a rule, which is named, or a fault of the store. After a fault of the log open the publisher
    /// again.
    pub fn publish(&mut self, drafts: &[Draft]) -> Result<()> {
        if drafts.is_empty() {
            return Ok(());
        }
        let first = self.register.size();
        let checked = self.check(drafts);
        let (entries, changes) = match checked {
            Ok(checked) => checked,
            Err(error) => {
                self.fold()?;
                return Err(error);
            }
        };
        let erased = erasures(drafts);
        let added: Vec<Vec<Disclosure>> = drafts.iter().map(|draft| draft.public.clone()).collect();
        let appended = disclosures::changes(&self.folder.public(), first, &added, &erased).and_then(|mut beside| {
            beside.extend(dictionaries::beside(drafts));
            self.withheld.keep(drafts.iter().flat_map(|draft| &draft.withheld))?;
            Ok(self.log.append(Batch { entries: entries.clone(), beside })?)
        });
        if let Err(error) = appended {
            // The register must not run ahead of the log. Where that cannot be read either, the first error says more,
            // and the log takes nothing until it is opened again.
            let _ = self.fold();
            return Err(error);
        }
        let gone: Vec<Digest> = erased.values().flatten().copied().collect();
        self.withheld.erase(&gone)?;
        let public = self.folder.public();
        if !gone.is_empty() {
            // What is erased must not linger in the free pages of a database that is only changed, nor in a download.
            self.fold()?;
            self.site.rebuild(&public, &self.register, &snapshot(&self.log), borrowed(&logged(&self.log, 0)?))?;
            return self.write_files();
        }
        let statements = drafts.iter().zip(&entries).zip(first..);
        let statements = statements.map(|((draft, leaf), index)| (index, &draft.statement, leaf.as_slice()));
        let snapshot = snapshot(&self.log);
        if first == 0 {
            let path = self.folder.site_database();
            self.site = SiteDatabase::create(&public, &path, &self.register, &snapshot, statements)?;
            return Ok(());
        }
        self.site.change(&public, &self.register, &snapshot, &changes, statements)
    }

    /// Brings the published files to the checkpoint: `register.sqlite`, the downloads and the signed list of them. Costs
    /// work in proportion to the register, and none where they stand there already.
    ///
    /// # Errors
    /// If a file cannot be written; then those in place stay, or are replaced by the next attempt.
    pub fn write_files(&mut self) -> Result<()> {
        let (snapshot, public) = (snapshot(&self.log), self.folder.public());
        if published::stands_at(&public, &self.key, &snapshot) {
            return Ok(());
        }
        published::write(&public, &self.key, &self.register, &snapshot, &self.site)
    }

    fn check(&mut self, drafts: &[Draft]) -> Result<(Vec<Vec<u8>>, Changes)> {
        let mut entries = Vec::with_capacity(drafts.len());
        let mut changes = Changes::default();
        for draft in drafts {
            let index = self.register.size();
            let leaf = draft.statement.to_leaf().map_err(|source| StoreError::Statement { index, source })?;
            dictionaries::check(draft, &self.register)?;
            if dictionaries::is_about_one(&draft.statement, &self.register) {
                changes.add_dictionary(draft.statement.corrects.unwrap_or(index));
            }
            let touched = self.register.apply(&draft.statement, &draft.public);
            changes.add(&touched.map_err(|refusal| StoreError::Refused { index, refusal })?);
            entries.push(leaf);
        }
        Ok((entries, changes))
    }

    /// Erases what a crash between a redaction's publication and its end may have left in the private zone.
    fn finish_erasures(&mut self) -> Result<()> {
        let facts = (0..self.register.size()).filter_map(|index| self.register.fact(index));
        let texts = facts.flat_map(|fact| fact.texts.iter().chain(fact.former.iter().map(|(_, text)| text)));
        let erased: Vec<Digest> =
            texts.filter(|text| matches!(text.state, TextState::Erased { .. })).map(|text| text.digest).collect();
        if erased.is_empty() { Ok(()) } else { self.withheld.erase(&erased) }
    }

    fn fold(&mut self) -> Result<()> {
        (self.register, _) = fold(&self.folder, &self.log, None)?;
        Ok(())
    }
}

/// How many statements the site's database at this path stands at; nothing where it must be made anew.
fn standing(log: &Sequencer, path: &Path) -> Result<Option<u64>> {
    let Some(standing) = SiteDatabase::standing(path).filter(|standing| standing.size <= log.size()) else {
        return Ok(None);
    };
    let last = log.read_entries(standing.size - 1..standing.size)?;
    Ok(last.first().is_some_and(|leaf| *leaf == standing.last_leaf).then_some(standing.size))
}

/// The site's database, brought from where it stands to the checkpoint.
fn follow(
    folder: &DataFolder,
    log: &Sequencer,
    register: &Register,
    standing: Option<u64>,
    changes: &Changes,
) -> Result<SiteDatabase> {
    let (public, path, snapshot) = (folder.public(), folder.site_database(), snapshot(log));
    let Some(from) = standing else {
        return SiteDatabase::create(&public, &path, register, &snapshot, borrowed(&logged(log, 0)?));
    };
    let mut site = SiteDatabase::open(&path)?;
    let newer = logged(log, from)?;
    if newer.iter().any(|(_, statement, _)| matches!(statement.body, Body::Redaction(_))) {
        site.rebuild(&public, register, &snapshot, borrowed(&logged(log, 0)?))?;
    } else if !newer.is_empty() {
        site.change(&public, register, &snapshot, changes, borrowed(&newer))?;
    }
    Ok(site)
}

/// Computes the register from the log's files, and says what the statements from this number on changed.
fn fold(folder: &DataFolder, log: &Sequencer, from: Option<u64>) -> Result<(Register, Changes)> {
    let size = log.size();
    let texts = disclosures::read_all(&folder.public(), size)?;
    let mut register = Register::new();
    let mut changes = Changes::default();
    for (index, (leaf, public)) in (0..).zip(log.read_entries(0..size)?.iter().zip(&texts)) {
        let statement = Statement::from_leaf(leaf).map_err(|source| StoreError::Statement { index, source })?;
        let about_dictionary = dictionaries::is_about_one(&statement, &register);
        let touched = register.apply(&statement, public).map_err(|refusal| StoreError::Refused { index, refusal })?;
        if from.is_some_and(|from| from <= index) {
            changes.add(&touched);
            if about_dictionary {
                changes.add_dictionary(statement.corrects.unwrap_or(index));
            }
        }
    }
    Ok((register, changes))
}

/// The statements from this number on, with their leaves.
fn logged(log: &Sequencer, from: u64) -> Result<Vec<(u64, Statement, Vec<u8>)>> {
    let read = |(index, leaf): (u64, Vec<u8>)| match Statement::from_leaf(&leaf) {
        Ok(statement) => Ok((index, statement, leaf)),
        Err(source) => Err(StoreError::Statement { index, source }),
    };
    (from..).zip(log.read_entries(from..log.size())?).map(read).collect()
}

/// The published checkpoint.
fn snapshot(log: &Sequencer) -> Snapshot {
    Snapshot { origin: log.verifier().name().to_owned(), size: log.size(), root: log.root().to_string() }
}

fn borrowed(logged: &[(u64, Statement, Vec<u8>)]) -> impl Iterator<Item = Logged<'_>> {
    logged.iter().map(|(index, statement, leaf)| (*index, statement, leaf.as_slice()))
}

/// A source of salts: SHA-256 over 256 bits of the system's randomness and a counter.
///
/// # Errors
/// If the system gives no random bytes.
pub fn salts() -> Result<impl FnMut() -> Salt> {
    let mut seed = [0_u8; 40];
    getrandom::fill(&mut seed[..32]).map_err(StoreError::Random)?;
    let mut counter = 0_u64;
    Ok(move || {
        seed[32..].copy_from_slice(&counter.to_be_bytes());
        counter += 1;
        Salt(Digest::of(&seed).0)
    })
}

/// The digests that these drafts erase, by the statements that carry them.
fn erasures(drafts: &[Draft]) -> BTreeMap<u64, BTreeSet<Digest>> {
    let mut erased: BTreeMap<u64, BTreeSet<Digest>> = BTreeMap::new();
    for draft in drafts {
        if let Body::Redaction(redaction) = &draft.statement.body {
            erased.entry(redaction.of).or_default().extend(&redaction.digests);
        }
    }
    erased
}
