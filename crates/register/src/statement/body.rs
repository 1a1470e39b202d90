//! What each kind of statement says. Members stand in alphabetical order, which is their canonical order.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::classification::Class;
use crate::date::PartialDate;
use crate::disclosure::Digest;
use crate::organisation::Organisation;
use crate::vocabulary::{
    Channel, ConcernOutcome, ConcernTopic, CopyPlace, CorrectionReason, Cover, EndGround, ErasureGround,
    IncidentEffect, Method, Outcome, Party, Progress, Reason, Route, Safeguard, SanctionGround, SanctionKind,
    SuspensionGround,
};
use crate::volume::{Count, Volume};

macro_rules! bodies {
    ($($kind:ident = $code:literal, $label:literal;)+) => {
        /// The kinds of statement.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind { $(#[doc = $label] $kind,)+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$kind,)+];

            /// The code that leaves carry.
            pub fn code(self) -> &'static str {
                match self { $(Self::$kind => $code,)+ }
            }

            /// What a page calls it.
            pub fn label(self) -> &'static str {
                match self { $(Self::$kind => $label,)+ }
            }

            /// The kind of this code, if there is one.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$kind),)+ _ => None }
            }
        }

        /// What a statement says, by its kind.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
        #[serde(untagged)]
        pub enum Body { $(#[doc = $label] $kind($kind),)+ }

        impl Body {
            /// The kind of this body.
            pub fn kind(&self) -> Kind {
                match self { $(Self::$kind(_) => Kind::$kind,)+ }
            }

            /// Reads the body of a statement of this kind.
            pub fn parse(kind: Kind, json: &str) -> Result<Self, serde_json::Error> {
                Ok(match kind { $(Kind::$kind => Self::$kind(serde_json::from_str(json)?),)+ })
            }

            fn from_value(kind: Kind, value: serde_json::Value) -> Result<Self, serde_json::Error> {
                Ok(match kind { $(Kind::$kind => Self::$kind(serde_json::from_value(value)?),)+ })
            }
        }

        $(impl From<$kind> for Body {
            fn from(body: $kind) -> Self { Self::$kind(body) }
        })+
    };
}

bodies! {
    RegisterOpened = "register-opened", "Register opened";
    ItemDictionaryPublished = "item-dictionary-published", "Item dictionary published";
    EditionImported = "edition-imported", "Edition imported";
    ListingChanged = "listing-changed", "Listing changed";
    ShareImported = "share-imported", "Share imported";
    ShareApplied = "share-applied", "Application made";
    ShareDecided = "share-decided", "Decision made";
    ShareAgreed = "share-agreed", "Agreement signed";
    ShareAmended = "share-amended", "Amended by another share";
    ShareExtended = "share-extended", "Extended by another share";
    ShareSuspended = "share-suspended", "Suspended";
    ShareEnded = "share-ended", "Ended";
    ReleaseRegistered = "release-registered", "Data released";
    ReleaseOpened = "release-opened", "Release opened by the recipient";
    SafeguardRecorded = "safeguard-recorded", "Safeguard recorded";
    AuditCompleted = "audit-completed", "Audit completed";
    IncidentRecorded = "incident-recorded", "Incident recorded";
    SanctionImposed = "sanction-imposed", "Sanction imposed";
    DestructionClaimed = "destruction-claimed", "Destruction claimed";
    DestructionEvidenced = "destruction-evidenced", "Destruction evidenced";
    DestructionConfirmed = "destruction-confirmed", "Destruction confirmed";
    DestructionDisputed = "destruction-disputed", "Destruction disputed";
    Correction = "correction", "Correction";
    Redaction = "redaction", "Redaction";
    ConcernRaised = "concern-raised", "Concern raised";
    ConcernAnswered = "concern-answered", "Concern answered";
    RecommendationMade = "recommendation-made", "Recommendation made";
    RecommendationProgressed = "recommendation-progressed", "Recommendation progressed";
    Heartbeat = "heartbeat", "Still here";
}

macro_rules! stored {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident : $type:ty,)* })+) => {
        $($(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* })+
    };
}

