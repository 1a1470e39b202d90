//! Sends what is in the outbox: when somebody says that there is something, and when something that failed is due again.
//! It waits otherwise, and runs no loop.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use register::Moment;
use store::casework::mail::{self, Fault, Taken};
use store::{Casework, StoreError};
use tokio::sync::Notify;

use super::post::Post;

/// Mails that are taken at once: what all of them may last together is less than a lease.
const AT_ONCE: usize = 8;

/// The longest wait: a command in another process may have put mail into the outbox, and content that was kept for long
/// enough is erased then. Looking is one question of an index.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// A wait after the database could not be read or written.
const AFTER_A_FAULT: Duration = Duration::from_secs(60);

/// What sends the mail of one outbox.
#[derive(Debug)]
pub struct Worker<C> {
    post: Post,
    casework: C,
}

impl<C: AsRef<Casework> + Clone + Send + 'static> Worker<C> {
    /// A worker for the outbox of this database, or of whatever holds it.
    pub fn new(post: Post, casework: C) -> Self {
        Self { post, casework }
    }

    /// Works until it is told to stop: at once, whenever `wake` is notified, and when something is due by the clock. A
    /// mail that is being sent when it is told to stop may go out, and is then sent again after the lease, with the same
    /// Message-ID.
    pub async fn run(self, wake: Arc<Notify>, clock: impl Fn() -> Moment, stop: impl Future<Output = ()>) {
        tokio::pin!(stop);
        loop {
            let tried = tokio::select! {
                tried = self.round(clock()) => tried,
                () = &mut stop => return,
            };
            let pause = match tried {
                Ok(next) => {
                    let wait = next.map_or(i64::MAX, |next| next.seconds().saturating_sub(clock().seconds()));
                    Duration::from_secs(wait.max(1).unsigned_abs()).min(LONGEST_WAIT)
                }
                Err(error) => {
                    tracing::error!(%error, "the outbox of mail cannot be used");
                    AFTER_A_FAULT
                }
            };
            tokio::select! {
                () = wake.notified() => {}
                () = tokio::time::sleep(pause) => {}
                () = &mut stop => return,
            }
        }
    }

    /// Tries everything that is due at this moment once, and erases what was kept for long enough. Gives when the next
    /// mail is due, where any waits.
    ///
    /// # Errors
    /// If the database cannot be read or written. A mail that fails is no error; it is kept why.
    pub async fn round(&self, now: Moment) -> Result<Option<Moment>, StoreError> {
        self.erase(now).await?;
        loop {
            let next = self.casework(|casework| casework.read(mail::next_due)).await?;
            if next.is_none_or(|next| next > now) {
                return Ok(next);
            }
            if let Err(fault) = self.post.connect().await {
                return self.put_all_off(fault, now).await;
            }
            let taken = self.take(now, AT_ONCE).await?;
            for one in taken {
                let outcome = self.post.send(&one).await;
                self.settle(&one, outcome, now).await?;
            }
        }
    }

    /// Without a server there is no use in trying each.
    async fn put_all_off(&self, fault: Fault, now: Moment) -> Result<Option<Moment>, StoreError> {
        tracing::warn!(fault = fault.code(), "no mail can be sent: {}", fault.label());
        loop {
            let taken = self.take(now, 1_000).await?;
            if taken.is_empty() {
                return self.casework(|casework| casework.read(mail::next_due)).await;
            }
            let put_off = move |casework: &Casework| {
                casework.write(|transaction| {
                    taken.iter().try_for_each(|one| mail::failure(transaction, one.id, fault, now).map(drop))
                })
            };
            self.casework(put_off).await?;
        }
    }

    async fn take(&self, now: Moment, most: usize) -> Result<Vec<Taken>, StoreError> {
        self.casework(move |casework| casework.write(|transaction| mail::take(transaction, now, most))).await
    }

    async fn settle(&self, taken: &Taken, outcome: Result<(), Fault>, now: Moment) -> Result<(), StoreError> {
        let id = taken.id;
        let next = self
            .casework(move |casework| {
                casework.write(|transaction| match outcome {
                    Ok(()) => mail::sent(transaction, id, now).map(|()| None),
                    Err(fault) => mail::failure(transaction, id, fault, now),
                })
            })
            .await?;
        match (outcome, next) {
            (Ok(()), _) => tracing::info!(mail = id, attempt = taken.attempt, "a mail was sent"),
            (Err(fault), Some(next)) => {
                tracing::warn!(mail = id, attempt = taken.attempt, fault = fault.code(), %next, "a mail was put off");
            }
            (Err(fault), None) => {
                tracing::error!(mail = id, attempt = taken.attempt, fault = fault.code(), "a mail was given up");
            }
        }
        Ok(())
    }

    async fn erase(&self, now: Moment) -> Result<(), StoreError> {
        let erase = move |casework: &Casework| {
            if !casework.read(|transaction| mail::has_to_erase(transaction, now))? {
                return Ok(());
            }
            casework.write(|transaction| mail::erase(transaction, now))?;
            casework.forget()
        };
        match self.casework(erase).await {
            // It is erased; only the write-ahead log still holds it, until the next time.
            Err(StoreError::Busy(_)) => Ok(()),
            erased => erased,
        }
    }

    async fn casework<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Casework) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let casework = self.casework.clone();
        match tokio::task::spawn_blocking(move || work(casework.as_ref())).await {
            Ok(done) => done,
            Err(stopped) => std::panic::resume_unwind(stopped.into_panic()),
        }
    }
}
