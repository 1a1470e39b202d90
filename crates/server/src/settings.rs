//! What the operator of a site says of itself: whom to write to, and how mail is sent. A small TOML file, every key of
//! which may be left out; pages say plainly what is not set.
//!
//! ```toml
//! [contact]
//! email = "data-register@example.org"
//! address = "Data Register, 1 Example Street, Exampletown EX1 1EX"
//! accessibility = "accessibility@example.org"
//!
//! [sign_in.openid]
//! issuer = "https://login.example.org"
//! client_id = "data-register"
//! client_secret_file = "/etc/rollcall/openid-secret"
//! label = "Sign in with your Example account"
//!
//! [mail]
//! server = "mail.example.org"
//! from = "Data Register <data-register@example.org>"
//! password_file = "/etc/rollcall/mail"
//!
//! [release]
//! engine = "data-zone.example.org/extract+1b2c3d4e+AXY..."
//! policy = "/etc/rollcall/policy"
//! ```

mod release;

use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::mail::MailSettings;
pub use release::{Release, Releasing};

/// The largest file that is read, in bytes: a few lines need a hundredth of it.
const LARGEST: u64 = 64 * 1_024;

/// Lines that a postal address may have.
const LINES: usize = 8;

/// Characters that a line may have.
const LINE: usize = 100;

/// What is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Whom to write to.
    #[serde(default)]
    pub contact: Contact,
    /// How people sign in, beside passwords.
    #[serde(default)]
    pub sign_in: SignIn,
    /// How mail is sent; without it, mail waits in the outbox.
    #[serde(default)]
    pub mail: Option<MailSettings>,
    /// How data is released.
    #[serde(default)]
    pub release: Release,
}

/// How people sign in, beside passwords.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Another provider that says who somebody is.
    pub openid: Option<OpenId>,
}

/// A provider of OpenID Connect.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenId {
    /// Its address, under which it describes itself.
    pub issuer: String,
    /// What it calls this server.
    pub client_id: String,
    /// The file with what it knows this server by: secrets do not stand in settings.
    pub client_secret_file: PathBuf,
    /// What the button says.
    pub label: Option<String>,
}

/// Whom to write to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// An e-mail address for everything.
    pub email: Option<String>,
    /// A postal address, its lines separated by line breaks or commas.
    pub address: Option<String>,
    /// An e-mail address for whoever cannot use a page.
    pub accessibility: Option<String>,
}

/// Why the file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// It cannot be read.
    #[error("{file}: cannot be read: {error}")]
    File {
        /// The file.
        file: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// It is far larger than settings are.
    #[error("{file}: expected a settings file of at most {LARGEST} bytes")]
    TooLarge {
        /// The file.
        file: String,
    },
    /// It is not TOML, or has a key that there is not.
    #[error("{file}: {error}")]
    Toml {
        /// The file.
        file: String,
        /// Where and what.
        error: toml::de::Error,
    },
    /// The file of witnesses is no policy.
    #[error("{file}: {error}")]
    Policy {
        /// The file.
        file: String,
        /// Where and what.
        error: tlog::PolicyError,
    },
    /// A key has a value that it cannot have.
    #[error("{file}: {key}: expected {expected}")]
    Value {
        /// The file.
        file: String,
        /// The key, such as `contact.email`.
        key: &'static str,
        /// What it may be.
        expected: &'static str,
    },
}

