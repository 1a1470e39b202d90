//! `/data`: every download, with its size, date and SHA-256, as the signed list of the folder gives them.

use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use axum::response::Response;
use register::Moment;
use register::listing::{self, Listing};
use tlog::Note;

use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{View, linked, verify, words};

#[derive(askama::Template)]
#[template(path = "data.html")]
struct Data {
    frame: Frame,
    downloads: Vec<Download>,
    /// How many statements they were computed from.
    size: u64,
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
    let list = list(view.public()).await;
    let described = linked::whole_register(&info, list.as_ref());
    let mut downloads = Vec::new();
    let size = list.as_ref().map_or(0, |list| list.snapshot.size);
    for file in list.map(|list| list.files).unwrap_or_default() {
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
    let about = format!("The whole register of {}, free to use: every file with its size and SHA-256.", info.custodian);
    let frame = Frame::new(&view, Some(Arc::clone(&info)), Section::Data);
    let frame = frame.described("Data", &about).with_data(&described).with_feed("Every change", "/feed.atom");
    Ok(html(&Data { downloads, size, origin: info.origin.clone(), frame }))
}

/// The signed list. Whoever wants its signature checked does not ask this site to do it.
pub async fn list(public: &FilePath) -> Option<Listing> {
    let note = verify::read(public, listing::PATH).await?;
    Note::parse(note.as_bytes()).ok()?.text().parse().ok()
}

async fn changed(view: &View, path: &str) -> Option<String> {
    let modified = tokio::fs::metadata(view.public().join(path)).await.ok()?.modified().ok()?;
    let seconds = i64::try_from(modified.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()?;
    Some(words::date(Moment::from_seconds(seconds).ok()?.date()))
}

/// What a download holds, by the names that the publisher gives them.
pub fn what(name: &str) -> String {
    let (stem, kind) = name.rsplit_once('.').unwrap_or((name, ""));
    let content = match stem {
        "hdr-uk" => "Every release of an approved share in the columns of the HDR UK standard",
        "shares" if kind == "jsonl" => "Every share with its recipient, releases, texts and copies",
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
        "ods" => ", for LibreOffice and the like",
        "xlsx" => ", for Excel; texts of more than 32,767 characters are cut",
        "sqlite" => ", as an SQLite database with full-text search",
        _ => "",
    };
    format!("{content}{form}")
}
