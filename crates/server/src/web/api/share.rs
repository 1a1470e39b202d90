//! `/api/v1/shares/{reference}`: everything that the register says about one share.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use register::PartialDate;
use register::vocabulary::{
    Channel, CopyPlace, Cover, Destruction, EndGround, Method, Outcome, Party, Reason, Route, Status, VolumeBasis,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Checkpoint, json};
use super::coded;
use super::decisions::reasons;
use super::parameter::{Asked, Parameter, Takes};
use super::short::{DestructionShort, RecipientShort, StatementShort, Text, address_of_share};
use crate::web::database::{CopyView, ReleaseView, ShareView};
use crate::web::problem::Problem;
use crate::web::{View, late, words};

const REFERENCE: Parameter =
    Parameter { name: "reference", means: "The share's reference.", takes: Takes::Reference, many: false };

/// What `/api/v1/share` takes.
pub const BY_PARAMETER: &[&[Parameter]] = &[&[REFERENCE]];

/// One share with everything that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub struct OneShare {
    checkpoint: Checkpoint,
    share: Share,
    /// Its releases, newest first.
    releases: Vec<Release>,
    /// Its texts, as they stand and as they stood.
    texts: Vec<Text>,
    /// Copies of which destruction was claimed.
    copies: Vec<Copy>,
    /// Its statements, oldest first.
    statements: Vec<StatementShort>,
}

/// What is said of the share as a whole.
#[derive(Debug, Serialize, ToSchema)]
struct Share {
    /// Its reference: opaque text.
    reference: String,
    /// Its title; nothing where that is not public.
    title: Option<String>,
    recipient: RecipientShort,
    #[schema(schema_with = coded::channel)]
    channel: Channel,
    #[schema(schema_with = coded::route_or_null)]
    route: Option<Route>,
    #[schema(schema_with = coded::status)]
    status: Status,
    #[schema(schema_with = coded::date_or_null)]
    applied: Option<PartialDate>,
    #[schema(schema_with = coded::outcome_or_null)]
    outcome: Option<Outcome>,
    #[schema(schema_with = coded::date_or_null)]
    decided: Option<PartialDate>,
    /// Who decided.
    decided_by: Option<String>,
    #[schema(schema_with = reasons)]
    reasons: Vec<Reason>,
    conditions: Vec<Condition>,
    /// Datasets that were decided otherwise than the whole.
    decided_datasets: Vec<DatasetDecision>,
    /// When access begins.
    #[schema(schema_with = coded::date_or_null)]
    start: Option<PartialDate>,
    /// When access ends by the agreement.
    #[schema(schema_with = coded::date_or_null)]
    end: Option<PartialDate>,
    /// Days since that date passed while the register does not say that access ended.
    end_overdue_days: Option<u64>,
    /// When access ended.
    #[schema(schema_with = coded::date_or_null)]
    ended: Option<PartialDate>,
    #[schema(schema_with = coded::end_ground_or_null)]
    end_ground: Option<EndGround>,
    destruction: DestructionShort,
    /// Legal bases, in the words of the source or the decision.
    bases: Vec<String>,
    datasets: Vec<Dataset>,
    /// Coded facts of the source, by their codes.
    facts: BTreeMap<String, String>,
    /// Where the data may lie.
    territory: Option<String>,
    /// Organisations that process the data for the recipient.
    processors: Vec<String>,
    /// The register that it was read from, by its code.
    source: Option<String>,
    /// Whether that register still lists it.
    listed: Option<bool>,
    /// The newest statement about it.
    changed: u64,
    /// The address of this answer.
    address: String,
    /// The address of its page.
    page: String,
}

/// One condition of an approval.
#[derive(Debug, Serialize, ToSchema)]
pub struct Condition {
    /// Its code.
    code: String,
    #[schema(schema_with = coded::date_or_null)]
    due: Option<PartialDate>,
    /// Who must meet it.
    #[schema(schema_with = coded::party_or_null)]
    owner: Option<Party>,
}

impl From<register::statement::Condition> for Condition {
    fn from(condition: register::statement::Condition) -> Self {
        Self { code: condition.code, due: condition.due, owner: condition.owner }
    }
}

