//! What happened in a case. Stored for ever as it is here: a variant or member is added, and none changes its meaning.

use std::collections::BTreeMap;

use register::statement::{Access, Cohort, ItemCount};
use register::vocabulary::{EndGround, SuspensionGround};
use register::{Class, Count, Digest, Moment, Organisation, PartialDate};
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::person::{OrganisationId, PersonId};
use crate::publication::{Decision, Text};
use package::specification::Specification;

/// An event in its place in a case's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorded {
    /// Its place in the history, from 1.
    pub seq: u64,
    /// When it happened.
    pub at: Moment,
    /// Who brought it about; nobody, where the program did.
    pub by: Option<PersonId>,
    /// What happened.
    pub event: Event,
}

/// How one share follows from another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Relation {
    /// It changes what was agreed in the share of this reference.
    Amends(String),
    /// It moves the end of the share of this reference.
    Extends(String),
}

impl Relation {
    /// The other share.
    pub fn other(&self) -> &str {
        let (Self::Amends(other) | Self::Extends(other)) = self;
        other
    }
}

/// One change that an applicant is asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeRequest {
    /// The question; nothing for the application as a whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub question: Option<String>,
    /// What should change.
    pub what: String,
}

/// The Five Safes, under which an application is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Safe {
    /// Who uses the data.
    People,
    /// What for.
    Projects,
    /// Where.
    Settings,
    /// Which data.
    Data,
    /// What comes out.
    Outputs,
}

impl Safe {
    /// All five.
    pub const ALL: &'static [Self] = &[Self::People, Self::Projects, Self::Settings, Self::Data, Self::Outputs];

    /// The code in forms and events.
    pub fn code(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Projects => "projects",
            Self::Settings => "settings",
            Self::Data => "data",
            Self::Outputs => "outputs",
        }
    }

    /// What a page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::People => "Safe people",
            Self::Projects => "Safe projects",
            Self::Settings => "Safe settings",
            Self::Data => "Safe data",
            Self::Outputs => "Safe outputs",
        }
    }
}

/// What a reviewer found under one of the Five Safes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Whether the application meets it.
    pub met: bool,
    /// What was found.
    pub text: String,
    /// What the finding rests on: a question, a document, a certificate.
    pub evidence: String,
}

/// What a reviewer advises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Advice {
    /// To approve.
    Approve,
    /// To approve with conditions.
    ApproveWithConditions,
    /// To refuse.
    Refuse,
}

impl Advice {
    /// Each of them.
    pub const ALL: &'static [Self] = &[Self::Approve, Self::ApproveWithConditions, Self::Refuse];

    /// The code in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::ApproveWithConditions => "approve-with-conditions",
            Self::Refuse => "refuse",
        }
    }

    /// What a page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Approve => "Approve",
            Self::ApproveWithConditions => "Approve with conditions",
            Self::Refuse => "Refuse",
        }
    }
}

/// One review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Review {
    /// What was found under each of the Five Safes.
    pub findings: BTreeMap<Safe, Finding>,
    /// What the reviewer advises.
    pub advice: Advice,
}

/// The terms of an agreement that are data; its words are the template's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// The version of the template.
    pub template: String,
    /// Whether the recipient is a controller of its own, or with the custodian.
    pub recipient_role: DataRole,
    /// Organisations that process the data for the recipient.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub processors: Vec<Organisation>,
    /// Where the data may lie.
    pub territory: String,
    /// Legal bases.
    pub bases: Vec<String>,
    /// Safeguards that must hold, in words.
    pub safeguards: Vec<String>,
    /// When access begins.
    pub start: PartialDate,
    /// When it ends.
    pub end: PartialDate,
    /// Days after the end within which every copy is destroyed.
    pub destruction_days: u16,
    /// Whether the custodian may audit.
    pub audit_right: bool,
    /// SHA-256 of the agreement's text, which both sides sign.
    pub digest: Digest,
}

/// What the public will read of a manifest: digest, and what it measured, rounded as it is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measured {
    /// The digest of the manifest.
    pub manifest: Digest,
    /// How much of each school-year cohort it holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cohorts: Vec<Cohort>,
    /// The datasets.
    pub datasets: Vec<String>,
    /// Every class of an item in it, once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub classes: Vec<Class>,
    /// How many items of each combination of classes.
    pub items: Vec<ItemCount>,
    /// Distinct people.
    pub people: Count,
    /// Rows of all files; nothing where there are under 10.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

/// A part in data protection law.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DataRole {
    /// Decides alone what the data is used for.
    Controller,
    /// Decides together with the custodian.
    JointController,
    /// Acts for the custodian.
    Processor,
}

impl DataRole {
    /// Each of them.
    pub const ALL: &'static [Self] = &[Self::Controller, Self::JointController, Self::Processor];

    /// The code in forms.
    pub fn code(self) -> &'static str {
        match self {
            Self::Controller => "controller",
            Self::JointController => "joint-controller",
            Self::Processor => "processor",
        }
    }

    /// What a page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Controller => "Controller",
            Self::JointController => "Joint controller",
            Self::Processor => "Processor",
        }
    }
}

