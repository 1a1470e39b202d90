//! The one way into the register: drafts are checked, logged, and only then shown.
//!
//! | step | if it stops there |
//! |---|---|
//! | every draft is checked against the rules and written as a leaf | nothing has happened |
//! | withheld texts are kept | texts that nothing refers to are kept; the next attempt uses them |
//! | the batch is logged with its disclosure bundles, all or nothing | the log recovers when it is opened |
//! | `register.sqlite`, downloads and the signed list are written | they are written when the publisher is opened |

use std::collections::{BTreeMap, BTreeSet};

use register::fold::TextState;
use register::statement::{Body, Statement};
use register::tables::Snapshot;
use register::{Digest, Disclosure, Draft, Register, Salt};
use tlog::{Batch, Folder, Sequencer, SigningKey};

use crate::data_folder::DataFolder;
use crate::dictionaries;
use crate::disclosures;
use crate::error::{Result, StoreError};
use crate::published::{self, Database};
use crate::register_database::{Changes, Logged};
use crate::withheld::Withheld;

/// The register's one writer.
#[derive(Debug)]
pub struct Publisher {
    folder: DataFolder,
    log: Sequencer,
    key: SigningKey,
    register: Register,
    withheld: Withheld,
}

impl Publisher {
    /// Opens the register in this folder: recovers the log, folds every statement, and writes again whatever computed
    /// file does not stand at the published checkpoint.
    ///
    /// # Errors
    /// If there is no register, another writer has it open, or anything in it does not verify.
    pub fn open(folder: DataFolder) -> Result<Self> {
        let key = folder.key()?;
        let log = Sequencer::open(Folder::new(folder.private(), folder.public())?, folder.key()?)?;
        folder.write_verifier(&key)?;
        let withheld = Withheld::open(&folder.private().join("casework.sqlite"))?;
        let mut publisher = Self { folder, log, key, register: Register::new(), withheld };
        publisher.fold()?;
        publisher.finish_erasures()?;
        let snapshot = publisher.snapshot();
        if !published::stands_at(&publisher.folder.public(), &publisher.key, &snapshot) {
            publisher.rebuild()?;
        }
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

    /// Publishes these drafts, all of them or none. An empty list changes nothing.
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
        let logged = disclosures::changes(&self.folder.public(), first, &added, &erased).and_then(|mut beside| {
            beside.extend(dictionaries::beside(drafts));
            self.withheld.keep(drafts.iter().flat_map(|draft| &draft.withheld))?;
            Ok(self.log.append(Batch { entries: entries.clone(), beside })?)
        });
        if let Err(error) = logged {
            // The register must not run ahead of the log. Where that cannot be read either, the first error says more,
            // and the log takes nothing until it is opened again.
            let _ = self.fold();
            return Err(error);
        }
        let gone: Vec<Digest> = erased.values().flatten().copied().collect();
        self.withheld.erase(&gone)?;
        if first == 0 || !gone.is_empty() {
            // What is erased must not linger in the free pages of a database that is only changed.
            self.fold()?;
            return self.rebuild();
        }
        let statements = drafts.iter().zip(&entries).zip(first..);
        let statements = statements.map(|((draft, leaf), index)| (index, &draft.statement, leaf.as_slice()));
        self.write(&Database::Update(&changes), statements)
    }

    fn check(&mut self, drafts: &[Draft]) -> Result<(Vec<Vec<u8>>, Changes)> {
        let mut entries = Vec::with_capacity(drafts.len());
        let mut changes = Changes::default();
        for draft in drafts {
            let index = self.register.size();
            let leaf = draft.statement.to_leaf().map_err(|source| StoreError::Statement { index, source })?;
            dictionaries::check(draft, &self.register)?;
            if dictionaries::is_about_one(draft, &self.register) {
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

    /// Computes the register again from the log's files.
    fn fold(&mut self) -> Result<()> {
        let size = self.log.size();
        let texts = disclosures::read_all(&self.folder.public(), size)?;
        let mut register = Register::new();
        for (index, (leaf, public)) in (0..).zip(self.log.read_entries(0..size)?.iter().zip(&texts)) {
            let statement = Statement::from_leaf(leaf).map_err(|source| StoreError::Statement { index, source })?;
            register.apply(&statement, public).map_err(|refusal| StoreError::Refused { index, refusal })?;
        }
        self.register = register;
        Ok(())
    }

    /// Writes every computed file anew.
    fn rebuild(&mut self) -> Result<()> {
        let leaves = self.log.read_entries(0..self.log.size())?;
        let mut statements = Vec::with_capacity(leaves.len());
        for (index, leaf) in (0..).zip(&leaves) {
            let statement = Statement::from_leaf(leaf).map_err(|source| StoreError::Statement { index, source })?;
            statements.push((index, statement));
        }
        let logged =
            statements.iter().zip(&leaves).map(|((index, statement), leaf)| (*index, statement, leaf.as_slice()));
        self.write(&Database::Build, logged)
    }

    fn write<'a>(&self, database: &Database<'_>, statements: impl Iterator<Item = Logged<'a>> + Send) -> Result<()> {
        published::write(&self.folder.public(), &self.key, &self.register, &self.snapshot(), database, statements)
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot { origin: self.key.name().to_owned(), size: self.log.size(), root: self.log.root().to_string() }
    }
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
