//! The demonstration's organisations and accounts. Everybody has the same password, which is printed, and staff have a
//! second factor whose codes can be printed: an invented register protects nobody.

use std::collections::BTreeMap;

use casework::{OrganisationId, PersonId, Role};
use register::Moment;
use rusqlite::Transaction;
use serde::Deserialize;
use store::StoreError;
use store::casework::organisations::{self, Scheme};
use store::casework::people;

use super::DemoError;
use super::files::{PEOPLE, read};
use crate::desk::{password, second_factor};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PeopleFile {
    password: String,
    organisation: Vec<OrganisationEntry>,
    account: Vec<AccountEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct OrganisationEntry {
    key: String,
    name: String,
    formerly: Option<String>,
    company_number: Option<String>,
    ico_registration: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AccountEntry {
    email: String,
    name: String,
    roles: Vec<Role>,
    organisation: Option<String>,
}

/// An account of the demonstration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// With what they sign in.
    pub email: String,
    /// What they are called.
    pub name: String,
    /// What they are trusted with.
    pub roles: Vec<Role>,
    /// The key of the organisation that they belong to; nothing for the custodian's own.
    pub organisation: Option<String>,
    /// What it is called.
    pub organisation_name: Option<String>,
    /// Their password.
    pub password: String,
}

impl Account {
    /// Whether signing in asks for a code as well.
    pub fn has_second_factor(&self) -> bool {
        self.organisation.is_none()
    }
}

/// Every account, those of recipients first.
///
/// # Panics
/// Only if the data file is wrong; it is part of the program, and a test reads it.
pub fn accounts() -> Vec<Account> {
    let file: PeopleFile = read(PEOPLE).expect("the demonstration's accounts are well formed");
    let PeopleFile { password, organisation, account: entries } = file;
    let name_of = |key: &String| organisation.iter().find(|known| known.key == *key).map(|known| known.name.clone());
    let account = |entry: AccountEntry| Account {
        organisation_name: entry.organisation.as_ref().and_then(name_of),
        email: entry.email,
        name: entry.name,
        roles: entry.roles,
        organisation: entry.organisation,
        password: password.clone(),
    };
    entries.into_iter().map(account).collect()
}

/// Whoever the steps of cases name: people by their addresses, organisations by their keys.
pub(super) struct Known {
    people: BTreeMap<String, PersonId>,
    organisations: BTreeMap<String, OrganisationId>,
    accounts: Vec<Account>,
}

impl Known {
    pub(super) fn person(&self, email: &str) -> Option<PersonId> {
        self.people.get(email).copied()
    }

    pub(super) fn organisation(&self, key: &str) -> Option<OrganisationId> {
        self.organisations.get(key).copied()
    }

    /// The first who holds a role, for the custodian or for this organisation.
    pub(super) fn holder(&self, role: Role, organisation: Option<&str>) -> Option<&Account> {
        let of = |account: &&Account| account.organisation.as_deref() == organisation && account.roles.contains(&role);
        self.accounts.iter().find(of)
    }
}

/// Adds every organisation and account, as if they had been made at this moment.
pub(super) fn add(transaction: &Transaction<'_>, at: Moment) -> Result<Known, DemoError> {
    let file: PeopleFile = read(PEOPLE)?;
    let mut known = Known { people: BTreeMap::new(), organisations: BTreeMap::new(), accounts: accounts() };
    for entry in &file.organisation {
        known.organisations.insert(entry.key.clone(), organisation(transaction, entry, at)?);
    }
    for account in &known.accounts {
        let wrong = || DemoError::Unknown { place: "accounts".to_owned(), wrong: account.email.clone() };
        let id = people::invite(transaction, &account.email, &account.name, None, at)?.ok_or_else(wrong)?;
        let organisation = match &account.organisation {
            Some(key) => Some(known.organisations.get(key).copied().ok_or_else(wrong)?),
            None => None,
        };
        for role in &account.roles {
            people::give_role(transaction, id, *role, organisation, None, at)?;
        }
        let hash = password::hash_now(account.password.as_bytes()).ok_or_else(wrong)?;
        people::set_password(transaction, id, &hash, None, Some(id), at)?;
        if account.has_second_factor() {
            let secret = second_factor::new_secret().map_err(|_| wrong())?;
            people::set_second_factor(transaction, id, &secret, 0, at)?;
        }
        known.people.insert(account.email.clone(), id);
    }
    Ok(known)
}

fn organisation(
    transaction: &Transaction<'_>,
    entry: &OrganisationEntry,
    at: Moment,
) -> Result<OrganisationId, StoreError> {
    let first = entry.formerly.as_ref().unwrap_or(&entry.name);
    let id = organisations::add(transaction, first, None, at)?;
    organisations::rename(transaction, id, &entry.name, None, at)?;
    let numbers = [(Scheme::CompanyNumber, &entry.company_number), (Scheme::IcoRegistration, &entry.ico_registration)];
    for (scheme, number) in numbers {
        organisations::set_identifier(transaction, id, scheme, number.as_deref(), None, at)?;
    }
    Ok(id)
}
