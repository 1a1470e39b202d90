//! A statement on its way to the log, with everything that it discloses and everything that it withholds.

use crate::date::{Moment, PartialDate};
use crate::dictionary::{self, Dictionary, DictionaryError};
use crate::disclosure::{Digest, Disclosure, Salt};
use crate::statement::{Body, ItemDictionaryPublished, Statement};
use crate::vocabulary::Ground;

/// A statement with its disclosures. The statement goes to the log, the public disclosures beside it, and the withheld
/// ones stay with the custodian.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// The statement; it carries the digests of both kinds.
    pub statement: Statement,
    /// What anybody may read.
    pub public: Vec<Disclosure>,
    /// What stays in the private zone.
    pub withheld: Vec<Disclosure>,
    /// Files that the statement commits to and that are published with it, as one.
    pub files: Vec<File>,
}

/// A file beside the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path in the public folder.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

impl Draft {
    /// A statement that discloses nothing yet.
    pub fn new(statement: Statement) -> Self {
        Self { statement, public: Vec::new(), withheld: Vec::new(), files: Vec::new() }
    }

    /// The statement that publishes a dataset's items, with the file that lists them.
    ///
    /// # Errors
    /// The first item that has no form in a file.
    pub fn of_dictionary(
        dataset: &str,
        edition: &str,
        dictionary: &Dictionary,
        at: PartialDate,
        logged: Moment,
    ) -> Result<Self, DictionaryError> {
        let bytes = dictionary.to_bytes()?;
        let digest = Digest::of(&bytes);
        let body = ItemDictionaryPublished {
            dataset: dataset.to_owned(),
            digest,
            edition: edition.to_owned(),
            items: dictionary.items.len() as u64,
            schemes: dictionary.schemes(),
        };
        // The moment tells a dictionary that is published again, after another, from its first publication.
        let id = format!("dictionary-{}-{}", dictionary::dataset_address(dataset), logged);
        Ok(Self::new(Statement::new(id, at, logged, body.into())).bringing(dictionary::path(digest), bytes))
    }

    /// The same with a file that is published with it.
    #[must_use]
    pub fn bringing(mut self, path: String, bytes: Vec<u8>) -> Self {
        self.files.push(File { path, bytes });
        self
    }

    /// The same with a public text. In a correction it replaces the text of that name, and the correction says so in
    /// clear: whoever folds the log after the text was erased must still know what it had replaced.
    #[must_use]
    pub fn saying(self, name: &str, value: &str, salt: Salt) -> Self {
        self.opening(Disclosure::seal(salt, name, value))
    }

    /// The same with a public text that was sealed before: one that an earlier statement withheld.
    #[must_use]
    pub fn opening(mut self, disclosure: Disclosure) -> Self {
        let name = disclosure.name();
        self.statement = self.statement.sealing([&disclosure]);
        if let Body::Correction(correction) = &mut self.statement.body
            && let Err(place) = correction.cleared.binary_search_by(|cleared| cleared.as_str().cmp(name))
        {
            correction.cleared.insert(place, name.to_owned());
        }
        self.public.push(disclosure);
        self
    }

    /// The same with a text that is withheld.
    #[must_use]
    pub fn withholding(
        mut self,
        name: &str,
        value: &str,
        salt: Salt,
        ground: Ground,
        opens: Option<PartialDate>,
    ) -> Self {
        let disclosure = Disclosure::seal(salt, name, value);
        self.statement = self.statement.withholding(&disclosure, ground, opens);
        self.withheld.push(disclosure);
        self
    }
}
