//! Releases of a share as they stand: instructed, measured, released, each with who did it and when; and the instruction that
//! follows from a case.

use register::statement::{Body, ReleaseRegistered};
use register::vocabulary::VolumeBasis;
use register::{Class, Count, Digest, Moment, PartialDate, Volume};

use crate::calendar::day_in_england;
use crate::case::{Case, Progress};
use crate::event::Measured;
use crate::person::PersonId;
use crate::refusal::{Refusal, Rule};
use package::instruction::{Format, Instruction};
use package::manifest::Manifest;
use package::specification::{People, Specification};

/// One release of a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its reference, unique within the share.
    pub reference: String,
    /// Which release of the share it is, from 1; a number that was taken back is not used again.
    pub sequence: u32,
    /// The digest of the instruction.
    pub instruction: Digest,
    /// The public key of the recipient for which it was instructed.
    pub recipient: String,
    /// The last day on which it may be carried out.
    pub valid_until: PartialDate,
    /// Who instructed it, and when.
    pub instructed: (PersonId, Moment),
    /// How far it is.
    pub progress: ReleaseProgress,
}

/// How far a release is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReleaseProgress {
    /// It is with the data zone.
    Instructed,
    /// The instruction was taken back.
    TakenBack,
    /// A manifest is there, for a second person to look at.
    Measured(HandedIn),
    /// A second person released it.
    Released {
        /// What was released.
        of: HandedIn,
        /// Who released it, and when.
        by: (PersonId, Moment),
        /// The id of its statement.
        statement: String,
        /// The statement's index, once it is under a published checkpoint.
        logged: Option<u64>,
        /// To whom a receipt was given, and when.
        receipts: Vec<(PersonId, Moment)>,
    },
}

/// A manifest that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandedIn {
    /// The place of the event.
    pub seq: u64,
    /// By whom, and when.
    pub by: (PersonId, Moment),
    /// What it measured.
    pub measured: Measured,
}

/// What whoever instructs a release may choose; everything else follows from the case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asked {
    /// In which format the files are written.
    pub format: Format,
    /// The most people, where that is limited beyond the specification.
    pub people_at_most: Option<u64>,
    /// The last day on which it may be carried out.
    pub valid_until: PartialDate,
}

impl Release {
    /// Whether an instruction or a manifest of it waits for somebody.
    pub fn is_open(&self) -> bool {
        matches!(self.progress, ReleaseProgress::Instructed | ReleaseProgress::Measured(_))
    }

    /// Whether data has left by it.
    pub fn is_released(&self) -> bool {
        matches!(self.progress, ReleaseProgress::Released { .. })
    }

    /// Whether it is the release that this statement tells the public of, so that its receipt can be made.
    pub fn is_ready_by(&self, id: &str) -> bool {
        matches!(&self.progress, ReleaseProgress::Released { statement, .. } if statement == id)
    }

    /// Its manifest, where one is there.
    pub fn handed_in(&self) -> Option<&HandedIn> {
        match &self.progress {
            ReleaseProgress::Measured(of) | ReleaseProgress::Released { of, .. } => Some(of),
            ReleaseProgress::Instructed | ReleaseProgress::TakenBack => None,
        }
    }
}

impl Measured {
    /// What the public will read of a manifest: nothing that it does not say itself.
    pub fn of(manifest: &Manifest, digest: Digest) -> Self {
        let columns = manifest.files.iter().flat_map(|file| &file.columns);
        let mut classes: Vec<Class> = columns.flat_map(|column| column.classes.clone()).collect();
        classes.sort();
        classes.dedup();
        Self {
            manifest: digest,
            cohorts: manifest.cohorts.clone(),
            datasets: manifest.datasets(),
            classes,
            items: manifest.items(),
            people: manifest.people,
            rows: rows(manifest),
        }
    }

