//! `/desk/case/…/release/instruct`: what a release analyst may choose of an instruction, what it will say, and signing it.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::case::Progress;
use casework::permission::{Sight, at, may};
use casework::release::Asked;
use casework::{Case, Command, CommandKind, Refusal};
use package::document::{Signed, to_json};
use package::instruction::{Format, Instruction};
use package::specification::{Keep, People};
use store::casework::releases;

use crate::desk::Desk;
use crate::desk::decision::{Day, seen};
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Fields, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::review::told::Head;
use crate::desk::signed_in::SignedIn;
use crate::web::words;

const FORMATS: &[(&str, &str)] = &[("parquet", "Parquet"), ("csv", "CSV, compressed with zstd")];

#[derive(askama::Template)]
#[template(path = "desk/release/instruct.html")]
struct FormPage {
    frame: Frame,
    head: Head,
    errors: Errors,
    fields: Fields,
}

#[derive(askama::Template)]
#[template(path = "desk/release/instruction.html")]
struct PreviewPage {
    frame: Frame,
    head: Head,
    fields: Fields,
    instruction: Instruction,
    items: Vec<Item>,
    filters: Vec<(String, String, String)>,
    people: String,
    pretty: String,
}

/// An item that leaves.
struct Item {
    dataset: String,
    name: String,
    years: String,
    treatment: String,
}

/// `GET /desk/case/…/release/instruct`
pub async fn ask(State(desk): State<Desk>, by: SignedIn, Path(reference): Path<String>) -> Result<Response, Problem> {
    let case = instructing(&desk, &by, &reference).await?;
    let Progress::Agreed(agreement) = &case.progress else { return Err(Problem::NotFound) };
    let mut pairs = vec![("format".to_owned(), "parquet".to_owned())];
    pairs.extend(Day::fields("valid-until", agreement.end));
    Ok(html(&FormPage::of(&desk, &by, &case, Fields::of(pairs), Errors::default()).await))
}

/// `POST /desk/case/…/release/instruct`: shows what it will say, and signs it when that was looked at.
pub async fn instruct(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    let Input { by, fields } = input;
    let case = instructing(&desk, &by, &reference).await?;
    let (seen, now) = (seen(&fields)?, desk.now());
    let asked = match read(&fields) {
        Ok(asked) => asked,
        Err(errors) => return Ok(with_errors(&FormPage::of(&desk, &by, &case, fields, errors).await)),
    };
    let instruction = match case.instruction(asked, &desk.keys().recipient().to_string(), now) {
        Ok(instruction) => instruction,
        Err(Refusal::Field { field, problem }) => {
            let errors = Errors::one(field, words::capitalised(&problem));
            return Ok(with_errors(&FormPage::of(&desk, &by, &case, fields, errors).await));
        }
        Err(refusal) => return Err(Problem::Bad(refusal.to_string())),
    };
    if fields.has("change") {
        return Ok(html(&FormPage::of(&desk, &by, &case, fields, Errors::default()).await));
    }
    if !fields.has("sign") {
        return Ok(html(&PreviewPage::of(&desk, &by, &case, fields, instruction).await?));
    }
    let signed = Signed::sign(instruction.clone(), desk.keys().instruction()).map_err(|error| {
        tracing::error!(%error, "an instruction cannot be signed");
        Problem::Fault
    })?;
    let given = {
        let (writer, by, reference) = (desk.clone(), by.clone(), reference.clone());
        let command = Command::InstructRelease { instruction: Box::new(instruction) };
        desk.write(move |transaction| {
            let given = writer.give_as(transaction, &by.actor, Some(&reference), seen, command)?;
            if matches!(given, Given::Taken(_)) {
                let file = signed.to_string();
                releases::keep_instruction(transaction, &reference, signed.digest(), file.as_bytes(), now)?;
            }
            Ok(given)
        })
        .await?
    };
    match given {
        Given::Taken(case) => Ok(see(&Head::of(&case).at("release"))),
        Given::Wanting(errors) => Ok(with_errors(&FormPage::of(&desk, &by, &case, fields, errors).await)),
    }
}