stored! {
    /// The first statement of every log: whose register this is.
    RegisterOpened {
        /// The public body that holds the data.
        custodian: Organisation,
        /// Whether the organisations and shares in it are invented, for demonstration.
        demonstration: bool,
        /// What the register is called.
        name: String,
        /// Whose records the data is about, such as `pupils in England`.
        population: String,
    }

    /// The variables of one dataset, by the digest of the published table.
    ItemDictionaryPublished {
        /// The dataset.
        dataset: String,
        /// SHA-256 of the table's file.
        digest: Digest,
        /// The edition, in the publisher's words.
        edition: String,
        /// How many items the table lists.
        items: u64,
        /// The codes of the classification schemes that it uses.
        schemes: Vec<String>,
    }

    /// A published register was read into this one.
    EditionImported {
        /// Statements added for shares and releases that were not listed before.
        added: u64,
        /// Corrections made because the edition says otherwise than the one before.
        altered: u64,
        /// SHA-256 of the file.
        digest: Digest,
        /// The edition: its date, as exactly as the mapping or the command gave it.
        edition: PartialDate,
        /// The source's code, which its shares carry as well.
        source: String,
        /// Shares and releases that the edition no longer lists.
        unlisted: u64,
        /// Warnings that the import gave, such as truncated cells.
        warnings: u64,
    }

    /// A share or release is no longer listed by its source, or is listed again.
    ListingChanged {
        /// Whether it is listed now.
        listed: bool,
        /// The release, where it is not the whole share.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        release: Option<String>,
        /// The source's code.
        source: String,
    }

    /// Who gets access to what, how and by what right.
    Access {
        /// Legal bases, in the words of the source or the decision.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        bases: Vec<String>,
        /// How the share came.
        channel: Channel,
        /// The datasets.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        datasets: Vec<DatasetUse>,
        /// Coded facts of the source, by their codes.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        facts: BTreeMap<String, String>,
        /// The organisation that gets access.
        recipient: Organisation,
        /// How the data is used.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        route: Option<Route>,
    }

    /// One dataset of a share.
    DatasetUse {
        /// How it is classified, in each scheme that says so.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        classes: Vec<Class>,
        /// How often it is supplied, in the words of the source.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        frequency: Option<String>,
        /// The dataset's name.
        name: String,
    }

    /// A share as another register lists it.
    ShareImported {
        /// What is given to whom.
        access: Access,
        /// When it was applied for.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        applied: Option<PartialDate>,
        /// When it was decided.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decided: Option<PartialDate>,
        /// When access ends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<PartialDate>,
        /// The decision, where the source gives it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Outcome>,
        /// The source's code.
        source: String,
        /// When access began.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        start: Option<PartialDate>,
    }

    /// Somebody asked for data.
    ShareApplied {
        /// What is asked for, and for whom.
        access: Access,
    }

    /// The decision on an application.
    ShareDecided {
        /// Conditions of the approval.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        conditions: Vec<Condition>,
        /// Datasets that are decided otherwise than the whole.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        datasets: Vec<DatasetDecision>,
        /// Who decided, such as a panel's name.
        decided_by: String,
        /// What was decided.
        outcome: Outcome,
        /// Why, in codes; the text `reasons` is a disclosure.
        reasons: Vec<Reason>,
    }

    /// One condition of an approval.
    Condition {
        /// Its code, such as `dpia-updated`.
        code: String,
        /// When it must be met.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<PartialDate>,
        /// Who must meet it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<Party>,
    }

    /// The decision on one dataset, where it differs from that on the whole.
    DatasetDecision {
        /// The dataset.
        dataset: String,
        /// What was decided of it.
        outcome: Outcome,
        /// Why, in codes.
        reasons: Vec<Reason>,
    }

    /// The agreement was signed.
    ShareAgreed {
        /// SHA-256 of the agreement's file.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        agreement: Option<Digest>,
        /// When access ends.
        end: PartialDate,
        /// Organisations that process the data for the recipient.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        processors: Vec<Organisation>,
        /// When access begins.
        start: PartialDate,
        /// Where the data may lie, such as `United Kingdom`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        territory: Option<String>,
    }

    /// Another share amends this one.
    ShareAmended {
        /// The reference of the amending share.
        by: String,
    }

    /// Another share extends this one.
    ShareExtended {
        /// The reference of the extending share.
        by: String,
        /// The new end date.
        end: PartialDate,
    }

    /// Access is suspended, or a suspension is lifted.
    ShareSuspended {
        /// Why.
        ground: SuspensionGround,
        /// Whether the suspension is lifted by this statement.
        lifted: bool,
    }

    /// Access has ended.
    ShareEnded {
        /// By when every copy must be destroyed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        destruction_due: Option<PartialDate>,
        /// Why it ended.
        ground: EndGround,
    }

    /// Data was released.
    ReleaseRegistered {
        /// Legal bases of this release.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        bases: Vec<String>,
        /// How the released data is classified, in each scheme that says so.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        classes: Vec<Class>,
        /// Which school-year cohorts it holds, and how much of each.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cohorts: Vec<Cohort>,
        /// The datasets.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        datasets: Vec<String>,
        /// Coded facts of the source, by their codes.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        facts: BTreeMap<String, String>,
        /// How often, in the words of the source.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        frequency: Option<String>,
        /// How many items of each class it holds.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        items: Vec<ItemCount>,
        /// SHA-256 of the manifest that measured it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        manifest: Option<Digest>,
        /// The release's reference, unique within its share.
        release: String,
        /// When it was released; unknown for some imports.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        released: Option<PartialDate>,
        /// The source's code, for an imported release.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        source: Option<String>,
        /// How much.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        volume: Option<Volume>,
    }

    /// How much of one school-year cohort a release holds.
    Cohort {
        /// The school year of birth, such as `2009-2010`.
        cohort: String,
        /// How much of it.
        cover: Cover,
    }

    /// How many items have these classes.
    ItemCount {
        /// The classes that the items share, one of each scheme.
        classes: Vec<Class>,
        /// How many.
        count: u64,
    }

    /// The recipient opened a release.
    ReleaseOpened {
        /// The release.
        release: String,
    }

    /// There is evidence of a safeguard.
    SafeguardRecorded {
        /// When the evidence expires.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<PartialDate>,
        /// Whose safeguard.
        recipient: Organisation,
        /// Which safeguard.
        safeguard: Safeguard,
    }

    /// An audit of a recipient is complete.
    AuditCompleted {
        /// Actions not yet done.
        actions_open: u32,
        /// The audit's reference.
        audit: String,
        /// How many findings of each class, such as `major`.
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        findings: BTreeMap<String, u32>,
        /// Who was audited.
        recipient: Organisation,
    }

    /// Something went wrong.
    IncidentRecorded {
        /// Whether it is closed.
        closed: bool,
        /// What it led to.
        effect: IncidentEffect,
        /// The incident's reference; recording it again gives its newer state.
        incident: String,
        /// How many people it affects.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        people: Option<Count>,
        /// When the ICO was told.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reported: Option<PartialDate>,
    }

    /// A recipient was sanctioned.
    SanctionImposed {
        /// Why.
        ground: SanctionGround,
        /// Who.
        recipient: Organisation,
        /// How.
        sanction: SanctionKind,
        /// Until when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        until: Option<PartialDate>,
    }

    /// Somebody says that a copy is destroyed.
    DestructionClaimed {
        /// Who says so.
        by: Organisation,
        /// The copy's reference, unique within its share.
        copy: String,
        /// How it was destroyed.
        method: Method,
        /// What kind of place it lay in.
        place: CopyPlace,
    }

    /// There is evidence that a copy is destroyed; the statement carries its digest.
    DestructionEvidenced {
        /// Who gave it.
        by: Organisation,
        /// The copy.
        copy: String,
    }

    /// Somebody independent of whoever claimed it confirms that a copy is destroyed.
    DestructionConfirmed {
        /// Who confirms.
        by: Organisation,
        /// The copy.
        copy: String,
    }

    /// Somebody disputes that a copy is destroyed.
    DestructionDisputed {
        /// Who disputes it.
        by: Organisation,
        /// The copy.
        copy: String,
    }

    /// An earlier statement was wrong; `corrects` says which.
    Correction {
        /// Text fields of which the corrected statement no longer has the earlier text, sorted. A text that this
        /// correction gives takes its place.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        cleared: Vec<String>,
        /// What changes in its body, as a JSON merge patch (RFC 7396).
        #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
        patch: serde_json::Map<String, serde_json::Value>,
        /// Why.
        reason: CorrectionReason,
    }

    /// Texts of an earlier statement were erased.
    Redaction {
        /// The digests of what was erased, sorted.
        digests: Vec<Digest>,
        /// Why.
        ground: ErasureGround,
        /// The statement that carries them.
        of: u64,
    }

    /// A member of the public raised a concern.
    ConcernRaised {
        /// Its reference.
        concern: String,
        /// What it is about.
        topic: ConcernTopic,
    }

    /// A concern was considered.
    ConcernAnswered {
        /// Its reference.
        concern: String,
        /// What came of it.
        outcome: ConcernOutcome,
    }

    /// A regulator asked for something.
    RecommendationMade {
        /// Who asked.
        by: Organisation,
        /// Its reference.
        recommendation: String,
    }

    /// How far a recommendation has come.
    RecommendationProgressed {
        /// How far.
        progress: Progress,
        /// Its reference.
        recommendation: String,
    }

    /// The register is kept, and says so; silence would show.
    Heartbeat {
        /// The day that the totals stand for.
        as_of: PartialDate,
        /// What the fold of all earlier statements counts.
        totals: Totals,
    }

    /// Counts over the whole register.
    Totals {
        /// Recipients.
        recipients: u64,
        /// Releases.
        releases: u64,
        /// Shares.
        shares: u64,
    }
}

