//! How sensitive data is, in the words of whoever classified it. Schemes stand side by side; none is turned into
//! another, and a value that a scheme does not know is kept as it was given.

use serde::{Deserialize, Serialize};

/// One value of one scheme, as given.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// The scheme's code, such as `npd-tier`.
    pub scheme: String,
    /// The value, in the source's words.
    pub value: String,
}

/// What is known about a scheme.
#[derive(Debug, Clone, Copy)]
pub struct Scheme {
    /// The code that statements carry.
    pub code: &'static str,
    /// What a page calls it.
    pub label: &'static str,
    /// Its values from the most to the least revealing, each with its meaning.
    pub values: &'static [(&'static str, &'static str)],
}

/// The schemes that registers of this country use (domain.md section 3, and NHS England's release register).
pub const SCHEMES: &[Scheme] = &[
    Scheme {
        code: "npd-tier",
        label: "NPD tier (until 2018)",
        values: &[
            ("1", "Identifiable and highly sensitive"),
            ("2", "Identifiable and sensitive"),
            ("3", "Aggregated; small numbers may identify"),
            ("4", "About individuals, not sensitive"),
        ],
    },
    Scheme {
        code: "dfe-identification-risk",
        label: "Identification risk (DfE)",
        values: &[
            ("1", "Tells at once who somebody is, such as a name or an address"),
            ("2", "A number that other people know, such as the pupil number of schools"),
            ("3", "A number that means nothing outside this data"),
            ("4", "No name or number, and yet likely to give somebody away"),
            ("5", "None of these"),
        ],
    },
    // The publisher's own definitions of 2018: they are reasons, not degrees.
    Scheme {
        code: "dfe-sensitivity",
        label: "Sensitivity (DfE)",
        values: &[
            ("A", "The department has promised that it will never be used outside"),
            ("B", "Highly sensitive: whoever is recognised could come to harm"),
            ("C", "Sensitive, and not of a special category in data protection law"),
            ("D", "Sensitive, of a special category in data protection law, such as health"),
            ("E", "None of these"),
        ],
    },
    Scheme {
        code: "hdr-uk",
        label: "Data sensitivity level (HDR UK)",
        values: &[
            ("Personally Identifiable", "People can be recognised directly"),
            ("De-Personalised", "Names and the like are removed; people might still be recognised"),
            ("Anonymous", "People cannot reasonably be recognised"),
        ],
    },
    Scheme {
        code: "nhs-type",
        label: "Type of data (NHS)",
        values: &[
            ("Identifiable", "People can be recognised directly"),
            ("Anonymised - ICO code compliant", "Names and the like are removed under the ICO's code"),
            ("Aggregated -anonymised", "Counts and totals only"),
        ],
    },
    Scheme {
        code: "nhs-sensitivity",
        label: "Sensitivity (NHS)",
        values: &[("Sensitive", "Sensitive"), ("Non Sensitive", "Not sensitive")],
    },
];

impl Class {
    /// The scheme of this value, where it is one that we know.
    pub fn scheme(&self) -> Option<&'static Scheme> {
        SCHEMES.iter().find(|scheme| scheme.code == self.scheme)
    }

    /// What a page calls the scheme; an unknown one is called by its code.
    pub fn scheme_label(&self) -> &str {
        self.scheme().map_or(&self.scheme, |scheme| scheme.label)
    }

    /// What the value means, where the scheme is known and knows it.
    pub fn meaning(&self) -> Option<&'static str> {
        let values = self.scheme()?.values;
        values.iter().find(|(value, _)| *value == self.value).map(|(_, meaning)| *meaning)
    }
}
