//! What somebody sends with a form. It is handed on only where the form was ours: the browser says that it came from this
//! site, and it brings the token of its session.

use axum::RequestExt;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_TYPE, HOST, HeaderName, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use store::casework::token::Token;

use super::Desk;
use super::cookie::Cookie;
use super::problem::Problem;
use super::signed_in::{SignedIn, form_token, is_token};

/// The field that holds the token.
pub const TOKEN: &str = "form-token";

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// A form of somebody who has signed in.
#[derive(Debug, Clone)]
pub struct Input {
    /// Who sent it.
    pub by: SignedIn,
    /// What was sent.
    pub fields: Fields,
}

/// A form of somebody who has not signed in yet.
#[derive(Debug, Clone)]
pub struct VisitorInput {
    /// What the browser holds since it was shown the form.
    pub token: Token,
    /// What was sent.
    pub fields: Fields,
}

/// Names and values in the order in which they were sent. A name may stand more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    /// Reads `application/x-www-form-urlencoded`.
    pub fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    /// What was sent in another form.
    pub fn of(pairs: Vec<(String, String)>) -> Self {
        Self(pairs)
    }

    /// The first value of this name as it was sent; empty where there is none.
    pub fn raw(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The first value of this name as text: without space around it, lines ending as they do here, and without
    /// characters that cannot be seen.
    pub fn text(&self, name: &str) -> String {
        let value = self.raw(name).replace("\r\n", "\n").replace('\r', "\n");
        value
            .chars()
            .filter(|held| matches!(held, '\n' | '\t') || !held.is_control())
            .collect::<String>()
            .trim()
            .to_owned()
    }

    /// Every value of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Whether there is a value of this name, even an empty one: a button that was pressed, a box that was ticked.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, _)| key == name)
    }

    /// All of them.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

/// What is wrong with one field, in words that say what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The field's name, which is also the id of its first control.
    pub field: String,
    /// What is wrong, such as “Enter an e-mail address”.
    pub message: String,
}

/// What is wrong with a form: a summary at its head links to each field, which says it again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Errors(Vec<FieldError>);

impl Errors {
    /// One error alone.
    pub fn one(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, message);
        errors
    }

    /// Adds one.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), message: message.into() });
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is wrong with this field.
    pub fn of(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }

    /// All of them, in the order of the form.
    pub fn list(&self) -> &[FieldError] {
        &self.0
    }

    /// What stands before a page's title while something is wrong.
    pub fn title(&self) -> &'static str {
        if self.is_empty() { "" } else { "Error: " }
    }
}

/// Whether a request that changes something came from a page of this site, as far as the browser says. Where it says
/// nothing, the form's token alone decides.
///
/// # Errors
/// [`Problem::Form`] where it came from elsewhere.
pub fn same_site(desk: &Desk, headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap_or_default());
    let from_here = match (text(FETCH_SITE), text(ORIGIN)) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let at_host = |host| origin == format!("http://{host}") || origin == format!("https://{host}");
            origin == desk.settings().address.to_string() || text(HOST).is_some_and(at_host)
        }
        (None, None) => true,
    };
    if from_here { Ok(()) } else { Err(Problem::Form) }
}

async fn fields(request: Request) -> Result<Fields, Problem> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return Err(Problem::Form);
    }
    let body =
        request.extract::<Bytes, _>().await.map_err(|rejection| match axum::response::IntoResponse::into_response(
            rejection,
        )
        .status()
        {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
            _ => Problem::Form,
        })?;
    Ok(Fields::parse(&body))
}

impl FromRequest<Desk> for Input {
    type Rejection = Problem;

    async fn from_request(mut request: Request, desk: &Desk) -> Result<Self, Problem> {
        same_site(desk, request.headers())?;
        let by = request.extract_parts_with_state::<SignedIn, _>(desk).await?;
        let fields = fields(request).await?;
        if is_token(&by.csrf, fields.raw(TOKEN)) { Ok(Self { by, fields }) } else { Err(Problem::Form) }
    }
}

impl FromRequest<Desk> for VisitorInput {
    type Rejection = Problem;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Problem> {
        same_site(desk, request.headers())?;
        let token = Cookie::Session.read(desk, request.headers()).ok_or(Problem::Form)?;
        let fields = fields(request).await?;
        if is_token(&form_token(&token), fields.raw(TOKEN)) { Ok(Self { token, fields }) } else { Err(Problem::Form) }
    }
}
