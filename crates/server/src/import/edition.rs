//! Pass two: what an edition says otherwise than the register, as drafts in the order in which they can be published.
//!
//! Nothing is dropped: what the edition no longer lists is shown as no longer listed. A text that was erased from the
//! register does not come back because a file still holds it.

use std::collections::{HashMap, HashSet};
use std::fmt;

use register::fold::{Fact, Share, TextState};
use register::statement::{Body, Correction, EditionImported, ListingChanged, Statement};
use register::vocabulary::CorrectionReason;
use register::{Digest, Disclosure, Draft, Moment, PartialDate, Register, Salt};

use super::problem::SHOWN;
use super::read::{Edition, ImportedRelease, ImportedShare, ImportedText};

/// What an import would publish.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// The drafts, in order; the first says that the edition was imported. None if nothing changed since the same file
    /// was imported.
    pub drafts: Vec<Draft>,
    /// Statements about shares and releases that were not listed before.
    pub added: u64,
    /// Corrections.
    pub altered: u64,
    /// Shares and releases that are no longer listed.
    pub unlisted: u64,
    /// Shares and releases that are listed again.
    pub relisted: u64,
    /// Texts that the file holds and that are not published, because a text of the same statement was erased.
    pub held_back: Vec<HeldBack>,
}

/// A text that is not published, because it may be one that was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBack {
    /// The share.
    pub share: String,
    /// The release, where it is not the share's own text.
    pub release: Option<String>,
    /// The field's name.
    pub name: String,
}

/// A share of the edition that the register cannot take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// The register has a share of this reference that came by another way.
    OtherSource {
        /// The share.
        share: String,
    },
    /// The register has a release of this reference that came by another way.
    OtherRelease {
        /// The share.
        share: String,
        /// The release.
        release: String,
    },
    /// The register says that access has ended or is suspended, and the edition lists a further release.
    ReleaseAfterEnd {
        /// The share.
        share: String,
        /// The release.
        release: String,
    },
    /// The edition says that the share was refused or withdrawn, and the register has releases of it.
    RefusedAfterRelease {
        /// The share.
        share: String,
    },
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OtherSource { share } => {
                write!(f, "share {share}: the register has one of this reference that is not from this source")
            }
            Self::OtherRelease { share, release } => {
                write!(f, "share {share}: the register has a release {release} that is not from this source")
            }
            Self::ReleaseAfterEnd { share, release } => {
                write!(f, "share {share}: the file lists release {release}, but access is suspended or has ended")
            }
            Self::RefusedAfterRelease { share } => {
                write!(f, "share {share}: the file says refused or withdrawn, but the register has releases of it")
            }
        }
    }
}

/// Everything in an edition that the register cannot take; nothing of it is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflicts(pub Vec<Conflict>);

impl fmt::Display for Conflicts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the edition contradicts the register in {} places; nothing was imported", self.0.len())?;
        for conflict in self.0.iter().take(SHOWN) {
            write!(f, "\n  {conflict}")?;
        }
        if self.0.len() > SHOWN {
            write!(f, "\n  and {} more", self.0.len() - SHOWN)?;
        }
        Ok(())
    }
}

impl std::error::Error for Conflicts {}

/// Compares an edition with the register.
///
/// `kept` gives the withheld values of the private zone by their digests, `now` is when the drafts are handed to the log,
/// and `salt` gives fresh random salts. Ids are computed from the edition and from how often it was imported before, so
/// that the same plan made twice cannot be published twice.
///
/// # Errors
/// [`Conflicts`] lists every share that the register cannot take.
pub fn plan(
    edition: &Edition,
    register: &Register,
    kept: &dyn Fn(Digest) -> Option<Disclosure>,
    now: Moment,
    salt: &mut dyn FnMut() -> Salt,
) -> Result<Plan, Conflicts> {
    let imports = imports_of(register, &edition.source);
    let again = imports.iter().filter(|earlier| earlier.digest == edition.digest).count();
    let mut planner =
        Planner { edition, register, kept, now, salt, again, plan: Plan::default(), conflicts: Vec::new() };
    for imported in &edition.shares {
        match register.share(&imported.reference) {
            None => planner.add_share(imported),
            Some(known) => planner.compare_share(imported, known),
        }
    }
    planner.unlist_shares();
    if !planner.conflicts.is_empty() {
        return Err(Conflicts(planner.conflicts));
    }
    let newest = imports.last();
    let same = newest.is_some_and(|last| last.digest == edition.digest && last.edition == edition.edition);
    if same && planner.plan.drafts.is_empty() {
        return Ok(planner.plan);
    }
    let opening = planner.edition_imported();
    planner.plan.drafts.insert(0, opening);
    Ok(planner.plan)
}

