//! The coded words of statements. A code never changes its meaning; labels are what pages show.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is not a code of a vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {expected}")]
pub struct UnknownCode {
    /// Every code of the vocabulary, separated by commas.
    pub expected: String,
}

macro_rules! vocabulary {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $code:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name {
            $(#[doc = $label] #[serde(rename = $code)] $variant,)+
        }

        impl $name {
            /// Every value, in the order in which a list shows them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code that statements carry.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// What a page shows.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.code())
            }
        }

        impl FromStr for $name {
            type Err = UnknownCode;

            fn from_str(text: &str) -> Result<Self, UnknownCode> {
                match text {
                    $($code => Ok(Self::$variant),)+
                    _ => Err(UnknownCode { expected: [$($code),+].join(", ") }),
                }
            }
        }
    };
}

vocabulary! {
    /// How a share came.
    Channel {
        Panel = "panel", "Through a panel";
        Regular = "regular", "Regular share";
        Standing = "standing", "Standing access";
        Police = "police", "Police";
        HomeOffice = "home-office", "Home Office";
        Court = "court", "Court order";
        Internal = "internal", "Inside the organisation";
        Imported = "imported", "Listed by the publisher, channel not given";
    }
}

vocabulary! {
    /// How the data is used.
    Route {
        SecureEnvironment = "secure-environment", "In a secure environment";
        DirectSupply = "direct-supply", "Supplied directly";
        DataService = "data-service", "Through a data service";
        Matching = "matching", "Matched for the recipient";
        SystemAccess = "system-access", "Looked up in a system";
        Aggregate = "aggregate", "Counts and totals only";
    }
}

vocabulary! {
    /// What a decision says.
    Outcome {
        Approved = "approved", "Approved";
        ApprovedWithConditions = "approved-with-conditions", "Approved with conditions";
        Refused = "refused", "Refused";
        Withdrawn = "withdrawn", "Withdrawn";
    }
}

impl Outcome {
    /// Whether data may be released under this outcome.
    pub fn allows_release(self) -> bool {
        matches!(self, Self::Approved | Self::ApprovedWithConditions)
    }
}

vocabulary! {
    /// The coded reasons for a decision, from the published principles of approval (domain.md section 4).
    Reason {
        BenefitClear = "benefit-clear", "Clear benefit to education or children's services";
        BenefitUnclear = "benefit-unclear", "The benefit was not clear";
        BenefitWide = "benefit-wide", "Benefits a sizeable section of the public";
        CommercialOnly = "commercial-only", "The gain would be commercial only";
        MethodsSound = "methods-sound", "Appropriate methods, reviewed by peers";
        MethodsUnsound = "methods-unsound", "The methods were not shown to be appropriate";
        NotDuplicating = "not-duplicating", "Does not repeat what is already published";
        Duplicating = "duplicating", "Repeats what is already published";
        DataLeast = "data-least", "The least identifying and least sensitive data that serves";
        DataExcessive = "data-excessive", "Asked for more data than the purpose needs";
        SettingSafe = "setting-safe", "Kept in a setting shown to be safe";
        SettingUnsafe = "setting-unsafe", "The setting was not shown to be safe";
        PeopleSafe = "people-safe", "People with access are trained and accountable";
        PeopleUnsafe = "people-unsafe", "People with access were not shown to be trained and accountable";
        LegalBasisMet = "legal-basis-met", "The law allows it";
        LegalBasisMissing = "legal-basis-missing", "No legal basis was shown";
        RequiredByLaw = "required-by-law", "The law or a court requires it";
        ApplicantWithdrew = "applicant-withdrew", "The applicant withdrew";
        NoAnswer = "no-answer", "The applicant did not answer questions in time";
    }
}

vocabulary! {
    /// Whose part something is.
    Party {
        Department = "department", "The department";
        Applicant = "applicant", "The applicant";
        ThirdParty = "third-party", "A third party";
    }
}

vocabulary! {
    /// Whether a volume was measured or declared.
    VolumeBasis {
        Measured = "measured", "Measured";
        Declared = "declared", "Declared, not measured";
    }
}

vocabulary! {
    /// How much of a school-year cohort a release holds.
    Cover {
        All = "all", "All";
        Some = "some", "Some";
        None = "none", "None";
    }
}

