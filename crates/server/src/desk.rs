//! The desk: pages for people who sign in, everything under `/desk`. It is served beside the public site where there is a
//! data folder with its private zone, and never from a copy of the public folder.
//!
//! Nothing here is kept by a browser or a cache, compressed (what a page repeats of a request could then be told from its
//! length), or written to a log but the route and its outcome. Handlers parse, call one use case, and render; SQL is the
//! store's.

mod account;
pub(crate) mod agreement;
mod application;
mod assessment;
mod basket;
pub(crate) mod case;
mod codes;
pub mod cookie;
mod decision;
pub mod files;
pub mod giving;
pub mod guesses;
mod home;
pub mod input;
mod letters;
mod links;
pub mod openid;
mod organisations;
mod outbox;
pub mod page;
pub mod papers;
pub(crate) mod password;
mod people;
mod permissions;
mod post;
pub mod problem;
mod queue;
mod release;
mod review;
pub(crate) mod second_factor;
mod seeing;
mod sign_in;
pub mod signed_in;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, HeaderValue, REFERRER_POLICY};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use axum::routing::{any, get, post};
use casework::{Case, Event};
use register::Moment;
use rusqlite::Transaction;
use store::casework::documents::Documents;
use store::{Casework, DataFolder, ReleaseKeys, StoreError};
use tlog::{Policy, VerifierKey};
use tokio::sync::Notify;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;

use crate::publishing::Bell;
use crate::settings::{Releasing, Settings as Operator};
use crate::web::{Site, SiteAddress, headers};
use guesses::Guesses;
use openid::Provider;
use papers::Papers;
use problem::Problem;

/// How long a page may take. Files that are sent to us take longer than pages that are read.
const PATIENCE: Duration = Duration::from_secs(60);

/// The largest form. A route for files sets its own limit with a layer of its own.
const FORM: usize = 256 * 1_024;

/// What all pages of people who sign in share.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    casework: Casework,
    documents: Documents,
    papers: Papers,
    keys: ReleaseKeys,
    /// What must have signed a checkpoint before a receipt is given out.
    policy: Policy,
    data: DataFolder,
    site: Site,
    settings: Settings,
    guesses: Guesses,
    bell: Bell,
    /// Wakes whoever sends mail.
    written: Arc<Notify>,
    /// The custodian's name, once somebody asked the register for it.
    custodian: OnceLock<String>,
    clock: Box<dyn Fn() -> Moment + Send + Sync>,
}

/// What the operator settles about the desk.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where people find this server: links in mails begin with it, and cookies are for TLS only where it is `https`.
    pub address: SiteAddress,
    /// What the operator says of itself.
    pub operator: Operator,
    /// Proxies of the operator's in front of this process.
    pub proxies: usize,
    /// Another provider at which people may sign in.
    pub openid: Option<Provider>,
    /// The program that makes PDF of papers; nothing where it is the one beside the server.
    pub papers: Option<std::path::PathBuf>,
    /// Whose manifests are believed, and which checkpoints.
    pub releasing: Releasing,
}

impl Desk {
    /// The desk of a data folder, beside its site.
    ///
    /// # Errors
    /// If the private zone's database cannot be opened.
    pub fn open(data: DataFolder, site: Site, settings: Settings) -> Result<Self, StoreError> {
        Self::with_clock(data, site, settings, crate::web::system_clock)
    }

    /// The same with a clock, for tests.
    ///
    /// # Errors
    /// If the private zone's database cannot be opened.
    pub fn with_clock(
        data: DataFolder,
        site: Site,
        settings: Settings,
        clock: impl Fn() -> Moment + Send + Sync + 'static,
    ) -> Result<Self, StoreError> {
        let casework = Casework::open(&data.private().join("casework.sqlite"))?;
        let documents = Documents::open(&data.private(), &casework)?;
        let keys = ReleaseKeys::open(&data)?;
        let policy = match &settings.releasing.policy {
            Some(policy) => policy.clone(),
            None => own_policy(data.key()?.verifier()),
        };
        let (bell, custodian, guesses) = (Bell::default(), OnceLock::new(), Guesses::default());
        let (clock, written) = (Box::new(clock), Arc::default());
        let papers = settings.papers.clone().map_or_else(Papers::beside_this_program, Papers::of_program);
        Ok(Self(Arc::new(Inner {
            casework,
            documents,
            papers,
            keys,
            policy,
            data,
            site,
            settings,
            guesses,
            bell,
            written,
            custodian,
            clock,
        })))
    }

    /// What time it is.
    pub fn now(&self) -> Moment {
        (self.0.clock)()
    }

    /// The private zone's database. Handlers use [`Self::read`] and [`Self::write`], which do not keep other requests
    /// waiting.
    pub fn casework(&self) -> &Casework {
        &self.0.casework
    }

    /// What makes PDF of papers.
    pub fn papers(&self) -> &Papers {
        &self.0.papers
    }

    /// The files that people gave.
    pub fn documents(&self) -> &Documents {
        &self.0.documents
    }

    /// The keys with which data is let go.
    pub fn keys(&self) -> &ReleaseKeys {
        &self.0.keys
    }

    /// What must have signed a checkpoint before a receipt is given out.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// The key with which the extract engine signs manifests, where the settings name it.
    pub fn engine(&self) -> Option<&VerifierKey> {
        self.0.settings.releasing.engine.as_ref()
    }

    /// The data folder.
    pub fn data(&self) -> &DataFolder {
        &self.0.data
    }

