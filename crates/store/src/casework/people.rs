//! People with accounts, and the roles that they hold. Each change is recorded in its own transaction.
//!
//! Passwords come here hashed and are never seen in clear; who may change what is decided by the caller.

use std::collections::{BTreeMap, BTreeSet};

use casework::{Actor, OrganisationId, PersonId, Role};
use register::Moment;
use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Transaction, params};

use super::account_events::{AccountEvent, Kind, record};
use super::{failed, sessions};
use crate::error::Result;

/// Whether an account can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Invited, and has not yet set a password or signed in.
    Invited,
    /// In use.
    Active,
    /// Closed by an administrator.
    Disabled,
}

impl State {
    /// What a page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Invited => "Invited",
            Self::Active => "Active",
            Self::Disabled => "Disabled",
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Invited => "invited",
            Self::Active => "active",
            Self::Disabled => "disabled",
        }
    }
}

/// A person as others see them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub id: PersonId,
    /// Where mail reaches them; also what they sign in with.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// Whether the account can be used.
    pub state: State,
    /// Whether they have a second factor.
    pub has_second_factor: bool,
    /// When the account was made.
    pub made: Moment,
}

/// What a sign-in needs of a person.
#[derive(Clone)]
pub struct Credentials {
    /// Who.
    pub person: Person,
    /// The hash of the password, as a PHC string; nothing while there is none.
    pub password: Option<String>,
    /// The secret of the second factor; nothing while there is none.
    pub second_factor: Option<Vec<u8>>,
    /// The last time step whose code was taken.
    pub second_factor_step: u64,
}

const PERSON: &str = "id, email, name, state, second_factor IS NOT NULL, made_at";

/// What an address is looked up by.
pub fn email_key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Adds a person who is invited; nothing where the address is somebody's already.
///
/// # Errors
/// A fault of the database.
pub fn invite(
    transaction: &Transaction<'_>,
    email: &str,
    name: &str,
    by: Option<PersonId>,
    now: Moment,
) -> Result<Option<PersonId>> {
    let failed = failed(transaction);
    let add = "INSERT INTO person (email, email_key, name, state, made_at) VALUES (?1, ?2, ?3, 'invited', ?4)
               ON CONFLICT (email_key) DO NOTHING RETURNING id";
    let id = transaction
        .query_row(add, params![email.trim(), email_key(email), name, now.seconds()], |row| row.get(0))
        .optional()
        .map_err(&failed)?
        .map(PersonId);
    if let Some(id) = id {
        record(transaction, &AccountEvent::of(Kind::Invited, id, by, now))?;
    }
    Ok(id)
}

/// A person by number.
///
/// # Errors
/// A fault of the database.
pub fn person(transaction: &Transaction<'_>, id: PersonId) -> Result<Option<Person>> {
    let ask = format!("SELECT {PERSON} FROM person WHERE id = ?1");
    transaction.query_row(&ask, [id.0], read).optional().map_err(failed(transaction))
}

/// What a sign-in with this address needs.
///
/// # Errors
/// A fault of the database.
pub fn credentials(transaction: &Transaction<'_>, email: &str) -> Result<Option<Credentials>> {
    credentials_where(transaction, "email_key = ?1", &email_key(email))
}

/// What a sign-in of this person needs.
///
/// # Errors
/// A fault of the database.
pub fn credentials_of(transaction: &Transaction<'_>, id: PersonId) -> Result<Option<Credentials>> {
    credentials_where(transaction, "id = ?1", &id.0)
}

fn credentials_where(
    transaction: &Transaction<'_>,
    condition: &str,
    value: &dyn rusqlite::ToSql,
) -> Result<Option<Credentials>> {
    let ask = format!("SELECT {PERSON}, password, second_factor, second_factor_step FROM person WHERE {condition}");
    let read = |row: &rusqlite::Row<'_>| {
        Ok(Credentials {
            person: read(row)?,
            password: row.get(6)?,
            second_factor: row.get(7)?,
            second_factor_step: row.get(8)?,
        })
    };
    transaction.query_row(&ask, [value], read).optional().map_err(failed(transaction))
}

/// Everybody, by name.
///
/// # Errors
/// A fault of the database.
pub fn everybody(transaction: &Transaction<'_>) -> Result<Vec<Person>> {
    let failed = failed(transaction);
    let ask = format!("SELECT {PERSON} FROM person ORDER BY name COLLATE NOCASE, id");
    let mut statement = transaction.prepare(&ask).map_err(&failed)?;
    let rows = statement.query_map([], read).map_err(&failed)?;
    rows.collect::<rusqlite::Result<_>>().map_err(&failed)
}

