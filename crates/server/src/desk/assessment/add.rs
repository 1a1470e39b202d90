//! Adding an assessment. Its file is kept only if all of it holds: its form, that its numbers fit together, and that it counts
//! what the case asks for now.

use axum::extract::{FromRequest, Path, Request, State};
use axum::response::Response;
use casework::permission::{Sight, may};
use casework::{Case, Command, CommandKind, Rule};
use package::Document;
use package::assessment::Assessment;
use package::document::parse_json;
use store::casework::assessments;
use store::casework::documents::Received;

use super::AssessmentPage;
use crate::desk::Desk;
use crate::desk::decision::seen;
use crate::desk::files::{FIELDS, Held, TEXTS, begin, hold, text, unread};
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Fields};
use crate::desk::page::{see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::review::told::Head;
use crate::desk::signed_in::SignedIn;
use crate::web::words;

/// The most that the route takes: a file that is somewhat too large is read to its end, so that its sender is told so.
pub const UPLOAD: usize = 2 * Assessment::MAX_BYTES;

/// The form with an assessment.
pub struct Sent {
    by: SignedIn,
    fields: Fields,
    file: Held,
}

impl FromRequest<Desk> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, desk: &Desk) -> Result<Self, Problem> {
        let mut left = TEXTS;
        let (by, mut form) = begin(request, desk, &mut left).await?;
        let (mut file, mut pairs) = (Held::Nothing, Vec::new());
        while let Some(field) = form.next_field().await.map_err(unread)? {
            let name = field.name().unwrap_or_default().to_owned();
            match (name.as_str(), field.file_name().map(str::is_empty)) {
                // What a browser sends where no file was chosen.
                (_, Some(true)) => {}
                ("assessment", Some(false)) => file = hold(field, Assessment::MAX_BYTES).await?,
                (_, None) if pairs.len() < FIELDS => pairs.push((name, text(field, &mut left).await?)),
                _ => return Err(Problem::TooLarge),
            }
        }
        Ok(Self { by, fields: Fields::of(pairs), file })
    }
}

/// `POST /desk/case/…/assessment`
pub async fn add(State(desk): State<Desk>, Path(reference): Path<String>, sent: Sent) -> Result<Response, Problem> {
    let Sent { by, fields, file } = sent;
    let case = desk.case(&by, &reference, Sight::Assessment).await?;
    if !may(&by.actor, CommandKind::AddAssessment, case.organisation) {
        return Err(Problem::Forbidden);
    }
    let (seen, now) = (seen(&fields)?, desk.now());
    // It is read and sealed where no other request waits for it.
    let (at, of) = (desk.clone(), case.clone());
    let read = tokio::task::spawn_blocking(move || read(&at, &of, file)).await.map_err(|_| Problem::Fault)??;
    let (assessment, received) = match read {
        Ok(read) => read,
        Err(wrong) => return again(&desk, &by, &case, Errors::one("assessment", wrong)).await,
    };
    let given = {
        let (at, by) = (desk.clone(), by.clone());
        let command = Command::AddAssessment { assessment: Box::new(assessment) };
        desk.write(move |transaction| {
            let given = at.give_as(transaction, &by.actor, Some(&reference), seen, command)?;
            if matches!(given, Given::Taken(_)) {
                assessments::put(at.documents(), transaction, received, &reference, now)?;
            }
            Ok(given)
        })
        .await?
    };
    match given {
        Given::Taken(case) => Ok(see(&Head::of(&case).at("assessment"))),
        Given::Wanting(errors) => again(&desk, &by, &case, errors).await,
    }
}

async fn again(desk: &Desk, by: &SignedIn, case: &Case, errors: Errors) -> Result<Response, Problem> {
    Ok(with_errors(&AssessmentPage::of(desk, by, case, errors).await?))
}

/// What was sent, durable and without a row; or what is wrong with it.
fn read(desk: &Desk, case: &Case, file: Held) -> Result<Result<(Assessment, Received), String>, Problem> {
    let json = match file {
        Held::Nothing => return Ok(Err("Choose the file that the data zone calls the assessment".to_owned())),
        Held::TooLarge(limit) => {
            return Ok(Err(format!("Choose a file of at most {}", words::size(limit as u64))));
        }
        Held::Whole(json) => json,
    };
    let assessment: Assessment = match parse_json(&json) {
        Ok(assessment) => assessment,
        Err(error) => return Ok(Err(words::capitalised(&error.to_string()))),
    };
    if case.asked_for() != Some(assessment.specification) {
        let help = "Download the specification from this page, assess it, and add what comes of that";
        return Ok(Err(format!("{} {help}", Rule::AssessmentOther)));
    }
    let received = assessments::receive(desk.documents(), &json)?;
    Ok(Ok((assessment, received)))
}
