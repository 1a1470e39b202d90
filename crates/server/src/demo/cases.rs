//! The demonstration's cases: what its people did, day by day, each step given as the command of its page.
//!
//! Nothing is written that `casework::decide` does not allow, and what the public is owed is published after each step, so
//! that these cases have come about as real ones do. Days count back from today: however late somebody looks, the queue has
//! cases that are in time and cases that are not.

mod application;
mod assessment;
mod release;
mod step;

use std::collections::BTreeMap;

use casework::calendar::day_in_england;
use casework::event::{Advice, ChangeRequest, Safe};
use casework::{Calendar, Case, Party, Role};
use jiff::civil::Date;
use register::vocabulary::{Outcome, Reason, SuspensionGround};
use register::{Draft, Moment, Salt};
use serde::Deserialize;
use store::casework::documents::Documents;
use store::casework::{cases, people};
use store::{Casework, Publisher, ReleaseKeys};
use tlog::SigningKey;
use toml::Table;

use super::DemoError;
use super::files::{CASES, read};
use super::people::Known;
use crate::publishing;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CasesFile {
    form: String,
    answers: Table,
    basket: BTreeMap<String, BasketEntry>,
    findings: BTreeMap<Safe, FindingEntry>,
    case: Vec<CaseEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BasketEntry {
    why: String,
    parts: Vec<PartEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PartEntry {
    dataset: String,
    years: (u16, u16),
    items: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FindingEntry {
    text: String,
    evidence: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseEntry {
    organisation: String,
    officer: Option<String>,
    #[serde(default = "yes")]
    base: bool,
    basket: Option<String>,
    answers: Table,
    steps: Vec<StepEntry>,
}

fn yes() -> bool {
    true
}

/// One step; who takes it, where the command does not say so.
#[derive(Deserialize)]
struct StepEntry {
    ago: i64,
    by: Option<String>,
    #[serde(flatten)]
    does: Does,
}

#[derive(Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
enum Does {
    Open,
    Submit,
    Take,
    Wait {
        what: String,
    },
    Return {
        within: i64,
        changes: Vec<ChangeRequest>,
    },
    Accept,
    Assess,
    Assign {
        reviewer: String,
    },
    Conflict {
        nature: String,
    },
    Review {
        advice: Advice,
        #[serde(default)]
        found: BTreeMap<Safe, String>,
        #[serde(default)]
        unmet: Vec<Safe>,
    },
    Propose {
        outcome: Outcome,
        reasons: Vec<Reason>,
        say: BTreeMap<String, String>,
        #[serde(default)]
        conditions: Vec<ConditionEntry>,
    },
    Confirm,
    Appeal {
        grounds: String,
    },
    Offer {
        starts: i64,
        ends: i64,
    },
    Sign,
    Countersign,
    GiveKey,
    Instruct,
    HandIn {
        people: u64,
        rows: u64,
    },
    ConfirmRelease,
    Suspend {
        ground: SuspensionGround,
    },
    Withdraw {
        reasons: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionEntry {
    code: String,
    owner: Party,
    within: i64,
    what: String,
}

impl Does {
    /// The role that takes such a step.
    fn role(&self) -> Role {
        match self {
            Self::Open | Self::Withdraw { .. } => Role::Applicant,
            Self::Submit | Self::Appeal { .. } | Self::Sign => Role::SigningOfficial,
            Self::Take
            | Self::Wait { .. }
            | Self::Return { .. }
            | Self::Accept
            | Self::Assign { .. }
            | Self::Propose { .. }
            | Self::Offer { .. }
            | Self::Suspend { .. } => Role::CaseOfficer,
            Self::Conflict { .. } | Self::Review { .. } => Role::Reviewer,
            Self::Confirm | Self::ConfirmRelease => Role::PanelChair,
            Self::GiveKey => Role::DataManager,
            Self::Assess | Self::Instruct | Self::HandIn { .. } => Role::ReleaseAnalyst,
            Self::Countersign => Role::CustodianSignatory,
        }
    }
}

/// What all steps need.
struct Player<'a> {
    file: &'a CasesFile,
    known: &'a Known,
    drafts: &'a [Draft],
    salt: &'a mut dyn FnMut() -> Salt,
    now: Moment,
    keys: &'a ReleaseKeys,
    documents: &'a Documents,
    /// Signs the manifests of this demonstration, and is not kept.
    engine: SigningKey,
}

/// Takes every step of every case, in order of time, and publishes what each owes.
///
/// # Errors
/// The first step that is refused, or that names nothing; a fault of a database or the log.
pub(super) fn play(
    casework: &Casework,
    publisher: &mut Publisher,
    known: &Known,
    drafts: &[Draft],
    salt: &mut dyn FnMut() -> Salt,
    (keys, documents): (&ReleaseKeys, &Documents),
    now: Moment,
) -> Result<usize, DemoError> {
    let file: CasesFile = read(CASES)?;
    let calendar = Calendar::england();
    let mut steps = Vec::new();
    for (case, entry) in file.case.iter().enumerate() {
        for (place, step) in entry.steps.iter().enumerate() {
            steps.push((moment(step.ago, place, now, &calendar)?, case, step));
        }
    }
    steps.sort_by_key(|(at, ..)| *at);
    let engine = engine(salt)?;
    let mut player = Player { file: &file, known, drafts, salt, now, keys, documents, engine };
    let mut references: Vec<Option<String>> = vec![None; file.case.len()];
    for (at, number, step) in steps {
        let entry = &file.case[number];
        let reference = &mut references[number];
        let case = casework.write(|transaction| -> Result<_, DemoError> {
            let before = match reference {
                Some(reference) => cases::case(transaction, reference)?,
                None => None,
            };
            player.take(transaction, entry, step, before, at, &calendar)
        })?;
        *reference = Some(case.reference);
        publishing::publish_into(casework, publisher, &|| at, &publishing::quietly)?;
    }
    // A row of the queue is of the moment of the last event; the later stages and lateness follow from the date.
    casework.write(|transaction| -> Result<_, DemoError> {
        for reference in references.iter().flatten() {
            if let Some(case) = cases::case(transaction, reference)? {
                cases::stand(transaction, &case, now, &calendar)?;
            }
        }
        Ok(())
    })?;
    Ok(file.case.len())
}

fn engine(salt: &mut dyn FnMut() -> Salt) -> Result<SigningKey, DemoError> {
    let name = "demonstration.invalid/extract";
    SigningKey::new(name, &salt().0)
        .map_err(|error| DemoError::Unknown { place: name.to_owned(), wrong: error.to_string() })
}

/// So many days ago, moved back to a day that is worked; a case's steps of one day are twenty minutes apart.
fn moment(ago: i64, place: usize, now: Moment, calendar: &Calendar) -> Result<Moment, DemoError> {
    let mut day = days_from(day_in_england(now), -ago);
    while !calendar.is_worked(day) {
        day = days_from(day, -1);
    }
    let minutes = 9 * 60 + 20 * i64::try_from(place).unwrap_or_default();
    let text = format!("{day}T{:02}:{:02}:00Z", minutes / 60, minutes % 60);
    text.parse().map_err(|_| DemoError::Unknown { place: "cases".to_owned(), wrong: text })
}

fn days_from(day: Date, days: i64) -> Date {
    day.saturating_add(jiff::Span::new().days(days))
}

impl Player<'_> {
    fn take(
        &mut self,
        transaction: &rusqlite::Transaction<'_>,
        entry: &CaseEntry,
        step: &StepEntry,
        before: Option<Case>,
        at: Moment,
        calendar: &Calendar,
    ) -> Result<Case, DemoError> {
        let place = || {
            let title = entry.answers.get("title").and_then(toml::Value::as_str).unwrap_or_default();
            format!("the case {title:?}, {} days ago", step.ago)
        };
        let wrong = |wrong: &str| DemoError::Unknown { place: place(), wrong: wrong.to_owned() };
        let role = step.does.role();
        let by = match (&step.by, role) {
            (Some(email), _) => Some(email.as_str()),
            (None, Role::CaseOfficer) => entry.officer.as_deref(),
            (None, role) if role.is_of_an_organisation() => {
                self.known.holder(role, Some(&entry.organisation)).map(|account| account.email.as_str())
            }
            (None, role) => self.known.holder(role, None).map(|account| account.email.as_str()),
        };
        let person = by.and_then(|email| self.known.person(email)).ok_or_else(|| wrong(role.code()))?;
        let actor = people::actor(transaction, person)?;
        let mut case = before;
        for command in self.commands(transaction, entry, step, case.as_ref(), at, &wrong)? {
            let events = casework::decide(case.as_ref(), &actor, command, at)
                .map_err(|refusal| DemoError::Command { place: place(), refusal })?;
            case = cases::append(transaction, case, events, Some(person), at, calendar)?;
        }
        case.ok_or_else(|| wrong("a case"))
    }
}
