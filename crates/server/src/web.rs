//! The public website: pages, downloads and the log's files, all read from one folder and nothing else.
//!
//! It refuses to write, to keep a session, to set a cookie and to log anything about a visitor. Every page is computed
//! from `register.sqlite`, which is computed from the log, and says at which checkpoint.

mod about;
mod assets;
mod data;
mod database;
mod dataset;
mod datasets;
mod files;
mod filters;
mod find;
mod headers;
mod home;
mod item;
mod late;
mod page;
mod problem;
mod recipient;
mod search;
mod serve;
mod share;
mod site;
mod statement;
mod story;
mod verify;
mod view;
pub(crate) mod words;

use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;
use tower_http::timeout::TimeoutLayer;

pub use serve::{serve, shutdown_signal};
pub use site::Site;

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
        .route("/find.csv", get(find::csv))
        .route("/share", get(share::by_parameter))
        .route("/share/{*reference}", get(share::by_path))
        .route("/recipient/{slug}", get(recipient::recipient))
        .route("/statement/{name}", get(statement::statement))
        .route("/verify", get(verify::verify))
        .route("/about", get(about::about))
        .route("/data", get(data::data))
        .merge(datasets::routes())
        .route("/healthz", get(verify::health))
        .route("/assets/{version}/{name}", get(assets::asset))
        .layer(CompressionLayer::new());
    // Files are not compressed on the way: a range of a compressed file would be a range of something else.
    let files = Router::new()
        .route("/checkpoint", get(files::note))
        .route("/vkey", get(files::note))
        .route("/files", get(files::note))
        .route("/register.sqlite", get(files::database))
        .route("/tile/{*path}", get(files::tile))
        .route("/disclosures/{*path}", get(files::disclosures))
        .route("/dictionaries/{name}", get(files::dictionary))
        .route("/downloads/{name}", get(files::download));
    pages
        .merge(files)
        .fallback(|| async { problem::Problem::NotFound })
        .with_state(site.clone())
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, PATIENCE))
        .layer(DefaultBodyLimit::max(BODY))
        .layer(RequestBodyLimitLayer::new(BODY))
        .layer(from_fn(headers::limit_address))
        .layer(from_fn_with_state(site, problem::show))
        .layer(from_fn(headers::protect))
        .layer(from_fn(headers::record))
}
