//! Organisations as they stand in statements: in clear, as their source names them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// An organisation under the name that it had at the time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// Identifiers by scheme, such as `company-number`, `ico`, `urn`, `ror`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ids: BTreeMap<String, String>,
    /// The name, with white space folded to single spaces; letters keep their case.
    pub name: String,
    /// The sector in the words of the source.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
}

impl Organisation {
    /// An organisation of which only the name is known.
    pub fn named(name: &str) -> Self {
        Self { ids: BTreeMap::new(), name: fold_spaces(name), sector: None }
    }

    /// Whether this is the other under a name that differs in spaces or case only, or by an identifier that both have.
    pub fn is_same(&self, other: &Self) -> bool {
        let plain = |name: &str| fold_spaces(name).to_lowercase();
        self.name == other.name
            || plain(&self.name) == plain(&other.name)
            || self.ids.iter().any(|(scheme, id)| other.ids.get(scheme) == Some(id))
    }
}

/// Folds every run of white space to one space and trims both ends, so that a stray newline makes no new organisation.
pub fn fold_spaces(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
