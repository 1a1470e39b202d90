//! `/dataset/<slug>/<item>`: one variable of a dataset, as its dictionaries describe it.

use axum::extract::Path;
use axum::response::Response;

use super::database::{DatasetView, DictionaryView, ItemView};
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{View, datasets, words};

#[derive(askama::Template)]
#[template(path = "item.html")]
struct ItemPage {
    frame: Frame,
    dataset: DatasetView,
    item: ItemView,
    /// Dictionaries that list the name, newest first, with the rows in which it stands.
    listed: Vec<(DictionaryView, Vec<ItemView>)>,
}

impl ItemPage {
    fn dataset_name(&self) -> &str {
        self.dataset.names.first().map_or("", String::as_str)
    }

    /// Whether the newest dictionary of the dataset lists the name.
    fn is_current(&self) -> bool {
        self.dataset.dictionaries.first().is_some_and(|newest| newest.statement == self.item.dictionary)
    }

    /// Other rows of the same name in the same dictionary.
    fn others(&self) -> Vec<&ItemView> {
        let here = self.listed.iter().filter(|(dictionary, _)| dictionary.statement == self.item.dictionary);
        here.flat_map(|(_, rows)| rows).filter(|row| row.line != self.item.line).collect()
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
    let ((item, listed), dataset) = found.ok_or(Problem::NotFound)?;
    Ok(html(&ItemPage { frame: Frame::new(&view, Some(info), Section::Datasets), dataset, item, listed }))
}
