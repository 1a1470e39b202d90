//! What a case will say in public: texts, each sealed with its salt, and the few that are withheld, each with its ground.

use register::disclosure::Disclosure;
use register::statement::Evidence;
use register::vocabulary::{Ground, Outcome, Reason, Route};
use register::{Draft, PartialDate};
use serde::{Deserialize, Serialize};

use crate::stage::Party;

/// One text of a statement. It is sealed when it is written, so that what was looked at before a decision is, byte for
/// byte, what is published after it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Name and value, with their salt.
    #[serde(with = "encoded")]
    pub sealed: Disclosure,
    /// Why it is withheld, where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withheld: Option<Withholding>,
}

/// Why a text is withheld, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withholding {
    /// On what ground.
    pub ground: Ground,
    /// When it opens, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<PartialDate>,
}

impl Text {
    /// Puts the text into a statement on its way.
    pub fn into_draft(&self, mut draft: Draft) -> Draft {
        match self.withheld {
            None => draft.opening(self.sealed.clone()),
            Some(Withholding { ground, opens }) => {
                draft.statement = draft.statement.withholding(&self.sealed, ground, opens);
                draft.withheld.push(self.sealed.clone());
                draft
            }
        }
    }
}

/// What is decided, as it is proposed, looked at, confirmed and published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The whole.
    pub outcome: Outcome,
    /// Why, in codes.
    pub reasons: Vec<Reason>,
    /// Datasets that are decided otherwise than the whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub datasets: Vec<DatasetDecision>,
    /// What an approval hangs on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
    /// Who decides, such as a panel's name.
    pub decided_by: String,
    /// Texts: `reasons`, `balance`, `why-direct`, `dpia-summary`, `conditions`.
    pub texts: Vec<Text>,
    /// How the data is to be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<Route>,
    /// What was before whoever decided, by salted digest; casework keeps the salts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// The decision on one dataset, where it differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatasetDecision {
    /// The dataset.
    pub dataset: String,
    /// What is decided of it.
    pub outcome: Outcome,
    /// Why, in codes.
    pub reasons: Vec<Reason>,
}

/// One condition of an approval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Its code, such as `dpia-updated`; what it asks in words stands in the text `conditions`.
    pub code: String,
    /// Who must meet it.
    pub owner: Party,
    /// By when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<PartialDate>,
}

impl Decision {
    /// The text of this name.
    pub fn text(&self, name: &str) -> Option<&Text> {
        self.texts.iter().find(|text| text.sealed.name() == name)
    }
}

/// Whether a reason speaks for giving access.
pub fn speaks_for(reason: Reason) -> bool {
    match reason {
        Reason::BenefitClear
        | Reason::BenefitWide
        | Reason::MethodsSound
        | Reason::NotDuplicating
        | Reason::DataLeast
        | Reason::SettingSafe
        | Reason::PeopleSafe
        | Reason::LegalBasisMet
        | Reason::RequiredByLaw => true,
        Reason::BenefitUnclear
        | Reason::CommercialOnly
        | Reason::MethodsUnsound
        | Reason::Duplicating
        | Reason::DataExcessive
        | Reason::SettingUnsafe
        | Reason::PeopleUnsafe
        | Reason::LegalBasisMissing
        | Reason::ApplicantWithdrew
        | Reason::NoAnswer => false,
    }
}

mod encoded {
    use register::disclosure::Disclosure;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub fn serialize<S: Serializer>(text: &Disclosure, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(text.encoded())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Disclosure, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}
