//! People who act, the organisations that they act for, and their roles.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A person with an account. The number says nothing about the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub u64);

/// An organisation that people belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrganisationId(pub u64);

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for OrganisationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a text is not the code of a role.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected one of {}", Role::ALL.iter().map(|role| role.code()).collect::<Vec<_>>().join(", "))]
pub struct NotARole;

macro_rules! roles {
    ($($variant:ident = $code:literal, $label:literal;)+) => {
        /// What a person is trusted with.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Role { $(#[doc = $label] #[serde(rename = $code)] $variant,)+ }

        impl Role {
            /// Every role, those of recipients first.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code that is stored.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// What a page calls it.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }
        }

        impl FromStr for Role {
            type Err = NotARole;

            fn from_str(text: &str) -> Result<Self, NotARole> {
                match text { $($code => Ok(Self::$variant),)+ _ => Err(NotARole) }
            }
        }
    };
}

roles! {
    Applicant = "applicant", "Applicant";
    SigningOfficial = "signing-official", "Signing official";
    DataManager = "data-manager", "Data manager of the recipient";
    CaseOfficer = "case-officer", "Case officer";
    Reviewer = "reviewer", "Reviewer";
    PanelChair = "panel-chair", "Panel chair";
    CustodianSignatory = "custodian-signatory", "Signatory of the custodian";
    ReleaseAnalyst = "release-analyst", "Release analyst";
    Auditor = "auditor", "Auditor";
    Regulator = "regulator", "Regulator";
    Administrator = "administrator", "Administrator";
}

impl Role {
    /// Whether the role is held for one organisation and reaches its own cases only. The others are held for the custodian,
    /// and need a second factor at sign-in.
    pub fn is_of_an_organisation(self) -> bool {
        matches!(self, Self::Applicant | Self::SigningOfficial | Self::DataManager)
    }
}

/// Whoever gives a command, with what they are trusted with at that moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Who.
    pub person: PersonId,
    /// The roles that they hold for the custodian.
    pub staff: BTreeSet<Role>,
    /// The roles that they hold for organisations.
    pub member: BTreeMap<OrganisationId, BTreeSet<Role>>,
}

impl Actor {
    /// Whether they hold this role in a matter of this organisation.
    pub fn has(&self, role: Role, organisation: OrganisationId) -> bool {
        if role.is_of_an_organisation() {
            self.member.get(&organisation).is_some_and(|roles| roles.contains(&role))
        } else {
            self.staff.contains(&role)
        }
    }

    /// Whether they hold any role for the custodian.
    pub fn is_staff(&self) -> bool {
        !self.staff.is_empty()
    }
}
