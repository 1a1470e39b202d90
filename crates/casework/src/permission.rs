//! Who may do what at which stage, and who sees what: two tables. Everything that asks, asks them; the reference pages are
//! made from them.
//!
//! Permission is who. What else must hold, such as that a second person confirms, is for `decide` to say.

use crate::case::Case;
use crate::command::CommandKind;
use crate::person::{Actor, OrganisationId, Role};
use crate::stage::Stage;

use Role::{Administrator, Reviewer, SigningOfficial};
use Role::{Applicant, Auditor, CaseOfficer, CustodianSignatory, DataManager, PanelChair, Regulator, ReleaseAnalyst};

/// One row: a command, who may give it, and from which stages to which it leads.
#[derive(Debug, Clone, Copy)]
pub struct Permission {
    /// The command.
    pub command: CommandKind,
    /// Who may give it.
    pub roles: &'static [Role],
    /// The stages at which it may be given, each with those that it leads to; the same stage where it stays.
    pub steps: &'static [(Stage, &'static [Stage])],
}

const ANY_AGREED: &[Stage] = &[Stage::Closed, Stage::DestructionDue];

/// The table. Beginning an application has no stage before it.
pub const PERMISSIONS: &[Permission] = {
    use CommandKind as C;
    use Stage as S;
    const WRITTEN: &[(Stage, &[Stage])] = &[(S::Draft, &[S::Draft]), (S::Returned, &[S::Returned])];
    const REVIEW: &[(Stage, &[Stage])] = &[(S::Review, &[S::Review])];
    // An instruction may be prepared before access begins; no data leaves before.
    const PREPARED: &[(Stage, &[Stage])] =
        &[(S::Registered, &[S::Registered]), (S::Active, &[S::Active]), (S::Ending, &[S::Ending])];
    const RUNNING: &[(Stage, &[Stage])] = &[(S::Active, &[S::Active]), (S::Ending, &[S::Ending])];
    const WORKED: &[(Stage, &[Stage])] =
        &[(S::Screening, &[S::Screening]), (S::Review, &[S::Review]), (S::Decided, &[S::Decided])];
    &[
        Permission { command: C::OpenApplication, roles: &[Applicant], steps: &[] },
        Permission { command: C::SaveAnswers, roles: &[Applicant], steps: WRITTEN },
        Permission { command: C::ReuseAnswers, roles: &[Applicant], steps: WRITTEN },
        Permission { command: C::SetSpecification, roles: &[Applicant], steps: WRITTEN },
        Permission {
            command: C::Submit,
            roles: &[SigningOfficial],
            steps: &[(S::Draft, &[S::Submitted]), (S::Returned, &[S::Screening])],
        },
        Permission {
            command: C::Withdraw,
            roles: &[Applicant, SigningOfficial],
            steps: &[
                (S::Draft, &[S::Withdrawn]),
                (S::Submitted, &[S::Withdrawn]),
                (S::Screening, &[S::Withdrawn]),
                (S::Returned, &[S::Withdrawn]),
                (S::Review, &[S::Withdrawn]),
                (S::Decided, &[S::Closed]),
            ],
        },
        Permission {
            command: C::TakeCase,
            roles: &[CaseOfficer],
            steps: &[
                (S::Submitted, &[S::Screening]),
                (S::Screening, &[S::Screening]),
                (S::Returned, &[S::Returned]),
                (S::Review, &[S::Review]),
                (S::Decided, &[S::Decided]),
            ],
        },
        Permission { command: C::AwaitThirdParty, roles: &[CaseOfficer], steps: WORKED },
        Permission { command: C::AnswerThirdParty, roles: &[CaseOfficer], steps: WORKED },
        Permission { command: C::RequestChanges, roles: &[CaseOfficer], steps: &[(S::Screening, &[S::Returned])] },
        Permission { command: C::AcceptApplication, roles: &[CaseOfficer], steps: &[(S::Screening, &[S::Review])] },
        Permission {
            command: C::AddAssessment,
            roles: &[ReleaseAnalyst],
            steps: &[
                (S::Submitted, &[S::Submitted]),
                (S::Screening, &[S::Screening]),
                (S::Returned, &[S::Returned]),
                (S::Review, &[S::Review]),
            ],
        },
        Permission { command: C::AssignReviewer, roles: &[CaseOfficer], steps: REVIEW },
        Permission { command: C::RemoveReviewer, roles: &[CaseOfficer], steps: REVIEW },
        Permission { command: C::DeclareConflict, roles: &[Reviewer, PanelChair, CaseOfficer], steps: REVIEW },
        Permission { command: C::SubmitReview, roles: &[Reviewer], steps: REVIEW },
        Permission { command: C::ProposeDecision, roles: &[CaseOfficer, PanelChair], steps: REVIEW },
        Permission { command: C::WithdrawProposal, roles: &[CaseOfficer, PanelChair], steps: REVIEW },
        Permission { command: C::ConfirmDecision, roles: &[PanelChair], steps: &[(S::Review, &[S::Decided])] },
        Permission { command: C::Appeal, roles: &[SigningOfficial], steps: &[(S::Decided, &[S::Review])] },
        Permission { command: C::OfferAgreement, roles: &[CaseOfficer], steps: &[(S::Decided, &[S::Decided])] },
        Permission {
            command: C::SignAgreement,
            roles: &[SigningOfficial],
            steps: &[(S::Decided, &[S::Decided, S::Agreed])],
        },
        Permission {
            command: C::CountersignAgreement,
            roles: &[CustodianSignatory],
            steps: &[(S::Decided, &[S::Decided, S::Agreed])],
        },
        Permission {
            command: C::GiveRecipientKey,
            roles: &[DataManager],
            steps: &[
                (S::Agreed, &[S::Agreed]),
                (S::Registered, &[S::Registered]),
                (S::Active, &[S::Active]),
                (S::Ending, &[S::Ending]),
            ],
        },
        Permission { command: C::InstructRelease, roles: &[ReleaseAnalyst], steps: PREPARED },
        Permission {
            command: C::WithdrawInstruction,
            roles: &[ReleaseAnalyst],
            steps: &[
                (S::Registered, &[S::Registered]),
                (S::Active, &[S::Active]),
                (S::Ending, &[S::Ending]),
                (S::Suspended, &[S::Suspended]),
            ],
        },
        Permission { command: C::HandInManifest, roles: &[ReleaseAnalyst], steps: PREPARED },
        Permission { command: C::ReturnManifest, roles: &[ReleaseAnalyst, PanelChair], steps: PREPARED },
        Permission { command: C::ConfirmRelease, roles: &[ReleaseAnalyst, PanelChair], steps: RUNNING },
        Permission { command: C::GiveReceipt, roles: &[DataManager, SigningOfficial], steps: RUNNING },
        Permission {
            command: C::SuspendShare,
            roles: &[CaseOfficer],
            steps: &[(S::Registered, &[S::Suspended]), (S::Active, &[S::Suspended]), (S::Ending, &[S::Suspended])],
        },
        Permission {
            command: C::LiftSuspension,
            roles: &[CaseOfficer],
            steps: &[(S::Suspended, &[S::Registered, S::Active, S::Ending, S::DestructionDue])],
        },
        Permission {
            command: C::EndShare,
            roles: &[CaseOfficer],
            steps: &[
                (S::Registered, ANY_AGREED),
                (S::Active, ANY_AGREED),
                (S::Ending, ANY_AGREED),
                (S::DestructionDue, ANY_AGREED),
                (S::Suspended, ANY_AGREED),
            ],
        },
    ]
};

