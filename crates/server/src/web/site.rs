//! What the website reads from, and what day it is: the same for every request.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use register::{Moment, PartialDate};
use store::DataFolder;

use super::address::SiteAddress;
use super::conditional::Notes;
use super::database::{Database, Source};
use super::fair_use::{FairUse, Limits};
use super::past::Pasts;
use super::results::Results;
use crate::settings::Settings as Operator;

/// Where the website reads from, and what day it is.
#[derive(Clone)]
pub struct Site(Arc<Inner>);

struct Inner {
    public: PathBuf,
    database: Database,
    pasts: Pasts,
    results: Results,
    clock: Box<dyn Fn() -> Moment + Send + Sync>,
    address: Option<SiteAddress>,
    fair_use: FairUse,
    operator: Operator,
    notes: Arc<Notes>,
    has_desk: bool,
}

/// What the operator settles about a website.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Where the public finds it; nothing where that is to be taken from each request.
    pub address: Option<SiteAddress>,
    /// How much one client may ask for.
    pub limits: Limits,
    /// What its operator says of itself.
    pub operator: Operator,
}

impl Site {
    /// The website of a public folder, which need not be filled yet: pages stand where its `register.sqlite` does.
    pub fn of_copy(public: impl Into<PathBuf>, settings: Settings) -> Self {
        let public = public.into();
        let source = Source::Published(public.join("register.sqlite"));
        Self::with_settings(public, source, settings, system_clock)
    }

    /// The website beside the publisher: a statement is on its pages as soon as it is published.
    pub fn of_data(data: &DataFolder, settings: Settings) -> Self {
        Self::with_settings(data.public(), Source::Live(data.site_database()), settings, system_clock)
    }

    /// The website of a public folder, whose pages are read from this database, with a clock: whether something is late
    /// depends on the day.
    pub fn with_clock(
        public: impl Into<PathBuf>,
        source: Source,
        clock: impl Fn() -> Moment + Send + Sync + 'static,
    ) -> Self {
        Self::with_settings(public, source, Settings::default(), clock)
    }

    /// The same with what an operator settles.
    pub fn with_settings(
        public: impl Into<PathBuf>,
        source: Source,
        settings: Settings,
        clock: impl Fn() -> Moment + Send + Sync + 'static,
    ) -> Self {
        let public = public.into();
        let pasts = Pasts::new(&public);
        let Settings { address, limits, operator } = settings;
        let has_desk = matches!(source, Source::Live(_));
        let inner = Inner {
            has_desk,
            public,
            database: Database::new(source),
            pasts,
            results: Results::default(),
            clock: Box::new(clock),
            address,
            fair_use: FairUse::new(limits),
            operator,
            notes: Arc::default(),
        };
        Self(Arc::new(inner))
    }

    /// Whether people can sign in here: a copy of the public folder has no desk beside it.
    pub(super) fn has_desk(&self) -> bool {
        self.0.has_desk
    }

    pub(super) fn public(&self) -> &Path {
        &self.0.public
    }

    pub(super) fn now(&self) -> Moment {
        (self.0.clock)()
    }

    pub(super) fn today(&self) -> PartialDate {
        self.now().date()
    }

    pub(super) fn address(&self) -> Option<&SiteAddress> {
        self.0.address.as_ref()
    }

    pub(super) fn fair_use(&self) -> &FairUse {
        &self.0.fair_use
    }

    pub(super) fn notes(&self) -> &Arc<Notes> {
        &self.0.notes
    }

    pub(super) fn operator(&self) -> &Operator {
        &self.0.operator
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
pub(crate) fn system_clock() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(since)
        .ok()
        .and_then(|seconds| Moment::from_seconds(seconds).ok())
        .unwrap_or_else(|| unreachable!("a clock after the year 9999"))
}
