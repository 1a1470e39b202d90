//! `given(events).when(actor, command).then(...)`.

use std::collections::{BTreeMap, BTreeSet};

use casework::case::Case;
use casework::event::{Advice, DataRole, Finding, Review, Safe, Terms};
use casework::publication::{Condition, Decision, Text};
use casework::{Actor, Command, Event, OrganisationId, Party, PersonId, Recorded, Refusal, Role, Stage};
use register::disclosure::Disclosure;
use register::statement::{Access, DatasetUse};
use register::vocabulary::{Channel, Outcome, Reason, Route};
use register::{Digest, Moment, Organisation, Salt};

pub const HOME: OrganisationId = OrganisationId(1);
pub const REFERENCE: &str = "DR260001";

/// A history that grows by commands.
#[derive(Debug, Clone, Default)]
pub struct History {
    pub events: Vec<Recorded>,
    pub now: i64,
}

impl History {
    pub fn new() -> Self {
        Self { events: Vec::new(), now: moment("2026-01-05T09:00:00Z").seconds() }
    }

    pub fn case(&self) -> Option<Case> {
        casework::fold(&self.events).expect("a history that decide made")
    }

    pub fn now(&self) -> Moment {
        Moment::from_seconds(self.now).unwrap()
    }

    pub fn stage(&self) -> Stage {
        self.case().map_or(Stage::Draft, |case| case.stage(casework::calendar::day_in_england(self.now())))
    }

    pub fn later(mut self, days: i64) -> Self {
        self.now += days * 86_400;
        self
    }

    pub fn record(&mut self, by: Option<PersonId>, event: Event) {
        let recorded = Recorded { seq: self.events.len() as u64 + 1, at: self.now(), by, event };
        self.events.push(recorded);
    }

    pub fn attempt(&mut self, actor: &Actor, command: Command) -> Result<Vec<Event>, Refusal> {
        let events = casework::decide(self.case().as_ref(), actor, command, self.now())?;
        for event in &events {
            self.record(Some(actor.person), event.clone());
        }
        self.now += 60;
        Ok(events)
    }

    /// The same history after a command that must be taken.
    pub fn when(mut self, actor: &Actor, command: Command) -> Self {
        let kind = command.kind();
        self.attempt(actor, command).unwrap_or_else(|refusal| panic!("{kind:?} is refused: {refusal}"));
        self
    }

    /// Why a command is refused.
    pub fn refuses(&self, actor: &Actor, command: Command) -> Refusal {
        let kind = command.kind();
        let taken = casework::decide(self.case().as_ref(), actor, command, self.now());
        taken.expect_err(&format!("{kind:?} is taken"))
    }
}

pub fn moment(text: &str) -> Moment {
    text.parse().unwrap()
}

pub fn staff(person: u64, roles: &[Role]) -> Actor {
    Actor { person: PersonId(person), staff: roles.iter().copied().collect(), member: BTreeMap::new() }
}

pub fn member(person: u64, organisation: OrganisationId, roles: &[Role]) -> Actor {
    let held: BTreeSet<Role> = roles.iter().copied().collect();
    Actor { person: PersonId(person), staff: BTreeSet::new(), member: [(organisation, held)].into() }
}

pub fn applicant() -> Actor {
    member(1, HOME, &[Role::Applicant])
}

pub fn official() -> Actor {
    member(2, HOME, &[Role::SigningOfficial])
}

pub fn officer() -> Actor {
    staff(10, &[Role::CaseOfficer])
}

pub fn reviewer(number: u64) -> Actor {
    staff(20 + number, &[Role::Reviewer])
}

pub fn chair() -> Actor {
    staff(30, &[Role::PanelChair])
}

pub fn signatory() -> Actor {
    staff(40, &[Role::CustodianSignatory])
}