/// The row of a command.
pub fn of(command: CommandKind) -> &'static Permission {
    // A test holds that every command has a row.
    PERMISSIONS.iter().find(|row| row.command == command).unwrap_or(&PERMISSIONS[0])
}

/// Whether somebody may give a command in a matter of this organisation, at any stage.
pub fn may(actor: &Actor, command: CommandKind, organisation: OrganisationId) -> bool {
    of(command).roles.iter().any(|role| actor.has(*role, organisation))
}

/// Whether a command may be given at this stage.
pub fn at(command: CommandKind, stage: Stage) -> bool {
    of(command).steps.iter().any(|(from, _)| *from == stage)
}

/// Something that is seen or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sight {
    /// A case: its stage, dates, questions and answers.
    Application,
    /// The files that were handed in.
    Files,
    /// How easily people could be found in what is asked for.
    Assessment,
    /// The reviews, once all are in.
    Reviews,
    /// The decision that lies ready, before it is confirmed.
    Proposal,
    /// Whose turn it was, for how long.
    Clocks,
    /// Texts that are withheld from the public.
    Withheld,
    /// Instructions and manifests of releases.
    Releases,
    /// Every event of a case, with who brought it about.
    AuditTrail,
    /// The queue of all cases.
    Queue,
    /// Organisations and the people who belong to them.
    Accounts,
    /// Mail that did not go out.
    Mail,
}

