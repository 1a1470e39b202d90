//! `/data`: every download, with its size, date and SHA-256, as the signed list of the folder gives them.

use std::time::UNIX_EPOCH;

use axum::response::Response;
use register::Moment;
use register::listing::{self, Listing};
use tlog::Note;

use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{View, verify, words};

#[derive(askama::Template)]
#[template(path = "data.html")]
struct Data {
    frame: Frame,
    downloads: Vec<Download>,
    origin: String,
}

/// One file to take.
struct Download {
    name: String,
    address: String,
    what: String,
    size: String,
    changed: String,
    digest: String,
}

/// `/data`
pub async fn data(view: View) -> Result<Response, Problem> {
    let info = view.info().await?;
    let mut downloads = Vec::new();
    for file in list(&view).await.map(|list| list.files).unwrap_or_default() {
        let name = file.path.rsplit('/').next().unwrap_or_default().to_owned();
        downloads.push(Download {
            what: what(&name),
            address: format!("/{}", file.path),
            size: words::size(file.bytes),
            changed: changed(&view, &file.path).await.unwrap_or_else(|| "being replaced".to_owned()),
            digest: file.sha256,
            name,
        });
    }
    Ok(html(&Data { downloads, origin: info.origin.clone(), frame: Frame::new(&view, Some(info), Section::Data) }))
}

/// The signed list. Whoever wants its signature checked does not ask this site to do it.
async fn list(view: &View) -> Option<Listing> {
    let note = verify::read(view, listing::PATH).await?;
    Note::parse(note.as_bytes()).ok()?.text().parse().ok()
}

async fn changed(view: &View, path: &str) -> Option<String> {
    let modified = tokio::fs::metadata(view.public().join(path)).await.ok()?.modified().ok()?;
    let seconds = i64::try_from(modified.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
    Some(words::date(Moment::from_seconds(seconds).ok()?.date()))
}

/// What a download holds, by the names that the publisher gives them.
fn what(name: &str) -> String {
    let (stem, kind) = name.rsplit_once('.').unwrap_or((name, ""));
    let content = match stem {
        "register" => "The whole register",
        "shares" => "Every share",
        "releases" => "Every release",
        "recipients" => "Every organisation",
        "texts" => "Every text, with what is withheld or erased",
        "statements" => "Every statement of the log",
        "copies" => "Copies and their destruction",
        _ => return words::plain(stem),
    };
    let form = match kind {
        "csv" => ", as a table for a spreadsheet",
        "jsonl" => ", one JSON object a line",
        "sqlite" => ", as an SQLite database with full-text search",
        _ => "",
    };
    format!("{content}{form}")
}
