//! Why a command is refused, in words for whoever gave it.

use crate::command::CommandKind;
use crate::permission;
use crate::stage::Stage;
use package::manifest::Excess;

/// Why nothing came of a command. Nothing of it names a person or repeats a text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The actor holds none of the roles that may.
    #[error("“{}” needs the role {}", .0.label(), roles(*.0))]
    NotPermitted(CommandKind),
    /// It is not the time.
    #[error("“{}” is not possible while the case is at the stage “{}”", .command.label(), .stage.label())]
    NotAtThisStage {
        /// What was asked for.
        command: CommandKind,
        /// Where the case stands.
        stage: Stage,
    },
    /// A rule of casework stands against it.
    #[error("{0}")]
    Rule(Rule),
    /// Something that must be given is missing or cannot be.
    #[error("{field}: {problem}")]
    Field {
        /// The form's field.
        field: &'static str,
        /// What was expected.
        problem: String,
    },
    /// The form still asks for something.
    #[error("the application is not complete: {}", .0.join("; "))]
    Incomplete(Vec<String>),
    /// A manifest holds more than was approved, or something else.
    #[error("the manifest holds what was not approved: {}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "))]
    Beyond(Vec<Excess>),
}

fn roles(command: CommandKind) -> String {
    let labels: Vec<&str> = permission::of(command).roles.iter().map(|role| role.label()).collect();
    labels.join(" or ")
}

macro_rules! rules {
    ($($variant:ident = $sentence:literal;)+) => {
        /// The rules of casework beside the table of permissions.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Rule { $(#[doc = $sentence] $variant,)+ }

        impl Rule {
            /// Every rule.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The rule as a sentence.
            pub fn sentence(self) -> &'static str {
                match self { $(Self::$variant => $sentence,)+ }
            }
        }

        impl std::fmt::Display for Rule {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.sentence())
            }
        }
    };
}

rules! {
    OneHistory = "An application is begun once.";
    OwnOfficer = "Only the case officer who has taken the case does this; take it first.";
    ReuseOwn = "Answers are reused from the same organisation's applications only.";
    AssessmentOther = "The assessment counts another specification than the one that this case asks for now.";
    ReviewerRole = "Only somebody with the role of reviewer reviews.";
    NoSelfReview = "Nobody reviews an application of their own organisation, or a case that they have been officer of.";
    NoConflict = "Whoever has declared a conflict of interest takes no part in the case.";
    ReviewerOnce = "This reviewer has been asked already.";
    ReviewerAsked = "Only reviewers who were asked review the case.";
    ReviewOnce = "A review that is in stays as it is.";
    TwoReviews = "A decision needs two reviews at least, and every reviewer who was asked must be done.";
    ProposalOpen = "Take the proposal back first.";
    ProposalMissing = "No decision lies ready.";
    ProposalChanged = "The decision that lies ready is not the one that you looked at.";
    SecondPerson = "A decision is confirmed by another person than the one who proposed it.";
    OwnOrganisation = "Nobody decides on an application of their own organisation.";
    AppealRefusal = "Only a refusal can be appealed against.";
    AppealOnce = "A refusal is appealed against once.";
    RefusalStands = "What was refused is not withdrawn: the refusal stands until the appeal is decided.";
    Approved = "Only an approval is followed by an agreement.";
    OfferMissing = "No agreement lies ready to be signed.";
    OfferSigned = "The agreement has been signed by one side; it cannot be replaced.";
    OfferChanged = "The agreement that lies ready is not the one that you looked at.";
    SignedOnce = "This side has signed already.";
    TwoSignatories = "One person cannot sign for both sides.";
    Awaiting = "The case waits for a third party already.";
    NotAwaiting = "The case does not wait for a third party.";
    ApprovedRelease = "Only an approved share with an agreement that both sides have signed is released.";
    EndedOnce = "Access has ended already.";
    NothingToRelease = "No item was approved, so there is nothing to release.";
    PeopleOfRefused = "The people are those found in a dataset that was refused, so this cannot be carried out as it was approved.";
    KeyMissing = "The recipient's data manager has not given the organisation's public key yet.";
    InstructionOpen = "An instruction is open; finish it or take it back first.";
    InstructionMissing = "No instruction is open.";
    InstructionOther = "The instruction is not the one that follows from this case.";
    ManifestOther = "The manifest answers another instruction than the one that is open.";
    ManifestThere = "A manifest has been handed in; release it or send it back first.";
    ManifestMissing = "No manifest has been handed in.";
    ManifestChanged = "The manifest that lies ready is not the one that you looked at.";
    SecondReleaser = "A release is confirmed by another person than the one who handed its manifest in.";
    ReceiptDue = "A receipt is given once the release stands in the public log.";
}
