//! Counts over the whole register, kept in step with each statement: counting them anew would cost work in proportion to
//! the register for every statement.

use std::collections::HashMap;

use super::share::Share;
use crate::statement::{Body, Kind};
use crate::vocabulary::{Destruction, Outcome, Status};

/// Counts over the whole register.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Shares by how they stand.
    standing: Standing,
    /// Corrections of any statement.
    corrections: u64,
    /// Redactions.
    redactions: u64,
    /// How often each dataset stands in a share or a release.
    datasets: HashMap<String, u64>,
}

/// What a share counts for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Standing {
    refused: u64,
    withdrawn: u64,
    ended: u64,
    destroyed: u64,
    disputed: u64,
    unlisted: u64,
}

impl Standing {
    /// How this share stands.
    pub(super) fn of(share: &Share) -> Self {
        let outcome = share.outcome();
        Self {
            refused: (outcome == Some(Outcome::Refused)).into(),
            withdrawn: (outcome == Some(Outcome::Withdrawn)).into(),
            ended: share.ended().is_some().into(),
            destroyed: (share.status() == Status::Destroyed).into(),
            disputed: (share.destruction() == Destruction::Disputed).into(),
            unlisted: (share.listed() == Some(false)).into(),
        }
    }

    /// Whether a statement of this kind can change how a share stands.
    pub(super) fn depends_on(kind: Kind) -> bool {
        matches!(
            kind,
            Kind::ShareImported
                | Kind::ShareApplied
                | Kind::ShareDecided
                | Kind::ShareEnded
                | Kind::ListingChanged
                | Kind::DestructionClaimed
                | Kind::DestructionEvidenced
                | Kind::DestructionConfirmed
                | Kind::DestructionDisputed
                | Kind::Correction
        )
    }

    fn each(&mut self, other: &Self, change: fn(u64, u64) -> u64) {
        self.refused = change(self.refused, other.refused);
        self.withdrawn = change(self.withdrawn, other.withdrawn);
        self.ended = change(self.ended, other.ended);
        self.destroyed = change(self.destroyed, other.destroyed);
        self.disputed = change(self.disputed, other.disputed);
        self.unlisted = change(self.unlisted, other.unlisted);
    }
}

impl Tally {
    /// A share stands otherwise than before; a new one did not stand at all.
    pub(super) fn moved(&mut self, before: Standing, after: Standing) {
        self.standing.each(&after, u64::saturating_add);
        self.standing.each(&before, u64::saturating_sub);
    }

    /// A statement was corrected.
    pub(super) fn corrected(&mut self) {
        self.corrections += 1;
    }

    /// Texts were erased.
    pub(super) fn erased(&mut self) {
        self.redactions += 1;
    }

    /// The datasets of this body count.
    pub(super) fn count(&mut self, body: &Body) {
        for name in datasets_of(body) {
            *self.datasets.entry(name.to_owned()).or_default() += 1;
        }
    }

    /// The datasets of this body count no more.
    pub(super) fn discount(&mut self, body: &Body) {
        for name in datasets_of(body) {
            if let Some(uses) = self.datasets.get_mut(name) {
                *uses -= 1;
                if *uses == 0 {
                    self.datasets.remove(name);
                }
            }
        }
    }

    /// The counts by name.
    pub fn counts(&self) -> [(&'static str, u64); 9] {
        let Standing { refused, withdrawn, ended, destroyed, disputed, unlisted } = self.standing;
        [
            ("corrections", self.corrections),
            ("datasets", self.datasets.len() as u64),
            ("destroyed", destroyed),
            ("disputed", disputed),
            ("ended", ended),
            ("redactions", self.redactions),
            ("refused", refused),
            ("unlisted", unlisted),
            ("withdrawn", withdrawn),
        ]
    }
}

fn datasets_of(body: &Body) -> Vec<&str> {
    match body {
        Body::ShareImported(body) => body.access.datasets.iter().map(|dataset| dataset.name.as_str()).collect(),
        Body::ShareApplied(body) => body.access.datasets.iter().map(|dataset| dataset.name.as_str()).collect(),
        Body::ReleaseRegistered(body) => body.datasets.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}