vocabulary! {
    /// Why a field is withheld.
    Ground {
        PersonalData = "personal-data", "It names or identifies a person";
        LawEnforcement = "law-enforcement", "It would prejudice the prevention or detection of crime";
        CourtOrder = "court-order", "A court has forbidden publication";
        Security = "security", "It would weaken the security of the data";
        CommercialInterest = "commercial-interest", "It would prejudice commercial interests";
        NotYetPublished = "not-yet-published", "It opens on a set date";
    }
}

vocabulary! {
    /// Why something was erased.
    ErasureGround {
        RightToErasure = "right-to-erasure", "A person's right to erasure";
        PublishedInError = "published-in-error", "Published in error";
        CourtOrder = "court-order", "A court ordered it";
    }
}

vocabulary! {
    /// Why a published fact was corrected.
    CorrectionReason {
        SourceAltered = "source-altered", "The publisher's later edition says otherwise";
        PublisherCorrected = "publisher-corrected", "The publisher corrected its figures";
        EnteredWrongly = "entered-wrongly", "It was entered wrongly";
    }
}

vocabulary! {
    /// Why a share ended.
    EndGround {
        Completed = "completed", "The project was completed";
        Expired = "expired", "The agreed end date passed";
        Terminated = "terminated", "Ended by the custodian";
        GivenUp = "given-up", "Given up by the recipient";
    }
}

vocabulary! {
    /// Why a share was suspended.
    SuspensionGround {
        IdentityChanged = "identity-changed", "The recipient's identity changed and has not been verified";
        SafeguardLapsed = "safeguard-lapsed", "Evidence of a safeguard has lapsed";
        Incident = "incident", "An incident is being looked into";
        DestructionOverdue = "destruction-overdue", "Destruction of other data is overdue";
    }
}

vocabulary! {
    /// A safeguard of which there is evidence.
    Safeguard {
        Iso27001 = "iso-27001", "ISO 27001 certificate";
        CyberEssentials = "cyber-essentials", "Cyber Essentials";
        CyberEssentialsPlus = "cyber-essentials-plus", "Cyber Essentials Plus";
        Dspt = "dspt", "Data Security and Protection Toolkit";
        IcoRegistration = "ico-registration", "Registered with the ICO";
        Training = "training", "Recognised training";
        DisclosureCertificate = "disclosure-certificate", "Basic disclosure certificates";
        Declaration = "declaration", "Signed individual declarations";
    }
}

vocabulary! {
    /// What kind of place a copy lies in.
    CopyPlace {
        Primary = "primary", "Main copy";
        Backup = "backup", "Backup";
        Processor = "processor", "Copy at a processor";
        Derived = "derived", "Derived data";
    }
}

vocabulary! {
    /// How a copy was destroyed (NIST SP 800-88).
    Method {
        Clear = "clear", "Cleared: overwritten or reset";
        Purge = "purge", "Purged: made unrecoverable even in a laboratory";
        Destroy = "destroy", "Destroyed: the medium itself";
        Returned = "returned", "Returned to the custodian";
    }
}

vocabulary! {
    /// A penalty for a recipient.
    SanctionKind {
        Warning = "warning", "Warning";
        Suspension = "suspension", "Suspension";
        Exclusion = "exclusion", "Exclusion";
    }
}

vocabulary! {
    /// Why a recipient was sanctioned.
    SanctionGround {
        DestructionOverdue = "destruction-overdue", "Destruction was overdue";
        OnwardSharing = "onward-sharing", "Data was passed on without permission";
        PurposeExceeded = "purpose-exceeded", "Data was used for something else";
        SafeguardFailed = "safeguard-failed", "A safeguard failed";
    }
}

vocabulary! {
    /// What an incident led to.
    IncidentEffect {
        NearMiss = "near-miss", "Nothing left the setting";
        Loss = "loss", "Data was lost";
        Disclosure = "disclosure", "Data was seen by someone who should not have seen it";
        Misuse = "misuse", "Data was used for something else";
    }
}

