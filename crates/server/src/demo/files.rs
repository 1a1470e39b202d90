//! The data files: where they are, and their shape.

use std::collections::BTreeMap;

use register::vocabulary::{Channel, Ground, Route};
use register::{Organisation, PartialDate};
use serde::Deserialize;
use toml::Table;

use super::DemoError;

pub(super) const REGISTER: (&str, &str) = ("register.toml", include_str!("register.toml"));
pub(super) const SHARES: &[(&str, &str)] = &[
    ("panel-until-2018.toml", include_str!("panel-until-2018.toml")),
    ("panel-since-2018.toml", include_str!("panel-since-2018.toml")),
    ("other-access.toml", include_str!("other-access.toml")),
];

pub(super) const PEOPLE: (&str, &str) = ("people.toml", include_str!("people.toml"));
pub(super) const CASES: (&str, &str) = ("cases.toml", include_str!("cases.toml"));

/// An assessment of an invented population, which names no specification yet.
pub(super) const ASSESSMENT: &str = include_str!("assessment.json");

pub(super) fn read<T: for<'de> Deserialize<'de>>((file, text): (&'static str, &str)) -> Result<T, DemoError> {
    toml::from_str(text).map_err(|error| DemoError::File { file, error })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RegisterFile {
    pub organisations: BTreeMap<String, Organisation>,
    pub bases: BTreeMap<String, String>,
    pub heartbeats: Heartbeats,
    pub steps: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Heartbeats {
    pub first: i16,
    pub last: i16,
    pub missed: Vec<PartialDate>,
    pub until: PartialDate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SharesFile {
    pub share: Vec<ShareEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ShareEntry {
    pub reference: String,
    pub recipient: String,
    pub channel: Channel,
    pub route: Option<Route>,
    #[serde(default)]
    pub bases: Vec<String>,
    #[serde(default)]
    pub datasets: Vec<String>,
    pub frequency: Option<String>,
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
    pub applied: Option<PartialDate>,
    pub imported: Option<Entry>,
    #[serde(default)]
    pub evidence: Vec<String>,
    #[serde(default)]
    pub withhold: Vec<Field>,
    pub say: BTreeMap<String, String>,
    #[serde(default)]
    pub decision: Vec<Entry>,
    #[serde(default)]
    pub release: Vec<ReleaseEntry>,
    #[serde(default)]
    pub steps: Vec<Entry>,
}

/// One step; what its own members do not name is the statement's body, in which organisations stand by their keys.
#[derive(Deserialize)]
pub(super) struct Entry {
    pub on: PartialDate,
    pub logged: Option<PartialDate>,
    pub kind: Option<String>,
    pub id: Option<String>,
    pub share: Option<String>,
    pub of: Option<String>,
    #[serde(default)]
    pub erase: Vec<String>,
    #[serde(default)]
    pub say: BTreeMap<String, String>,
    #[serde(default)]
    pub withhold: Vec<Field>,
    #[serde(default)]
    pub evidence: Vec<String>,
    #[serde(flatten)]
    pub body: Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ReleaseEntry {
    pub on: PartialDate,
    pub logged: Option<PartialDate>,
    pub id: Option<String>,
    pub release: String,
    pub datasets: Option<Vec<String>>,
    pub years: Option<String>,
    pub people: Option<u64>,
    pub rows: Option<u64>,
    pub declared: Option<Declared>,
    #[serde(default)]
    pub items: Vec<String>,
    #[serde(default)]
    pub cohorts: Vec<String>,
    pub hdr: Option<String>,
    pub source: Option<String>,
    pub opened: Option<PartialDate>,
    #[serde(default)]
    pub say: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Declared {
    pub requests: Option<u64>,
    pub supplied: Option<u64>,
    pub people: Option<u64>,
    pub rows: Option<u64>,
}

/// A text that is withheld.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    pub name: String,
    pub value: String,
    pub ground: Ground,
    pub opens: Option<PartialDate>,
}
