//! The letters: what a mail says, in plain words, with one link to the desk. Each is written once and goes out as text and
//! as HTML. No title of an application and no name of anybody stands in one, since mail is read by others on its way.

use askama::Template;
use register::{Moment, PartialDate};
use store::casework::mail::Mail;

use super::subject::{Reference, Topic, subject};
use crate::web::words::date;

/// Who writes, and how to reach them.
#[derive(Debug, Clone, Copy)]
pub struct Letterhead<'a> {
    /// The custodian's name.
    pub custodian: &'a str,
    /// An e-mail address for questions, where there is one.
    pub contact: Option<&'a str>,
}

/// What a mail says.
#[derive(Debug, Clone, Copy)]
pub enum Letter<'a> {
    /// Set up an account; the link works once and until a moment.
    Invitation {
        /// Until when.
        until: Moment,
    },
    /// Choose a new password; the link works once and until a moment.
    PasswordReset {
        /// Until when.
        until: Moment,
    },
    /// An application was returned for changes.
    Returned {
        /// Which.
        share: &'a Reference,
        /// By when, where there is a day.
        by: Option<PartialDate>,
    },
    /// A signing official is asked to sign an application.
    AskedToSign {
        /// Which.
        share: &'a Reference,
    },
    /// A review was assigned.
    ReviewAssigned {
        /// Of which application.
        share: &'a Reference,
        /// By when, where there is a day.
        by: Option<PartialDate>,
    },
    /// A decision was made. Which one stands behind the sign-in only.
    DecisionMade {
        /// On which application.
        share: &'a Reference,
    },
    /// An agreement can be signed.
    AgreementReady {
        /// On which share.
        share: &'a Reference,
    },
    /// Both sides have signed an agreement.
    Signed {
        /// On which share.
        share: &'a Reference,
    },
    /// What was released stands in the public log, so that its receipt can be taken.
    ReceiptReady {
        /// Of which share.
        share: &'a Reference,
    },
}

#[derive(Template)]
#[template(path = "mail/letter.txt", escape = "none")]
struct Text<'a>(Words<'a>);

#[derive(Template)]
#[template(path = "mail/letter.html")]
struct Html<'a>(Words<'a>);

/// The words of a letter.
#[derive(Clone)]
struct Words<'a> {
    subject: &'a str,
    paragraphs: &'a [String],
    action: &'static str,
    link: &'a str,
    letterhead: Letterhead<'a>,
    /// Whether it says that nothing happens if it is not acted on.
    unasked: bool,
}

