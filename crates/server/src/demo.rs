//! The demonstration register: a pupil database of England over ten years, on every channel, with what went well and
//! what did not. Organisations, people, projects and texts are invented, and the first statement says so. What is real
//! is two corrections of 2017, to figures about police forces and the Home Office, told as they happened.
//!
//! Beside the register there is the desk: people with accounts, and cases at every stage that they brought about with the
//! commands of the desk's pages.
//!
//! The data stands in the TOML files beside this one, and the items of datasets in tables. Documents that it names
//! (agreements, manifests, evidence) do not exist; their digests are those of a sentence that names them. Nothing here reads
//! a clock: the register's dates are those of the data, and what happened on one day is logged from half past nine, a
//! minute apart; the cases' days count back from the moment that is given.

mod cases;
mod dictionaries;
mod files;
mod people;
mod plan;
mod shorthand;

use std::collections::HashMap;

use register::statement::{Evidence, Heartbeat, Redaction, StatementError};
use register::{Body, Digest, Draft, Moment, PartialDate, Refusal, Register, Salt, Statement};
use store::casework::documents::Documents;
use store::{Casework, Publisher, ReleaseKeys, StoreError};

pub use people::{Account, accounts};
use plan::{Said, Step};

/// The register's statements, in the order in which they were logged; the same for the same salts.
///
/// # Panics
/// Only if the data files are wrong; they are part of the program, and a test writes all that they say.
pub fn drafts(salt: &mut dyn FnMut() -> Salt) -> Vec<Draft> {
    write(salt).expect("the demonstration's data files keep the register's rules")
}

/// What can be wrong: with the data files, or with what is written to.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error("{file}: {error}")]
    File { file: &'static str, error: toml::de::Error },
    #[error("{place}: {error}")]
    Body { place: String, error: toml::de::Error },
    #[error("{place}: {wrong:?} names nothing that the files define")]
    Unknown { place: String, wrong: String },
    #[error("{0:?}: expected the shorthand that the file's header describes")]
    Shorthand(String),
    #[error("{place}: {error}")]
    Dictionary { place: String, error: String },
    #[error("{place}: {refusal}")]
    Refused { place: String, refusal: Refusal },
    #[error("{place}: {error}")]
    Statement { place: String, error: StatementError },
    #[error("{place}: {refusal}")]
    Command { place: String, refusal: casework::Refusal },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Fills the desk: organisations, accounts and cases, with what these owe the public. Gives the number of cases.
///
/// # Errors
/// A fault of a database or the log; what was written until then stays.
pub(crate) fn fill_desk(
    casework: &Casework,
    publisher: &mut Publisher,
    drafts: &[Draft],
    salt: &mut dyn FnMut() -> Salt,
    private: (&ReleaseKeys, &Documents),
    now: Moment,
) -> Result<usize, DemoError> {
    let began = Moment::from_seconds(now.seconds() - ACCOUNTS_SINCE).unwrap_or(now);
    let known = casework.write(|transaction| people::add(transaction, began))?;
    cases::play(casework, publisher, &known, drafts, salt, private, now)
}

/// For how long people have had their accounts, in seconds: longer than the oldest case.
const ACCOUNTS_SINCE: i64 = 400 * 86_400;

fn write(salt: &mut dyn FnMut() -> Salt) -> Result<Vec<Draft>, DemoError> {
    let mut steps = plan::steps()?;
    // Stable: within a day the files' own order holds, and heartbeats stand last.
    steps.sort_by_key(|step| (step.logged.last_day(), matches!(step.said, Said::Heartbeat)));
    let mut writer =
        Writer { salt, register: Register::new(), drafts: Vec::new(), index_of: HashMap::new(), day: None, of_day: 0 };
    for step in &steps {
        writer.write(step)?;
    }
    Ok(writer.drafts)
}

/// Writes one statement after the other, and folds them as it goes: heartbeats count, and corrections point back.
struct Writer<'a> {
    salt: &'a mut dyn FnMut() -> Salt,
    register: Register,
    drafts: Vec<Draft>,
    index_of: HashMap<String, u64>,
    day: Option<PartialDate>,
    of_day: i64,
}

impl Writer<'_> {
    fn write(&mut self, step: &Step) -> Result<(), DemoError> {
        let index = self.register.size();
        let id = step.id.clone().unwrap_or_else(|| format!("demonstration-{index}"));
        let mut corrects = None;
        let body = match &step.said {
            Said::Body(body) => body.clone(),
            Said::Heartbeat => Heartbeat { as_of: step.on, totals: self.register.totals() }.into(),
            Said::Correction { of, body } => {
                corrects = Some(self.index(of, step)?);
                body.clone()
            }
            Said::Redaction { of, erase, ground } => {
                let of = self.index(of, step)?;
                Redaction { digests: self.digests(of, erase), ground: *ground, of }.into()
            }
        };
        let draft = self.draft(step, &id, corrects, body)?;
        let place = || step.place.clone();
        draft.statement.to_leaf().map_err(|error| DemoError::Statement { place: place(), error })?;
        self.register
            .apply(&draft.statement, &draft.public)
            .map_err(|refusal| DemoError::Refused { place: place(), refusal })?;
        self.drafts.push(draft);
        self.index_of.insert(id, index);
        Ok(())
    }

    fn draft(&mut self, step: &Step, id: &str, corrects: Option<u64>, body: Body) -> Result<Draft, DemoError> {
        let mut statement = Statement::new(id, step.on, self.moment(step)?, body);
        statement.share.clone_from(&step.share);
        statement.corrects = corrects;
        for kind in &step.evidence {
            let document = format!("{kind}, before whoever wrote statement {id} of the demonstration");
            let salted = [&(self.salt)().0[..], document.as_bytes()].concat();
            statement.evidence.push(Evidence { digest: Digest::of(&salted), kind: kind.clone() });
        }
        let mut draft = Draft::new(statement);
        draft.files.clone_from(&step.files);
        for (name, value) in &step.texts {
            draft = draft.saying(name, value.trim(), (self.salt)());
        }
        for field in &step.withheld {
            draft = draft.withholding(&field.name, &field.value, (self.salt)(), field.ground, field.opens);
        }
        Ok(draft)
    }

    /// The day's first statement is logged at 09:30, each further one a minute later.
    fn moment(&mut self, step: &Step) -> Result<Moment, DemoError> {
        let last = step.logged.last_day();
        self.of_day = if self.day == Some(step.logged) { self.of_day + 1 } else { 0 };
        self.day = Some(step.logged);
        let midnight: Moment = format!("{last}T00:00:00Z").parse().map_err(|_| step.unknown(&last.to_string()))?;
        let seconds = midnight.seconds() + (9 * 60 + 30 + self.of_day) * 60;
        Moment::from_seconds(seconds).map_err(|_| step.unknown(&last.to_string()))
    }

    fn index(&self, id: &str, step: &Step) -> Result<u64, DemoError> {
        self.index_of.get(id).copied().ok_or_else(|| step.unknown(id))
    }

    fn digests(&self, of: u64, erase: &[String]) -> Vec<Digest> {
        let texts = self.drafts.get(of as usize).map_or(&[][..], |draft| &draft.public);
        let erased = texts.iter().filter(|text| erase.iter().any(|name| name == text.name()));
        let mut digests: Vec<Digest> = erased.map(|text| text.digest()).collect();
        digests.sort();
        digests
    }
}
