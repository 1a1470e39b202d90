//! `/desk/case/…/release/confirm`: what was measured beside what was approved, the statement that it will be, and releasing
//! it by a second person or sending it back.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::calendar::day_in_england;
use casework::permission::{Sight, at, may};
use casework::{Case, Command, CommandKind};
use package::document::Signed;
use package::{Instruction, Manifest};
use register::{Count, Digest};
use store::casework::releases;

use crate::desk::Desk;
use crate::desk::decision::seen;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::review::name_of;
use crate::desk::review::told::Head;
use crate::desk::signed_in::SignedIn;
use crate::web::words;

#[derive(askama::Template)]
#[template(path = "desk/release/confirm.html")]
struct PreviewPage {
    frame: Frame,
    head: Head,
    errors: Errors,
    release: String,
    number: u32,
    handed_in: (String, String),
    digest: String,
    files: Vec<File>,
    comparison: Vec<(&'static str, String, String)>,
    /// The statement as the log will hold it.
    leaf: String,
    /// The same with line breaks.
    pretty: String,
    may_confirm: bool,
    is_own: bool,
    is_early: bool,
    may_return: bool,
    why: String,
}

/// One measured file.
struct File {
    name: String,
    dataset: String,
    rows: String,
    people: String,
    years: String,
    columns: usize,
    size: String,
}

/// `GET /desk/case/…/release/confirm`
pub async fn look(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = desk.case(&by, &reference, Sight::Releases).await?;
    Ok(html(&PreviewPage::of(&desk, &by, &case, Errors::default()).await?))
}

/// `POST /desk/case/…/release/confirm`
pub async fn confirm(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    let case = desk.case(&input.by, &reference, Sight::Releases).await?;
    let manifest: Digest = input.fields.raw("digest").parse().map_err(|_| Problem::Form)?;
    give(&desk, &case, &input, Command::ConfirmRelease { manifest }).await
}

/// `POST /desk/case/…/release/return`
pub async fn send_back(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    let case = desk.case(&input.by, &reference, Sight::Releases).await?;
    let why = input.fields.text("why");
    give(&desk, &case, &input, Command::ReturnManifest { why }).await
}

async fn give(desk: &Desk, case: &Case, input: &Input, command: Command) -> Result<Response, Problem> {
    match desk.give(&input.by, Some(&case.reference), seen(&input.fields)?, command).await? {
        Given::Taken(case) => Ok(see(&Head::of(&case).at("release"))),
        Given::Wanting(errors) => {
            let mut page = PreviewPage::of(desk, &input.by, case, errors).await?;
            page.why = input.fields.text("why");
            Ok(with_errors(&page))
        }
    }
}

impl PreviewPage {
    async fn of(desk: &Desk, by: &SignedIn, case: &Case, errors: Errors) -> Result<Self, Problem> {
        let open = case.open_release().ok_or(Problem::NotFound)?;
        let of = open.handed_in().ok_or(Problem::NotFound)?;
        let (reference, seq, instruction, person) = (case.reference.clone(), of.seq, open.instruction, of.by.0);
        let (kept, instruction, who) = desk
            .read(move |transaction| {
                let kept = releases::manifest(transaction, &reference, seq)?;
                let instruction = releases::instruction(transaction, &reference, instruction)?;
                Ok((kept, instruction, name_of(transaction, person)?))
            })
            .await?;
        let unreadable = |error: package::DocumentError| {
            tracing::error!(%error, "what was kept of a release cannot be read");
            Problem::Fault
        };
        let kept = kept.ok_or(Problem::NotFound)?;
        let manifest = Signed::<Manifest>::parse(&kept.file).map_err(unreadable)?;
        let instruction = Signed::<Instruction>::parse(&instruction.ok_or(Problem::NotFound)?).map_err(unreadable)?;
        let now = desk.now();
        let draft = casework::owed::preview_of_release(case, &open.reference, &of.measured, now);
        let leaf =
            draft.statement.to_leaf().map_err(|error| Problem::Bad(format!("This cannot be published: {error}.")))?;
        let value: serde_json::Value = serde_json::from_slice(&leaf).map_err(|_| Problem::Fault)?;
        let stage = case.stage(day_in_england(now));
        let may = |command| may(&by.actor, command, case.organisation);
        let is_own = person == by.person();
        Ok(Self {
            frame: Frame::of(desk, by, Section::None).await,
            head: Head::of(case),
            errors,
            release: open.reference.clone(),
            number: open.sequence,
            handed_in: (who, words::moment(of.by.1)),
            digest: of.measured.manifest.to_string(),
            files: files(manifest.unverified()),
            comparison: comparison(instruction.unverified(), manifest.unverified()),
            pretty: serde_json::to_string_pretty(&value).map_err(|_| Problem::Fault)?,
            leaf: String::from_utf8(leaf).map_err(|_| Problem::Fault)?,
            may_confirm: !is_own && may(CommandKind::ConfirmRelease) && at(CommandKind::ConfirmRelease, stage),
            is_own,
            is_early: stage == casework::Stage::Registered,
            may_return: may(CommandKind::ReturnManifest) && at(CommandKind::ReturnManifest, stage),
            why: String::new(),
        })
    }
}

fn files(manifest: &Manifest) -> Vec<File> {
    let file = |file: &package::manifest::MeasuredFile| File {
        name: file.name.clone(),
        dataset: file.dataset.clone(),
        rows: count(file.rows),
        people: count(file.people),
        years: span(&file.years),
        columns: file.columns.len(),
        size: words::size(file.bytes),
    };
    manifest.files.iter().map(file).collect()
}

/// What was approved beside what is delivered. That nothing is beyond it was found before the manifest was taken.
fn comparison(instruction: &Instruction, manifest: &Manifest) -> Vec<(&'static str, String, String)> {
    let specification = &instruction.specification;
    let listed = |all: Vec<String>| if all.is_empty() { "Not limited".to_owned() } else { all.join(", ") };
    let years = specification.years().map(|(first, last)| format!("{first} to {last}"));
    let mut delivered: Vec<u16> = manifest.files.iter().flat_map(|file| file.years.clone()).collect();
    delivered.sort_unstable();
    delivered.dedup();
    let items: u64 = manifest.items().iter().map(|one| one.count).sum();
    let cohorts = manifest.cohorts.iter().map(|one| format!("{} ({})", one.cohort, one.cover.label().to_lowercase()));
    let cohorts: Vec<String> = cohorts.collect();
    vec![
        (
            "Datasets",
            specification.datasets.iter().map(|part| part.name.clone()).collect::<Vec<_>>().join(", "),
            manifest.datasets().join(", "),
        ),
        ("Items", words::number(specification.delivered().count() as u64), words::number(items)),
        ("Years", years.unwrap_or_default(), span(&delivered)),
        (
            "School-year cohorts",
            listed(specification.cohorts.iter().map(ToString::to_string).collect()),
            if cohorts.is_empty() { "None is known".to_owned() } else { cohorts.join(", ") },
        ),
        (
            "People",
            instruction
                .people_at_most
                .map_or("Not limited".to_owned(), |most| format!("{} at most", words::number(most))),
            count(manifest.people),
        ),
        ("Made", format!("until {}", words::date(instruction.valid_until)), words::moment(manifest.made)),
    ]
}

fn span(years: &[u16]) -> String {
    match (years.first(), years.last()) {
        (Some(first), Some(last)) if first != last => format!("{first} to {last}"),
        (Some(first), _) => first.to_string(),
        _ => "None".to_owned(),
    }
}

/// A measured count, as a page says it.
pub(super) fn count(count: Count) -> String {
    match count {
        Count::Exactly(number) => words::number(number),
        Count::Under(limit) => format!("Under {limit}"),
    }
}
