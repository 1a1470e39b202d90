//! Stylesheet, script and icon, built into the program. Their address holds their digest, so that a browser may keep
//! them for ever and still never shows a page with an old stylesheet.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

use super::problem::Problem;

struct Asset {
    name: &'static str,
    kind: &'static str,
    content: &'static [u8],
}

macro_rules! asset {
    ($name:literal, $kind:literal) => {
        Asset {
            name: $name,
            kind: $kind,
            content: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/dist/", $name)),
        }
    };
}

static ASSETS: &[Asset] = &[
    asset!("main.css", "text/css; charset=utf-8"),
    asset!("main.mjs", "text/javascript; charset=utf-8"),
    asset!("govuk-frontend.min.js", "text/javascript; charset=utf-8"),
    asset!("icon.svg", "image/svg+xml"),
];

/// The one inline script: it tells the stylesheet that scripts run, before anything is drawn. The policy that pages are
/// sent with names its digest.
pub const INLINE: &str = "document.body.className += ' js-enabled' + ('noModule' in HTMLScriptElement.prototype ? ' govuk-frontend-supported' : '');";

/// The digest of [`INLINE`] as a Content-Security-Policy writes it.
pub static INLINE_DIGEST: LazyLock<String> =
    LazyLock::new(|| format!("sha256-{}", Base64::encode_string(&Sha256::digest(INLINE.as_bytes()))));

/// The part of an asset's address that changes with the content of any of them.
pub static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    for asset in ASSETS {
        digest.update(asset.content);
    }
    digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
});

/// `/assets/<version>/<name>`
pub async fn asset(Path((version, name)): Path<(String, String)>) -> Result<Response, Problem> {
    let found = ASSETS.iter().find(|asset| asset.name == name && version == *VERSION);
    let asset = found.ok_or(Problem::NotFound)?;
    let headers = [(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, asset.content).into_response())
}
