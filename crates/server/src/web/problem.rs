//! What can go wrong with a request, in plain words, and the one place that turns it into a page.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::database::DatabaseError;
use super::page::{Frame, Section, html};
use super::{Site, View};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// There is no such page.
    #[error("there is no such page")]
    NotFound,
    /// A parameter of the address cannot be read.
    #[error("{parameter}: {message}")]
    BadParameter {
        /// Its name.
        parameter: &'static str,
        /// What it may be.
        message: String,
    },
    /// Pages are read, never written.
    #[error("pages are read with GET")]
    Method,
    /// The request is larger than any that a page needs.
    #[error("the request is too large")]
    TooLarge(StatusCode),
    /// The register is not there at the moment.
    #[error("the register cannot be read at the moment")]
    Unavailable,
    /// The answer took too long.
    #[error("the answer took too long")]
    TimedOut,
    /// The program has a fault.
    #[error("the program has a fault")]
    Fault,
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadParameter { .. } => StatusCode::BAD_REQUEST,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge(status) => *status,
            Self::Unavailable | Self::TimedOut => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        match error {
            DatabaseError::Absent => Self::Unavailable,
            DatabaseError::TooSlow => Self::TimedOut,
            DatabaseError::Sqlite(error) => {
                // SQLite's messages name tables and columns, never a value.
                tracing::error!(%error, "register.sqlite could not be read");
                Self::Unavailable
            }
        }
    }
}

impl IntoResponse for Problem {
    /// Leaves the page to [`show`], which knows whose register this is.
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

#[derive(askama::Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    frame: Frame,
    problem: Problem,
}

impl ProblemPage {
    fn heading(&self) -> &'static str {
        match self.problem {
            Problem::NotFound => "Page not found",
            Problem::BadParameter { .. } => "This address cannot be read",
            Problem::Method => "Pages here can only be read",
            Problem::TooLarge(_) => "This request is too large",
            Problem::Unavailable => "The register cannot be shown right now",
            Problem::TimedOut => "This took too long",
            Problem::Fault => "Something went wrong here",
        }
    }

    fn is(&self, other: Problem) -> bool {
        self.problem == other
    }

    fn is_too_large(&self) -> bool {
        matches!(self.problem, Problem::TooLarge(_))
    }

    fn is_bad_parameter(&self) -> Option<(&'static str, &str)> {
        match &self.problem {
            Problem::BadParameter { parameter, message } => Some((parameter, message)),
            _ => None,
        }
    }
}

/// Gives every failed request its page, whichever layer failed it; a program that asks for JSON gets RFC 9457.
pub async fn show(State(site): State<Site>, request: Request, next: Next) -> Response {
    let for_program = wants_json(&request);
    let head = request.method() == Method::HEAD;
    let failed = next.run(request).await;
    let Some(problem) = problem_of(&failed) else { return failed };
    let mut page = if for_program {
        problem_json(&problem)
    } else {
        // The frame needs the register; without it the page still stands, only barer.
        let view = View::now(site);
        let frame = Frame::new(&view, view.info().await.ok(), Section::None);
        html(&ProblemPage { frame, problem: problem.clone() })
    };
    *page.status_mut() = problem.status();
    let headers = page.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if matches!(problem, Problem::Unavailable | Problem::TimedOut) {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("30"));
    }
    if let Some(allow) = failed.headers().get(ALLOW) {
        headers.insert(ALLOW, allow.clone());
    }
    if head {
        *page.body_mut() = Body::empty();
    }
    page
}

fn wants_json(request: &Request) -> bool {
    let accept = request.headers().get(ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let query = request.uri().query().unwrap_or_default();
    accept.contains("application/json") && !accept.contains("text/html")
        || query.split('&').any(|pair| pair == "format=json")
}

/// What went wrong, where something did: said by a handler, or else read off the status that a layer gave.
fn problem_of(response: &Response) -> Option<Problem> {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    if let Some(problem) = response.extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    match status {
        // Those of a file are for programs, which read the headers.
        StatusCode::RANGE_NOT_SATISFIABLE | StatusCode::PRECONDITION_FAILED => None,
        // An address that cannot be decoded has no page.
        StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => Some(Problem::NotFound),
        StatusCode::METHOD_NOT_ALLOWED => Some(Problem::Method),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Problem::TooLarge(status)),
        StatusCode::SERVICE_UNAVAILABLE => Some(Problem::TimedOut),
        _ => Some(Problem::Fault),
    }
}

fn problem_json(problem: &Problem) -> Response {
    let mut body = serde_json::json!({
        "type": "about:blank",
        "title": problem.to_string(),
        "status": problem.status().as_u16(),
    });
    if let Problem::BadParameter { parameter, .. } = problem {
        body["parameter"] = (*parameter).into();
    }
    ([(CONTENT_TYPE, "application/problem+json")], body.to_string()).into_response()
}
