//! A statement on its way to the log, with everything that it discloses and everything that it withholds.

use crate::date::PartialDate;
use crate::disclosure::{Disclosure, Salt};
use crate::statement::{Body, Statement};
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
}

impl Draft {
    /// A statement that discloses nothing yet.
    pub fn new(statement: Statement) -> Self {
        Self { statement, public: Vec::new(), withheld: Vec::new() }
    }

    /// The same with a public text. In a correction it replaces the text of that name, and the correction says so in
    /// clear: whoever folds the log after the text was erased must still know what it had replaced.
    #[must_use]
    pub fn saying(mut self, name: &str, value: &str, salt: Salt) -> Self {
        let disclosure = Disclosure::seal(salt, name, value);
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
