//! Which decisions are asked for, as it stands in an address.

use std::borrow::Cow;

use register::vocabulary::{Outcome, Reason};

use crate::web::database::Decision;
use crate::web::filters::{bad, coded};
use crate::web::problem::Problem;

/// The longest name of whoever decided that is looked for; the longest that a statement may carry.
const LONGEST: usize = 300;

/// Stands for a date or a reason that the register does not have.
pub const NONE: &str = "none";

/// What the list can be filtered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// What was decided.
    Outcome,
    /// The year of the decision.
    Year,
    /// A coded reason.
    Reason,
    /// Who decided.
    DecidedBy,
}

impl Field {
    /// Every field, in the order in which a page shows them.
    pub const ALL: &'static [Self] = &[Self::Outcome, Self::Year, Self::Reason, Self::DecidedBy];

    /// The parameter's name.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Outcome => "outcome",
            Self::Year => "year",
            Self::Reason => "reason",
            Self::DecidedBy => "decided-by",
        }
    }

    /// What a page calls it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Outcome => "What was decided",
            Self::Year => "Year of the decision",
            Self::Reason => "Reason",
            Self::DecidedBy => "Who decided",
        }
    }

    /// The values of a decision, as they stand in an address.
    pub fn values(self, decision: &Decision) -> Vec<Cow<'_, str>> {
        match self {
            Self::Outcome => vec![decision.outcome.code().into()],
            Self::Year => {
                let year = decision.decided.map(|date| date.year_number().to_string());
                vec![year.map_or(NONE.into(), Cow::Owned)]
            }
            Self::Reason if decision.reasons.is_empty() => vec![NONE.into()],
            Self::Reason => decision.reasons.iter().map(|reason| reason.code().into()).collect(),
            Self::DecidedBy => vec![decision.decided_by.as_deref().unwrap_or(NONE).into()],
        }
    }

    /// What a page shows for a value.
    pub fn value_label(self, value: &str) -> String {
        let label = match self {
            Self::Outcome => value.parse().map(|outcome: Outcome| outcome.label()).ok(),
            Self::Reason if value == NONE => Some("No reasons published"),
            Self::Reason => value.parse().map(|reason: Reason| reason.label()).ok(),
            Self::Year if value == NONE => Some("Date not known"),
            Self::DecidedBy if value == NONE => Some("Not published"),
            Self::Year | Self::DecidedBy => None,
        };
        label.unwrap_or(value).to_owned()
    }
}

/// Which decisions are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    values: [Option<String>; Field::ALL.len()],
    /// The page, from 1.
    pub page: u64,
}

impl Asked {
    /// Reads the query of an address. Parameters that mean nothing here are passed over.
    ///
    /// # Errors
    /// A value that its parameter cannot have, or a parameter given twice.
    pub fn parse(query: &str) -> Result<Self, Problem> {
        let mut asked = Self { values: Default::default(), page: 1 };
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            if name == "page" {
                let page = value.parse().ok().filter(|page| (1..=1_000_000).contains(page));
                asked.page = page.ok_or_else(|| bad("page", "It must be a whole number from 1.".to_owned()))?;
            }
            let Some(field) = Field::ALL.iter().find(|field| field.parameter() == name) else { continue };
            check(*field, value)?;
            let place = &mut asked.values[*field as usize];
            if place.as_deref().is_some_and(|first| first != value) {
                return Err(bad(field.parameter(), "It can be given once.".to_owned()));
            }
            *place = Some(value.to_owned());
        }
        Ok(asked)
    }

    /// The value that a field is filtered by.
    pub fn value(&self, field: Field) -> Option<&str> {
        self.values[field as usize].as_deref()
    }

    /// Whether anything is asked for beyond the whole list.
    pub fn any(&self) -> bool {
        self.values.iter().any(Option::is_some)
    }

    /// Whether a decision is asked for, were it not for one of the fields.
    pub fn takes(&self, decision: &Decision, except: Option<Field>) -> bool {
        Field::ALL.iter().filter(|field| Some(**field) != except).all(|field| match self.value(*field) {
            Some(wanted) => field.values(decision).iter().any(|value| value == wanted),
            None => true,
        })
    }

    /// The query of another page of the same list.
    pub fn on_page(&self, page: u64) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for field in Field::ALL {
            if let Some(value) = self.value(*field) {
                query.append_pair(field.parameter(), value);
            }
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        query.finish()
    }
}

fn check(field: Field, value: &str) -> Result<(), Problem> {
    let parameter = field.parameter();
    match field {
        Field::Outcome => coded::<Outcome>(parameter, value).map(drop),
        Field::Reason if value == NONE => Ok(()),
        Field::Reason => coded::<Reason>(parameter, value).map(drop),
        Field::Year => {
            let year = value.len() == 4 && value.bytes().all(|byte| byte.is_ascii_digit());
            let message = "It must be a year such as 2024, or “none” where the date is not known.";
            if year || value == NONE { Ok(()) } else { Err(bad(parameter, message.to_owned())) }
        }
        Field::DecidedBy if value.chars().count() > LONGEST => {
            Err(bad(parameter, format!("It must be a name of at most {LONGEST} characters.")))
        }
        Field::DecidedBy => Ok(()),
    }
}
