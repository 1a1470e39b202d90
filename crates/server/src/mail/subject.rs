//! Subject lines. They travel and are stored in the clear, and show on locked screens: so they are composed here, of a
//! topic and a share's reference, and take no text from anybody.

/// What a mail is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// Somebody is asked to set up an account.
    Invitation,
    /// Somebody asked to choose a new password.
    PasswordReset,
    /// An application was returned for changes.
    Returned,
    /// A signing official is asked to sign an application.
    AskedToSign,
    /// A review was assigned.
    ReviewAssigned,
    /// A decision was made.
    DecisionMade,
    /// An agreement can be signed.
    AgreementReady,
    /// An agreement was signed by both sides.
    Signed,
    /// A package can be opened with its receipt.
    ReceiptReady,
}

impl Topic {
    /// Every topic.
    pub const ALL: [Self; 9] = [
        Self::Invitation,
        Self::PasswordReset,
        Self::Returned,
        Self::AskedToSign,
        Self::ReviewAssigned,
        Self::DecisionMade,
        Self::AgreementReady,
        Self::Signed,
        Self::ReceiptReady,
    ];

    fn words(self) -> &'static str {
        match self {
            Self::Invitation => "Set up your account",
            Self::PasswordReset => "Choose a new password",
            Self::Returned => "Changes are needed",
            Self::AskedToSign => "An application waits for your signature",
            Self::ReviewAssigned => "A review is assigned to you",
            Self::DecisionMade => "A decision has been made",
            Self::AgreementReady => "An agreement is ready to sign",
            Self::Signed => "The agreement is signed",
            Self::ReceiptReady => "A package can be collected",
        }
    }
}

/// A share's reference that may stand in a subject line: letters without accents, digits, hyphens, dots and slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference(String);

impl Reference {
    /// The reference, where it is made like one: at most 40 characters, a digit among them, no spaces. A name is not.
    pub fn of(text: &str) -> Option<Self> {
        let fits = |character: char| character.is_ascii_alphanumeric() || "-./".contains(character);
        let made_like_one =
            text.len() <= 40 && text.chars().all(fits) && text.contains(|character: char| character.is_ascii_digit());
        made_like_one.then(|| Self(text.to_owned()))
    }

    /// The reference as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The subject line.
pub fn subject(topic: Topic, reference: Option<&Reference>) -> String {
    match reference {
        Some(reference) => format!("{}: {}", reference.as_str(), topic.words()),
        None => topic.words().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_made_of_coded_values_only() {
        let reference = Reference::of("DR200914.01").unwrap();
        assert_eq!(subject(Topic::DecisionMade, Some(&reference)), "DR200914.01: A decision has been made");
        for text in ["Jane Doe", "jane@example.org", "Doe", "DR1\r\nBcc: x@example.org", "", "DR-é1", &"1".repeat(41)]
        {
            assert_eq!(Reference::of(text), None, "{text:?}");
        }
        for topic in Topic::ALL {
            let line = subject(topic, Some(&reference));
            assert!(line.is_ascii() && line.len() <= 78, "{line}");
        }
    }
}
