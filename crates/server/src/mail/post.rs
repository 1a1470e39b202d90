//! One connection to a mail server, and one mail handed over to it.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::PoolConfig;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use register::Digest;
use store::casework::mail::{Fault, Taken};

use super::settings::{MailSettings, Security};

/// How long a connection may take, and a mail.
const CONNECTING: Duration = Duration::from_secs(20);
const SENDING: Duration = Duration::from_secs(50);

/// Replies that concern the sign-in and not the mail (RFC 4954, section 6).
const SIGN_IN: [u16; 5] = [454, 530, 534, 535, 538];

/// Hands mail over to the server of the settings.
pub struct Post {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why mail cannot be sent with these settings. Never shows user or password.
#[derive(Debug, thiserror::Error)]
pub enum PostError {
    /// A file that the settings name cannot be read.
    #[error("mail.{key}: {path}: cannot be read: {source}")]
    File {
        /// The key of the settings.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file that the settings name holds something else.
    #[error("mail.{key}: {path}: expected {expected}")]
    Content {
        /// The key of the settings.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// What it should hold.
        expected: &'static str,
    },
    /// A key has a value that it cannot have.
    #[error("{key}: expected {expected}")]
    Value {
        /// The key.
        key: &'static str,
        /// What it may be.
        expected: &'static str,
    },
    /// TLS cannot be set up on this machine.
    #[error("TLS cannot be set up: {0}")]
    Tls(lettre::transport::smtp::Error),
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Post")
    }
}

impl Post {
    /// Reads the files that the settings name; connects to nothing yet. Must be called where tokio runs.
    ///
    /// # Errors
    /// If a file is missing or not as it should be, or the settings are not.
    pub fn of(settings: &MailSettings) -> Result<Self, PostError> {
        settings.check().map_err(|(key, expected)| PostError::Value { key, expected })?;
        let expected = "an e-mail address";
        let from = settings.mailbox().ok_or(PostError::Value { key: "mail.from", expected })?;
        let hello = ClientId::Domain(from.email.domain().to_owned());
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.server)
            .port(settings.port())
            .hello_name(hello)
            .timeout(Some(CONNECTING))
            .pool_config(PoolConfig::new().max_size(1).idle_timeout(Duration::from_secs(30)))
            .tls(tls(settings)?);
        if let Some(credentials) = credentials(settings)? {
            builder = builder.credentials(credentials);
        }
        Ok(Self { transport: builder.build(), from })
    }

    /// Whether the server can be reached and lets us in. What fails here has nothing to do with any one mail.
    pub(super) async fn connect(&self) -> Result<(), Fault> {
        match tokio::time::timeout(SENDING, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Err(error)) if error.is_tls() || speaks_of_tls(&error) => Err(Fault::Tls),
            Ok(Err(error)) if is_sign_in(&error) => Err(Fault::SignIn),
            _ => Err(Fault::Connection),
        }
    }

    /// Hands one mail over.
    pub(super) async fn send(&self, taken: &Taken) -> Result<(), Fault> {
        let message = self.compose(taken).ok_or(Fault::Form)?;
        match tokio::time::timeout(SENDING, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) if is_sign_in(&error) => Err(Fault::SignIn),
            Ok(Err(error)) if error.is_permanent() => Err(Fault::Refused),
            Ok(Err(error)) if error.is_transient() => Err(Fault::Later),
            _ => Err(Fault::Connection),
        }
    }

    fn compose(&self, taken: &Taken) -> Option<Message> {
        let mail = &taken.mail;
        let to: Mailbox = mail.to.parse().ok()?;
        let queued = u64::try_from(taken.queued.seconds()).ok()?;
        let part = |kind: ContentType, body: &str| SinglePart::builder().header(kind).body(body.to_owned());
        let both = MultiPart::alternative()
            .singlepart(part(ContentType::TEXT_PLAIN, &mail.text))
            .singlepart(part(ContentType::TEXT_HTML, &mail.html));
        Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(&mail.subject)
            .date(SystemTime::UNIX_EPOCH + Duration::from_secs(queued))
            .message_id(Some(message_id(&mail.key, self.from.email.domain())))
            .header(AutoSubmitted)
            .multipart(both)
            .ok()
    }
}

/// The same for the same key, so that whoever gets a mail twice can tell; says nothing about the key.
fn message_id(key: &str, domain: &str) -> String {
    let digest = Digest::of(format!("rollcall mail\n{domain}\n{key}").as_bytes());
    let name: String = digest.0.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("<{name}@{domain}>")
}

/// Tells programs that answer mail by themselves not to answer this (RFC 3834, section 5).
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

fn is_sign_in(error: &lettre::transport::smtp::Error) -> bool {
    error.status().is_some_and(|code| SIGN_IN.contains(&u16::from(code)))
}

/// A handshake that fails is an I/O error of its connection.
fn speaks_of_tls(error: &lettre::transport::smtp::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::InvalidData) {
            return true;
        }
        source = cause.source();
    }
    false
}

fn tls(settings: &MailSettings) -> Result<Tls, PostError> {
    if settings.security == Security::None {
        return Ok(Tls::None);
    }
    let mut builder = TlsParameters::builder(settings.server.clone());
    if let Some(path) = &settings.certificate_file {
        let key = "certificate_file";
        let pem = std::fs::read(path).map_err(|source| PostError::File { key, path: path.clone(), source })?;
        let expected = "a certificate in PEM form";
        // Without this a file of anything else would be a list of no certificates.
        let is_pem = pem.windows(27).any(|window| window == b"-----BEGIN CERTIFICATE-----");
        let certificate = Certificate::from_pem(&pem).ok().filter(|_| is_pem).ok_or_else(|| PostError::Content {
            key,
            path: path.clone(),
            expected,
        })?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(certificate);
    }
    let parameters = builder.build().map_err(PostError::Tls)?;
    Ok(if settings.security == Security::Tls { Tls::Wrapper(parameters) } else { Tls::Required(parameters) })
}

fn credentials(settings: &MailSettings) -> Result<Option<Credentials>, PostError> {
    let Some(path) = &settings.password_file else { return Ok(None) };
    let key = "password_file";
    let text = std::fs::read_to_string(path).map_err(|source| PostError::File { key, path: path.clone(), source })?;
    let mut lines = text.lines();
    match (lines.next(), lines.next(), lines.next()) {
        (Some(user), Some(password), None) if !user.is_empty() && !password.is_empty() => {
            Ok(Some(Credentials::new(user.to_owned(), password.to_owned())))
        }
        _ => {
            let expected = "a user and a password, each on a line of its own";
            Err(PostError::Content { key, path: path.clone(), expected })
        }
    }
}