vocabulary! {
    /// What a concern is about.
    ConcernTopic {
        Register = "register", "Something missing or wrong in the register";
        Purpose = "purpose", "What data is used for";
        Security = "security", "How data is kept";
        Destruction = "destruction", "Whether data has been destroyed";
        Rights = "rights", "A person's rights";
    }
}

vocabulary! {
    /// What came of a concern.
    ConcernOutcome {
        Upheld = "upheld", "Upheld";
        PartlyUpheld = "partly-upheld", "Upheld in part";
        NotUpheld = "not-upheld", "Not upheld";
    }
}

vocabulary! {
    /// How far a recommendation has come.
    Progress {
        Accepted = "accepted", "Accepted";
        Started = "started", "Started";
        Done = "done", "Done";
        Rejected = "rejected", "Not accepted";
    }
}

vocabulary! {
    /// The stage of a destruction (DESIGN.md's words); whether it is late is computed from dates, never stored.
    Destruction {
        NotDue = "not-due", "No date set";
        Due = "due", "Due";
        Claimed = "claimed", "Claimed by the recipient";
        Evidenced = "evidenced", "Evidence given";
        Confirmed = "confirmed", "Confirmed independently";
        Disputed = "disputed", "Disputed";
    }
}

vocabulary! {
    /// Where a share stands.
    Status {
        Applied = "applied", "Being considered";
        Refused = "refused", "Refused";
        Withdrawn = "withdrawn", "Withdrawn";
        Approved = "approved", "Approved, nothing released yet";
        Live = "live", "Released";
        Suspended = "suspended", "Suspended";
        Ended = "ended", "Ended";
        Destroyed = "destroyed", "Ended, destruction confirmed";
    }
}

/// What pages call a text field of a statement; an unknown one is called by its own name in plain letters.
pub fn text_label(name: &str) -> String {
    let known = TEXTS.iter().find(|(code, _)| *code == name).map(|(_, label)| (*label).to_owned());
    known.unwrap_or_else(|| sentence(name))
}

/// What pages call a coded fact of a source; an unknown one is called by its own name in plain letters.
pub fn fact_label(name: &str) -> String {
    let known = FACTS.iter().find(|(code, _)| *code == name).map(|(_, label)| (*label).to_owned());
    known.unwrap_or_else(|| sentence(name))
}

fn sentence(code: &str) -> String {
    let mut words = code.replace('-', " ");
    if let Some(first) = words.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    words
}

/// The text fields that statements carry, in the order in which a page shows them.
pub const TEXTS: &[(&str, &str)] = &[
    ("title", "Title"),
    ("summary", "Plain summary"),
    ("purpose", "Purpose"),
    ("public-benefit", "Public benefit"),
    ("technical-summary", "Technical summary"),
    ("processing", "What is done with the data"),
    ("expected-outputs", "Expected outputs"),
    ("expected-benefits", "Expected benefits"),
    ("yielded-benefits", "Benefits so far"),
    ("reasons", "Reasons"),
    ("balance", "How access and confidentiality were balanced"),
    ("why-direct", "Why the data was supplied directly"),
    ("conditions", "Conditions"),
    ("dpia-summary", "Data protection impact assessment"),
    ("applicants", "Applicants"),
    ("applicant-ids", "Applicant identifiers"),
    ("funders", "Funders and sponsors"),
    ("committees", "Other approvals"),
    ("linkage", "How data is linked"),
    ("data-description", "Confidential data used"),
    ("privacy", "How the data was processed to protect privacy"),
    ("outputs-link", "Research outputs"),
    ("findings", "Findings"),
    ("actions", "Actions"),
    ("effect", "What happened"),
    ("concern", "Concern"),
    ("answer", "Answer"),
    ("recommendation", "Recommendation"),
    ("progress", "Progress to date"),
    ("wanted-next", "What is wanted next"),
    ("note", "Note"),
];

/// The coded facts that imported registers carry.
pub const FACTS: &[(&str, &str)] = &[
    ("opt-outs", "Opt-outs applied"),
    ("common-law-duty", "Common law duty of confidentiality"),
    ("sub-licence", "Sub-licence arrangements"),
    ("dea-accredited", "Accredited researcher (Digital Economy Act)"),
    ("request-category", "Kind of request"),
    ("article-6", "Legal basis under Article 6"),
    ("article-9", "Condition under Article 9"),
];
