//! `/desk/people`: who has an account and what they are trusted with, for administrators: inviting, giving and taking
//! roles, closing and opening accounts. Somebody who can administer is always left.

use axum::extract::{Path, State};
use axum::response::Response;
use casework::{OrganisationId, PersonId, Role};
use register::organisation::fold_spaces;
use rusqlite::Transaction;
use store::casework::account_events::{self, AccountEvent};
use store::casework::links::Purpose;
use store::casework::organisations;
use store::casework::people::{self, Person, State as AccountState};

use super::guesses::Counted;
use super::input::{Errors, Fields, Input};
use super::page::{Frame, Section, html, see, with_errors};
use super::problem::Problem;
use super::signed_in::SignedIn;
use super::{Desk, post};
use crate::settings::is_email;

/// Characters that a name may have.
const NAME: usize = 200;

/// Events that a page shows.
const EVENTS: u32 = 50;

/// Value and label of each choice of a list.
type Options = Vec<(String, String)>;

#[derive(askama::Template)]
#[template(path = "desk/people.html")]
struct PeoplePage {
    frame: Frame,
    errors: Errors,
    people: Vec<(Person, Vec<String>)>,
    sent: Sent,
    roles: Options,
    organisations: Options,
}

#[derive(askama::Template)]
#[template(path = "desk/person.html")]
struct PersonPage {
    frame: Frame,
    errors: Errors,
    person: Person,
    is_self: bool,
    held: Vec<Held>,
    events: Vec<AccountEvent>,
    sent: Sent,
    roles: Options,
    organisations: Options,
}

/// A role that somebody holds.
struct Held {
    role: Role,
    organisation: Option<(OrganisationId, String)>,
}

/// What a form held when it was sent.
#[derive(Default)]
struct Sent {
    email: String,
    name: String,
    role: String,
    organisation: String,
}

impl Sent {
    fn of(fields: &Fields) -> Self {
        Self {
            email: fields.text("email"),
            name: fold_spaces(&fields.text("name")),
            role: fields.text("role"),
            organisation: fields.text("organisation"),
        }
    }

    /// The role and its organisation; a role for the custodian has none.
    fn role(&self, errors: &mut Errors) -> Option<(Role, Option<OrganisationId>)> {
        let Ok(role) = self.role.parse::<Role>() else {
            errors.add("role", "Choose a role");
            return None;
        };
        if !role.is_of_an_organisation() {
            return Some((role, None));
        }
        match self.organisation.parse().ok().map(OrganisationId) {
            Some(organisation) => Some((role, Some(organisation))),
            None => {
                errors.add("organisation", "Choose the organisation for which they have this role");
                None
            }
        }
    }
}

/// `/desk/people`
pub async fn list(State(desk): State<Desk>, signed_in: SignedIn) -> Result<Response, Problem> {
    signed_in.must_be(&[Role::Administrator])?;
    Ok(html(&list_page(&desk, &signed_in, Errors::default(), Sent::default()).await?))
}

/// `POST /desk/people`: invites somebody with their first role.
pub async fn invite(State(desk): State<Desk>, input: Input) -> Result<Response, Problem> {
    input.by.must_be(&[Role::Administrator])?;
    let sent = Sent::of(&input.fields);
    let mut errors = Errors::default();
    if !is_email(&sent.email) {
        errors.add("email", "Enter an e-mail address, such as name@example.org");
    }
    if !(1..=NAME).contains(&sent.name.chars().count()) {
        errors.add("name", format!("Enter a name of 1 to {NAME} characters"));
    }
    let role = sent.role(&mut errors);
    if let (true, Some((role, organisation))) = (errors.is_empty(), role) {
        let (by, now) = (input.by.person(), desk.now());
        desk.guesses().take(&[Counted::Invitations(by.0)], now).map_err(|seconds| Problem::TooMany { seconds })?;
        let (post, email, name) = (desk.clone(), sent.email.clone(), sent.name.clone());
        let invited = desk
            .write(move |transaction| {
                must_exist(transaction, organisation)?;
                let Some(id) = people::invite(transaction, &email, &name, Some(by), now)? else { return Ok(None) };
                people::give_role(transaction, id, role, organisation, Some(by), now)?;
                let person = people::person(transaction, id)?.ok_or(Problem::Fault)?;
                post::send_link(&post, transaction, &person, Purpose::Invitation, now)?;
                Ok(Some(id))
            })
            .await?;
        match invited {
            Some(id) => return Ok(see(&format!("/desk/people/{id}"))),
            None => {
                errors.add("email", "Somebody has an account with this address already. Give them the role instead")
            }
        }
    }
    Ok(with_errors(&list_page(&desk, &input.by, errors, sent).await?))
}

