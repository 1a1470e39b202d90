//! `/api/v1/datasets/{slug}/items`: what the current item dictionary of a dataset lists, and one item of it.
//!
//! Classes stand as the dictionary gives them, scheme beside scheme. None is worked out from another, and an item to which
//! a scheme gives no class has none of it.

use std::collections::BTreeMap;

use axum::extract::{Path, RawQuery};
use axum::response::Response;
use register::PartialDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Checkpoint, json, page};
use super::coded;
use super::cursor;
use super::parameter::{Asked, CURSOR, LIMIT, Parameter, Takes};
use super::share::Class;
use crate::web::database::{DictionaryView, ItemQuestion, ItemView, Span};
use crate::web::problem::Problem;
use crate::web::{View, words};

const Q: Parameter = Parameter {
    name: "q",
    means: "Words to look for in names and descriptions; between quotation marks a phrase.",
    takes: Takes::Text(200),
    many: false,
};

const CLASS: Parameter = Parameter {
    name: "class",
    means: "Only items of this class: a scheme and a value, such as dfe-sensitivity:B. Of several classes an item must have \
            all.",
    takes: Takes::Class,
    many: true,
};

/// What the list takes: the same as the dataset's page.
pub const TAKES: &[&[Parameter]] = &[&[Q, CLASS, LIMIT, CURSOR]];

/// An item dictionary that was published.
#[derive(Debug, Serialize, ToSchema)]
pub struct Dictionary {
    /// The index of the statement that published it.
    statement: u64,
    /// The address of that statement.
    address: String,
    /// The edition, in its publisher's words.
    edition: String,
    /// When it was published.
    #[schema(schema_with = coded::date)]
    published: PartialDate,
    /// How many items it lists.
    items: u64,
    /// The codes of the schemes by which it classifies them.
    schemes: Vec<String>,
    /// The years that its items span, where they could be read.
    span: Option<Years>,
    /// What the dataset is, in plain words.
    meaning: Option<String>,
    /// A note of its publisher.
    note: Option<String>,
    /// SHA-256 of its file in base64url, as the statement gives it. The file's name is the same digest in hexadecimal.
    digest: String,
    /// The address of its file: every item as a line of JSON.
    file: String,
}

impl From<DictionaryView> for Dictionary {
    fn from(view: DictionaryView) -> Self {
        Self {
            statement: view.statement,
            address: format!("/api/v1/statements/{}", view.statement),
            edition: view.edition,
            published: view.at,
            items: view.items,
            schemes: view.schemes,
            span: view.years.map(Years::from),
            meaning: view.meaning,
            note: view.note,
            digest: view.digest,
            file: format!("/{}", view.file),
        }
    }
}

/// School years, each by the year in which it begins.
#[derive(Debug, Serialize, ToSchema)]
pub struct Years {
    first: u16,
    /// Nothing while it is still collected.
    last: Option<u16>,
}

impl From<Span> for Years {
    fn from(span: Span) -> Self {
        Self { first: span.first, last: span.last }
    }
}

/// One variable of a dataset.
#[derive(Debug, Serialize, ToSchema)]
pub struct Item {
    /// The last part of its addresses.
    slug: String,
    /// What its publisher calls it. A dictionary may list a name more than once; each row has an address of its own.
    alias: String,
    /// What it was called before.
    former_names: Vec<String>,
    /// The field of the source system.
    field: Option<String>,
    /// The part of the dataset that it stands in.
    section: Option<String>,
    /// What it means.
    description: Option<String>,
    /// Which values it takes.
    values: Option<String>,
    /// The years for which it is there, as given.
    years: Option<String>,
    /// The same, where they could be read.
    span: Option<Years>,
    /// How it is classified, scheme beside scheme.
    classes: Vec<Class>,
    /// Coded facts, by their codes.
    facts: BTreeMap<String, String>,
    /// The statement that published the dictionary.
    dictionary: u64,
    /// Its line in the dictionary's file, from 1.
    line: u64,
    /// The address of everything about it.
    address: String,
    /// The address of its page.
    page: String,
}

impl Item {
    fn new(dataset: &str, view: ItemView) -> Self {
        Self {
            address: address_of(dataset, &view.slug),
            page: format!("/dataset/{}/{}", words::encode(dataset), words::encode(&view.slug)),
            slug: view.slug,
            alias: view.alias,
            former_names: view.former_names,
            field: view.field,
            section: view.section,
            description: view.description,
            values: view.values,
            years: view.years,
            span: view.span.map(Years::from),
            classes: view.classes.into_iter().map(Class::from).collect(),
            facts: view.facts,
            dictionary: view.dictionary,
            line: view.line,
        }
    }
}

