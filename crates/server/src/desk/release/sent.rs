//! The form with a manifest and a key. Both are small beside what they speak of, and are held whole: nothing of them is
//! written before all of it was found to hold.

use axum::extract::{FromRequest, Request};
use package::Document;
use package::manifest::Manifest;
use package::sealed::MAX_KEY;

use crate::desk::Desk;
use crate::desk::files::{FIELDS, Held, TEXTS, begin, hold, text, unread};
use crate::desk::input::Fields;
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;

/// The most bytes of a manifest's file: its line, and a note with room for many signatures.
const MANIFEST: usize = Manifest::MAX_BYTES + 64 * 1_024;

/// What the route takes: a file that is somewhat too large is read to its end, so that its sender is told so.
pub const UPLOAD: usize = 2 * MANIFEST;

/// What was sent.
pub struct Sent {
    /// Who sent it.
    pub by: SignedIn,
    /// The fields beside the files.
    pub fields: Fields,
    /// The manifest's file.
    pub manifest: Held,
    /// The key's file.
    pub key: Held,
}

impl FromRequest<Desk> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Problem> {
        let mut left = TEXTS;
        let (by, mut form) = begin(request, desk, &mut left).await?;
        let (mut manifest, mut key) = (Held::Nothing, Held::Nothing);
        let mut pairs = Vec::new();
        while let Some(field) = form.next_field().await.map_err(unread)? {
            let name = field.name().unwrap_or_default().to_owned();
            match (name.as_str(), field.file_name().map(str::is_empty)) {
                // What a browser sends where no file was chosen.
                (_, Some(true)) => {}
                ("manifest", Some(false)) => manifest = hold(field, MANIFEST).await?,
                ("key", Some(false)) => key = hold(field, MAX_KEY).await?,
                (_, None) if pairs.len() < FIELDS => pairs.push((name, text(field, &mut left).await?)),
                _ => return Err(Problem::TooLarge),
            }
        }
        Ok(Self { by, fields: Fields::of(pairs), manifest, key })
    }
}