/// `/desk/people/{id}`
pub async fn show(State(desk): State<Desk>, signed_in: SignedIn, Path(id): Path<u64>) -> Result<Response, Problem> {
    signed_in.must_be(&[Role::Administrator])?;
    Ok(html(&page(&desk, &signed_in, PersonId(id), Errors::default(), Sent::default()).await?))
}

/// `POST /desk/people/{id}/roles`: gives a role.
pub async fn give(State(desk): State<Desk>, Path(id): Path<u64>, input: Input) -> Result<Response, Problem> {
    input.by.must_be(&[Role::Administrator])?;
    let sent = Sent::of(&input.fields);
    let mut errors = Errors::default();
    let Some((role, organisation)) = sent.role(&mut errors) else {
        return Ok(with_errors(&page(&desk, &input.by, PersonId(id), errors, sent).await?));
    };
    change(&desk, &input, id, move |transaction, person, by, now| {
        must_exist(transaction, organisation)?;
        Ok(people::give_role(transaction, person.id, role, organisation, Some(by), now).map(|_| ())?)
    })
    .await
}

/// `POST /desk/people/{id}/roles/take`
pub async fn take(State(desk): State<Desk>, Path(id): Path<u64>, input: Input) -> Result<Response, Problem> {
    input.by.must_be(&[Role::Administrator])?;
    let role: Role = input.fields.raw("role").parse().map_err(|_| Problem::NotFound)?;
    let organisation = input.fields.raw("organisation").parse().ok().map(OrganisationId);
    change(&desk, &input, id, move |transaction, person, by, now| {
        people::take_role(transaction, person.id, role, organisation, Some(by), now)?;
        somebody_must_administer(transaction)
    })
    .await
}

/// `POST /desk/people/{id}/disable`
pub async fn disable(State(desk): State<Desk>, Path(id): Path<u64>, input: Input) -> Result<Response, Problem> {
    input.by.must_be(&[Role::Administrator])?;
    change(&desk, &input, id, |transaction, person, by, now| {
        if person.state != AccountState::Disabled {
            people::disable(transaction, person.id, Some(by), now)?;
        }
        somebody_must_administer(transaction)
    })
    .await
}

/// `POST /desk/people/{id}/enable`
pub async fn enable(State(desk): State<Desk>, Path(id): Path<u64>, input: Input) -> Result<Response, Problem> {
    input.by.must_be(&[Role::Administrator])?;
    change(&desk, &input, id, |transaction, person, by, now| {
        if person.state == AccountState::Disabled {
            people::enable(transaction, person.id, Some(by), now)?;
        }
        Ok(())
    })
    .await
}

/// `POST /desk/people/{id}/invitation`: sends another link to somebody who has not accepted yet.
pub async fn invite_again(State(desk): State<Desk>, Path(id): Path<u64>, input: Input) -> Result<Response, Problem> {
    input.by.must_be(&[Role::Administrator])?;
    let by = input.by.person();
    desk.guesses().take(&[Counted::Invitations(by.0)], desk.now()).map_err(|seconds| Problem::TooMany { seconds })?;
    let post = desk.clone();
    change(&desk, &input, id, move |transaction, person, by, now| {
        if person.state != AccountState::Invited {
            return Err(Problem::Conflict("They have accepted the invitation in the meantime.".to_owned()));
        }
        account_events::record(
            transaction,
            &AccountEvent::of(account_events::Kind::Invited, person.id, Some(by), now),
        )?;
        post::send_link(&post, transaction, person, Purpose::Invitation, now)
    })
    .await
}

/// `POST /desk/people/{id}/second-factor`: lets somebody who has lost theirs set up another.
pub async fn remove_second_factor(
    State(desk): State<Desk>,
    Path(id): Path<u64>,
    input: Input,
) -> Result<Response, Problem> {
    input.by.must_be(&[Role::Administrator])?;
    if input.by.person() == PersonId(id) {
        return Err(Problem::Bad("Another administrator has to do this for you.".to_owned()));
    }
    change(&desk, &input, id, |transaction, person, by, now| {
        Ok(people::remove_second_factor(transaction, person.id, Some(by), now)?)
    })
    .await
}

