//! `/desk/organisations`: organisations that people act for, for administrators: their names, of which none is forgotten,
//! and their numbers.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::{OrganisationId, Role};
use register::organisation::fold_spaces;
use rusqlite::Transaction;
use store::casework::organisations::{self, Organisation, Scheme};
use store::casework::people;

use super::Desk;
use super::input::{Errors, Fields, Input};
use super::page::{Frame, Section, html, see, with_errors};
use super::problem::Problem;
use super::signed_in::SignedIn;
use crate::web::words;

/// Characters that a name may have.
const NAME: usize = 200;

#[derive(askama::Template)]
#[template(path = "desk/organisations.html")]
struct OrganisationsPage {
    frame: Frame,
    errors: Errors,
    organisations: Vec<(OrganisationId, String)>,
    name: String,
    identifiers: Vec<(Scheme, String)>,
}

#[derive(askama::Template)]
#[template(path = "desk/organisation.html")]
struct OrganisationPage {
    frame: Frame,
    errors: Errors,
    organisation: Organisation,
    name: String,
    identifiers: Vec<(Scheme, String)>,
    people: Vec<(people::Person, &'static str)>,
}

/// `/desk/organisations`
pub async fn list(State(desk): State<Desk>, signed_in: SignedIn) -> Result<Response, Problem> {
    signed_in.must_be(&[Role::Administrator])?;
    let nothing = Scheme::ALL.iter().map(|scheme| (*scheme, String::new())).collect();
    Ok(html(&list_page(&desk, &signed_in, Errors::default(), String::new(), nothing).await?))
}

/// `POST /desk/organisations`
pub async fn add(State(desk): State<Desk>, input: Input) -> Result<Response, Problem> {
    input.by.must_be(&[Role::Administrator])?;
    let mut errors = Errors::default();
    let name = name(&input.fields, &mut errors);
    let read = identifiers(&input.fields, &mut errors);
    if errors.is_empty() {
        let (by, now, named) = (Some(input.by.person()), desk.now(), name.clone());
        let added = desk
            .write(move |transaction| {
                if let Some(refused) = taken_by_another(transaction, &read, None)? {
                    return Ok(Err(refused));
                }
                let id = organisations::add(transaction, &named, by, now)?;
                for (scheme, value) in &read {
                    organisations::set_identifier(transaction, id, *scheme, value.as_deref(), by, now)?;
                }
                Ok(Ok(id))
            })
            .await?;
        match added {
            Ok(id) => return Ok(see(&format!("/desk/organisations/{id}"))),
            Err((field, message)) => errors.add(field, message),
        }
    }
    let sent = as_sent(&input.fields);
    Ok(with_errors(&list_page(&desk, &input.by, errors, name, sent).await?))
}

/// `/desk/organisations/{id}`
pub async fn show(State(desk): State<Desk>, signed_in: SignedIn, Path(id): Path<u64>) -> Result<Response, Problem> {
    signed_in.must_be(&[Role::Administrator])?;
    Ok(html(&page(&desk, &signed_in, OrganisationId(id), Errors::default(), None).await?))
}

/// `POST /desk/organisations/{id}/name`: what it was called is kept.
pub async fn rename(State(desk): State<Desk>, Path(id): Path<u64>, input: Input) -> Result<Response, Problem> {
    input.by.must_be(&[Role::Administrator])?;
    let id = OrganisationId(id);
    let mut errors = Errors::default();
    let name = name(&input.fields, &mut errors);
    if !errors.is_empty() {
        return Ok(with_errors(&page(&desk, &input.by, id, errors, Some(&input.fields)).await?));
    }
    let (by, now) = (Some(input.by.person()), desk.now());
    desk.write(move |transaction| {
        must_exist(transaction, id)?;
        Ok(organisations::rename(transaction, id, &name, by, now)?)
    })
    .await?;
    Ok(see(&format!("/desk/organisations/{id}")))
}

/// `POST /desk/organisations/{id}/identifiers`
pub async fn set_identifiers(State(desk): State<Desk>, Path(id): Path<u64>, input: Input) -> Result<Response, Problem> {
    input.by.must_be(&[Role::Administrator])?;
    let id = OrganisationId(id);
    let mut errors = Errors::default();
    let read = identifiers(&input.fields, &mut errors);
    if errors.is_empty() {
        let (by, now) = (Some(input.by.person()), desk.now());
        let refused = desk
            .write(move |transaction| {
                must_exist(transaction, id)?;
                if let Some(refused) = taken_by_another(transaction, &read, Some(id))? {
                    return Ok(Some(refused));
                }
                for (scheme, value) in &read {
                    organisations::set_identifier(transaction, id, *scheme, value.as_deref(), by, now)?;
                }
                Ok(None)
            })
            .await?;
        match refused {
            None => return Ok(see(&format!("/desk/organisations/{id}"))),
            Some((field, message)) => errors.add(field, message),
        }
    }
    Ok(with_errors(&page(&desk, &input.by, id, errors, Some(&input.fields)).await?))
}

fn must_exist(transaction: &Transaction<'_>, id: OrganisationId) -> Result<(), Problem> {
    organisations::organisation(transaction, id)?.map(|_| ()).ok_or(Problem::NotFound)
}

/// The first number that another organisation has, with what to say about it.
fn taken_by_another(
    transaction: &Transaction<'_>,
    read: &[(Scheme, Option<String>)],
    of: Option<OrganisationId>,
) -> Result<Option<(&'static str, String)>, Problem> {
    for (scheme, value) in read {
        let Some(value) = value else { continue };
        let other = organisations::with_identifier(transaction, *scheme, value)?.filter(|other| Some(*other) != of);
        if let Some(other) = other {
            let name = organisations::organisation(transaction, other)?.map(|other| other.name).unwrap_or_default();
            return Ok(Some((scheme.code(), format!("{name} has this number already. Each is of one organisation"))));
        }
    }
    Ok(None)
}

fn name(fields: &Fields, errors: &mut Errors) -> String {
    let name = fold_spaces(&fields.text("name"));
    match name.chars().count() {
        0 => errors.add("name", "Enter the name of the organisation"),
        1..=NAME => {}
        _ => errors.add("name", format!("Enter a name of {NAME} characters or fewer")),
    }
    name
}

fn identifiers(fields: &Fields, errors: &mut Errors) -> Vec<(Scheme, Option<String>)> {
    let mut read = Vec::new();
    for scheme in Scheme::ALL {
        let text = fields.text(scheme.code());
        let value = scheme.read(&text);
        if !text.is_empty() && value.is_none() {
            errors.add(scheme.code(), format!("{}: enter {}", scheme.label(), scheme.expected()));
        }
        read.push((*scheme, value));
    }
    read
}

fn as_sent(fields: &Fields) -> Vec<(Scheme, String)> {
    Scheme::ALL.iter().map(|scheme| (*scheme, fields.text(scheme.code()))).collect()
}

async fn list_page(
    desk: &Desk,
    signed_in: &SignedIn,
    errors: Errors,
    name: String,
    identifiers: Vec<(Scheme, String)>,
) -> Result<OrganisationsPage, Problem> {
    let organisations = desk.read(|transaction| Ok(organisations::all(transaction)?)).await?;
    let frame = Frame::of(desk, signed_in, Section::Organisations).await;
    Ok(OrganisationsPage { frame, errors, organisations, name, identifiers })
}

async fn page(
    desk: &Desk,
    signed_in: &SignedIn,
    id: OrganisationId,
    errors: Errors,
    sent: Option<&Fields>,
) -> Result<OrganisationPage, Problem> {
    let (organisation, people) = desk
        .read(move |transaction| {
            let organisation = organisations::organisation(transaction, id)?.ok_or(Problem::NotFound)?;
            let mut holders = Vec::new();
            for role in Role::ALL.iter().filter(|role| role.is_of_an_organisation()) {
                let held = people::holders(transaction, *role, Some(id))?;
                holders.extend(held.into_iter().map(|person| (person, role.label())));
            }
            Ok((organisation, holders))
        })
        .await?;
    let held = |scheme: Scheme| {
        let value = organisation.identifiers.iter().find(|(held, _)| *held == scheme);
        value.map(|(_, value)| value.clone()).unwrap_or_default()
    };
    let sent_name = sent.filter(|fields| fields.has("name")).map(|fields| fields.text("name"));
    let sent_identifiers = sent.filter(|fields| fields.has(Scheme::Urn.code())).map(as_sent);
    Ok(OrganisationPage {
        frame: Frame::of(desk, signed_in, Section::Organisations).await,
        errors,
        name: sent_name.unwrap_or_else(|| organisation.name.clone()),
        identifiers: sent_identifiers
            .unwrap_or_else(|| Scheme::ALL.iter().map(|scheme| (*scheme, held(*scheme))).collect()),
        organisation,
        people,
    })
}
