//! The one way into a case: a command is decided upon and, with all that follows from it, written in one transaction.

use casework::case::Progress;
use casework::event::Relation;
use casework::{Actor, Calendar, Case, Command, Event, Refusal};
use register::Moment;
use rusqlite::Transaction;
use store::StoreError;
use store::casework::cases;

use super::letters::letters;
use super::problem::Problem;
use super::signed_in::SignedIn;
use super::{Desk, input::Errors};
use crate::web::view::View;
use crate::web::words;

/// What became of a command.
#[derive(Debug)]
pub enum Given {
    /// The case after it.
    Taken(Box<Case>),
    /// What the form must have mended before it can be taken.
    Wanting(Errors),
}

impl Desk {
    /// Gives a command to a case. `seen` is how many events the case had when whoever gives it looked at it: where there
    /// are more by now, nothing is written, and they are told. Nothing opens a new case.
    ///
    /// # Errors
    /// [`Problem::Conflict`] where somebody was faster or a rule stands against it, [`Problem::Forbidden`] where it is not
    /// theirs to give.
    pub async fn give(
        &self,
        by: &SignedIn,
        reference: Option<&str>,
        seen: Option<u64>,
        command: Command,
    ) -> Result<Given, Problem> {
        self.know_custodian().await;
        let (desk, by, reference) = (self.clone(), by.clone(), reference.map(str::to_owned));
        let given = self
            .write(move |transaction| desk.give_as(transaction, &by.actor, reference.as_deref(), seen, command))
            .await?;
        self.bell().ring();
        Ok(given)
    }

    /// The same within a transaction in which more is written: a file's row, for instance.
    ///
    /// # Errors
    /// As [`Self::give`]; the transaction must then be dropped.
    pub fn give_as(
        &self,
        transaction: &Transaction<'_>,
        by: &Actor,
        reference: Option<&str>,
        seen: Option<u64>,
        command: Command,
    ) -> Result<Given, Problem> {
        let before = match reference {
            Some(reference) => Some(cases::case(transaction, reference)?.ok_or(Problem::NotFound)?),
            None => None,
        };
        if let (Some(case), Some(seen)) = (&before, seen)
            && case.seq != seen
            && !is_untouched(transaction, case, seen, &command)?
        {
            return Err(Problem::Conflict(
                "The case has changed since you opened this page. Nothing of yours was saved. Go back, look at it again and \
                 try once more."
                    .to_owned(),
            ));
        }
        let now = self.now();
        let events = match casework::decide(before.as_ref(), by, command, now) {
            Ok(events) => events,
            Err(refusal) => return refused(refusal),
        };
        let case = self.append(transaction, before, events, by, now)?;
        case.map(|case| Given::Taken(Box::new(case))).ok_or(Problem::NotFound)
    }

    fn append(
        &self,
        transaction: &Transaction<'_>,
        before: Option<Case>,
        events: Vec<Event>,
        by: &Actor,
        now: Moment,
    ) -> Result<Option<Case>, Problem> {
        let told = events.clone();
        let after = cases::append(transaction, before, events, Some(by.person), now, self.calendar());
        let after = match after {
            Err(StoreError::Changed(_)) => {
                return Err(Problem::Conflict("Somebody else was faster. Try again.".to_owned()));
            }
            after => after?,
        };
        if let Some(case) = &after {
            self.follow(transaction, case, &told, by, now)?;
            letters(self, transaction, case, &told, now)?;
        }
        Ok(after)
    }

    /// A share that is amended or extended learns of it in the same transaction.
    fn follow(
        &self,
        transaction: &Transaction<'_>,
        case: &Case,
        events: &[Event],
        by: &Actor,
        now: Moment,
    ) -> Result<(), Problem> {
        let Progress::Agreed(agreement) = &case.progress else { return Ok(()) };
        let signs = events.iter().any(|event| matches!(event, Event::AgreementSigned { .. }));
        let Some(relation) = case.relation.as_ref().filter(|_| signs) else { return Ok(()) };
        let Some(other) = cases::case(transaction, relation.other())? else { return Ok(()) };
        let end = matches!(relation, Relation::Extends(_)).then_some(agreement.terms.end);
        let event = Event::ShareFollowed { by: case.reference.clone(), end };
        cases::append(transaction, Some(other), vec![event], Some(by.person), now, self.calendar())?;
        Ok(())
    }

    pub(super) async fn know_custodian(&self) {
        if self.0.custodian.get().is_none()
            && let Ok(info) = View::now(self.site().clone()).info().await
        {
            // Another request may have been quicker, with the same name.
            let _ = self.0.custodian.set(info.custodian.clone());
        }
    }

    /// Which days are worked.
    pub fn calendar(&self) -> &Calendar {
        static ENGLAND: std::sync::LazyLock<Calendar> = std::sync::LazyLock::new(Calendar::england);
        &ENGLAND
    }
}

/// Whether what happened since somebody looked does not touch what they write: a statement that came under a checkpoint
/// meanwhile, which nobody did, and answers to questions that nobody else has answered meanwhile.
fn is_untouched(transaction: &Transaction<'_>, case: &Case, seen: u64, command: &Command) -> Result<bool, Problem> {
    let since = cases::history(transaction, &case.reference)?.into_iter().filter(|recorded| recorded.seq > seen);
    let others = |question: &String| match command {
        Command::SaveAnswers { answers } => !answers.contains_key(question),
        _ => false,
    };
    let saves = matches!(command, Command::SaveAnswers { .. });
    Ok(since.into_iter().all(|recorded| match &recorded.event {
        Event::StatementPublished { .. } => true,
        Event::AnswersSaved { answers } => saves && answers.keys().all(others),
        Event::AnswersReused { answers, .. } => saves && answers.keys().all(others),
        Event::SpecificationSet { .. } => saves,
        _ => false,
    }))
}

/// A refusal as a page, or as errors of the form.
fn refused(refusal: Refusal) -> Result<Given, Problem> {
    match refusal {
        Refusal::NotPermitted(_) => Err(Problem::Forbidden),
        Refusal::Field { field, problem } => Ok(Given::Wanting(Errors::one(field, words::capitalised(&problem)))),
        Refusal::Incomplete(problems) => {
            let mut errors = Errors::default();
            problems.into_iter().for_each(|problem| errors.add("application", problem));
            Ok(Given::Wanting(errors))
        }
        Refusal::Beyond(beyond) => {
            let mut errors = Errors::default();
            beyond.iter().for_each(|excess| errors.add("manifest", excess.to_string()));
            Ok(Given::Wanting(errors))
        }
        refusal @ (Refusal::NotAtThisStage { .. } | Refusal::Rule(_)) => Err(Problem::Conflict(refusal.to_string())),
    }
}
