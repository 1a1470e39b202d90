//! `given(events).when(actor, command).then(...)`.

use std::collections::{BTreeMap, BTreeSet};

use casework::case::Case;
use casework::event::{Advice, DataRole, Finding, Review, Safe, Terms};
use casework::publication::{Condition, Decision, Text};
use casework::release::Asked;
use casework::specification::{DatasetPart, DictionaryReference, SpecifiedItem, Treatment};
use casework::{Actor, Command, Event, OrganisationId, Party, PersonId, Recorded, Refusal, Role, Specification, Stage};
use package::assessment::Assessment;
use package::document::{Document, parse_json, to_json};
use package::instruction::{Format, Instruction};
use package::manifest::{Manifest, MeasuredColumn, MeasuredFile};
use register::disclosure::Disclosure;
use register::statement::{Access, Cohort, DatasetUse};
use register::vocabulary::{Channel, Cover, Outcome, Reason, Route};
use register::{Class, Count, Digest, Moment, Organisation, Salt};

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

pub fn manager() -> Actor {
    member(3, HOME, &[Role::DataManager])
}

pub fn analyst(number: u64) -> Actor {
    staff(60 + number, &[Role::ReleaseAnalyst])
}

/// The recipient's public key, and the custodian's.
pub const KEY: &str = "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq";
pub const CUSTODIAN: &str = "age1pppppppppppppppppppppppppppppppppppppppppppppppppppppppppp";

pub fn classes(risk: &str) -> Vec<Class> {
    let class = |scheme: &str, value: &str| Class { scheme: scheme.to_owned(), value: value.to_owned() };
    vec![class("dfe-identification-risk", risk), class("dfe-sensitivity", "E")]
}

/// Two items of each of the two datasets, and one that is left out.
pub fn specification() -> Specification {
    let item = |address: &str, risk: &str, treatment: Treatment| SpecifiedItem {
        classes: classes(risk),
        cohorts: Vec::new(),
        first_year: 2010,
        item: address.to_owned(),
        justification: None,
        last_year: 2015,
        name: address.to_uppercase(),
        treatment,
    };
    let part = |name: &str| DatasetPart {
        dictionary: DictionaryReference { digest: Digest::of(name.as_bytes()), edition: "October 2018".to_owned() },
        filters: Vec::new(),
        items: vec![
            item("born", "3", Treatment::Drop {}),
            item("gender", "5", Treatment::Keep {}),
            item("upn", "1", Treatment::Pseudonymise {}),
        ],
        name: name.to_owned(),
    };
    let datasets = vec![part("Key stage 4"), part("School census")];
    Specification { datasets, ..Specification::default() }
}

pub fn specify() -> Command {
    Command::SetSpecification { specification: Box::new(specification()) }
}

/// An assessment of this specification, whose numbers are another's.
pub fn assessment(of: &Specification) -> Assessment {
    let golden = include_bytes!("../../../package/tests/golden/assessment.v1.json");
    Assessment { specification: of.digest().unwrap(), ..parse_json(golden).unwrap() }
}

pub fn assess(of: &Specification) -> Command {
    Command::AddAssessment { assessment: Box::new(assessment(of)) }
}

/// A history whose application asks for [`specification`], up to an agreement that stands in the register.
pub fn released_from(decision: Decision) -> History {
    let history = drafted().when(&applicant(), specify()).when(&official(), submit());
    let history = history.when(&officer(), Command::TakeCase).when(&officer(), accept());
    let history = history
        .when(&officer(), Command::AssignReviewer { reviewer: reviewer(1) })
        .when(&officer(), Command::AssignReviewer { reviewer: reviewer(2) })
        .when(&reviewer(1), review(Advice::Approve))
        .when(&reviewer(2), review(Advice::Approve))
        .when(&officer(), Command::ProposeDecision { decision });
    let command = confirm(&history);
    let history = history.when(&chair(), command).when(&officer(), Command::OfferAgreement { terms: terms() });
    let mut history = history.when(&official(), sign()).when(&signatory(), countersign());
    history.record(None, Event::StatementPublished { id: format!("agreed-{REFERENCE}"), index: 7 });
    history
}