/// What each is called, and who sees it. A role of an organisation sees its own organisation's only.
pub const SIGHTS: &[(Sight, &str, &[Role])] = &[
    (
        Sight::Application,
        "Applications and their answers",
        &[
            Applicant,
            SigningOfficial,
            DataManager,
            CaseOfficer,
            Reviewer,
            PanelChair,
            CustodianSignatory,
            ReleaseAnalyst,
            Auditor,
            Regulator,
        ],
    ),
    (
        Sight::Files,
        "Files handed in with an application",
        &[Applicant, SigningOfficial, CaseOfficer, Reviewer, PanelChair, CustodianSignatory, Auditor, Regulator],
    ),
    (
        Sight::Assessment,
        "Assessments of the risk that people could be found",
        &[CaseOfficer, Reviewer, PanelChair, ReleaseAnalyst, Auditor, Regulator],
    ),
    (Sight::Reviews, "Reviews, once all of them are in", &[CaseOfficer, Reviewer, PanelChair, Auditor, Regulator]),
    (Sight::Proposal, "A decision before it is confirmed", &[CaseOfficer, PanelChair, Auditor, Regulator]),
    (
        Sight::Clocks,
        "Whose turn it was, and for how long",
        &[
            Applicant,
            SigningOfficial,
            DataManager,
            CaseOfficer,
            Reviewer,
            PanelChair,
            CustodianSignatory,
            ReleaseAnalyst,
            Auditor,
            Regulator,
        ],
    ),
    (Sight::Withheld, "Texts that are withheld from the public", &[CaseOfficer, PanelChair, Auditor, Regulator]),
    (
        Sight::Releases,
        "Instructions to release data, and what was measured",
        &[CaseOfficer, PanelChair, ReleaseAnalyst, Auditor, Regulator],
    ),
    (
        Sight::AuditTrail,
        "Everything that happened in a case, and who did it",
        &[CaseOfficer, PanelChair, Auditor, Regulator],
    ),
    (
        Sight::Queue,
        "The queue of all cases",
        &[CaseOfficer, Reviewer, PanelChair, CustodianSignatory, ReleaseAnalyst, Auditor, Regulator],
    ),
    (Sight::Accounts, "Organisations, people and their roles", &[Administrator, Auditor, Regulator]),
    (Sight::Mail, "Mail that did not go out", &[Administrator]),
];

/// Whether somebody sees this in a matter of this organisation.
pub fn sees(actor: &Actor, sight: Sight, organisation: OrganisationId) -> bool {
    let row = SIGHTS.iter().find(|(of, ..)| *of == sight);
    row.is_some_and(|(_, _, roles)| roles.iter().any(|role| actor.has(*role, organisation)))
}

/// Whether somebody sees this of a case. A draft is its organisation's alone, and who declared a conflict sees nothing.
pub fn sees_of(actor: &Actor, sight: Sight, case: &Case) -> bool {
    let own = actor.member.contains_key(&case.organisation);
    let handed_in = case.application.submitted.is_some();
    let conflicted = case.conflicted.contains_key(&actor.person);
    let early = sight == Sight::Reviews && !case.reviews_are_in();
    let overseer = actor.staff.iter().any(|role| matches!(role, Auditor | Regulator));
    (own || handed_in) && !conflicted && (!early || overseer) && sees(actor, sight, case.organisation)
}
