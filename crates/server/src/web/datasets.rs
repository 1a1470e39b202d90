//! `/datasets`: every dataset that a dictionary describes or a share names.

use axum::Router;
use axum::response::Response;
use axum::routing::get;

use super::database::{DatasetRow, DictionaryView, Span};
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{Site, View, dataset, item, words};

/// The pages of datasets and items.
pub fn routes() -> Router<Site> {
    Router::new()
        .route("/datasets", get(datasets))
        .route("/dataset/{slug}", get(dataset::dataset))
        .route("/dataset/{slug}/{item}", get(item::item))
}

#[derive(askama::Template)]
#[template(path = "datasets.html")]
struct Datasets {
    frame: Frame,
    rows: Vec<DatasetRow>,
}

impl Datasets {
    fn described(&self) -> u64 {
        self.rows.iter().filter(|row| row.dictionary.is_some()).count() as u64
    }
}

/// `/datasets`
async fn datasets(view: View) -> Result<Response, Problem> {
    let (rows, info) = view.read(|reader| reader.datasets()).await?;
    Ok(html(&Datasets { frame: Frame::new(&view, Some(info), Section::Datasets), rows }))
}

/// What can be said of a dataset's most revealing items, a line for each scheme that classifies them.
pub(super) fn revealing(dictionary: &DictionaryView) -> Vec<String> {
    let lines = [
        ("dfe-identification-risk", dictionary.revealing.risk, "identification risk 1 or 2"),
        ("dfe-sensitivity", dictionary.revealing.sensitivity, "sensitivity A or B"),
        ("npd-tier", dictionary.revealing.tier, "NPD tier 1 or 2"),
    ];
    let known = lines.into_iter().filter(|(scheme, ..)| dictionary.schemes.iter().any(|used| used == scheme));
    known.map(|(_, items, class)| format!("{} of {class}", words::count(items, "item", "items"))).collect()
}

/// Years by the calendar year in which they begin.
pub(super) fn span(span: &Span) -> String {
    match span.last {
        None => format!("{} onwards", span.first),
        Some(last) if last == span.first => span.first.to_string(),
        Some(last) => format!("{} to {last}", span.first),
    }
}