    /// The public site beside.
    pub fn site(&self) -> &Site {
        &self.0.site
    }

    /// What wakes the publishing thread.
    pub fn bell(&self) -> &Bell {
        &self.0.bell
    }

    /// The custodian's name, as far as it is known yet.
    pub fn custodian(&self) -> &str {
        self.0.custodian.get().map_or("The data-sharing team", String::as_str)
    }

    /// Publishes what cases owe until the bell ends it: for a thread of its own.
    pub fn publish(&self) {
        let written = || self.0.written.notify_one();
        crate::publishing::run(self.casework(), self.data(), self.bell(), || self.now(), &self.tell(), written);
    }

    /// Publishes what cases owe, once.
    ///
    /// # Errors
    /// A fault of the log or a database; what was published is noted, and the rest waits.
    pub fn publish_now(&self) -> Result<u64, StoreError> {
        let published = crate::publishing::publish_all(self.casework(), self.data(), &|| self.now(), &self.tell());
        self.0.written.notify_one();
        published
    }

    /// What writes the mails that something published owes.
    fn tell(&self) -> impl Fn(&Transaction<'_>, &Case, &[Event], Moment) -> Result<(), StoreError> {
        |transaction, case, events, now| letters::letters(self, transaction, case, events, now)
    }

    /// What the operator settled.
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The other provider at which people may sign in.
    pub fn openid(&self) -> Option<&Provider> {
        self.0.settings.openid.as_ref()
    }

    /// How often what was tried.
    pub fn guesses(&self) -> &Guesses {
        &self.0.guesses
    }

    /// Asks the private zone; all that is read is of one moment.
    ///
    /// # Errors
    /// What `work` refuses, or a fault.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let desk = self.clone();
        tokio::task::spawn_blocking(move || desk.casework().read(work)).await.unwrap_or(Err(Problem::Fault))
    }

    /// Writes to the private zone: all of it, durably, or nothing.
    ///
    /// # Errors
    /// What `work` refuses, or a fault; nothing has been written then.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let desk = self.clone();
        let written = tokio::task::spawn_blocking(move || desk.casework().write(work)).await;
        // There may be mail in what was written; looking costs one question of an index.
        self.0.written.notify_one();
        written.unwrap_or(Err(Problem::Fault))
    }

    /// What is notified whenever something was written, in which there may be mail.
    pub fn written(&self) -> Arc<Notify> {
        self.0.written.clone()
    }
}

impl AsRef<Casework> for Desk {
    fn as_ref(&self) -> &Casework {
        self.casework()
    }
}

/// Every page under `/desk`. Merged with the public site's router, it leaves that one as it is.
pub fn router(desk: Desk) -> Router {
    Router::new()
        .route("/desk", get(home::home))
        .merge(application::routes())
        .merge(basket::routes())
        .merge(queue::routes())
        .merge(case::routes())
        .merge(permissions::routes())
        .merge(review::routes())
        .merge(decision::routes())
        .merge(agreement::routes())
        .merge(release::routes())
        .merge(assessment::routes())
        .route("/desk/sign-in", get(sign_in::show).post(sign_in::send))
        .route("/desk/second-factor", get(codes::show).post(codes::send))
        .route("/desk/forgotten", get(links::show_forgotten).post(links::send_forgotten))
        .route("/desk/link/{token}", get(links::show_link).post(links::send_link))
        .route("/desk/openid", get(openid::go))
        .route(openid::BACK, get(openid::come_back))
        .route("/desk/sign-out", post(home::sign_out))
        .route("/desk/account", get(account::show))
        .route("/desk/account/password", post(account::change_password))
        .route("/desk/account/sign-out-everywhere", post(account::sign_out_everywhere))
        .route("/desk/organisations", get(organisations::list).post(organisations::add))
        .route("/desk/organisations/{id}", get(organisations::show))
        .route("/desk/organisations/{id}/name", post(organisations::rename))
        .route("/desk/organisations/{id}/identifiers", post(organisations::set_identifiers))
        .route("/desk/mail", get(outbox::list).post(outbox::again))
        .route("/desk/people", get(people::list).post(people::invite))
        .route("/desk/people/{id}", get(people::show))
        .route("/desk/people/{id}/roles", post(people::give))
        .route("/desk/people/{id}/roles/take", post(people::take))
        .route("/desk/people/{id}/disable", post(people::disable))
        .route("/desk/people/{id}/enable", post(people::enable))
        .route("/desk/people/{id}/invitation", post(people::invite_again))
        .route("/desk/people/{id}/second-factor", post(people::remove_second_factor))
        .route("/desk/{*rest}", any(|| async { Problem::NotFound }))
        .with_state(desk.clone())
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .layer(DefaultBodyLimit::max(FORM))
        .layer(from_fn(headers::limit_address))
        .layer(from_fn_with_state(desk, problem::show))
        .layer(from_fn(headers::protect))
        .layer(from_fn(keep_nothing))
        .layer(from_fn(headers::record))
}

/// The policy of an operator who names none: this log's signature, and no witness.
fn own_policy(log: &VerifierKey) -> Policy {
    match Policy::parse(format!("log {log}\nquorum none\n").as_bytes()) {
        Ok(policy) => policy,
        Err(error) => unreachable!("a policy of one key: {error}"),
    }
}

/// No page of a person is kept anywhere. Our own pages may learn where a form came from, so that it can be told from one
/// of another site.
async fn keep_nothing(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}