/// The decision on one dataset, where it differs from that on the whole.
#[derive(Debug, Serialize, ToSchema)]
pub struct DatasetDecision {
    dataset: String,
    #[schema(schema_with = coded::outcome)]
    outcome: Outcome,
    #[schema(schema_with = reasons)]
    reasons: Vec<Reason>,
}

impl From<register::statement::DatasetDecision> for DatasetDecision {
    fn from(decision: register::statement::DatasetDecision) -> Self {
        Self { dataset: decision.dataset, outcome: decision.outcome, reasons: decision.reasons }
    }
}

/// One dataset of a share.
#[derive(Debug, Serialize, ToSchema)]
struct Dataset {
    name: String,
    classes: Vec<Class>,
    /// How often it is supplied, in the words of the source.
    frequency: Option<String>,
}

/// One value of one classification scheme, as given. Schemes are never converted into one another.
#[derive(Debug, Serialize, ToSchema)]
pub struct Class {
    scheme: String,
    value: String,
    /// What the value means, where the scheme is known.
    meaning: Option<&'static str>,
}

impl From<register::Class> for Class {
    fn from(class: register::Class) -> Self {
        Self { meaning: class.meaning(), scheme: class.scheme, value: class.value }
    }
}

/// One release.
#[derive(Debug, Serialize, ToSchema)]
pub struct Release {
    /// The statement that registered it.
    statement: u64,
    /// Its reference, unique within its share.
    reference: String,
    #[schema(schema_with = coded::date_or_null)]
    released: Option<PartialDate>,
    datasets: Vec<String>,
    classes: Vec<Class>,
    /// Legal bases of this release.
    bases: Vec<String>,
    /// How often, in the words of the source.
    frequency: Option<String>,
    /// Coded facts of the source, by their codes.
    facts: BTreeMap<String, String>,
    cohorts: Vec<Cohort>,
    items: Vec<Items>,
    volume: Volume,
    /// Whether the register that it was read from still lists it.
    listed: Option<bool>,
    /// How often it was corrected.
    corrections: u64,
}

/// How much of one school-year cohort a release holds.
#[derive(Debug, Serialize, ToSchema)]
struct Cohort {
    /// The school year of birth, such as `2009-2010`.
    cohort: String,
    #[schema(schema_with = coded::cover)]
    cover: Cover,
}

/// How many items have these classes.
#[derive(Debug, Serialize, ToSchema)]
struct Items {
    classes: Vec<Class>,
    count: u64,
}

/// How much a release holds. What is not known is nothing, which is not 0.
#[derive(Debug, Serialize, ToSchema)]
struct Volume {
    /// People.
    people: Option<u64>,
    /// There are fewer people than this; given in place of a small number.
    people_under: Option<u64>,
    rows: Option<u64>,
    /// Requests that the release sums up.
    requests: Option<u64>,
    /// Requests for which data was supplied.
    supplied: Option<u64>,
    #[schema(schema_with = coded::basis_or_null)]
    basis: Option<VolumeBasis>,
}

impl From<ReleaseView> for Release {
    fn from(view: ReleaseView) -> Self {
        let classes = |classes: Vec<register::Class>| classes.into_iter().map(Class::from).collect();
        Self {
            statement: view.id,
            reference: view.reference,
            released: view.released,
            datasets: view.datasets,
            classes: classes(view.classes),
            bases: view.bases,
            frequency: view.frequency,
            facts: view.facts,
            cohorts: view.cohorts.into_iter().map(|part| Cohort { cohort: part.cohort, cover: part.cover }).collect(),
            items: view
                .items
                .into_iter()
                .map(|items| Items { classes: classes(items.classes), count: items.count })
                .collect(),
            volume: Volume {
                people: view.people,
                people_under: view.people_under,
                rows: view.rows,
                requests: view.requests,
                supplied: view.supplied,
                basis: view.basis,
            },
            listed: view.listed,
            corrections: view.corrections,
        }
    }
}

/// One copy of which destruction was claimed.
#[derive(Debug, Serialize, ToSchema)]
struct Copy {
    /// Its reference.
    copy: String,
    #[schema(schema_with = coded::place)]
    place: CopyPlace,
    #[schema(schema_with = coded::stage)]
    stage: Destruction,
    #[schema(schema_with = coded::method)]
    method: Method,
    #[schema(schema_with = coded::date)]
    claimed: PartialDate,
    claimed_by: String,
    #[schema(schema_with = coded::date_or_null)]
    evidenced: Option<PartialDate>,
    #[schema(schema_with = coded::date_or_null)]
    confirmed: Option<PartialDate>,
    confirmed_by: Option<String>,
    #[schema(schema_with = coded::date_or_null)]
    disputed: Option<PartialDate>,
    disputed_by: Option<String>,
}