/// Everybody in use who holds a role, for the custodian or for this organisation.
///
/// # Errors
/// A fault of the database.
pub fn holders(transaction: &Transaction<'_>, role: Role, organisation: Option<OrganisationId>) -> Result<Vec<Person>> {
    let failed = failed(transaction);
    let ask = format!(
        "SELECT {PERSON} FROM person WHERE state = 'active' AND id IN
         (SELECT person FROM person_role WHERE role = ?1 AND organisation IS ?2) ORDER BY name COLLATE NOCASE, id"
    );
    let mut statement = transaction.prepare_cached(&ask).map_err(&failed)?;
    let rows = statement.query_map(params![role.code(), organisation.map(|held| held.0)], read).map_err(&failed)?;
    rows.collect::<rusqlite::Result<_>>().map_err(&failed)
}

/// What a person is trusted with now. A role that this program does not know counts for nothing.
///
/// # Errors
/// A fault of the database.
pub fn actor(transaction: &Transaction<'_>, person: PersonId) -> Result<Actor> {
    let failed = failed(transaction);
    let ask = "SELECT role, organisation FROM person_role WHERE person = ?1";
    let mut statement = transaction.prepare_cached(ask).map_err(&failed)?;
    let rows = statement
        .query_map([person.0], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<u64>>(1)?)))
        .map_err(&failed)?;
    let mut actor = Actor { person, staff: BTreeSet::new(), member: BTreeMap::new() };
    for row in rows {
        let (role, organisation) = row.map_err(&failed)?;
        let Ok(role) = role.parse::<Role>() else { continue };
        match organisation.map(OrganisationId) {
            Some(organisation) if role.is_of_an_organisation() => {
                actor.member.entry(organisation).or_default().insert(role);
            }
            None if !role.is_of_an_organisation() => _ = actor.staff.insert(role),
            _ => {}
        }
    }
    Ok(actor)
}

/// Gives a role. All sessions of the person end, since what they may do has changed; false where they had it.
///
/// # Errors
/// A fault of the database.
pub fn give_role(
    transaction: &Transaction<'_>,
    person: PersonId,
    role: Role,
    organisation: Option<OrganisationId>,
    by: Option<PersonId>,
    now: Moment,
) -> Result<bool> {
    let give = "INSERT INTO person_role (person, role, organisation, since) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT DO NOTHING";
    let values = params![person.0, role.code(), organisation.map(|held| held.0), now.seconds()];
    let given = transaction.execute(give, values).map_err(failed(transaction))? > 0;
    if given {
        role_changed(transaction, Kind::RoleGiven, person, role, organisation, by, now)?;
    }
    Ok(given)
}

/// Takes a role away. All sessions of the person end; false where they did not have it.
///
/// # Errors
/// A fault of the database.
pub fn take_role(
    transaction: &Transaction<'_>,
    person: PersonId,
    role: Role,
    organisation: Option<OrganisationId>,
    by: Option<PersonId>,
    now: Moment,
) -> Result<bool> {
    let take = "DELETE FROM person_role WHERE person = ?1 AND role = ?2 AND organisation IS ?3";
    let values = params![person.0, role.code(), organisation.map(|held| held.0)];
    let taken = transaction.execute(take, values).map_err(failed(transaction))? > 0;
    if taken {
        role_changed(transaction, Kind::RoleTaken, person, role, organisation, by, now)?;
    }
    Ok(taken)
}

fn role_changed(
    transaction: &Transaction<'_>,
    kind: Kind,
    person: PersonId,
    role: Role,
    organisation: Option<OrganisationId>,
    by: Option<PersonId>,
    now: Moment,
) -> Result<()> {
    sessions::end_all(transaction, person, None)?;
    let event = AccountEvent::of(kind, person, by, now).for_organisation(organisation);
    record(transaction, &event.with(serde_json::json!({ "role": role.code() })))
}

/// Sets the hash of a password. Whoever was invited is active from then on; all sessions but one end.
///
/// # Errors
/// A fault of the database.
pub fn set_password(
    transaction: &Transaction<'_>,
    person: PersonId,
    hash: &str,
    but: Option<i64>,
    by: Option<PersonId>,
    now: Moment,
) -> Result<()> {
    let set = "UPDATE person SET password = ?2, state = iif(state = 'invited', 'active', state) WHERE id = ?1";
    transaction.execute(set, params![person.0, hash]).map_err(failed(transaction))?;
    sessions::end_all(transaction, person, but)?;
    record(transaction, &AccountEvent::of(Kind::PasswordSet, person, by, now))
}

/// Replaces a hash by one of the same password that is made with today's cost.
///
/// # Errors
/// A fault of the database.
pub fn renew_hash(transaction: &Transaction<'_>, person: PersonId, hash: &str) -> Result<()> {
    transaction
        .execute("UPDATE person SET password = ?2 WHERE id = ?1", params![person.0, hash])
        .map_err(failed(transaction))?;
    Ok(())
}