impl Body {
    /// The body that results from a JSON merge patch (RFC 7396) over this one.
    ///
    /// # Errors
    /// The result must still be a body of the same kind.
    pub fn patched(&self, patch: &serde_json::Map<String, serde_json::Value>) -> Result<Self, serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        merge_object(&mut value, patch);
        Self::from_value(self.kind(), value)
    }

    /// The smallest merge patch that turns this body into `other`, which must be of the same kind.
    ///
    /// # Errors
    /// Only if a body cannot be written as JSON.
    pub fn patch_to(&self, other: &Self) -> Result<serde_json::Map<String, serde_json::Value>, serde_json::Error> {
        let (old, new) = (serde_json::to_value(self)?, serde_json::to_value(other)?);
        Ok(match (old, new) {
            (serde_json::Value::Object(old), serde_json::Value::Object(new)) => difference(&old, &new),
            _ => serde_json::Map::new(),
        })
    }

    /// The organisation that gets access, or that the statement is about.
    pub fn recipient(&self) -> Option<&Organisation> {
        match self {
            Self::ShareImported(body) => Some(&body.access.recipient),
            Self::ShareApplied(body) => Some(&body.access.recipient),
            Self::SafeguardRecorded(body) => Some(&body.recipient),
            Self::AuditCompleted(body) => Some(&body.recipient),
            Self::SanctionImposed(body) => Some(&body.recipient),
            _ => None,
        }
    }
}

