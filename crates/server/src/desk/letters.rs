//! Who is written to when something happens in a case. The mails are written in the transaction of the events.

use casework::calendar::day_in_england;
use casework::{Case, CommandKind, Event, Role, permission};
use register::Moment;
use rusqlite::Transaction;
use store::StoreError;
use store::casework::mail;
use store::casework::people::{self, Person};

use super::Desk;
use crate::mail::Reference;
use crate::mail::letters::{Letter, Letterhead};

/// Writes the mails that these events owe.
///
/// # Errors
/// A fault of the database.
pub fn letters(
    desk: &Desk,
    transaction: &Transaction<'_>,
    case: &Case,
    events: &[Event],
    now: Moment,
) -> Result<(), StoreError> {
    // A reference that is not made like one could be a text, which no subject line takes.
    let Some(share) = &Reference::of(&case.reference) else { return Ok(()) };
    let first = case.seq + 1 - events.len() as u64;
    for (event, seq) in events.iter().zip(first..) {
        let Some((letter, to)) = letter(transaction, case, event, share, now)? else { continue };
        let letterhead =
            Letterhead { custodian: desk.custodian(), contact: desk.settings().operator.contact.email.as_deref() };
        let page = format!("/desk/case/{}{}", crate::web::words::encode(&case.reference), letter.page());
        let link = desk.settings().address.join(&page);
        for person in to {
            let key = format!("{}/{seq}/{}", case.reference, person.id);
            mail::enqueue(transaction, &letter.mail(key, &person.email, &link, letterhead), now)?;
        }
    }
    Ok(())
}

fn letter<'a>(
    transaction: &Transaction<'_>,
    case: &Case,
    event: &Event,
    share: &'a Reference,
    now: Moment,
) -> Result<Option<(Letter<'a>, Vec<Person>)>, StoreError> {
    let of_organisation = |roles: &[Role]| -> Result<Vec<Person>, StoreError> {
        let mut all: Vec<Person> = Vec::new();
        for role in roles {
            for person in people::holders(transaction, *role, Some(case.organisation))? {
                if all.iter().all(|known| known.id != person.id) {
                    all.push(person);
                }
            }
        }
        Ok(all)
    };
    let both = &[Role::Applicant, Role::SigningOfficial];
    Ok(match event {
        Event::ChangesRequested { by, .. } => {
            Some((Letter::Returned { share, by: Some(*by) }, of_organisation(&[Role::Applicant])?))
        }
        Event::ReviewerAssigned { reviewer } => Some((
            Letter::ReviewAssigned { share, by: None },
            people::person(transaction, *reviewer)?.into_iter().collect(),
        )),
        Event::DecisionConfirmed { .. } => Some((Letter::DecisionMade { share }, of_organisation(both)?)),
        Event::AgreementOffered { .. } => {
            let mut to = of_organisation(&[Role::SigningOfficial])?;
            to.extend(people::holders(transaction, Role::CustodianSignatory, None)?);
            Some((Letter::AgreementReady { share }, to))
        }
        Event::AgreementSigned { .. } if matches!(case.progress, casework::case::Progress::Agreed(_)) => {
            Some((Letter::Signed { share }, of_organisation(both)?))
        }
        // While access does not run no receipt is given.
        Event::StatementPublished { id, .. }
            if case.releases.iter().any(|release| release.is_ready_by(id))
                && permission::at(CommandKind::GiveReceipt, case.stage(day_in_england(now))) =>
        {
            Some((Letter::ReceiptReady { share }, of_organisation(&[Role::DataManager])?))
        }
        _ => None,
    })
}
