//! A case with an agreement in force, the people who release it, and a data zone that carries out what it is told.

use casework::event::{DataRole, Terms};
use casework::publication::{Decision, Text};
use casework::{Command, PersonId, Role};
use package::document::{Signed, to_json};
use package::manifest::{MeasuredColumn, MeasuredFile};
use package::sealed::{Identity, PackageKey, Sealer, recipient};
use package::specification::Treatment;
use package::{Instruction, Manifest};
use register::statement::{Cohort, RegisterOpened, Statement};
use register::vocabulary::{Cover, Outcome, Reason, Route};
use register::{Count, Digest, Disclosure, Draft, Organisation, Salt};
use store::Publisher;
use tlog::{Policy, SigningKey};

use super::super::decisions::story::{self, Story, at};
use crate::support::desk::{self, Answer};

pub const SHARE_PAGE: &str = "/share/DS-2026-0001";

/// What the one file of a package holds.
pub const CONTENT: &[u8] = b"pseudonym,attainment\n1,2\n";

pub struct Desk {
    pub story: Story,
    pub manager: PersonId,
    pub analysts: [PersonId; 2],
    pub identity: Identity,
    engine: SigningKey,
    _policy: tempfile::TempDir,
}

/// What a data zone gives out.
pub struct Made {
    pub package: Vec<u8>,
    pub manifest: Signed<Manifest>,
    pub key: String,
}

impl Made {
    pub fn digest(&self) -> String {
        self.manifest.digest().to_string()
    }
}

/// What is typed at an instruction.
pub fn asked(format: &str) -> [(&str, &str); 5] {
    [
        ("format", format),
        ("people-at-most", "1,000"),
        ("valid-until-day", "31"),
        ("valid-until-month", "3"),
        ("valid-until-year", "2027"),
    ]
}

fn text(number: u8, name: &str) -> Text {
    Text { sealed: Disclosure::seal(Salt([number; 32]), name, "Because of this."), withheld: None }
}

impl Desk {
    pub fn agreed() -> Self {
        Self::with(true, false)
    }

    pub fn without_engine() -> Self {
        Self::with(false, false)
    }

    /// A policy that asks for a witness who never signs.
    pub fn with_witness() -> Self {
        Self::with(true, true)
    }

