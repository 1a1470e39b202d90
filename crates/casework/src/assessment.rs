//! Assessments of a case: which was added, of which specification, by whom and when. What an assessment says is in its file
//! (`package::assessment`), and not in the case.

use register::{Digest, Moment};

use crate::case::Case;
use crate::person::PersonId;

/// An assessment that was added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Assessed {
    /// The digest of its file.
    pub digest: Digest,
    /// The digest of the specification that it counted.
    pub specification: Digest,
    /// Who added it.
    pub by: PersonId,
    /// When.
    pub at: Moment,
}

impl Case {
    /// The assessment that holds: the newest. Those before it stay in the history.
    pub fn assessment(&self) -> Option<&Assessed> {
        self.assessments.last()
    }

    /// The digest of what is asked for now; nothing where nothing is, or where it has no form in a file.
    pub fn asked_for(&self) -> Option<Digest> {
        self.application.specification.as_ref()?.digest().ok()
    }

    /// Whether the assessment that holds is of another specification than what is asked for now, which has changed since.
    pub fn assessment_is_outdated(&self) -> bool {
        self.assessment().is_some_and(|of| self.asked_for() != Some(of.specification))
    }
}