fn merge(target: &mut serde_json::Value, patch: &serde_json::Value) {
    match patch {
        serde_json::Value::Object(patch) => merge_object(target, patch),
        other => target.clone_from(other),
    }
}

fn merge_object(target: &mut serde_json::Value, patch: &serde_json::Map<String, serde_json::Value>) {
    if !target.is_object() {
        *target = serde_json::Value::Object(serde_json::Map::new());
    }
    if let serde_json::Value::Object(members) = target {
        for (name, value) in patch {
            if value.is_null() {
                members.remove(name);
            } else {
                merge(members.entry(name.clone()).or_insert(serde_json::Value::Null), value);
            }
        }
    }
}

fn difference(
    old: &serde_json::Map<String, serde_json::Value>,
    new: &serde_json::Map<String, serde_json::Value>,
) -> serde_json::Map<String, serde_json::Value> {
    use serde_json::Value::{Null, Object};
    let mut patch = serde_json::Map::new();
    for (name, value) in new {
        match (old.get(name), value) {
            (Some(before), after) if before == after => {}
            (Some(Object(before)), Object(after)) => {
                patch.insert(name.clone(), Object(difference(before, after)));
            }
            (_, after) => {
                patch.insert(name.clone(), after.clone());
            }
        }
    }
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        patch.insert(name.clone(), Null);
    }
    patch
}
