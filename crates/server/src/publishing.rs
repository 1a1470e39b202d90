//! Brings what cases owe the public into the log, in the order in which it is owed. A statement is known by its id, so that
//! one that was logged before a crash, and not noted, is noted and not logged again.
//!
//! The register's one writer is opened for as long as there is something to publish: whoever imports an edition meanwhile
//! waits for us, and we for them.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use casework::{Case, Event};
use register::Moment;
use rusqlite::Transaction;
use store::casework::owed::{self, Owed};
use store::casework::{Casework, cases};
use store::{DataFolder, Publisher, StoreError};
use tlog::SequencerError;

/// Writes the mails that an event owes, in the event's transaction.
pub type Tell<'a> = &'a dyn Fn(&Transaction<'_>, &Case, &[Event], Moment) -> Result<(), StoreError>;

/// Writes no mail: for whoever publishes without knowing where people find the desk.
///
/// # Errors
/// None.
pub fn quietly(_: &Transaction<'_>, _: &Case, _: &[Event], _: Moment) -> Result<(), StoreError> {
    Ok(())
}

/// How long until it looks again without being woken: somebody else may have had the register open.
const PAUSE: Duration = Duration::from_secs(20);

/// Wakes the publishing thread, and ends it.
#[derive(Debug, Clone, Default)]
pub struct Bell(Arc<(Mutex<Rung>, Condvar)>);

#[derive(Debug, Default)]
struct Rung {
    work: bool,
    end: bool,
}

impl Bell {
    /// There is something to do.
    pub fn ring(&self) {
        self.set(|rung| rung.work = true);
    }

    /// There will be nothing more to do.
    pub fn end(&self) {
        self.set(|rung| rung.end = true);
    }

    fn set(&self, change: impl FnOnce(&mut Rung)) {
        change(&mut self.0.0.lock().unwrap_or_else(PoisonError::into_inner));
        self.0.1.notify_all();
    }

    /// Waits to be rung, or for the pause to pass; `false` at the end.
    fn wait(&self) -> bool {
        let rung = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let until = |rung: &mut Rung| !rung.work && !rung.end;
        let (mut rung, _) = self.0.1.wait_timeout_while(rung, PAUSE, until).unwrap_or_else(PoisonError::into_inner);
        rung.work = false;
        !rung.end
    }
}

/// Publishes until the bell says that it is over; `written` is called whenever there may be mail.
pub fn run(
    casework: &Casework,
    data: &DataFolder,
    bell: &Bell,
    clock: impl Fn() -> Moment,
    tell: Tell<'_>,
    written: impl Fn(),
) {
    let mut undone = false;
    loop {
        let nothing_to_do = !undone && matches!(casework.read(owed::next), Ok(None));
        let done = if nothing_to_do { Ok(0) } else { publish_all(casework, data, &clock, tell) };
        // What failed after the last statement was noted, such as a full disk under a download, is owed to nobody by name.
        undone = done.is_err();
        if !nothing_to_do {
            written();
        }
        match done {
            Ok(_) => {}
            Err(StoreError::Log(tlog::Error::Sequencer(SequencerError::Locked { .. }))) => {
                tracing::info!("somebody else has the register open; statements wait");
            }
            // The store's messages name files, tables and rules, never a text.
            Err(error) => tracing::error!(%error, "statements could not be published; they wait"),
        }
        if !bell.wait() {
            return;
        }
    }
}

/// Publishes all that is owed, brings the downloads to it, and says how many statements that were.
///
/// # Errors
/// A fault of the log or a database; what was published is noted, and the rest waits. Asked again, it finishes.
pub fn publish_all(
    casework: &Casework,
    data: &DataFolder,
    clock: &impl Fn() -> Moment,
    tell: Tell<'_>,
) -> Result<u64, StoreError> {
    let mut publisher = Publisher::open(data.clone())?;
    let published = publish_into(casework, &mut publisher, clock, tell)?;
    publisher.write_files()?;
    Ok(published)
}

/// The same, where the register is open already; its downloads are left to be written.
///
/// # Errors
/// As [`publish_all`].
pub fn publish_into(
    casework: &Casework,
    publisher: &mut Publisher,
    clock: &impl Fn() -> Moment,
    tell: Tell<'_>,
) -> Result<u64, StoreError> {
    let mut published = 0;
    while let Some(owed) = casework.read(owed::next)? {
        published += u64::from(publish(casework, publisher, owed, clock(), tell)?);
    }
    Ok(published)
}

fn publish(
    casework: &Casework,
    publisher: &mut Publisher,
    owed: Owed,
    now: Moment,
    tell: Tell<'_>,
) -> Result<bool, StoreError> {
    let Owed { number, reference, mut draft } = owed;
    let id = draft.statement.id.clone();
    let index = match publisher.register().index_of(&id) {
        Some(index) => index,
        None => {
            // Statements are logged in order of time, and a clock may have been set back.
            let last = publisher.register().last_logged();
            draft.statement.logged = last.map_or(now, |last| last.max(now));
            let index = publisher.register().size();
            match publisher.publish(std::slice::from_ref(&draft)) {
                Ok(()) => index,
                Err(StoreError::Refused { refusal, .. }) => {
                    tracing::error!(rule = refusal.rule.name(), %id, "the register refuses a statement that is owed");
                    casework.write(|transaction| owed::refuse(transaction, number, refusal.rule.sentence()))?;
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
    };
    casework.write(|transaction| {
        owed::done(transaction, number)?;
        let case = cases::case(transaction, &reference)?;
        let events = vec![Event::StatementPublished { id, index }];
        let calendar = casework::Calendar::england();
        match cases::append(transaction, case, events.clone(), None, now, &calendar)? {
            Some(case) => tell(transaction, &case, &events, now),
            None => Ok(()),
        }
    })?;
    Ok(true)
}