impl Letter<'_> {
    /// The mail with this letter. The key says what caused it; the same key twice is one mail. The link is a whole address.
    pub fn mail(&self, key: String, to: &str, link: &str, letterhead: Letterhead<'_>) -> Mail {
        let subject = subject(self.topic(), self.share());
        let paragraphs = self.paragraphs();
        let words = Words {
            subject: &subject,
            paragraphs: &paragraphs,
            action: self.action(),
            link,
            letterhead,
            unasked: matches!(self, Self::Invitation { .. } | Self::PasswordReset { .. }),
        };
        // Writing to a text cannot fail.
        let text = Text(words.clone()).render().unwrap_or_default();
        let html = Html(words).render().unwrap_or_default();
        Mail { key, to: to.to_owned(), subject, text, html }
    }

    /// The page below a case's that it leads to; nothing where it leads to the case.
    pub fn page(&self) -> &'static str {
        match self {
            Self::ReceiptReady { .. } => "/release",
            _ => "",
        }
    }

    fn topic(&self) -> Topic {
        match self {
            Self::Invitation { .. } => Topic::Invitation,
            Self::PasswordReset { .. } => Topic::PasswordReset,
            Self::Returned { .. } => Topic::Returned,
            Self::AskedToSign { .. } => Topic::AskedToSign,
            Self::ReviewAssigned { .. } => Topic::ReviewAssigned,
            Self::DecisionMade { .. } => Topic::DecisionMade,
            Self::AgreementReady { .. } => Topic::AgreementReady,
            Self::Signed { .. } => Topic::Signed,
            Self::ReceiptReady { .. } => Topic::ReceiptReady,
        }
    }

    fn share(&self) -> Option<&Reference> {
        match self {
            Self::Invitation { .. } | Self::PasswordReset { .. } => None,
            Self::Returned { share, .. }
            | Self::AskedToSign { share }
            | Self::ReviewAssigned { share, .. }
            | Self::DecisionMade { share }
            | Self::AgreementReady { share }
            | Self::Signed { share }
            | Self::ReceiptReady { share } => Some(share),
        }
    }

    fn paragraphs(&self) -> Vec<String> {
        let by = |day: &Option<PartialDate>, what: &str| day.as_ref().map(|day| format!("{what} by {}.", date(*day)));
        let mut paragraphs: Vec<String> = Vec::new();
        match self {
            Self::Invitation { until } => {
                paragraphs.push("You have been invited to use the data access service.".to_owned());
                paragraphs.push(format!("Set up your account before {}. The link works once.", clock(*until)));
            }
            Self::PasswordReset { until } => {
                paragraphs
                    .push("Somebody asked to choose a new password for the account with this address.".to_owned());
                paragraphs.push(format!("If it was you, do so before {}. The link works once.", clock(*until)));
            }
            Self::Returned { share, by: day } => {
                paragraphs.push(format!("We need some changes to application {} before we can go on.", share.as_str()));
                paragraphs.push("Sign in to see which answers, and why.".to_owned());
                paragraphs.extend(by(day, "Please make them"));
            }
            Self::AskedToSign { share } => {
                paragraphs.push(format!("Application {} is complete and needs your signature.", share.as_str()));
                paragraphs.push("Read it first: you declare that its answers are right, and that your organisation stands behind them.".to_owned());
            }
            Self::ReviewAssigned { share, by: day } => {
                paragraphs.push(format!("You have been asked to review application {}.", share.as_str()));
                paragraphs.push(
                    "If you know the applicants, or have an interest in the outcome, say so before you begin."
                        .to_owned(),
                );
                paragraphs.extend(by(day, "Please finish"));
            }
            Self::DecisionMade { share } => {
                paragraphs.push(format!("We have decided on application {}.", share.as_str()));
                paragraphs.push("Sign in to read the decision, its reasons, and what you can do next.".to_owned());
            }
            Self::AgreementReady { share } => {
                paragraphs.push(format!("The agreement for {} is ready to be signed.", share.as_str()));
                paragraphs.push("No data is supplied before both sides have signed it.".to_owned());
            }
            Self::Signed { share } => {
                paragraphs.push(format!("Both sides have signed the agreement for {}.", share.as_str()));
                paragraphs.push("Sign in to read it, and to see what it asks of you and when.".to_owned());
            }
            Self::ReceiptReady { share } => {
                paragraphs
                    .push(format!("Data for {} has been released, and the public register shows it.", share.as_str()));
                paragraphs.push(
                    "You can collect the package, and take the receipt that opens it with your organisation’s key and with no \
                     other. If the page says that the receipt still waits for the public log, come back a little later."
                        .to_owned(),
                );
            }
        }
        paragraphs
    }

    fn action(&self) -> &'static str {
        match self {
            Self::Invitation { .. } => "Set up your account",
            Self::PasswordReset { .. } => "Choose a new password",
            Self::Returned { .. } => "See what to change",
            Self::AskedToSign { .. } => "Read and sign the application",
            Self::ReviewAssigned { .. } => "Open the review",
            Self::DecisionMade { .. } => "Read the decision",
            Self::AgreementReady { .. } => "Read and sign the agreement",
            Self::Signed { .. } => "Read the agreement",
            Self::ReceiptReady { .. } => "Take the receipt",
        }
    }
}

/// A moment as people write it.
fn clock(moment: Moment) -> String {
    let text = moment.to_string();
    let time = text.get(11..16).unwrap_or_default();
    format!("{time} (UTC) on {}", date(moment.date()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_letter_says_the_same_as_text_and_as_html_with_one_link() {
        let share = Reference::of("DR200914.01").unwrap();
        let until = Moment::from_seconds(1_790_000_000).unwrap();
        let by = Some("2026-12-04".parse().unwrap());
        let share = &share;
        for letter in [
            Letter::Invitation { until },
            Letter::PasswordReset { until },
            Letter::Returned { share, by },
            Letter::AskedToSign { share },
            Letter::ReviewAssigned { share, by },
            Letter::DecisionMade { share },
            Letter::AgreementReady { share },
            Letter::Signed { share },
            Letter::ReceiptReady { share },
        ] {
            let letterhead = Letterhead { custodian: "Example Department", contact: None };
            let link = "https://register.example.org/desk/1";
            let mail = letter.mail("key".to_owned(), "somebody@example.org", link, letterhead);
            assert_eq!(mail.text.matches("http").count(), 1, "{}", mail.text);
            assert_eq!(mail.html.matches("http").count(), 1, "{}", mail.html);
            assert!(!mail.text.contains("&#"), "{}", mail.text);
            for line in letter.paragraphs().iter().map(String::as_str).chain([letter.action(), &mail.subject]) {
                assert!(mail.text.contains(line) && mail.html.contains(line), "{line}");
            }
            assert!(!mail.text.contains("\n\n\n") && !mail.text.ends_with('\n'), "{}", mail.text);
        }
        let mail = Letter::Returned { share, by }.mail(
            "key".to_owned(),
            "a@example.org",
            "https://x.example.org/",
            Letterhead { custodian: "<b>", contact: Some("q@example.org") },
        );
        assert!(mail.html.contains("&#60;b&#62;") && mail.html.contains("Questions: q@example.org"));
        assert!(mail.text.contains("Please make them by 4 December 2026.") && mail.text.contains("<b>\nQuestions: q@"));
    }
}
