//! `/api/v1/datasets`: what the data is taken from.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Checkpoint, json, page};
use super::items::{self, Dictionary};
use super::parameter::{Asked, Parameter};
use super::short::by_status;
use crate::web::database::DatasetUses;
use crate::web::problem::Problem;
use crate::web::{View, words};

/// What the list takes.
pub const TAKES: &[&[Parameter]] = &[];

/// A dataset with its counts.
#[derive(Debug, Serialize, ToSchema)]
pub struct DatasetCounts {
    /// The last part of its addresses.
    slug: String,
    /// Its name, as most shares spell it, or else its dictionary.
    name: String,
    /// Every spelling of it.
    names: Vec<String>,
    /// How many shares have it, refused and ended ones included.
    shares: u64,
    /// These shares by where they stand.
    by_status: BTreeMap<String, u64>,
    /// How many recipients these have.
    recipients: u64,
    /// The address of everything about it.
    address: String,
    /// The address of the list of these shares.
    list: String,
    /// The address of the list of its items, which is empty where no dictionary describes it.
    items: String,
    /// The address of its feed.
    feed: String,
    /// The address of its description by schema.org.
    description: String,
}

impl From<DatasetUses> for DatasetCounts {
    fn from(row: DatasetUses) -> Self {
        let slug = words::encode(&row.slug);
        Self {
            address: format!("/api/v1/datasets/{slug}"),
            items: items::address_of_list(&row.slug),
            list: format!("/api/v1/shares?{}", row.query()),
            feed: format!("/dataset/{slug}/feed.atom"),
            description: format!("/dataset/{slug}/description.jsonld"),
            by_status: by_status(&row.by_status),
            name: row.name().to_owned(),
            slug: row.slug,
            names: row.names,
            shares: row.shares,
            recipients: row.recipients,
        }
    }
}

/// Every dataset that a share names or a dictionary describes, in the order of their addresses
#[utoipa::path(
    get, path = "/api/v1/datasets", tag = "Recipients and datasets", operation_id = "datasets",
    responses((status = 200, description = "Datasets", body = super::answer::Page<DatasetCounts>))
)]
pub async fn list(view: View, query: RawQuery) -> Result<Response, Problem> {
    Asked::read(&query, TAKES)?;
    let (datasets, info) = view.read(|reader| reader.dataset_uses()).await?;
    page(&view, &info, datasets.into_iter().map(DatasetCounts::from).collect(), None)
}

/// One dataset.
#[derive(Debug, Serialize, ToSchema)]
pub struct OneDataset {
    checkpoint: Checkpoint,
    dataset: DatasetCounts,
    /// The current item dictionary; nothing where no dictionary describes it.
    dictionary: Option<Dictionary>,
    /// The dictionaries that it replaced, newest first.
    earlier: Vec<Dictionary>,
}

/// One dataset, with its item dictionaries
#[utoipa::path(
    get, path = "/api/v1/datasets/{slug}", tag = "Recipients and datasets", operation_id = "dataset",
    params(("slug" = String, Path, description = "The last part of its address")),
    responses((status = 200, description = "The dataset", body = OneDataset))
)]
pub async fn one(view: View, Path(slug): Path<String>, query: RawQuery) -> Result<Response, Problem> {
    Asked::read(&query, &[])?;
    let ((found, dictionaries), info) =
        view.read(move |reader| Ok((reader.uses_of_dataset(&slug)?, reader.dictionaries(&slug)?))).await?;
    let dataset = found.ok_or(Problem::NotFound)?.into();
    let mut dictionaries = dictionaries.into_iter().map(Dictionary::from);
    json(&OneDataset {
        checkpoint: Checkpoint::of(&view, &info),
        dataset,
        dictionary: dictionaries.next(),
        earlier: dictionaries.collect(),
    })
}
