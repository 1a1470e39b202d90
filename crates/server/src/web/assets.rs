//! Stylesheet, script and icon, built into the program. Their address holds their digest, so that a browser may keep
//! them for ever and still never shows a page with an old stylesheet.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::HeaderMap;
use axum::http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, VARY};
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
    asset!("check.mjs", "text/javascript; charset=utf-8"),
    asset!("documents.mjs", "text/javascript; charset=utf-8"),
    asset!("log-check.mjs", "text/javascript; charset=utf-8"),
    asset!("memory.mjs", "text/javascript; charset=utf-8"),
    MODULE,
];

/// The check in the browser (`crates/browser`). It is empty where no compiler for it could be had.
const MODULE: Asset = asset!("check.wasm", "application/wasm");

/// The module as small as it gets: the compression on the way is made to be fast instead.
static MODULE_BR: &[u8] = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../web/dist/check.wasm.br"));

/// Whether pages can offer the check in the browser.
pub const CHECK_OFFERED: bool = !MODULE.content.is_empty();

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
pub async fn asset(Path((version, name)): Path<(String, String)>, request: HeaderMap) -> Result<Response, Problem> {
    let found = ASSETS.iter().find(|asset| asset.name == name && version == *VERSION);
    let asset = found.ok_or(Problem::NotFound)?;
    let headers = [(CONTENT_TYPE, asset.kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    if asset.name == MODULE.name && takes_brotli(&request) {
        return Ok((headers, [(CONTENT_ENCODING, "br"), (VARY, "accept-encoding")], MODULE_BR).into_response());
    }
    Ok((headers, asset.content).into_response())
}

/// Whether it says so without a weight, as browsers do; whoever weighs gets what the layer around makes of it.
fn takes_brotli(request: &HeaderMap) -> bool {
    let accepted = request.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    accepted.flat_map(|list| list.split(',')).any(|coding| coding.trim() == "br")
}
