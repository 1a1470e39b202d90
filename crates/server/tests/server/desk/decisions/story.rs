//! A case and the people around it, brought to a stage by the commands that bring it there.

#![allow(clippy::unwrap_used)] // clippy knows test functions, and not what they call

use std::collections::BTreeMap;

use casework::answer::{Answer, AttachedFile, SafeguardEvidence};
use casework::event::{Advice, Finding, Review, Safe};
use casework::publication::Text;
use casework::{Calendar, Case, Command, OrganisationId, PersonId, Role, Specification};
use register::statement::{Access, DatasetUse};
use register::vocabulary::{Channel, Route, Safeguard};
use register::{Digest, Disclosure, Organisation, Salt};
use store::casework::owed::{self, Owed};
use store::casework::{cases, people};

use crate::support::desk::{self, TestDesk};

pub const REFERENCE: &str = "DS-2026-0001";

/// The bytes of the file that the application brings.
pub const DPIA: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n";

pub struct Story {
    pub site: TestDesk,
    pub applicant: PersonId,
    pub official: PersonId,
    pub officer: PersonId,
    pub reviewers: [PersonId; 2],
    pub chair: PersonId,
    pub other_chair: PersonId,
    pub signatory: PersonId,
    pub regulator: PersonId,
    trust: OrganisationId,
}

/// The address of a page of the case.
pub fn at(page: &str) -> String {
    format!("/desk/case/{REFERENCE}/{page}")
}

/// The case in review, with two reviewers who have not begun.
pub fn in_review() -> Story {
    in_review_at(desk::new())
}

/// The same at this desk.
pub fn in_review_at(site: TestDesk) -> Story {
    let trust = site.organisation("Example Trust");
    let staff = |email: &str, role| site.person(email, &[(role, None)]);
    let story = Story {
        applicant: site.person("ada@example.org", &[(Role::Applicant, Some(trust))]),
        official: site.person("olu@example.org", &[(Role::SigningOfficial, Some(trust))]),
        officer: staff("cass@example.org", Role::CaseOfficer),
        reviewers: [staff("rosa@example.org", Role::Reviewer), staff("raj@example.org", Role::Reviewer)],
        chair: staff("chair@example.org", Role::PanelChair),
        other_chair: staff("deputy@example.org", Role::PanelChair),
        signatory: staff("sig@example.org", Role::CustodianSignatory),
        regulator: staff("reg@example.org", Role::Regulator),
        trust,
        site,
    };
    let form = "pupil-database-1".to_owned();
    let open = Command::OpenApplication { reference: REFERENCE.to_owned(), organisation: trust, form, relation: None };
    story.give(story.applicant, open);
    let answers = story.answers().into_iter().map(|(question, answer)| (question, Some(answer))).collect();
    story.give(story.applicant, Command::SaveAnswers { answers });
    let specification = include_str!("../../../../../package/tests/golden/specification.v1.json").trim_end();
    let specification = Box::new(Specification::parse(specification.as_bytes()).unwrap());
    story.give(story.applicant, Command::SetSpecification { specification });
    let recipient = Organisation::named("Example Trust");
    let submit = Command::Submit { signed: "Olu Official".to_owned(), recipient: recipient.clone(), problems: vec![] };
    story.give(story.official, submit);
    story.give(story.officer, Command::TakeCase);
    let dataset = |name: &str| DatasetUse { classes: Vec::new(), frequency: None, name: name.to_owned() };
    let access = Access {
        bases: vec!["Education Act 1996 s.537A".to_owned()],
        channel: Channel::Panel,
        datasets: vec![dataset("Key Stage 4"), dataset("School census")],
        facts: BTreeMap::new(),
        recipient,
        route: Some(Route::DirectSupply),
    };
    let title = Text { sealed: Disclosure::seal(Salt([1; 32]), "title", "Absence after a move"), withheld: None };
    story.give(story.officer, Command::AcceptApplication { access, texts: vec![title] });
    for reviewer in story.reviewers {
        let reviewer = story.site.read(|transaction| people::actor(transaction, reviewer));
        story.give(story.officer, Command::AssignReviewer { reviewer });
    }
    story
}

/// The case with both reviews in.
pub fn reviewed() -> Story {
    reviewed_at(desk::new())
}

/// The same at this desk.
pub fn reviewed_at(site: TestDesk) -> Story {
    let story = in_review_at(site);
    for reviewer in story.reviewers {
        let finding = Finding { met: true, text: "It is met.".to_owned(), evidence: "The application.".to_owned() };
        let findings = Safe::ALL.iter().map(|safe| (*safe, finding.clone())).collect();
        story.give(reviewer, Command::SubmitReview { review: Review { findings, advice: Advice::Approve } });
    }
    story
}

