//! `/api/v1/shares` and `/api/v1/facets`: the shares that match a question, and what else could be asked.

use axum::extract::RawQuery;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{Checkpoint, json, next_link};
use super::cursor;
use super::parameter::{Asked, CURSOR};
use super::question::{self, CHOSEN, LISTED};
use super::short::ShareShort;
use crate::web::View;
use crate::web::catalogue::{Position, Window};
use crate::web::filters::Facet;
use crate::web::problem::Problem;

const PATH: &str = "/api/v1/shares";

/// Values of one filter that are given, those of the most shares.
const CHOICES: usize = 1_000;

/// Shares that match a question.
#[derive(Debug, Serialize, ToSchema)]
pub struct Shares {
    checkpoint: Checkpoint,
    /// How many shares match, in this part and in all others.
    shares: u64,
    /// How many releases these have.
    releases: u64,
    /// Words of names that were looked for as well, since a word that was typed stands nowhere.
    similar: Vec<Similar>,
    items: Vec<FoundShare>,
    /// The address of the next part; nothing where this is the last.
    next: Option<String>,
}

/// A word that is nearly one that was typed.
#[derive(Debug, Serialize, ToSchema)]
struct Similar {
    typed: String,
    word: String,
}

/// A share, and where the words stand in it.
#[derive(Debug, Serialize, ToSchema)]
struct FoundShare {
    #[serde(flatten)]
    share: ShareShort,
    /// Where the words stand; empty where none were asked for.
    snippet: Vec<Piece>,
}

/// A piece of a text.
#[derive(Debug, Serialize, ToSchema)]
struct Piece {
    text: String,
    /// Whether it is one of the words.
    matches: bool,
}

/// Shares that match a question
///
/// The same shares in the same order as the page `/find` and its downloads give for the same question.
#[utoipa::path(
    get, path = "/api/v1/shares", tag = "Shares", operation_id = "shares",
    responses((status = 200, description = "Shares", body = Shares))
)]
pub async fn list(view: View, query: RawQuery) -> Result<Response, Problem> {
    let asked = Asked::read(&query, LISTED)?;
    let filters = question::filters(&asked)?;
    let limit = usize::try_from(asked.limit()).unwrap_or(usize::MAX);
    let window = match cursor::open::<Position>(PATH, &asked)?.filter(|position| position.fits(filters.sort)) {
        Some(position) => Window::After(position, limit),
        None => Window::First(limit),
    };
    let today = view.today();
    let (found, info) = view.read(move |reader| reader.find(&filters, today, &window, 0)).await?;
    let next = found.next.map(|position| asked.next(PATH, CURSOR.name, &cursor::seal(PATH, &asked, &position)));
    let link = next_link(next.as_deref());
    let items = found.page.into_iter().map(|mut share| {
        let pieces = std::mem::take(&mut share.snippet).into_iter();
        let snippet = pieces.map(|(text, matches)| Piece { text, matches }).collect();
        FoundShare { snippet, share: ShareShort::new(share, today) }
    });
    let answer = Shares {
        checkpoint: Checkpoint::of(&view, &info),
        shares: found.shares,
        releases: found.releases,
        similar: found.similar.into_iter().map(|(typed, word)| Similar { typed, word }).collect(),
        items: items.collect(),
        next,
    };
    Ok((link, json(&answer)?).into_response())
}

/// What each filter could be set to.
#[derive(Debug, Serialize, ToSchema)]
pub struct Facets {
    checkpoint: Checkpoint,
    /// How many shares match the question.
    shares: u64,
    /// How many releases these have.
    releases: u64,
    facets: Vec<OneFacet>,
}

/// One filter.
#[derive(Debug, Serialize, ToSchema)]
struct OneFacet {
    /// The name of its parameter.
    parameter: &'static str,
    /// What pages call it.
    label: &'static str,
    /// Its values, those of the most shares where there are more than 1,000.
    choices: Vec<Choice>,
}

/// One value of a filter.
#[derive(Debug, Serialize, ToSchema)]
struct Choice {
    /// What the parameter takes.
    value: String,
    /// What pages call it.
    label: String,
    /// Shares that have it and match the other filters of the question.
    shares: u64,
}

/// What a question could be narrowed to, with counts
#[utoipa::path(
    get, path = "/api/v1/facets", tag = "Shares", operation_id = "facets",
    responses((status = 200, description = "Choices", body = Facets))
)]
pub async fn facets(view: View, query: RawQuery) -> Result<Response, Problem> {
    let filters = question::filters(&Asked::read(&query, CHOSEN)?)?;
    let today = view.today();
    let (found, info) = view.read(move |reader| reader.find(&filters, today, &Window::First(0), CHOICES)).await?;
    let facet = |(facet, choices): (Facet, Vec<crate::web::catalogue::Choice>)| OneFacet {
        parameter: facet.parameter(),
        label: facet.label(),
        choices: choices
            .into_iter()
            .map(|choice| Choice {
                label: if facet == Facet::Late { facet.value_label(&choice.value) } else { choice.label },
                value: choice.value,
                shares: choice.count,
            })
            .collect(),
    };
    json(&Facets {
        checkpoint: Checkpoint::of(&view, &info),
        shares: found.shares,
        releases: found.releases,
        facets: found.choices.into_iter().map(facet).collect(),
    })
}
