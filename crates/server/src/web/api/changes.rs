//! `/api/v1/changes`: what was logged between two dates.

use axum::extract::RawQuery;
use axum::response::Response;

use super::answer::page;
use super::cursor;
use super::parameter::{Asked, CURSOR, LIMIT, Parameter, Takes};
use super::short::StatementShort;
use crate::web::View;
use crate::web::problem::Problem;

const PATH: &str = "/api/v1/changes";

const FROM: Parameter = Parameter {
    name: "from",
    means: "Only what was logged on this date or later; a month or year counts from its first day.",
    takes: Takes::Date,
    many: false,
};

const TO: Parameter = Parameter {
    name: "to",
    means: "Only what was logged on this date or earlier; a month or year counts to its last day.",
    takes: Takes::Date,
    many: false,
};

/// What it takes.
pub const TAKES: &[&[Parameter]] = &[&[FROM, TO, LIMIT, CURSOR]];

/// What was logged between two dates, oldest first
///
/// Every statement is a change. The log also says now and then that it is still there; those statements are left out.
#[utoipa::path(
    get, path = "/api/v1/changes", tag = "Log", operation_id = "changes",
    responses((status = 200, description = "Changes", body = super::answer::Page<StatementShort>))
)]
pub async fn list(view: View, query: RawQuery) -> Result<Response, Problem> {
    let asked = Asked::read(&query, TAKES)?;
    let (from, to) = (asked.date(FROM.name), asked.date(TO.name));
    let after: Option<u64> = cursor::open(PATH, &asked)?;
    let limit = asked.limit();
    let (mut changes, info) = view.read(move |reader| reader.changes_between(from, to, after, limit + 1)).await?;
    let next = cursor::end(PATH, &asked, &mut changes, |last| last.index);
    page(&view, &info, changes.iter().map(StatementShort::new).collect(), next)
}
