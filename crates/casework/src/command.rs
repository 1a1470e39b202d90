//! What somebody may ask of a case.

use std::collections::BTreeMap;

use register::statement::Access;
use register::vocabulary::{EndGround, SuspensionGround};
use register::{Digest, Organisation, PartialDate};

use crate::answer::Answer;
use crate::event::{ChangeRequest, Relation, Review, Terms};
use crate::person::{Actor, OrganisationId};
use crate::publication::{Decision, Text};
use package::assessment::Assessment;
use package::instruction::Instruction;
use package::manifest::Manifest;
use package::specification::Specification;

macro_rules! commands {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $label:literal $({ $($(#[$field_doc:meta])* $field:ident : $type:ty,)* })?;)+) => {
        /// A command with what it brings: facts from outside come as values.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Command { $($(#[$doc])* $variant $({ $($(#[$field_doc])* $field: $type,)* })?,)+ }

        /// A command without what it brings.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum CommandKind { $($(#[$doc])* $variant,)+ }

        impl CommandKind {
            /// Every command, in the order of a case's life.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code in addresses.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// What a page calls it.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }

        impl Command {
            /// Which command this is.
            pub fn kind(&self) -> CommandKind {
                match self { $(Self::$variant { .. } => CommandKind::$variant,)+ }
            }
        }
    };
}

commands! {
    /// Begin an application.
    OpenApplication = "open-application", "Begin an application" {
        /// The share's reference, which is new.
        reference: String,
        /// Whose application.
        organisation: OrganisationId,
        /// The form's version.
        form: String,
        /// The share that it amends or extends, with that share as it stands.
        relation: Option<Relation>,
    };
    /// Save answers, or take them back.
    SaveAnswers = "save-answers", "Answer questions" {
        /// By question; nothing takes an answer back.
        answers: BTreeMap<String, Option<Answer>>,
    };
    /// Take over answers of an earlier application of the same organisation.
    ReuseAnswers = "reuse-answers", "Reuse earlier answers" {
        /// The earlier share.
        from: String,
        /// Whose that was.
        of: OrganisationId,
        /// By question.
        answers: BTreeMap<String, Answer>,
    };
    /// Change the basket.
    SetSpecification = "set-specification", "Choose items" {
        /// The whole specification.
        specification: Box<Specification>,
    };
    /// Declare the application and hand it in.
    Submit = "submit", "Sign and submit" {
        /// The name with which it is signed.
        signed: String,
        /// The organisation as it stands.
        recipient: Organisation,
        /// What the form still asks for.
        problems: Vec<String>,
    };
    /// Withdraw.
    Withdraw = "withdraw", "Withdraw" {
        /// Why, sealed for the register.
        reasons: Text,
    };
    /// Take a case.
    TakeCase = "take-case", "Take the case";
    /// Wait for somebody else.
    AwaitThirdParty = "await-third-party", "Wait for a third party" {
        /// For whom and what.
        what: String,
    };
    /// Go on.
    AnswerThirdParty = "answer-third-party", "The third party has answered";
    /// Ask the applicant for changes.
    RequestChanges = "request-changes", "Return for changes" {
        /// What, at which question.
        requests: Vec<ChangeRequest>,
        /// By when.
        by: PartialDate,
    };
    /// Pass it on to the reviewers; from then on the public register shows it.
    AcceptApplication = "accept-application", "Accept for review" {
        /// What is asked for, and for whom, as the public sees it.
        access: Access,
        /// What the public reads of it.
        texts: Vec<Text>,
    };
    /// Add what the data zone counted: how easily people could be found in what is asked for.
    AddAssessment = "add-assessment", "Add an assessment of the risk" {
        /// The whole file.
        assessment: Box<Assessment>,
    };
    /// Ask somebody to review it.
    AssignReviewer = "assign-reviewer", "Assign a reviewer" {
        /// Who, with the roles that they hold.
        reviewer: Actor,
    };
    /// Ask a reviewer no longer.
    RemoveReviewer = "remove-reviewer", "Remove a reviewer" {
        /// Who.
        reviewer: crate::person::PersonId,
    };
    /// Say that one stands too near to take part.
    DeclareConflict = "declare-conflict", "Declare a conflict of interest" {
        /// In what way.
        nature: String,
    };
    /// Hand in a review.
    SubmitReview = "submit-review", "Submit a review" {
        /// What was found, and is advised.
        review: Review,
    };
    /// Lay a decision ready.
    ProposeDecision = "propose-decision", "Propose a decision" {
        /// All of it.
        decision: Decision,
    };
    /// Take it back.
    WithdrawProposal = "withdraw-proposal", "Take the proposal back";
    /// Confirm the decision that lies ready.
    ConfirmDecision = "confirm-decision", "Confirm the decision" {
        /// The place of the proposal that was looked at.
        proposal: u64,
    };
    /// Appeal against a refusal.
    Appeal = "appeal", "Appeal" {
        /// Why.
        grounds: String,
    };
    /// Lay an agreement ready.
    OfferAgreement = "offer-agreement", "Offer the agreement" {
        /// Its terms.
        terms: Terms,
    };
    /// Sign for the recipient.
    SignAgreement = "sign-agreement", "Sign for the recipient" {
        /// The name with which it is signed.
        signed: String,
        /// What was looked at.
        digest: Digest,
    };
    /// Sign for the custodian.
    CountersignAgreement = "countersign-agreement", "Sign for the custodian" {
        /// The name with which it is signed.
        signed: String,
        /// What was looked at.
        digest: Digest,
    };
    /// Say to which public key the receipts of this share are made out.
    GiveRecipientKey = "give-recipient-key", "Give the organisation's key" {
        /// The age recipient.
        key: String,
    };
    /// Have the data zone carry out what was approved.
    InstructRelease = "instruct-release", "Instruct a release" {
        /// The instruction, as it is signed.
        instruction: Box<Instruction>,
    };
    /// Take an instruction back before it is carried out.
    WithdrawInstruction = "withdraw-instruction", "Take the instruction back";
    /// Hand in what the data zone measured. That the engine has signed it was found before.
    HandInManifest = "hand-in-manifest", "Hand in the manifest" {
        /// The instruction that was signed.
        instruction: Box<Instruction>,
        /// What was measured.
        manifest: Box<Manifest>,
    };
    /// Send a manifest back, so that it is not released.
    ReturnManifest = "return-manifest", "Send the manifest back" {
        /// Why.
        why: String,
    };
    /// Release what was measured.
    ConfirmRelease = "confirm-release", "Release the data" {
        /// The digest of the manifest that was looked at.
        manifest: Digest,
    };
    /// Give the recipient what opens a package.
    GiveReceipt = "give-receipt", "Take the receipt" {
        /// The release's reference.
        release: String,
    };
    /// Suspend access.
    SuspendShare = "suspend-share", "Suspend access" {
        /// Why.
        ground: SuspensionGround,
    };
    /// Lift the suspension.
    LiftSuspension = "lift-suspension", "Lift the suspension";
    /// End access.
    EndShare = "end-share", "End access" {
        /// Why.
        ground: EndGround,
    };
}
