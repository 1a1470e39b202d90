//! What several answers say in short: a share, a recipient, a statement, a text.

use std::collections::BTreeMap;

use register::vocabulary::{Channel, Destruction, Ground, Route, Status};
use register::{Moment, PartialDate};
use serde::Serialize;
use utoipa::ToSchema;

use super::coded;
use crate::web::database::{FieldText, FoundShare, StatementView, TextState};
use crate::web::{late, story, words};

/// A share in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShareShort {
    /// Its reference: opaque text.
    pub reference: String,
    /// Its title; nothing where that is not public.
    pub title: Option<String>,
    /// Who gets access, or asked for it.
    pub recipient: RecipientShort,
    #[schema(schema_with = coded::channel)]
    pub channel: Channel,
    #[schema(schema_with = coded::route_or_null)]
    pub route: Option<Route>,
    #[schema(schema_with = coded::status)]
    pub status: Status,
    /// What becomes of the copies.
    pub destruction: DestructionShort,
    /// How many releases it has.
    pub releases: u64,
    /// The date of the newest of them.
    #[schema(schema_with = coded::date_or_null)]
    pub released: Option<PartialDate>,
    /// When the newest statement about it was logged.
    #[schema(format = DateTime)]
    pub changed_at: String,
    /// Whether the register that it was read from still lists it; nothing where it was not read from another.
    pub listed: Option<bool>,
    /// The address of everything about it.
    pub address: String,
    /// The address of its page.
    pub page: String,
}

/// Destruction in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct DestructionShort {
    #[schema(schema_with = coded::stage)]
    pub stage: Destruction,
    #[schema(schema_with = coded::date_or_null)]
    pub due: Option<PartialDate>,
    /// Days since the date passed, worked out for the checkpoint's `today`; nothing where it is not late.
    pub overdue_days: Option<u64>,
}

impl DestructionShort {
    /// Lateness is worked out here, for the day that the answer names.
    pub fn new(stage: Destruction, due: Option<PartialDate>, today: PartialDate) -> Self {
        Self { stage, due, overdue_days: late::destruction(due, stage, today).map(|late| late.days) }
    }
}

/// A recipient in short.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RecipientShort {
    /// The last part of its addresses.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Its sector, in the words of the source.
    pub sector: Option<String>,
    /// The address of everything about it.
    pub address: String,
}

impl RecipientShort {
    /// With its address.
    pub fn new(slug: &str, name: &str, sector: Option<&str>) -> Self {
        let address = format!("/api/v1/recipients/{}", words::encode(slug));
        Self { slug: slug.to_owned(), name: name.to_owned(), sector: sector.map(str::to_owned), address }
    }
}

impl ShareShort {
    /// With lateness for this day.
    pub fn new(share: FoundShare, today: PartialDate) -> Self {
        Self {
            recipient: RecipientShort::new(&share.recipient_slug, &share.recipient, share.sector.as_deref()),
            channel: share.channel,
            route: share.route,
            status: share.status,
            destruction: DestructionShort::new(share.destruction, share.destruction_due, today),
            releases: share.releases,
            released: share.released,
            changed_at: share.changed_at,
            listed: share.listed,
            address: address_of_share(&share.reference),
            page: words::share_address(&share.reference),
            title: share.title,
            reference: share.reference,
        }
    }
}

/// The address of a share in the API. References that a path cannot hold go into a parameter, as those of pages do.
pub fn address_of_share(reference: &str) -> String {
    if matches!(reference, "" | "." | "..") {
        format!("/api/v1/share?reference={}", words::encode(reference))
    } else {
        format!("/api/v1/shares/{}", words::encode(reference))
    }
}

/// Which share.
#[derive(Debug, Serialize, ToSchema)]
pub struct ShareName {
    /// Its reference.
    pub reference: String,
    /// Its title; nothing where that is not public.
    pub title: Option<String>,
    /// The address of everything about it.
    pub address: String,
}

impl ShareName {
    /// With its address.
    pub fn new(reference: &str, title: Option<&str>) -> Self {
        let address = address_of_share(reference);
        Self { reference: reference.to_owned(), title: title.map(str::to_owned), address }
    }
}

/// A statement in short.
#[derive(Debug, Serialize, ToSchema)]
pub struct StatementShort {
    /// Its index in the log.
    pub index: u64,
    #[schema(schema_with = coded::kind)]
    pub kind: String,
    /// What pages call it.
    pub title: String,
    /// What it says, in one line; empty where its title says it all.
    pub detail: String,
    /// When it happened.
    #[schema(schema_with = coded::date)]
    pub at: PartialDate,
    /// When it was logged.
    #[schema(value_type = String, format = DateTime)]
    pub logged: Moment,
    /// The statement that it corrects.
    pub corrects: Option<u64>,
    /// The share that it is about.
    pub share: Option<ShareName>,
    /// The address of everything about it.
    pub address: String,
}

impl StatementShort {
    /// In the words of the pages.
    pub fn new(view: &StatementView) -> Self {
        Self {
            index: view.index,
            title: story::title(view),
            detail: story::detail(view),
            kind: view.kind.clone(),
            at: view.at,
            logged: view.logged,
            corrects: view.corrects,
            share: view.reference.as_deref().map(|reference| ShareName::new(reference, view.title.as_deref())),
            address: format!("/api/v1/statements/{}", view.index),
        }
    }
}

/// A text, or what can be said of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct Text {
    /// The statement that carries it.
    pub statement: u64,
    /// The field's name; an erased text has none.
    pub name: Option<String>,
    pub state: TextIs,
    /// The text, where it is public.
    pub value: Option<String>,
    #[schema(schema_with = coded::ground_or_null)]
    pub ground: Option<Ground>,
    /// The date on which a withheld text opens, where there is one.
    #[schema(schema_with = coded::date_or_null)]
    pub opens: Option<PartialDate>,
    /// The digest in the statement, in base64url.
    pub digest: String,
    /// The correction that replaced it.
    pub replaced_by: Option<u64>,
}

/// What can be said of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum TextIs {
    /// Anybody may read it.
    Public,
    /// It exists and is not public.
    Withheld,
    /// It was erased.
    Erased,
    /// The publisher's files lack it.
    Missing,
}

impl Text {
    /// Only a public text has a value.
    pub fn new(text: &FieldText) -> Self {
        let (state, value, ground, opens) = match &text.state {
            TextState::Public(value) => (TextIs::Public, Some(value.clone()), None, None),
            TextState::Withheld(ground, opens) => (TextIs::Withheld, None, *ground, *opens),
            TextState::Erased => (TextIs::Erased, None, None, None),
            TextState::Missing => (TextIs::Missing, None, None, None),
        };
        Self {
            statement: text.statement,
            name: text.name.clone(),
            state,
            value,
            ground,
            opens,
            digest: text.digest.clone(),
            replaced_by: text.replaced_by,
        }
    }
}

/// Shares by where they stand.
pub fn by_status(counts: &BTreeMap<Status, u64>) -> BTreeMap<String, u64> {
    counts.iter().map(|(status, count)| (status.to_string(), *count)).collect()
}
