//! Adds decided cases to the private zone of a data folder, so that they owe the public statements, for tests of what
//! becomes of these in a crash. Run with `cargo run --release -p store --example owing -- FOLDER NUMBER`.

use casework::publication::{Decision, Text};
use casework::{Calendar, Event, OrganisationId, PersonId};
use register::disclosure::Disclosure;
use register::statement::{Access, DatasetUse};
use register::vocabulary::{Channel, Ground, Outcome, Reason, Route};
use register::{Moment, Organisation, Salt};
use store::casework::cases;
use store::{Casework, DataFolder, StoreError, publisher};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(folder), Some(number)) = (arguments.next(), arguments.next()) else {
        return Err("expected FOLDER NUMBER".into());
    };
    let number: u64 = number.parse()?;
    let casework = Casework::open(&DataFolder::at(folder).private().join("casework.sqlite"))?;
    let now: Moment = "2026-11-24T09:00:00Z".parse()?;
    let mut salts = publisher::salts()?;
    for case in 0..number {
        let events = decided(case, &mut salts);
        let calendar = Calendar::england();
        casework.write(|transaction| -> Result<(), StoreError> {
            cases::append(transaction, None, events, Some(PersonId(1)), now, &calendar).map(|_| ())
        })?;
    }
    Ok(())
}

fn decided(number: u64, salts: &mut impl FnMut() -> Salt) -> Vec<Event> {
    let mut text = |name: &str, value: String, ground: Option<Ground>| Text {
        sealed: Disclosure::seal(salts(), name, &value),
        withheld: ground.map(|ground| casework::publication::Withholding { ground, opens: None }),
    };
    let reference = format!("DC-2026-{number:04}");
    let recipient = Organisation::named(&format!("University {number}"));
    let access = Access {
        bases: vec!["Education Act 1996 s.537A".to_owned()],
        channel: Channel::Panel,
        datasets: vec![DatasetUse { classes: Vec::new(), frequency: None, name: "School census".to_owned() }],
        facts: std::collections::BTreeMap::new(),
        recipient: recipient.clone(),
        route: Some(Route::SecureEnvironment),
    };
    let decision = Decision {
        outcome: Outcome::Refused,
        reasons: vec![Reason::DataExcessive],
        datasets: Vec::new(),
        conditions: Vec::new(),
        decided_by: "Data Sharing Panel".to_owned(),
        texts: vec![
            text("reasons", format!("Too much was asked for in study {number}."), None),
            text("balance", "Fewer items would have done.".to_owned(), None),
        ],
        route: None,
        evidence: Vec::new(),
    };
    let texts = vec![
        text("title", format!("Study {number}"), None),
        text("applicants", format!("Dr Name {number}"), Some(Ground::PersonalData)),
    ];
    vec![
        Event::ApplicationOpened {
            reference,
            organisation: OrganisationId(1),
            form: "pupil-database-1".to_owned(),
            relation: None,
        },
        Event::ApplicationSubmitted { signed: "An official".to_owned(), recipient },
        Event::CaseTaken {},
        Event::ApplicationAccepted { access, texts },
        Event::DecisionConfirmed { decision },
    ]
}
