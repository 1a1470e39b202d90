//! What the website reads from, and what day it is: the same for every request.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use register::{Moment, PartialDate};

use super::database::Database;

/// Where the website reads from, and what day it is.
#[derive(Clone)]
pub struct Site(Arc<Inner>);

struct Inner {
    public: PathBuf,
    database: Database,
    clock: Box<dyn Fn() -> Moment + Send + Sync>,
}

impl Site {
    /// The website of a public folder, which need not be filled yet.
    pub fn new(public: impl Into<PathBuf>) -> Self {
        Self::with_clock(public, system_clock)
    }

    /// The same with another clock, for tests: whether something is late depends on the day.
    pub fn with_clock(public: impl Into<PathBuf>, clock: impl Fn() -> Moment + Send + Sync + 'static) -> Self {
        let public = public.into();
        let database = Database::new(public.join("register.sqlite"));
        Self(Arc::new(Inner { public, database, clock: Box::new(clock) }))
    }

    pub(super) fn public(&self) -> &Path {
        &self.0.public
    }

    pub(super) fn today(&self) -> PartialDate {
        (self.0.clock)().date()
    }

    pub(super) fn database(&self) -> &Database {
        &self.0.database
    }
}

/// A machine whose clock stands before 1970 shows everything as due, which is the safe side.
fn system_clock() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since)
        .ok()
        .and_then(|seconds| Moment::from_seconds(seconds).ok())
        .unwrap_or_else(|| unreachable!("a clock after the year 9999"))
}
