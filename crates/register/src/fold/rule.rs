//! The rules that a statement must keep to be published, each with a name that errors and pages show.

use std::fmt;

macro_rules! rules {
    ($($rule:ident = $name:literal, $sentence:literal;)+) => {
        /// A rule of the register.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Rule { $(#[doc = $sentence] $rule,)+ }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$rule,)+];

            /// The rule's name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$rule => $name,)+ }
            }

            /// The rule in a sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$rule => $sentence,)+ }
            }
        }
    };
}

rules! {
    OpensFirst = "register-opens-first", "The first statement opens the register, and no other does.";
    IdIsNew = "id-is-new", "No two statements have the same id.";
    LoggedInOrder = "logged-in-order", "No statement is logged before the one in front of it.";
    DisclosureIsSealed = "disclosure-is-sealed", "Every public text belongs to a digest that its statement carries.";
    DigestIsNew = "digest-is-new", "Every text has a salt of its own: a digest stands in two statements only to open a withheld text.";
    ExistenceIsPublic = "existence-is-public", "Channel, legal basis, dates and volume are never withheld.";
    ShareIsNamed = "share-is-named", "A statement names a share if its kind is about one, and else does not.";
    ShareIsNew = "share-is-new", "A share is applied for or imported once.";
    ShareIsKnown = "share-is-known", "A statement about a share comes after the share.";
    DecisionIsDue = "decision-is-due", "A share is decided after it was applied for, and again only after a refusal.";
    DecisionHasReasons = "decision-has-reasons", "A decision gives coded reasons and a text.";
    AgreementNeedsApproval = "agreement-needs-approval", "Only an approved share has an agreement.";
    EndComesAfterStart = "end-comes-after-start", "Access does not end before it begins.";
    ReleaseNeedsApproval = "release-needs-approval", "Data is released only for an approved share that is neither suspended nor ended.";
    ReleaseIsNew = "release-is-new", "A release's reference is used once in its share.";
    ReleaseIsKnown = "release-is-known", "A statement about a release comes after the release.";
    MeasuredIsBanded = "measured-is-banded", "A measured number of people is rounded to 10, and under 10 shown as such.";
    EndsOnce = "ends-once", "A share ends once.";
    SuspensionChanges = "suspension-changes", "A share is suspended while it runs, and a suspension is lifted while it lasts.";
    ListingChanges = "listing-changes", "A listing changes from listed to not listed or back.";
    DestructionIsClaimed = "destruction-is-claimed", "Evidence, confirmation and dispute follow a claim about that copy.";
    ClaimIsOpen = "claim-is-open", "A copy whose destruction is confirmed is not claimed or disputed again.";
    EvidenceIsGiven = "evidence-is-given", "Evidence of destruction is committed to by its digest.";
    ConfirmationIsIndependent = "confirmation-is-independent", "Whoever claims a destruction does not confirm it, and nor does the recipient.";
    CorrectionNeedsTarget = "correction-needs-target", "A correction, and nothing else, names an earlier statement of fact about the same share.";
    CorrectionChanges = "correction-changes", "A correction changes something.";
    CorrectionNamesTexts = "correction-names-texts", "A correction names in clear every field of which it gives a new text.";
    CorrectionKeepsForm = "correction-keeps-form", "What is corrected is still a statement of its kind.";
    CorrectionKeepsRules = "correction-keeps-rules", "What is corrected still keeps the register's rules.";
    RedactionNeedsText = "redaction-needs-text", "A redaction names texts that an earlier statement carries and that are not erased yet.";
    ConcernIsNew = "concern-is-new", "A concern is raised once.";
    ConcernIsKnown = "concern-is-known", "An answer follows its concern.";
    RecommendationIsNew = "recommendation-is-new", "A recommendation is made once.";
    RecommendationIsKnown = "recommendation-is-known", "Progress follows its recommendation.";
    HeartbeatCounts = "heartbeat-counts", "A heartbeat's totals are those of the statements before it.";
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A statement that the register does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("refused by rule {rule}: {detail}. {}", rule.sentence())]
pub struct Refusal {
    /// The rule that it breaks.
    pub rule: Rule,
    /// What breaks it, naming references and never a text.
    pub detail: String,
}

impl Refusal {
    pub(super) fn new(rule: Rule, detail: impl Into<String>) -> Self {
        Self { rule, detail: detail.into() }
    }
}
