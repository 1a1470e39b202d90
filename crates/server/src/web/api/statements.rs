//! `/api/v1/statements`: the log's statements, in its order.

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Checkpoint, json, page};
use super::coded;
use super::parameter::{Asked, LIMIT, Parameter, Takes};
use super::short::{StatementShort, Text};
use crate::web::View;
use crate::web::database::StatementView;
use crate::web::problem::Problem;

/// The largest index that the database can hold.
pub const LARGEST: u64 = u64::MAX >> 1;

const AFTER: Parameter = Parameter {
    name: "after",
    means: "Only statements after the one of this index. The log only grows, so this is a cursor as well.",
    takes: Takes::Number(0, LARGEST),
    many: false,
};

const KIND: Parameter =
    Parameter { name: "kind", means: "Only statements of this kind.", takes: Takes::Codes(coded::kinds), many: true };

/// What the list takes.
pub const TAKES: &[&[Parameter]] = &[&[AFTER, KIND, LIMIT]];

/// A statement, with its leaf as the log holds it.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementWithLeaf {
    #[serde(flatten)]
    statement: StatementShort,
    /// The leaf. Its exact bytes are at `exact`; this is the same JSON, perhaps in another order.
    #[schema(value_type = Object)]
    leaf: serde_json::Value,
    /// The address of its exact bytes, which the log's tree hashes.
    exact: String,
    /// The address of the proof that it is in the log (c2sp.org/tlog-proof).
    proof: String,
}

impl StatementWithLeaf {
    fn new(view: &StatementView) -> Self {
        Self {
            statement: StatementShort::new(view),
            leaf: serde_json::from_str(&view.leaf).unwrap_or_default(),
            exact: format!("/statement/{}.json", view.index),
            proof: format!("/statement/{}.tlog-proof", view.index),
        }
    }
}

/// Statements in the log's order
///
/// Whoever keeps a copy asks again with `after` set to the last index that it has. `next` is given even where there is
/// nothing more yet, so that a program can go on from it later; the list is at its end where `items` is empty.
#[utoipa::path(
    get, path = "/api/v1/statements", tag = "Log", operation_id = "statements",
    responses((status = 200, description = "Statements", body = super::answer::Page<StatementWithLeaf>))
)]
pub async fn list(view: View, query: RawQuery) -> Result<Response, Problem> {
    let asked = Asked::read(&query, TAKES)?;
    let (after, limit) = (asked.number(AFTER.name), asked.limit());
    let kinds: Vec<String> = asked.all(KIND.name).map(str::to_owned).collect();
    let (statements, info) = view.read(move |reader| reader.statements_after(after, &kinds, limit)).await?;
    let last = statements.last().map(|last| last.index).or(after);
    let next = last.map(|last| asked.next("/api/v1/statements", AFTER.name, &last.to_string()));
    page(&view, &info, statements.iter().map(StatementWithLeaf::new).collect(), next)
}

/// One statement.
#[derive(Debug, Serialize, ToSchema)]
pub struct OneStatement {
    checkpoint: Checkpoint,
    statement: StatementWithLeaf,
    /// The leaf's hash in the log's tree (RFC 6962), in base64.
    leaf_hash: String,
    /// Its texts: public ones with their value, withheld ones with their ground.
    texts: Vec<Text>,
    /// The statements that correct it.
    corrected_by: Vec<u64>,
}

/// One statement with its texts
#[utoipa::path(
    get, path = "/api/v1/statements/{index}", tag = "Log", operation_id = "statement",
    params(("index" = u64, Path, description = "Its index in the log")),
    responses((status = 200, description = "The statement", body = OneStatement))
)]
pub async fn one(view: View, Path(index): Path<String>, query: RawQuery) -> Result<Response, Problem> {
    Asked::read(&query, &[])?;
    let number: u64 = index.parse().ok().filter(|number: &u64| number.to_string() == index).ok_or(Problem::NotFound)?;
    let (found, info) = view.read(move |reader| reader.statement(number)).await?;
    let (statement, texts, corrected_by) = found.ok_or(Problem::NotFound)?;
    json(&OneStatement {
        checkpoint: Checkpoint::of(&view, &info),
        leaf_hash: tlog::leaf_hash(statement.leaf.as_bytes()).to_string(),
        statement: StatementWithLeaf::new(&statement),
        texts: texts.iter().map(Text::new).collect(),
        corrected_by,
    })
}
