//! `/dataset/<slug>/<item>`: one variable of a dataset, as its dictionaries describe it.

use axum::extract::Path;
use axum::response::Response;

use super::database::{DatasetView, FoundItem};
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{View, datasets, words};

#[derive(askama::Template)]
#[template(path = "item.html")]
struct ItemPage {
    frame: Frame,
    dataset: DatasetView,
    found: FoundItem,
}

impl ItemPage {
    fn dataset_name(&self) -> &str {
        self.dataset.names.first().map_or("", String::as_str)
    }
}

/// `/dataset/<slug>/<item>`
pub async fn item(view: View, Path((slug, item)): Path<(String, String)>) -> Result<Response, Problem> {
    let (found, info) = view
        .read(move |reader| {
            let (Some(found), Some(dataset)) = (reader.item(&slug, &item)?, reader.dataset(&slug)?) else {
                return Ok(None);
            };
            Ok(Some((found, dataset)))
        })
        .await?;
    let (found, dataset) = found.ok_or(Problem::NotFound)?;
    Ok(html(&ItemPage { frame: Frame::new(&view, Some(info), Section::Datasets), dataset, found }))
}