/// Changes somebody's account and shows it; who changed their own roles has to sign in again.
async fn change(
    desk: &Desk,
    input: &Input,
    id: u64,
    work: impl FnOnce(&Transaction<'_>, &Person, PersonId, register::Moment) -> Result<(), Problem> + Send + 'static,
) -> Result<Response, Problem> {
    let (by, now) = (input.by.person(), desk.now());
    desk.write(move |transaction| {
        let person = people::person(transaction, PersonId(id))?.ok_or(Problem::NotFound)?;
        work(transaction, &person, by, now)
    })
    .await?;
    Ok(see(&format!("/desk/people/{id}")))
}

fn must_exist(transaction: &Transaction<'_>, organisation: Option<OrganisationId>) -> Result<(), Problem> {
    match organisation {
        Some(id) => organisations::organisation(transaction, id)?.map(|_| ()).ok_or(Problem::NotFound),
        None => Ok(()),
    }
}

/// Refuses a change after which nobody could undo it.
fn somebody_must_administer(transaction: &Transaction<'_>) -> Result<(), Problem> {
    match people::administrators(transaction)? {
        0 => Err(Problem::Bad(
            "Nobody could administer after this. Make somebody else an administrator first.".to_owned(),
        )),
        _ => Ok(()),
    }
}

fn role_options() -> Options {
    let choose = (String::new(), "Choose a role".to_owned());
    let roles = Role::ALL.iter().map(|role| {
        let whose = if role.is_of_an_organisation() { "for an organisation" } else { "for the custodian" };
        (role.code().to_owned(), format!("{} ({whose})", role.label()))
    });
    [choose].into_iter().chain(roles).collect()
}

fn organisation_options(all: &[(OrganisationId, String)]) -> Options {
    let none = (String::new(), "None".to_owned());
    [none].into_iter().chain(all.iter().map(|(id, name)| (id.to_string(), name.clone()))).collect()
}

fn held(actor: &casework::Actor, all: &[(OrganisationId, String)]) -> Vec<Held> {
    let name = |id: &OrganisationId| {
        let found = all.iter().find(|(other, _)| other == id);
        (*id, found.map(|(_, name)| name.clone()).unwrap_or_default())
    };
    let staff = actor.staff.iter().map(|role| Held { role: *role, organisation: None });
    let member = actor
        .member
        .iter()
        .flat_map(|(id, roles)| roles.iter().map(move |role| Held { role: *role, organisation: Some(name(id)) }));
    staff.chain(member).collect()
}

async fn list_page(desk: &Desk, signed_in: &SignedIn, errors: Errors, sent: Sent) -> Result<PeoplePage, Problem> {
    let (people, all) = desk
        .read(|transaction| {
            let all = organisations::all(transaction)?;
            let mut listed = Vec::new();
            for person in people::everybody(transaction)? {
                let roles = held(&people::actor(transaction, person.id)?, &all).iter().map(Held::words).collect();
                listed.push((person, roles));
            }
            Ok((listed, all))
        })
        .await?;
    Ok(PeoplePage {
        frame: Frame::of(desk, signed_in, Section::People).await,
        errors,
        people,
        sent,
        roles: role_options(),
        organisations: organisation_options(&all),
    })
}

async fn page(
    desk: &Desk,
    signed_in: &SignedIn,
    id: PersonId,
    errors: Errors,
    sent: Sent,
) -> Result<PersonPage, Problem> {
    let (person, actor, all, events) = desk
        .read(move |transaction| {
            let person = people::person(transaction, id)?.ok_or(Problem::NotFound)?;
            let actor = people::actor(transaction, id)?;
            let events = account_events::of_person(transaction, id, EVENTS)?;
            Ok((person, actor, organisations::all(transaction)?, events))
        })
        .await?;
    Ok(PersonPage {
        frame: Frame::of(desk, signed_in, Section::People).await,
        errors,
        is_self: signed_in.person() == id,
        held: held(&actor, &all),
        person,
        events,
        sent,
        roles: role_options(),
        organisations: organisation_options(&all),
    })
}

impl Held {
    fn words(&self) -> String {
        match &self.organisation {
            Some((_, name)) => format!("{} for {name}", self.role.label()),
            None => self.role.label().to_owned(),
        }
    }
}
