//! Everybody whom a case needs, and cases that have come some way.

use casework::event::{Advice, DataRole, Finding, Review, Safe, Terms};
use casework::publication::{Decision, Text};
use casework::{Actor, Answer, Case, Command, OrganisationId, PersonId, Role};
use register::disclosure::Disclosure;
use register::statement::{Access, DatasetUse, RegisterOpened};
use register::vocabulary::{Channel, Outcome, Reason, Route};
use register::{Digest, Draft, Organisation, Statement};
use server::desk::giving::Given;
use store::casework::{cases, people};
use store::{Publisher, publisher};

use crate::support::desk::{self, TestDesk};

/// A desk beside a register that is open, with somebody in every role.
pub struct Office {
    pub site: TestDesk,
    pub organisation: OrganisationId,
    pub applicant: PersonId,
    pub official: PersonId,
    pub officer: PersonId,
    pub other_officer: PersonId,
    pub reviewers: [PersonId; 2],
    pub chair: PersonId,
    pub signatory: PersonId,
    pub regulator: PersonId,
}

pub fn office() -> Office {
    let site = desk::new();
    let organisation = site.organisation("University of Rutland");
    let of = Some(organisation);
    let opened = RegisterOpened {
        custodian: Organisation::named("Department of Examples"),
        demonstration: true,
        name: "Register of Examples".to_owned(),
        population: "pupils".to_owned(),
    };
    let now = site.now();
    let statement = Statement::new("opened", now.date(), now, opened.into());
    Publisher::open(site.desk.data().clone()).unwrap().publish(&[Draft::new(statement)]).unwrap();
    Office {
        organisation,
        applicant: site.person("applicant@rutland.example", &[(Role::Applicant, of)]),
        official: site.person("official@rutland.example", &[(Role::SigningOfficial, of)]),
        officer: site.person("officer@desk.example", &[(Role::CaseOfficer, None)]),
        other_officer: site.person("officer2@desk.example", &[(Role::CaseOfficer, None)]),
        reviewers: [1, 2]
            .map(|number| site.person(&format!("reviewer{number}@desk.example"), &[(Role::Reviewer, None)])),
        chair: site.person("chair@desk.example", &[(Role::PanelChair, None)]),
        signatory: site.person("signatory@desk.example", &[(Role::CustodianSignatory, None)]),
        regulator: site.person("regulator@desk.example", &[(Role::Regulator, None)]),
        site,
    }
}

pub fn sealed(name: &str, value: &str) -> Text {
    let mut salts = publisher::salts().unwrap();
    Text { sealed: Disclosure::seal(salts(), name, value), withheld: None }
}

pub fn decision(outcome: Outcome) -> Decision {
    let reasons = if outcome.allows_release() { vec![Reason::BenefitClear] } else { vec![Reason::DataExcessive] };
    let texts = [("reasons", "Because of this."), ("balance", "Few items, kept safe."), ("dpia-summary", "Low risk.")];
    Decision {
        outcome,
        reasons,
        datasets: Vec::new(),
        conditions: Vec::new(),
        decided_by: "Data Sharing Panel".to_owned(),
        texts: texts.map(|(name, value)| sealed(name, value)).to_vec(),
        route: Some(Route::SecureEnvironment),
        evidence: Vec::new(),
    }
}

impl Office {
    pub fn actor(&self, person: PersonId) -> Actor {
        self.site.read(|transaction| people::actor(transaction, person))
    }

    pub fn case(&self, reference: &str) -> Case {
        self.site.read(|transaction| cases::case(transaction, reference)).unwrap()
    }

    /// Gives a command that must be taken.
    pub fn give(&self, person: PersonId, reference: Option<&str>, command: Command) -> Case {
        let actor = self.actor(person);
        let desk = &self.site.desk;
        let kind = command.kind();
        let given = desk.casework().write(|transaction| desk.give_as(transaction, &actor, reference, None, command));
        match given.unwrap_or_else(|problem| panic!("{kind:?}: {problem}")) {
            Given::Taken(case) => *case,
            Given::Wanting(errors) => panic!("{kind:?}: {errors:?}"),
        }
    }

