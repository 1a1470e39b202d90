//! `/api/v1/recipients`: organisations that got access, or asked for it.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Checkpoint, json, page};
use super::cursor;
use super::parameter::{Asked, CURSOR, LIMIT, Parameter, Takes};
use super::short::{RecipientShort, StatementShort, by_status};
use crate::web::database::RecipientRow;
use crate::web::problem::Problem;
use crate::web::{View, late, words};

const PATH: &str = "/api/v1/recipients";

const SECTOR: Parameter = Parameter {
    name: "sector",
    means: "Only recipients of this sector, in the words of the source.",
    takes: Takes::Text(300),
    many: true,
};

/// What the list takes.
pub const TAKES: &[&[Parameter]] = &[&[SECTOR, LIMIT, CURSOR]];

/// A recipient with its counts.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecipientCounts {
    #[serde(flatten)]
    recipient: RecipientShort,
    /// Its identifiers by scheme.
    ids: BTreeMap<String, String>,
    /// How many shares it has, refused and ended ones included.
    shares: u64,
    /// How many releases these have.
    releases: u64,
    /// The address of its page.
    page: String,
    /// The address of its feed.
    feed: String,
}

impl From<RecipientRow> for RecipientCounts {
    fn from(row: RecipientRow) -> Self {
        let slug = words::encode(&row.slug);
        Self {
            page: format!("/recipient/{slug}"),
            feed: format!("/recipient/{slug}/feed.atom"),
            recipient: RecipientShort::new(&row.slug, &row.name, row.sector.as_deref()),
            ids: row.ids,
            shares: row.shares,
            releases: row.releases,
        }
    }
}

/// Recipients, in the order of their addresses
#[utoipa::path(
    get, path = "/api/v1/recipients", tag = "Recipients and datasets", operation_id = "recipients",
    responses((status = 200, description = "Recipients", body = super::answer::Page<RecipientCounts>))
)]
pub async fn list(view: View, query: RawQuery) -> Result<Response, Problem> {
    let asked = Asked::read(&query, TAKES)?;
    let after: Option<String> = cursor::open(PATH, &asked)?;
    let sectors: Vec<String> = asked.all(SECTOR.name).map(str::to_owned).collect();
    let limit = asked.limit();
    let (mut rows, info) =
        view.read(move |reader| reader.recipients_after(after.as_deref(), &sectors, limit + 1)).await?;
    let next = cursor::end(PATH, &asked, &mut rows, |last| last.slug.clone());
    page(&view, &info, rows.into_iter().map(RecipientCounts::from).collect(), next)
}

/// One recipient.
#[derive(Debug, Serialize, ToSchema)]
pub struct OneRecipient {
    checkpoint: Checkpoint,
    recipient: RecipientCounts,
    /// Its shares by where they stand.
    by_status: BTreeMap<String, u64>,
    /// Its shares of which destruction is overdue, worked out for the checkpoint's `today`.
    overdue: u64,
    /// The address of the list of its shares.
    shares: String,
    /// Statements about it that are about no share: safeguards, audits, sanctions. Newest first, 200 at most.
    statements: Vec<StatementShort>,
}

/// One recipient
#[utoipa::path(
    get, path = "/api/v1/recipients/{slug}", tag = "Recipients and datasets", operation_id = "recipient",
    params(("slug" = String, Path, description = "The last part of its address")),
    responses((status = 200, description = "The recipient", body = OneRecipient))
)]
pub async fn one(view: View, Path(slug): Path<String>, query: RawQuery) -> Result<Response, Problem> {
    Asked::read(&query, &[])?;
    let (found, info) = view.read(move |reader| reader.recipient(&slug)).await?;
    let recipient = found.ok_or(Problem::NotFound)?;
    let today = view.today();
    let mut counts = BTreeMap::new();
    for share in &recipient.shares {
        *counts.entry(share.status).or_insert(0) += 1;
    }
    let is_late = |share: &&crate::web::database::FoundShare| {
        late::destruction(share.destruction_due, share.destruction, today).is_some()
    };
    json(&OneRecipient {
        checkpoint: Checkpoint::of(&view, &info),
        by_status: by_status(&counts),
        overdue: recipient.shares.iter().filter(is_late).count() as u64,
        shares: format!("/api/v1/shares?recipient={}", words::encode(&recipient.slug)),
        statements: recipient.statements.iter().map(StatementShort::new).collect(),
        recipient: RecipientRow {
            shares: recipient.shares.len() as u64,
            slug: recipient.slug,
            name: recipient.name,
            sector: recipient.sector,
            ids: recipient.ids,
            releases: recipient.releases,
        }
        .into(),
    })
}
