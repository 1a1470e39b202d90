//! Mails about accounts: an invitation, and a link to set a new password. Each is put into the outbox in the transaction
//! in which its link is made. Nothing personal stands in a subject line, and names are not repeated in the text: whoever
//! invites somebody could otherwise have any text sent by this server.

use casework::PersonId;
use register::Moment;
use rusqlite::Transaction;
use store::Result;
use store::casework::links::{self, Purpose};
use store::casework::mail::{self, Mail};

use super::Desk;

/// Makes a link for a person and puts the mail that brings it into the outbox.
///
/// # Errors
/// A fault of the database.
pub fn send_link(
    desk: &Desk,
    register: &str,
    transaction: &Transaction<'_>,
    to: (PersonId, &str),
    purpose: Purpose,
    now: Moment,
) -> Result<()> {
    let (person, email) = to;
    let token = links::make(transaction, person, purpose, now)?;
    let address = desk.settings().address.join(&format!("/desk/link/{}", token.secret()));
    let letter = Letter::of(purpose, register, &address);
    // The key tells mails apart and gives nothing away: part of a digest of the link, which leads to nobody.
    let key: String = token.digest().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let mail = Mail {
        key: format!("account/{key}"),
        to: email.to_owned(),
        subject: letter.subject.clone(),
        text: letter.text(),
        html: letter.html(),
    };
    mail::enqueue(transaction, &mail, now)?;
    Ok(())
}

struct Letter<'a> {
    subject: String,
    before: [String; 2],
    link: &'a str,
    after: [&'static str; 2],
}

impl<'a> Letter<'a> {
    fn of(purpose: Purpose, register: &str, link: &'a str) -> Self {
        match purpose {
            Purpose::Invitation => Self {
                subject: "Your invitation".to_owned(),
                before: [
                    format!("You have been invited to {register}."),
                    "Open this link to set a password. It works once, and for seven days:".to_owned(),
                ],
                link,
                after: [
                    "If you did not expect this, you need do nothing: without the link there is no way in.",
                    "If it has expired, ask whoever invited you for another.",
                ],
            },
            Purpose::Reset => Self {
                subject: "Set a new password".to_owned(),
                before: [
                    format!("Somebody, most likely you, asked for a new password for {register}."),
                    "Open this link to set one. It works once, and for an hour:".to_owned(),
                ],
                link,
                after: [
                    "If it was not you, you need do nothing: your password stays as it is.",
                    "Nobody from the register will ever ask you for your password or for this link.",
                ],
            },
        }
    }

    fn text(&self) -> String {
        format!("{}\n\n{}\n{}\n\n{}\n\n{}\n", self.before[0], self.before[1], self.link, self.after[0], self.after[1])
    }

    fn html(&self) -> String {
        let paragraph = |text: &str| format!("<p>{}</p>\n", escaped(text));
        let link = escaped(self.link);
        format!(
            "{}{}<p><a href=\"{link}\">{link}</a></p>\n{}{}",
            paragraph(&self.before[0]),
            paragraph(&self.before[1]),
            paragraph(self.after[0]),
            paragraph(self.after[1])
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
