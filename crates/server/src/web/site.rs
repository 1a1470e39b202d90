//! What the website reads from, and what day it is: the same for every request.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use register::{Moment, PartialDate};
use store::DataFolder;

use super::database::{Database, Source};
use super::past::Pasts;
use super::results::Results;
use crate::settings::Settings;

/// Where the website reads from, and what day it is.
#[derive(Clone)]
pub struct Site(Arc<Inner>, Arc<Settings>);

struct Inner {
    public: PathBuf,
    database: Database,
    pasts: Pasts,
    results: Results,
    clock: Box<dyn Fn() -> Moment + Send + Sync>,
}

impl Site {
    /// The website of a public folder, which need not be filled yet: pages stand where its `register.sqlite` does.
    pub fn of_copy(public: impl Into<PathBuf>) -> Self {
        let public = public.into();
        let source = Source::Published(public.join("register.sqlite"));
        Self::with_clock(public, source, system_clock)
    }

    /// The website beside the publisher: a statement is on its pages as soon as it is published.
    pub fn of_data(data: &DataFolder) -> Self {
        Self::with_clock(data.public(), Source::Live(data.site_database()), system_clock)
    }

    /// The website of a public folder, whose pages are read from this database, with a clock: whether something is late
    /// depends on the day.
    pub fn with_clock(
        public: impl Into<PathBuf>,
        source: Source,
        clock: impl Fn() -> Moment + Send + Sync + 'static,
    ) -> Self {
        let public = public.into();
        let pasts = Pasts::new(&public);
        let inner = Inner {
            public,
            database: Database::new(source),
            pasts,
            results: Results::default(),
            clock: Box::new(clock),
        };
        Self(Arc::new(inner), Arc::default())
    }

    /// The same with what its operator says of itself.
    #[must_use]
    pub fn with_settings(self, settings: Settings) -> Self {
        Self(self.0, Arc::new(settings))
    }

    pub(super) fn public(&self) -> &Path {
        &self.0.public
    }

    pub(super) fn today(&self) -> PartialDate {
        (self.0.clock)().date()
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.1
    }

    pub(super) fn database(&self) -> &Database {
        &self.0.database
    }

    pub(super) fn results(&self) -> &Results {
        &self.0.results
    }

    pub(super) fn pasts(&self) -> &Pasts {
        &self.0.pasts
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
