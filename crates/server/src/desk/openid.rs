//! Signing in at another provider (OpenID Connect, authorization code with PKCE, state and nonce), where the operator has
//! set one up. It replaces the password and nothing else: whoever holds a role for the custodian is asked for the second
//! factor all the same, and nobody gets an account who was not invited.
//!
//! The first time, somebody is known by the address under which they were invited, if the provider says that it has
//! verified it. From then on they are known by the provider's own number for them.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header::LOCATION};
use axum::response::Response;
use casework::PersonId;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata, CoreUserInfoClaims};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use serde::Deserialize;
use store::casework::openid::{self, Attempt};
use store::casework::people::{self, State as AccountState};
use store::casework::token::Token;

use super::Desk;
use super::cookie::Cookie;
use super::guesses::{Client, Counted};
use super::page::safe_next;
use super::problem::Problem;
use super::sign_in::{begin, browser_token, with_cookies};
use crate::settings::OpenId;

/// How long the provider may take to answer.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The largest answer of a provider, in bytes.
const ANSWER: u64 = 256 * 1_024;

/// Where the provider leads people back to.
pub const BACK: &str = "/desk/openid/back";

/// A provider that the operator trusts to say who somebody is.
#[derive(Clone)]
pub struct Provider(Arc<Inner>);

struct Inner {
    issuer: IssuerUrl,
    client: ClientId,
    secret: ClientSecret,
    label: String,
    agent: ureq::Agent,
}

/// Shows which provider it is, and no secret.
impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Provider").field(&self.0.issuer.as_str()).finish()
    }
}

/// Who the provider says that somebody is.
struct Identity {
    subject: String,
    verified_email: Option<String>,
}

impl Provider {
    /// The provider of these settings; its secret is read from its file.
    ///
    /// # Errors
    /// Where the file cannot be read or the issuer is no address.
    pub fn of(settings: &OpenId) -> anyhow::Result<Self> {
        use anyhow::Context;
        let path = &settings.client_secret_file;
        let secret = std::fs::read_to_string(path).with_context(|| format!("{}: cannot be read", path.display()))?;
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            // An answer that leads elsewhere could lead into this machine's own network.
            .max_redirects(0)
            .http_status_as_error(false)
            .build();
        Ok(Self(Arc::new(Inner {
            issuer: IssuerUrl::new(settings.issuer.clone()).context("sign_in.openid.issuer")?,
            client: ClientId::new(settings.client_id.clone()),
            secret: ClientSecret::new(secret.trim().to_owned()),
            label: settings.label.clone().unwrap_or_else(|| "Sign in with another account".to_owned()),
            agent: agent.into(),
        })))
    }

    /// What the button says.
    pub fn label(&self) -> &str {
        &self.0.label
    }

    fn issuer(&self) -> &str {
        self.0.issuer.as_str()
    }

    fn ask(&self, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
        let (parts, mut body) = self.0.agent.run(request)?.into_parts();
        let bytes = body.with_config().limit(ANSWER).read_to_vec()?;
        Ok(HttpResponse::from_parts(parts, bytes))
    }

    fn metadata(&self) -> Result<CoreProviderMetadata, Problem> {
        let ask = |request: HttpRequest| self.ask(request);
        CoreProviderMetadata::discover(&self.0.issuer, &ask).map_err(|_| unavailable("its description cannot be read"))
    }

    /// The address at the provider, and what has to be kept until the answer.
    fn address(&self, back: RedirectUrl, state: &Token, attempt: &Attempt) -> Result<String, Problem> {
        let metadata = self.metadata()?;
        let verifier = PkceCodeVerifier::new(attempt.verifier.clone());
        let (state, nonce) = (state.secret().to_owned(), attempt.nonce.clone());
        let client = CoreClient::from_provider_metadata(metadata, self.0.client.clone(), Some(self.0.secret.clone()))
            .set_redirect_uri(back);
        let (address, ..) = client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                move || CsrfToken::new(state.clone()),
                move || Nonce::new(nonce.clone()),
            )
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok(address.to_string())
    }

    /// Who came back with this code.
    fn identity(&self, back: RedirectUrl, code: String, attempt: &Attempt) -> Result<Identity, Problem> {
        let metadata = self.metadata()?;
        let asks_for_more = metadata.userinfo_endpoint().is_some();
        let client = CoreClient::from_provider_metadata(metadata, self.0.client.clone(), Some(self.0.secret.clone()))
            .set_redirect_uri(back);
        let ask = |request: HttpRequest| self.ask(request);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|_| unavailable("it has no address for codes"))?
            .set_pkce_verifier(PkceCodeVerifier::new(attempt.verifier.clone()))
            .request(&ask)
            .map_err(|_| unavailable("it did not take the code"))?;
        let token = tokens.id_token().ok_or_else(|| unavailable("it said nothing about who came"))?;
        let verifier = client.id_token_verifier();
        let claims = token
            .claims(&verifier, &Nonce::new(attempt.nonce.clone()))
            .map_err(|_| unavailable("what it said is not signed by it, or not for this sign-in"))?;
        let mut email = claims.email().map(|email| email.to_string());
        let mut verified = claims.email_verified() == Some(true);
        if email.is_none() && asks_for_more {
            let more: CoreUserInfoClaims = client
                .user_info(tokens.access_token().clone(), Some(claims.subject().clone()))
                .map_err(|_| unavailable("it has no address for claims"))?
                .request(&ask)
                .map_err(|_| unavailable("it did not say more about who came"))?;
            email = more.email().map(|email| email.to_string());
            verified = more.email_verified() == Some(true);
        }
        Ok(Identity { subject: claims.subject().to_string(), verified_email: email.filter(|_| verified) })
    }
}

