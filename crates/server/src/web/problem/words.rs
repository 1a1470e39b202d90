//! What programs are told about a problem: a code that stays, a title that is the same for every problem of that code,
//! and a detail that says what to do.

use super::Problem;

/// Every problem that the API can give: its code, its status, its title, and what to do.
pub const KINDS: &[(&str, u16, &str, &str)] = &[
    ("not-found", 404, "Nothing is here", "The register has nothing under this address. References are exact."),
    (
        "bad-parameter",
        400,
        "A parameter cannot have this value",
        "The member “parameter” names it and “detail” says what it may be.",
    ),
    (
        "unknown-parameter",
        400,
        "There is no such parameter",
        "The member “parameter” names it and “detail” lists those that there are. A name that was misspelt would \
         otherwise change nothing, and the answer would look right.",
    ),
    ("host", 400, "The Host header is not the name of a host", "Send the name of this site."),
    ("method", 405, "This can only be read", "Use GET, HEAD or OPTIONS."),
    (
        "not-acceptable",
        406,
        "There is no answer in a form that was asked for",
        "Answers are application/json. Ask for that, or for anything.",
    ),
    (
        "too-large",
        413,
        "The request is too large",
        "No question here needs a body, or an address over 4,096 bytes (414).",
    ),
    (
        "too-many",
        429,
        "Too many requests in a minute",
        "Wait as many seconds as Retry-After says. Whoever wants the whole register takes the downloads, or a copy of the \
         log.",
    ),
    (
        "unavailable",
        503,
        "The register cannot be read at the moment",
        "Try again in as many seconds as Retry-After says.",
    ),
    ("timed-out", 503, "The answer took too long", "Ask for less, or try again later."),
    (
        "fault",
        500,
        "The program has a fault",
        "The fault is ours. It has been written down without anything about you.",
    ),
];

impl Problem {
    /// The code under which the reference page explains it.
    pub(super) fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not-found",
            Self::BadParameter { .. } => "bad-parameter",
            Self::UnknownParameter { .. } => "unknown-parameter",
            Self::NotAcceptable => "not-acceptable",
            Self::Host => "host",
            Self::TooMany { .. } => "too-many",
            Self::Method => "method",
            Self::TooLarge(_) => "too-large",
            Self::Unavailable => "unavailable",
            Self::TimedOut => "timed-out",
            Self::Fault => "fault",
        }
    }

    pub(super) fn title(&self) -> &'static str {
        KINDS.iter().find(|(code, ..)| *code == self.code()).map_or("", |(_, _, title, _)| title)
    }

    pub(super) fn detail(&self) -> String {
        match self {
            Self::BadParameter { parameter, message } => format!("{parameter}: {message}"),
            Self::UnknownParameter { known, .. } if known.is_empty() => "This address takes no parameter.".to_owned(),
            Self::UnknownParameter { known, .. } => format!("There are: {known}."),
            Self::TooMany { seconds } => format!("Come back in {seconds} seconds."),
            _ => KINDS.iter().find(|(code, ..)| *code == self.code()).map_or("", |(.., what)| what).to_owned(),
        }
    }

    /// Seconds to wait before asking again.
    pub(super) fn wait(&self) -> Option<u32> {
        match self {
            Self::Unavailable | Self::TimedOut => Some(30),
            Self::TooMany { seconds } => Some(*seconds),
            _ => None,
        }
    }
}