async fn instructing(desk: &Desk, by: &SignedIn, reference: &str) -> Result<Case, Problem> {
    let case = desk.case(by, reference, Sight::Releases).await?;
    if !may(&by.actor, CommandKind::InstructRelease, case.organisation) {
        return Err(Problem::Forbidden);
    }
    let stage = case.stage(casework::calendar::day_in_england(desk.now()));
    if at(CommandKind::InstructRelease, stage) {
        return Ok(case);
    }
    let refusal = Refusal::NotAtThisStage { command: CommandKind::InstructRelease, stage };
    Err(Problem::Bad(format!("{refusal}.")))
}

fn read(fields: &Fields) -> Result<Asked, Errors> {
    let mut errors = Errors::default();
    let format = match fields.raw("format") {
        "parquet" => Some(Format::Parquet),
        "csv" => Some(Format::Csv),
        _ => None,
    };
    if format.is_none() {
        errors.add("format", "Choose a format");
    }
    let typed = fields.text("people-at-most").replace([',', ' '], "");
    let people_at_most = if typed.is_empty() { None } else { typed.parse().ok() };
    if people_at_most.is_none() && !typed.is_empty() || people_at_most == Some(0) {
        errors.add("people-at-most", "Enter a whole number from 1, or nothing");
    }
    let day = Day::of(fields, "valid-until");
    let valid_until = day.read(&mut errors);
    if day.is_empty() {
        errors.add("valid-until", "Enter the last day on which it may be carried out");
    }
    match (format, valid_until) {
        (Some(format), Some(valid_until)) if errors.is_empty() => Ok(Asked { format, people_at_most, valid_until }),
        _ => Err(errors),
    }
}

impl FormPage {
    async fn of(desk: &Desk, by: &SignedIn, case: &Case, fields: Fields, errors: Errors) -> Self {
        let mut head = Head::of(case);
        head.seen = fields.raw("seen").parse().unwrap_or(head.seen);
        Self { frame: Frame::of(desk, by, Section::None).await, head, errors, fields }
    }

    fn day(&self) -> Day {
        Day::of(&self.fields, "valid-until")
    }

    fn value(&self, name: &str) -> String {
        self.fields.text(name)
    }
}

impl PreviewPage {
    async fn of(
        desk: &Desk,
        by: &SignedIn,
        case: &Case,
        fields: Fields,
        instruction: Instruction,
    ) -> Result<Self, Problem> {
        let json =
            to_json(&instruction).map_err(|error| Problem::Bad(format!("This cannot be instructed: {error}.")))?;
        let value: serde_json::Value = serde_json::from_str(&json).map_err(|_| Problem::Fault)?;
        let specification = &instruction.specification;
        let mut items = Vec::new();
        for (part, item) in specification.delivered() {
            let (first, last) = (item.first_year, item.last_year);
            items.push(Item {
                dataset: part.name.clone(),
                name: item.name.clone(),
                years: if first == last { first.to_string() } else { format!("{first} to {last}") },
                treatment: item.treatment.to_string(),
            });
        }
        let mut filters = Vec::new();
        for part in &specification.datasets {
            for filter in &part.filters {
                let kept = match &filter.keep {
                    Keep::Between(from, to) => format!("from {from} to {to}"),
                    Keep::OneOf(values) => values.join(", "),
                };
                filters.push((part.name.clone(), filter.name.clone(), kept));
            }
        }
        let people = match &specification.people {
            People::Everyone {} => "Everybody in these rows".to_owned(),
            People::FoundIn { within } => format!("Those found in {within}"),
            People::Listed { up_to } => format!("Up to {} whom the recipient lists", words::number(u64::from(*up_to))),
        };
        let mut head = Head::of(case);
        head.seen = fields.raw("seen").parse().unwrap_or(head.seen);
        Ok(Self {
            frame: Frame::of(desk, by, Section::None).await,
            head,
            fields,
            items,
            filters,
            people,
            pretty: serde_json::to_string_pretty(&value).map_err(|_| Problem::Fault)?,
            instruction,
        })
    }

    /// What was typed, to be sent again with the signature.
    fn typed(&self) -> Vec<(&str, &str)> {
        let names = ["format", "people-at-most", "valid-until-day", "valid-until-month", "valid-until-year"];
        names.iter().map(|name| (*name, self.fields.raw(name))).collect()
    }

    fn format(&self) -> &'static str {
        match self.instruction.format {
            Format::Parquet => FORMATS[0].1,
            Format::Csv => FORMATS[1].1,
        }
    }

    fn cohorts(&self) -> String {
        let all = self.instruction.specification.cohorts.iter().map(ToString::to_string);
        all.collect::<Vec<_>>().join(", ")
    }
}
