//! `/api/v1/decisions`: every outcome, refusals included, with its reasons.

use axum::extract::RawQuery;
use axum::response::Response;
use register::PartialDate;
use register::vocabulary::{Channel, Outcome, Reason};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::page;
use super::coded;
use super::cursor;
use super::parameter::{Asked, CURSOR, LIMIT, Parameter, Takes};
use super::share::{Condition, DatasetDecision};
use super::short::{RecipientShort, ShareName, Text};
use crate::web::View;
use crate::web::database::DecisionRow;
use crate::web::problem::Problem;

const PATH: &str = "/api/v1/decisions";

const OUTCOME: Parameter = Parameter {
    name: "outcome",
    means: "Only decisions with this outcome.",
    takes: Takes::Codes(coded::outcomes),
    many: true,
};

/// What it takes.
pub const TAKES: &[&[Parameter]] = &[&[OUTCOME, LIMIT, CURSOR]];

/// One decision.
#[derive(Debug, Serialize, ToSchema)]
pub struct Decision {
    share: ShareName,
    recipient: RecipientShort,
    #[schema(schema_with = coded::channel)]
    channel: Channel,
    #[schema(schema_with = coded::outcome)]
    outcome: Outcome,
    /// When it was decided.
    #[schema(schema_with = coded::date_or_null)]
    decided: Option<PartialDate>,
    /// Who decided, where the register says so.
    decided_by: Option<String>,
    /// Why, in codes.
    #[schema(schema_with = reasons)]
    reasons: Vec<Reason>,
    /// Conditions of an approval.
    conditions: Vec<Condition>,
    /// Datasets that were decided otherwise than the whole.
    datasets: Vec<DatasetDecision>,
    /// Why, in words, where there are any.
    texts: Vec<Text>,
}

/// The schema of a list of reasons.
pub fn reasons() -> utoipa::openapi::schema::Array {
    utoipa::openapi::schema::ArrayBuilder::new().items(coded::reason()).description(Some("Why, in codes.")).build()
}

impl From<DecisionRow> for Decision {
    fn from(row: DecisionRow) -> Self {
        Self {
            share: ShareName::new(&row.share.reference, row.share.title.as_deref()),
            recipient: RecipientShort::new(
                &row.share.recipient_slug,
                &row.share.recipient,
                row.share.sector.as_deref(),
            ),
            channel: row.share.channel,
            outcome: row.outcome,
            decided: row.decided,
            decided_by: row.decided_by,
            reasons: row.reasons,
            conditions: row.conditions.into_iter().map(Condition::from).collect(),
            datasets: row.datasets.into_iter().map(DatasetDecision::from).collect(),
            texts: row.texts.iter().map(Text::new).collect(),
        }
    }
}

/// Every decision, newest first, refusals included
#[utoipa::path(
    get, path = "/api/v1/decisions", tag = "Shares", operation_id = "decisions",
    responses((status = 200, description = "Decisions", body = super::answer::Page<Decision>))
)]
pub async fn list(view: View, query: RawQuery) -> Result<Response, Problem> {
    let asked = Asked::read(&query, TAKES)?;
    let after: Option<(Option<PartialDate>, u64)> = cursor::open(PATH, &asked)?;
    let outcomes: Vec<String> = asked.all(OUTCOME.name).map(str::to_owned).collect();
    let limit = asked.limit();
    let (mut rows, info) = view.read(move |reader| reader.decisions_after(after, &outcomes, limit + 1)).await?;
    let next = cursor::end(PATH, &asked, &mut rows, |last| (last.decided, last.share.id));
    page(&view, &info, rows.into_iter().map(Decision::from).collect(), next)
}
