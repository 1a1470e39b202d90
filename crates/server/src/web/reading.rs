//! The addresses of pages about the register as a whole: lists over all of it, and how to read it.

use axum::Router;
use axum::routing::get;

use super::{Site, changes, corrections, decisions, glossary, method, notices, other_access};

/// Their routes.
pub fn routes() -> Router<Site> {
    Router::new()
        .route("/decisions", get(decisions::decisions))
        .route("/decisions.csv", get(decisions::csv))
        .route("/other-access", get(other_access::other_access))
        .route("/changes", get(changes::changes))
        .route("/changes.csv", get(changes::csv))
        .route("/corrections", get(corrections::corrections))
        .route("/glossary", get(glossary::glossary))
        .route("/method", get(method::method))
        .route("/accessibility", get(notices::accessibility))
        .route("/cookies", get(notices::cookies))
        .route("/privacy", get(notices::privacy))
        .route("/contact", get(notices::contact))
}
