//! Screening: returning an application for changes, and accepting it for review, with what the public will read of it.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::event::ChangeRequest;
use casework::form::PublicPart;
use casework::permission::Sight;
use casework::publication::Withholding;
use casework::{Answers, Case, Command, Role, Specification};
use register::disclosure::Disclosure;
use register::statement::{Access, DatasetUse};
use register::vocabulary::{Channel, Ground};
use register::{Organisation, PartialDate};
use store::publisher;

use super::turns::seen;
use super::{address, words_of};
use crate::desk::Desk;
use crate::desk::giving::Given;
use crate::desk::input::{Errors, Fields, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;

#[derive(askama::Template)]
#[template(path = "desk/case/return.html")]
struct Return {
    frame: Frame,
    reference: String,
    title: String,
    seen: u64,
    by: String,
    tasks: Vec<(String, Vec<Asked>)>,
    whole: String,
    errors: Errors,
}

/// One question, with the change that is asked for.
struct Asked {
    id: String,
    question: String,
    answer: String,
    change: String,
}

#[derive(askama::Template)]
#[template(path = "desk/case/accept.html")]
struct Accept {
    frame: Frame,
    reference: String,
    title: String,
    seen: u64,
    access: Access,
    texts: Vec<Choice>,
    errors: Errors,
}

/// One text that the public will read, unless it is withheld.
struct Choice {
    name: String,
    label: String,
    value: String,
    ground: String,
    opens: String,
}

/// `GET …/return`
pub async fn ask_changes(
    State(desk): State<Desk>,
    signed_in: SignedIn,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    signed_in.must_be(&[Role::CaseOfficer])?;
    let case = desk.case(&signed_in, &reference, Sight::Application).await?;
    Ok(html(&changes(&desk, &signed_in, &case, &Fields::default(), Errors::default()).await))
}

/// `POST …/return`
pub async fn request_changes(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    let case = desk.case(&input.by, &reference, Sight::Application).await?;
    let wanted = |name: &str| Some(input.fields.text(name)).filter(|what| !what.is_empty());
    let whole = wanted("change").map(|what| ChangeRequest { question: None, what });
    let of_questions = words_of::answers(&case).into_iter().flat_map(|(_, said)| said).filter_map(|said| {
        let what = wanted(&format!("change-{}", said.id))?;
        Some(ChangeRequest { question: Some(said.id), what })
    });
    let requests: Vec<ChangeRequest> = whole.into_iter().chain(of_questions).collect();
    let mut errors = Errors::default();
    let by = input.fields.text("by").parse::<PartialDate>();
    if requests.is_empty() {
        errors.add("change", "Say what should change, at one question at least");
    }
    match by {
        Ok(by) if errors.is_empty() => {
            let command = Command::RequestChanges { requests, by };
            match desk.give(&input.by, Some(&reference), Some(seen(&input.fields)?), command).await? {
                Given::Taken(_) => return Ok(see(&address(&reference))),
                Given::Wanting(wanting) => errors = wanting,
            }
        }
        Ok(_) => {}
        Err(_) => errors.add("by", "Enter the day by which you ask for it, such as 2026-12-18"),
    }
    Ok(with_errors(&changes(&desk, &input.by, &case, &input.fields, errors).await))
}

async fn changes(desk: &Desk, by: &SignedIn, case: &Case, fields: &Fields, errors: Errors) -> Return {
    let tasks = words_of::answers(case).into_iter().map(|(task, said)| {
        let asked = said.into_iter().map(|said| Asked {
            change: fields.text(&format!("change-{}", said.id)),
            answer: said.lines.join("\n"),
            id: said.id,
            question: said.question,
        });
        (task, asked.collect())
    });
    Return {
        frame: Frame::of(desk, by, Section::Cases).await,
        reference: case.reference.clone(),
        title: words_of::title(case),
        seen: case.seq,
        by: fields.text("by"),
        tasks: tasks.collect(),
        whole: fields.text("change"),
        errors,
    }
}

/// `GET …/accept`
pub async fn ask(
    State(desk): State<Desk>,
    signed_in: SignedIn,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    signed_in.must_be(&[Role::CaseOfficer])?;
    let case = desk.case(&signed_in, &reference, Sight::Application).await?;
    let page = acceptance(&desk, &signed_in, &case, None, Errors::default()).await?;
    Ok(html(&page))
}

/// `POST …/accept`
pub async fn accept(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    input: Input,
) -> Result<Response, Problem> {
    let case = desk.case(&input.by, &reference, Sight::Application).await?;
    let (access, public) = public_part(&case)?;
    let mut errors = Errors::default();
    let mut salts = publisher::salts()?;
    let mut texts = Vec::new();
    for text in public.texts {
        match withholding(&input.fields, &text.name) {
            Ok(withheld) => texts.push(casework::publication::Text {
                sealed: Disclosure::seal(salts(), &text.name, &text.value),
                withheld,
            }),
            Err(message) => errors.add(format!("opens-{}", text.name), message),
        }
    }
    if errors.is_empty() {
        let command = Command::AcceptApplication { access, texts };
        match desk.give(&input.by, Some(&reference), Some(seen(&input.fields)?), command).await? {
            Given::Taken(_) => return Ok(see(&format!("{}/reviewers", address(&reference)))),
            Given::Wanting(wanting) => errors = wanting,
        }
    }
    Ok(with_errors(&acceptance(&desk, &input.by, &case, Some(&input.fields), errors).await?))
}

/// Whether a text is withheld, as the form says.
fn withholding(fields: &Fields, name: &str) -> Result<Option<Withholding>, &'static str> {
    let Ok(ground) = fields.raw(&format!("ground-{name}")).parse::<Ground>() else { return Ok(None) };
    let opens = match fields.text(&format!("opens-{name}")).as_str() {
        "" => None,
        day => Some(day.parse::<PartialDate>().map_err(|_| "Enter the day on which it opens, such as 2027-09-01")?),
    };
    if ground == Ground::NotYetPublished && opens.is_none() {
        return Err("Enter the day on which it opens, such as 2027-09-01");
    }
    Ok(Some(Withholding { ground, opens }))
}