impl From<CopyView> for Copy {
    fn from(view: CopyView) -> Self {
        Self {
            copy: view.copy,
            place: view.place,
            stage: view.state,
            method: view.method,
            claimed: view.claimed,
            claimed_by: view.claimed_by,
            evidenced: view.evidenced,
            confirmed: view.confirmed,
            confirmed_by: view.confirmed_by,
            disputed: view.disputed,
            disputed_by: view.disputed_by,
        }
    }
}

impl OneShare {
    fn new(checkpoint: Checkpoint, view: ShareView, today: PartialDate) -> Self {
        let share = Share {
            recipient: RecipientShort::new(&view.recipient_slug, &view.recipient, view.sector.as_deref()),
            channel: view.channel,
            route: view.route,
            status: view.status,
            applied: view.applied,
            outcome: view.outcome,
            decided: view.decided,
            decided_by: view.decided_by,
            reasons: view.reasons,
            conditions: view.conditions.into_iter().map(Condition::from).collect(),
            decided_datasets: view.decided_datasets.into_iter().map(DatasetDecision::from).collect(),
            start: view.start,
            end: view.end,
            end_overdue_days: late::end(view.end, view.status, today).map(|late| late.days),
            ended: view.ended,
            end_ground: view.end_ground,
            destruction: DestructionShort::new(view.destruction, view.destruction_due, today),
            bases: view.bases,
            datasets: view
                .datasets
                .into_iter()
                .map(|dataset| Dataset {
                    name: dataset.name,
                    classes: dataset.classes.into_iter().map(Class::from).collect(),
                    frequency: dataset.frequency,
                })
                .collect(),
            facts: view.facts,
            territory: view.territory,
            processors: view.processors,
            source: view.source,
            listed: view.listed,
            changed: view.changed,
            address: address_of_share(&view.reference),
            page: words::share_address(&view.reference),
            reference: view.reference,
            title: view.title,
        };
        Self {
            checkpoint,
            share,
            releases: view.releases.into_iter().map(Release::from).collect(),
            texts: view.texts.iter().map(Text::new).collect(),
            copies: view.copies.into_iter().map(Copy::from).collect(),
            statements: view.statements.iter().map(StatementShort::new).collect(),
        }
    }
}

/// One share with everything that belongs to it
///
/// A reference is opaque text: every character but letters, digits, hyphens, dots, underscores and tildes is
/// percent-encoded. A reference of dots only goes to `/api/v1/share?reference=`, since programs take such a path for a
/// way upwards.
#[utoipa::path(
    get, path = "/api/v1/shares/{reference}", tag = "Shares", operation_id = "share",
    params(("reference" = String, Path, description = "The share's reference")),
    responses((status = 200, description = "The share", body = OneShare))
)]
pub async fn by_path(view: View, Path(reference): Path<String>, query: RawQuery) -> Result<Response, Problem> {
    Asked::read(&query, &[])?;
    answer(view, reference).await
}

/// One share, for a reference that a path cannot hold
#[utoipa::path(
    get, path = "/api/v1/share", tag = "Shares", operation_id = "shareByReference",
    responses((status = 200, description = "The share", body = OneShare))
)]
pub async fn by_parameter(view: View, query: RawQuery) -> Result<Response, Problem> {
    let asked = Asked::read(&query, BY_PARAMETER)?;
    let Some(reference) = asked.one(REFERENCE.name) else {
        let message = "It must be given: the reference of a share.".to_owned();
        return Err(Problem::BadParameter { parameter: REFERENCE.name, message });
    };
    answer(view, reference.to_owned()).await
}

async fn answer(view: View, reference: String) -> Result<Response, Problem> {
    let (found, info) = view.read(move |reader| reader.share(&reference)).await?;
    let share = found.ok_or(Problem::NotFound)?;
    json(&OneShare::new(Checkpoint::of(&view, &info), share, view.today()))
}