/// Whoever was invited is active from now on, without a password: they sign in at another provider.
///
/// # Errors
/// A fault of the database.
pub fn activate(transaction: &Transaction<'_>, person: PersonId) -> Result<()> {
    let set = "UPDATE person SET state = 'active' WHERE id = ?1 AND state = 'invited'";
    transaction.execute(set, [person.0]).map_err(failed(transaction))?;
    Ok(())
}

/// Sets the secret of the second factor, which was proved with the code of this time step.
///
/// # Errors
/// A fault of the database.
pub fn set_second_factor(
    transaction: &Transaction<'_>,
    person: PersonId,
    secret: &[u8],
    step: u64,
    now: Moment,
) -> Result<()> {
    let set = "UPDATE person SET second_factor = ?2, second_factor_step = ?3 WHERE id = ?1";
    transaction.execute(set, params![person.0, secret, step]).map_err(failed(transaction))?;
    record(transaction, &AccountEvent::of(Kind::SecondFactorSet, person, Some(person), now))
}

/// Removes the second factor of somebody who has lost it: they enrol a new one when they next sign in. All sessions end.
///
/// # Errors
/// A fault of the database.
pub fn remove_second_factor(
    transaction: &Transaction<'_>,
    person: PersonId,
    by: Option<PersonId>,
    now: Moment,
) -> Result<()> {
    let remove = "UPDATE person SET second_factor = NULL WHERE id = ?1";
    transaction.execute(remove, [person.0]).map_err(failed(transaction))?;
    sessions::end_all(transaction, person, None)?;
    record(transaction, &AccountEvent::of(Kind::SecondFactorRemoved, person, by, now))
}

/// Takes the code of a time step; false where that step or a later one has been taken, so that no code works twice.
///
/// # Errors
/// A fault of the database.
pub fn take_step(transaction: &Transaction<'_>, person: PersonId, step: u64) -> Result<bool> {
    let take = "UPDATE person SET second_factor_step = ?2 WHERE id = ?1 AND second_factor_step < ?2";
    Ok(transaction.execute(take, params![person.0, step]).map_err(failed(transaction))? > 0)
}

/// Closes an account: sessions, links and known browsers end with it.
///
/// # Errors
/// A fault of the database.
pub fn disable(transaction: &Transaction<'_>, person: PersonId, by: Option<PersonId>, now: Moment) -> Result<()> {
    set_state(transaction, person, State::Disabled)?;
    sessions::end_all(transaction, person, None)?;
    let failed = failed(transaction);
    for end in ["DELETE FROM person_link WHERE person = ?1", "DELETE FROM device WHERE person = ?1"] {
        transaction.execute(end, [person.0]).map_err(&failed)?;
    }
    record(transaction, &AccountEvent::of(Kind::Disabled, person, by, now))
}

/// Opens a closed account again. Who never set a password is invited still.
///
/// # Errors
/// A fault of the database.
pub fn enable(transaction: &Transaction<'_>, person: PersonId, by: Option<PersonId>, now: Moment) -> Result<()> {
    let used = "SELECT password IS NOT NULL OR EXISTS (SELECT 1 FROM openid_identity AS linked WHERE linked.person = person.id)
                FROM person WHERE id = ?1";
    let used = transaction.query_row(used, [person.0], |row| row.get(0)).map_err(failed(transaction))?;
    set_state(transaction, person, if used { State::Active } else { State::Invited })?;
    record(transaction, &AccountEvent::of(Kind::Enabled, person, by, now))
}

fn set_state(transaction: &Transaction<'_>, person: PersonId, state: State) -> Result<()> {
    transaction
        .execute("UPDATE person SET state = ?2 WHERE id = ?1", params![person.0, state.code()])
        .map_err(failed(transaction))?;
    Ok(())
}

/// How many can administer: in use or invited, since an invitation can be accepted.
///
/// # Errors
/// A fault of the database.
pub fn administrators(transaction: &Transaction<'_>) -> Result<u64> {
    let ask = "SELECT count(*) FROM person WHERE state <> 'disabled' AND id IN
               (SELECT person FROM person_role WHERE role = ?1)";
    transaction.query_row(ask, [Role::Administrator.code()], |row| row.get(0)).map_err(failed(transaction))
}

fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Person> {
    let state: String = row.get(3)?;
    let state = [State::Invited, State::Active, State::Disabled].into_iter().find(|known| known.code() == state);
    Ok(Person {
        id: PersonId(row.get(0)?),
        email: row.get(1)?,
        name: row.get(2)?,
        state: state.ok_or_else(|| rusqlite::Error::InvalidColumnType(3, "state".to_owned(), Type::Text))?,
        has_second_factor: row.get(4)?,
        made: moment(row.get(5)?, 5)?,
    })
}

/// A moment out of a column.
pub(crate) fn moment(seconds: i64, column: usize) -> rusqlite::Result<Moment> {
    Moment::from_seconds(seconds)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(column, Type::Integer, Box::new(error)))
}