/// The address of the list of a dataset's items.
pub fn address_of_list(dataset: &str) -> String {
    format!("/api/v1/datasets/{}/items", words::encode(dataset))
}

fn address_of(dataset: &str, item: &str) -> String {
    format!("{}/{}", address_of_list(dataset), words::encode(item))
}

/// Items that the current dictionary of a dataset lists, in the order of their addresses
///
/// The same question as on the dataset's page. A dataset that no dictionary describes has none. Where a newer dictionary is
/// published while somebody walks through the list, the walk goes on in the newer one; `dictionary` says in which an item
/// stands, and `line` where.
#[utoipa::path(
    get, path = "/api/v1/datasets/{slug}/items", tag = "Recipients and datasets", operation_id = "items",
    params(("slug" = String, Path, description = "The last part of the dataset's address")),
    responses((status = 200, description = "Items", body = super::answer::Page<Item>))
)]
pub async fn list(view: View, Path(slug): Path<String>, query: RawQuery) -> Result<Response, Problem> {
    let asked = Asked::read(&query, TAKES)?;
    let path = address_of_list(&slug);
    let after: Option<String> = cursor::open(&path, &asked)?;
    let question = question(&asked);
    let limit = asked.limit() + 1;
    let dataset = slug.clone();
    let (found, info) = view
        .read(move |reader| match reader.current_dictionary(&dataset)? {
            Some(dictionary) => {
                reader.items_after(dictionary, &question, after.as_deref().unwrap_or_default(), limit).map(Some)
            }
            None => Ok(reader.uses_of_dataset(&dataset)?.map(|_| Vec::new())),
        })
        .await?;
    let mut rows = found.ok_or(Problem::NotFound)?;
    let next = cursor::end(&path, &asked, &mut rows, |last| last.slug.clone());
    page(&view, &info, rows.into_iter().map(|row| Item::new(&slug, row)).collect(), next)
}

/// The question in the words of the page, which passes over white space at the ends.
fn question(asked: &Asked) -> ItemQuestion {
    let class = |(scheme, value): (&str, &str)| register::Class { scheme: scheme.to_owned(), value: value.to_owned() };
    let classes = asked.all(CLASS.name).filter_map(|given| given.trim().split_once(':').map(class));
    ItemQuestion { q: asked.one(Q.name).unwrap_or_default().trim().to_owned(), classes: classes.collect() }
}

/// One item.
#[derive(Debug, Serialize, ToSchema)]
pub struct OneItem {
    checkpoint: Checkpoint,
    dataset: ItsDataset,
    item: Item,
    /// Whether the current dictionary lists it. Where it does not, it is as the last one that listed it has it.
    current: bool,
    /// Other rows of the same name in the same dictionary, by their addresses.
    others: Vec<String>,
    /// Every dictionary that lists the name, newest first.
    listed: Vec<Listed>,
}

/// The dataset that an item belongs to.
#[derive(Debug, Serialize, ToSchema)]
struct ItsDataset {
    /// The last part of its addresses.
    slug: String,
    /// Its name, as the dictionary has it.
    name: String,
    /// The address of everything about it.
    address: String,
}

/// A dictionary, and where a name stands in it.
#[derive(Debug, Serialize, ToSchema)]
struct Listed {
    dictionary: Dictionary,
    /// The lines of its file, from 1.
    lines: Vec<u64>,
}

/// One item of a dataset, with every dictionary that lists it
#[utoipa::path(
    get, path = "/api/v1/datasets/{slug}/items/{item}", tag = "Recipients and datasets", operation_id = "item",
    params(
        ("slug" = String, Path, description = "The last part of the dataset's address"),
        ("item" = String, Path, description = "The last part of the item's address"),
    ),
    responses((status = 200, description = "The item", body = OneItem))
)]
pub async fn one(view: View, Path((slug, item)): Path<(String, String)>, query: RawQuery) -> Result<Response, Problem> {
    Asked::read(&query, &[])?;
    let dataset = slug.clone();
    let (found, info) = view.read(move |reader| reader.item(&dataset, &item)).await?;
    let found = found.ok_or(Problem::NotFound)?;
    let name = found.listed.first().map(|(dictionary, _)| dictionary.dataset.clone()).unwrap_or_default();
    json(&OneItem {
        checkpoint: Checkpoint::of(&view, &info),
        dataset: ItsDataset { name, address: format!("/api/v1/datasets/{}", words::encode(&slug)), slug: slug.clone() },
        current: found.current,
        others: found.others().iter().map(|other| address_of(&slug, &other.slug)).collect(),
        listed: found
            .listed
            .into_iter()
            .map(|(dictionary, rows)| Listed {
                dictionary: dictionary.into(),
                lines: rows.iter().map(|row| row.line).collect(),
            })
            .collect(),
        item: Item::new(&slug, found.item),
    })
}