/// Access has begun, and the recipient has given its key.
pub fn keyed() -> History {
    released_from(decision(Outcome::Approved)).later(130).when(&manager(), give_key())
}

pub fn give_key() -> Command {
    Command::GiveRecipientKey { key: KEY.to_owned() }
}

pub fn instruction(history: &History) -> Instruction {
    let asked = Asked { format: Format::Csv, people_at_most: Some(1_000), valid_until: "2027-01-31".parse().unwrap() };
    history.case().unwrap().instruction(asked, CUSTODIAN, history.now()).unwrap()
}

pub fn instruct(history: &History) -> Command {
    Command::InstructRelease { instruction: Box::new(instruction(history)) }
}

/// What an honest engine measures: one file of each dataset.
pub fn manifest(instruction: &Instruction, now: Moment) -> Manifest {
    let files = instruction.specification.datasets.iter().map(|part| MeasuredFile {
        bytes: 512,
        columns: part
            .items
            .iter()
            .filter(|item| item.treatment != Treatment::Drop {})
            .map(|item| MeasuredColumn {
                classes: item.classes.clone(),
                cohorts: Vec::new(),
                distinct: Count::banded(2),
                item: item.item.clone(),
                name: item.name.clone(),
                nulls: Count::banded(0),
                treatment: item.treatment.clone(),
                years: [2010, 2011]
                    .into_iter()
                    .filter(|year| (item.first_year..=item.last_year).contains(year))
                    .collect(),
            })
            .collect(),
        dataset: part.name.clone(),
        cohorts: Vec::new(),
        name: format!("{}.csv.zst", part.name.replace(' ', "-").to_lowercase()),
        people: Count::banded(804),
        rows: Count::banded(1_204),
        sha256: Digest::of(part.name.as_bytes()),
        years: vec![2010, 2011],
    });
    let cohort = |cohort: &str, cover| Cohort { cohort: cohort.to_owned(), cover };
    Manifest {
        cohorts: vec![cohort("1999-2000", Cover::Some), cohort("2000-2001", Cover::All)],
        engine: "rollcall-extract 0.1.0".to_owned(),
        files: files.collect(),
        instruction: digest(instruction),
        made: now,
        people: Count::banded(896),
        release: instruction.release.clone(),
        sequence: instruction.sequence,
        share: instruction.share.clone(),
        specification: instruction.specification_digest(),
        v: Manifest::VERSION,
    }
}

pub fn digest<T: Document>(document: &T) -> Digest {
    Digest::of(to_json(document).unwrap().as_bytes())
}

pub fn hand_in(instruction: &Instruction, manifest: Manifest) -> Command {
    Command::HandInManifest { instruction: Box::new(instruction.clone()), manifest: Box::new(manifest) }
}

/// A release that is instructed, with its instruction.
pub fn instructed() -> (History, Instruction) {
    let history = keyed();
    let instruction = instruction(&history);
    (history.when(&analyst(1), Command::InstructRelease { instruction: Box::new(instruction.clone()) }), instruction)
}

/// A release whose manifest the first analyst handed in.
pub fn measured() -> (History, Manifest) {
    let (history, instruction) = instructed();
    let manifest = manifest(&instruction, history.now());
    (history.when(&analyst(1), hand_in(&instruction, manifest.clone())), manifest)
}

/// A release that the second analyst released.
pub fn released() -> (History, Manifest) {
    let (history, manifest) = measured();
    let command = Command::ConfirmRelease { manifest: digest(&manifest) };
    (history.when(&analyst(2), command), manifest)
}

/// The statement that the newest event owes is under a checkpoint.
pub fn logged(mut history: History) -> History {
    let id = format!("released-{REFERENCE}-{}", history.events.len());
    history.record(None, Event::StatementPublished { id, index: 9 });
    history
}

pub fn withdraw() -> Command {
    Command::Withdraw { reasons: text("reasons", "The study will not go ahead.") }
}
