//! `/statement/<index>`: one leaf of the log, its texts, and the proof that it is in the log.

use axum::extract::Path;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use register::vocabulary::text_label;

use super::database::{FieldText, StatementView, TextState};
use super::headers::with_check;
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{View, proof, story, words};

#[derive(askama::Template)]
#[template(path = "statement.html")]
struct StatementPage {
    frame: Frame,
    view: StatementView,
    pretty: String,
    hash: String,
    texts: Vec<(String, FieldText)>,
    corrections: Vec<u64>,
    bytes: String,
    last: u64,
}

impl StatementPage {
    fn title(&self) -> String {
        story::title(&self.view)
    }

    fn detail(&self) -> String {
        story::detail(&self.view)
    }
}

/// `/statement/<index>`, `/statement/<index>.json` and `/statement/<index>.tlog-proof`
pub async fn statement(view: View, Path(name): Path<String>) -> Result<Response, Problem> {
    let (index, form) = name.split_once('.').map_or((name.as_str(), None), |(index, form)| (index, Some(form)));
    // One spelling for each index: no sign, no leading zero.
    let index: u64 = index.parse().ok().filter(|number: &u64| number.to_string() == index).ok_or(Problem::NotFound)?;
    match form {
        None => page(view, index).await,
        Some("json") => leaf(view, index).await,
        Some("tlog-proof") => proof(view, index).await,
        Some(_) => Err(Problem::NotFound),
    }
}

async fn page(view: View, index: u64) -> Result<Response, Problem> {
    let (found, info) = view.read(move |reader| reader.statement(index)).await?;
    let (statement, texts, corrections) = found.ok_or(Problem::NotFound)?;
    let value: Result<serde_json::Value, _> = serde_json::from_str(&statement.leaf);
    let pretty = value.ok().and_then(|value| serde_json::to_string_pretty(&value).ok());
    let label = |text: &FieldText| text.name.as_deref().map_or_else(|| "Erased text".to_owned(), text_label);
    Ok(with_check(html(&StatementPage {
        pretty: pretty.unwrap_or_else(|| statement.leaf.clone()),
        hash: tlog::leaf_hash(statement.leaf.as_bytes()).to_string(),
        bytes: words::number(statement.leaf.len() as u64),
        texts: texts.into_iter().map(|text| (label(&text), text)).collect(),
        corrections,
        view: statement,
        last: info.size.saturating_sub(1),
        frame: Frame::new(&view, Some(info), Section::None),
    })))
}

/// The leaf's exact bytes.
async fn leaf(view: View, index: u64) -> Result<Response, Problem> {
    let (found, _) = view.read(move |reader| reader.leaf(index)).await?;
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (CACHE_CONTROL, "public, max-age=31536000, immutable"),
    ];
    Ok((headers, found.ok_or(Problem::NotFound)?).into_response())
}

/// A proof from the tiles under the published checkpoint.
async fn proof(view: View, index: u64) -> Result<Response, Problem> {
    let (_, proof) = proof::of(view, index).await?;
    let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8"), (ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
    Ok((headers, proof.to_string()).into_response())
}
