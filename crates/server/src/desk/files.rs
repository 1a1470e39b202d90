//! Files on their way in and out. A file that is sent to us is taken only behind the token of its form, piece by piece, and
//! not held whole unless it is small; one that is given out is for saving, never for showing.

use axum::RequestExt;
use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header::{
    CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use std::io::Read;
use store::StoreError;
use store::casework::documents::{Document, Documents, LARGEST, Received, Refusal};

use super::Desk;
use super::input::{Fields, TOKEN, same_site};
use super::problem::Problem;
use super::signed_in::{SignedIn, is_token};

/// What a route for uploads sets with `DefaultBodyLimit::max`: a file that is somewhat too large is read to its end, so
/// that its sender is told so instead of losing the connection.
pub const UPLOAD: usize = 2 * LARGEST as usize;

/// The most fields of such a form, and bytes of all that are not files.
pub(super) const FIELDS: usize = 64;
pub(super) const TEXTS: usize = 64 * 1_024;

const DOWNLOAD_OPTIONS: HeaderName = HeaderName::from_static("x-download-options");

/// Characters that stand for themselves in the extended form of a file name (RFC 8187, `attr-char`).
const NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A form with a file, of somebody who has signed in. Its token must be its first field: nothing is taken before.
#[derive(Debug)]
pub struct Upload {
    /// Who sent it.
    pub by: SignedIn,
    /// What was sent beside the file.
    pub fields: Fields,
    /// The file.
    pub file: Given,
}

/// The file of a form.
#[derive(Debug)]
pub enum Given {
    /// None was chosen.
    Nothing,
    /// It is durable and waits to be put under its case; dropped, it leaves nothing behind.
    Received(Received),
    /// It is not taken; the form is shown again with these words beside the field.
    Refused(Refusal),
}

/// Who sends a form with files, and what follows its first field, which is its token.
pub(super) async fn begin(
    mut request: Request,
    desk: &Desk,
    left: &mut usize,
) -> Result<(SignedIn, Multipart), Problem> {
    same_site(desk, request.headers())?;
    let by = request.extract_parts_with_state::<SignedIn, _>(desk).await?;
    let mut form = request.extract::<Multipart, _>().await.map_err(|_| Problem::Form)?;
    let Some(first) = form.next_field().await.map_err(unread)? else { return Err(Problem::Form) };
    let is_first = first.name() == Some(TOKEN) && first.file_name().is_none();
    if !is_first || !is_token(&by.csrf, &text(first, left).await?) {
        return Err(Problem::Form);
    }
    Ok((by, form))
}

impl FromRequest<Desk> for Upload {
    type Rejection = Problem;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Problem> {
        let mut left = TEXTS;
        let (by, mut form) = begin(request, desk, &mut left).await?;
        let mut pairs = Vec::new();
        let mut file = Given::Nothing;
        while let Some(field) = form.next_field().await.map_err(unread)? {
            let name = field.name().unwrap_or_default().to_owned();
            match field.file_name().map(str::to_owned) {
                None if pairs.len() < FIELDS => pairs.push((name, text(field, &mut left).await?)),
                // What a browser sends where no file was chosen.
                Some(given) if given.is_empty() => {}
                Some(given) if matches!(file, Given::Nothing) => file = receive(desk, field, given).await?,
                _ => return Err(Problem::TooLarge),
            }
        }
        Ok(Self { by, fields: Fields::of(pairs), file })
    }
}

pub(super) async fn text(mut field: Field<'_>, left: &mut usize) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(unread)? {
        *left = left.checked_sub(piece.len()).ok_or(Problem::TooLarge)?;
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| Problem::Form)
}