    /// The statement's body.
    pub fn registered(&self, release: &str, released: PartialDate) -> Body {
        let volume = Volume {
            basis: VolumeBasis::Measured,
            people: Some(self.people),
            requests: None,
            rows: self.rows,
            supplied: None,
        };
        let body = ReleaseRegistered {
            bases: Vec::new(),
            classes: self.classes.clone(),
            cohorts: self.cohorts.clone(),
            datasets: self.datasets.clone(),
            facts: std::collections::BTreeMap::new(),
            frequency: None,
            items: self.items.clone(),
            manifest: Some(self.manifest),
            release: release.to_owned(),
            released: Some(released),
            source: None,
            volume: Some(volume),
        };
        body.into()
    }
}

/// The rows of all files, as they are rounded; a file with under 10 counts as none beside others. Nothing where there are
/// under 10 altogether, since the statement has no word for that.
fn rows(manifest: &Manifest) -> Option<u64> {
    let mut sum = 0_u64;
    let mut few = false;
    for file in &manifest.files {
        match file.rows {
            Count::Exactly(rows) => sum = sum.saturating_add(rows),
            Count::Under(_) => few = true,
        }
    }
    (sum > 0 || !few).then_some(sum)
}

impl Case {
    /// The release for which an instruction or a manifest waits.
    pub fn open_release(&self) -> Option<&Release> {
        self.releases.iter().find(|release| release.is_open())
    }

    /// A release, by its reference.
    pub fn release(&self, reference: &str) -> Option<&Release> {
        self.releases.iter().find(|release| release.reference == reference)
    }

    /// Whether any data has left.
    pub fn has_released(&self) -> bool {
        self.releases.iter().any(Release::is_released)
    }

    /// The specification as it was approved: without the datasets that were refused.
    ///
    /// # Errors
    /// Where nothing was approved that could be carried out.
    pub fn approved_specification(&self) -> Result<Specification, Refusal> {
        let decision = self.decision().filter(|decision| decision.outcome.allows_release());
        let decision = decision.ok_or(Refusal::Rule(Rule::ApprovedRelease))?;
        let mut specification = self.application.specification.clone().unwrap_or_default();
        let refused =
            |name: &str| decision.datasets.iter().any(|one| one.dataset == name && !one.outcome.allows_release());
        specification.datasets.retain(|part| !refused(&part.name));
        if specification.delivered().next().is_none() {
            return Err(Refusal::Rule(Rule::NothingToRelease));
        }
        match &specification.people {
            People::FoundIn { within } if refused(within) => Err(Refusal::Rule(Rule::PeopleOfRefused)),
            _ => Ok(specification),
        }
    }

    /// The instruction of the next release: all but what is asked follows from the case. `key` is the custodian's public key.
    ///
    /// # Errors
    /// Why there is none.
    pub fn instruction(&self, asked: Asked, key: &str, now: Moment) -> Result<Instruction, Refusal> {
        let Progress::Agreed(agreement) = &self.progress else { return Err(Refusal::Rule(Rule::ApprovedRelease)) };
        let specification = self.approved_specification()?;
        if self.open_release().is_some() {
            return Err(Refusal::Rule(Rule::InstructionOpen));
        }
        let recipient = self.recipient_key.clone().ok_or(Refusal::Rule(Rule::KeyMissing))?;
        let last = asked.valid_until.last_day();
        if last < day_in_england(now) || last > agreement.end.last_day() {
            let end = agreement.end.in_words();
            let problem = format!("give a day from today to the end of the agreement, {end}");
            return Err(Refusal::Field { field: "valid-until", problem });
        }
        if asked.people_at_most == Some(0) {
            return Err(Refusal::Field { field: "people-at-most", problem: "enter 1 or more, or nothing".to_owned() });
        }
        let sequence = self.releases.last().map_or(1, |last| last.sequence + 1);
        Ok(Instruction {
            format: asked.format,
            issued: now,
            key: key.to_owned(),
            people_at_most: asked.people_at_most,
            recipient,
            release: format!("{}-R{sequence}", self.reference),
            sequence,
            share: self.reference.clone(),
            specification,
            v: Instruction::VERSION,
            valid_until: asked.valid_until,
        })
    }
}
