//! `given(statements).when(statement).then...`: the shape in which the tests tell what the register does.

use register::download::Download;
use register::fold::Touched;
use register::statement::{Body, Statement};
use register::tables::{Row, Snapshot, general_rows, meta_rows, recipient_row, share_rows, statement_row, total_rows};
use register::vocabulary::Ground;
use register::{Digest, Disclosure, Draft, Moment, PartialDate, Refusal, Register, Rule, Salt};

/// A register with everything that was published to make it: leaves and the disclosures beside them.
#[derive(Debug, Clone, Default)]
pub struct Story {
    pub register: Register,
    pub statements: Vec<Statement>,
    pub leaves: Vec<Vec<u8>>,
    pub public: Vec<Vec<Disclosure>>,
}

/// A story and what is to be published next.
pub struct Attempt {
    pub story: Story,
    draft: Draft,
}

/// The register after these statements, none of which is refused.
pub fn given(drafts: impl IntoIterator<Item = Draft>) -> Story {
    drafts.into_iter().fold(Story::default(), Story::and)
}

impl Story {
    /// The same with a further statement, which must be accepted.
    pub fn and(mut self, draft: Draft) -> Self {
        let index = self.statements.len();
        self.publish(draft).unwrap_or_else(|refusal| panic!("statement {index} of the story: {refusal}"));
        self
    }

    pub fn when(self, draft: Draft) -> Attempt {
        Attempt { story: self, draft }
    }

    /// Publishes a statement as the publisher does. It gets its id and moment from its place, where it has none.
    pub fn publish(&mut self, mut draft: Draft) -> Result<Touched, Refusal> {
        let index = self.register.size();
        if draft.statement.id.is_empty() {
            draft.statement.id = format!("s{index}");
        }
        if draft.statement.logged == moment(0) {
            draft.statement.logged = moment(1_000 + index);
        }
        let leaf = draft.statement.to_leaf().unwrap();
        let touched = self.register.apply(&draft.statement, &draft.public)?;
        if let Body::Redaction(redaction) = &draft.statement.body {
            self.public[redaction.of as usize].retain(|text| !redaction.digests.contains(&text.digest()));
        }
        self.statements.push(draft.statement);
        self.leaves.push(leaf);
        self.public.push(draft.public);
        Ok(touched)
    }
}

impl Attempt {
    /// The statement is refused by this rule, and the register is then as it was.
    pub fn then_refused_by(self, rule: Rule) {
        let mut story = self.story.clone();
        match story.publish(self.draft) {
            Ok(_) => panic!("expected a refusal by {rule}, but the register took it"),
            Err(refusal) => assert_eq!(refusal.rule, rule, "{refusal}"),
        }
        assert_eq!(story.register, self.story.register, "a refusal leaves the register as it was");
    }

    /// The statement is accepted.
    pub fn then_accepted(self) -> Story {
        self.story.and(self.draft)
    }
}

pub fn moment(seconds: u64) -> Moment {
    Moment::from_seconds(seconds as i64).unwrap()
}

pub fn date(text: &str) -> PartialDate {
    text.parse().unwrap()
}

/// A statement about no share.
pub fn fact(body: impl Into<Body>) -> Draft {
    Draft::new(Statement::new("", date("2024-03-01"), moment(0), body.into()))
}

/// A statement about a share.
pub fn about(share: &str, body: impl Into<Body>) -> Draft {
    let mut draft = fact(body);
    draft.statement.share = Some(share.to_owned());
    draft
}

/// The salt that the tests give a text: its own for each name and value.
pub fn salt(name: &str, value: &str) -> Salt {
    Salt(Digest::of(format!("{name}|{value}").as_bytes()).0)
}

/// The digest of a text of these tests.
pub fn digest(name: &str, value: &str) -> Digest {
    Disclosure::seal(salt(name, value), name, value).digest()
}

/// Short forms for texts.
pub trait Texts {
    fn says(self, name: &str, value: &str) -> Self;
    fn hides(self, name: &str, value: &str) -> Self;
    fn corrects(self, index: u64) -> Self;
}

impl Texts for Draft {
    fn says(self, name: &str, value: &str) -> Self {
        self.saying(name, value, salt(name, value))
    }

    fn hides(self, name: &str, value: &str) -> Self {
        self.withholding(name, value, salt(name, value), Ground::PersonalData, None)
    }

    fn corrects(mut self, index: u64) -> Self {
        self.statement.corrects = Some(index);
        self
    }
}

/// Every row of every table, sorted.
pub fn rows(story: &Story) -> Vec<Row> {
    let register = &story.register;
    let mut rows = head_rows(register);
    rows.extend(general_rows(register));
    rows.extend((0..register.recipients().len()).map(|place| recipient_row(register, place)));
    rows.extend(register.shares().iter().flat_map(|share| share_rows(register, share)));
    rows.extend(
        (0..)
            .zip(&story.statements)
            .zip(&story.leaves)
            .map(|((index, statement), leaf)| statement_row(register, index, statement, leaf)),
    );
    rows.sort();
    rows
}

/// The rows that are computed anew after each statement.
pub fn head_rows(register: &Register) -> Vec<Row> {
    let snapshot = Snapshot { origin: "example.org/log".to_owned(), size: register.size(), root: "root".to_owned() };
    [meta_rows(register, &snapshot), total_rows(register)].concat()
}

/// The bytes of every download.
pub fn downloads(register: &Register) -> Vec<String> {
    let write = |download: &Download| {
        let mut bytes = Vec::new();
        download.write(register, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    Download::ALL.iter().map(write).collect()
}

/// The register that the log's files alone make: leaves, and bundles that have lost what was erased.
pub fn rebuilt(story: &Story) -> Story {
    let bundle = register::disclosure::encode_bundle(story.public.iter().map(Vec::as_slice));
    let public = register::disclosure::parse_bundle(bundle.as_bytes()).unwrap();
    assert_eq!(public.len(), story.leaves.len());
    let mut again = Story::default();
    for (leaf, public) in story.leaves.iter().zip(public) {
        let statement = Statement::from_leaf(leaf).unwrap();
        assert_eq!(statement.to_leaf().unwrap(), *leaf);
        let index = again.register.size();
        again.register.apply(&statement, &public).unwrap_or_else(|refusal| panic!("rebuilding {index}: {refusal}"));
        again.statements.push(statement);
        again.leaves.push(leaf.clone());
        again.public.push(public);
    }
    again
}

/// The log's files alone make the same register, the same rows and the same downloads.
pub fn assert_rebuilds(story: &Story) {
    let again = rebuilt(story);
    assert_eq!(again.register, story.register);
    assert_eq!(rows(&again), rows(story));
    assert_eq!(downloads(&again.register), downloads(&story.register));
    assert!(again.register.unaccounted().is_empty());
}