thread_local! {
    static SALTS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// Each text has a salt of its own, and each test the same ones again.
pub fn text(name: &str, value: &str) -> Text {
    let number = SALTS.replace(SALTS.get() + 1);
    let salt = Digest::of(format!("{number}").as_bytes()).0;
    Text { sealed: Disclosure::seal(Salt(salt), name, value), withheld: None }
}

pub fn open() -> Command {
    let form = "pupil-database-1".to_owned();
    Command::OpenApplication { reference: REFERENCE.to_owned(), organisation: HOME, form, relation: None }
}

pub fn submit() -> Command {
    let recipient = Organisation::named("University of Rutland");
    Command::Submit { signed: "A. Official".to_owned(), recipient, problems: Vec::new() }
}

pub fn accept() -> Command {
    let dataset = |name: &str| DatasetUse { classes: Vec::new(), frequency: None, name: name.to_owned() };
    let access = Access {
        bases: vec!["Education Act 1996 s.537A".to_owned()],
        channel: Channel::Panel,
        datasets: vec![dataset("School census"), dataset("Key stage 4")],
        facts: BTreeMap::new(),
        recipient: Organisation::named("University of Rutland"),
        route: Some(Route::SecureEnvironment),
    };
    Command::AcceptApplication { access, texts: vec![text("title", "Absence after a move")] }
}

pub fn review(advice: Advice) -> Command {
    let finding = Finding { met: true, text: "It is met.".to_owned(), evidence: "The application.".to_owned() };
    let findings = Safe::ALL.iter().map(|safe| (*safe, finding.clone())).collect();
    Command::SubmitReview { review: Review { findings, advice } }
}

pub fn decision(outcome: Outcome) -> Decision {
    let mut texts = vec![text("reasons", "Because of this."), text("balance", "Few items, in a secure place.")];
    let (mut reasons, mut conditions) = (vec![Reason::BenefitUnclear], Vec::new());
    if outcome.allows_release() {
        texts.push(text("dpia-summary", "The risk is low."));
        reasons = vec![Reason::BenefitClear, Reason::DataLeast];
    }
    if outcome == Outcome::ApprovedWithConditions {
        texts.push(text("conditions", "The assessment is brought up to date."));
        let due = Some("2026-06-01".parse().unwrap());
        conditions.push(Condition { code: "dpia-updated".to_owned(), owner: Party::Applicant, due });
    }
    Decision {
        outcome,
        reasons,
        datasets: Vec::new(),
        conditions,
        decided_by: "Data Sharing Approval Panel".to_owned(),
        texts,
        route: Some(Route::SecureEnvironment),
        evidence: Vec::new(),
    }
}

pub fn propose(outcome: Outcome) -> Command {
    Command::ProposeDecision { decision: decision(outcome) }
}

pub fn terms() -> Terms {
    Terms {
        template: "agreement-1".to_owned(),
        recipient_role: DataRole::Controller,
        processors: Vec::new(),
        territory: "United Kingdom".to_owned(),
        bases: vec!["Education Act 1996 s.537A".to_owned()],
        safeguards: vec!["ISO 27001".to_owned()],
        start: "2026-05-01".parse().unwrap(),
        end: "2028-04-30".parse().unwrap(),
        destruction_days: 30,
        audit_right: true,
        digest: Digest::of(b"the agreement"),
    }
}

pub fn drafted() -> History {
    History::new().when(&applicant(), open())
}

pub fn submitted() -> History {
    drafted().when(&official(), submit())
}

pub fn screened() -> History {
    submitted().when(&officer(), Command::TakeCase)
}

pub fn accepted() -> History {
    screened().when(&officer(), accept())
}

pub fn reviewed() -> History {
    let assigned = accepted()
        .when(&officer(), Command::AssignReviewer { reviewer: reviewer(1) })
        .when(&officer(), Command::AssignReviewer { reviewer: reviewer(2) });
    assigned.when(&reviewer(1), review(Advice::Approve)).when(&reviewer(2), review(Advice::Refuse))
}

pub fn proposed(outcome: Outcome) -> History {
    reviewed().when(&officer(), propose(outcome))
}

pub fn confirm(history: &History) -> Command {
    Command::ConfirmDecision { proposal: history.events.len() as u64 }
}

pub fn decided(outcome: Outcome) -> History {
    let history = proposed(outcome);
    let command = confirm(&history);
    history.when(&chair(), command)
}

pub fn offered() -> History {
    decided(Outcome::Approved).when(&officer(), Command::OfferAgreement { terms: terms() })
}

pub fn sign() -> Command {
    Command::SignAgreement { signed: "A. Official".to_owned(), digest: terms().digest }
}

pub fn countersign() -> Command {
    Command::CountersignAgreement { signed: "B. Signatory".to_owned(), digest: terms().digest }
}

pub fn agreed() -> History {
    offered().when(&official(), sign()).when(&signatory(), countersign())
}

pub fn registered() -> History {
    let mut history = agreed();
    history.record(None, Event::StatementPublished { id: format!("agreed-{REFERENCE}"), index: 7 });
    history
}

pub fn withdraw() -> Command {
    Command::Withdraw { reasons: text("reasons", "The study will not go ahead.") }
}