impl Settings {
    /// Reads a settings file.
    ///
    /// # Errors
    /// Where it cannot be read, is not TOML, or a key is unknown or has a value that it cannot have.
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        let file = || path.display().to_string();
        let at = |error| SettingsError::File { file: file(), error };
        if std::fs::metadata(path).map_err(at)?.len() > LARGEST {
            return Err(SettingsError::TooLarge { file: file() });
        }
        Self::parse(&std::fs::read_to_string(path).map_err(at)?, &file())
    }

    /// Reads the text of a settings file, which errors call by this name.
    ///
    /// # Errors
    /// Where it is not TOML, or a key is unknown or has a value that it cannot have.
    pub fn parse(text: &str, file: &str) -> Result<Self, SettingsError> {
        let settings: Self =
            toml::from_str(text).map_err(|error| SettingsError::Toml { file: file.to_owned(), error })?;
        let contact = &settings.contact;
        let email = "an e-mail address such as register@example.org, without a name or spaces around it";
        let address = "a postal address of 1 to 8 lines of at most 100 characters";
        let check = |key, value: &Option<String>, keeps: fn(&str) -> bool, expected| match value {
            Some(value) if !keeps(value) => Err(SettingsError::Value { file: file.to_owned(), key, expected }),
            _ => Ok(()),
        };
        check("contact.email", &contact.email, is_email, email)?;
        check("contact.address", &contact.address, is_address, address)?;
        check("contact.accessibility", &contact.accessibility, is_email, email)?;
        let openid = settings.sign_in.openid.as_ref();
        let issuer = openid.map(|openid| openid.issuer.clone());
        let expected = "an address that begins with https://, or with http:// on this machine";
        check("sign_in.openid.issuer", &issuer, is_issuer, expected)?;
        let label = openid.and_then(|openid| openid.label.clone());
        let expected = "1 to 100 characters on one line";
        check("sign_in.openid.label", &label, |text| is_address(text) && lines(text).len() == 1, expected)?;
        let value = |(key, expected)| SettingsError::Value { file: file.to_owned(), key, expected };
        settings.mail.as_ref().map_or(Ok(()), MailSettings::check).map_err(value)?;
        settings.release.check().map_err(value)?;
        Ok(settings)
    }
}

/// Whoever stands between this server and the provider could otherwise say who somebody is.
fn is_issuer(text: &str) -> bool {
    let here = |rest: &str| {
        let host = rest.split(['/', ':']).next().unwrap_or_default();
        matches!(host, "127.0.0.1" | "localhost")
    };
    text.starts_with("https://") && text.len() > 8 || text.strip_prefix("http://").is_some_and(here)
}

impl Contact {
    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The lines of the postal address.
    pub fn address_lines(&self) -> Vec<&str> {
        self.address.as_deref().map(lines).unwrap_or_default()
    }
}

fn lines(address: &str) -> Vec<&str> {
    address.split(['\n', ',']).map(str::trim).filter(|line| !line.is_empty()).collect()
}

/// Enough of an address's form (RFC 5321) that a link to it works and a slip of the pen shows; whether anybody reads
/// there, no program can tell.
pub(crate) fn is_email(text: &str) -> bool {
    let known = |character: char| character.is_ascii_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.@".contains(character);
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let labels = || domain.split('.');
    let whole = |label: &str| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-');
    text.len() <= 254
        && text.chars().all(known)
        && !local.is_empty()
        && !local.contains('@')
        && labels().count() > 1
        && labels().all(whole)
}

fn is_address(text: &str) -> bool {
    let lines = lines(text);
    let short = |line: &&str| line.chars().count() <= LINE && !line.chars().any(char::is_control);
    (1..=LINES).contains(&lines.len()) && lines.iter().all(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Settings::parse(text, "settings.toml").unwrap_err().to_string()
    }

    #[test]
    fn every_key_may_be_left_out() {
        assert!(Settings::parse("", "settings.toml").unwrap().contact.is_empty());
        let some = Settings::parse("[contact]\naddress = \"\"\"A\nB, C\"\"\"", "settings.toml").unwrap();
        assert_eq!(some.contact.address_lines(), ["A", "B", "C"]);
        assert_eq!(some.contact.email, None);
    }

    #[test]
    fn an_error_names_the_key_and_what_it_may_be() {
        for (key, value) in [
            ("email", "nobody"),
            ("email", "Nobody <nobody@example.org>"),
            ("email", "nobody@localhost"),
            ("email", "a@b@example.org"),
            ("email", "nobody@-example.org"),
            ("accessibility", "020 7946 0000"),
            ("address", ""),
            ("address", "1,2,3,4,5,6,7,8,9"),
        ] {
            let said = refused(&format!("[contact]\n{key} = \"{value}\""));
            assert!(said.starts_with(&format!("settings.toml: contact.{key}: expected a")), "{said}");
        }
    }

    #[test]
    fn an_unknown_key_is_named_with_those_that_there_are() {
        let said = refused("[contact]\nmail = \"a@example.org\"");
        assert!(said.contains("mail") && said.contains("`email`") && said.contains("line 2"), "{said}");
    }
}
