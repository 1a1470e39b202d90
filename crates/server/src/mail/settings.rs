//! How mail is sent, in the settings file. The password is not in it, but in a file of its own that it names.

use std::path::PathBuf;

use lettre::message::Mailbox;
use serde::Deserialize;

/// How mail is sent.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// The mail server's name, which its certificate must have.
    pub server: String,
    /// Its port; the usual one for the security where it is left out.
    pub port: Option<u16>,
    /// How the connection is secured.
    #[serde(default)]
    pub security: Security,
    /// Whom mail is from: an address, or a name and an address in angle brackets.
    pub from: String,
    /// A file with user and password, each on a line of its own; without it nobody signs in.
    pub password_file: Option<PathBuf>,
    /// A file with the certificate (PEM) of the authority that signed the server's; without it those of the system.
    pub certificate_file: Option<PathBuf>,
}

/// How the connection to the mail server is secured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Security {
    /// In the clear until STARTTLS, which the server must offer.
    #[default]
    StartTls,
    /// TLS from the first byte.
    Tls,
    /// None: to a server on this machine only.
    None,
}

impl MailSettings {
    /// The port: as set, or the usual one.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.security {
            Security::StartTls => 587,
            Security::Tls => 465,
            Security::None => 25,
        })
    }

    /// Whom mail is from.
    pub(super) fn mailbox(&self) -> Option<Mailbox> {
        self.from.parse().ok()
    }

    /// Names the key that has a value that it cannot have, and what it may be.
    pub(crate) fn check(&self) -> Result<(), (&'static str, &'static str)> {
        if self.mailbox().is_none() {
            return Err(("mail.from", "an e-mail address such as Data Register <register@example.org>"));
        }
        let plain = |character: char| character.is_ascii_alphanumeric() || ".-:".contains(character);
        if self.server.is_empty() || !self.server.chars().all(plain) {
            return Err(("mail.server", "the name of a mail server such as mail.example.org"));
        }
        if self.security == Security::None && !["localhost", "127.0.0.1", "::1"].contains(&self.server.as_str()) {
            return Err(("mail.security", "starttls or tls; none is for a server on this machine only"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::settings::Settings;

    fn said(text: &str) -> Result<u16, String> {
        let settings = Settings::parse(text, "settings.toml").map_err(|error| error.to_string())?;
        Ok(settings.mail.map(|mail| mail.port()).unwrap_or_default())
    }

    #[test]
    fn mail_is_secured_unless_it_stays_on_this_machine() {
        let with = |rest: &str| said(&format!("[mail]\nfrom = \"R <r@example.org>\"\n{rest}"));
        assert_eq!(with("server = \"mail.example.org\""), Ok(587));
        assert_eq!(with("server = \"mail.example.org\"\nsecurity = \"tls\""), Ok(465));
        assert_eq!(with("server = \"localhost\"\nsecurity = \"none\""), Ok(25));
        let refused = with("server = \"mail.example.org\"\nsecurity = \"none\"").unwrap_err();
        assert!(refused.starts_with("settings.toml: mail.security: expected starttls or tls"), "{refused}");
        let refused = with("server = \"mail example\"").unwrap_err();
        assert!(refused.starts_with("settings.toml: mail.server: expected the name"), "{refused}");
        let refused = with("server = \"m\"\npassword = \"secret\"").unwrap_err();
        assert!(refused.contains("password_file"), "{refused}");
        let refused = said("[mail]\nfrom = \"nobody\"\nserver = \"m\"").unwrap_err();
        assert!(refused.starts_with("settings.toml: mail.from: expected an e-mail address"), "{refused}");
    }
}
