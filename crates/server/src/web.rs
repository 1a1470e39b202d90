//! The public website: pages, downloads and the log's files, all read from one folder and nothing else.
//!
//! It refuses to write, to keep a session, to set a cookie and to log anything about a visitor. Every page is computed
//! from `register.sqlite`, which is computed from the log, and says at which checkpoint.

mod about;
mod address;
mod api;
mod as_of;
pub(crate) mod assets;
mod catalogue;
mod changes;
mod conditional;
mod corrections;
mod cross_origin;
mod data;
pub(crate) mod database;
mod dataset;
mod datasets;
mod decisions;
mod documents;
pub(crate) mod fair_use;
mod feed;
pub(crate) mod figure;
mod figures;
mod files;
mod filters;
mod find;
mod glossary;
pub(crate) mod headers;
mod home;
mod item;
mod late;
mod linked;
mod method;
mod notices;
mod other_access;
mod page;
mod past;
pub(crate) mod problem;
pub(crate) mod proof;
mod reading;
mod recipient;
mod results;
mod search;
mod serve;
mod share;
mod silence;
mod site;
mod sitemap;
mod statement;
mod steps;
mod story;
mod table;
mod verify;
mod versions;
pub(crate) mod view;
pub(crate) mod words;

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower::util::MapRequest;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

pub use address::SiteAddress;
pub use database::Source;
pub(crate) use database::{Like, SimilarDecision, TextState};
pub use fair_use::Limits;
pub use serve::{serve, shutdown_signal};
pub(crate) use site::system_clock;
pub use site::{Settings, Site};

use view::View;

/// How long a page may take; the database gives up earlier.
const PATIENCE: Duration = Duration::from_secs(15);

/// No page takes a body.
const BODY: usize = 1_024;

/// Every public page and file of one site.
pub fn router(site: Site) -> Router {
    let pages = Router::new()
        .route("/", get(home::home))
        .route("/find", get(find::find))
        .route("/share", get(share::by_parameter))
        .route("/share/{*reference}", get(share::by_path))
        .route("/recipient/{slug}", get(recipient::recipient))
        .route("/statement/{name}", get(statement::statement))
        .route("/verify", get(verify::verify))
        .route("/about", get(about::about))
        .merge(reading::routes())
        .route("/data", get(data::data))
        .merge(figures::routes())
        .merge(datasets::routes())
        .route("/healthz", get(verify::health))
        .route("/assets/{version}/{name}", get(assets::asset))
        .route("/api", get(api::reference))
        .route("/find.atom", get(feed::search))
        .route("/feed.atom", get(feed::everything))
        .route("/recipient/{slug}/feed.atom", get(feed::recipient))
        .route("/dataset/{slug}/feed.atom", get(feed::dataset))
        .route("/dataset/{slug}/description.jsonld", get(linked::description))
        .route("/catalogue.jsonld", get(linked::catalogue))
        .route("/sitemap.xml", get(sitemap::index))
        .route("/sitemap/{name}", get(sitemap::part))
        .route("/robots.txt", get(sitemap::robots))
        .merge(api::router())
        .layer(from_fn(as_of::link_to_then))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(site.clone(), conditional::ask));
    // Files are not compressed on the way: a range of a compressed file would be a range of something else.
    let files = Router::new()
        .route("/checkpoint", get(files::note))
        .route("/vkey", get(files::note))
        .route("/files", get(files::note))
        .route("/register.sqlite", get(files::database))
        .route("/tile/{*path}", get(files::tile))
        .route("/disclosures/{*path}", get(files::disclosures))
        .route("/dictionaries/{name}", get(files::dictionary))
        .route("/downloads/{name}", get(files::download))
        .route("/find.{ending}", get(results::result));
    let site_pages = pages
        .merge(files)
        .fallback(|| async { problem::Problem::NotFound })
        .with_state(site.clone())
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .layer(DefaultBodyLimit::max(BODY))
        .layer(RequestBodyLimitLayer::new(BODY))
        .layer(from_fn(headers::limit_address))
        .layer(from_fn_with_state(site.clone(), fair_use::limit))
        .layer(from_fn_with_state(site, problem::show))
        .layer(from_fn(cross_origin::open))
        .layer(from_fn(headers::protect))
        .layer(from_fn(headers::record));
    // The past moment comes off an address before the router looks for its page.
    Router::new().fallback_service(MapRequest::new(site_pages, as_of::take_prefix as fn(Request) -> Request))
}