impl Story {
    pub fn give(&self, person: PersonId, command: Command) {
        let now = self.site.now();
        self.site.write(|transaction| {
            let actor = people::actor(transaction, person)?;
            let case = cases::case(transaction, REFERENCE)?;
            let kind = command.kind();
            let events = casework::decide(case.as_ref(), &actor, command, now)
                .unwrap_or_else(|refusal| panic!("{kind:?}: {refusal}"));
            cases::append(transaction, case, events, Some(person), now, &Calendar::england())
        });
    }

    pub fn case(&self) -> Case {
        self.site.read(|transaction| cases::case(transaction, REFERENCE)).unwrap()
    }

    /// All that is owed to the public, taken off the list.
    pub fn owed(&self) -> Vec<Owed> {
        self.site.write(|transaction| {
            let mut all = Vec::new();
            while let Some(one) = owed::next(transaction)? {
                owed::done(transaction, one.number)?;
                all.push(one);
            }
            Ok(all)
        })
    }

    /// Sends the form that stands on a page of the case, with the fields that it holds out of sight.
    pub async fn send(&self, person: PersonId, page: &str, to: &str, fields: &[(&str, &str)]) -> desk::Answer {
        let mut browser = self.site.signed_in(person);
        let shown = browser.get(&at(page)).await;
        self.send_from(&mut browser, &shown, to, fields).await
    }

    /// The same from a page that was opened before.
    pub async fn send_from(
        &self,
        browser: &mut desk::Browser<'_>,
        shown: &desk::Answer,
        to: &str,
        fields: &[(&str, &str)],
    ) -> desk::Answer {
        let hidden = ["form-token", "seen", "proposal", "digest", "side", "condition-rows"]
            .map(|name| (name, shown.between(&format!("name=\"{name}\" value=\""), "\"").unwrap_or_default()));
        let is_given = |name: &str| fields.iter().any(|(given, _)| *given == name);
        let held = hidden.iter().filter(|(name, value)| !value.is_empty() && !is_given(name));
        let mut all: Vec<(&str, &str)> = held.map(|(name, value)| (*name, value.as_str())).collect();
        all.extend_from_slice(fields);
        browser.post(&at(to), &all).await
    }

    pub async fn get(&self, person: PersonId, page: &str) -> desk::Answer {
        self.site.signed_in(person).get(&at(page)).await
    }

    fn answers(&self) -> BTreeMap<String, Answer> {
        let text = |text: &str| Answer::Text(text.to_owned());
        let choice = |code: &str| Answer::Choice(code.to_owned());
        let date = |date: &str| Answer::Date(date.parse().unwrap());
        let file = self.put_file();
        let safeguard = SafeguardEvidence {
            evidence: "certificate IS 1234".to_owned(),
            expires: Some("2028-01-31".parse().unwrap()),
            safeguard: Safeguard::Iso27001,
        };
        [
            ("title", text("Absence after a move")),
            ("summary", text("We look at children who change school.")),
            ("route", choice("direct-supply")),
            ("why-direct", text("The model does not run in a secure environment.")),
            ("start-date", date("2027-01-01")),
            ("end-date", date("2028-12-31")),
            ("territory", choice("united-kingdom")),
            ("safeguards", Answer::Safeguards(vec![safeguard])),
            ("retention", Answer::Number(6)),
            ("dpia", Answer::YesNo(true)),
            ("dpia-file", Answer::Files(vec![file])),
        ]
        .map(|(question, answer)| (question.to_owned(), answer))
        .into()
    }

    fn put_file(&self) -> AttachedFile {
        let documents = self.site.desk.documents();
        let mut incoming = documents.receive(1_000_000).unwrap();
        incoming.write(DPIA).unwrap();
        let received = incoming.finish("dpia.pdf").unwrap();
        let now = self.site.now();
        self.site.write(|transaction| documents.put(transaction, received, REFERENCE, now));
        AttachedFile { bytes: DPIA.len() as u64, digest: Digest::of(DPIA), name: "dpia.pdf".to_owned() }
    }

    /// The organisation that asks.
    pub fn trust(&self) -> OrganisationId {
        self.trust
    }
}

/// A page's text without the escapes of HTML.
pub fn unescaped(text: &str) -> String {
    let mut plain = text.to_owned();
    for (escape, letter) in [("&#34;", "\""), ("&#39;", "'"), ("&#60;", "<"), ("&#62;", ">"), ("&#38;", "&")] {
        plain = plain.replace(escape, letter);
    }
    plain
}
