//! `/data`: every download, with its size, date and SHA-256.

use std::collections::HashMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use axum::extract::State;
use axum::response::Response;
use register::Moment;
use sha2::{Digest, Sha256};

use super::files::download_kind;
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{Site, words};

/// Files that one folder of downloads may show.
const FILES: usize = 200;

/// Digests that have been computed, by file, length and time of change: hashing a register at each visit would make the
/// cheapest request the dearest.
#[derive(Default)]
pub struct Sums(Mutex<HashMap<PathBuf, (u64, SystemTime, String)>>);

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
pub async fn data(State(site): State<Site>) -> Result<Response, Problem> {
    let info = site.info().await?;
    let of = site.clone();
    let listed = tokio::task::spawn_blocking(move || list(&of)).await;
    Ok(html(&Data {
        downloads: listed.map_err(|_| Problem::Fault)?,
        origin: info.origin.clone(),
        frame: Frame::new(&site, Some(info), Section::Data, ""),
    }))
}

fn list(site: &Site) -> Vec<Download> {
    let mut found: Vec<(String, String)> = Vec::new();
    if let Ok(folder) = std::fs::read_dir(site.public().join("downloads")) {
        let names = folder.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| download_kind(name).is_some()).take(FILES).collect();
        names.sort();
        found.extend(names.into_iter().map(|name| (format!("downloads/{name}"), name)));
    }
    found.push(("register.sqlite".to_owned(), "register.sqlite".to_owned()));
    found.into_iter().filter_map(|(path, name)| download(site, &path, name)).collect()
}

fn download(site: &Site, path: &str, name: String) -> Option<Download> {
    let file = site.public().join(path);
    let metadata = std::fs::metadata(&file).ok().filter(std::fs::Metadata::is_file)?;
    let modified = metadata.modified().ok()?;
    let digest = site.0.sums.of(&file, metadata.len(), modified)?;
    let seconds = modified.duration_since(UNIX_EPOCH).ok().and_then(|since| i64::try_from(since.as_secs()).ok());
    let changed = seconds.and_then(|seconds| Moment::from_seconds(seconds).ok());
    Some(Download {
        what: what(&name),
        address: format!("/{path}"),
        size: words::size(metadata.len()),
        changed: changed.map_or_else(String::new, |moment| words::date(moment.date())),
        digest,
        name,
    })
}

/// What a download holds, by the names that the publisher gives them.
fn what(name: &str) -> String {
    let (stem, kind) = name.rsplit_once('.').unwrap_or((name, ""));
    let content = match stem {
        "register" => "The whole register",
        "shares" | "share" => "Every share",
        "releases" | "release" => "Every release",
        "recipients" | "recipient" => "Every organisation",
        "texts" | "text" => "Every text, with what is withheld or erased",
        "statements" | "statement" => "Every statement of the log",
        "copies" | "copy" => "Copies and their destruction",
        _ => return words::plain(stem),
    };
    let form = match kind {
        "csv" => ", as a table for a spreadsheet",
        "jsonl" | "ndjson" => ", one JSON object a line",
        "sqlite" => ", as an SQLite database with full-text search",
        _ => "",
    };
    format!("{content}{form}")
}

impl Sums {
    fn of(&self, file: &Path, length: u64, modified: SystemTime) -> Option<String> {
        {
            let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some((known_length, known_modified, digest)) = known.get(file)
                && (*known_length, *known_modified) == (length, modified)
            {
                return Some(digest.clone());
            }
        }
        let digest = digest_of(file).ok()?;
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(file.to_owned(), (length, modified, digest.clone()));
        Some(digest)
    }
}

fn digest_of(file: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(file)?;
    let mut digest = Sha256::new();
    let mut buffer = vec![0_u8; 1 << 16];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok(digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        digest.update(&buffer[..read]);
    }
}