async fn acceptance(
    desk: &Desk,
    by: &SignedIn,
    case: &Case,
    fields: Option<&Fields>,
    errors: Errors,
) -> Result<Accept, Problem> {
    let (access, public) = public_part(case)?;
    let texts = public.texts.into_iter().map(|text| {
        let of_form = |what: &str| fields.map(|fields| fields.text(&format!("{what}-{}", text.name)));
        let usual = text.withheld.map_or_else(String::new, |ground| ground.code().to_owned());
        Choice {
            label: register::vocabulary::text_label(&text.name),
            ground: of_form("ground").unwrap_or(usual),
            opens: of_form("opens").unwrap_or_default(),
            value: text.value,
            name: text.name,
        }
    });
    Ok(Accept {
        frame: Frame::of(desk, by, Section::Cases).await,
        reference: case.reference.clone(),
        title: words_of::title(case),
        seen: case.seq,
        access,
        texts: texts.collect(),
        errors,
    })
}

impl Accept {
    fn grounds(&self) -> Vec<(&'static str, &'static str)> {
        let known = Ground::ALL.iter().map(|ground| (ground.code(), ground.label()));
        std::iter::once(("", "Public")).chain(known).collect()
    }
}

/// What of an application becomes public: from its answers, its basket and the organisation as it signed.
///
/// # Errors
/// [`Problem::NotFound`] where it has not been submitted.
pub fn public_part(case: &Case) -> Result<(Access, PublicPart), Problem> {
    let submission = case.application.submitted.as_ref().ok_or(Problem::NotFound)?;
    let form = words_of::form_of(case).ok_or(Problem::Fault)?;
    let answers: &Answers = &case.application.answers;
    let public = form.public(answers);
    Ok((access(&public, case.application.specification.as_ref(), submission.recipient.clone()), public))
}

fn access(public: &PublicPart, specification: Option<&Specification>, recipient: Organisation) -> Access {
    let datasets = specification.map_or(&[][..], |specification| &specification.datasets);
    let datasets = datasets.iter().map(|part| {
        let mut classes: Vec<_> = part.items.iter().flat_map(|item| item.classes.clone()).collect();
        classes.sort();
        classes.dedup();
        DatasetUse { classes, frequency: None, name: part.name.clone() }
    });
    Access {
        bases: public.bases.clone(),
        channel: Channel::Panel,
        datasets: datasets.collect(),
        facts: public.facts.clone(),
        recipient,
        route: public.route,
    }
}
