//! What every answer has: the checkpoint at which it stands; and what every list has: a way on.

use axum::http::header::{CONTENT_TYPE, LINK};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use register::{Moment, PartialDate};
use serde::Serialize;
use utoipa::ToSchema;

use crate::web::View;
use crate::web::database::Info;
use crate::web::problem::Problem;
use crate::web::view::Past;

/// The state of the register that an answer is computed from: the same checkpoint gives the same answer, to anybody.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Checkpoint {
    /// The log's origin.
    origin: String,
    /// How many statements the log holds.
    size: u64,
    /// The root hash of the tree of these statements, in base64.
    root: String,
    /// When the newest of them was logged.
    #[schema(value_type = Option<String>, format = DateTime)]
    data_as_at: Option<Moment>,
    /// The day for which lateness was worked out.
    #[schema(value_type = String, format = Date)]
    today: PartialDate,
    /// What came after it, where a past moment was asked for.
    since: Option<Since>,
}

/// What came after a past moment.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Since {
    /// How many statements.
    statements: u64,
    /// Those of them that correct or erase something that was said by then, newest first; at most 1,000.
    changes: Vec<LaterChange>,
}

/// A later correction or redaction.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LaterChange {
    /// Its index in the log.
    statement: u64,
    /// The index of the statement that it changes.
    target: u64,
    /// The day on which it was logged.
    #[schema(value_type = String, format = Date)]
    on: PartialDate,
    /// Whether it erases texts, rather than correct something.
    erases: bool,
}

/// Later changes that an answer lists.
const CHANGES: usize = 1_000;

impl Since {
    fn of(past: &Past) -> Self {
        let mut changes: Vec<LaterChange> = past
            .since
            .changes
            .values()
            .flatten()
            .map(|change| LaterChange {
                statement: change.index,
                target: change.target,
                on: change.on,
                erases: change.erased,
            })
            .collect();
        changes.sort_unstable_by_key(|change| std::cmp::Reverse(change.statement));
        changes.truncate(CHANGES);
        Self { statements: past.since.statements, changes }
    }
}

impl Checkpoint {
    /// That of a view.
    pub fn of(view: &View, info: &Info) -> Self {
        Self {
            origin: info.origin.clone(),
            size: info.size,
            root: info.root.clone(),
            data_as_at: info.data_as_at,
            today: view.today(),
            since: view.past().map(|past| Since::of(past)),
        }
    }
}

/// One part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T> {
    /// The state of the register that it is computed from.
    checkpoint: Checkpoint,
    /// The rows.
    items: Vec<T>,
    /// The address of the next part; nothing where this is the last.
    next: Option<String>,
}

/// An answer as JSON.
pub fn json(answer: &impl Serialize) -> Result<Response, Problem> {
    let text = serde_json::to_string(answer).map_err(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        Problem::Fault
    })?;
    Ok(([(CONTENT_TYPE, "application/json")], text).into_response())
}

/// A part of a list, with the next one in a `Link` header as well (RFC 8288).
pub fn page<T: Serialize>(view: &View, info: &Info, items: Vec<T>, next: Option<String>) -> Result<Response, Problem> {
    let link = next_link(next.as_deref());
    Ok((link, json(&Page { checkpoint: Checkpoint::of(view, info), items, next })?).into_response())
}

/// The `Link` header of a list.
pub fn next_link(next: Option<&str>) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let link = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok());
    if let Some(link) = link {
        headers.insert(LINK, link);
    }
    headers
}
