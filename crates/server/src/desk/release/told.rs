//! Each release in plain words: how far it is, what comes next, and whose turn it is.

use casework::calendar::day_in_england;
use casework::case::{Case, Progress};
use casework::release::{Release, ReleaseProgress};
use casework::{PersonId, Stage};

use super::receipt::{self, Readiness};
use crate::desk::Desk;
use crate::desk::problem::Problem;
use crate::desk::review::name_of;
use crate::web::words;

/// One release, told.
pub struct Told {
    /// Its reference.
    pub reference: String,
    /// Its number.
    pub number: u32,
    /// How far it is.
    pub status: &'static str,
    /// What happened, oldest first.
    pub happened: Vec<String>,
    /// What comes next; nothing where nothing does.
    pub next: Option<String>,
    /// Whose turn it is.
    pub turn: &'static str,
    /// Whether its files can be downloaded by whoever looks: the instruction, and the manifest.
    pub instruction: bool,
    pub manifest: bool,
    /// Whether the receipt can be taken.
    pub receipt: bool,
    /// The statement's index in the log.
    pub index: Option<u64>,
    /// How many people, as the public reads it.
    pub people: Option<String>,
}

const ANALYSTS: &str = "Release analysts";
const SECOND: &str = "A second release analyst, or a panel chair";
const RECIPIENT: &str = "The recipient’s data manager or signing official";
const NOBODY: &str = "Nobody’s";

/// Every release, the newest first. People of the custodian are named only to those who see instructions and manifests.
///
/// # Errors
/// A fault of the database or the log.
pub async fn all(desk: &Desk, case: &Case, sees: bool) -> Result<Vec<Told>, Problem> {
    let mut all = Vec::new();
    for release in case.releases.iter().rev() {
        all.push(tell(desk, case, release, sees).await?);
    }
    Ok(all)
}

async fn tell(desk: &Desk, case: &Case, release: &Release, sees: bool) -> Result<Told, Problem> {
    let today = day_in_england(desk.now());
    let by = |person: PersonId| async move {
        if !sees {
            return Ok::<_, Problem>(String::new());
        }
        let name = desk.read(move |transaction| name_of(transaction, person)).await?;
        Ok(format!(" by {name}"))
    };
    let until = words::date(release.valid_until);
    let mut happened = vec![format!(
        "Instructed{} on {}, to be carried out until {until}.",
        by(release.instructed.0).await?,
        words::moment(release.instructed.1)
    )];
    if let Some(of) = release.handed_in() {
        happened.push(format!("Measured: manifest handed in{} on {}.", by(of.by.0).await?, words::moment(of.by.1)));
    }
    let (mut index, mut is_ready) = (None, false);
    let (status, next, turn) = match &release.progress {
        ReleaseProgress::TakenBack => ("Taken back", None, NOBODY),
        ReleaseProgress::Instructed if release.valid_until.last_day() < today => (
            "Its last day has passed",
            Some("The instruction is taken back; another can be given.".to_owned()),
            ANALYSTS,
        ),
        ReleaseProgress::Instructed => (
            "With the data zone",
            Some(
                "The data zone carries the instruction out. A release analyst then hands in its manifest and the sealed key."
                    .to_owned(),
            ),
            ANALYSTS,
        ),
        ReleaseProgress::Measured(_) if case.stage(today) == Stage::Registered => {
            let start = match &case.progress {
                Progress::Agreed(agreement) => words::date(agreement.terms.start),
                _ => String::new(),
            };
            ("Measured", Some(format!("It can be released from {start}, when access begins.")), SECOND)
        }
        ReleaseProgress::Measured(_) => (
            "Measured",
            Some("A second person looks at what was measured and at the statement, and releases it.".to_owned()),
            SECOND,
        ),
        ReleaseProgress::Released { by: (person, at), logged, .. } => {
            let readiness = receipt::readiness(desk, release).await?;
            (index, is_ready) = (*logged, readiness == Readiness::Ready);
            happened.push(format!("Released{} on {}.", by(*person).await?, words::moment(*at)));
            match (readiness, receipt::last_taken(release)) {
                (_, Some(at)) => {
                    happened.push(format!("Receipt taken on {}.", words::moment(at)));
                    ("Receipt taken", None, NOBODY)
                }
                (Readiness::NotLogged, _) => (
                    "Released",
                    Some("Its statement is on its way into the public log. This takes some minutes.".to_owned()),
                    NOBODY,
                ),
                (Readiness::NotWitnessed(why), _) => (
                    "In the public log",
                    Some(format!("The receipt waits until the checkpoint satisfies the policy: {why}.")),
                    NOBODY,
                ),
                (Readiness::Ready, _) => {
                    ("Ready to be opened", Some("The recipient takes the receipt.".to_owned()), RECIPIENT)
                }
            }
        }
    };
    Ok(Told {
        reference: release.reference.clone(),
        number: release.sequence,
        status,
        happened,
        next,
        turn,
        instruction: sees,
        manifest: sees && release.handed_in().is_some(),
        receipt: is_ready,
        index,
        people: release
            .handed_in()
            .filter(|_| sees || release.is_released())
            .map(|of| super::confirm::count(of.measured.people)),
    })
}
