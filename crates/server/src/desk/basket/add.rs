//! `POST /desk/application/<reference>/basket/find`: puts the chosen items into the basket.

use std::collections::BTreeSet;

use axum::extract::{Path, RawQuery, State};
use axum::response::Response;
use casework::specification::{BasketError, Cohort};

use super::find::{Asked, FindPage, Typed, page};
use super::{Held, set};
use crate::desk::Desk;
use crate::desk::application::Opened;
use crate::desk::input::{Errors, Input};
use crate::desk::page::{see, with_errors};
use crate::desk::problem::Problem;

/// `POST /desk/application/<reference>/basket/find`
pub async fn add(
    State(desk): State<Desk>,
    Path(reference): Path<String>,
    RawQuery(query): RawQuery,
    input: Input,
) -> Result<Response, Problem> {
    let opened = Opened::to_write(&desk, &input.by, &reference).await?;
    let asked = Asked::parse(query.as_deref().unwrap_or_default());
    let mut page = page(&desk, &input.by, opened, asked).await?;
    let Some(view) = page.dictionary.clone() else { return Err(Problem::NotFound) };
    let all = |name: &str| input.fields.all(name).map(str::to_owned).collect::<BTreeSet<String>>();
    page.typed = Typed {
        first: input.fields.text("first"),
        last: input.fields.text("last"),
        items: all("item"),
        cohorts: all("cohort"),
    };
    let (years, cohorts) = match chosen(&page.typed) {
        Ok(chosen) => chosen,
        Err(errors) => return Ok(with_errors(&FindPage { errors, ..page })),
    };
    let held = Held::read(&desk, view).await?;
    let mut basket = page.opened.specification.clone();
    let items: Vec<&str> = page.typed.items.iter().map(String::as_str).collect();
    if let Err(error) = basket.add_all(held.source(), &items, years, &cohorts) {
        let errors = Errors::one(field(&error), error.to_string());
        return Ok(with_errors(&FindPage { errors, ..page }));
    }
    match set(&desk, &input, &page.opened, basket).await? {
        Ok(_) => Ok(see(&page.opened.address("basket"))),
        Err(errors) => Ok(with_errors(&FindPage { errors, ..page })),
    }
}

fn chosen(typed: &Typed) -> Result<((u16, u16), Vec<Cohort>), Errors> {
    let mut errors = Errors::default();
    if typed.items.is_empty() {
        errors.add("item", "Select at least one item");
    }
    let mut year = |field: &str, text: &str, what: &str| {
        let read = text.parse::<u16>().ok().filter(|year| text.len() == 4 && (1900..=2100).contains(year));
        if read.is_none() {
            errors.add(field, format!("Enter the year in which the {what} school year begins, such as 2016"));
        }
        read.unwrap_or_default()
    };
    let years = (year("first", &typed.first, "first"), year("last", &typed.last, "last"));
    let cohorts: Result<Vec<Cohort>, _> = typed.cohorts.iter().map(|cohort| cohort.parse()).collect();
    let cohorts = cohorts.unwrap_or_else(|error| {
        errors.add("cohort", error.to_string());
        Vec::new()
    });
    if errors.is_empty() { Ok((years, cohorts)) } else { Err(errors) }
}

/// Where on the page a refusal belongs.
fn field(error: &BasketError) -> &'static str {
    match error {
        BasketError::Years { .. } | BasketError::YearsBackwards => "first",
        BasketError::OtherCohort { .. } => "cohort",
        _ => "item",
    }
}