    pub fn draft(&self, reference: &str) -> Case {
        let (organisation, form) = (self.organisation, "pupil-database-1".to_owned());
        let open = Command::OpenApplication { reference: reference.to_owned(), organisation, form, relation: None };
        self.give(self.applicant, None, open);
        let answers = [("title".to_owned(), Some(Answer::Text(format!("Absence, {reference}"))))].into();
        self.give(self.applicant, Some(reference), Command::SaveAnswers { answers })
    }

    pub fn submitted(&self, reference: &str) -> Case {
        self.draft(reference);
        self.submit(reference)
    }

    fn submit(&self, reference: &str) -> Case {
        let recipient = Organisation::named("University of Rutland");
        let submit = Command::Submit { signed: "An official".to_owned(), recipient, problems: Vec::new() };
        self.give(self.official, Some(reference), submit)
    }

    pub fn screened(&self, reference: &str) -> Case {
        self.submitted(reference);
        self.take(reference)
    }

    fn take(&self, reference: &str) -> Case {
        self.give(self.officer, Some(reference), Command::TakeCase)
    }

    pub fn accepted(&self, reference: &str) -> Case {
        self.screened(reference);
        self.accept(reference)
    }

    fn accept(&self, reference: &str) -> Case {
        let access = Access {
            bases: vec!["Education Act 1996 s.537A".to_owned()],
            channel: Channel::Panel,
            datasets: vec![DatasetUse { classes: Vec::new(), frequency: None, name: "School census".to_owned() }],
            facts: std::collections::BTreeMap::new(),
            recipient: Organisation::named("University of Rutland"),
            route: Some(Route::SecureEnvironment),
        };
        let texts = vec![sealed("title", &format!("Absence, {reference}"))];
        self.give(self.officer, Some(reference), Command::AcceptApplication { access, texts })
    }

    pub fn decided(&self, reference: &str, outcome: Outcome) -> Case {
        self.accepted(reference);
        self.decide(reference, outcome)
    }

    fn decide(&self, reference: &str, outcome: Outcome) -> Case {
        for reviewer in self.reviewers {
            let reviewer = self.actor(reviewer);
            self.give(self.officer, Some(reference), Command::AssignReviewer { reviewer });
        }
        for reviewer in self.reviewers {
            let finding = Finding { met: true, text: "Met.".to_owned(), evidence: "The application.".to_owned() };
            let findings = Safe::ALL.iter().map(|safe| (*safe, finding.clone())).collect();
            let review = Review { findings, advice: Advice::Approve };
            self.give(reviewer, Some(reference), Command::SubmitReview { review });
        }
        let proposed =
            self.give(self.officer, Some(reference), Command::ProposeDecision { decision: decision(outcome) });
        self.give(self.chair, Some(reference), Command::ConfirmDecision { proposal: proposed.seq })
    }

    /// Brings a draft all the way.
    pub fn agree_on(&self, reference: &str) -> Case {
        self.submit(reference);
        self.take(reference);
        self.accept(reference);
        self.decide(reference, Outcome::Approved);
        self.agree(reference)
    }

    pub fn agreed(&self, reference: &str) -> Case {
        self.decided(reference, Outcome::Approved);
        self.agree(reference)
    }

    fn agree(&self, reference: &str) -> Case {
        let digest = Digest::of(b"agreement");
        let terms = Terms {
            template: "agreement-1".to_owned(),
            recipient_role: DataRole::Controller,
            processors: Vec::new(),
            territory: "United Kingdom".to_owned(),
            bases: vec!["Education Act 1996 s.537A".to_owned()],
            safeguards: Vec::new(),
            start: "2027-01-01".parse().unwrap(),
            end: "2029-12-31".parse().unwrap(),
            destruction_days: 30,
            audit_right: true,
            digest,
        };
        self.give(self.officer, Some(reference), Command::OfferAgreement { terms });
        let signed = "A name".to_owned();
        self.give(self.official, Some(reference), Command::SignAgreement { signed: signed.clone(), digest });
        self.give(self.signatory, Some(reference), Command::CountersignAgreement { signed, digest })
    }
}