/// Written down without anything that the provider said: it may name people.
fn unavailable(what: &'static str) -> Problem {
    tracing::warn!(what, "the other provider could not be used");
    Problem::Bad(
        "The other provider could not tell us who you are. Please try again, or sign in another way.".to_owned(),
    )
}

/// What the address of the page may say.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    next: String,
}

/// `/desk/openid`: leads to the provider.
pub async fn go(
    State(desk): State<Desk>,
    Client(network): Client,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let provider = desk.openid().cloned().ok_or(Problem::NotFound)?;
    let now = desk.now();
    let counted = Counted::Network(network);
    desk.guesses().take(&[counted], now).map_err(|seconds| Problem::TooMany { seconds })?;
    let (browser, new) = browser_token(&desk, &headers)?;
    let back = back(&desk)?;
    let (_, verifier) = PkceCodeChallenge::new_random_sha256();
    let attempt = Attempt {
        nonce: Nonce::new_random().secret().clone(),
        verifier: verifier.into_secret(),
        next: safe_next(&asked.next).to_owned(),
    };
    let kept = attempt.clone();
    let state = desk.write(move |transaction| Ok(openid::begin(transaction, &browser, &kept, now)?)).await?;
    let address = blocking(move || provider.address(back, &state, &attempt)).await?;
    let address = HeaderValue::from_str(&address).map_err(|_| Problem::Fault)?;
    Ok(with_cookies((StatusCode::SEE_OTHER, [(LOCATION, address)]), new))
}

/// What the provider sends back.
#[derive(Debug, Default, Deserialize)]
pub struct Answer {
    #[serde(default)]
    code: String,
    #[serde(default)]
    state: String,
    /// Who answers, where the provider says so (RFC 9207).
    iss: Option<String>,
}

/// `/desk/openid/back`: where the provider leads people back to.
pub async fn come_back(
    State(desk): State<Desk>,
    Client(network): Client,
    headers: HeaderMap,
    Query(answer): Query<Answer>,
) -> Result<Response, Problem> {
    let provider = desk.openid().cloned().ok_or(Problem::NotFound)?;
    let now = desk.now();
    let again =
        || Problem::Bad("This sign-in was not begun in this browser, or took too long. Please begin again.".to_owned());
    if answer.iss.is_some_and(|issuer| issuer != provider.issuer()) {
        return Err(again());
    }
    let browser = Cookie::Session.read(&desk, &headers).ok_or_else(again)?;
    let state = Token::shown(&answer.state).ok_or_else(again)?;
    let attempt = desk.write(move |transaction| Ok(openid::take(transaction, &state, &browser, now)?)).await?;
    let attempt = attempt.ok_or_else(again)?;
    if answer.code.is_empty() {
        return Err(Problem::Bad("You did not sign in at the other provider. You can begin again.".to_owned()));
    }
    let (back, next, issuer) = (back(&desk)?, attempt.next.clone(), provider.issuer().to_owned());
    let identity = blocking(move || provider.identity(back, answer.code, &attempt)).await?;
    let person = desk.write(move |transaction| whose(transaction, &issuer, &identity, now)).await?;
    desk.guesses().give_back(&[Counted::Network(network)]);
    begin(&desk, &headers, person, None, "openid", &next).await
}

/// The account of an identity: linked before, or now by the address under which somebody was invited.
fn whose(
    transaction: &rusqlite::Transaction<'_>,
    issuer: &str,
    identity: &Identity,
    now: register::Moment,
) -> Result<PersonId, Problem> {
    let unknown = || {
        Problem::Bad(
            "You have signed in there, but no account here belongs to that. Sign in with your password, or ask whoever \
             invited you which address they used."
                .to_owned(),
        )
    };
    if let Some(person) = openid::person(transaction, issuer, &identity.subject)? {
        let active = people::person(transaction, person)?.is_some_and(|person| person.state == AccountState::Active);
        return if active { Ok(person) } else { Err(unknown()) };
    }
    let email = identity.verified_email.as_deref().ok_or_else(unknown)?;
    let found = people::credentials(transaction, email)?.map(|found| found.person);
    let found = found.filter(|person| person.state != AccountState::Disabled).ok_or_else(unknown)?;
    if !openid::link(transaction, issuer, &identity.subject, found.id, now)? {
        return Err(unknown());
    }
    people::activate(transaction, found.id)?;
    Ok(found.id)
}

fn back(desk: &Desk) -> Result<RedirectUrl, Problem> {
    RedirectUrl::new(desk.settings().address.join(BACK)).map_err(|_| Problem::Fault)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(Problem::Fault))
}