    fn with(knows_engine: bool, witnessed: bool) -> Self {
        let engine = SigningKey::new("desk.invalid/extract", &[7; 32]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let mut settings = "[release]\n".to_owned();
        if knows_engine {
            settings.push_str(&format!("engine = \"{}\"\n", engine.verifier()));
        }
        let path = folder.path().join("policy");
        if witnessed {
            settings.push_str(&format!("policy = \"{}\"\n", path.display()));
        }
        let site = desk::with_log(&settings, |log| {
            let witness = SigningKey::cosigner("witness.example", &[3; 32]).unwrap();
            let policy = format!("log {log}\nwitness w {}\nquorum w\n", witness.verifier());
            std::fs::write(&path, policy).unwrap();
        });
        let opened = RegisterOpened {
            custodian: Organisation::named("Department of Examples"),
            demonstration: true,
            name: "Register of Examples".to_owned(),
            population: "pupils".to_owned(),
        };
        let now = site.now();
        let statement = Statement::new("opened", now.date(), now, opened.into());
        Publisher::open(site.desk.data().clone()).unwrap().publish(&[Draft::new(statement)]).unwrap();
        let story = story::reviewed_at(site);
        let site = &story.site;
        let analyst = |email: &str| site.person(email, &[(Role::ReleaseAnalyst, None)]);
        let analysts = [analyst("first-analyst@example.org"), analyst("second-analyst@example.org")];
        let manager = site.person("mia@example.org", &[(Role::DataManager, Some(story.trust()))]);
        let desk = Self { manager, analysts, identity: Identity::generate(), engine, _policy: folder, story };
        desk.agree();
        desk.publish();
        desk
    }

    fn agree(&self) {
        let story = &self.story;
        let decision = Decision {
            outcome: Outcome::Approved,
            reasons: vec![Reason::BenefitClear],
            datasets: Vec::new(),
            conditions: Vec::new(),
            decided_by: "Data Sharing Approval Panel".to_owned(),
            texts: vec![text(11, "reasons"), text(12, "balance"), text(13, "dpia-summary"), text(14, "why-direct")],
            route: Some(Route::DirectSupply),
            evidence: Vec::new(),
        };
        story.give(story.officer, Command::ProposeDecision { decision });
        story.give(story.chair, Command::ConfirmDecision { proposal: story.case().seq });
        let digest = Digest::of(b"agreement");
        let terms = Terms {
            template: "agreement-1".to_owned(),
            recipient_role: DataRole::Controller,
            processors: Vec::new(),
            territory: "United Kingdom".to_owned(),
            bases: vec!["Education Act 1996 s.537A".to_owned()],
            safeguards: Vec::new(),
            start: "2026-11-01".parse().unwrap(),
            end: "2028-10-31".parse().unwrap(),
            destruction_days: 30,
            audit_right: true,
            digest,
        };
        story.give(story.officer, Command::OfferAgreement { terms });
        let signed = "A name".to_owned();
        story.give(story.official, Command::SignAgreement { signed: signed.clone(), digest });
        story.give(story.signatory, Command::CountersignAgreement { signed, digest });
    }

    /// The publishing thread's work.
    pub fn publish(&self) {
        self.story.site.desk.publish_now().unwrap();
    }

    /// The key that verifies instructions, as the page shows it.
    pub fn custodian(&self) -> String {
        self.story.site.desk.keys().verifier().to_string()
    }

    /// What a recipient trusts who knows the log's key and no witness.
    pub fn policy(&self) -> Policy {
        let key = std::fs::read_to_string(self.story.site.desk.data().public().join("vkey")).unwrap();
        Policy::parse(format!("log {}\nquorum none\n", key.trim()).as_bytes()).unwrap()
    }

    pub async fn get(&self, person: PersonId, page: &str) -> Answer {
        self.story.site.signed_in(person).get(at(page).trim_end_matches('/')).await
    }

    pub async fn send(&self, person: PersonId, page: &str, to: &str, fields: &[(&str, &str)]) -> Answer {
        self.story.send(person, page, to, fields).await
    }

    pub async fn give_key(&self) {
        let key = self.identity.to_public().to_string();
        let answer = self.send(self.manager, "release", "release/key", &[("key", &key)]).await;
        assert_eq!(answer.status, axum::http::StatusCode::SEE_OTHER, "{}", answer.text);
    }

    /// Signs an instruction, and gives it as the data zone reads it.
    pub async fn instruct(&self) -> Instruction {
        let mut fields = asked("csv").to_vec();
        fields.push(("sign", "yes"));
        let answer = self.send(self.analysts[0], "release/instruct", "release/instruct", &fields).await;
        assert_eq!(answer.status, axum::http::StatusCode::SEE_OTHER, "{}", answer.text);
        let number = self.story.case().releases.len();
        let file = self.get(self.analysts[0], &format!("release/{number}/instruction")).await;
        let signed = Signed::<Instruction>::parse(&file.bytes).unwrap();
        signed.verified_by(&self.custodian().parse().unwrap()).unwrap().clone()
    }

    /// What the data zone makes of an instruction, measured honestly but for a change.
    pub fn carry_out(&self, instruction: &Instruction, change: impl Fn(&mut Manifest)) -> Made {
        let part = &instruction.specification.datasets[0];
        let columns = part.items.iter().filter(|item| item.treatment != Treatment::Drop {});
        let column = |item: &package::specification::SpecifiedItem| MeasuredColumn {
            classes: item.classes.clone(),
            cohorts: instruction.specification.cohorts.clone(),
            distinct: Count::banded(20),
            item: item.item.clone(),
            name: item.name.clone(),
            nulls: Count::banded(0),
            treatment: item.treatment.clone(),
            years: [2010, 2011].into_iter().filter(|year| (item.first_year..=item.last_year).contains(year)).collect(),
        };
        let file = MeasuredFile {
            bytes: CONTENT.len() as u64,
            columns: columns.map(column).collect(),
            dataset: part.name.clone(),
            cohorts: instruction.specification.cohorts.clone(),
            name: "key-stage-4.csv.zst".to_owned(),
            people: Count::banded(896),
            rows: Count::banded(1_793),
            sha256: Digest::of(CONTENT),
            years: vec![2010, 2011],
        };
        let cohort =
            |cohort: &package::specification::Cohort| Cohort { cohort: cohort.to_string(), cover: Cover::Some };
        let mut manifest = Manifest {
            cohorts: instruction.specification.cohorts.iter().map(cohort).collect(),
            engine: "rollcall-extract 0.1.0".to_owned(),
            files: vec![file],
            instruction: Digest::of(to_json(instruction).unwrap().as_bytes()),
            made: self.story.site.now(),
            people: Count::banded(896),
            release: instruction.release.clone(),
            sequence: instruction.sequence,
            share: instruction.share.clone(),
            specification: instruction.specification_digest(),
            v: Manifest::VERSION,
        };
        change(&mut manifest);
        let manifest = Signed::sign(manifest, &self.engine).unwrap();
        let key = PackageKey::generate();
        let mut sealer = Sealer::begin(Vec::new(), &key, &manifest).unwrap();
        sealer.add("key-stage-4.csv.zst", CONTENT.len() as u64, CONTENT).unwrap();
        let package = sealer.finish().unwrap();
        let sealed = key.sealed_to(&recipient(&instruction.key).unwrap()).unwrap();
        Made { package, manifest, key: sealed }
    }

    pub async fn hand_in(&self, person: PersonId, made: &Made) -> Answer {
        let mut browser = self.story.site.signed_in(person);
        let token = browser.get("/desk").await.form_token();
        let (seen, manifest) = (self.story.case().seq.to_string(), made.manifest.to_string());
        let parts = [
            ("form-token", None, token.as_bytes()),
            ("seen", None, seen.as_bytes()),
            ("manifest", Some("manifest.txt"), manifest.as_bytes()),
            ("key", Some("key.age"), made.key.as_bytes()),
        ];
        browser.upload(&at("release/manifest"), &parts).await
    }

    pub async fn take_receipt(&self, person: PersonId) -> Answer {
        let mut browser = self.story.site.signed_in(person);
        let token = browser.get("/desk").await.form_token();
        browser.post(&at("release/1/receipt"), &[("form-token", &token)]).await
    }

    /// A release up to its confirmation.
    pub async fn release(&self) -> Made {
        self.give_key().await;
        let made = self.carry_out(&self.instruct().await, |_| {});
        self.hand_in(self.analysts[0], &made).await;
        let answer = self.send(self.analysts[1], "release/confirm", "release/confirm", &[]).await;
        assert_eq!(answer.status, axum::http::StatusCode::SEE_OTHER, "{}", answer.text);
        made
    }

    /// No page shows what is in the private key files, or the key of a package.
    pub async fn nothing_secret_was_shown(&self) {
        let private = self.story.site.desk.data().private();
        let secret = |name: &str| {
            let text = std::fs::read_to_string(private.join(name)).unwrap();
            text.lines().last().unwrap().to_owned()
        };
        for person in [self.manager, self.analysts[0], self.story.officer, self.story.regulator] {
            for page in ["", "release", "release/1/instruction", "release/1/manifest"] {
                let text = self.get(person, page).await.text;
                for name in ["instruction.key", "release.key", "log.key"] {
                    assert!(!text.contains(&secret(name)), "{page} shows {name}");
                }
                assert!(!text.contains("AGE ENCRYPTED FILE") && !text.contains("AGE-SECRET-KEY-1"), "{page}");
            }
        }
    }
}
