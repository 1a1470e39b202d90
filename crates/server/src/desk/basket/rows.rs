//! `/desk/application/<reference>/basket/rows`: which rows of a dataset are asked for, by the values of one item or several.

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use casework::specification::{DatasetPart, Filter, Keep};
use register::dictionary::{Dictionary, item_addresses};

use super::{Held, gone, set};
use crate::desk::Desk;
use crate::desk::application::Opened;
use crate::desk::input::{Errors, Fields, Input};
use crate::desk::page::{Frame, Section, html, see, with_errors};
use crate::desk::problem::Problem;
use crate::desk::signed_in::SignedIn;
use crate::web::words;

#[derive(askama::Template)]
#[template(path = "desk/basket/rows.html")]
struct RowsPage {
    frame: Frame,
    errors: Errors,
    opened: Opened,
    part: DatasetPart,
    typed: Typed,
}

/// What the form holds.
#[derive(Debug, Clone, Default)]
struct Typed {
    item: String,
    values: String,
    from: String,
    to: String,
}

impl RowsPage {
    fn address(&self, page: &str) -> String {
        self.opened.address(&format!("basket/{page}?dataset={}", words::encode(&self.part.name)))
    }

    fn said(&self, filter: &Filter) -> String {
        said(filter)
    }
}

impl Typed {
    fn sent(fields: &Fields) -> Self {
        let text = |name: &str| fields.text(name);
        Self { item: text("item"), values: text("values"), from: text("from"), to: text("to") }
    }

    /// The address of the item that is meant: by its address, or by a name that only one has.
    fn address(&self, dictionary: &Dictionary) -> Result<String, Errors> {
        let addresses = item_addresses(dictionary);
        if addresses.contains(&self.item) {
            return Ok(self.item.clone());
        }
        let of_name = addresses.into_iter().zip(&dictionary.items);
        let mut named: Vec<String> = of_name
            .filter(|(_, item)| item.alias.eq_ignore_ascii_case(&self.item))
            .map(|(address, _)| address)
            .collect();
        match (named.pop(), named.is_empty()) {
            (Some(only), true) => Ok(only),
            (Some(last), false) => {
                let all = format!("{}, {last}", named.join(", "));
                Err(Errors::one("item", format!("Several items have this name; enter one of {all}")))
            }
            (None, _) => {
                Err(Errors::one("item", "Enter the name of an item of this dataset, as its dictionary has it"))
            }
        }
    }

    fn keep(&self) -> Result<Keep, Errors> {
        let mut values: Vec<String> =
            self.values.lines().map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned).collect();
        let range = !self.from.is_empty() || !self.to.is_empty();
        match (values.is_empty(), range) {
            (true, false) => {
                Err(Errors::one("values", "Enter the values to keep, or the numbers between which they are"))
            }
            (false, true) => Err(Errors::one("values", "Enter either values or numbers, not both")),
            (false, false) => {
                values.sort();
                values.dedup();
                Ok(Keep::OneOf(values))
            }
            (true, true) => {
                let number = |field: &str, text: &str| {
                    text.parse::<i64>().map_err(|_| Errors::one(field, "Enter a whole number, such as 16"))
                };
                let (from, to) = (number("from", &self.from)?, number("to", &self.to)?);
                if from > to {
                    return Err(Errors::one("from", "The first number must not be larger than the second"));
                }
                Ok(Keep::Between(from, to))
            }
        }
    }
}

/// What a filter keeps, in words.
pub(super) fn said(filter: &Filter) -> String {
    match &filter.keep {
        Keep::Between(from, to) => format!("{} is from {from} to {to}", filter.name),
        Keep::OneOf(values) if values.len() == 1 => format!("{} is {}", filter.name, values[0]),
        Keep::OneOf(values) if values.len() <= 12 => format!("{} is one of {}", filter.name, values.join(", ")),
        Keep::OneOf(values) => {
            format!(
                "{} is one of {} values, from {} to {}",
                filter.name,
                values.len(),
                values[0],
                values[values.len() - 1]
            )
        }
    }
}

async fn page(desk: &Desk, by: &SignedIn, reference: &str, query: Option<&str>) -> Result<RowsPage, Problem> {
    let opened = Opened::to_write(desk, by, reference).await?;
    let dataset = Fields::parse(query.unwrap_or_default().as_bytes()).text("dataset");
    let part = opened.specification.dataset(&dataset).cloned().ok_or(Problem::NotFound)?;
    let (frame, errors) = (Frame::of(desk, by, Section::Cases).await, Errors::default());
    Ok(RowsPage { frame, errors, opened, part, typed: Typed::default() })
}

/// `/desk/application/<reference>/basket/rows`
pub async fn ask(
    State(desk): State<Desk>,
    by: SignedIn,
    Path(reference): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    Ok(html(&page(&desk, &by, &reference, query.as_deref()).await?))
}

/// `POST /desk/application/<reference>/basket/rows`
pub async fn keep(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    RawQuery(query): RawQuery,
    input: Input,
) -> Result<Response, Problem> {
    let mut page = page(&desk, &input.by, &reference, query.as_deref()).await?;
    page.typed = Typed::sent(&input.fields);
    let held = Held::of_part(&desk, &page.part).await?.ok_or_else(|| Problem::Bad(gone(&page.part)))?;
    let mut basket = page.opened.specification.clone();
    let kept = page.typed.address(&held.dictionary).and_then(|address| {
        let keep = page.typed.keep()?;
        basket.keep_rows(held.source(), &address, keep).map_err(|error| Errors::one("item", error.to_string()))
    });
    if let Err(errors) = kept {
        return Ok(with_errors(&RowsPage { errors, ..page }));
    }
    match set(&desk, &input, &page.opened, basket).await? {
        Ok(_) => Ok(see(&page.address("rows"))),
        Err(errors) => Ok(with_errors(&RowsPage { errors, ..page })),
    }
}

/// `POST /desk/application/<reference>/basket/rows/all`: a filter is taken away.
pub async fn keep_all(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    RawQuery(query): RawQuery,
    input: Input,
) -> Result<Response, Problem> {
    let page = page(&desk, &input.by, &reference, query.as_deref()).await?;
    let mut basket = page.opened.specification.clone();
    basket
        .keep_all_rows(&page.part.name, &input.fields.text("item"))
        .map_err(|error| Problem::Bad(error.to_string()))?;
    match set(&desk, &input, &page.opened, basket).await? {
        Ok(_) => Ok(see(&page.address("rows"))),
        Err(errors) => Ok(with_errors(&RowsPage { errors, ..page })),
    }
}
