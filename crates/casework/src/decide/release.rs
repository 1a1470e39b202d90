//! Releases: instructed by a release analyst, measured in the data zone, released by a second person.

use register::{Digest, Moment};

use super::{field, rule, text};
use crate::case::{Case, Progress};
use crate::event::{Event, Measured};
use crate::owed;
use crate::person::Actor;
use crate::refusal::{Refusal, Rule};
use crate::release::{Asked, HandedIn, Release, ReleaseProgress};
use package::document::{Document, to_json};
use package::instruction::{Instruction, is_age_recipient};
use package::manifest::Manifest;

pub(super) fn give_key(case: &Case, key: &str) -> Result<Option<Event>, Refusal> {
    let key = key.trim().to_owned();
    field(is_age_recipient(&key), "key", "enter a public age key: age1 and 58 small letters and digits")?;
    Ok((case.recipient_key.as_ref() != Some(&key)).then_some(Event::RecipientKeyGiven { key }))
}

pub(super) fn instruct(case: &Case, instruction: &Instruction, now: Moment) -> Result<Event, Refusal> {
    let Instruction { format, people_at_most, valid_until, .. } = *instruction;
    let asked = Asked { format, people_at_most, valid_until };
    // Day by day as it was signed, and everything in it as this case says.
    let follows = case.instruction(asked, &instruction.key, instruction.issued)?;
    rule(*instruction == follows && instruction.issued <= now, Rule::InstructionOther)?;
    field(valid_until.last_day() >= crate::calendar::day_in_england(now), "valid-until", "give a day from today")?;
    Ok(Event::ReleaseInstructed {
        release: instruction.release.clone(),
        sequence: instruction.sequence,
        instruction: digest(instruction, "instruction")?,
        recipient: instruction.recipient.clone(),
        valid_until,
    })
}

pub(super) fn take_back(case: &Case) -> Result<Event, Refusal> {
    let release = instructed(case)?;
    Ok(Event::InstructionWithdrawn { release: release.reference.clone() })
}

pub(super) fn hand_in(
    case: &Case,
    instruction: &Instruction,
    manifest: &Manifest,
    now: Moment,
) -> Result<Event, Refusal> {
    let release = instructed(case)?;
    rule(digest(instruction, "instruction")? == release.instruction, Rule::InstructionOther)?;
    rule(manifest.instruction == release.instruction, Rule::ManifestOther)?;
    let beyond = manifest.beyond(instruction);
    if !beyond.is_empty() {
        return Err(Refusal::Beyond(beyond));
    }
    let measured = Measured::of(manifest, digest(manifest, "manifest")?);
    // What could not be logged in the end is not taken at all.
    let statement = owed::preview_of_release(case, &release.reference, &measured, now).statement;
    statement.to_leaf().map_err(|error| Refusal::Field {
        field: "manifest",
        problem: format!("what it says cannot stand in the public register: {error}"),
    })?;
    Ok(Event::ManifestHandedIn { release: release.reference.clone(), measured: Box::new(measured) })
}

pub(super) fn send_back(case: &Case, why: String) -> Result<Event, Refusal> {
    let (release, _) = measured(case)?;
    Ok(Event::ManifestReturned { release: release.reference.clone(), why: text("why", why)? })
}

pub(super) fn release(case: &Case, actor: &Actor, looked_at: Digest) -> Result<Event, Refusal> {
    let (release, of) = measured(case)?;
    rule(case.is_approved(), Rule::ApprovedRelease)?;
    rule(of.measured.manifest == looked_at, Rule::ManifestChanged)?;
    rule(of.by.0 != actor.person, Rule::SecondReleaser)?;
    let (release, measured) = (release.reference.clone(), Box::new(of.measured.clone()));
    Ok(Event::ReleaseConfirmed { release, measured })
}

pub(super) fn give_receipt(case: &Case, release: &str) -> Result<Event, Refusal> {
    match case.release(release).map(|release| &release.progress) {
        Some(ReleaseProgress::Released { logged: Some(_), .. }) => {
            Ok(Event::ReceiptGiven { release: release.to_owned() })
        }
        _ => Err(Refusal::Rule(Rule::ReceiptDue)),
    }
}

fn instructed(case: &Case) -> Result<&Release, Refusal> {
    rule(matches!(case.progress, Progress::Agreed(_)) && case.is_approved(), Rule::ApprovedRelease)?;
    let release = case.open_release().ok_or(Refusal::Rule(Rule::InstructionMissing))?;
    rule(release.progress == ReleaseProgress::Instructed, Rule::ManifestThere)?;
    Ok(release)
}

fn measured(case: &Case) -> Result<(&Release, &HandedIn), Refusal> {
    match case.open_release().map(|release| (release, &release.progress)) {
        Some((release, ReleaseProgress::Measured(of))) => Ok((release, of)),
        _ => Err(Refusal::Rule(Rule::ManifestMissing)),
    }
}

fn digest<T: Document>(document: &T, name: &'static str) -> Result<Digest, Refusal> {
    let json = to_json(document).map_err(|error| Refusal::Field { field: name, problem: error.to_string() })?;
    Ok(Digest::of(json.as_bytes()))
}
