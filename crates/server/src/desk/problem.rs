//! What can go wrong at the desk, in plain words, and the one place that turns it into a page.

use axum::extract::{Request, State};
use axum::http::header::{ALLOW, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use store::StoreError;

use super::Desk;
use super::page::{Frame, Section, html, see};
use super::signed_in::{finished, session};
use crate::web::words;

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Nobody has signed in.
    #[error("sign in first")]
    SignIn {
        /// Where to lead them then: a path of the desk.
        next: String,
    },
    /// The second factor is missing.
    #[error("give the second factor first")]
    SecondFactor,
    /// There is no such page, or not for whoever asks.
    #[error("there is no such page")]
    NotFound,
    /// Whoever asks may not do this.
    #[error("this is not for you to do")]
    Forbidden,
    /// Something cannot be done with what was sent, for the reason that is given.
    #[error("{0}")]
    Bad(String),
    /// The form is not one of ours, or of a session that has ended.
    #[error("the form is not of this session")]
    Form,
    /// Somebody else was faster. It says what happened and what to do.
    #[error("{0}")]
    Conflict(String),
    /// A link that was used, has expired or never was.
    #[error("the link does not work any more")]
    Link,
    /// Too many attempts.
    #[error("too many attempts")]
    TooMany {
        /// Seconds to wait.
        seconds: u32,
    },
    /// More was sent than a form holds.
    #[error("too much was sent")]
    TooLarge,
    /// The address does not take this method.
    #[error("this address does not take this method")]
    Method,
    /// The answer took too long, or the system is busy.
    #[error("the answer took too long")]
    Busy,
    /// A paper could not be made into a file.
    #[error("{0}")]
    Paper(&'static str),
    /// The program has a fault.
    #[error("the program has a fault")]
    Fault,
}

impl Problem {
    fn status(&self) -> StatusCode {
        match self {
            Self::SignIn { .. } | Self::SecondFactor => StatusCode::SEE_OTHER,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::Form => StatusCode::FORBIDDEN,
            Self::Bad(_) => StatusCode::BAD_REQUEST,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::Link => StatusCode::GONE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Busy | Self::Paper(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        // The store's messages name files, tables and rules, never a value.
        tracing::error!(%error, "the private zone's database could not be used");
        Self::Fault
    }
}

impl IntoResponse for Problem {
    /// Leaves the page to [`show`], which knows who asks.
    fn into_response(self) -> Response {
        match self {
            Self::SignIn { next } => see(&format!("/desk/sign-in?next={}", words::encode(&next))),
            Self::SecondFactor => see("/desk/second-factor"),
            problem => {
                let mut response = problem.status().into_response();
                response.extensions_mut().insert(problem);
                response
            }
        }
    }
}

#[derive(askama::Template)]
#[template(path = "desk/problem.html")]
struct ProblemPage {
    frame: Frame,
    problem: Problem,
}

impl ProblemPage {
    fn heading(&self) -> &'static str {
        match self.problem {
            Problem::NotFound => "Page not found",
            Problem::Forbidden => "This is not for you to do",
            Problem::Bad(_) => "This cannot be done",
            Problem::Form => "This form cannot be taken",
            Problem::Conflict(_) => "Somebody else was faster",
            Problem::Link => "This link does not work any more",
            Problem::TooMany { .. } => "Too many attempts",
            Problem::TooLarge => "Too much was sent",
            Problem::Method => "This page cannot be used like this",
            Problem::Busy => "This took too long",
            Problem::Paper(_) => "The file could not be made",
            Problem::SignIn { .. } | Problem::SecondFactor | Problem::Fault => "Something went wrong here",
        }
    }

    fn wait(&self) -> String {
        match self.problem {
            Problem::TooMany { seconds } if seconds > 90 => {
                words::count(u64::from(seconds.div_ceil(60)), "minute", "minutes")
            }
            Problem::TooMany { seconds } => words::count(u64::from(seconds.max(1)), "second", "seconds"),
            _ => String::new(),
        }
    }
}

/// Gives every failed request its page, whichever layer failed it.
pub async fn show(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let failed = next.run(request).await;
    let Some(problem) = problem_of(&failed) else { return failed };
    let signed_in = match session(&desk, &headers).await {
        Ok(Some((token, session))) => finished(&token, session).ok(),
        _ => None,
    };
    let frame = match &signed_in {
        Some(signed_in) => Frame::of(&desk, signed_in, Section::None).await,
        None => Frame::for_visitor(&desk, String::new()).await,
    };
    let wait = match problem {
        Problem::TooMany { seconds } => Some(seconds),
        Problem::Busy => Some(30),
        _ => None,
    };
    let status = problem.status();
    let mut page = html(&ProblemPage { frame, problem });
    *page.status_mut() = status;
    if let Some(seconds) = wait {
        page.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(allow) = failed.headers().get(ALLOW) {
        page.headers_mut().insert(ALLOW, allow.clone());
    }
    page
}

/// What went wrong, where something did and no page was made of it: said by a handler, or read off the status that a
/// layer gave.
fn problem_of(response: &Response) -> Option<Problem> {
    if let Some(problem) = response.extensions().get::<Problem>() {
        return Some(problem.clone());
    }
    match response.status() {
        // A form that is shown again with what is wrong.
        StatusCode::UNPROCESSABLE_ENTITY => None,
        // An address that cannot be decoded has no page.
        StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => Some(Problem::NotFound),
        StatusCode::METHOD_NOT_ALLOWED => Some(Problem::Method),
        StatusCode::PAYLOAD_TOO_LARGE | StatusCode::URI_TOO_LONG => Some(Problem::TooLarge),
        StatusCode::SERVICE_UNAVAILABLE => Some(Problem::Busy),
        status if status.is_client_error() || status.is_server_error() => Some(Problem::Fault),
        _ => None,
    }
}
