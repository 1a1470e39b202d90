//! Who asks: a person who has signed in, with what they are trusted with at this moment. A handler that takes
//! [`SignedIn`] is never run for anybody else.

use std::collections::BTreeMap;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use casework::{Actor, OrganisationId, PersonId, Role};
use store::casework::sessions::{self, Session, Stage};
use store::casework::token::Token;
use subtle::ConstantTimeEq;

use super::cookie::Cookie;
use super::problem::Problem;
use super::{Desk, page};

/// What the form token is derived for.
const FORM: &str = "form";

/// A person who has signed in.
#[derive(Debug, Clone)]
pub struct SignedIn {
    /// Who, with what they are trusted with now.
    pub actor: Actor,
    /// What they are called.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The names of the organisations that they act for.
    pub organisations: BTreeMap<OrganisationId, String>,
    /// What every form of theirs must bring.
    pub csrf: String,
    /// Their session's number; no secret.
    pub session: i64,
}

impl SignedIn {
    /// Who.
    pub fn person(&self) -> PersonId {
        self.actor.person
    }

    /// Whether they hold this role for the custodian.
    pub fn is(&self, role: Role) -> bool {
        self.actor.staff.contains(&role)
    }

    /// Goes on only for whoever holds one of these roles for the custodian.
    ///
    /// # Errors
    /// [`Problem::Forbidden`] for everybody else.
    pub fn must_be(&self, roles: &[Role]) -> Result<(), Problem> {
        if roles.iter().any(|role| self.is(*role)) { Ok(()) } else { Err(Problem::Forbidden) }
    }
}

/// Whether a form brought the token of its session. How long it takes says nothing about how much of it was right.
pub fn is_token(expected: &str, brought: &str) -> bool {
    expected.as_bytes().ct_eq(brought.as_bytes()).into()
}

/// The form token of a session, or of the browser before there is one.
pub fn form_token(token: &Token) -> String {
    token.derived(FORM)
}

/// The session that a request brings, whether the sign-in is finished or not.
///
/// # Errors
/// A fault of the database.
pub async fn session(desk: &Desk, headers: &HeaderMap) -> Result<Option<(Token, Session)>, Problem> {
    let Some(token) = Cookie::Session.read(desk, headers) else { return Ok(None) };
    let now = desk.now();
    let shown = token.clone();
    let found = desk.read(move |transaction| Ok(sessions::find(transaction, &shown, now)?)).await?;
    Ok(found.map(|session| (token, session)))
}

/// The person of a session in which nothing is missing any more.
///
/// # Errors
/// The page that asks for the second factor, where it is missing.
pub fn finished(token: &Token, session: Session) -> Result<SignedIn, Problem> {
    if session.stage != Stage::Whole || session.actor.is_staff() && !session.second_factor {
        return Err(Problem::SecondFactor);
    }
    let Session { id, actor, name, email, organisations, .. } = session;
    Ok(SignedIn { actor, name, email, organisations, csrf: form_token(token), session: id })
}

impl FromRequestParts<Desk> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Self, Problem> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let Some((token, session)) = session(desk, &parts.headers).await? else {
            // What was sent with a form cannot be sent again after signing in, so only what is read is come back to.
            let reads = parts.method == Method::GET || parts.method == Method::HEAD;
            let next = parts.uri.path_and_query().filter(|_| reads).map_or(page::HOME, |path| path.as_str());
            return Err(Problem::SignIn { next: next.to_owned() });
        };
        if session.is_due_a_note {
            let (id, now) = (session.id, desk.now());
            desk.write(move |transaction| Ok(sessions::note(transaction, id, now)?)).await?;
        }
        let signed_in = finished(&token, session)?;
        parts.extensions.insert(signed_in.clone());
        Ok(signed_in)
    }
}

impl OptionalFromRequestParts<Desk> for SignedIn {
    type Rejection = Problem;

    /// Somebody who has signed in, or nobody: for pages that everybody may read.
    async fn from_request_parts(parts: &mut Parts, desk: &Desk) -> Result<Option<Self>, Problem> {
        match <Self as FromRequestParts<Desk>>::from_request_parts(parts, desk).await {
            Ok(signed_in) => Ok(Some(signed_in)),
            Err(Problem::SignIn { .. } | Problem::SecondFactor) => Ok(None),
            Err(problem) => Err(problem),
        }
    }
}