/// A side of an agreement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// The body that holds the data.
    Custodian,
    /// The organisation that gets access.
    Recipient,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// An application was begun.
    ApplicationOpened {
        /// The share's reference.
        reference: String,
        /// Whose application.
        organisation: OrganisationId,
        /// The form's version.
        form: String,
        /// The share that it amends or extends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        relation: Option<Relation>,
    },
    /// Answers were given, or taken back.
    AnswersSaved {
        /// By question; nothing where an answer was taken back.
        answers: BTreeMap<String, Option<Answer>>,
    },
    /// Answers of an earlier application were taken over.
    AnswersReused {
        /// The earlier share.
        from: String,
        /// By question.
        answers: BTreeMap<String, Answer>,
    },
    /// The basket changed: this is the specification as it stands now.
    SpecificationSet {
        /// The whole file.
        specification: Box<Specification>,
    },
    /// A signing official declared it and handed it in.
    ApplicationSubmitted {
        /// The name with which it was signed.
        signed: String,
        /// The organisation as it stood then.
        recipient: Organisation,
    },
    /// A case officer took it.
    CaseTaken {},
    /// It waits for somebody else.
    ThirdPartyAwaited {
        /// For whom and what.
        what: String,
    },
    /// It waits no longer.
    ThirdPartyAnswered {},
    /// The applicant was asked for changes.
    ChangesRequested {
        /// What, at which question.
        requests: Vec<ChangeRequest>,
        /// By when.
        by: PartialDate,
    },
    /// Screening passed.
    ApplicationAccepted {
        /// What is asked for, and for whom, as the public sees it.
        access: Access,
        /// What the public reads of it.
        texts: Vec<Text>,
    },
    /// It was counted how easily people could be found in what is asked for.
    AssessmentAdded {
        /// The digest of the assessment's file.
        assessment: Digest,
        /// The digest of the specification that it counted.
        specification: Digest,
    },
    /// A reviewer was asked.
    ReviewerAssigned {
        /// Who.
        reviewer: PersonId,
    },
    /// A reviewer is asked no longer.
    ReviewerRemoved {
        /// Who.
        reviewer: PersonId,
    },
    /// Somebody stands too near to take part.
    ConflictDeclared {
        /// In what way.
        nature: String,
    },
    /// A reviewer is done.
    ReviewSubmitted {
        /// What they found and advise.
        review: Review,
    },
    /// A decision lies ready to be confirmed.
    DecisionProposed {
        /// All of it.
        decision: Decision,
    },
    /// It was taken back.
    ProposalWithdrawn {},
    /// A second person confirmed it.
    DecisionConfirmed {
        /// What was confirmed.
        decision: Decision,
    },
    /// The applicant withdrew.
    ApplicationWithdrawn {
        /// Why, for the register where it had been submitted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reasons: Option<Text>,
    },
    /// A refusal is appealed against.
    AppealMade {
        /// Why.
        grounds: String,
    },
    /// An agreement lies ready to be signed.
    AgreementOffered {
        /// Its terms.
        terms: Terms,
    },
    /// One side signed.
    AgreementSigned {
        /// Which.
        side: Side,
        /// The name with which it was signed.
        signed: String,
        /// What was signed.
        digest: Digest,
    },
    /// A statement of this case is under a published checkpoint.
    StatementPublished {
        /// The statement's id.
        id: String,
        /// Its index in the log.
        index: u64,
    },
    /// Access is suspended.
    ShareSuspended {
        /// Why.
        ground: SuspensionGround,
    },
    /// The suspension is lifted.
    SuspensionLifted {},
    /// Access has ended.
    ShareEnded {
        /// Why.
        ground: EndGround,
        /// By when every copy must be destroyed; nothing where none was released.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        destruction_due: Option<PartialDate>,
    },
    /// The recipient gave the public key to which its receipts are made out.
    RecipientKeyGiven {
        /// The age recipient.
        key: String,
    },
    /// The data zone was instructed to make a release.
    ReleaseInstructed {
        /// The release's reference.
        release: String,
        /// Which release of the share it is.
        sequence: u32,
        /// The digest of the signed instruction.
        instruction: Digest,
        /// The key to which its receipt will be made out.
        recipient: String,
        /// The last day on which it may be carried out.
        valid_until: PartialDate,
    },
    /// The instruction was taken back.
    InstructionWithdrawn {
        /// The release's reference.
        release: String,
    },
    /// What the data zone measured was handed in, and holds nothing beyond the approval.
    ManifestHandedIn {
        /// The release's reference.
        release: String,
        /// What it measured.
        measured: Box<Measured>,
    },
    /// A manifest was sent back.
    ManifestReturned {
        /// The release's reference.
        release: String,
        /// Why.
        why: String,
    },
    /// A second person released it.
    ReleaseConfirmed {
        /// The release's reference.
        release: String,
        /// What was released.
        measured: Box<Measured>,
    },
    /// The receipt was given to somebody of the recipient.
    ReceiptGiven {
        /// The release's reference.
        release: String,
    },
    /// Another share amends or extends this one.
    ShareFollowed {
        /// The other share.
        by: String,
        /// The new end, where it extends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        end: Option<PartialDate>,
    },
}
