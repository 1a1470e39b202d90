//! The record of what happened to accounts: who did what to whom, and when. It is only added to, and holds no address, no
//! name and no secret: people and organisations stand in it by their numbers.

use casework::{OrganisationId, PersonId, Role};
use register::Moment;
use rusqlite::{Transaction, params};

use super::failed;
use crate::error::Result;

macro_rules! kinds {
    ($($variant:ident = $code:literal, $words:literal;)+) => {
        /// What can happen to an account.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Kind { $(#[doc = $words] $variant,)+ }

        impl Kind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code that is stored.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// What a page says happened.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $words,)+ }
            }

            /// The kind of this code.
            pub fn of_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.code() == code)
            }
        }
    };
}

kinds! {
    OrganisationAdded = "organisation-added", "Organisation added";
    OrganisationRenamed = "organisation-renamed", "Organisation renamed";
    IdentifierSet = "identifier-set", "Identifier set";
    Invited = "invited", "Invited";
    InvitationAccepted = "invitation-accepted", "Invitation accepted";
    RoleGiven = "role-given", "Role given";
    RoleTaken = "role-taken", "Role taken away";
    Disabled = "disabled", "Account disabled";
    Enabled = "enabled", "Account enabled again";
    SignedIn = "signed-in", "Signed in";
    SignInRefused = "sign-in-refused", "Sign-in refused";
    CodeRefused = "code-refused", "Code refused";
    SignedOut = "signed-out", "Signed out";
    SignedOutEverywhere = "signed-out-everywhere", "Signed out everywhere";
    ResetAsked = "reset-asked", "Reset of the password asked for";
    PasswordSet = "password-set", "Password set";
    SecondFactorSet = "second-factor-set", "Second factor set up";
    SecondFactorRemoved = "second-factor-removed", "Second factor removed";
    IdentityLinked = "identity-linked", "Sign-in of another provider linked";
}

/// One thing that happened.
#[derive(Debug, Clone)]
pub struct AccountEvent {
    /// When.
    pub at: Moment,
    /// Who did it; nothing where nobody had signed in.
    pub actor: Option<PersonId>,
    /// Whose account it happened to.
    pub person: Option<PersonId>,
    /// The organisation concerned.
    pub organisation: Option<OrganisationId>,
    /// What happened.
    pub kind: Kind,
    /// Codes that say more, such as `{"role":"reviewer"}`.
    pub detail: serde_json::Value,
}

impl AccountEvent {
    /// Something that happened to a person's account, or was tried on an account that there is not.
    pub fn of(kind: Kind, person: impl Into<Option<PersonId>>, actor: Option<PersonId>, at: Moment) -> Self {
        Self { at, actor, person: person.into(), organisation: None, kind, detail: serde_json::json!({}) }
    }

    /// Something that happened to an organisation.
    pub fn about(kind: Kind, organisation: OrganisationId, actor: Option<PersonId>, at: Moment) -> Self {
        Self { at, actor, person: None, organisation: Some(organisation), kind, detail: serde_json::json!({}) }
    }

    /// The same with codes that say more.
    pub fn with(mut self, detail: serde_json::Value) -> Self {
        self.detail = detail;
        self
    }

    /// The role that was given or taken.
    pub fn role(&self) -> Option<Role> {
        self.detail.get("role")?.as_str()?.parse().ok()
    }

    /// The same for a role or a matter of an organisation.
    pub fn for_organisation(mut self, organisation: Option<OrganisationId>) -> Self {
        self.organisation = organisation;
        self
    }
}

/// Adds one, in the transaction of what it tells of.
///
/// # Errors
/// A fault of the database.
pub fn record(transaction: &Transaction<'_>, event: &AccountEvent) -> Result<()> {
    let failed = failed(transaction);
    let add =
        "INSERT INTO account_event (at, actor, person, organisation, kind, detail) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let mut statement = transaction.prepare_cached(add).map_err(&failed)?;
    statement
        .execute(params![
            event.at.seconds(),
            event.actor.map(|actor| actor.0),
            event.person.map(|person| person.0),
            event.organisation.map(|organisation| organisation.0),
            event.kind.code(),
            event.detail.to_string(),
        ])
        .map_err(&failed)?;
    Ok(())
}

/// What happened to a person's account or was done by them, newest first.
///
/// # Errors
/// A fault of the database.
pub fn of_person(transaction: &Transaction<'_>, person: PersonId, at_most: u32) -> Result<Vec<AccountEvent>> {
    let failed = failed(transaction);
    let ask = "SELECT at, actor, person, organisation, kind, detail FROM account_event WHERE person = ?1
               ORDER BY id DESC LIMIT ?2";
    let mut statement = transaction.prepare_cached(ask).map_err(&failed)?;
    let rows = statement.query_map(params![person.0, at_most], read).map_err(&failed)?;
    let events: Vec<Option<AccountEvent>> = rows.collect::<rusqlite::Result<_>>().map_err(&failed)?;
    Ok(events.into_iter().flatten().collect())
}

/// A row; nothing where a later version of this program wrote a kind that this one does not know.
fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Option<AccountEvent>> {
    let kind: String = row.get(4)?;
    let detail: String = row.get(5)?;
    let Some(kind) = Kind::of_code(&kind) else { return Ok(None) };
    Ok(Some(AccountEvent {
        at: super::people::moment(row.get(0)?, 0)?,
        actor: row.get::<_, Option<u64>>(1)?.map(PersonId),
        person: row.get::<_, Option<u64>>(2)?.map(PersonId),
        organisation: row.get::<_, Option<u64>>(3)?.map(OrganisationId),
        kind,
        detail: serde_json::from_str(&detail).unwrap_or_default(),
    }))
}
