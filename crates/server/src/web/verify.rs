//! `/verify`: the checkpoint, the key, and how to check the register without trusting this site. And `/healthz`.

use std::path::Path;

use axum::http::header::CACHE_CONTROL;
use axum::response::{IntoResponse, Response};
use tlog::{Checkpoint, Note, SignedCheckpoint, VerifierKey};

use super::headers::with_check;
use super::page::{Frame, Section, html};
use super::problem::Problem;
use super::{View, words};

/// The largest note or key that is read.
const LARGEST: u64 = 64 * 1_024;

#[derive(askama::Template)]
#[template(path = "verify.html")]
struct Verify {
    frame: Frame,
    note: Option<String>,
    key: Option<String>,
    size: String,
    root: String,
    origin: String,
    cosigners: Vec<String>,
    signed: bool,
    register_size: u64,
    checkpoint_size: u64,
}

/// `/verify`
pub async fn verify(view: View) -> Result<Response, Problem> {
    let info = view.info().await?;
    let note = read(view.public(), "checkpoint").await;
    let key = read(view.public(), "vkey").await.map(|key| key.trim().to_owned());
    let parsed = note.as_ref().and_then(|note| Note::parse(note.as_bytes()).ok());
    let checkpoint = parsed.as_ref().and_then(|note| note.text().parse::<Checkpoint>().ok());
    let verifier = key.as_ref().and_then(|key| key.parse::<VerifierKey>().ok());
    let signed = match (&note, &verifier) {
        (Some(note), Some(verifier)) => SignedCheckpoint::open(note.as_bytes(), verifier).is_ok(),
        _ => false,
    };
    let origin = checkpoint.as_ref().map_or_else(|| info.origin.clone(), |checkpoint| checkpoint.origin.clone());
    Ok(with_check(html(&Verify {
        cosigners: cosigners(note.as_deref().unwrap_or_default(), &origin),
        size: words::number(checkpoint.as_ref().map_or(info.size, |checkpoint| checkpoint.size)),
        root: checkpoint.as_ref().map_or_else(|| info.root.clone(), |checkpoint| checkpoint.root.to_string()),
        register_size: info.size,
        checkpoint_size: checkpoint.as_ref().map_or(0, |checkpoint| checkpoint.size),
        note,
        key,
        origin,
        signed,
        frame: Frame::new(&view, Some(info), Section::Verify),
    })))
}

/// Names of whoever signed the note besides the log. Only names: this page does not vouch for their signatures.
fn cosigners(note: &str, origin: &str) -> Vec<String> {
    let lines = note.lines().filter_map(|line| line.strip_prefix("\u{2014} "));
    let names = lines.filter_map(|line| line.rsplit_once(' ').map(|(name, _)| name.to_owned()));
    names.filter(|name| name != origin).collect()
}

/// Reads a small text of the public folder.
pub async fn read(public: &Path, name: &str) -> Option<String> {
    let path = public.join(name);
    let metadata = tokio::fs::metadata(&path).await.ok()?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return None;
    }
    tokio::fs::read_to_string(path).await.ok()
}

/// `/healthz`: whether the register can be read, for whatever watches this process.
pub async fn health(view: View) -> Result<Response, Problem> {
    let info = view.info().await?;
    Ok(([(CACHE_CONTROL, "no-store")], format!("ok {}\n", info.size)).into_response())
}