fn imports_of<'r>(register: &'r Register, source: &str) -> Vec<&'r EditionImported> {
    let facts = register.general().iter();
    facts
        .filter_map(|fact| match &fact.body {
            Body::EditionImported(body) if body.source == source => Some(body),
            _ => None,
        })
        .collect()
}

struct Planner<'a> {
    edition: &'a Edition,
    register: &'a Register,
    kept: &'a dyn Fn(Digest) -> Option<Disclosure>,
    now: Moment,
    salt: &'a mut dyn FnMut() -> Salt,
    again: usize,
    plan: Plan,
    conflicts: Vec<Conflict>,
}

impl Planner<'_> {
    /// An id that the same fact of the same edition always has. The parts are in JSON, so that no two lists of parts run
    /// together.
    fn id(&self, kind: &str, share: Option<&str>, release: Option<&str>) -> String {
        let edition = self.edition;
        let parts = (&edition.source, edition.digest, edition.edition, self.again, kind, share, release);
        let text = serde_json::json!(parts).to_string();
        format!("import-{}", Digest::of(text.as_bytes()))
    }

    fn edition_imported(&self) -> Draft {
        let edition = self.edition;
        let body = EditionImported {
            added: self.plan.added,
            altered: self.plan.altered,
            digest: edition.digest,
            edition: edition.edition,
            source: edition.source.clone(),
            unlisted: self.plan.unlisted,
            warnings: edition.warnings.len() as u64,
        };
        let id = self.id("edition-imported", None, None);
        Draft::new(Statement::new(id, edition.edition, self.now, body.into()))
    }

    fn draft(&self, kind: &str, share: &str, release: Option<&str>, at: PartialDate, body: Body) -> Draft {
        let id = self.id(kind, Some(share), release);
        Draft::new(Statement::new(id, at, self.now, body).about(share))
    }

    fn seal(&mut self, draft: Draft, text: &ImportedText) -> Draft {
        let salt = (self.salt)();
        match text.withheld {
            Some((ground, opens)) => draft.withholding(&text.name, &text.value, salt, ground, opens),
            None => draft.saying(&text.name, &text.value, salt),
        }
    }

    fn add_share(&mut self, imported: &ImportedShare) {
        let body = imported.body.clone().into();
        let mut draft = self.draft("share-imported", &imported.reference, None, self.edition.edition, body);
        for text in &imported.texts {
            draft = self.seal(draft, text);
        }
        self.plan.drafts.push(draft);
        self.plan.added += 1;
        for release in &imported.releases {
            self.add_release(imported, release);
        }
    }

    fn add_release(&mut self, share: &ImportedShare, release: &ImportedRelease) {
        let (reference, body) = (&release.body.release, release.body.clone().into());
        let mut draft = self.draft("release-registered", &share.reference, Some(reference), release.at, body);
        for text in &release.texts {
            draft = self.seal(draft, text);
        }
        self.plan.drafts.push(draft);
        self.plan.added += 1;
    }

    fn compare_share(&mut self, imported: &ImportedShare, known: &Share) {
        let reference = &imported.reference;
        if known.imported().is_none_or(|body| body.source != self.edition.source) {
            self.conflicts.push(Conflict::OtherSource { share: reference.clone() });
            return;
        }
        let refused = imported.body.outcome.is_some_and(|outcome| !outcome.allows_release());
        if refused && known.release_count() > 0 {
            self.conflicts.push(Conflict::RefusedAfterRelease { share: reference.clone() });
            return;
        }
        // A share that is listed again must be so before its releases can be.
        if known.listed() == Some(false) {
            self.change_listing(reference, None, true);
        }
        let first = &known.facts[0];
        self.correct(reference, None, first, imported.body.clone().into(), &imported.texts);
        self.compare_releases(imported, known);
    }

    fn compare_releases(&mut self, imported: &ImportedShare, known: &Share) {
        let share = &imported.reference;
        let stopped = known.suspended() || known.ended().is_some();
        let before: HashMap<&str, _> =
            known.releases().map(|(fact, body, listed)| (body.release.as_str(), (fact, body, listed))).collect();
        let mut seen = HashSet::new();
        for release in &imported.releases {
            let reference = release.body.release.as_str();
            seen.insert(reference);
            match before.get(reference) {
                None if stopped => {
                    let (share, release) = (share.clone(), reference.to_owned());
                    self.conflicts.push(Conflict::ReleaseAfterEnd { share, release });
                }
                None => self.add_release(imported, release),
                Some((_, body, _)) if body.source.as_ref() != Some(&self.edition.source) => {
                    let (share, release) = (share.clone(), reference.to_owned());
                    self.conflicts.push(Conflict::OtherRelease { share, release });
                }
                Some((fact, _, listed)) => {
                    if !listed {
                        self.change_listing(share, Some(reference), true);
                    }
                    self.correct(share, Some(reference), fact, release.body.clone().into(), &release.texts);
                }
            }
        }
        for (_, body, listed) in known.releases() {
            let ours = body.source.as_ref() == Some(&self.edition.source);
            if ours && listed && !seen.contains(body.release.as_str()) {
                self.change_listing(share, Some(&body.release), false);
            }
        }
    }

    fn unlist_shares(&mut self) {
        let listed: HashSet<&str> = self.edition.shares.iter().map(|share| share.reference.as_str()).collect();
        for known in self.register.shares() {
            let ours = known.imported().is_some_and(|body| body.source == self.edition.source);
            if ours && known.listed() == Some(true) && !listed.contains(known.reference.as_str()) {
                self.change_listing(&known.reference, None, false);
            }
        }
    }

    fn change_listing(&mut self, share: &str, release: Option<&str>, listed: bool) {
        let source = self.edition.source.clone();
        let body = ListingChanged { listed, release: release.map(str::to_owned), source };
        let draft = self.draft("listing-changed", share, release, self.edition.edition, body.into());
        self.plan.drafts.push(draft);
        if listed {
            self.plan.relisted += 1;
        } else {
            self.plan.unlisted += 1;
        }
    }

    /// A correction with no more than what differs, if anything does.
    fn correct(&mut self, share: &str, release: Option<&str>, fact: &Fact, body: Body, texts: &[ImportedText]) {
        // Both bodies are of one kind and were JSON before, so that a patch can always be made.
        let Ok(patch) = fact.body.patch_to(&body) else { return };
        let changed = self.changed_texts(share, release, fact, texts);
        let mut cleared: Vec<String> = fact
            .texts
            .iter()
            .filter_map(|text| text.name())
            .filter(|name| !texts.iter().any(|text| text.name == *name))
            .map(str::to_owned)
            .collect();
        cleared.sort();
        cleared.dedup();
        if patch.is_empty() && changed.is_empty() && cleared.is_empty() {
            return;
        }
        let correction = Correction { cleared, patch, reason: CorrectionReason::SourceAltered };
        let mut draft = self.draft("correction", share, release, self.edition.edition, correction.into());
        draft.statement.corrects = Some(fact.index);
        for text in changed {
            draft = self.seal(draft, text);
        }
        self.plan.drafts.push(draft);
        self.plan.altered += 1;
    }

    fn changed_texts<'t>(
        &mut self,
        share: &str,
        release: Option<&str>,
        fact: &Fact,
        texts: &'t [ImportedText],
    ) -> Vec<&'t ImportedText> {
        // An erased text has no name any more: one that the register does not have may be the erased one.
        let erased = fact.texts.iter().any(|text| matches!(text.state, TextState::Erased { .. }));
        let mut changed = Vec::new();
        for text in texts {
            let known = fact.texts.iter().find(|known| known.name() == Some(&text.name));
            match known {
                None if erased => self.plan.held_back.push(HeldBack {
                    share: share.to_owned(),
                    release: release.map(str::to_owned),
                    name: text.name.clone(),
                }),
                None => changed.push(text),
                Some(known) if self.is_same(known.digest, &known.state, text) => {}
                Some(_) => changed.push(text),
            }
        }
        changed
    }

    fn is_same(&self, digest: Digest, state: &TextState, text: &ImportedText) -> bool {
        match state {
            TextState::Public { value, .. } => text.withheld.is_none() && *value == text.value,
            TextState::Withheld { ground, opens, .. } => {
                text.withheld == Some((*ground, *opens))
                    && (self.kept)(digest).is_some_and(|kept| kept.value() == text.value)
            }
            TextState::Missing | TextState::Erased { .. } => false,
        }
    }
}
