//! Fills the private zone of a data folder with cases of 50 events each, for measurements, and prints the secret of a
//! session of one of its case officers. Run with `cargo run --release -p store --example cases -- FOLDER NUMBER`.

use std::collections::BTreeMap;

use casework::event::ChangeRequest;
use casework::{Answer, Calendar, Event, OrganisationId, PersonId, Role};
use register::{Moment, Organisation};
use store::casework::sessions::{self, Stage};
use store::casework::{cases, organisations, people};
use store::{Casework, DataFolder, StoreError};

/// Cases that are written in one transaction.
const BATCH: u64 = 250;

/// Events of each case.
const EVENTS: usize = 50;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(number)) = (arguments.next(), arguments.next()) else {
        return Err("expected FOLDER NUMBER".into());
    };
    let number: u64 = number.parse()?;
    let casework = Casework::open(&DataFolder::at(folder).private().join("casework.sqlite"))?;
    let start: Moment = "2024-01-01T09:00:00Z".parse()?;
    let calendar = Calendar::england();
    let mut all = Vec::new();
    let mut people = Vec::new();
    casework.write(|transaction| -> Result<(), StoreError> {
        for which in 0..200 {
            all.push(organisations::add(transaction, &format!("University No. {which}"), None, start)?);
        }
        for which in 0..20 {
            let email = format!("officer{which}@bench.example");
            let Some(person) = people::invite(transaction, &email, &format!("Officer {which}"), None, start)? else {
                continue;
            };
            people::activate(transaction, person)?;
            people::give_role(transaction, person, Role::CaseOfficer, None, None, start)?;
            people.push(person);
        }
        Ok(())
    })?;
    for first in (0..number).step_by(BATCH as usize) {
        casework.write(|transaction| -> Result<(), StoreError> {
            for case in first..(first + BATCH).min(number) {
                let organisation = all[case as usize % all.len()];
                let officer = people[case as usize % people.len()];
                write(transaction, case, organisation, officer, start, &calendar)?;
            }
            Ok(())
        })?;
    }
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let now = Moment::from_seconds(i64::try_from(seconds)?)?;
    let (token, _) = casework.write(|transaction| sessions::begin(transaction, people[0], Stage::Whole, true, now))?;
    println!("{}", token.secret());
    Ok(())
}

fn write(
    transaction: &rusqlite::Transaction<'_>,
    number: u64,
    organisation: OrganisationId,
    officer: PersonId,
    start: Moment,
    calendar: &Calendar,
) -> Result<(), StoreError> {
    let reference = format!("DB-{:04}-{number:05}", 2024 + number % 3);
    let form = "pupil-database-1".to_owned();
    let mut events = vec![Event::ApplicationOpened { reference, organisation, form, relation: None }];
    let answered = |place: usize, text: String| -> BTreeMap<String, Option<Answer>> {
        let question = if place == 0 { "title".to_owned() } else { format!("question-{}", place % 30) };
        [(question, Some(Answer::Text(text)))].into()
    };
    // Where a case stands differs: a draft, submitted, in screening, or returned.
    let closing = (number % 4) as usize;
    for place in 0..EVENTS - 1 - closing {
        let text = format!("Study {number}: absence of pupils after moving school, answer {place} in a few more words");
        events.push(Event::AnswersSaved { answers: answered(place, text) });
    }
    let recipient = Organisation::named("University");
    let by = "2027-01-01".parse().unwrap_or_else(|_| unreachable!("a day"));
    let request = ChangeRequest { question: None, what: "Say more.".to_owned() };
    let end = [
        Event::ApplicationSubmitted { signed: "An official".to_owned(), recipient },
        Event::CaseTaken {},
        Event::ChangesRequested { requests: vec![request], by },
    ];
    events.extend(end.into_iter().take(closing));
    let at = Moment::from_seconds(start.seconds() + (number as i64) * 7_200).unwrap_or(start);
    cases::append(transaction, None, events, Some(officer), at, calendar)?;
    Ok(())
}