async fn receive(desk: &Desk, mut field: Field<'_>, given: String) -> Result<Given, Problem> {
    let mut refused = None;
    let mut incoming = desk.documents().receive(LARGEST)?;
    while let Some(piece) = field.chunk().await.map_err(unread)? {
        if refused.is_none() {
            match incoming.write(&piece) {
                Err(StoreError::Document(refusal)) => refused = Some(refusal),
                written => written?,
            }
        }
    }
    if let Some(refusal) = refused {
        return Ok(Given::Refused(refusal));
    }
    // It waits for the disk.
    let finished = tokio::task::spawn_blocking(move || incoming.finish(&given)).await.map_err(|_| Problem::Fault)?;
    match finished {
        Ok(received) => Ok(Given::Received(received)),
        Err(StoreError::Document(refusal)) => Ok(Given::Refused(refusal)),
        Err(error) => Err(error.into()),
    }
}

/// A small file of a form, held whole: nothing of it is written before all of it was found to hold.
#[derive(Default)]
pub(super) enum Held {
    /// None was chosen.
    #[default]
    Nothing,
    /// All of it.
    Whole(Vec<u8>),
    /// It has more bytes than this.
    TooLarge(usize),
}

/// Receives a small file of at most so many bytes; one that is larger is read to its end, so that its sender is told so.
pub(super) async fn hold(mut field: Field<'_>, limit: usize) -> Result<Held, Problem> {
    let mut bytes = Vec::new();
    let mut is_whole = true;
    while let Some(piece) = field.chunk().await.map_err(unread)? {
        is_whole = is_whole && bytes.len() + piece.len() <= limit;
        if is_whole {
            bytes.extend_from_slice(&piece);
        }
    }
    Ok(if is_whole { Held::Whole(bytes) } else { Held::TooLarge(limit) })
}

pub(super) fn unread(error: MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE { Problem::TooLarge } else { Problem::Form }
}

/// A document for saving. Who may see it was decided before.
///
/// It is read whole before anything is given out (there is a limit to it): of a file that was changed nothing leaves.
///
/// # Errors
/// A fault, where its file cannot be opened.
pub async fn attachment(desk: &Desk, document: Document) -> Result<Response, Problem> {
    let opened = {
        let (desk, document) = (desk.clone(), document.clone());
        move || whole(desk.documents(), &document)
    };
    let content = tokio::task::spawn_blocking(opened).await.map_err(|_| Problem::Fault)??;
    Ok(saved(&document.name, document.kind.media_type(), content))
}

/// An answer that a browser saves under this name and neither shows nor guesses at; if somebody makes it show it, nothing
/// in it runs or loads.
pub fn saved(name: &str, media_type: &'static str, content: Vec<u8>) -> Response {
    let length = HeaderValue::from(content.len());
    let mut response = Body::from(content).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(CONTENT_LENGTH, length);
    headers.insert(CONTENT_DISPOSITION, disposition(name));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    headers.insert(DOWNLOAD_OPTIONS, HeaderValue::from_static("noopen"));
    response
}

fn whole(documents: &Documents, document: &Document) -> Result<Vec<u8>, Problem> {
    let mut content = Vec::with_capacity(usize::try_from(document.size).unwrap_or_default());
    let read = documents.content(document)?.read_to_end(&mut content);
    read.map_err(|source| StoreError::Sealed { id: document.id.0, source: Some(source) })?;
    Ok(content)
}

/// The name twice (RFC 6266): for programs that know the extended form, and for those that do not.
fn disposition(name: &str) -> HeaderValue {
    let plain: String = name
        .chars()
        .map(|character| if character.is_ascii_alphanumeric() || " -._".contains(character) { character } else { '_' })
        .collect();
    let extended = utf8_percent_encode(name, NAME);
    HeaderValue::from_str(&format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{extended}"))
        .unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn a_name_in_a_header_is_plain_once_and_whole_once() {
        assert_eq!(
            disposition("Plan \"é\"; x.pdf").to_str().unwrap(),
            "attachment; filename=\"Plan ____ x.pdf\"; filename*=UTF-8''Plan%20%22%C3%A9%22%3B%20x.pdf"
        );
    }
}
