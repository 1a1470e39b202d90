//! Mails that bring a link: an invitation, and a link to set a new password. Each is put into the outbox in the
//! transaction in which its link is made. The name of whoever is invited does not stand in it: whoever invites could
//! otherwise have any text sent by this server.

use register::Moment;
use rusqlite::Transaction;
use store::casework::links::{self, Purpose};
use store::casework::mail;
use store::casework::people::Person;

use super::Desk;
use super::problem::Problem;
use crate::mail::letters::{Letter, Letterhead};

/// Makes a link for a person and puts the mail that brings it into the outbox.
///
/// # Errors
/// A fault of the database.
pub fn send_link(
    desk: &Desk,
    transaction: &Transaction<'_>,
    to: &Person,
    purpose: Purpose,
    now: Moment,
) -> Result<(), Problem> {
    let token = links::make(transaction, to.id, purpose, now)?;
    let address = desk.settings().address.join(&format!("/desk/link/{}", token.secret()));
    let until = Moment::from_seconds(now.seconds() + purpose.lasts()).map_err(|_| Problem::Fault)?;
    let letter = match purpose {
        Purpose::Invitation => Letter::Invitation { until },
        Purpose::Reset => Letter::PasswordReset { until },
    };
    // The key tells mails apart and gives nothing away: part of a digest of the link, which leads to nobody.
    let key: String = token.digest().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let letterhead =
        Letterhead { custodian: desk.custodian(), contact: desk.settings().operator.contact.email.as_deref() };
    mail::enqueue(transaction, &letter.mail(format!("{}{key}", mail::ACCOUNT), &to.email, &address, letterhead), now)?;
    Ok(())
}
